"""The text that functions other than Brian2's own need."""

from __future__ import annotations

from collections.abc import Mapping

from .names import c_name
from .task import Function

__all__ = ["local_functions", "namespace_lines", "support_text"]


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


def support_text(functions: Mapping[str, Function]) -> str:
    """Return the C code of functions that users gave, with the arrays that it names."""
    parts = []
    for _, function in sorted(functions.items()):
        if function.role != "c":
            continue
        for array, (_, kind) in sorted(function.arrays.items()):
            parts.append(f"static thread_local {kind} *{array};")
        parts.append(function.support.strip())
    return "\n".join(dict.fromkeys(part for part in parts if part)) + ("\n" if parts else "")


def namespace_lines(functions: Mapping[str, Function]) -> list[str]:
    """Return what hands arrays to the functions in C, for the beginning of a step."""
    return [
        f"{array} = ({kind} *)run->array[{slot}];"
        for _, function in sorted(functions.items())
        if function.role == "c"
        for array, (slot, kind) in sorted(function.arrays.items())
    ]
