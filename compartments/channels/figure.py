"""Steady states and time constants of a channel as a figure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2.units import Quantity, ms, mV, umolar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .curves import Curves

__all__ = ["draw_curves"]

_DEFAULT_CONCENTRATIONS = np.array([0.1, 1.0, 10.0]) * umolar


def draw_curves(
    channel: Curves,
    v: Quantity | None,
    temperature: float | None,
    axes: tuple[Axes, Axes] | None,
    concentrations: Mapping[str, Any],
) -> tuple[Axes, Axes]:
    """Draw the steady state and the time constant of each gate; see `Channel.plot`."""
    import matplotlib.pyplot as plt

    if axes is None:
        _, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    else:
        left, right = axes
    volts = np.linspace(-120, 60, 361) * mV if v is None else v
    x = np.asarray(volts / mV)
    for kinetics in channel.kinetics:
        gate = kinetics.gate
        pools = sorted(kinetics.concentrations)
        levels = [np.atleast_1d(concentrations.get(p, _DEFAULT_CONCENTRATIONS)) for p in pools]
        for chosen in itertools.product(*levels):
            given = dict(zip(pools, chosen, strict=True))
            shown = ", ".join(f"{p} = {float(c / umolar):g} µM" for p, c in given.items())
            label = f"{gate.name} ({shown})" if shown else gate.name
            (line,) = left.plot(x, channel.steady_state(gate.name, volts, **given), label=label)
            if not gate.is_instantaneous:
                tau = channel.time_constant(gate.name, volts, temperature, **given)
                right.plot(x, np.asarray(tau / ms), color=line.get_color(), label=label)
    left.set(xlabel="membrane potential (mV)", ylabel="steady state", ylim=(-0.02, 1.02))
    right.set(xlabel="membrane potential (mV)", ylabel="time constant (ms)", ylim=(0, None))
    left.set_title(channel.name)
    if channel.kinetics:
        left.legend(frameon=False)
    return left, right
