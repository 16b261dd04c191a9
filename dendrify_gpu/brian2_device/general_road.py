"""Carries out a prepared Brian2 network task by task on the core, in Brian2's order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2 import prefs
from brian2.core.base import BrianObject
from brian2.core.network import Network

from ..gpu import Backend, CpuBackend, CudaBackend
from ..gpu.ordered import Run, Stop, Task, build_ordered
from .progress import time_of
from .reading import TaskReader
from .recorded_code import RecordedCode
from .results import deliver_record
from .slots import Slots
from .unused import collect_unused
from .work import threads_for, workers_for

__all__ = ["GeneralRoad", "RandomState"]

#: Wall-clock seconds between looks at the keyboard and the progress report.
_LOOK_UP = 0.1

#: What tasks of each kind do, in words.
_KINDS = {
    "update": "update",
    "threshold": "threshold",
    "reset": "statements after events",
    "pathway": "synaptic events",
    "summed": "summed variable",
    "event_monitor": "events recorded",
    "state_monitor": "states recorded",
    "rate_monitor": "rates recorded",
    "generator": "given spikes",
    "spatial": "cable equation",
}
_HOW = {"many": "over vectors", "one": "one after another"}


@dataclass
class RandomState:
    """Where a network's random numbers are: their seed, and the steps since it was set."""

    seed: int
    steps: int = 0


@dataclass(frozen=True)
class _Place:
    """What an object does in a step: tasks of the core from `first` to `end`, or a call in Python."""

    owner: Any
    first: int
    end: int
    clock: int
    python: bool


