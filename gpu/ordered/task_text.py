"""The text of tasks: for each kind the function that carries it out.

Functions of elements that do not depend on each other are written over vectors (namespace ``many``), those of events
one after another (namespace ``one``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from brian2.utils.stringtools import get_identifiers

from .block import Block
from .functions_text import local_functions
from .names import c_name
from .spatial_text import write_spatial
from .task import Function, Task

__all__ = ["TaskText", "write_task"]


@dataclass(frozen=True)
class TaskText:
    """The function of a task.

    Attributes
    ----------
    text : str
        Definition of ``task_<number>(run, me)`` in its namespace.
    namespace : str
    alone : bool
        Whether one thread carries it out.
    joins : str
        A statement that one thread carries out afterwards, when all are done; empty if there is none.
    functions : mapping of str to Function
        Functions that are not Brian2's own.
    also_writes : tuple of str
        Arrays that the text around the lines changes.
    spaces : tuple of int
        Slots of the lists of events that it reads or, for thresholds and generators, makes.
    sums : tuple of int
        Slots of arrays that it adds to.
    """

    text: str
    namespace: str
    alone: bool
    joins: str
    functions: dict[str, Function]
    also_writes: tuple[str, ...]
    spaces: tuple[int, ...]
    sums: tuple[int, ...]


def write_task(number: int, task: Task, since_spike: bool) -> TaskText:
    """Return the text of a task.

    Parameters
    ----------
    number : int
        Its place in the step.
    task : Task
    since_spike : bool
        Whether the step of the last spike is kept for its group.
    """
    return _WRITERS[task.kind](number, task, since_spike)


# ------------------------------------------------------------------------------------------------------ over vectors


def _update(number: int, task: Task, since_spike: bool) -> TaskText:
    block = Block(task, since_spike=since_spike, side_by_side=True)
    shared, body = block.shared_lines(), [*block.loads(), *block.each_lines(), *block.stores()]
    alone = bool(block.shared_writes) or not task.each or _scatters(block, task)
    loop = [*block.before_loop(), *_vector_loop(body, alone)] if task.each else []
    lines = [
        *_sizes(task),
        *_clock(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        *loop,
    ]
    return _function(number, task, "many", lines, block, alone)


def _threshold(number: int, task: Task, since_spike: bool) -> TaskText:
    options = task.options
    refractory = ["not_refractory", "lastspike"] if options["refractory"] else []
    kept = ["last_spike_step"] if refractory and "last_spike_step" in task.symbols else []
    block = Block(task, [*refractory, *kept], since_spike, side_by_side=True)
    space = options["space"]
    shared, body = block.shared_lines(), [*block.loads(), *block.each_lines()]
    body += [
        "for (uint32_t bits = lane_bits(_cond) & places_below(first, end); bits; bits &= bits - 1) {",
        "    const int64_t spiking = first + __builtin_ctz(bits);",
        "    space[begin + found++] = (int32_t)spiking;",
    ]
    if refractory:
        body += [
            "    at_not_refractory[spiking] = false;",
            f"    at_lastspike[spiking] = {_time(task)};",
        ]
    if kept:
        body.append("    at_last_spike_step[spiking] = (integer)step;")
    body.append("}")
    lines = [
        *_sizes(task),
        *_clock(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        f"int32_t *const space = (int32_t *)run->array[{space}];",
        "const int64_t begin = share_begin(me, n, PLACES);",
        "int64_t found = 0;",
        *block.before_loop(),
        *_vector_loop(body),
        "me->found = found;",
    ]
    joins = f"join_found(run, (int32_t *)run->array[{space}], run->size[{task.n}], many::PLACES);"
    return _function(number, task, "many", lines, block, False, joins)


def _state_monitor(number: int, task: Task, since_spike: bool) -> TaskText:
    block = Block(task, since_spike=since_spike)
    record = f"run->record[{task.options['record']}]"
    shared = block.shared_lines()
    body = [
        "const ilane element = (ilane)at_indices[k];",
        *block.loads(False),
        *block.each_lines(),
        *[
            f"(({column.type} *)record->column[{place}])[sample + k] = ({column.type}){c_name(column.name)};"
            for place, column in enumerate(task.options["columns"])
        ],
    ]
    lines = [
        f"Record *const record = &{record};",
        *_sizes(task),
        *_clock(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        f"const int32_t *const at_indices = (const int32_t *)run->array[{task.options['indices']}];",
        "const int64_t sample = record->count * n;",
        "const int64_t end = share_end(me, n, 1);",
        "for (int64_t k = share_begin(me, n, 1); k < end; ++k) {",
        *_indented(body),
        "}",
        "if (me->number == 0) {",
        f"    ((double *)record->column[{len(task.options['columns'])}])[record->count] = {_time(task)};",
        "    record->taken = 1;",
        "}",
    ]
    return _function(number, task, "one", lines, block, False)


# --------------------------------------------------------------------------------------------------------- of events


def _reset(number: int, task: Task, since_spike: bool) -> TaskText:
    block = Block(task, since_spike=since_spike)
    alone = bool(block.shared_writes) or _scatters(block, task)
    shared = block.shared_lines()
    body = [
        "const ilane element = (ilane)space[k];",
        *block.loads(False),
        *block.each_lines(),
        *block.stores(False),
    ]
    lines = [
        *_sizes(task),
        *_clock(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        f"const int32_t *const space = (const int32_t *)run->array[{task.options['space']}];",
        *(["const mask here = true;"] if any("here" in line for line in body) else []),
        f"const int64_t end = {_share('end', 'space[n]', '1', alone)};",
        f"for (int64_t k = {_share('begin', 'space[n]', '1', alone)}; k < end; ++k) {{",
        *_indented(body),
        "}",
    ]
    return _function(number, task, "one", lines, block, alone)


def _pathway(number: int, task: Task, since_spike: bool) -> TaskText:
    block = Block(task, since_spike=since_spike)
    shared = block.shared_lines()
    body = [
        "const ilane element = (ilane)(order ? order[k] : k);",
        *block.loads(False),
        *block.each_lines(),
        *block.stores(False),
    ]
    given = _given(shared, body)
    events = [
        f"struct Given_{number} {{",
        *(f"    {kind} {name};" for kind, name in given),
        "};",
        "",
        "// One event after another.",
        "static __attribute__((noinline)) void "
        f"events_{number}(Run *run, const Given_{number} &given, const int32_t *order, int64_t begin, int64_t end)",
        "{",
        *_indented(
            [
                "(void)given;",
                *(f"const {kind} {name} = given.{name};" for kind, name in given),
                *local_functions(block.functions),
                *_drawing(task, block),
                *block.pointers(),
                *(["const mask here = true;"] if any("here" in line for line in body) else []),
                "for (int64_t k = begin; k < end; ++k) {",
                *_indented(body),
                "}",
            ]
        ),
        "}",
        "",
    ]
    options = task.options
    lines = [
        *_clock(task, block, shared),
        *shared,
        f"const Given_{number} given = {{{', '.join(name for _, name in given)}}};",
        f"const int32_t *const space = (const int32_t *)run->array[{options['space']}];",
        f"deliver(run, me, &run->pathway[{options['pathway']}], space, run->size[{options['space_size']}],",
        "        [&](const int32_t *order, int64_t begin, int64_t end) {",
        f"            events_{number}(run, given, order, begin, end);",
        "        });",
    ]
    return _function(number, task, "one", lines, block, bool(block.shared_writes), before=events)


def _summed(number: int, task: Task, since_spike: bool) -> TaskText:
    block = Block(task, since_spike=since_spike)
    shared = block.shared_lines()
    target, index = task.options["target"], task.options["index"]
    body = [
        "const ilane element = (ilane)(order ? order[k] : k);",
        *block.loads(False),
        *block.each_lines(),
        f"target[index[element]] += ({target.type})_synaptic_var;",
    ]
    lines = [
        *_clock(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        f"const Pathway *const parts = &run->pathway[{task.options['pathway']}];",
        "const int32_t *const order = parts->order;",
        f"{target.type} *const target = ({target.type} *)run->array[{target.slot}];",
        f"const int32_t *const index = (const int32_t *)run->array[{index}];",
        f"const int64_t start = run->size[{task.options['start']}];",
        f"const int64_t n_target = run->size[{task.options['n_target']}];",
        "const int64_t end_target = start + n_target * (me->number + 1) / run->n_thread;",
        "for (int64_t k = start + n_target * me->number / run->n_thread; k < end_target; ++k)",
        "    target[k] = 0;",
        "const int64_t end = parts->row[2 * me->number + 1];",
        "for (int64_t k = parts->row[2 * me->number]; k < end; ++k) {",
        *_indented(body),
        "}",
    ]
    return _function(number, task, "one", lines, block, False)


def _event_monitor(number: int, task: Task, since_spike: bool) -> TaskText:
    options = task.options
    block = Block(task, since_spike=since_spike)
    shared = block.shared_lines()
    body = [
        "const ilane element = (ilane)space[k];",
        "if (element < start || element >= stop)",
        "    continue;",
        *block.loads(False),
        *block.each_lines(),
        *[
            f"(({column.type} *)record->column[{place}])[record->count] = ({column.type}){c_name(column.name)};"
            for place, column in enumerate(options["columns"])
        ],
        "count[element - start] += 1;",
        "++record->count;",
    ]
    lines = [
        f"Record *const record = &run->record[{options['record']}];",
        f"const int64_t start = run->size[{options['start']}], stop = run->size[{options['stop']}];",
        *_clock(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        f"const int32_t *const space = (const int32_t *)run->array[{options['space']}];",
        f"int32_t *const count = (int32_t *)run->array[{options['count']}];",
        f"const int64_t n_event = space[run->size[{options['space_size']}]];",
        "for (int64_t k = 0; k < n_event; ++k) {",
        *_indented(body),
        "}",
    ]
    return _function(number, task, "one", lines, block, True)


def _rate_monitor(number: int, task: Task, since_spike: bool) -> TaskText:
    options = task.options
    lines = [
        f"Record *const record = &run->record[{options['record']}];",
        f"const int64_t start = run->size[{options['start']}], stop = run->size[{options['stop']}];",
        f"const int32_t *const space = (const int32_t *)run->array[{options['space']}];",
        f"const int64_t n_event = space[run->size[{options['space_size']}]];",
        "int64_t found = 0;",
        "for (int64_t k = 0; k < n_event; ++k)",
        "    found += space[k] >= start && space[k] < stop;",
        f"((double *)record->column[0])[record->count] = 1.0 * (double)found / *run->clock[{task.clock}].dt"
        f" / (double)run->size[{task.n}];",
        f"((double *)record->column[1])[record->count] = {_time(task)};",
        "record->taken = 1;",
    ]
    return _function(number, task, "one", lines, Block(task), True)


def _generator(number: int, task: Task, since_spike: bool) -> TaskText:
    slots = task.options
    arrays = ", ".join(
        f"({kind} *)run->array[{slots[name]}]"
        for name, kind in (("neuron", "const int32_t"), ("bins", "const int32_t"))
    )
    lines = [
        f"int32_t *const space = (int32_t *)run->array[{slots['space']}];",
        f"generate(run, space, run->size[{task.n}], {arrays}, run->size[{slots['n_spike']}],",
        f"         (int32_t *)run->array[{slots['last']}], *(const int32_t *)run->array[{slots['period']}],",
        f"         *run->clock[{task.clock}].step);",
    ]
    return _function(number, task, "one", lines, Block(task), True)


# ------------------------------------------------------------------------------------------------------------- parts

_WRITERS: dict[str, Callable[[int, Task, bool], TaskText]] = {
    "update": _update,
    "threshold": _threshold,
    "reset": _reset,
    "pathway": _pathway,
    "summed": _summed,
    "event_monitor": _event_monitor,
    "state_monitor": _state_monitor,
    "rate_monitor": _rate_monitor,
    "generator": _generator,
    "spatial": write_spatial,
}


def _function(
    number: int,
    task: Task,
    namespace: str,
    lines: Sequence[str],
    block: Block,
    alone: bool,
    joins: str = "",
    before: Sequence[str] = (),
) -> TaskText:
    lines = _without_unused(lines)
    unused = "" if any("me" in get_identifiers(line) for line in lines) else "    (void)me;\n"
    comment = "".join(f"// {line}\n" for line in task.comment.strip().splitlines())
    text = (
        "\n".join([*before, ""])
        + comment
        + f"static void task_{number}(Run *run, Worker *me)\n{{\n"
        + unused
        + "".join(f"    {line}\n" for line in local_functions(block.functions))
        + "".join(f"    {line}\n" if line else "\n" for line in lines)
        + "}\n"
    )
    return TaskText(
        text.lstrip("\n"),
        namespace,
        alone,
        joins,
        dict(block.functions),
        tuple(block.extra),
        tuple(task.options[name] for name in ("space",) if name in task.options),
        tuple(item.slot for item in (task.options.get("target"),) if item is not None),
    )


def _without_unused(lines: Sequence[str]) -> list[str]:
    """Leave out constants that nothing uses: Brian2 also takes out of loops what no line needs in the end."""
    kept = list(lines)
    while True:
        counts = Counter(word for line in kept for word in re.findall(r"[A-Za-z_]\w*", line))
        used = [
            line
            for line in kept
            if not (match := re.match(r"const \w+ (?:\*const )?(\w+) = ", line))
            or counts[match[1]] > 1
        ]
        if len(used) == len(kept):
            return used
        kept = used


def _sizes(task: Task) -> list[str]:
    return [f"const int64_t n = run->size[{task.n}];"]


def _time(task: Task) -> str:
    return f"*run->clock[{task.clock}].t"


def _clock(task: Task, block: Block, lines: Sequence[str]) -> list[str]:
    """Declare the step, and what draws random numbers, where they are used."""
    words = {word for line in lines for word in get_identifiers(line)}
    declared = []
    if "step" in words:
        declared.append(f"const int64_t step = *run->clock[{task.clock}].step;")
    return declared + (_drawing(task, block) if "draw_step" in words else [])


def _drawing(task: Task, block: Block) -> list[str]:
    if not block.draws:
        return []
    return [
        "const uint32_t draw_step = (uint32_t)run->drawn;",
        f"const uint32_t draw_stream = (uint32_t)run->size[{task.options['stream']}];",
    ]


def _share(side: str, n: str, places: str, alone: bool) -> str:
    """Return where the elements of a thread begin or end; one thread alone has them all."""
    if alone:
        return "0" if side == "begin" else n
    return f"share_{side}(me, {n}, {places})"


def _vector_loop(body: Sequence[str], alone: bool = False) -> list[str]:
    words = {word for line in body for word in get_identifiers(line)}
    head = []
    if "element" in words:
        head.append("const ilane element = numbers_from(first);")
    if "here" in words:
        head.append("const uint32_t here = places_below(first, end);")
    return [
        f"const int64_t end = {_share('end', 'n', 'PLACES', alone)};",
        f"for (int64_t first = {_share('begin', 'n', 'PLACES', alone)}; first < end; first += PLACES) {{",
        *_indented([*head, *body]),
        "}",
    ]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _scatters(block: Block, task: Task) -> bool:
    """Return whether elements may write to the same place."""
    return any(task.symbols[name].index != "_idx" for name in block.writes)  # type: ignore[union-attr]


def _given(shared: Sequence[str], body: Sequence[str]) -> list[tuple[str, str]]:
    """Return type and name of the shared values that the lines of events use."""
    words = {word for line in body for word in get_identifiers(line)}
    found = []
    for line in shared:
        head = line.split(" = ")[0].replace("const ", "").split()
        if len(head) == 2 and "*" not in line.split(" = ")[0] and head[1] in words:
            found.append((head[0], head[1]))
    return found
