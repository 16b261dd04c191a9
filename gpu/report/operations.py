"""Counts the arithmetic of generated text: what one neuron computes in one step.

The count is of the text, not of what a compiler makes of it. Mathematical functions are branch-free, so each costs what
its text and the text of what it calls say; a loop counts as one pass. Operations on integers, comparisons and
selections are not counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Literal

from ..backends.base import header_folder

__all__ = ["Operations", "count_operations", "function_costs", "step_operations"]


@dataclass(frozen=True)
class Operations:
    """Numbers of floating-point operations.

    Attributes
    ----------
    additions, multiplications, divisions, roots : int
        Subtractions count as additions.
    fused : int
        Fused multiply-adds.
    """

    additions: int = 0
    multiplications: int = 0
    fused: int = 0
    divisions: int = 0
    roots: int = 0

    @property
    def flops(self) -> int:
        """Floating-point operations; a fused multiply-add is two."""
        return self.simple + self.fused + self.divisions + self.roots

    @property
    def simple(self) -> int:
        """Instructions that a processor can start in every cycle: all but divisions and roots."""
        return self.additions + self.multiplications + self.fused

    @property
    def slow(self) -> int:
        """Divisions and roots."""
        return self.divisions + self.roots

    def __add__(self, other: Operations) -> Operations:
        return Operations(
            *(getattr(self, item.name) + getattr(other, item.name) for item in fields(self))
        )

    def __mul__(self, factor: int) -> Operations:
        return Operations(*(getattr(self, item.name) * factor for item in fields(self)))


_COMMENT = re.compile(r"//[^\n]*")
_PREPROCESSOR = re.compile(r"^[ \t]*#[^\n]*$", re.MULTILINE)
#: Addresses of states and parameters, whose arithmetic is of integers.
_ADDRESS = re.compile(
    r"\bp->(state|vary|flags|last_spike)\b[^,;]*?\bfirst\b(?: \* p->vary_step\[\d+\])?"
)
_CALL = re.compile(r"\b([a-z]\w*)\(")
_OPERATORS = {" + ": "additions", " - ": "additions", " * ": "multiplications", " / ": "divisions"}
#: Their arguments are integers, their results numbers.
_CONVERSION = re.compile(r"\b(as_real|to_real)\(")
_BUILT_IN = {"lane_fma": Operations(fused=1), "lane_sqrt": Operations(roots=1)}
_INTEGERS = re.compile(r"\b(ilane|ulane|as_integer|isplat|int32_t|int64_t|uint32_t|integer)\b")


def count_operations(code: str, costs: Mapping[str, Operations]) -> Operations:
    """Count the operations of straight-line text.

    Parameters
    ----------
    code : str
        Statements on lanes.
    costs : mapping of str to Operations
        What the functions cost that it may call; others cost nothing.

    Returns
    -------
    Operations

    Examples
    --------
    >>> count_operations('const lane x = (a + lane_fma(b, c, d)) / e;', {'lane_fma': Operations(fused=1)})
    Operations(additions=1, multiplications=0, fused=1, divisions=1, roots=0)
    """
    total = Operations()
    for statement in _ADDRESS.sub("address", _COMMENT.sub("", code)).split(";"):
        for name in _CALL.findall(statement):
            total += costs.get(name, Operations())
        statement = _without_conversions(statement)
        if not _INTEGERS.search(statement):
            counts = {member: 0 for member in _OPERATORS.values()}
            for operator, member in _OPERATORS.items():
                counts[member] += statement.count(operator)
            total += Operations(**counts)
    return total


def _without_conversions(statement: str) -> str:
    """Drop the arguments of conversions from integers: their operators compute no floating-point numbers."""
    begin = _CONVERSION.search(statement)
    while begin:
        end = _closing(statement, begin.end(), "()")
        statement = f"{statement[: begin.start()]}converted{statement[end:]}"
        begin = _CONVERSION.search(statement)
    return statement


def _closing(text: str, begin: int, brackets: str) -> int:
    """Return where the bracket ends that was opened just before."""
    depth, end = 1, begin
    while depth and end < len(text):
        depth += {brackets[0]: 1, brackets[1]: -1}.get(text[end], 0)
        end += 1
    return end


@cache
def function_costs(precision: Literal[32, 64]) -> dict[str, Operations]:
    """Return what each function of the mathematics headers costs.

    Parameters
    ----------
    precision : {32, 64}

    Returns
    -------
    dict of str to Operations

    Examples
    --------
    >>> function_costs(64)['lane_sinh'].divisions
    1
    """
    bodies: dict[str, str] = {}
    elementary = (f"lane_{part}.h" for part in ("math", "exponentials", "logarithms", "angles"))
    for header in (*elementary, "philox.h", "draws.h", "parts.h"):
        path = header_folder() / header
        if path.exists():
            bodies |= _bodies(_preprocessed(path.read_text(), precision))
    costs = dict(_BUILT_IN)

    def cost(name: str) -> Operations:
        if name not in costs:
            costs[name] = Operations()  # a function that calls itself would not be branch-free
            called = {
                other: cost(other) for other in _CALL.findall(bodies[name]) if other in bodies
            }
            costs[name] = count_operations(bodies[name], {**_BUILT_IN, **called})
        return costs[name]

    for name in bodies:
        cost(name)
    return costs


def _preprocessed(text: str, precision: int) -> str:
    """Choose the lines for a precision."""
    pattern = re.compile(
        r"^#if PRECISION == 32[^\n]*\n(.*?)^#else[^\n]*\n(.*?)^#endif", re.MULTILINE | re.DOTALL
    )
    chosen = pattern.sub(
        lambda match: match.group(1 if precision == 32 else 2), _without_guard(text)
    )
    return _PREPROCESSOR.sub("", chosen)


def _without_guard(text: str) -> str:
    return re.sub(r"^#(ifndef|define|endif)[^\n]*_H$", "", text, flags=re.MULTILINE)


def _bodies(text: str) -> dict[str, str]:
    """Return the bodies of the functions that a header defines."""
    found = {}
    text = _COMMENT.sub("", text)
    for match in re.finditer(r"\b(?:DEVICE|SEPARATE) \w+ (\w+)\([^{;]*\)\s*\{", text):
        found[match.group(1)] = text[match.end() : _closing(text, match.end(), "{}") - 1]
    return found


#: A statement of the first step of a window, and of steps after events, alone.
_ONCE = re.compile(r"^ *if \(HOLDS && _changed\)\n[^\n]*\n", re.MULTILINE)
#: Blocks that most steps skip.
_SELDOM = re.compile(
    r"if \((_happened|_eventful|any_set\(_second\)|sample_due\(|any_set\(_happened_)"
)


def step_operations(source: str, precision: Literal[32, 64]) -> tuple[Operations, Operations]:
    """Count what a step function computes for one neuron in a step without spikes and events.

    Parameters
    ----------
    source : str
        Text of a step function.
    precision : {32, 64}

    Returns
    -------
    every_step : Operations
    seldom : Operations
        What the CPU holds from step to step, unless an event or the clock changes it. A CUDA device computes it in
        every step.
    """
    costs = function_costs(precision)
    every, held = _split(source)
    return count_operations(every, costs), count_operations(held, costs)


def _split(source: str) -> tuple[str, str]:
    """Return the text of all steps, and that of held values."""
    head, _, loop = _ONCE.sub("", source).partition("ROLLED for")
    parts = head.split("STEP_FUNCTION void step_")[0] if "_part_0(" in head else ""
    every, held = [parts], []
    depth, skipped, holding = 0, None, None
    for line in loop.splitlines()[1:]:
        if skipped is None and _SELDOM.search(line):
            skipped = depth
        if holding is None and "!HOLDS" in line:
            holding = depth
        if skipped is None and holding is not None:
            held.append(line)
        elif skipped is None:
            every.append(line)
        depth += line.count("{") - line.count("}")
        if depth < 0:
            break
        if skipped is not None and depth <= skipped:
            skipped = None
        if holding is not None and depth <= holding:
            holding = None
    return "\n".join(every), "\n".join(held)
