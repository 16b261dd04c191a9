"""Which input the CPU collects in its caches, where a network is larger than these, see stage_cpu.h."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..backends.base import Backend, Buffer
from .homes import find_home
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
    population : PopulationPlan
    ports : tuple of bool
        Whether the input of each port is.
    n_slot : int
        Pending steps of input.
    n_turn : int
        Coming windows for which events wait.
    longest : int
        Longest delay in steps of the synapses onto the population.
    parts : dict of str to int
        Bytes of what a thread has: input, which vectors have some, where it is, and the turns of bins.
    """

    population: PopulationPlan
    ports: tuple[bool, ...]
    n_slot: int
    n_turn: int
    longest: int
    parts: dict[str, int]

    @property
    def thread_bytes(self) -> int:
        """Bytes from what one thread has to what the next one has, which begins with a page of its own."""
        return -(-sum(self.parts.values()) // 4096) * 4096


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
    sources = {
        item.name: item
        for item in plan.poisson
        if plan.spikes is not None and item.name not in plan.spikes
    }

    def turns_of(population: PopulationPlan, projection: ProjectionPlan) -> int:
        """Return in how many coming windows events may be due, 0 where that is not known."""
        if projection.kind == "explicit":
            ahead = 0 if projection.pre in neurons else window
            return (delay_range(projection)[1] + ahead) // window + 1
        group = sources.get(projection.pre)
        home = None if group is None else find_home(plan, group)
        if group is None or home is None:
            return 0
        # Threads divide sources as they divide neurons.
        divided = threads == 1 or (home.first_target == 0 and population.n == group.n)
        return int(divided and home.n_link <= MOST_LINKS and home.delay >= 0)

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
        parts = _parts(its_ports, staged, n_slot, plan.precision)
        plans.append(StagePlan(population, staged, n_slot, n_turn, longest, parts))
    return plans


def is_large(population: PopulationPlan) -> bool:
    """Return whether a population has bins and stages in a network larger than the caches."""
    return population.n >= LEAST_NEURONS


def counts(population: PopulationPlan, threads: int) -> int:
    """Return how many numbers count something of neurons that lie together, in the memory of all threads."""
    return population.n // NEURONS_TOGETHER + 1 + threads * COUNTS_APART


class StageMemory:
    """The stages of all populations.

    Parameters
    ----------
    stages : list of StagePlan or None
    backend : Backend
    """

    def __init__(self, stages: list[StagePlan | None], backend: Backend) -> None:
        self._memory: list[Buffer] = []
        self._records: dict[int, tuple[Buffer, int]] = {}
        for number, stage in enumerate(stages):
            if stage is None:
                continue
            memory = backend.allocate((backend.threads * stage.thread_bytes,), np.uint8)
            counted = counts(stage.population, backend.threads)
            held_until = backend.allocate((counted,), np.int32)
            record = np.zeros(1, dtype=STAGE)
            begin = memory.address
            for name, size in stage.parts.items():
                if size:
                    record[name] = begin
                begin += size
            record["held_until"] = held_until.address
            record["n_byte"], record["n_turn"] = stage.thread_bytes, stage.n_turn
            record["longest"] = stage.longest
            table = backend.upload(record)
            self._memory += [memory, held_until, table]
            self._records[number] = table, stage.n_slot

    @property
    def nbytes(self) -> int:
        """Bytes of all stages."""
        return sum(buffer.nbytes for buffer in self._memory)

    def address(self, population: int, n_slot: int) -> int:
        """Return the address of a population's stage, 0 where it has none or where its input was lengthened since."""
        record, planned = self._records.get(population, (None, 0))
        return 0 if record is None or n_slot != planned else record.address


def stage_bytes(stages: list[StagePlan | None], threads: int) -> int:
    """Return the bytes that the stages of a network take.

    Parameters
    ----------
    stages : list of StagePlan or None
    threads : int
        Threads that have stages of their own.
    """
    return sum(
        threads * stage.thread_bytes + 4 * counts(stage.population, threads) + STAGE.itemsize
        for stage in stages
        if stage is not None
    )


def _parts(
    ports: tuple[Port, ...], staged: tuple[bool, ...], n_slot: int, precision: int
) -> dict[str, int]:
    sizes = [1 if port.narrow else precision // 8 for port in ports]
    wide = {chosen for port, chosen in zip(ports, staged, strict=True) if not port.narrow}
    pending = NEURONS_TOGETHER // LEAST_LANES * len(ports) * n_slot
    return {
        "input": NEURONS_TOGETHER * n_slot * int(np.dot(sizes, staged)),
        # The population's own serves all its ports.
        "pending": pending if wide == {True} else 0,
        "port": PORT.itemsize * len(ports),
        "turn": n_slot,
    }
