"""The gates of a channel of the library as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from brian2.units import ms, mV, uM

from ..channels import Channel
from ..errors import UnknownNameError, known_names
from .registry import find

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw"]


def draw(name: str, **arguments: Any) -> Figure:
    """Draw the gates of a channel of the library.

    Gates that depend on the voltage are drawn over it, those that depend on calcium alone over the
    concentration.

    Parameters
    ----------
    name : str
        Name of the channel.
    **arguments
        Arguments of the function that makes it.

    Returns
    -------
    matplotlib.figure.Figure
        With steady states on the left and time constants on the right.

    Raises
    ------
    UnknownNameError
        If the library has no such channel, or the channel has no gates.

    Examples
    --------
    >>> [axes.get_ylabel() for axes in draw('K_hh', temperature=18).axes]
    ['steady state', 'time constant (ms)']
    """
    from matplotlib import pyplot as plt

    known = {entry.name: entry for entry in find() if entry.kind == "channel"}
    if name not in known:
        raise UnknownNameError(
            f"channels.draw: the library has no channel {name!r}. {known_names(name, known)}"
        )
    channel: Channel = known[name](**arguments)
    over_voltage = [k for k in channel.kinetics if "v" in k.names]
    over_calcium = [k for k in channel.kinetics if "v" not in k.names]
    rows = [bool(over_voltage), bool(over_calcium)]
    if not any(rows):
        raise UnknownNameError(
            f"channels.draw: {name} has no gates; its conductance is constant. Draw another channel."
        )
    figure, axes = plt.subplots(
        sum(rows), 2, figsize=(8, 3.2 * sum(rows)), layout="constrained", squeeze=False
    )
    if over_voltage:
        used = channel.force.names.union(*(k.names for k in over_voltage))
        constants = {key: value for key, value in channel.parameters.items() if key in used}
        alone = channel.with_(gates=tuple(k.gate for k in over_voltage), parameters=constants)
        alone.plot(axes=tuple(axes[0]))
    if over_calcium:
        left, right = axes[-1]
        _draw_over_calcium(channel, [k.gate.name for k in over_calcium], left, right)
    for _, times in axes:
        times.set_visible(bool(times.lines))  # instantaneous gates have no time constant
    axes[0, 0].set_title(channel.name)
    return figure


def _draw_over_calcium(channel: Channel, gates: list[str], left: Axes, right: Axes) -> None:
    calcium = np.geomspace(1e-2, 1e3, 301)
    instantaneous = {gate.name for gate in channel.gates if gate.is_instantaneous}
    for gate in gates:
        (line,) = left.plot(
            calcium, channel.steady_state(gate, -65 * mV, ca=calcium * uM), label=gate
        )
        if gate not in instantaneous:
            tau = np.asarray(channel.time_constant(gate, -65 * mV, ca=calcium * uM) / ms)
            right.plot(calcium, tau, color=line.get_color(), label=gate)
    left.set(xlabel="calcium (µM)", ylabel="steady state", xscale="log", ylim=(-0.02, 1.02))
    right.set(xlabel="calcium (µM)", ylabel="time constant (ms)", xscale="log", ylim=(0, None))
    left.legend(frameon=False)
