"""The text of the cable equation's tasks.

Options of a task of the kind ``'spatial'``: ``parent``, ``compartment``, ``conductance``, ``surface``, ``charging``,
``gtot``, ``rest`` and ``work`` are slots of arrays, the members of the structure `Cable` of the header
``ordered/spatial.h`` and its scratch memory; ``n_place``, ``n_cell`` and ``n_column`` are slots of sizes.
"""

from __future__ import annotations

from .block import Block
from .names import c_name
from .task import Array, Task
from .task_parts import TaskText, clock_lines, function_text, sizes, vector_loop
from .values import converted

__all__ = ["INCLUDE", "write_spatial"]

#: What the text of a network with such a task includes.
INCLUDE = '#include "ordered/spatial.h"\n'
_TREE = ("parent", "compartment")
_COLUMNS = ("conductance", "surface", "charging", "gtot", "rest")
_SIZES = ("n_place", "n_cell", "n_column")


def write_spatial(number: int, task: Task, since_spike: bool) -> TaskText:
    """Return the text of a task: the membrane of all compartments over vectors, then the cells, one tree at a time."""
    options = task.options
    block = Block(number, task, ["v", "Ic"], since_spike)
    shared = block.shared_lines()
    body = [
        *block.loads(),
        *block.each_lines(),
        f"put(gtot + first, {_value(block, '_gtot')});",
        f"put(rest + first, {_value(block, '_I0')});",
    ]
    results = ", ".join(f"({_type(task, name)} *)at_{c_name(name)}" for name in ("v", "Ic"))
    lines = [
        *sizes(task),
        *clock_lines(task, block, [*shared, *body]),
        *shared,
        *block.pointers(),
        *(f"double *const {name} = (double *)run->array[{options[name]}];" for name in _COLUMNS),
        f"double *const work = (double *)run->array[{options['work']}];",
        *(
            f"const int32_t *const {name} = (const int32_t *)run->array[{options[name]}];"
            for name in _TREE
        ),
        *(f"const int64_t {name} = run->size[{options[name]}];" for name in _SIZES),
        f"const Cable cable = {{{', '.join((*_TREE, *_COLUMNS, *_SIZES))}}};",
        *vector_loop(body),
        # Cells are shared among threads in another way than compartments.
        "meet(run);",
        f"step_cells(cable, me, {results}, work);",
    ]
    return function_text(number, task, "many", lines, block)


def _value(block: Block, name: str) -> str:
    """Return a value as a lane; one without variables is the same for all compartments."""
    return converted(block.value(name), "float", False)


def _type(task: Task, name: str) -> str:
    symbol = task.symbols[name]
    assert isinstance(symbol, Array)
    return symbol.type
