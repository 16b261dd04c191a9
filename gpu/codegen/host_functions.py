"""Elementary functions for what the host computes: the same digits on every machine.

numpy's functions give other last digits on processors with other vector instructions, and so do the C libraries of
different systems. Those here are computed with about 100 binary digits and rounded once, so that they give the double
that is nearest to the exact result but for about one argument in 10^12. They need about half a microsecond each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

from .double_double import Pair, add, divide, multiply, scale, two_product, two_sum

__all__ = ["HOST_FUNCTIONS", "log", "log1p", "power"]

#: Terms of the series of e^x - 1.
_N_TERMS = 10
#: Its argument is divided by 2^8 and its result squared as often.
_HALVINGS = 8


def _pair(value: mpmath.mpf) -> Pair:
    high = float(value)
    return np.float64(high), np.float64(float(value - high))


with mpmath.workprec(300):
    _LN2 = mpmath.log(2)
    # The first part has 32 digits, so that multiples of it are exact.
    _LN2_HIGH = np.float64(float(mpmath.floor(_LN2 * 2**32) / 2**32))
    _LN2_REST = _pair(_LN2 - mpmath.mpf(float(_LN2_HIGH)))
    _LN10 = _pair(mpmath.log(10))
    _INVERSE_FACTORIALS = [_pair(1 / mpmath.factorial(k)) for k in range(1, _N_TERMS + 1)]


def _single(value: Any) -> Pair:
    return value, np.zeros_like(value)


def _expm1_reduced(x: Pair) -> Pair:
    """Return e^x - 1 for |x| < 0.4."""
    small = scale(x, 2.0**-_HALVINGS)
    total = multiply(small, _INVERSE_FACTORIALS[-1])
    for term in reversed(_INVERSE_FACTORIALS[:-1]):
        total = multiply(small, add(total, term))
    for _ in range(_HALVINGS):
        # (1 + total)^2 - 1
        total = add(scale(total, 2.0), multiply(total, total))
    return total


def _exp(x: Pair) -> tuple[Pair, Any]:
    """Return a pair and whole numbers k with e^x = pair * 2^k, for |x| < 1100."""
    k = np.rint(x[0] / 0.6931471805599453)
    high, low = two_sum(x[0], -k * _LN2_HIGH)
    reduced = add((high, low + x[1]), scale(multiply(_single(k), _LN2_REST), -1.0))
    return add(_expm1_reduced(reduced), _single(np.ones_like(k))), k


def _rounded(value: Pair, k: Any) -> Any:
    return np.ldexp(value[0] + value[1], k.astype(np.int64))


def _log(x: Pair, guess: Any) -> Pair:
    """Return log(x) of a pair near 1 in size, from its approximate value, by Newton's method for e^y = x."""
    value, k = _exp(_single(-guess))
    product = multiply(x, value)
    off = add(scale(product, np.ldexp(1.0, k.astype(np.int64))), _single(-np.ones_like(guess)))
    # log(1 + off), where off is about 1e-16
    correction = add(off, scale(multiply(off, off), -0.5))
    return add(_single(guess), correction)


def _fraction(x: Any) -> tuple[Any, Any]:
    """Return fractions in [sqrt(1/2), sqrt(2)) and whole exponents."""
    fraction, exponent = np.frexp(x)
    low = fraction < 0.7071067811865476
    return np.where(low, 2.0 * fraction, fraction), (exponent - low).astype(np.float64)


def _log_pair(x: Any) -> Pair:
    """Return log(x) for positive finite numbers."""
    fraction, exponent = _fraction(x)
    small = _log(_single(fraction), np.log(fraction))
    high = exponent * _LN2_HIGH
    return add(add(_single(high), multiply(_single(exponent), _LN2_REST)), small)


def _vectorised(
    function: Callable[[np.ndarray], Any],
    regular: Callable[[np.ndarray], np.ndarray],
    usual: Callable[[np.ndarray], np.ndarray],
) -> Callable[[Any], Any]:
    """Return a function that takes `function` where `regular` says so and numpy's elsewhere: there it is exact."""

    def applied(x: Any) -> Any:
        x = np.asarray(x, dtype=np.float64)
        with np.errstate(all="ignore"):
            result = np.array(usual(x))
            chosen = regular(x)
            if chosen.any():
                values = np.atleast_1d(x)[np.atleast_1d(chosen)]
                np.atleast_1d(result)[np.atleast_1d(chosen)] = function(values)
        return result[()]

    return applied


def _exp_of(x: np.ndarray) -> Any:
    return _rounded(*_exp(_single(x)))


def _expm1_pair(x: np.ndarray) -> Pair:
    """Return e^x - 1 for |x| < 700."""
    value, k = _exp(_single(x))
    power = np.ldexp(1.0, k.astype(np.int64))
    large = add(scale(value, power), _single(-np.ones_like(x)))
    small = _expm1_reduced(_single(np.where(np.abs(x) < 0.3, x, 0.0)))
    near = np.abs(x) < 0.3
    return np.where(near, small[0], large[0]), np.where(near, small[1], large[1])


def _expm1_of(x: np.ndarray) -> Any:
    return sum(_expm1_pair(x))


def _exprel_of(x: np.ndarray) -> Any:
    return sum(divide(_expm1_pair(x), _single(x)))


