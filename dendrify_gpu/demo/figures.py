"""The figures of the demonstration."""

from __future__ import annotations

from pathlib import Path

from brian2.units import ms, mV
from matplotlib.figure import Figure

from ..compartments import NeuronModel
from ..plots import plot_cell, plot_raster, plot_traces
from ..recordings import SpikeRecording, TraceRecording
from ..validation import ValidationReport

__all__ = ["save_figures"]

#: Dots per inch of all figures.
_RESOLUTION = 110


def save_figures(
    folder: Path,
    cell: NeuronModel,
    traces: TraceRecording,
    spikes: SpikeRecording,
    validation: ValidationReport,
) -> list[Path]:
    """Write the figures as PNG files.

    Parameters
    ----------
    folder : pathlib.Path
        Where they go.
    cell : NeuronModel
        The cell: ``cell.png``.
    traces : TraceRecording
        Its voltages in the network: ``voltages.png``.
    spikes : SpikeRecording
        Spikes of the network: ``raster.png``.
    validation : ValidationReport
        The comparison with Brian2: ``comparison.png``.

    Returns
    -------
    list of pathlib.Path
        The files, with the overview ``ca1_network.png``.
    """
    tree = Figure(figsize=(5, 5), layout="constrained")
    plot_cell(cell, ax=tree.subplots())
    voltages = Figure(figsize=(7, 7), layout="constrained")
    panels = voltages.subplots(len(traces.variables), 1, sharex=True, sharey=True)
    for variable, panel in zip(traces.variables, panels, strict=True):
        plot_traces(traces, [variable], ax=panel)
        panel.label_outer()
    raster = Figure(figsize=(7, 4), layout="constrained")
    plot_raster(spikes, ax=raster.subplots())
    comparison = Figure(figsize=(7, 5), layout="constrained")
    validation.plot(ax=comparison.subplots(2, 1, sharex=True, height_ratios=(2, 1)))
    figures = {
        "cell.png": tree,
        "voltages.png": voltages,
        "raster.png": raster,
        "comparison.png": comparison,
        "ca1_network.png": _overview(traces, spikes),
    }
    paths = []
    for name, figure in figures.items():
        path = folder / name
        figure.savefig(path, dpi=_RESOLUTION)
        paths.append(path)
    return paths


def _overview(traces: TraceRecording, spikes: SpikeRecording) -> Figure:
    """Draw all spikes above, and the voltages along the most active recorded cell below."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    upper.plot(spikes.t / ms, spikes.i, ",", color="black", rasterized=True)
    upper.set(ylabel="cell", ylim=(0, spikes.where.group.size))
    cell = int(spikes.count[traces.indices].argmax())
    for variable in traces.variables:
        lower.plot(
            traces.t / ms,
            traces[variable][:, cell] / mV,
            linewidth=0.8,
            label=variable.removeprefix("V_"),
        )
    lower.set(xlabel="time (ms)", ylabel=f"cell {traces.indices[cell]} (mV)")
    lower.legend(frameon=False, ncols=len(traces.variables), loc="upper right", fontsize="small")
    for axes in (upper, lower):
        axes.spines[["top", "right"]].set_visible(False)
    return figure
