"""Which tasks of a text may be compiled on their own, side by side with the others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .functions import FLOAT_FUNCTIONS
from .task_parts import TaskText

__all__ = ["compile_seconds", "in_groups"]

#: Seconds that a compiler takes for a call of a function, which is inlined, and for a random number. Rough.
_FUNCTION, _DRAW = 0.02, 0.1
#: What takes less is not worth a group.
_LEAST = 0.05
_SMALL = frozenset({"lane_sqrt", "lane_ceil", "lane_floor"})
_FUNCTIONS = re.compile(
    rf"\b(?:{'|'.join(sorted({*FLOAT_FUNCTIONS.values(), 'lane_pow'} - _SMALL))})\("
)
_DRAWS = re.compile(r"\b(?:random_\w+|paired_normal)\(")


def compile_seconds(text: TaskText) -> float:
    """Return roughly how long the function of a task takes to compile; 0 if it stays with the rest.

    Parameters
    ----------
    text : TaskText
    """
    if any(function.role == "c" for function in text.functions.values()):
        # The code that a user gives stands in the text once.
        return 0.0
    seconds = _FUNCTION * len(_FUNCTIONS.findall(text.text))
    seconds += _DRAW * len(_DRAWS.findall(text.text))
    return seconds if seconds >= _LEAST else 0.0


def in_groups(
    texts: Sequence[TaskText], before: str, after: Sequence[str]
) -> tuple[list[str], tuple[float, ...]]:
    """Put texts together, each task that is worth it as a group of its own.

    Parameters
    ----------
    texts : sequence of TaskText
        In the order of their numbers.
    before, after : str and sequence of str
        What else the library consists of.

    Returns
    -------
    parts : list of str
        Of the text.
    groups : tuple of float
        Seconds that each group takes to compile.
    """
    groups: list[float] = []
    parts: list[str] = []
    rest = [before]
    for number, text in enumerate(texts):
        seconds = compile_seconds(text)
        definition = f"namespace {text.namespace}_tasks {{\nusing namespace {text.namespace};\n\n"
        if not seconds:
            rest.append(f"{definition}{text.text}}}\n")
            continue
        groups.append(seconds)
        parts += _of_no_group(rest)
        rest = []
        function = text.text.replace(
            f"TASK void task_{number}(", f"OF_PART(TASK) void task_{number}("
        )
        declaration = f"OF_PART(TASK) void task_{number}(Run *run, Worker *me);"
        parts.append(
            f"#if IN_PART({len(groups)})\n{definition}{function}}}\n#else\n"
            f"namespace {text.namespace}_tasks {{ {declaration} }}\n#endif\n"
        )
    rest += after
    return parts + (_of_no_group(rest) if groups else rest), tuple(groups)


def _of_no_group(parts: Sequence[str]) -> list[str]:
    """Put what belongs to no group between the lines that say so."""
    text = "\n".join(part for part in parts if part)
    return [f"#if IN_PART(0)\n{text}#endif\n"] if text else []
