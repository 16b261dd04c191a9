"""Products and fused multiply-adds of lane operations, in their cheapest form."""

from __future__ import annotations

import sympy

from .nodes import Add, And, Fma, Literal, Multiply, Node, Select

__all__ = ["Monomial", "Polynomial", "fused", "product_of"]

#: A product of atoms, in a fixed order, with repetition for powers.
Monomial = tuple[Node, ...]
Polynomial = dict[Monomial, sympy.Expr]


def product_of(atoms: Monomial) -> Node:
    """Multiply atoms; indicators of conditions become one selection."""
    masks = [atom.mask for atom in atoms if isinstance(atom, Select)]
    numbers = [atom for atom in atoms if not isinstance(atom, Select)]
    result: Node | None = None
    for atom in numbers:
        result = atom if result is None else Multiply(result, atom)
    if not masks:
        assert result is not None
        return result
    condition = masks[0]
    for mask in dict.fromkeys(masks[1:]):
        condition = And(condition, mask)
    return Select(condition, result if result is not None else Literal(1), Literal(0))


def fused(left: Node, right: Node, addend: Node | None) -> Node:
    """Return ``left * right + addend`` in its cheapest form."""
    if left == Literal(0) or right == Literal(0):
        return addend if addend is not None else Literal(0)
    if left == Literal(1) or right == Literal(1):
        other = right if left == Literal(1) else left
        return other if addend is None or addend == Literal(0) else Add(other, addend)
    if addend is None or addend == Literal(0):
        return Multiply(left, right)
    return Fma(left, right, addend)
