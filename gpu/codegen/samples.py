"""Samples of recorded variables."""

from __future__ import annotations

import sympy

from ..program import Program
from .page import Page
from .printer import text

__all__ = ["write_samples"]


def write_samples(page: Page) -> None:
    """Write the samples of each monitor whose turn it is."""
    for number, names in enumerate(page.traits.recorded):
        with page.block(f"if (sample_due(&p->monitor[{number}], first, _step))"):
            values = [_recorded(page.traits.program, name) for name in names]
            page.times(values)
            lowering = page.lowering("_recorded_")
            done = 0
            for place, (name, value) in enumerate(zip(names, values, strict=True)):
                node = lowering.value(value)
                done = page.definitions(lowering, done)
                page.line(
                    f"sample(&p->monitor[{number}], {place}, {text(node)}, first, _step);  // {name}"
                )


def _recorded(program: Program, name: str) -> sympy.Expr:
    if name in program.subexpressions:
        return program.subexpressions[name]
    return sympy.Symbol(name, real=True)
