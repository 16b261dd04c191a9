"""Which input the CPU collects in its caches, where a network is larger than these, see stage_cpu.h."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..backends.base import Backend, Buffer
from .layout import PORT, STAGE
from .plan import NetworkPlan, PopulationPlan, ProjectionPlan
from .population import LEAST_LANES
from .ports import Port
from .schedule import delay_range

__all__ = [
    "COUNTS_APART",
    "LEAST_NEURONS",
    "MOST_SLOTS",
    "NEURONS_TOGETHER",
    "StageMemory",
    "StagePlan",
    "common_delay",
    "counts",
    "is_large",
    "plan_stages",
    "stage_bytes",
]

#: Fewest neurons of a population that has bins and stages.
LEAST_NEURONS = 2**13

#: As in the headers: neurons that lie together, how far the counts of two threads are apart, most steps of pending
#: input that the place of an event in a bin can tell apart, and most projections of sources that are at home.
NEURONS_TOGETHER, COUNTS_APART, MOST_SLOTS, MOST_LINKS = 2048, 16, 2**13, 8

#: Most coming windows for which events wait in bins of their own.
_MOST_TURNS = 16


@dataclass(frozen=True)
class StagePlan:
    """What is collected for one population.

    Attributes
    ----------
    ports : tuple of bool
        Whether the input of each port is.
    n_turn : int
        Coming windows for which events wait.
    longest : int
        Longest delay in steps of the synapses onto the population.
    """

    ports: tuple[bool, ...]
    n_turn: int
    longest: int


def plan_stages(
    plan: NetworkPlan,
    ports: list[tuple[Port, ...]],
    slots: list[int],
    window: int,
    threads: int,
) -> list[StagePlan | None]:
    """Decide which ports of a network larger than the caches are staged.

    It must be known for a port in which window each of its events will be due, and who brings it there: a bin of
    explicit synapses, or a source with a neuron of its own.

    Parameters
    ----------
    plan : NetworkPlan
    ports : list of tuple of Port
        Ports of each population.
    slots : list of int
        Pending steps of input of each population.
    window : int
        Steps of a window.
    threads : int
        Most threads that may advance the network.

    Returns
    -------
    list of StagePlan or None
        Of each population; None where nothing is staged.
    """
    neurons = {item.name for item in plan.populations}
    sources = {item.name: item.n for item in plan.poisson}

    def turns_of(population: PopulationPlan, projection: ProjectionPlan) -> int:
        """Return in how many coming windows events may be due, 0 where that is not known."""
        if projection.kind == "explicit":
            ahead = 0 if projection.pre in neurons else window
            return (delay_range(projection)[1] + ahead) // window + 1
        n = sources.get(projection.pre)
        return int(n is not None and _at_home(plan, population, projection, n, threads))

    plans: list[StagePlan | None] = []
    for population, its_ports, n_slot in zip(plan.populations, ports, slots, strict=True):
        into = {item.name: item for item in plan.projections if item.post == population.name}
        turns = [
            [turns_of(population, into[name]) for name in port.projections] for port in its_ports
        ]
        staged = tuple(bool(port) and all(0 < n <= _MOST_TURNS for n in port) for port in turns)
        if not is_large(population) or n_slot > MOST_SLOTS or not any(staged):
            plans.append(None)
            continue
        n_turn = max(max(port) for port, chosen in zip(turns, staged, strict=True) if chosen)
        longest = max(delay_range(item)[1] for item in into.values())
        plans.append(StagePlan(staged, n_turn, longest))
    return plans


def is_large(population: PopulationPlan) -> bool:
    """Return whether a population has bins and stages in a network larger than the caches."""
    return population.n >= LEAST_NEURONS


def counts(population: PopulationPlan, threads: int) -> int:
    """Return how many numbers count something of neurons that lie together, in the memory of all threads."""
    return population.n // NEURONS_TOGETHER + 1 + threads * COUNTS_APART


def common_delay(projections: Iterable[ProjectionPlan]) -> int:
    """Return the delay in steps of all synapses of some projections, -1 if they differ."""
    ends = {end for projection in projections for end in delay_range(projection)}
    return ends.pop() if len(ends) == 1 else -1


def _at_home(
    plan: NetworkPlan,
    population: PopulationPlan,
    projection: ProjectionPlan,
    n: int,
    threads: int,
) -> bool:
    """Return whether the n sources of a projection bring their spikes to neurons of their own, with one delay."""
    if projection.kind != "one_to_one" or plan.spikes is None or projection.pre in plan.spikes:
        return False
    siblings = [item for item in plan.projections if item.pre == projection.pre]
    # Threads divide sources as they divide neurons.
    divided = threads == 1 or (projection.first_target == 0 and population.n == n)
    return (
        divided
        and len(siblings) <= MOST_LINKS
        and common_delay(siblings) >= 0
        and all(
            item.kind == "one_to_one"
            and (item.post, item.first_target) == (population.name, projection.first_target)
            and (item.first_source, item.n_source) == (0, n)
            for item in siblings
        )
    )


class StageMemory:
    """The stages of all populations.

    Parameters
    ----------
    plan : NetworkPlan
    ports : list of tuple of Port
        Ports of each population.
    slots : list of int
        Pending steps of input of each population.
    stages : list of StagePlan or None
    backend : Backend
    """

    def __init__(
        self,
        plan: NetworkPlan,
        ports: list[tuple[Port, ...]],
        slots: list[int],
        stages: list[StagePlan | None],
        backend: Backend,
    ) -> None:
        self._memory: list[Buffer] = []
        self._records: dict[int, tuple[Buffer, int]] = {}
        for number, stage in enumerate(stages):
            if stage is None:
                continue
            parts = _parts(ports[number], stage, slots[number], plan.precision)
            of_thread = _padded(sum(parts.values()))
            counted = counts(plan.populations[number], backend.threads)
            memory = backend.allocate((backend.threads * of_thread,), np.uint8)
            held_until = backend.allocate((counted,), np.int32)
            record = np.zeros(1, dtype=STAGE)
            begin = memory.address
            for name, size in parts.items():
                if size:
                    record[name] = begin
                begin += size
            record["held_until"] = held_until.address
            record["n_byte"], record["n_turn"] = of_thread, stage.n_turn
            record["longest"] = stage.longest
            table = backend.upload(record)
            self._memory += [memory, held_until, table]
            self._records[number] = table, slots[number]

    @property
    def nbytes(self) -> int:
        """Bytes of all stages."""
        return sum(buffer.nbytes for buffer in self._memory)

    def address(self, population: int, n_slot: int) -> int:
        """Return the address of a population's stage, 0 where it has none or where its input was lengthened since."""
        record, planned = self._records.get(population, (None, 0))
        return 0 if record is None or n_slot != planned else record.address


