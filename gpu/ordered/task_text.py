"""The text of tasks: for each kind the function that carries it out.

Functions of elements that do not depend on each other are written over vectors (namespace ``many``), those of events
one after another (namespace ``one``).
"""

from __future__ import annotations

from collections.abc import Callable

from .block import Block
from .functions_text import local_functions
from .monitor_text import write_event_monitor, write_rate_monitor, write_state_monitor
from .spatial_text import write_spatial
from .task import Task
from .task_parts import (
    By,
    TaskText,
    clock_lines,
    drawing_lines,
    element_loop,
    function_text,
    given_values,
    indented,
    scatters,
    sizes,
    time_of,
    vector_loop,
    without_unused,
)

__all__ = ["write_task"]


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
    block = Block(number, task, since_spike=since_spike, side_by_side=True)
    shared, body = block.shared_lines(), [*block.loads(), *block.each_lines(), *block.stores()]
    alone = bool(block.shared_writes) or not task.each or scatters(block, task)
    loop = [*block.before_loop(), *vector_loop(body, alone)] if task.each else []
    lines = [
        *sizes(task),
        *clock_lines(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        *loop,
    ]
    return function_text(number, task, "many", lines, block, "thread" if alone else "all")


def _threshold(number: int, task: Task, since_spike: bool) -> TaskText:
    options = task.options
    refractory = ["not_refractory", "lastspike"] if options["refractory"] else []
    kept = ["last_spike_step"] if refractory and "last_spike_step" in task.symbols else []
    block = Block(number, task, [*refractory, *kept], since_spike, side_by_side=True)
    space = options["space"]
    shared, body = block.shared_lines(), [*block.loads(), *block.each_lines()]
    spiking = []
    if refractory:
        spiking += [
            "    at_not_refractory[spiking] = false;",
            f"    at_lastspike[spiking] = {time_of(task)};",
        ]
    if kept:
        spiking.append("    at_last_spike_step[spiking] = (integer)step;")
    if spiking:
        body += ["note_found(&found, _cond, first, end, [&](int64_t spiking) {", *spiking, "});"]
    else:
        body.append("note_found(&found, _cond, first, end, [](int64_t) {});")
    lines = [
        *sizes(task),
        *clock_lines(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        f"int32_t *const space = (int32_t *)run->array[{space}];",
        "const int64_t begin = share_begin(me, n, PLACES);",
        "Found found = none_found(space, begin);",
        *block.before_loop(),
        *vector_loop(body),
        "gather_found(run, me, found, begin, end);",
    ]
    joins = (
        f"join_found(run, me, (int32_t *)run->array[{space}], run->size[{task.n}], many::PLACES);"
    )
    return function_text(number, task, "many", lines, block, joins=joins)


# --------------------------------------------------------------------------------------------------------- of events


def _reset(number: int, task: Task, since_spike: bool) -> TaskText:
    block = Block(number, task, since_spike=since_spike)
    alone = bool(block.shared_writes) or scatters(block, task)
    shared = block.shared_lines()
    body = [
        "const ilane element = (ilane)space[k];",
        *block.loads(False),
        *block.each_lines(),
        *block.stores(False),
    ]
    lines = [
        *sizes(task),
        *clock_lines(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        f"const int32_t *const space = (const int32_t *)run->array[{task.options['space']}];",
        *(["const mask here = true;"] if any("here" in line for line in body) else []),
        *element_loop("k", "space[n]", body, alone),
    ]
    return function_text(number, task, "one", lines, block, "thread" if alone else "all")


def _pathway(number: int, task: Task, since_spike: bool) -> TaskText:
    block = Block(number, task, since_spike=since_spike)
    shared = block.shared_lines()
    body = [
        "const ilane element = (ilane)(order ? order[k] : k);",
        *block.loads(False),
        *block.each_lines(),
        *block.stores(False),
    ]
    given = given_values(shared, body)
    events = [
        f"struct Given_{number} {{",
        *(f"    {kind} {name};" for kind, name in given),
        "};",
        "",
        "// One event after another.",
        f"TASK_APART void events_{number}(Run *run, const Given_{number} &given, const int32_t *order, int64_t begin,",
        "                         int64_t end)",
        "{",
        *indented(
            without_unused(
                [
                    "(void)given;",
                    *(f"const {kind} {name} = given.{name};" for kind, name in given),
                    *local_functions(block.functions),
                    *drawing_lines(task, block),
                    *block.pointers(),
                    *(["const mask here = true;"] if any("here" in line for line in body) else []),
                    "for (int64_t k = begin; k < end; ++k) {",
                    *indented(body),
                    "}",
                ]
            )
        ),
        "}",
        "",
    ]
    options = task.options
    alone = bool(block.shared_writes)
    deliver = "deliver_alone" if alone else "deliver"
    lines = [
        *clock_lines(task, block, shared),
        *shared,
        f"const Given_{number} given = {{{', '.join(name for _, name in given)}}};",
        f"const int32_t *const space = (const int32_t *)run->array[{options['space']}];",
        f"{deliver}(run, me, &run->pathway[{options['pathway']}], space, run->size[{options['space_size']}],",
        "        [&](const int32_t *order, int64_t begin, int64_t end) {",
        f"            events_{number}(run, given, order, begin, end);",
        "        });",
    ]
    by: By = "thread" if alone else "all"
    return function_text(number, task, "one", lines, block, by, before=events)


def _summed(number: int, task: Task, since_spike: bool) -> TaskText:
    block = Block(number, task, since_spike=since_spike)
    shared = block.shared_lines()
    target, index = task.options["target"], task.options["index"]
    body = [
        "const ilane element = (ilane)synapse;",
        *block.loads(False),
        *block.each_lines(),
        f"return ({target.type})_synaptic_var;",
    ]
    lines = [
        *clock_lines(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        f"const Pathway *const parts = &run->pathway[{task.options['pathway']}];",
        f"{target.type} *const target = ({target.type} *)run->array[{target.slot}];",
        f"const int32_t *const index = (const int32_t *)run->array[{index}];",
        f"const int64_t start = run->size[{task.options['start']}];",
        f"const int64_t n_target = run->size[{task.options['n_target']}];",
        "sum_up(run, me, parts, target, index, start, n_target, [&](int64_t synapse) {",
        *indented(body),
        "});",
    ]
    return function_text(number, task, "one", lines, block)


def _generator(number: int, task: Task, since_spike: bool) -> TaskText:
    slots = task.options
    arrays = ", ".join(
        f"({kind} *)run->array[{slots[name]}]"
        for name, kind in (("neuron", "const int32_t"), ("bins", "const int32_t"))
    )
    lines = [
        f"int32_t *const space = (int32_t *)run->array[{slots['space']}];",
        f"generate(space, run->size[{task.n}], {arrays}, run->size[{slots['n_spike']}],",
        f"         (int32_t *)run->array[{slots['last']}], *(const int32_t *)run->array[{slots['period']}],",
        f"         *run->clock[{task.clock}].step);",
    ]
    return function_text(number, task, "one", lines, Block(number, task), "worker")


_WRITERS: dict[str, Callable[[int, Task, bool], TaskText]] = {
    "update": _update,
    "threshold": _threshold,
    "reset": _reset,
    "pathway": _pathway,
    "summed": _summed,
    "event_monitor": write_event_monitor,
    "state_monitor": write_state_monitor,
    "rate_monitor": write_rate_monitor,
    "generator": _generator,
    "spatial": write_spatial,
}
