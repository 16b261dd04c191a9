"""Runs a network of tasks: compiles its text, hands the tables over, and carries out time steps."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ..backends.cpu import CpuBackend
from ..errors import NetworkTooLargeError
from .library import OrderedText, ordered_text
from .structures import (
    ClockStructure,
    FlightStructure,
    PathwayStructure,
    RecordStructure,
    RunStructure,
    WorkerStructure,
    aligned,
    check_sizes,
)
from .tables import PathwayTable, Tables
from .task import Task

__all__ = ["OrderedProgram", "OrderedRun", "Stop"]


class Stop(IntEnum):
    """Why a run stopped."""

    FINISHED = 0
    RECORD_FULL = 1
    PAUSED = 2
    PYTHON_DUE = 3
    OUT_OF_MEMORY = 4
    FLIGHT_FULL = 5


@dataclass(frozen=True)
class OrderedProgram:
    """A compiled network of tasks.

    Attributes
    ----------
    text : OrderedText
    library : ctypes.CDLL
    threads : int
    compiled : bool
        False if it came from the cache.
    compile_seconds : float
    """

    text: OrderedText
    library: ctypes.CDLL
    threads: int
    compiled: bool
    compile_seconds: float

    @classmethod
    def build(
        cls,
        tasks: Sequence[Task],
        precision: int,
        backend: CpuBackend,
        threads: int,
        profile: bool = False,
        meanwhile: Callable[[], None] | None = None,
    ) -> OrderedProgram:
        """Compile tasks.

        Parameters
        ----------
        tasks : sequence of Task
        precision : {32, 64}
        backend : CpuBackend
        threads : int
            Threads that carry the tasks out.
        profile : bool, optional
            Whether the time that each task takes is measured.
        meanwhile : callable, optional
            Called once: while the compiler is at work, if it has work to do.

        Raises
        ------
        ToolchainError
            If the compiler refuses the text.
        """
        text = ordered_text(tasks, profile)
        started = time.perf_counter()
        path, made = backend.library(text.text, precision, text.groups, meanwhile)
        library = ctypes.CDLL(str(path))
        check_sizes(library)
        return cls(text, library, threads, made, time.perf_counter() - started)

    def start(self, tables: Tables) -> OrderedRun:
        """Return a run on given tables."""
        return OrderedRun(self, tables)


class OrderedRun:
    """One run of a program on given tables.

    Parameters
    ----------
    program : OrderedProgram
    tables : Tables
        Arrays have room for a whole vector behind their last element.
    """

    def __init__(self, program: OrderedProgram, tables: Tables) -> None:
        self._program = program
        self._tables = tables
        self._kept: list[object] = []
        threads = program.threads
        self._run = self._structures(RunStructure)[0]
        run = self._run
        run.array = self._pointers([array.ctypes.data for array in tables.arrays])
        run.number = self._values(tables.numbers, np.float64)
        run.size = self._values(tables.sizes, np.int64)
        self._clocks = self._structures(ClockStructure, len(tables.clocks))
        for structure, clock in zip(self._clocks, tables.clocks, strict=False):
            structure.step = clock.step.ctypes.data
            structure.t, structure.dt = clock.t.ctypes.data, clock.dt.ctypes.data
            structure.times = None if clock.times is None else clock.times.ctypes.data
            structure.end, structure.python = clock.end, clock.python
        self._records = self._structures(RecordStructure, len(tables.records))
        for number in range(len(tables.records)):
            self._set_record(number)
        self._pathways = self._structures(PathwayStructure, len(tables.pathways))
        self._flights = [self._structures(FlightStructure, threads) for _ in tables.pathways]
        for number, pathway in enumerate(tables.pathways):
            self._set_pathway(number, pathway)
        workers = self._structures(WorkerStructure, threads)
        for number, worker in enumerate(workers):
            worker.run, worker.number = ctypes.addressof(run), number
        run.clock, run.pathway = ctypes.addressof(self._clocks), ctypes.addressof(self._pathways)
        run.record, run.worker = ctypes.addressof(self._records), ctypes.addressof(workers)
        run.n_clock, run.n_record = len(tables.clocks), len(tables.records)
        run.n_pathway = len(tables.pathways)
        run.n_worker, run.seed = threads, tables.seed & 0xFFFFFFFF
        run.drawn = tables.drawn
        self._seconds = np.zeros(max(1, len(program.text.tasks)))
        run.seconds = self._seconds.ctypes.data
        run.kept = self._values([0.0] * program.text.n_kept, np.float64)

    # ------------------------------------------------------------------------ running

    def steps(self, most: int) -> Stop:
        """Do whole time steps until the end, at most so many, or until the host is needed."""
        self._run.steps = most
        stop = Stop(self._program.library.run_steps(ctypes.byref(self._run)))
        if stop is Stop.OUT_OF_MEMORY:
            raise NetworkTooLargeError(
                "Memory for spikes on their way, or threads, could not be had. Use fewer threads, or close other "
                "programs."
            )
        return stop

    def part(self, first: int, end: int) -> None:
        """Carry out some tasks of the current step."""
        self._run.first_task, self._run.end_task = first, end
        self._program.library.run_part(ctypes.byref(self._run))

    def finish_step(self) -> None:
        """End a step that was done in parts."""
        self._program.library.finish_step(ctypes.byref(self._run))

    def collect(self) -> None:
        """Do nothing: the tasks work on the arrays of the host."""

    def hand_over(self) -> None:
        """Do nothing: the tasks work on the arrays of the host."""

    def is_due(self, clock: int) -> bool:
        """Return whether a clock's tasks belong to the current step."""
        return bool(self._clocks[clock].due)

    @property
    def drawn(self) -> int:
        """Steps since the seed was set."""
        return int(self._run.drawn)

    @property
    def seconds(self) -> np.ndarray:
        """Time that each task took, if the program measures it."""
        return self._seconds

    # ------------------------------------------------------------------------ results

    def record_count(self, number: int) -> int:
        """Return how much a monitor has recorded since it was last taken."""
        return int(self._records[number].count)

    def take_record(self, number: int) -> list[np.ndarray]:
        """Return what a monitor has recorded since the last call, one array for each column."""
        count = self._records[number].count
        self._records[number].count = 0
        return [column[:count].copy() for column in self._tables.records[number].columns]

    def in_flight(self, number: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Return steps and sources of the spikes on their way through a pathway, and how many early events are done.

        Each thread keeps the spikes that reach its own synapses; this is all of them, in the order of emission.
        """
        found = []
        for flight in self._flights[number][: self._program.threads]:
            places = np.arange(flight.head, flight.tail) & max(0, flight.room - 1)
            if len(places):
                source = np.ctypeslib.as_array(
                    ctypes.cast(flight.source, ctypes.POINTER(ctypes.c_int32)), (flight.room,)
                )
                step = np.ctypeslib.as_array(
                    ctypes.cast(flight.step, ctypes.POINTER(ctypes.c_int64)), (flight.room,)
                )
                found.append(np.stack([step[places], source[places].astype(np.int64)], axis=1))
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.int32), self._now(number)
        spikes = np.unique(np.concatenate(found), axis=0)
        return spikes[:, 0].copy(), spikes[:, 1].astype(np.int32), self._now(number)

    def close(self) -> None:
        """Give back the memory of spikes on their way."""
        for flights in self._flights:
            for flight in flights[: self._program.threads]:
                self._program.library.release_flight(ctypes.byref(flight))

    def _now(self, number: int) -> int:
        return int(self._flights[number][0].now)

    # ----------------------------------------------------------------------- structures

    def _structures(self, structure: type[ctypes.Structure], count: int = 1) -> ctypes.Array:
        array, memory = aligned(structure, count)
        self._kept.append(memory)
        return array

    def _values(self, values: Sequence[float], dtype: type[np.generic]) -> int:
        array = np.array(values, dtype=dtype) if len(values) else np.zeros(1, dtype=dtype)
        self._kept.append(array)
        return int(array.ctypes.data)

    def _pointers(self, addresses: Sequence[int]) -> int:
        return self._values(np.array(addresses, dtype=np.uint64), np.uint64)  # type: ignore[arg-type]

    def _set_record(self, number: int) -> None:
        record, structure = self._tables.records[number], self._records[number]
        structure.column = self._pointers([column.ctypes.data for column in record.columns])
        structure.capacity, structure.most = record.capacity, record.most

    def _set_pathway(self, number: int, pathway: PathwayTable) -> None:
        structure, flights = self._pathways[number], self._flights[number]
        self._kept.append(pathway)
        for name in ("row", "order", "delay", "early_row", "early_step", "early_synapse"):
            array = getattr(pathway, name)
            setattr(structure, name, None if array is None else array.ctypes.data)
        structure.flight = ctypes.addressof(flights)
        structure.common_delay = pathway.common_delay
        structure.first_source, structure.n_source = pathway.first_source, pathway.n_source
        library = self._program.library
        for thread in range(self._program.threads):
            flights[thread].now = pathway.now
            row = pathway.row[thread]
            for step, source in zip(*pathway.in_flight, strict=True):
                if row[source] < row[source + 1]:
                    library.add_to_flight(
                        ctypes.byref(structure),
                        ctypes.c_int32(thread),
                        ctypes.c_int32(source),
                        ctypes.c_int64(step),
                    )
