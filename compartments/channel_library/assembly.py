"""From published kinetics at one temperature to a channel at another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brian2.units.fundamentalunits import Quantity

from ..channels import Channel, Gate
from ..quantities import VOLTAGE, check_quantity, check_temperature
from .papers import Paper

__all__ = ["Kinetics", "Source", "assemble"]

#: Longer than any time constant, for `clip`, which has no one-sided form.
_NO_LIMIT = "1000*second"


@dataclass(frozen=True)
class Source:
    """Where the numbers of a channel come from.

    Attributes
    ----------
    paper : Paper
        The publication.
    preparation : str
        Animal and cell type.
    recorded : float or None
        Temperature in degrees Celsius that the published rates hold at; None where it is not given.
    simulated : float or None
        Temperature in degrees Celsius of the published simulations, where it is another one.
    follows : str
        Which text was followed where the paper is not the only one, and in what they differ.
    """

    paper: Paper
    preparation: str
    recorded: float | None = None
    simulated: float | None = None
    follows: str = ""


@dataclass(frozen=True)
class Kinetics:
    """One gate as it was published, at the temperature of its recordings.

    Attributes
    ----------
    name : str
        Name of the gating variable.
    power : int
        Its exponent in the conductance.
    alpha, beta : str or None
        Opening and closing rate in Hz.
    inf, tau : str or None
        Steady state and time constant in seconds. Where `alpha` and `beta` are given too, `inf`
        replaces the steady state that they have, and `tau` the time constant. `inf` alone: the gate
        is instantaneous.
    q10 : float or None
        Factor of the rates per 10 degrees; None: they do not depend on the temperature.
    floor : float or None
        Shortest time constant in ms, whatever the temperature.
    """

    name: str
    power: int = 1
    alpha: str | None = None
    beta: str | None = None
    inf: str | None = None
    tau: str | None = None
    q10: float | None = None
    floor: float | None = None

    def gate(self, degrees_above: float, shifted: bool) -> Gate:
        """Return the gate at a temperature so many degrees above the recordings."""
        factor = 1.0 if self.q10 is None else self.q10 ** (degrees_above / 10)
        total = f"({self.alpha} + {self.beta})"
        texts: dict[str, str] = {}
        if self.inf is None and self.floor is None:
            texts = {"alpha": _times(factor, self.alpha), "beta": _times(factor, self.beta)}
        else:
            texts["inf"] = self.inf or f"({self.alpha})/{total}"
            tau = self.tau or (f"1/{total}" if self.alpha else None)
            if tau is not None:
                tau = _times(1 / factor, tau)
                limited = f"clip({tau}, {self.floor}*ms, {_NO_LIMIT})"
                texts["tau"] = tau if self.floor is None else limited
        if shifted:
            texts = {key: re.sub(r"\bv\b", "(v - v_shift)", text) for key, text in texts.items()}
        return Gate(self.name, self.power, q10=self.q10, **texts)


def _times(factor: float, text: str | None) -> str:
    return f"{text}" if factor == 1 else f"{factor:.15g}*({text})"


def _first(*temperatures: float | None) -> float | None:
    return next((degrees for degrees in temperatures if degrees is not None), None)


def assemble(
    name: str,
    ion: str | None,
    source: Source,
    *kinetics: Kinetics,
    g_max: Quantity | None,
    reversal: Quantity | str | None = None,
    temperature: float | None = None,
    v_shift: Quantity | None = None,
    parameters: Mapping[str, Any] | None = None,
    driving_force: str = "E - v",
) -> Channel:
    """Return the channel that published kinetics describe.

    Parameters
    ----------
    name : str
        Name of the channel.
    ion : str or None
        The ion that it conducts; None for a mixture.
    source : Source
        Where the numbers come from.
    *kinetics : Kinetics
        Its gates.
    g_max : Quantity or None
        Largest conductance (siemens), or density (siemens per square metre).
    reversal : Quantity or str, optional
        Reversal potential, or the name of one; not needed where `driving_force` has none.
    temperature : float, optional
        Temperature in degrees Celsius that it is wanted at; without it that of `source.recorded`.
    v_shift : Quantity, optional
        How far the voltage dependence of all gates is shifted (volt); positive towards depolarised
        voltages.
    parameters : mapping, optional
        Name to value of further constants in the texts.
    driving_force : str
        Driving force in volts.

    Returns
    -------
    Channel
        The channel.

    Raises
    ------
    UnitsError
        If `temperature` is no temperature of living tissue or `v_shift` is no voltage.
    """
    constants = dict(parameters or {})
    degrees_above = 0.0
    wanted = check_temperature(f"channel {name!r}", temperature)
    if wanted is not None and source.recorded is not None:
        degrees_above = wanted - source.recorded
    if v_shift is not None:
        constants["v_shift"] = check_quantity(f"channel {name!r}", "v_shift", v_shift, VOLTAGE)
    return Channel(
        name,
        g_max=g_max,
        reversal=reversal,
        gates=tuple(gate.gate(degrees_above, v_shift is not None) for gate in kinetics),
        ion=ion,
        parameters=constants,
        driving_force=driving_force,
        temperature=_first(wanted, source.recorded, source.simulated),
        reference=str(source.paper),
    )
