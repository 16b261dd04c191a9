"""Exponentials as state updaters leave them, written so that fewer have to be computed.

The symbolic algebra behind Brian2's state updaters returns ``exp(v/mV)**(1/18)`` and ``1/exp(v/mV)`` where it was given
``exp(v/(18*mV))`` and ``exp(-v/mV)``. A power of an exponential is an exponential, and so is its inverse. Division by
``exprel(x)``, as rates have it, is multiplication with ``x/(exp(x) - 1)``, which takes one division itself.
"""

from __future__ import annotations

import ast
from typing import Any, TypeGuard

from brian2.core.functions import Function
from brian2.parsing.statements import parse_statement
from brian2.units.unitsafefunctions import exprel

__all__ = ["INVERSE_EXPREL", "inverse_exprel_function", "with_plain_exponentials"]

#: Name of ``x/(exp(x) - 1)`` in the statements of the core.
INVERSE_EXPREL = "_inverse_exprel"


def inverse_exprel_function() -> Function:
    """Return what Brian2's code generation must know of the function: ``_inverse_exprel(x)``."""

    def inverse_exprel(x: Any) -> Any:
        return 1 / exprel(x)

    return Function(inverse_exprel, arg_units=[1], return_unit=1)


def with_plain_exponentials(code: str) -> str:
    """Write powers and inverses of exponentials as exponentials, and inverses of ``exprel`` as a function of its own.

    Parameters
    ----------
    code : str
        Statements of a state update.

    Returns
    -------
    str

    Examples
    --------
    >>> print(with_plain_exponentials('_n = a*exp(u)**(1/40)/(ms*exp(v/mV)**(1/40))'))
    _n = a * exp(1 / 40 * u) * exp(-(1 / 40 * (v / mV))) / ms
    >>> print(with_plain_exponentials('_n = a/(ms*exprel(v/mV))'))
    _n = a * _inverse_exprel(v / mV) / ms
    """
    lines = []
    for line in code.splitlines():
        if "exp(" not in line and "exprel(" not in line:
            lines.append(line)
            continue
        target, operator, expression, comment = parse_statement(line.strip())
        tree = _Exponentials().visit(ast.parse(expression, mode="eval"))
        note = f"  # {comment}" if comment else ""
        lines.append(f"{target} {operator} {ast.unparse(tree)}{note}")
    return "\n".join(lines)


class _Exponentials(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Pow) and _is_call(node.left, "exp"):
            return _call("exp", ast.BinOp(node.right, ast.Mult(), node.left.args[0]))
        if not isinstance(node.op, ast.Div):
            return node
        result, rest = node.left, []
        for factor in _factors(node.right):
            inverse = _inverse(factor)
            if inverse is None:
                rest.append(factor)
            else:
                result = ast.BinOp(result, ast.Mult(), inverse)
        if not rest:
            return result
        product = rest[0]
        for factor in rest[1:]:
            product = ast.BinOp(product, ast.Mult(), factor)
        return ast.BinOp(result, ast.Div(), product)


def _inverse(factor: ast.expr) -> ast.expr | None:
    """Return the inverse of a factor, if it is one without a division by the factor."""
    if _is_call(factor, "exp"):
        return _call("exp", ast.UnaryOp(ast.USub(), factor.args[0]))
    if _is_call(factor, "exprel"):
        return _call(INVERSE_EXPREL, factor.args[0])
    return None


def _is_call(node: ast.AST, name: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _call(name: str, argument: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), [argument], [])


def _factors(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*_factors(node.left), *_factors(node.right)]
    return [node]
