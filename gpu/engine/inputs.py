"""Poisson sources and given spikes in a backend's memory."""

from __future__ import annotations

import numpy as np

from ..backends.base import Backend, Buffer
from ..codegen.host_functions import log1p
from .layout import GENERATOR, POISSON
from .plan import GeneratorPlan, PoissonPlan

__all__ = ["GeneratorMemory", "PoissonMemory"]


class PoissonMemory:
    """All Poisson groups of a network.

    Parameters
    ----------
    plans : tuple of PoissonPlan
    first_source : dict of str to int
        Number of the first source of each object among all spiking objects.
    dt : float
        Time step in seconds.
    backend : Backend
    """

    def __init__(
        self,
        plans: tuple[PoissonPlan, ...],
        first_source: dict[str, int],
        dt: float,
        backend: Backend,
    ) -> None:
        self._dt = dt
        self._plans = {plan.name: plan for plan in plans}
        self._number = {plan.name: number for number, plan in enumerate(plans)}
        self._table = np.zeros(max(1, len(plans)), dtype=POISSON)
        self._scale: dict[str, Buffer] = {}
        self.next_spike: dict[str, Buffer] = {}
        for record, plan in zip(self._table, plans, strict=False):
            self._scale[plan.name] = backend.upload(self._gap_scale(plan.name, plan.rate))
            self.next_spike[plan.name] = backend.upload(np.zeros(plan.n, dtype=np.int32))
            record["next"] = self.next_spike[plan.name].address
            record["gap_scale"] = self._scale[plan.name].address
            record["n"] = plan.n
            record["rate_step"] = 1
            record["source"] = first_source[plan.name]
            record["stream"] = plan.stream
        self._memory = backend.upload(self._table)

    @property
    def address(self) -> int:
        """Address of the table of groups."""
        return self._memory.address

    def restart_of(self, name: str) -> int:
        """Return the step at which a group draws its next spikes anew."""
        return int(self._table["restart"][self._number[name]])

    def set_restart(self, name: str, step: int) -> None:
        """Let a group draw its next spikes anew when its spikes of that step are made."""
        self._table["restart"][self._number[name]] = step
        self._memory.write(self._table)

    def set_rate(self, name: str, rate: float | np.ndarray, step: int) -> None:
        """Change the rate of a group from a step on; a Poisson process has no memory."""
        self._scale[name].write(self._gap_scale(name, rate))
        self.set_restart(name, step)

    def _gap_scale(self, name: str, rate: float | np.ndarray) -> np.ndarray:
        """Return ``1 / log(1 - rate*dt)``: -inf for a silent source, -0 for one that always spikes."""
        probability = np.clip(np.asarray(rate, dtype=np.float64) * self._dt, 0.0, 1.0)
        with np.errstate(divide="ignore"):
            return np.broadcast_to(1.0 / log1p(-probability), (self._plans[name].n,))


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