class GeneralRoad:
    """One run of a network.

    Parameters
    ----------
    objects : sequence of BrianObject
        Objects in the order in which a step carries them out, prepared for the run. Of those that are not active only
        the clocks tick.
    backend : Backend
    random : RandomState
    profile : bool, optional
        Whether the time that each object takes is measured.
    threads : int, optional
        Of the CPU. Default: as many as the network's steps are worth, at most those of the backend.

    Attributes
    ----------
    program : OrderedProgram or CudaOrderedProgram
    tasks : tuple of Task

    Raises
    ------
    NotImplementedError
        If an object does something that the core cannot do.
    """

    def __init__(
        self,
        objects: Sequence[BrianObject],
        backend: Backend,
        random: RandomState,
        profile: bool = False,
        threads: int | None = None,
    ) -> None:
        codes = [_itself(code) for item in objects if item.active for code in item.code_objects]
        recorded = [code for code in codes if isinstance(code, RecordedCode)]
        side_by_side = 1
        if isinstance(backend, CudaBackend):
            side_by_side = backend.worker_threads
            threads = workers_for(recorded, backend.shape.multiprocessors, side_by_side)
        elif threads is None:
            assert isinstance(backend, CpuBackend)
            threads = threads_for(recorded, backend.threads)
        precision = 8 * np.dtype(prefs["core.default_float_dtype"]).itemsize
        slots = Slots(precision)
        reader = TaskReader(slots, threads, side_by_side)
        tasks: list[Task] = []
        places: list[_Place] = []
        for item in objects:
            codes = list(item.code_objects) if item.active else []
            python = item.active and _runs_python(item)
            first = len(tasks)
            for code in codes if not python else ():
                task = _read(reader, item, code)
                if task is not None:
                    tasks.append(task)
            if python or len(tasks) > first:
                clock = reader.clock(item.clock, python)
                places.append(_Place(item, first, len(tasks), clock, python))
            else:
                # The clocks of objects that do nothing tick all the same.
                reader.clock(item.clock)
        slots.tables.seed, slots.tables.drawn = random.seed, random.steps
        self.tasks = tuple(tasks)

        def meanwhile() -> None:
            reader.sort_synapses()
            collect_unused(objects)

        self.program = build_ordered(tasks, precision, backend, threads, profile, meanwhile)
        #: Seconds that each object took, by its name, if they are measured.
        self.seconds: dict[str, float] = {}
        self._random = random
        self._places = places
        self._reader = reader
        self._workers = "blocks" if reader.on_cuda else "threads"
        self._slots = slots

    def run(
        self, stopped: Callable[[], bool], look_up: Callable[[], None], network: Network
    ) -> None:
        """Carry out the steps of the run.

        Parameters
        ----------
        stopped : callable
            Whether the run is to end early.
        look_up : callable
            Called now and then.
        network : Network
        """
        run = self.program.start(self._slots.tables)
        steps = 64
        try:
            while not stopped():
                stop, steps = _some_steps(run, steps)
                if stop is Stop.RECORD_FULL:
                    self._deliver(run)
                elif stop is Stop.PYTHON_DUE:
                    self._step_in_parts(run, network)
                elif stop is Stop.FINISHED:
                    break
                look_up()
        finally:
            self._deliver(run)
            run.collect()
            for pathway, number in self._reader.pathways:
                emitted, sources, now = run.in_flight(number)
                pathway.queue.set_in_flight(emitted, sources, now)
            self._slots.write_back()
            self._random.steps = run.drawn
            for task, seconds in zip(self.tasks, run.seconds, strict=False):
                self._count(task.name, float(seconds))
            run.close()

    def _count(self, name: str, seconds: float) -> None:
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    @property
    def compiled(self) -> bool:
        """Whether the run needed a compilation."""
        return self.program.compiled

    def describe(self) -> list[str]:
        """Return what runs where, one line for each object."""
        lines = []
        for task, text in zip(self.tasks, self.program.text.tasks, strict=True):
            how = _HOW[text.namespace]
            reason = self._reader.reasons.get(task.name)
            if reason is not None:
                how += f", by one {self._workers[:-1]} because {reason}"
            elif text.by == "thread":
                how += ", by one thread"
            elif text.by == "worker":
                how += f", by one {self._workers[:-1]}"
            else:
                how += f", shared among {self._workers}: {self.program.threads}"
            lines.append(f"{task.name} ({_KINDS[task.kind]}): {how}")
        lines += [f"{place.owner.name}: in Python" for place in self._places if place.python]
        return lines

    def _step_in_parts(self, run: Run, network: Network) -> None:
        """Do a step in which objects in Python have their turn."""
        self._deliver(run)
        network.t_ = min(time_of(clock) for clock in self._reader.clocks)
        waiting: tuple[int, int] | None = None
        for place in self._places:
            if not place.python:
                waiting = (place.first if waiting is None else waiting[0], place.end)
            elif run.is_due(place.clock):
                if waiting is not None:
                    run.part(*waiting)
                    self._deliver(run)
                    waiting = None
                before = time.perf_counter()
                run.collect()
                self._slots.write_back()
                place.owner.run()
                self._slots.read_again(place.owner.name)
                run.hand_over()
                self._count(place.owner.name, time.perf_counter() - before)
        if waiting is not None:
            run.part(*waiting)
        run.finish_step()

    def _deliver(self, run: Run) -> None:
        for recorder in self._reader.recorders:
            count = run.record_count(recorder.record)
            deliver_record(recorder, run.take_record(recorder.record), count)


def _some_steps(run: Run, steps: int) -> tuple[Stop, int]:
    """Do steps for about as long as the user should wait for an answer."""
    started = time.perf_counter()
    stop = run.steps(steps)
    seconds = time.perf_counter() - started
    if stop is Stop.PAUSED and seconds < _LOOK_UP / 2:
        steps = min(2 * steps, 2**40)
    elif seconds > 2 * _LOOK_UP:
        steps = max(1, steps // 2)
    return stop, steps


def _read(reader: TaskReader, item: BrianObject, code: Any) -> Task | None:
    if code.template_name == "synapses_push_spikes":
        # Pathways take their spikes themselves.
        return None
    return reader.read(item, code)


def _runs_python(item: BrianObject) -> bool:
    """Return whether an object's turn in a step is a call in Python."""
    if type(item).run is not BrianObject.run:
        return True
    foreign = [code for code in item.code_objects if not isinstance(_itself(code), RecordedCode)]
    if foreign:
        kind = type(_itself(foreign[0])).__name__
        raise NotImplementedError(
            f"{item.name}: code objects of the kind {foreign[0].template_name!r} ({kind}) are not "
            "supported. Integrators of the GSL have no counterpart here: use another method."
        )
    return False


def _itself(code: Any) -> Any:
    """Return the object that a weak reference stands for."""
    return code.__repr__.__self__ if hasattr(code.__repr__, "__self__") else code