def stage_bytes(
    plan: NetworkPlan,
    ports: list[tuple[Port, ...]],
    slots: list[int],
    stages: list[StagePlan | None],
    threads: int,
) -> int:
    """Return the bytes that the stages of a network take.

    Parameters
    ----------
    plan : NetworkPlan
    ports : list of tuple of Port
        Ports of each population.
    slots : list of int
        Pending steps of input of each population.
    stages : list of StagePlan or None
    threads : int
        Threads that have stages of their own.
    """
    return sum(
        threads * _padded(sum(_parts(its_ports, stage, n_slot, plan.precision).values()))
        + 4 * counts(population, threads)
        + STAGE.itemsize
        for population, its_ports, n_slot, stage in zip(
            plan.populations, ports, slots, stages, strict=True
        )
        if stage is not None
    )


def _parts(
    ports: tuple[Port, ...], stage: StagePlan, n_slot: int, precision: int
) -> dict[str, int]:
    """Return the bytes of what one thread has: input, which vectors have some, where it is, and the turns of bins."""
    sizes = [1 if port.narrow else precision // 8 for port in ports]
    wide = {chosen for port, chosen in zip(ports, stage.ports, strict=True) if not port.narrow}
    pending = NEURONS_TOGETHER // LEAST_LANES * len(ports) * n_slot
    return {
        "input": NEURONS_TOGETHER * n_slot * int(np.dot(sizes, stage.ports)),
        "pending": pending if wide == {True} else 0,
        "port": PORT.itemsize * len(ports),
        "turn": n_slot,
    }


def _padded(size: int) -> int:
    """Return a size at which the next thread's memory begins with a page of its own."""
    return -(-size // 4096) * 4096
