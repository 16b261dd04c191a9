"""Projections in a backend's memory, and which of them each spiking object feeds."""

from __future__ import annotations

import numpy as np

from ..backends.base import Backend, Buffer
from .layout import EMITTER, PROJECTION
from .plan import NetworkPlan, ProjectionPlan
from .ports import Port, port_of, quantise

__all__ = ["Wiring"]

_KINDS = {"explicit": 0, "one_to_one": 1, "all_to_all": 2}


class Wiring:
    """All projections of a network.

    Parameters
    ----------
    plan : NetworkPlan
    ports : list of tuple of Port
        Ports of each population.
    first_source : dict of str to int
        Number of the first source of each spiking object, in the order of those numbers.
    sizes : dict of str to int
        Number of sources of each spiking object.
    backend : Backend
    integer : type
        Type of weights.
    """

    def __init__(
        self,
        plan: NetworkPlan,
        ports: list[tuple[Port, ...]],
        first_source: dict[str, int],
        sizes: dict[str, int],
        backend: Backend,
        integer: type,
    ) -> None:
        self._backend = backend
        self._integer = integer
        self._arrays: list[Buffer] = []
        names = [population.name for population in plan.populations]
        emitters = np.zeros(len(first_source), dtype=EMITTER)
        rows: list[np.ndarray] = []
        for record, (name, first) in zip(emitters, first_source.items(), strict=True):
            record["source"] = first
            record["n"] = sizes[name]
            record["first_projection"] = len(rows)
            for projection in plan.projections:
                if projection.pre == name:
                    population = names.index(projection.post)
                    rows.append(self._record(projection, population, ports[population]))
            record["last_projection"] = len(rows)
            record["recorded"] = plan.spikes is None or name in plan.spikes
        table = np.zeros(max(1, len(rows)), dtype=PROJECTION)
        for number, row in enumerate(rows):
            table[number] = row
        self.n_emitter = len(emitters)
        self._projections = backend.upload(table)
        self._emitters = backend.upload(emitters)

    @property
    def projection_address(self) -> int:
        """Address of the table of projections."""
        return self._projections.address

    @property
    def emitter_address(self) -> int:
        """Address of the table of spiking objects."""
        return self._emitters.address

    def _record(
        self, projection: ProjectionPlan, population: int, ports: tuple[Port, ...]
    ) -> np.ndarray:
        record = np.zeros((), dtype=PROJECTION)
        number = port_of(projection, ports)
        weight = quantise(projection.weight, ports[number])
        if weight.ndim:
            record["weight"] = self._keep(weight.astype(self._integer))
        else:
            record["common_weight"] = int(weight)
        if np.ndim(projection.delay):
            record["delay"] = self._keep(np.asarray(projection.delay, dtype=np.uint16))
        else:
            record["common_delay"] = int(projection.delay)
        if projection.kind == "explicit":
            assert projection.row is not None and projection.target is not None
            record["row"] = self._keep(projection.row.astype(np.int64))
            record["target"] = self._keep(projection.target.astype(np.int32))
        record["kind"] = _KINDS[projection.kind]
        record["population"] = population
        record["port"] = number
        for member in ("n_source", "n_target", "first_source", "first_target"):
            record[member] = getattr(projection, member)
        return record

    def _keep(self, values: np.ndarray) -> int:
        self._arrays.append(
            self._backend.upload(values if values.size else np.zeros(1, values.dtype))
        )
        return self._arrays[-1].address
