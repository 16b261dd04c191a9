"""From the objects of a prepared Brian2 network to tasks of the core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from brian2.codegen.statements import Statement
from brian2.core.clocks import Clock
from brian2.core.variables import ArrayVariable

from ..gpu.ordered import (
    Array,
    Line,
    PathwayTable,
    RecordTable,
    Task,
    sharing_of,
)
from .clocks import clock_table
from .memory import padded
from .recorded_code import RecordedCode
from .slots import C_TYPES, Slots, kind_of
from .sorted_synapses import owners_by_index, summed_table
from .spatial import read_spatial

__all__ = ["Recorder", "TaskReader"]

#: Bytes that the records of a monitor may take before Brian2's arrays get them.
_RECORD_BYTES = 16e6


@dataclass(frozen=True)
class Column:
    """A column of a record: the name of the value, and its type in C."""

    name: str
    type: str


@dataclass(frozen=True)
class Recorder:
    """A monitor and the record in which the core collects for it.

    Attributes
    ----------
    owner : SpikeMonitor, StateMonitor or PopulationRateMonitor
    kind : {'event', 'state', 'rate'}
    record : int
    names : tuple of str
        Variables of the columns.
    """

    owner: Any
    kind: str
    record: int
    names: tuple[str, ...]


@dataclass
class TaskReader:
    """Reads code objects one after another.

    Attributes
    ----------
    slots : Slots
    threads : int
        Workers: threads of the CPU, or blocks of CUDA.
    side_by_side : int
        Threads of a worker: 1 on the CPU.
    clocks : list of Clock
    recorders : list of Recorder
    pathways : list of (SynapticPathway, int)
        Pathways and their numbers in the tables.
    reasons : dict of str to str
        Why one thread must carry out all events, by the names of such pathways.
    """

    slots: Slots
    threads: int
    side_by_side: int = 1
    clocks: list[Clock] = field(default_factory=list)
    recorders: list[Recorder] = field(default_factory=list)
    pathways: list[tuple[Any, int]] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    _unsorted: list[Callable[[], PathwayTable]] = field(default_factory=list)

    @property
    def on_cuda(self) -> bool:
        """Whether the tasks are for CUDA."""
        return self.side_by_side > 1

    def clock(self, clock: Clock, python: bool = False) -> int:
        """Return the number of a clock; `python` says that a task in Python hangs on it."""
        known = [id(item) for item in self.clocks]
        if id(clock) not in known:
            self.slots.tables.clocks.append(clock_table(clock))
            self.clocks.append(clock)
            known.append(id(clock))
        number = known.index(id(clock))
        self.slots.tables.clocks[number].python |= python
        return number

    def read(self, owner: Any, code: RecordedCode) -> Task | None:
        """Return the task of a code object; None if there is nothing to do.

        Parameters
        ----------
        owner : BrianObject
            The object that carries the code out.
        code : RecordedCode

        Raises
        ------
        NotImplementedError
            If it has something in it that the core cannot do.
        """
        reader = _READERS.get(code.template_name)
        if reader is None:
            raise NotImplementedError(
                f"{owner.name}: code objects of the kind {code.template_name!r} are not supported."
            )
        return reader(self, owner, code)

    def sort_synapses(self) -> None:
        """Write the tables of all pathways: what takes longest, and no text depends on."""
        self.slots.tables.pathways.extend(table() for table in self._unsorted)

    # ------------------------------------------------------------------------- parts

    def _task(
        self, kind: str, owner: Any, code: RecordedCode, n: int | None, **options: Any
    ) -> Task:
        """Return a task; without `n` its elements are those of the group."""
        clock = owner.clock
        symbols = self.slots.symbols(code, clock)
        options["stream"] = self.slots.size(len(self.slots.tables.sizes))
        return Task(
            kind=kind,  # type: ignore[arg-type]
            name=owner.name,
            clock=self.clock(clock),
            shared=_lines(code.shared),
            each=_lines(code.each),
            symbols=symbols,
            n=self.slots.length(code.variables["N"]) if n is None else self.slots.size(n),
            options=options,
            comment=_comment(code),
            single=self.slots.precision == 32,
        )

    def _update(self, owner: Any, code: RecordedCode) -> Task | None:
        if not any(code.shared.values()) and not any(code.each.values()):
            return None
        return self._task("update", owner, code, None)

    def _threshold(self, owner: Any, code: RecordedCode) -> Task:
        kwds = code.template_kwds
        return self._task(
            "threshold",
            owner,
            code,
            None,
            space=self.slots.array(kwds["eventspace_variable"]),
            refractory=bool(kwds["_uses_refractory"]),
        )

    def _reset(self, owner: Any, code: RecordedCode) -> Task:
        space = code.template_kwds["eventspace_variable"]
        return self._task("reset", owner, code, _events(space), space=self.slots.array(space))

    def _generator(self, owner: Any, code: RecordedCode) -> Task:
        variables = code.variables
        return self._task(
            "generator",
            owner,
            code,
            _events(variables["_spikespace"]),
            space=self.slots.array(variables["_spikespace"]),
            neuron=self.slots.array(variables["neuron_index"]),
            bins=self.slots.array(variables["_timebins"]),
            period=self.slots.array(variables["_period_bins"]),
            last=self.slots.array(variables["_lastindex"]),
            n_spike=self.slots.size(len(variables["_timebins"].get_value())),
        )

    def _pathway(self, owner: Any, code: RecordedCode) -> Task:
        space = owner.source.variables[owner.eventspace_name]
        number = len(self._unsorted)
        task = self._task(
            "pathway",
            owner,
            code,
            len(owner.synapses),
            space=self.slots.array(space),
            space_size=self.slots.size(_events(space)),
            pathway=number,
        )
        owner.queue.set_clock_step(int(owner.clock.variables["timestep"].get_value()[0]))
        sharing = sharing_of(task)
        key = sharing.index
        if sharing.reason:
            self.reasons[owner.name] = sharing.reason
        values = None
        if key is not None:
            variable = code.variables.get(key, owner.synapse_targets)
            values = np.asarray(variable.get_value())
        keys = self._keys(owner, code, sharing.keys) if self.on_cuda else ()

        def table() -> PathwayTable:
            share = owners_by_index(values, self.threads)
            return replace(owner.queue.table(share, (key, id(owner)), self.threads), keys=keys)

        self._unsorted.append(table)
        self.pathways.append((owner, number))
        return task

    def _keys(self, owner: Any, code: RecordedCode, names: tuple[str, ...]) -> tuple[int, ...]:
        """Return the slots of the indices by which events of a pathway change the same values."""
        if len(names) > 2:
            raise NotImplementedError(
                f"{owner.name}: its statements use variables through {len(names)} indices ({', '.join(names)}) and "
                "change more than one of them. That runs on the CPU only: use backend='cpu'."
            )
        return tuple(self.slots.array(code.variables[name]) for name in names)

    def _summed(self, owner: Any, code: RecordedCode) -> Task:
        kwds = code.template_kwds
        target: ArrayVariable = kwds["_target_var"]
        index = np.asarray(padded(kwds["_index_var"]))
        start = int(kwds["_target_start"])
        stop = int(kwds["_target_stop"])
        stop = len(target.get_value()) if stop < 0 else stop
        number = len(self._unsorted)
        self._unsorted.append(
            lambda: summed_table(index - start, stop - start, self.threads, self.on_cuda)
        )
        dtype = np.dtype(target.dtype)
        return self._task(
            "summed",
            owner,
            code,
            len(index),
            target=Array(self.slots.array(target), C_TYPES[dtype], kind_of(dtype), "_idx"),
            index=self.slots.array(kwds["_index_var"]),
            start=self.slots.size(start),
            n_target=self.slots.size(stop - start),
            pathway=number,
        )

    # ---------------------------------------------------------------------- monitors

    def _event_monitor(self, owner: Any, code: RecordedCode) -> Task:
        kwds, variables = code.template_kwds, code.variables
        space = kwds["eventspace_variable"]
        recorded: dict[str, ArrayVariable] = kwds["record_variables"]
        names = tuple(sorted(recorded))
        start = int(variables["_source_start"].get_value())
        stop = int(variables["_source_stop"].get_value())
        most = max(1, stop - start)
        room = max(4 * most, int(_RECORD_BYTES / 8 / max(1, len(names))))
        record = self._record(
            owner,
            "event",
            names,
            [(room,) for _ in names],
            [recorded[x].dtype for x in names],
            most,
        )
        columns = [Column(f"_to_record_{x}", _c_type(recorded[x])) for x in names]
        return self._task(
            "event_monitor",
            owner,
            code,
            stop - start,
            record=record,
            columns=columns,
            space=self.slots.array(space),
            space_size=self.slots.size(_events(space)),
            start=self.slots.size(start),
            stop=self.slots.size(stop),
            count=self.slots.array(variables["count"]),
        )

    def _state_monitor(self, owner: Any, code: RecordedCode) -> Task:
        recorded: dict[str, ArrayVariable] = code.template_kwds["_recorded_variables"]
        names = tuple(sorted(recorded))
        n = owner.n_indices
        room = int(np.clip(_RECORD_BYTES / 8 / max(1, n * len(names)), 16, 20_000))
        record = self._record(
            owner,
            "state",
            names,
            [(room, n) for _ in names],
            [recorded[name].dtype for name in names],
            1,
        )
        self.slots.tables.records[record].columns.append(np.empty(room))
        columns = [Column(f"_to_record_{x}", _c_type(recorded[x])) for x in names]
        return self._task(
            "state_monitor",
            owner,
            code,
            n,
            record=record,
            columns=columns,
            indices=self.slots.array(owner.variables["_indices"]),
        )

    def _rate_monitor(self, owner: Any, code: RecordedCode) -> Task:
        variables = code.variables
        space = variables["_spikespace"]
        record = self._record(owner, "rate", ("rate", "t"), [(20_000,)] * 2, [np.float64] * 2, 1)
        return self._task(
            "rate_monitor",
            owner,
            code,
            int(np.asarray(variables["_num_source_neurons"].get_value()).item()),
            record=record,
            space=self.slots.array(space),
            space_size=self.slots.size(_events(space)),
            start=self.slots.size(int(variables["_source_start"].get_value())),
            stop=self.slots.size(int(variables["_source_stop"].get_value())),
        )

    def _record(
        self,
        owner: Any,
        kind: str,
        names: tuple[str, ...],
        shapes: Sequence[tuple[int, ...]],
        dtypes: Sequence[Any],
        most: int,
    ) -> int:
        columns = [np.empty(shape, dtype) for shape, dtype in zip(shapes, dtypes, strict=True)]
        if not columns and kind == "event":
            # Nothing is kept but the number of events.
            columns = [np.empty(max(4 * most, 1_000_000), dtype=np.bool_)]
        self.slots.tables.records.append(RecordTable(columns, most))
        number = len(self.slots.tables.records) - 1
        self.recorders.append(Recorder(owner, kind, number, names))
        return number


def _lines(blocks: dict[Any, list[Statement]]) -> tuple[Line, ...]:
    return tuple(
        Line(item.var, item.op, str(item.expr), kind_of(item.dtype), bool(item.scalar))
        for block in blocks.values()
        for item in block
    )


def _comment(code: RecordedCode) -> str:
    return "\n".join(text.strip("\n") for text in code.abstract_code.values() if text)


def _events(space: ArrayVariable) -> int:
    """Return the number of elements that can have events: the last entry of a list counts them."""
    return len(space.get_value()) - 1


def _c_type(variable: ArrayVariable) -> str:
    return C_TYPES[np.dtype(variable.dtype)]


_READERS: dict[str, Callable[[TaskReader, Any, RecordedCode], Task | None]] = {
    "stateupdate": TaskReader._update,
    "threshold": TaskReader._threshold,
    "reset": TaskReader._reset,
    "spikegenerator": TaskReader._generator,
    "synapses": TaskReader._pathway,
    "summed_variable": TaskReader._summed,
    "spikemonitor": TaskReader._event_monitor,
    "statemonitor": TaskReader._state_monitor,
    "ratemonitor": TaskReader._rate_monitor,
    "spatialstateupdate": read_spatial,
}
