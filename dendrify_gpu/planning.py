"""From a network's objects to the plan that the core runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from .gpu import (
    GeneratorPlan,
    MonitorPlan,
    NetworkPlan,
    PoissonPlan,
    PopulationPlan,
    ProjectionPlan,
)
from .population import Population
from .projection import Projection
from .recordings import TraceRecording
from .sources import PoissonGroup, SpikeGenerator
from .stimuli import CurrentStep, values_at

__all__ = ["make_plan"]

#: Streams of random numbers of Poisson groups begin here, far from those of populations.
_FIRST_POISSON_STREAM = 2**30


def make_plan(
    dt: float,
    precision: Literal[32, 64],
    seed: int,
    populations: Sequence[Population],
    sources: Sequence[PoissonGroup | SpikeGenerator],
    projections: Sequence[Projection],
    traces: Sequence[TraceRecording],
    current_steps: Iterable[CurrentStep],
    step: int,
    spikes: Iterable[str] | None = None,
) -> NetworkPlan:
    """Return the plan of a network at a time step.

    Parameters
    ----------
    dt : float
        Time step in seconds.
    precision : {32, 64}
        Bits of the floating-point numbers.
    seed : int
        Seed of the random numbers.
    populations, sources, projections, traces, current_steps
        The objects of the network.
    step : int
        The step at which the plan will start to run.
    spikes : iterable of str, optional
        Names of the spiking objects whose spikes are recorded. Default: all.

    Returns
    -------
    NetworkPlan
    """
    driven = values_at(current_steps, step)
    return NetworkPlan(
        dt,
        precision,
        seed,
        tuple(_population(item, driven) for item in populations),
        tuple(
            PoissonPlan(item.name, item.size, item.rate_, _FIRST_POISSON_STREAM + item.number)
            for item in sources
            if isinstance(item, PoissonGroup)
        ),
        tuple(
            GeneratorPlan(item.name, item.size, item.indices, item.steps)
            for item in sources
            if isinstance(item, SpikeGenerator)
        ),
        tuple(_projection(item) for item in projections if len(item)),
        tuple(
            MonitorPlan(
                item.name, item.population.name, item.variables, item.indices, item.every_steps
            )
            for item in traces
        ),
        None if spikes is None else tuple(dict.fromkeys(spikes)),
    )


def _population(
    population: Population, driven: dict[tuple[Population, str], float | np.ndarray]
) -> PopulationPlan:
    values = population.si_values()
    values |= {name: value for (owner, name), value in driven.items() if owner is population}
    return PopulationPlan(population.name, population.program, population.size, values)


def _projection(projection: Projection) -> ProjectionPlan:
    pairs, weight, delay = projection.table
    first_target = projection.post.first
    target = pairs.target
    if target is not None and first_target:
        target = target + np.int32(first_target)
    return ProjectionPlan(
        name=projection.name,
        pre=projection.pre.group.name,
        post=projection.post.group.name,
        targets=projection.targets,
        kind=pairs.kind,
        n_source=pairs.n_source,
        n_target=pairs.n_target,
        weight=weight,
        delay=delay,
        first_source=projection.pre.first,
        first_target=first_target,
        row=pairs.row,
        target=target,
    )
