"""Bins in which the CPU collects the synaptic events of networks larger than its caches, see bins_cpu.h."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..backends.base import Backend, Buffer
from .layout import BIN
from .plan import NetworkPlan
from .ports import Port
from .stages import MOST_SLOTS, NEURONS_TOGETHER, StagePlan, counts, is_large

__all__ = ["EVENTS_OF_BIN", "BinMemory", "bin_bytes"]

#: As in bins_cpu.h.
EVENTS_OF_BIN = 2040


class BinMemory:
    """The bins of all populations, for the ports that explicit synapses lead to.

    Parameters
    ----------
    plan : NetworkPlan
    ports : list of tuple of Port
        Ports of each population.
    stages : list of StagePlan or None
    backend : Backend
    """

    def __init__(
        self,
        plan: NetworkPlan,
        ports: list[tuple[Port, ...]],
        stages: list[StagePlan | None],
        backend: Backend,
    ) -> None:
        self._arrays: list[Buffer] = []
        tables = [np.zeros(max(1, len(its_ports)), dtype=BIN) for its_ports in ports]
        for item in _sizes(plan, ports, stages, backend.threads):
            event = backend.allocate((item.n_turn * item.n_bin * item.event_bytes,), np.uint8)
            count = backend.allocate((item.n_turn * item.n_count,), np.int32)
            self._arrays += [event, count]
            tables[item.population][item.port] = (
                *(event.address, count.address),
                *(item.n_bin, item.n_count),
            )
        self._tables = [backend.upload(table) if table["event"].any() else None for table in tables]

    def address(self, population: int, n_slot: int) -> int:
        """Return the address of a population's table, 0 where it does without bins."""
        table = self._tables[population]
        return 0 if table is None or n_slot > MOST_SLOTS else table.address


def bin_bytes(
    plan: NetworkPlan,
    ports: list[tuple[Port, ...]],
    stages: list[StagePlan | None],
    threads: int,
) -> int:
    """Return the bytes that the bins of a network take.

    Parameters
    ----------
    plan : NetworkPlan
    ports : list of tuple of Port
        Ports of each population.
    stages : list of StagePlan or None
    threads : int
        Threads that have bins of their own.
    """
    return sum(
        item.n_turn * (item.n_bin * item.event_bytes + 4 * item.n_count)
        for item in _sizes(plan, ports, stages, threads)
    )


@dataclass(frozen=True)
class _Size:
    """Bins of one port: how many turns of how many, the bytes of one, and how many counts a turn has."""

    population: int
    port: int
    n_turn: int
    n_bin: int
    event_bytes: int
    n_count: int


def _sizes(
    plan: NetworkPlan,
    ports: list[tuple[Port, ...]],
    stages: list[StagePlan | None],
    threads: int,
) -> Iterator[_Size]:
    """Yield the sizes of each port that has bins."""
    explicit = {item.name for item in plan.projections if item.kind == "explicit"}
    for number, (population, stage) in enumerate(zip(plan.populations, stages, strict=True)):
        if not is_large(population):
            continue
        # A thread's neurons begin anywhere; its first bin follows the last one that the threads before it may need.
        n_bin = population.n // NEURONS_TOGETHER + 1 + threads
        for port, its in enumerate(ports[number]):
            if explicit.intersection(its.projections):
                turns = stage.n_turn if stage is not None and stage.ports[port] else 1
                size = 4 if its.narrow else 2 * plan.precision // 8
                yield _Size(
                    *(number, port, turns, n_bin),
                    *(EVENTS_OF_BIN * size, counts(population, threads)),
                )
