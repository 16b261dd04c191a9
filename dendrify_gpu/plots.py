"""Figures: cells, traces, rasters, current-frequency curves, comparisons.

Every function draws into the axes that it is given, or into a new figure, and returns the axes. None changes
matplotlib's settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from brian2.units import ms, mV, pA
from matplotlib.axes import Axes

from .comparison import SpikePairs
from .compartments import NeuronModel
from .errors import NetworkError
from .recordings import SpikeRecording, TraceRecording

if TYPE_CHECKING:
    import networkx as nx
    import xarray as xr

__all__ = ["plot_cell", "plot_comparison", "plot_fi", "plot_raster", "plot_traces"]

_SOMA_COLOR = "#4C6C92"
_DENDRITE_COLOR = "#A7361C"

#: Most neurons of a recording that are drawn.
_MOST_TRACES = 10


def _axes(ax: Axes | None) -> Axes:
    return ax if ax is not None else plt.subplots(layout="constrained")[1]


def _plain(ax: Axes) -> None:
    ax.spines[["top", "right"]].set_visible(False)


def plot_cell(cell: NeuronModel, ax: Axes | None = None) -> Axes:
    """Draw the compartments of a cell and their couplings.

    Parameters
    ----------
    cell : NeuronModel
        The cell. Its first compartment is at the bottom, and couplings lead upwards from there.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from dendrify_gpu.models import ca1_pyramidal
    >>> ax = plot_cell(ca1_pyramidal())
    >>> len(ax.texts)
    9
    """
    import networkx as nx  # late, because it is large

    ax = _axes(ax)
    names = list(cell.compartment_names)
    graph = nx.Graph()
    graph.add_nodes_from(names)
    graph.add_edges_from((a, b) for a, b, _ in cell.couplings)
    places = _tree_layout(graph, names[0])
    for a, b in graph.edges:
        (x0, y0), (x1, y1) = places[a], places[b]
        ax.plot([x0, x1], [y0, y1], color="0.5", linewidth=2, zorder=1)
    for name in names:
        first = name == names[0]
        ax.scatter(
            *places[name],
            s=2600 if first else 900,
            marker="^" if first else "o",
            color=_SOMA_COLOR if first else _DENDRITE_COLOR,
            zorder=2,
        )
        x, y = places[name]
        va = "top" if first else "center"  # a triangle is widest below its middle
        ax.text(x, y, name, ha="center", va=va, color="white", fontsize=8, zorder=3)
    ax.margins(0.15)
    ax.set_axis_off()
    return ax


def _tree_layout(graph: nx.Graph, root: str) -> dict[str, tuple[float, float]]:
    """Place a tree: depth upwards, leaves side by side, parents over the middle of their children."""
    import networkx as nx

    children = {node: list(successors) for node, successors in nx.bfs_successors(graph, root)}
    places: dict[str, tuple[float, float]] = {}
    next_leaf = 0

    def place(node: str, depth: int) -> float:
        nonlocal next_leaf
        below = [place(child, depth + 1) for child in children.get(node, [])]
        if below:
            x = (below[0] + below[-1]) / 2
        else:
            x = float(next_leaf)
            next_leaf += 1
        places[node] = (x, float(depth))
        return x

    place(root, 0)
    return places


def plot_traces(
    recording: TraceRecording, variables: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw recorded variables over time.

    Parameters
    ----------
    recording : TraceRecording
        What `Network.record` returned; at most its first ten neurons are drawn.
    variables : sequence of str, optional
        Which variables. Default: all voltages, or all variables if there is none.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes(ax)
    data = recording.to_xarray()
    voltages = [str(name) for name in data.data_vars if data[name].attrs.get("units") == "V"]
    chosen = (
        list(variables) if variables is not None else voltages or [str(v) for v in data.data_vars]
    )
    units = {str(data[name].attrs.get("units", "")) for name in chosen}
    factor = 1e3 if units == {"V"} else 1.0
    neurons = data["neuron"].values[:_MOST_TRACES]
    for name in chosen:
        for k, neuron in enumerate(neurons):
            label = name if len(neurons) == 1 else f"{name} [{neuron}]"
            ax.plot(data["time"] * 1e3, data[name][:, k] * factor, linewidth=0.8, label=label)
    unit = "mV" if units == {"V"} else ", ".join(sorted(units))
    ax.set(xlabel="time (ms)", ylabel=f"{', '.join(chosen)} ({unit})")
    if 1 < len(chosen) * len(neurons) <= 12:
        ax.legend(frameon=False, fontsize="small", ncols=2)
    _plain(ax)
    return ax


def plot_raster(spikes: SpikeRecording, ax: Axes | None = None) -> Axes:
    """Draw every spike as a point.

    Parameters
    ----------
    spikes : SpikeRecording
        What `Network.record_spikes` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes(ax)
    ax.plot(spikes.t / ms, spikes.i, ".", color="black", markersize=2, rasterized=True)
    ax.set(xlabel="time (ms)", ylabel="neuron")
    _plain(ax)
    return ax


