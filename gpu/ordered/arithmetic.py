"""Products, sums and quotients of lanes, fused and without signs where that can be."""

from __future__ import annotations

from dataclasses import replace

from .values import Text, converted

__all__ = ["product_of", "quotient_of", "sum_of"]


def product_of(left: Text, right: Text) -> Text:
    """Multiply lanes; a sign goes before the product."""
    wide = left.wide or right.wide
    negative = (left.opposite is None) != (right.opposite is None)
    first, second = (converted(_without_sign(side), "float", False, wide) for side in (left, right))
    product = f"({first} * {second})"
    if negative:
        factors = (f"(-{first})", second)
        return Text(f"(-{product})", "float", False, factors, product, wide)
    return Text(product, "float", False, (first, second), wide=wide)


def sum_of(left: Text, right: Text, sign: str) -> Text:
    """Add lanes, or subtract them; a product among them is fused with the sum."""
    wide = left.wide or right.wide
    first, second = (converted(side, "float", False, wide) for side in (left, right))
    fused = "wide::lane_fma" if wide else "lane_fma"
    if left.factors is not None and left.wide == wide:
        code = f"{fused}({left.factors[0]}, {left.factors[1]}, {sign}{second})"
    elif right.factors is not None and right.wide == wide:
        code = f"{fused}({sign}{right.factors[0]}, {right.factors[1]}, {first})"
    else:
        code = f"({first} {sign or '+'} {second})"
    return Text(code, "float", False, wide=wide)


def quotient_of(left: Text, right: Text, shared: bool, exact: bool) -> Text:
    """Divide; by what all elements share a lane is multiplied with the inverse, unless every digit counts."""
    wide = left.wide or right.wide
    first = converted(left, "float", shared, wide)
    if shared or not right.shared or exact:
        second = converted(right, "float", shared, wide)
        return Text(f"({first} / {second})", "float", shared, wide=wide)
    inverse = Text(f"(1.0 / {converted(right, 'float', True)})", "float", True)
    factor = converted(inverse, "float", False, wide)
    return Text(f"({first} * {factor})", "float", False, (first, factor), wide=wide)


def _without_sign(side: Text) -> Text:
    return side if side.opposite is None else replace(side, code=side.opposite)
