"""Spikes on their way: from a pathway's queue into the core's sums, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ..gpu import Continuation, DelayEpoch, ProjectionPlan, Simulation
from .synapses import AdditivePathway

__all__ = ["collect_flight", "deliver_flight"]

#: Earlier than any step.
_BEGINNING = -(2**31)


def deliver_flight(
    simulation: Simulation,
    pathways: Sequence[AdditivePathway],
    projections: Mapping[str, Sequence[ProjectionPlan]],
    step: int,
    drawn: Iterable[str],
) -> None:
    """Set a simulation to a step, with the spikes on their way that the queues hold.

    Parameters
    ----------
    simulation : Simulation
        Between two runs.
    pathways : sequence of AdditivePathway
    projections : mapping of str to sequence of ProjectionPlan
        Of each pathway, by its name.
    step : int
        The next step.
    drawn : iterable of str
        Poisson groups whose next spikes are known already.
    """
    for memory in simulation.populations.values():
        if memory.ports:
            memory.write_input([np.zeros_like(row) for row in memory.read_input()])
    restarts = dict.fromkeys(drawn, -1)
    Continuation(step, step, poisson_restart=restarts).restore(simulation)
    for pathway in pathways:
        pathway.pathway.queue.set_clock_step(step)
        steps, sources = pathway.pathway.queue.in_flight()
        own = projections[pathway.name]
        if len(steps) and own:
            epochs: dict[str, tuple[DelayEpoch, ...]] = {
                item.name: (DelayEpoch(_BEGINNING, step, item.delay),) for item in own
            }
            spikes = {
                pathway.pre: (
                    np.asarray(sources, np.int64) + own[0].first_source,
                    np.asarray(steps, np.int64),
                )
            }
            Continuation(
                step, step, poisson_restart=restarts, spikes=spikes, epochs=epochs
            ).restore(simulation)


def collect_flight(
    pathway: AdditivePathway, sources: np.ndarray, steps: np.ndarray, end: int
) -> None:
    """Give a pathway's queue the spikes that are on their way after a run.

    Parameters
    ----------
    pathway : AdditivePathway
    sources, steps : ndarray of int
        Spikes of the group of the sources in the run, sorted by step and then as they were fired.
    end : int
        The next step.
    """
    queue = pathway.pathway.queue
    start, stop = int(pathway.pathway.source.start), int(pathway.pathway.source.stop)
    longest = int(np.max(pathway.delay, initial=0))
    old_steps, old_sources = queue.in_flight()
    chosen = (sources >= start) & (sources < stop)
    all_steps = np.concatenate([np.asarray(old_steps, np.int64), steps[chosen]])
    all_sources = np.concatenate([np.asarray(old_sources, np.int64), sources[chosen] - start])
    late = all_steps + longest >= end
    queue.set_in_flight(all_steps[late].astype(np.int64), all_sources[late].astype(np.int32), end)