def plot_fi(
    currents: Any, counts: Sequence[float], label: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a current-frequency curve.

    Parameters
    ----------
    currents : Quantity, shape (n,)
        Injected currents.
    counts : sequence of float, length n
        Spikes per second, or spikes of one second.
    label : str, optional
        Entry of the legend.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> ax = plot_fi([100, 200] * pA, [0, 10], label='model')
    >>> ax.get_xlabel()
    'current (pA)'
    """
    ax = _axes(ax)
    ax.plot(np.asarray(currents / pA), counts, "o-", label=label)
    ax.set(xlabel="current (pA)", ylabel="spikes per second (Hz)")
    if label is not None:
        ax.legend(frameon=False)
    _plain(ax)
    return ax


def plot_comparison(
    ours: xr.Dataset,
    theirs: xr.Dataset,
    name: str,
    *,
    spikes: tuple[SpikePairs, SpikePairs, SpikePairs] | None = None,
    dt: float = 1.0,
    ax: Sequence[Axes] | None = None,
) -> np.ndarray:
    """Draw the voltages of one neuron in two engines, how they differ, and which spikes do.

    Parameters
    ----------
    ours, theirs : xarray.Dataset
        Variables over time and neuron, in this library and in Brian2.
    name : str
        Name of the population.
    spikes : tuple of three (indices, steps), optional
        Spikes of both engines, of Brian2 alone and of this library alone. Default: not drawn.
    dt : float, optional
        Time step of the spikes in seconds.
    ax : sequence of two or three matplotlib.axes.Axes, optional
        Where to draw; two leave out the spikes. Default: a new figure.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,) or (3,)

    Raises
    ------
    NetworkError
        If `ax` has another length.
    """
    if ax is None:
        rows = 2 if spikes is None else 3
        heights = (2, 1, 1)[:rows]
        _, ax = plt.subplots(rows, 1, sharex=True, height_ratios=heights, layout="constrained")
    if len(ax) not in (2, 3):
        raise NetworkError(f"plot: {len(ax)} axes were given; a comparison needs two or three.")
    upper, lower = ax[:2]
    voltages = [str(v) for v in ours.data_vars if ours[v].attrs.get("units") == "V"]
    variables = voltages or [str(v) for v in ours.data_vars]
    main = variables[0]
    neuron = int(np.ptp(theirs[main].values, axis=0).argmax())
    factor, unit = (float(1 / mV), "mV") if voltages else (1.0, str(ours[main].attrs["units"]))
    time = ours["time"] * 1e3
    upper.plot(time, theirs[main][:, neuron] * factor, color="0.7", linewidth=3, label="Brian2")
    upper.plot(
        time, ours[main][:, neuron] * factor, color="black", linewidth=0.8, label="dendrify_gpu"
    )
    upper.set(ylabel=f"{main} ({unit})", title=f"{name}, neuron {int(ours['neuron'][neuron])}")
    upper.legend(frameon=False, fontsize="small")
    for variable in variables:
        difference = np.abs(ours[variable].values - theirs[variable].values).max(axis=1)
        lower.plot(time, np.maximum(difference, 1e-18), linewidth=0.8, label=variable)
    lower.set(yscale="log", xlabel="time (ms)", ylabel=f"deviation ({ours[main].attrs['units']})")
    drawn = [upper, lower]
    if spikes is not None and len(ax) == 3:
        drawn.append(_spike_differences(ax[2], spikes, dt))
    for axes in drawn[:-1]:
        axes.label_outer()
    for axes in drawn:
        _plain(axes)
    return np.array(drawn)


def _spike_differences(
    ax: Axes, spikes: tuple[SpikePairs, SpikePairs, SpikePairs], dt: float
) -> Axes:
    """Draw a raster in which the spikes of one engine alone stand out."""
    styles = (("0.7", "both"), (_DENDRITE_COLOR, "Brian2 only"), (_SOMA_COLOR, "dendrify_gpu only"))
    for (indices, steps), (color, label) in zip(spikes, styles, strict=True):
        ax.plot(
            steps * dt * 1e3,
            indices,
            "." if label == "both" else "x",
            color=color,
            markersize=3 if label == "both" else 5,
            label=f"{label} ({len(indices)})",
            rasterized=True,
        )
    ax.set(xlabel="time (ms)", ylabel="neuron")
    ax.legend(frameon=False, fontsize="small", ncols=3, loc="lower right", bbox_to_anchor=(1, 1))
    return ax
