"""Runs a network of tasks on a CUDA device: one launch does many steps, with the blocks meeting between tasks."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backends.base import Buffer
from ..backends.cuda import CudaBackend
from ..cache import cached_bytes
from .device_memory import DeviceArrays, Image
from .engine import Stop
from .library import OrderedText, ordered_text
from .structures import (
    ORDER,
    ClockStructure,
    FlightStructure,
    PathwayStructure,
    RecordStructure,
    RunStructure,
    WorkerStructure,
    compare_sizes,
)
from .tables import PathwayTable, Tables
from .task import Task

__all__ = ["CudaOrderedProgram", "CudaOrderedRun"]

#: Least room for spikes on their way.
_LEAST_ROOM = 1024


@dataclass(frozen=True)
class CudaOrderedProgram:
    """A compiled network of tasks.

    Attributes
    ----------
    text : OrderedText
    backend : CudaBackend
    kernels : mapping of str to Any
        Kernels of PyCUDA.
    threads : int
        Workers: blocks, each on a multiprocessor of its own.
    compiled : bool
        False if it came from the cache.
    compile_seconds : float
    """

    text: OrderedText
    backend: CudaBackend
    kernels: dict[str, Any]
    threads: int
    compiled: bool
    compile_seconds: float

    @classmethod
    def build(
        cls,
        tasks: Sequence[Task],
        precision: int,
        backend: CudaBackend,
        threads: int,
        profile: bool = False,
    ) -> CudaOrderedProgram:
        """Compile tasks.

        Parameters
        ----------
        tasks : sequence of Task
        precision : {32, 64}
        backend : CudaBackend
        threads : int
            Workers, at most as many as the device has multiprocessors: all blocks must be on it at the same time.
        profile : bool, optional
            Whether the time that each task takes is measured.

        Raises
        ------
        NotImplementedError
            If a statement calls a function that is given in C++.
        ToolchainError
            If the compiler refuses the text.
        """
        text = ordered_text(tasks, profile)
        for task, written in zip(tasks, text.tasks, strict=True):
            given = [name for name, item in written.functions.items() if item.role == "c"]
            if given:
                raise NotImplementedError(
                    f"{task.name}: the function {given[0]!r} is given in C++, which runs on the CPU only. Write it as "
                    "an expression or a TimedArray, or use backend='cpu'."
                )
        started = time.perf_counter()
        options = ("-DON_CUDA", f"-DWORKER_THREADS={backend.worker_threads}")
        path, made = backend.binary(text.text, precision, options)
        with backend.current():
            module = backend.driver.module_from_buffer(cached_bytes(path))
            kernels = {
                name: module.get_function(name).prepare("P")
                for name in ("run_steps", "run_part", "finish_step", "describe_sizes")
            }
        program = cls(text, backend, kernels, threads, made, time.perf_counter() - started)
        program._check_sizes()
        return program

    def start(self, tables: Tables) -> CudaOrderedRun:
        """Return a run on given tables."""
        return CudaOrderedRun(self, tables)

    def launch(self, kernel: str, address: int) -> None:
        """Run a kernel and wait for its end."""
        backend = self.backend
        with backend.current():
            self.kernels[kernel].prepared_async_call(
                (self.threads, 1), (backend.worker_threads, 1, 1), backend.kernel_stream, address
            )
            backend.kernel_stream.synchronize()

    def _check_sizes(self) -> None:
        sizes = self.backend.allocate((len(ORDER),), np.int64)
        self.launch("describe_sizes", sizes.address)
        compare_sizes(sizes.read())


class CudaOrderedRun:
    """One run of a program on given tables.

    Between `collect` and `hand_over` the arrays of the host are those of the run; else they are on the device.

    Parameters
    ----------
    program : CudaOrderedProgram
    tables : Tables
    """

    def __init__(self, program: CudaOrderedProgram, tables: Tables) -> None:
        self._program = program
        self._tables = tables
        self._backend = program.backend
        clocks = [array for clock in tables.clocks for array in (clock.step, clock.t, clock.dt)]
        self._clock_arrays = clocks
        times = [clock.times for clock in tables.clocks if clock.times is not None]
        self._arrays = DeviceArrays(program.backend, [*tables.arrays, *clocks, *times])
        self._columns = [
            [self._upload(column) for column in record.columns] for record in tables.records
        ]
        self._kept: list[Buffer] = []
        self._image = Image()
        self._fill_image()

    # ------------------------------------------------------------------------ running

    def steps(self, most: int) -> Stop:
        """Do whole time steps until the end, at most so many, or until the host is needed."""
        self._run.steps = most
        while True:
            stop = self._launch("run_steps")
            if stop is not Stop.FLIGHT_FULL:
                return stop
            self._grow()

    def part(self, first: int, end: int) -> None:
        """Carry out some tasks of the current step."""
        self._run.first_task, self._run.end_task = first, end
        self._launch("run_part")

    def finish_step(self) -> None:
        """End a step that was done in parts."""
        self._launch("finish_step")

    def collect(self) -> None:
        """Copy what the tasks may have changed to the host."""
        arrays = self._tables.arrays
        self._arrays.fetch(arrays[slot] for slot in self._program.text.written)

    def hand_over(self) -> None:
        """Copy what may have been changed on the host to the device."""
        self._arrays.send()

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
        return self._image.values(self._parts["seconds"], np.float64)

    def close(self) -> None:
        """Give back the memory of the device."""
        del self._arrays, self._columns, self._rings, self._image
        self._kept.clear()

    def _launch(self, kernel: str) -> Stop:
        self._image.send()
        self._program.launch(kernel, self._image.address(self._parts["run"]))
        self._image.fetch()
        # Progress reports look at the clocks.
        self._arrays.fetch(self._clock_arrays)
        return Stop(self._run.state)

    # ------------------------------------------------------------------------ results

    def record_count(self, number: int) -> int:
        """Return how much a monitor has recorded since it was last taken."""
        return int(self._records[number].count)

    def take_record(self, number: int) -> list[np.ndarray]:
        """Return what a monitor has recorded since the last call, one array for each column."""
        count = self._records[number].count
        self._records[number].count = 0
        return [column.read_first(count) for column in self._columns[number]]

    def in_flight(self, number: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Return steps and sources of the spikes on their way through a pathway, and the step that comes next."""
        flight = self._flights[number][0]
        places = np.arange(flight.head, flight.tail) & max(0, flight.room - 1)
        source, step = self._rings[number]
        return step.read()[places], source.read()[places], int(flight.now)

    # ----------------------------------------------------------------------- structures

    def _fill_image(self) -> None:
        tables, threads, image = self._tables, self._program.threads, self._image
        sizes = {kind: ctypes.sizeof(kind) for kind in ORDER}
        n_column = sum(len(record.columns) for record in tables.records)
        self._parts = {
            "run": image.reserve(sizes[RunStructure]),
            "clocks": image.reserve(sizes[ClockStructure] * len(tables.clocks)),
            "records": image.reserve(sizes[RecordStructure] * len(tables.records)),
            "columns": image.reserve(8 * n_column),
            "pathways": image.reserve(sizes[PathwayStructure] * len(tables.pathways)),
            "flights": image.reserve(sizes[FlightStructure] * len(tables.pathways) * threads),
            "workers": image.reserve(sizes[WorkerStructure] * threads),
            "arrays": image.reserve(8 * len(tables.arrays)),
            "numbers": image.reserve(8 * len(tables.numbers)),
            "sizes": image.reserve(8 * len(tables.sizes)),
            "kept": image.reserve(8 * self._program.text.n_kept),
            "seconds": image.reserve(8 * len(self._program.text.tasks)),
        }
        image.allocate(self._backend)
        where = {name: image.address(part) for name, part in self._parts.items()}
        run = self._run = image.structures(self._parts["run"], RunStructure)[0]
        addresses = [self._arrays.address(array) for array in tables.arrays]
        image.values(self._parts["arrays"], np.uint64)[:] = addresses
        image.values(self._parts["numbers"], np.float64)[:] = tables.numbers
        image.values(self._parts["sizes"], np.int64)[:] = tables.sizes
        run.array, run.number, run.size = where["arrays"], where["numbers"], where["sizes"]
        run.clock, run.record, run.pathway = where["clocks"], where["records"], where["pathways"]
        run.worker, run.kept, run.seconds = where["workers"], where["kept"], where["seconds"]
        run.n_clock, run.n_record = len(tables.clocks), len(tables.records)
        run.n_pathway, run.n_worker = len(tables.pathways), threads
        run.seed, run.drawn = tables.seed & 0xFFFFFFFF, tables.drawn
        spaces = {slot for task in self._program.text.tasks for slot in task.spaces}
        longest = max((len(tables.arrays[slot]) for slot in spaces), default=1)
        run.scratch = self._keep(np.zeros(longest, np.int32))
        workers = image.structures(self._parts["workers"], WorkerStructure, threads)
        for number in range(threads):
            workers[number].run, workers[number].number = where["run"], number
        self._set_clocks()
        self._set_records()
        self._set_pathways()

    def _set_clocks(self) -> None:
        clocks = self._tables.clocks
        self._clocks = self._image.structures(self._parts["clocks"], ClockStructure, len(clocks))
        for structure, clock in zip(self._clocks, clocks, strict=False):
            structure.step = self._arrays.address(clock.step)
            structure.t = self._arrays.address(clock.t)
            structure.dt = self._arrays.address(clock.dt)
            structure.times = None if clock.times is None else self._arrays.address(clock.times)
            structure.end, structure.python = clock.end, clock.python

    def _set_records(self) -> None:
        records = self._tables.records
        self._records = self._image.structures(
            self._parts["records"], RecordStructure, len(records)
        )
        first = self._image.address(self._parts["columns"])
        table: list[int] = []
        for structure, record, columns in zip(self._records, records, self._columns, strict=False):
            structure.column = first + 8 * len(table)
            structure.capacity, structure.most = record.capacity, record.most
            table += [column.address for column in columns]
        self._image.values(self._parts["columns"], np.uint64)[:] = table

    def _set_pathways(self) -> None:
        pathways, threads = self._tables.pathways, self._program.threads
        structures = self._image.structures(
            self._parts["pathways"], PathwayStructure, len(pathways)
        )
        flights = self._image.structures(
            self._parts["flights"], FlightStructure, len(pathways) * threads
        )
        first = self._image.address(self._parts["flights"])
        self._flights = [
            flights[number * threads : (number + 1) * threads] for number in range(len(pathways))
        ]
        self._rings: list[tuple[Buffer, Buffer]] = []
        for number, pathway in enumerate(pathways):
            structure = structures[number]
            for name in ("row", "order", "delay", "early_row", "early_step", "early_synapse"):
                array = getattr(pathway, name)
                setattr(structure, name, None if array is None else self._keep(array))
            keys = [self._arrays.address(self._tables.arrays[slot]) for slot in pathway.keys]
            for place, address in enumerate(keys):
                structure.key[place] = address
            structure.flight = first + number * threads * ctypes.sizeof(FlightStructure)
            structure.common_delay = pathway.common_delay
            structure.longest_delay = _longest_delay(pathway)
            structure.first_source, structure.n_source = pathway.first_source, pathway.n_source
            flight = self._flights[number][0]
            flight.now = pathway.now
            step, source = pathway.in_flight
            self._set_ring(number, step, source, len(step) + 2 * pathway.n_source)

    def _set_ring(self, number: int, step: np.ndarray, source: np.ndarray, wanted: int) -> None:
        """Let a pathway keep spikes on their way, with room for at least so many."""
        room = _LEAST_ROOM
        while room < wanted:
            room *= 2
        sources, steps = np.zeros(room, np.int32), np.zeros(room, np.int64)
        sources[: len(source)], steps[: len(step)] = source, step
        ring = self._upload(sources), self._upload(steps)
        if number < len(self._rings):
            self._rings[number] = ring
        else:
            self._rings.append(ring)
        flight = self._flights[number][0]
        flight.source, flight.step = ring[0].address, ring[1].address
        flight.head, flight.tail, flight.room = 0, len(step), room

    def _grow(self) -> None:
        """Make room for more spikes where a step may need it."""
        for number, pathway in enumerate(self._tables.pathways):
            flight = self._flights[number][0]
            if flight.tail - flight.head + pathway.n_source > flight.room:
                step, source, _ = self.in_flight(number)
                self._set_ring(number, step, source, 2 * flight.room)

    def _upload(self, values: np.ndarray) -> Buffer:
        return self._backend.upload(values)

    def _keep(self, values: np.ndarray) -> int:
        buffer = self._upload(values)
        self._kept.append(buffer)
        return buffer.address


def _longest_delay(pathway: PathwayTable) -> int:
    if pathway.delay is None or not len(pathway.delay):
        return pathway.common_delay
    return int(pathway.delay.max())
