"""Products, sums and quotients of lanes, fused and without signs where that can be."""

from __future__ import annotations

from .values import Text, converted

__all__ = ["product_of", "quotient_of", "sum_of"]


def product_of(left: Text, right: Text) -> Text:
    """Multiply lanes; a sign goes before the product."""
    negative = (left.opposite is None) != (right.opposite is None)
    first, second = (
        side.opposite if side.opposite is not None else converted(side, "float", False)
        for side in (left, right)
    )
    product = f"({first} * {second})"
    if negative:
        return Text(f"(-{product})", "float", False, (f"(-{first})", second), product)
    return Text(product, "float", False, (first, second))


def sum_of(left: Text, right: Text, sign: str) -> Text:
    """Add lanes, or subtract them; a product among them is fused with the sum."""
    first, second = converted(left, "float", False), converted(right, "float", False)
    if left.factors is not None:
        code = f"lane_fma({left.factors[0]}, {left.factors[1]}, {sign}{second})"
    elif right.factors is not None:
        code = f"lane_fma({sign}{right.factors[0]}, {right.factors[1]}, {first})"
    else:
        code = f"({first} {sign or '+'} {second})"
    return Text(code, "float", False)


def quotient_of(left: Text, right: Text, shared: bool, exact: bool) -> Text:
    """Divide; by what all elements share a lane is multiplied with the inverse, unless every digit counts."""
    first = converted(left, "float", shared)
    if shared or not right.shared or exact:
        quotient = Text(f"({first} / {converted(right, 'float', shared)})", "float", shared)
        return quotient
    inverse = Text(f"(1.0 / {converted(right, 'float', True)})", "float", True)
    factor = converted(inverse, "float", False)
    return Text(f"({first} * {factor})", "float", False, (first, factor))
