"""A channel as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brian2.units import Quantity, cm, mS, nS

from ..quantities import SPECIFIC_CONDUCTANCE
from .conductance import conductance_factors, gate_equations

if TYPE_CHECKING:
    from .channel import Channel

__all__ = ["describe_channel"]


def describe_channel(channel: Channel) -> str:
    """Return the equations, values and source of a channel.

    Parameters
    ----------
    channel : Channel
        The channel.

    Returns
    -------
    str
        Several lines; names stand as in its expressions, without a compartment.
    """
    at = "" if channel.temperature is None else f" at {channel.temperature:g} °C"
    of = "" if channel.ion is None else f" ({channel.ion})"
    lines = [f"{channel.owner}{of}{at}"]
    lines += [f"  {line}" for line in (channel.description, channel.reference) if line]
    lines.append(f"  I = g * ({channel.force.text})")
    lines.append(f"  g = {conductance_factors(channel, str)}")
    factors = {}
    for kinetics in channel.kinetics:
        phi = channel.factor_name(kinetics.gate)
        if phi is not None:
            q10 = channel.q10_of(kinetics.gate)
            factors[phi] = f"  {phi} = {q10:g}**((T - {channel.temperature:g})/10)"
        for line in gate_equations(kinetics, str, phi, lambda expression: expression.text):
            lines.append(f"  {line.rsplit('  :', 1)[0]}")
    lines += factors.values()
    values = {"E": channel.reversal, **channel.parameters}
    for kinetics in channel.kinetics:
        for part, name in kinetics.constants.items():
            values[name] = kinetics.gate.parts[part]
    known = [f"g_max = {_conductance(channel.g_max)}"] if channel.g_max is not None else []
    known += [f"{name} = {value}" for name, value in values.items() if value is not None]
    if known:
        lines.append(f"  {', '.join(known)}")
    return "\n".join(lines)


def _conductance(value: Quantity) -> str:
    if SPECIFIC_CONDUCTANCE.fits(value):
        return f"{float(value / (mS / cm**2)):g} mS/cm²"
    return f"{float(value / nS):g} nS"
