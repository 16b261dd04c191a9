"""The demonstration from beginning to end."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from brian2.units import Hz, ms, mV

from ..models import ca1_pyramidal
from ..network import Network
from ..recordings import SpikeRecording
from ..report import RunReport
from ..validation import ValidationReport
from .ca1_network import build_network, record
from .current_curve import measure_current_curve
from .figures import save_figures
from .settings import parse_arguments
from .summary import Steps, table

__all__ = ["main", "verdict"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words of the command line after the program's name. Default: those of this process.

    Returns
    -------
    int
        0 if the current-frequency curve is the published one and the network agrees with Brian2,
        otherwise 1.
    """
    settings = parse_arguments(arguments)
    settings.output.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    steps = Steps(6)

    steps.begin("The CA1 pyramidal cell of the Dendrify paper (Pagkalos et al. 2023)")
    cell = ca1_pyramidal()
    kinds = len(cell.event_names)
    steps.note(
        f"{len(cell.compartment_names)} compartments, {len(cell.receptors)} receptors, "
        f"{kinds} kinds of dendritic spikes"
    )

    steps.begin("Spikes of the cell during 1 s of current, beside the published numbers")
    curve = measure_current_curve()
    steps.note(f"{curve}\n{'The same.' if curve.holds else 'They DIFFER.'}")

    steps.begin(f"A network of {settings.cells} such cells")
    net = build_network(settings.cells)
    traces, spikes = record(net)
    steps.note(net.describe())

    steps.begin(f"Run it for {float(settings.duration / ms):.0f} ms")
    report = net.run(settings.duration, progress=True)
    steps.note(f"{report}")

    steps.begin(
        f"Repeat {settings.validated_cells} of the cells in Brian2, with the same input spikes"
    )
    # The same seed gives the same network; this one is at its beginning, as Brian2 will be.
    validation = build_network(settings.cells).cross_validate(
        settings.duration, subset={"pyr": settings.validated_cells}
    )
    steps.note(f"{validation}")

    steps.begin(f"Figures and recordings, in {settings.output}")
    written = save_figures(settings.output, cell, traces, spikes, validation)
    recordings = settings.output / "recordings.nc"
    net.save_recordings(recordings)
    steps.note("\n".join(path.name for path in (*written, recordings)))

    print()
    print(table("CA1 network", _rows(net, report, spikes, curve.holds, validation)))
    print(f"{time.perf_counter() - started:.0f} s altogether")
    return verdict(curve.holds, validation)


def _rows(
    net: Network,
    report: RunReport,
    spikes: SpikeRecording,
    curve_holds: bool,
    validation: ValidationReport,
) -> dict[str, str]:
    """Return the rows of the table at the end."""
    (cells,) = net.populations
    compartments = sum(name.startswith("V_") for name in cells.variables)
    synapses = sum(len(projection) for projection in net.projections)
    rate = float((spikes.count / report.duration).mean() / Hz)
    theirs = sum(item.theirs for item in validation.spikes)
    matched = sum(item.matched for item in validation.spikes)
    return {
        "backend": report.device,
        "cells": f"{cells.size:,}, of {compartments} compartments",
        "synapses": f"{synapses:,}",
        "biological time": (
            f"{float(report.duration / ms):.0f} ms, {report.steps:,} steps of "
            f"{float(net.dt / ms):g} ms"
        ),
        "spikes of cells": f"{len(spikes):,}, {rate:.2f} Hz per cell",
        "wall time": f"{report.wall_seconds:.2f} s, after {report.build_seconds:.2f} s of set-up",
        "steps per second": f"{report.steps / report.wall_seconds:,.0f}",
        "biological / wall time": f"{report.speed:.3g}",
        "current-frequency curve": "as published" if curve_holds else "NOT as published",
        "largest deviation from Brian2": (
            f"{float(validation.max_deviation / mV):.1e} mV, "
            f"{matched} of {theirs} spikes in the same step"
        ),
    }


def verdict(curve_holds: bool, validation: ValidationReport) -> int:
    """Say on standard error what does not hold.

    Parameters
    ----------
    curve_holds : bool
        Whether the current-frequency curve is the published one.
    validation : ValidationReport
        The comparison with Brian2.

    Returns
    -------
    int
        Exit status: 0 if everything holds, otherwise 1.
    """
    failures = []
    if not curve_holds:
        failures.append("The current-frequency curve is not the published one.")
    if not validation.agrees:
        failures.append("The network does not agree with Brian2.")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0
