"""How a run is cut into windows and batches of windows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .layout import WINDOW
from .plan import NetworkPlan, ProjectionPlan

__all__ = ["LONGEST_WINDOW", "delay_range", "make_windows", "slot_count", "window_length"]

#: Most steps that one window has, where no delay limits it.
LONGEST_WINDOW = 16


def delay_range(projection: ProjectionPlan) -> tuple[int, int]:
    """Return the shortest and the longest delay of a projection in steps."""
    delay = np.asarray(projection.delay)
    return (int(delay.min()), int(delay.max())) if delay.size else (0, 0)


def window_length(plan: NetworkPlan, longest: int = LONGEST_WINDOW) -> int:
    """Return the number of steps for which no neuron can see another's spikes, and at most `longest`.

    A spike of step s is delivered before the second half of step s + delay, and a window ends with
    the first half of its last step. So a window may have one step more than the shortest delay.
    """
    neurons = {population.name for population in plan.populations}
    shortest = [
        delay_range(projection)[0]
        for projection in plan.projections
        if projection.pre in neurons and projection.n_synapse
    ]
    return min([longest, LONGEST_WINDOW, *(delay + 1 for delay in shortest)])


def slot_count(projections: Sequence[ProjectionPlan], length: int) -> int:
    """Return how many steps of input a population must be able to hold.

    When the spikes of a window are delivered, the oldest step that still waits for its input is the
    last one of that window, and the latest input spike lies one window ahead.
    """
    longest = max((delay_range(projection)[1] for projection in projections), default=0)
    return longest + length + 2


def make_windows(begin: int, end: int, source_step: int, run_end: int, length: int) -> np.ndarray:
    """Return the windows that advance neurons from step `begin` to `end`.

    Parameters
    ----------
    begin, end : int
        Steps of the neurons.
    source_step : int
        First step for which input spikes have not been made yet.
    run_end : int
        Last step of the run; input spikes beyond it are left to the next run.
    length : int
        Steps of a window.

    Returns
    -------
    ndarray, shape (windows,), layout.WINDOW
        The first window only makes input spikes where those of the next one are missing.
    """
    rows = []
    first_need = min(begin + length, run_end)
    if source_step < first_need:
        rows.append((begin, begin, source_step, first_need, 0, 0))
        source_step = first_need
    for step in range(begin, end, length):
        stop = min(step + length, end)
        source_stop = max(source_step, min(stop + length, run_end))
        rows.append((step, stop, source_step, source_stop, 0, 0))
        source_step = source_stop
    return np.array(rows, dtype=WINDOW)
