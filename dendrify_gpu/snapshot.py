"""A network as plain data, at time zero: what an exporter or another engine needs to build it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .errors import NetworkError
from .gpu import Model, MonitorPlan, NetworkPlan, ProjectionPlan, nearest_names

__all__ = ["DrivenParameter", "Snapshot"]


@dataclass(frozen=True, eq=False)
class DrivenParameter:
    """A parameter that takes other values in steps [start, stop): the plain data of a current step."""

    population: str
    parameter: str
    indices: np.ndarray
    value: float | np.ndarray
    start: int
    stop: int


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A network at time zero, with the present values of its variables.

    Attributes
    ----------
    plan : NetworkPlan
        Sizes, initial values, sources, synapses and samples.
    models : mapping of str to Model
        The model of each population in Brian2's language.
    driven : tuple of DrivenParameter
        Current steps.
    recorded_sources : tuple of str
        Groups of sources whose spikes are recorded.
    """

    plan: NetworkPlan
    models: Mapping[str, Model]
    driven: tuple[DrivenParameter, ...]
    recorded_sources: tuple[str, ...] = ()

    def edges(self, steps: int) -> list[int]:
        """Return the steps in (0, steps) at which a driven parameter changes, and `steps`."""
        changes = {edge for item in self.driven for edge in (item.start, item.stop)}
        return [*sorted(edge for edge in changes if 0 < edge < steps), steps]

    def driven_values(self, step: int) -> dict[tuple[str, str], np.ndarray]:
        """Return the values in a step of all driven parameters, by population and name."""
        values: dict[tuple[str, str], np.ndarray] = {}
        for item in self.driven:
            key = (item.population, item.parameter)
            if key not in values:
                plan = next(p for p in self.plan.populations if p.name == item.population)
                base = plan.initial.get(item.parameter, 0.0)
                values[key] = np.array(np.broadcast_to(base, (plan.n,)), dtype=np.float64)
            if item.start <= step < item.stop:
                values[key][item.indices] = item.value
        return values

    def with_monitors(self, monitors: Iterable[MonitorPlan]) -> Snapshot:
        """Return the same network with other samples and no recorded sources."""
        plan = replace(self.plan, monitors=tuple(monitors))
        return replace(self, plan=plan, recorded_sources=())

    def part(self, sizes: Mapping[str, int]) -> Snapshot:
        """Return a part of the network: the first neurons of some populations.

        What remains is the same as before: the cells, the synapses among them, and the sources that reach
        them. Populations that are not named remain whole.

        Parameters
        ----------
        sizes : mapping of str to int
            Number of neurons to keep, by population.

        Returns
        -------
        Snapshot

        Raises
        ------
        NetworkError
            If a population does not exist or has fewer neurons.
        """
        plan = self.plan
        known = {population.name: population.n for population in plan.populations}
        for name, size in sizes.items():
            if name not in known:
                raise NetworkError(
                    f"subset: there is no population {name!r}. {nearest_names(name, known)}"
                )
            if not _is_whole(size) or not 1 <= size <= known[name]:
                raise NetworkError(
                    f"subset: {size!r} of the {known[name]} neurons of {name!r} cannot be taken; give a "
                    "whole number from 1 to that."
                )
        kept = {name: int(sizes.get(name, n)) for name, n in known.items()}
        extents = dict(kept)
        for generator in plan.generators:
            extents[generator.name] = generator.n
        for poisson in plan.poisson:
            extents[poisson.name] = _needed_sources(poisson.name, poisson.n, plan.projections, kept)
        return Snapshot(
            replace(
                plan,
                populations=tuple(
                    replace(item, n=kept[item.name], initial=_first(item.initial, kept[item.name]))
                    for item in plan.populations
                ),
                poisson=tuple(
                    replace(item, n=extents[item.name], rate=_head(item.rate, extents[item.name]))
                    for item in plan.poisson
                ),
                projections=tuple(
                    projection
                    for projection in (_cut(item, extents) for item in plan.projections)
                    if projection.n_synapse
                ),
                monitors=tuple(
                    replace(item, indices=item.indices[item.indices < kept[item.population]])
                    for item in plan.monitors
                ),
            ),
            self.models,
            tuple(_cut_driven(item, kept[item.population]) for item in self.driven),
            self.recorded_sources,
        )


def _needed_sources(
    name: str, n: int, projections: Iterable[ProjectionPlan], kept: Mapping[str, int]
) -> int:
    """Return how many of the first sources reach the neurons that are kept."""
    needed = 1
    for item in projections:
        if item.pre != name:
            continue
        if item.kind != "one_to_one":
            return n
        reached = min(item.n_source, max(0, kept[item.post] - item.first_target))
        needed = max(needed, item.first_source + reached)
    return min(n, needed)


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _head(value: Any, n: int) -> Any:
    return value[:n] if isinstance(value, np.ndarray) and value.ndim else value


def _chosen(value: Any, which: np.ndarray) -> Any:
    return value[which] if isinstance(value, np.ndarray) and value.ndim else value


def _first(values: Mapping[str, float | np.ndarray], n: int) -> dict[str, float | np.ndarray]:
    return {name: _head(value, n) for name, value in values.items()}


def _cut_driven(item: DrivenParameter, n: int) -> DrivenParameter:
    inside = item.indices < n
    value = _chosen(item.value, inside)
    return replace(item, indices=item.indices[inside], value=value)


def _cut(item: ProjectionPlan, extents: Mapping[str, int]) -> ProjectionPlan:
    """Return the synapses between sources and targets that are kept."""
    n_source = min(item.n_source, max(0, extents[item.pre] - item.first_source))
    n_target = min(item.n_target, max(0, extents[item.post] - item.first_target))
    if item.kind == "one_to_one":
        n_source = n_target = min(n_source, n_target)
    if item.kind != "explicit":
        return replace(item, n_source=n_source, n_target=n_target)
    assert item.row is not None and item.target is not None
    end = int(item.row[n_source])
    inside = item.target[:end] < item.first_target + n_target
    row = np.concatenate([[0], np.cumsum(inside)])[item.row[: n_source + 1]].astype(np.int64)
    return replace(
        item,
        n_source=n_source,
        n_target=n_target,
        row=row,
        target=item.target[:end][inside],
        weight=_chosen(_head(item.weight, end), inside),
        delay=_chosen(_head(item.delay, end), inside),
    )
