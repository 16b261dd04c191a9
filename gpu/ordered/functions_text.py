"""The text that functions other than Brian2's own need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from .names import c_name
from .task import Function, Task

__all__ = ["local_functions", "namespace_lines", "support_text", "with_distinct_functions"]


def with_distinct_functions(tasks: Sequence[Task]) -> list[Task]:
    """Give functions in C different names if they differ, and the arrays in their code too.

    Names belong to groups: two of them may know different functions by the same one.

    Parameters
    ----------
    tasks : sequence of Task

    Returns
    -------
    list of Task
    """
    taken: dict[str, object] = {}
    return [
        replace(
            task,
            symbols={
                name: _distinct(symbol, taken)
                if isinstance(symbol, Function) and symbol.role == "c"
                else symbol
                for name, symbol in task.symbols.items()
            },
        )
        for task in tasks
    ]


def _distinct(function: Function, taken: dict[str, object]) -> Function:
    """Rename what means something else already; `taken` says what names mean."""
    arrays, support = {}, function.support
    for array, place in function.arrays.items():
        other = _free_name(array, place, taken)
        arrays[other] = place
        support = tuple(re.sub(rf"\b{array}\b", other, text) for text in support)
    name = _free_name(function.name, support, taken)
    support = tuple(re.sub(rf"\b{function.name}\b", name, text) for text in support)
    return replace(function, name=name, support=support, arrays=arrays)


def _free_name(name: str, meaning: object, taken: dict[str, object]) -> str:
    """Return a name that means this or nothing yet."""
    other, number = name, 1
    while taken.setdefault(other, meaning) != meaning:
        number += 1
        other = f"{name}_{number}"
    return other


def local_functions(functions: Mapping[str, Function]) -> list[str]:
    """Return definitions of timed arrays, for the beginning of a task."""
    lines = []
    for name, function in sorted(functions.items()):
        if function.role != "timed_array":
            continue
        slot, kind = function.arrays["values"]
        values = f"(const {kind} *)run->array[{slot}]"
        parameters = ", ".join(f"run->number[{slot}]" for slot in function.numbers)
        last = ", double i" if len(function.numbers) == 4 else ""
        handed = ", i" if last else ""
        lines.append(
            f"const auto {c_name(name)} = [run](double t{last}) "
            f"{{ return timed_value({values}, {parameters}, t{handed}); }};"
        )
    return lines


def support_text(functions: Iterable[Function]) -> str:
    """Return the C code of functions that users gave, with the arrays that it names."""
    parts = []
    for function in _in_order(functions):
        if function.role != "c":
            continue
        for array, (_, kind) in sorted(function.arrays.items()):
            parts.append(f"static thread_local {kind} *{array};")
        # Brian2's own C++ has the functions of C, too.
        parts += ["#include <math.h>\n#include <stdlib.h>"]
        parts += [text.strip() for text in function.support]
    return "\n".join(dict.fromkeys(part for part in parts if part)) + ("\n" if parts else "")


def namespace_lines(functions: Iterable[Function]) -> list[str]:
    """Return what hands arrays to the functions in C, for the beginning of a step."""
    lines = [
        f"{array} = ({kind} *)run->array[{slot}];"
        for function in _in_order(functions)
        if function.role == "c"
        for array, (slot, kind) in sorted(function.arrays.items())
    ]
    return list(dict.fromkeys(lines))


def _in_order(functions: Iterable[Function]) -> list[Function]:
    return sorted(functions, key=lambda function: function.name)
