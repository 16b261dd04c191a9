"""State updates with ``int(not_refractory)`` in them, computed for its two values.

Brian2 multiplies the equations of variables that are clamped during refractoriness by ``int(not_refractory)``, which
then stands in exponents. For each of its two values nearly everything in such an expression is constant and computed
once for all neurons.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from brian2.core.functions import Function
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import get_identifiers

__all__ = ["CHOICE", "choice_function", "specialised"]

#: Name of the function that chooses by a condition in the statements of the core.
CHOICE = "_choose"

_FLAG = "int(not_refractory)"


def choice_function() -> Function:
    """Return what Brian2's code generation must know of the function: ``_choose(condition, then, otherwise)``."""

    def choose(condition: Any, then: Any, otherwise: Any) -> Any:
        return then if condition else otherwise

    return Function(choose, arg_units=[1, 1, 1], return_unit=1, arg_types=["boolean", "any", "any"])


def specialised(code: str, conditions: Mapping[str, str]) -> str:
    """Write each expression with ``int(not_refractory)`` in it as a choice between two without it.

    Parameters
    ----------
    code : str
        Statements of a state update.
    conditions : mapping of str to str
        Variables that only change where another one is true.

    Returns
    -------
    str

    Examples
    --------
    >>> print(specialised('_v = v*exp(-dt*int(not_refractory)/tau)', {}))
    _v_active = v * exp(-dt * 1 / tau)
    _v_resting = v * exp(-dt * 0 / tau)
    _v = _choose(not_refractory, _v_active, _v_resting)
    >>> print(specialised('_v = v*exp(-dt*int(not_refractory)/tau); v = _v', {'v': 'not_refractory'}))
    _v = v * exp(-dt * 1 / tau)
    v = _v
    """
    lines = [line.strip() for line in re.split(r"[;\n]", code) if line.strip()]
    written: list[str] = []
    for line in lines:
        target, operator, expression, _ = parse_statement(line)
        if _FLAG not in ast.unparse(ast.parse(expression, mode="eval")) or operator not in (
            "=",
            ":=",
        ):
            written.append(line)
            continue
        active = _with_flag(expression, 1)
        if _matters_only_when_active(target, lines, conditions):
            written.append(f"{target} = {active}")
            continue
        written += [
            f"{target}_active = {active}",
            f"{target}_resting = {_with_flag(expression, 0)}",
            f"{target} = {CHOICE}(not_refractory, {target}_active, {target}_resting)",
        ]
    return "\n".join(written)


def _matters_only_when_active(target: str, lines: list[str], conditions: Mapping[str, str]) -> bool:
    """Return whether a value only becomes that of variables that are clamped while the neuron is refractory."""
    if conditions.get(target) == "not_refractory":
        return True
    readers = [line for line in lines if target in get_identifiers(line.split("=", 1)[-1])]
    return bool(readers) and all(
        parse_statement(line)[2] == target
        and conditions.get(parse_statement(line)[0]) == "not_refractory"
        for line in readers
    )


class _Flag(ast.NodeTransformer):
    def __init__(self, value: int) -> None:
        self._value = value

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if ast.unparse(node) == _FLAG:
            return ast.Constant(self._value)
        return self.generic_visit(node)


def _with_flag(expression: str, value: int) -> str:
    return ast.unparse(_Flag(value).visit(ast.parse(expression, mode="eval")))
