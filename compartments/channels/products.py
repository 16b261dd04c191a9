"""Products of an expression's tree: their factors, and trees made of factors again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["Factor", "factors", "is_product", "names_in", "product_tree"]


@dataclass(frozen=True)
class Factor:
    """A factor of a product: a tree, and whether it is divided by."""

    tree: ast.expr
    divides: bool

    @property
    def text(self) -> str:
        """The factor as text."""
        return ast.unparse(self.tree)


def names_in(tree: ast.AST) -> set[str]:
    """Names in a tree, of functions too."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def is_product(tree: ast.AST) -> bool:
    """Say whether a tree is a product, a quotient or a whole power."""
    if isinstance(tree, ast.BinOp):
        if isinstance(tree.op, ast.Pow):
            return _whole_power(tree.right) is not None
        return isinstance(tree.op, (ast.Mult, ast.Div))
    return isinstance(tree, ast.UnaryOp) and isinstance(tree.op, (ast.USub, ast.UAdd))


def _whole_power(exponent: ast.expr) -> int | None:
    sign = 1
    if isinstance(exponent, ast.UnaryOp) and isinstance(exponent.op, ast.USub):
        sign, exponent = -1, exponent.operand
    if isinstance(exponent, ast.Constant) and isinstance(exponent.value, (int, float)):
        value = exponent.value
        # Longer products than this are no gates, and not worth writing out.
        if value == int(value) and 0 < value <= 8:
            return sign * int(value)
    return None


def factors(tree: ast.expr, divides: bool = False) -> Iterator[Factor]:
    """Yield the factors of a product, each as often as its power says.

    Examples
    --------
    >>> tree = ast.parse('a*(v - b)**2/(-c*d)', mode='eval').body
    >>> [('/' if factor.divides else '*') + factor.text for factor in factors(tree)]
    ['*a', '*v - b', '*v - b', '/-1', '/c', '/d']
    """
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.Mult, ast.Div)):
        yield from factors(tree.left, divides)
        yield from factors(tree.right, divides ^ isinstance(tree.op, ast.Div))
    elif isinstance(tree, ast.UnaryOp) and isinstance(tree.op, (ast.USub, ast.UAdd)):
        if isinstance(tree.op, ast.USub):
            yield Factor(ast.Constant(-1), divides)
        yield from factors(tree.operand, divides)
    elif isinstance(tree, ast.BinOp) and (power := _power_of(tree)) is not None:
        for _ in range(abs(power)):
            yield from factors(tree.left, divides ^ (power < 0))
    else:
        yield Factor(tree, divides)


def _power_of(tree: ast.BinOp) -> int | None:
    return _whole_power(tree.right) if isinstance(tree.op, ast.Pow) else None


def product_tree(parts: list[Factor]) -> ast.expr:
    """Return the tree of a product: a number, what else multiplies, and what divides.

    Numbers are multiplied, and a name is cancelled where it both multiplies and divides.

    Examples
    --------
    >>> tree = ast.parse('-0.1*mV/a*(b + c)*10/mV', mode='eval').body
    >>> ast.unparse(product_tree(list(factors(tree))))
    '-1 * (b + c) / a'
    """
    number = Fraction(1)
    above: list[ast.expr] = []
    below: list[ast.expr] = []
    for part in parts:
        value = _number(part.tree)
        if value:
            number = number / value if part.divides else number * value
        else:
            (below if part.divides else above).append(part.tree)
    for name in [tree for tree in below if isinstance(tree, ast.Name)]:
        same = next((x for x in above if isinstance(x, ast.Name) and x.id == name.id), None)
        if same is not None:
            above.remove(same)
            below.remove(name)
    if number != 1 or not above:
        whole = number.denominator == 1
        above.insert(0, ast.Constant(int(number) if whole else float(number)))
    tree = above[0]
    for factor in above[1:]:
        tree = ast.BinOp(tree, ast.Mult(), factor)
    for factor in below:
        tree = ast.BinOp(tree, ast.Div(), factor)
    return tree


def _number(tree: ast.expr) -> Fraction | None:
    """Return a number as the decimal fraction that it was written as; None for anything else."""
    if isinstance(tree, ast.Constant) and type(tree.value) in (int, float):
        return Fraction(repr(tree.value))
    return None
