"""The text of monitors: what they record goes to columns that the host empties."""

from __future__ import annotations

from .block import Block
from .task import Task
from .task_parts import TaskText, clock_lines, element_loop, function_text, indented, sizes, time_of

__all__ = ["write_event_monitor", "write_rate_monitor", "write_state_monitor"]


def write_state_monitor(number: int, task: Task, since_spike: bool) -> TaskText:
    """Return the text of a monitor of values, one row of its record in each of its steps."""
    block = Block(number, task, since_spike=since_spike)
    record = f"run->record[{task.options['record']}]"
    shared = block.shared_lines()
    body = [
        "const ilane element = (ilane)at_indices[k];",
        *block.loads(False),
        *block.each_lines(),
        *[
            f"(({column.type} *)record->column[{place}])[sample + k] = ({column.type}){block.in_memory(column.name)};"
            for place, column in enumerate(task.options["columns"])
        ],
    ]
    lines = [
        f"Record *const record = &{record};",
        *sizes(task),
        *clock_lines(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        f"const int32_t *const at_indices = (const int32_t *)run->array[{task.options['indices']}];",
        "const int64_t sample = record->count * n;",
        *element_loop("k", "n", body),
        "if (me->number == 0) {",
        f"    ((double *)record->column[{len(task.options['columns'])}])[record->count] = {time_of(task)};",
        "    record->taken = 1;",
        "}",
    ]
    return function_text(number, task, "one", lines, block)


def write_event_monitor(number: int, task: Task, since_spike: bool) -> TaskText:
    """Return the text of a monitor of events."""
    options = task.options
    block = Block(number, task, since_spike=since_spike)
    shared = block.shared_lines()
    body = [
        "const ilane element = (ilane)spiking;",
        *block.loads(False),
        *block.each_lines(),
        *[
            f"(({column.type} *)record->column[{place}])[row] = ({column.type}){block.in_memory(column.name)};"
            for place, column in enumerate(options["columns"])
        ],
        "count[spiking - start] += 1;",
    ]
    row = "int64_t row" if options["columns"] else "int64_t"
    lines = [
        f"Record *const record = &run->record[{options['record']}];",
        f"const int64_t start = run->size[{options['start']}], stop = run->size[{options['stop']}];",
        *clock_lines(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        f"const int32_t *const space = (const int32_t *)run->array[{options['space']}];",
        f"int32_t *const count = (int32_t *)run->array[{options['count']}];",
        f"const int64_t n_event = space[run->size[{options['space_size']}]];",
        f"record_events(record, space, n_event, start, stop, [&](int64_t spiking, {row}) {{",
        *indented(body),
        "});",
    ]
    return function_text(number, task, "one", lines, block, "worker")


def write_rate_monitor(number: int, task: Task, since_spike: bool) -> TaskText:
    """Return the text of a monitor of the rate of a group."""
    options = task.options
    lines = [
        f"Record *const record = &run->record[{options['record']}];",
        f"const int64_t start = run->size[{options['start']}], stop = run->size[{options['stop']}];",
        f"const int32_t *const space = (const int32_t *)run->array[{options['space']}];",
        f"const int64_t n_event = space[run->size[{options['space_size']}]];",
        "const int64_t found = count_events(space, n_event, start, stop);",
        f"((double *)record->column[0])[record->count] = 1.0 * (double)found / *run->clock[{task.clock}].dt"
        f" / (double)run->size[{task.n}];",
        f"((double *)record->column[1])[record->count] = {time_of(task)};",
        "record->taken = 1;",
    ]
    return function_text(number, task, "one", lines, Block(number, task), "worker")
