"""Exponentials as state updaters leave them, written so that fewer have to be computed.

The symbolic algebra behind Brian2's state updaters returns ``exp(v/mV)**(1/18)`` and ``1/exp(v/mV)`` where it was given
``exp(v/(18*mV))`` and ``exp(-v/mV)``. A power of an exponential is an exponential, and so is its inverse.
"""

from __future__ import annotations

import ast

from brian2.parsing.statements import parse_statement

__all__ = ["with_plain_exponentials"]


def with_plain_exponentials(code: str) -> str:
    """Write powers and inverses of exponentials as exponentials.

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
    """
    lines = []
    for line in code.splitlines():
        if "exp(" not in line:
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
        if isinstance(node.op, ast.Pow) and _is_exponential(node.left):
            assert isinstance(node.left, ast.Call)
            return _exponential(ast.BinOp(node.right, ast.Mult(), node.left.args[0]))
        if not isinstance(node.op, ast.Div):
            return node
        below = _factors(node.right)
        exponentials = [factor for factor in below if _is_exponential(factor)]
        if not exponentials:
            return node
        result = node.left
        for factor in exponentials:
            assert isinstance(factor, ast.Call)
            inverse = _exponential(ast.UnaryOp(ast.USub(), factor.args[0]))
            result = ast.BinOp(result, ast.Mult(), inverse)
        rest = [factor for factor in below if not _is_exponential(factor)]
        if not rest:
            return result
        product = rest[0]
        for factor in rest[1:]:
            product = ast.BinOp(product, ast.Mult(), factor)
        return ast.BinOp(result, ast.Div(), product)


def _is_exponential(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "exp"


def _exponential(argument: ast.expr) -> ast.Call:
    return ast.Call(ast.Name("exp", ast.Load()), [argument], [])


def _factors(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*_factors(node.left), *_factors(node.right)]
    return [node]
