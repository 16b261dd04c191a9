"""Bins in which the CPU collects the synaptic events of networks larger than its caches, see bins_cpu.h."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..backends.base import Backend, Buffer
from .layout import BIN
from .plan import NetworkPlan
from .ports import Port

__all__ = ["LEAST_NEURONS", "BinMemory", "bin_bytes"]

#: Fewest neurons of a population that has bins.
LEAST_NEURONS = 2**13

#: As in bins_cpu.h: neurons and events of a bin, and how far the counts of two threads are apart.
_NEURONS, _EVENTS, _COUNTS_APART = 2048, 2040, 16

#: Most steps of pending input that the place of an event can tell apart.
_MOST_SLOTS = 2**13


class BinMemory:
    """The bins of all populations, for the ports that explicit synapses lead to.

    Parameters
    ----------
    plan : NetworkPlan
    ports : list of tuple of Port
        Ports of each population.
    backend : Backend
    """

    def __init__(self, plan: NetworkPlan, ports: list[tuple[Port, ...]], backend: Backend) -> None:
        self._arrays: list[Buffer] = []
        tables = [np.zeros(max(1, len(its_ports)), dtype=BIN) for its_ports in ports]
        for population, port, event_bytes, counts in _sizes(plan, ports, backend.threads):
            event = backend.allocate((event_bytes,), np.uint8)
            count = backend.allocate((counts,), np.int32)
            self._arrays += [event, count]
            tables[population][port] = (event.address, count.address)
        self._tables = [backend.upload(table) if table["event"].any() else None for table in tables]

    def address(self, population: int, n_slot: int) -> int:
        """Return the address of a population's table, 0 where it does without bins."""
        table = self._tables[population]
        return 0 if table is None or n_slot > _MOST_SLOTS else table.address


def bin_bytes(plan: NetworkPlan, ports: list[tuple[Port, ...]], threads: int) -> int:
    """Return the bytes that the bins of a network take.

    Parameters
    ----------
    plan : NetworkPlan
    ports : list of tuple of Port
        Ports of each population.
    threads : int
        Threads that have bins of their own.
    """
    return sum(event_bytes + 4 * counts for *_, event_bytes, counts in _sizes(plan, ports, threads))


def _sizes(
    plan: NetworkPlan, ports: list[tuple[Port, ...]], threads: int
) -> Iterator[tuple[int, int, int, int]]:
    """Yield population, port, bytes of events and number of counts for each port that has bins."""
    explicit = {item.name for item in plan.projections if item.kind == "explicit"}
    for number, population in enumerate(plan.populations):
        if population.n < LEAST_NEURONS:
            continue
        # A thread's neurons begin anywhere; its first bin follows the last one that the threads before it may need.
        bins = population.n // _NEURONS + 1
        for port, its in enumerate(ports[number]):
            if explicit.intersection(its.projections):
                size = 4 if its.narrow else 2 * plan.precision // 8
                yield (
                    number,
                    port,
                    (bins + threads) * _EVENTS * size,
                    bins + threads * _COUNTS_APART,
                )
