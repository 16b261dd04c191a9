"""The page on which a step function is written: lines, nested blocks, and the numbers that its sections share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import sympy

from .calls import draws_numbers
from .coefficients import CoefficientTable
from .lowering import Lowering
from .names import identifier
from .nodes import CLOCK, Node
from .printer import text
from .traits import Traits

__all__ = ["INDENT", "Page"]

INDENT = "    "


class Page:
    """Lines of one step function.

    Parameters
    ----------
    traits : Traits
        The model.

    Attributes
    ----------
    traits : Traits
    table : CoefficientTable
        Expressions of parameters that the host computes.
    lines : list of str
        What has been written since the last `take`.
    """

    def __init__(self, traits: Traits) -> None:
        self.traits = traits
        self.table = CoefficientTable(frozenset(traits.program.parameter_names))
        self.lines: list[str] = []
        self._draws: list[str] = []
        self._depth = 1

    def line(self, line: str = "") -> None:
        """Write one line at the present depth; without text an empty one."""
        self.lines.append(f"{INDENT * self._depth}{line}" if line else "")

    @contextmanager
    def block(self, opening: str = "") -> Iterator[None]:
        """Write an opening with a brace, then indented lines, then the closing brace.

        The brace comes before a comment in the opening.
        """
        code, mark, comment = opening.partition("  //")
        self.line(f"{code} {{{mark}{comment}".strip())
        self._depth += 1
        yield
        self._depth -= 1
        self.line("}")

    def take(self) -> list[str]:
        """Return what has been written and begin anew."""
        lines, self.lines = self.lines, []
        return lines

    def lowering(self, prefix: str = "_") -> Lowering:
        """Return what lowers the expressions of one straight-line section."""
        names = {*self.traits.program.state_names, "t", CLOCK, "i"}
        return Lowering(frozenset(names), self.table, self._draws, prefix, self.traits.slow)

    def definitions(self, lowering: Lowering, done: int = 0) -> int:
        """Write intermediate results from number `done` on; return how many there are by now."""
        for name, node in lowering.definitions[done:]:
            self.line(f"const lane {identifier(name)} = {text(node)};")
        return len(lowering.definitions)

    def times(self, expressions: Iterable[sympy.Basic], clocked: bool = True) -> None:
        """Declare the time and the index of the neurons where a section uses them."""
        expressions = list(expressions)
        names = {str(symbol) for value in expressions for symbol in value.free_symbols}
        if clocked and CLOCK in names:
            self.line(f"const lane {CLOCK} = splat((real)_now);")
        if "t" in names:
            self.line("const lane t = splat((real)((double)_now * net->dt));")
        if "i" in names:
            self.line("const lane i = to_real(isplat((integer)first) + lane_iota());")
        if any(draws_numbers(value) for value in expressions):
            self.line("const ulane _index = as_unsigned(isplat((integer)first) + lane_iota());")

    def assign(self, name: str, value: str, mask: str | None, clamp: bool) -> None:
        """Write a new value of a state, where a mask is set and, if it is clamped, the neuron is not refractory."""
        variable = identifier(name)
        if clamp and self.traits.is_masked(name):
            mask = "_not_refractory" if mask is None else f"{mask} & _not_refractory"
        if mask is not None:
            value = f"select({mask}, {value}, {variable})"
        self.line(f"{variable} = {value};")

    def node(self, name: str) -> Node:
        """Return the operation that gives a number which the host computes."""
        return self.table.node(sympy.Symbol(name, real=True))
