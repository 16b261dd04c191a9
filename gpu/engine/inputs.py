"""Poisson sources and given spikes in a backend's memory."""

from __future__ import annotations

import numpy as np

from ..backends.base import Backend, Buffer
from ..codegen.host_functions import log1p
from .homes import find_home
from .layout import GENERATOR, POISSON
from .plan import GeneratorPlan, NetworkPlan

__all__ = ["GeneratorMemory", "PoissonMemory"]


class PoissonMemory:
    """All Poisson groups of a network.

    Parameters
    ----------
    plan : NetworkPlan
    first_source : dict of str to int
        Number of the first source of each spiking object, in the order of those numbers.
    backend : Backend
    """

    def __init__(self, plan: NetworkPlan, first_source: dict[str, int], backend: Backend) -> None:
        self._dt = plan.dt
        self._plans = {group.name: group for group in plan.poisson}
        self._number = {group.name: number for number, group in enumerate(plan.poisson)}
        self._table = np.zeros(max(1, len(plan.poisson)), dtype=POISSON)
        self._first_at_home: dict[int, int] = {}
        self._scale: dict[str, Buffer] = {}
        self.next_spike: dict[str, Buffer] = {}
        emitters = list(first_source)
        populations = [population.name for population in plan.populations]
        for number, group in enumerate(plan.poisson):
            record = self._table[number]
            self._scale[group.name] = backend.allocate((group.n,), np.float64)
            self._write_rate(group.name, group.rate)
            self.next_spike[group.name] = backend.upload(np.zeros(group.n, dtype=np.int32))
            record["next"] = self.next_spike[group.name].address
            record["gap_scale"] = self._scale[group.name].address
            record["n"] = group.n
            record["source"] = first_source[group.name]
            record["stream"] = group.stream
            record["emitter"] = emitters.index(group.name)
            home = find_home(plan, group)
            record["home"] = record["sibling"] = record["delay"] = -1
            if home is not None:
                record["home"] = place = populations.index(home.population)
                record["sibling"] = self._first_at_home.get(place, -1)
                record["delay"] = home.delay
                self._first_at_home[place] = number
        self._memory = backend.upload(self._table)

    @property
    def address(self) -> int:
        """Address of the table of groups."""
        return self._memory.address

    def first_at_home(self, population: int) -> int:
        """Return the number of the first group whose sources have one neuron each to themselves there, or -1."""
        return self._first_at_home.get(population, -1)

    def restart_of(self, name: str) -> int:
        """Return the step at which a group draws its next spikes anew."""
        return int(self._table["restart"][self._number[name]])

    def set_restart(self, name: str, step: int) -> None:
        """Let a group draw its next spikes anew when its spikes of that step are made."""
        self._table["restart"][self._number[name]] = step
        self._memory.write(self._table)

    def set_rate(self, name: str, rate: float | np.ndarray, step: int) -> None:
        """Change the rate of a group from a step on; a Poisson process has no memory."""
        self._write_rate(name, rate)
        self.set_restart(name, step)

    def _write_rate(self, name: str, rate: float | np.ndarray) -> None:
        """Write ``1 / log(1 - rate*dt)``: -inf for a silent source, -0 for one that always spikes."""
        probability = np.clip(np.asarray(rate, dtype=np.float64) * self._dt, 0.0, 1.0)
        with np.errstate(divide="ignore"):
            scale = 1.0 / log1p(-probability)
        self._scale[name].write(np.broadcast_to(scale, (self._plans[name].n,)))
        # One value for all stays in the cache.
        self._table["rate_step"][self._number[name]] = np.any(scale != scale.flat[:1])


class GeneratorMemory:
    """All spike generators of a network."""

    def __init__(
        self, plans: tuple[GeneratorPlan, ...], first_source: dict[str, int], backend: Backend
    ) -> None:
        self._arrays: list[Buffer] = []
        table = np.zeros(max(1, len(plans)), dtype=GENERATOR)
        for record, plan in zip(table, plans, strict=False):
            order = np.argsort(plan.steps, kind="stable")
            for member, values in (("step", plan.steps), ("index", plan.indices)):
                chosen = np.asarray(values, dtype=np.int32)[order]
                self._arrays.append(
                    backend.upload(chosen if len(chosen) else np.zeros(1, np.int32))
                )
                record[member] = self._arrays[-1].address
            record["n_spike"] = len(plan.steps)
            record["source"] = first_source[plan.name]
        self._memory = backend.upload(table)

    @property
    def address(self) -> int:
        """Address of the table of generators."""
        return self._memory.address
