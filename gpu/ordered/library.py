"""The text of a network of tasks as one library, and what of it has to wait for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from brian2.utils.stringtools import get_identifiers

from .functions_text import namespace_lines, support_text, with_distinct_functions
from .groups import in_groups
from .spatial_text import INCLUDE
from .task import Array, Task
from .task_parts import TaskText
from .task_text import write_task

__all__ = ["OrderedText", "ordered_text"]


@dataclass(frozen=True)
class OrderedText:
    """The text of a network.

    Attributes
    ----------
    text : str
        One translation unit, without names of objects, so that networks that differ in names are compiled once.
    tasks : tuple of TaskText
    n_kept : int
        Number of values that are computed before the steps.
    written : frozenset of int
        Slots of the arrays that the tasks change.
    groups : tuple of float
        Roughly, the seconds that a compiler takes for each group of functions that it may compile on its own.
    """

    text: str
    tasks: tuple[TaskText, ...]
    n_kept: int
    written: frozenset[int]
    groups: tuple[float, ...]


def ordered_text(tasks: Sequence[Task], profile: bool = False) -> OrderedText:
    """Write all tasks of a network.

    Parameters
    ----------
    tasks : sequence of Task
        In the order in which a time step carries them out.
    profile : bool, optional
        Whether the time that each task takes is measured.

    Returns
    -------
    OrderedText
    """
    tasks = _with_true_constants(with_distinct_functions(tasks))
    texts = tuple(
        write_task(number, task, _keeps_spike_steps(task, tasks))
        for number, task in enumerate(tasks)
    )
    functions = [item for text in texts for item in text.functions.values()]
    parts = [
        "// Generated: a time step of a network, task by task, in the order of Brian2.\n",
        "#define PROFILE\n" if profile else "",
        "#define WIDE_LANES\n" if any(_has_wide_lanes(text) for text in texts) else "",
        '#include "ordered/lanes.h"\n#include "ordered/tasks.h"\n#include "ordered/teams.h"\n',
        INCLUDE if any(task.kind == "spatial" for task in tasks) else "",
        _places(texts),
    ]
    after = [_preparations(texts), _step(tasks, texts), '#include "ordered/run.h"\n']
    inner, groups = in_groups(texts, support_text(functions), after)
    whole = "\n".join(part for part in (*parts, *inner) if part)
    n_kept = sum(text.n_kept for text in texts)
    return OrderedText(whole, texts, n_kept, _written(tasks, texts), groups)


def _has_wide_lanes(text: TaskText) -> bool:
    return text.namespace == "many" and "wide::" in text.text


def _written(tasks: Sequence[Task], texts: Sequence[TaskText]) -> frozenset[int]:
    slots: set[int] = set()
    for task, text in zip(tasks, texts, strict=True):
        slots |= _use(task, text).writes.keys()
        # What monitors and generators count.
        slots |= {task.options[name] for name in ("count", "last") if name in task.options}
    return frozenset(slots)


def _with_true_constants(tasks: Sequence[Task]) -> list[Task]:
    """Take no array for a constant that a task changes, whatever it was declared as."""
    changed = {
        symbol.slot
        for task in tasks
        for line in (*task.shared, *task.each)
        if line.operator != ":=" and isinstance(symbol := task.symbols.get(line.target), Array)
    }
    return [
        replace(
            task,
            symbols={
                name: replace(symbol, constant=symbol.constant and symbol.slot not in changed)
                if isinstance(symbol, Array)
                else symbol
                for name, symbol in task.symbols.items()
            },
        )
        for task in tasks
    ]


def _keeps_spike_steps(task: Task, tasks: Sequence[Task]) -> bool:
    """Return whether ``timestep(t - lastspike, dt)`` may be counted in steps: only thresholds set `lastspike`."""
    symbol = task.symbols.get("lastspike")
    if not isinstance(symbol, Array) or "last_spike_step" not in task.symbols:
        return False
    for other in tasks:
        for line in (*other.shared, *other.each):
            target = other.symbols.get(line.target)
            if isinstance(target, Array) and target.slot == symbol.slot:
                return False
    return True


def _places(texts: Sequence[TaskText]) -> str:
    """Return where each task keeps what depends on constants alone."""
    numbered = [(number, text) for number, text in enumerate(texts) if text.n_kept]
    starts = np.cumsum([0, *(text.n_kept for _, text in numbered)])
    places = ", ".join(
        f"KEPT_{number} = {start}" for (number, _), start in zip(numbered, starts, strict=False)
    )
    comment = "// Where each task keeps what it needs of constants.\n"
    return f"{comment}enum {{ {places} }};\n" if places else ""


def _preparations(texts: Sequence[TaskText]) -> str:
    """Return what computes, before the steps, all that depends on constants alone."""
    functions = "\n".join(text.prepared for text in texts if text.n_kept)
    calls = "".join(
        f"    prepare_{number}(run);\n" for number, text in enumerate(texts) if text.n_kept
    )
    return f"{functions}\nSELDOM void prepare(Run *run)\n{{\n{calls}    (void)run;\n}}\n"


def _step(tasks: Sequence[Task], texts: Sequence[TaskText]) -> str:
    functions = [item for text in texts for item in text.functions.values()]
    lines = namespace_lines(functions)
    pending: list[_Use] = []
    for number, (task, text) in enumerate(zip(tasks, texts, strict=True)):
        use = _use(task, text)
        if any(use.conflicts_with(earlier) for earlier in pending):
            lines.append("meet(run);")
            pending = []
        lines.append(
            f"if (first_task <= {number} && {number} < end_task && run->clock[{task.clock}].due) {{"
        )
        call = f"{text.namespace}_tasks::task_{number}(run, me)"
        if text.alone:
            # The next task may be the same worker's: its threads wait for each other.
            alone = "if (OWN_PLACE == 0) " if text.by == "thread" else ""
            lines.append("    if (me->number == 0) {")
            lines.append(f"        {alone}TIMED({number}, {call});")
            lines.append("        together();")
            lines.append("    }")
        else:
            lines.append(f"    TIMED({number}, {call});")
        if text.joins:
            lines.append(f"    {text.joins}")
            # The threads have met, if the clock is due: what hangs on the same clock is done.
            pending = [earlier for earlier in pending if earlier.clock != task.clock]
        else:
            pending.append(use)
        lines.append("}")
    body = "\n".join(f"    {line}" for line in lines)
    return (
        "TASK void carry_out(Run *run, Worker *me, int32_t first_task, int32_t end_task)\n{\n"
        f"{body}\n    (void)run;\n    (void)me;\n    (void)first_task;\n    (void)end_task;\n}}\n"
    )


@dataclass(frozen=True)
class _Use:
    """How the threads share the arrays of a task: by elements, one thread alone, or anyhow."""

    clock: int
    reads: dict[int, str]
    writes: dict[int, str]

    def conflicts_with(self, earlier: _Use) -> bool:
        """Whether the threads have to meet between the two."""
        pairs = (
            (self.reads, earlier.writes),
            (self.writes, earlier.writes),
            (self.writes, earlier.reads),
        )
        for later_use, earlier_use in pairs:
            for slot in later_use.keys() & earlier_use.keys():
                if later_use[slot] == _ANYHOW or later_use[slot] != earlier_use[slot]:
                    return True
        return False


_ANYHOW = "anyhow"


def _use(task: Task, text: TaskText) -> _Use:
    by_elements = task.kind in ("update", "threshold") and not text.alone
    lines = (*task.shared, *task.each)
    written = {line.target for line in lines if line.operator != ":="} | set(text.also_writes)
    named = {name for line in lines for name in get_identifiers(line.expression)} | written
    indices = {symbol.index for symbol in task.symbols.values() if isinstance(symbol, Array)}
    reads: dict[int, str] = {}
    writes: dict[int, str] = {}
    for name in named | indices:
        symbol = task.symbols.get(name)
        if not isinstance(symbol, Array):
            continue
        share = _ANYHOW
        if text.alone:
            share = "alone"
        elif by_elements and symbol.index == "_idx":
            share = f"elements {task.n}"
        (writes if name in written else reads)[symbol.slot] = share
        condition = task.symbols.get(symbol.condition or "")
        if isinstance(condition, Array):
            reads.setdefault(condition.slot, share)
    for slot in text.spaces:
        target = writes if task.kind in ("threshold", "generator") else reads
        target[slot] = "alone" if text.alone else _ANYHOW
    for slot in text.sums:
        writes[slot] = _ANYHOW
    return _Use(task.clock, reads, writes)
