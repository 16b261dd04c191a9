"""Arithmetic with about 106 binary digits: numbers as unevaluated sums of two doubles, vectorised.

Only additions, multiplications and divisions of doubles are used, whose results IEEE 754 defines, so that every
processor gives the same digits. Algorithms: Dekker (1971), Numerische Mathematik 18:224-242; Knuth, The Art of Computer
Programming, volume 2, section 4.2.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Pair", "add", "divide", "multiply", "scale", "two_product", "two_sum"]

#: High and low part; the low one is at most half a unit in the last place of the high one.
Pair = tuple[Any, Any]

_SPLITTER = 2.0**27 + 1


def two_sum(a: Any, b: Any) -> Pair:
    """Return ``a + b`` without error.

    Examples
    --------
    >>> two_sum(1.0, 2.0**-60) == (1.0, 2.0**-60)
    True
    """
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _quick_two_sum(a: Any, b: Any) -> Pair:
    """Return ``a + b`` without error, where `a` is the larger one."""
    total = a + b
    return total, b - (total - a)


def two_product(a: Any, b: Any) -> Pair:
    """Return ``a * b`` without error, for factors far from the ends of the range.

    Examples
    --------
    >>> high, low = two_product(0.1, 10.0)
    >>> high, low == 5.551115123125783e-17
    (1.0, True)
    """
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    rest = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, rest


def _split(a: Any) -> Pair:
    """Return two halves of a number, of 26 digits each."""
    shifted = _SPLITTER * a
    high = shifted - (shifted - a)
    return high, a - high


def add(a: Pair, b: Pair) -> Pair:
    """Return the sum of two pairs."""
    high, low = two_sum(a[0], b[0])
    more, rest = two_sum(a[1], b[1])
    high, low = _quick_two_sum(high, low + more)
    return _quick_two_sum(high, low + rest)


def multiply(a: Pair, b: Pair) -> Pair:
    """Return the product of two pairs."""
    high, low = two_product(a[0], b[0])
    return _quick_two_sum(high, low + (a[0] * b[1] + a[1] * b[0]))


def divide(a: Pair, b: Pair) -> Pair:
    """Return the quotient of two pairs."""
    first = a[0] / b[0]
    rest = add(a, scale(multiply((first, np.zeros_like(first)), b), -1.0))
    second = rest[0] / b[0]
    rest = add(rest, scale(multiply((second, np.zeros_like(second)), b), -1.0))
    high, low = _quick_two_sum(first, second)
    return _quick_two_sum(high, low + rest[0] / b[0])


def scale(a: Pair, factor: Any) -> Pair:
    """Return a pair times a power of two."""
    return a[0] * factor, a[1] * factor