def _sinh_of(x: np.ndarray) -> Any:
    size = np.abs(x)
    above = _expm1_pair(size)
    # With e = e^x - 1: (e + e / (e + 1)) / 2.
    total = add(above, divide(above, add(above, _single(np.ones_like(x)))))
    return np.copysign(0.5 * (total[0] + total[1]), x)


def _cosh_of(x: np.ndarray) -> Any:
    one = _single(np.ones_like(x))
    exponential = add(_expm1_pair(np.abs(x)), one)
    total = add(exponential, divide(one, exponential))
    return 0.5 * (total[0] + total[1])


def _tanh_of(x: np.ndarray) -> Any:
    size = np.minimum(np.abs(x), 30.0)
    above = _expm1_pair(2.0 * size)
    total = divide(above, add(above, _single(np.full_like(x, 2.0))))
    return np.copysign(total[0] + total[1], x)


def _log_of(x: np.ndarray) -> Any:
    return sum(_log_pair(x))


def _log10_of(x: np.ndarray) -> Any:
    return sum(divide(_log_pair(x), _LN10))


def _log1p_of(x: np.ndarray) -> Any:
    near = np.abs(x) < 0.4
    small = np.where(near, x, 0.0)
    close = _log(two_sum(np.ones_like(x), small), np.log1p(small))
    # Farther from 0, 1 + x is rounded; what the rounding leaves changes the logarithm by its share.
    high, low = two_sum(np.ones_like(x), x)
    far = add(_log_pair(np.where(near, 1.0, high)), _single(low / high))
    return np.where(near, close[0] + close[1], far[0] + far[1])


def _power_of(base: np.ndarray, exponent: np.ndarray) -> Any:
    """Return base^exponent for positive bases and finite results."""
    logarithm = _log_pair(base)
    high, low = two_product(exponent, logarithm[0])
    product = (high, low + exponent * logarithm[1])
    return _rounded(*_exp(two_sum(*product)))


def power(base: Any, exponent: Any) -> Any:
    """Return ``base**exponent``.

    Whole exponents up to 64 are repeated multiplications and 1/2 is a square root, as in the generated text.

    Parameters
    ----------
    base, exponent : float or ndarray

    Returns
    -------
    ndarray or float64

    Examples
    --------
    >>> float(power(2.3, 1.4))
    3.2093639532679714
    """
    base, exponent = np.broadcast_arrays(np.float64(base), np.float64(exponent))
    shape = base.shape
    base, exponent = base.reshape(-1), exponent.reshape(-1)
    with np.errstate(all="ignore"):
        result = np.power(base, exponent)
        product = exponent * np.log(base)
        plain = (base > 0) & np.isfinite(base) & (np.abs(product) < 700) & (exponent != 0)
        if plain.any():
            result[plain] = _power_of(base[plain], exponent[plain])
        for whole in np.unique(
            exponent[(np.abs(exponent) <= 64) & (exponent == np.rint(exponent))]
        ):
            chosen = exponent == whole
            result[chosen] = _whole_power(base[chosen], int(whole))
        result[exponent == 0.5] = np.sqrt(base[exponent == 0.5])
        result[exponent == -0.5] = 1.0 / np.sqrt(base[exponent == -0.5])
    return result.reshape(shape)[()]


def _whole_power(base: np.ndarray, exponent: int) -> Any:
    result = np.ones_like(base)
    for bit in bin(abs(exponent))[2:]:
        result = result * result
        if bit == "1":
            result = result * base
    return 1.0 / result if exponent < 0 else result


def _exactly(name: str) -> Callable[[Any], Any]:
    """Return a function of mpmath for arrays, for what is rare: some ten microseconds for each number."""
    exact = getattr(mpmath, name)

    def rounded(value: float) -> float:
        with mpmath.workprec(53 + 40):
            return float(exact(mpmath.mpf(value)))

    return _vectorised(
        lambda x: np.array([rounded(value) for value in x.tolist()]),
        np.isfinite,
        getattr(np, name),
    )


def _within(limit: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: (np.abs(x) < limit) & (x != 0)


def _positive(x: np.ndarray) -> np.ndarray:
    return (x > 0) & np.isfinite(x)


def _exprel_usual(x: np.ndarray) -> np.ndarray:
    return np.where(x == 0, 1.0, np.expm1(x) / np.where(x == 0, 1.0, x))


log = _vectorised(_log_of, _positive, np.log)
log1p = _vectorised(
    _log1p_of, lambda x: (x > -1) & (x != 0) & (np.abs(x) > 1e-300) & np.isfinite(x), np.log1p
)

#: The functions that expressions of parameters may call, by the name that sympy prints.
HOST_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": _vectorised(_exp_of, lambda x: np.abs(x) < 708, np.exp),
    "expm1": _vectorised(_expm1_of, lambda x: (np.abs(x) < 700) & (np.abs(x) > 1e-290), np.expm1),
    "exprel": _vectorised(
        _exprel_of, lambda x: (np.abs(x) < 700) & (np.abs(x) > 1e-290), _exprel_usual
    ),
    "log": log,
    "log1p": log1p,
    "log10": _vectorised(_log10_of, _positive, np.log10),
    "sinh": _vectorised(_sinh_of, _within(700), np.sinh),
    "cosh": _vectorised(_cosh_of, _within(700), np.cosh),
    "tanh": _vectorised(_tanh_of, _within(1e300), np.tanh),
    "sin": _exactly("sin"),
    "cos": _exactly("cos"),
    "tan": _exactly("tan"),
    "power": power,
}
