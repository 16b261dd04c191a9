"""Reads conditions and statements of a model: thresholds, resets, actions of events."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from brian2.equations import Equations
from brian2.equations.equations import SUBEXPRESSION
from brian2.equations.unitcheck import check_units_statements
from brian2.parsing.expressions import is_boolean_expression, parse_expression_dimensions
from brian2.parsing.statements import parse_statement
from brian2.units.fundamentalunits import Dimension, DimensionMismatchError
from brian2.utils.stringtools import get_identifiers

from .errors import ModelError, nearest_names
from .functions import check_functions, read_expression
from .model import Model
from .program import Assignment

__all__ = ["BlockReader"]


@dataclass(frozen=True)
class BlockReader:
    """Reads conditions and statement blocks of one model.

    Attributes
    ----------
    model : Model
    resolve : callable
        Returns what names mean, given them and the place where they are used.
    known : frozenset of str
        Variables of the model, Brian2's own among them.
    equations : Equations
    subexpressions : mapping of str to sympy expression
    """

    model: Model
    resolve: Callable[[Iterable[str], str], dict[str, Any]]
    known: frozenset[str]
    equations: Equations
    subexpressions: Mapping[str, sympy.Expr]

    def condition(self, text: str | None, where: str) -> sympy.Basic | None:
        """Read a condition, or none."""
        if text is None:
            return None
        value, _ = self.expression(text, where, boolean=True)
        return value

    def expression(
        self, text: str, where: str, boolean: bool = False
    ) -> tuple[sympy.Basic, Dimension]:
        """Read an expression; return it with its subexpressions put in, and its dimensions."""
        name = self.model.name
        variables = self.resolve(get_identifiers(text), where)
        try:
            dimensions = parse_expression_dimensions(text, variables)
            if boolean and not is_boolean_expression(text, variables):
                raise ModelError(
                    f"{name}: the {where} {text!r} is not a condition; compare something, for example "
                    "'V_soma > -40*mV'."
                )
        except (DimensionMismatchError, SyntaxError) as error:
            raise ModelError(f"{name}: the {where} {text!r} is wrong: {error}") from error
        value = read_expression(text, variables)
        check_functions(self.model.name, value, where)
        return self._expand(value), dimensions

    def statements(self, text: str | None, where: str) -> tuple[Assignment, ...]:
        """Read statements that are carried out one after another."""
        if text is None:
            return ()
        model = self.model
        lines = [line.split("#")[0].strip() for line in re.split(r"[;\n]", text)]
        lines = [line for line in lines if line]
        parsed = []
        for line in lines:
            try:
                parsed.append(parse_statement(line))
            except ValueError as error:
                raise ModelError(f"{model.name}: the {where} has {line!r}: {error}") from error
        local: set[str] = set()
        for target, operator, _, _ in parsed:
            if target in self.equations:
                if self.equations[target].type == SUBEXPRESSION:
                    raise ModelError(
                        f"{model.name}: the {where} sets {target!r}, which is a subexpression; only "
                        "state variables and parameters can be set."
                    )
            elif operator == "=" and target not in self.known:
                local.add(target)
            else:
                raise ModelError(
                    f"{model.name}: the {where} changes {target!r}, which is not a variable of the model. "
                    + nearest_names(target, self.equations.names)
                )
        identifiers = set().union(*(get_identifiers(line) for line in lines)) - local
        variables = self.resolve(identifiers, where)
        try:
            check_units_statements("\n".join(lines), variables)
        except DimensionMismatchError as error:
            raise ModelError(f"{model.name}: inconsistent units in the {where}: {error}") from error
        statements = []
        for target, operator, expression, _ in parsed:
            value = read_expression(expression, variables)
            check_functions(self.model.name, value, where)
            value = self._expand(value)
            old = sympy.Symbol(target, real=True)
            if operator == "+=":
                value = old + value
            elif operator == "-=":
                value = old - value
            elif operator == "*=":
                value = old * value
            elif operator == "/=":
                value = old / value
            elif operator not in ("=", ":="):
                raise ModelError(f"{model.name}: the {where} uses {operator!r}; write it with '='.")
            statements.append(Assignment(target, value))
        used = {str(symbol) for statement in statements for symbol in statement.value.free_symbols}
        for target in sorted(local - used):
            raise ModelError(
                f"{model.name}: the {where} sets {target!r}, which is not a variable of the model and is not "
                f"used afterwards. {nearest_names(target, self.equations.names)}"
            )
        return tuple(statements)

    def _expand(self, value: sympy.Basic) -> sympy.Basic:
        replacements = {
            symbol: self.subexpressions[str(symbol)]
            for symbol in value.free_symbols
            if str(symbol) in self.subexpressions
        }
        return value.xreplace(replacements)
