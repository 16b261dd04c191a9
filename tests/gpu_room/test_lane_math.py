"""The library's own functions: accurate to a few units in the last place, right at the edges."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

import mpmath
import numpy as np
import pytest
from lane_harness import REAL, apply

mpmath.mp.dps = 60

INF, NAN = np.inf, np.nan
Interval = tuple[float, float]

#: function, exact function, greatest error allowed in units in the last place, intervals in single and double
#: precision. An interval from a positive number is sampled in its logarithm, and 'signed' on both sides of zero.
ACCURACY: list[tuple[str, Callable, float, str, Interval, Interval]] = [
    ("lane_exp(x)", mpmath.exp, 1.0, "", (-87.3, 88.7), (-708.3, 709.7)),
    ("lane_exp(x)", mpmath.exp, 1.0, "", (-1, 1), (-1, 1)),
    ("lane_expm1(x)", mpmath.expm1, 1.0, "", (-40, 88.7), (-60, 709.7)),
    ("lane_expm1(x)", mpmath.expm1, 1.0, "signed", (1e-37, 1), (1e-300, 1)),
    ("lane_exprel(x)", lambda v: mpmath.expm1(v) / v, 1.75, "signed", (1e-20, 88), (1e-20, 700)),
    *(
        ("lane_inverse_exprel(x)", lambda v: v / mpmath.expm1(v), 1.75, *where)
        for where in (
            ("signed", (1e-20, 89), (1e-20, 710)),
            ("", (-1e30, -88), (-1e300, -700)),
        )
    ),
    ("lane_log(x)", mpmath.log, 1.0, "", (1e-44, 3e38), (1e-320, 1e308)),
    ("lane_log(x)", mpmath.log, 1.0, "", (0.5, 2), (0.5, 2)),
    ("lane_log1p(x)", mpmath.log1p, 1.0, "signed", (1e-37, 0.999), (1e-300, 0.999)),
    ("lane_log1p(x)", mpmath.log1p, 1.0, "", (0.1, 3e38), (0.1, 1e308)),
    ("lane_log10(x)", mpmath.log10, 0.6, "", (1e-44, 3e38), (1e-320, 1e308)),
    ("lane_sin(x)", mpmath.sin, 1.75, "signed", (1e-30, 1e5), (1e-300, 1e5)),
    ("lane_cos(x)", mpmath.cos, 1.75, "signed", (1e-30, 1e5), (1e-300, 1e5)),
    ("lane_sin(x)", mpmath.sin, 8.0, "signed", (1e5, 2**22), (1e5, 2**50)),
    ("lane_cos(x)", mpmath.cos, 8.0, "signed", (1e5, 2**22), (1e5, 2**50)),
    ("lane_tan(x)", mpmath.tan, 4.0, "signed", (1e-30, 1e5), (1e-300, 1e5)),
    ("lane_sinh(x)", mpmath.sinh, 1.9, "signed", (1e-37, 89.4), (1e-300, 710.4)),
    ("lane_cosh(x)", mpmath.cosh, 1.5, "signed", (1e-37, 89.4), (1e-300, 710.4)),
    ("lane_tanh(x)", mpmath.tanh, 1.0, "signed", (1e-37, 30), (1e-300, 30)),
    ("lane_tanh(x)", mpmath.tanh, 1.0, "", (-3, 3), (-3, 3)),
    ("lane_sqrt(x)", mpmath.sqrt, 0.501, "", (1e-37, 3e38), (1e-300, 1e308)),
]
POWER = "lane_pow(x, y)"
EVERYTHING = (
    *dict.fromkeys(expression for expression, *_ in ACCURACY),
    *(POWER, "lane_mod(x, y)", "lane_min(x, y)", "lane_max(x, y)"),
    *("lane_clip(x, splat(-1), splat(2))", "lane_abs(x)", "lane_sign(x)", "flush_tiny(x)"),
    *("lane_floor(x)", "lane_ceil(x)", "lane_round_even(x)", "lane_int(x)"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lane")


def inputs(interval: Interval, signs: str, precision: int) -> np.ndarray:
    rng = np.random.default_rng(7)
    low, high = interval
    if low > 0:
        ends = np.log(low), np.log(high)
        values = np.exp(np.concatenate([np.linspace(*ends, 1000), rng.uniform(*ends, 1500)]))
        values = np.clip(values, low, high)
    else:
        values = np.concatenate([np.linspace(low, high, 1000), rng.uniform(low, high, 1500)])
    if signs == "signed":
        values *= rng.choice([-1.0, 1.0], len(values))
    return values.astype(REAL[precision])


def ulp_error(result: np.ndarray, exact: list[mpmath.mpf], precision: int) -> float:
    """Largest error in units in the last place of the exact result."""
    assert np.all(np.isfinite(result))
    bits, least = (24, -125) if precision == 32 else (53, -1021)
    worst = mpmath.mpf(0)
    for value, truth in zip(result.tolist(), exact, strict=True):
        if truth == 0:
            assert value == 0
            continue
        exponent = max(mpmath.frexp(abs(truth))[1], least)
        worst = max(worst, abs(mpmath.mpf(value) - truth) / mpmath.mpf(2) ** (exponent - bits))
    return float(worst)


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize(("expression", "exact", "bound", "signs", "single", "double"), ACCURACY)
def test_accuracy(expression, exact, bound, signs, single, double, precision, folder) -> None:
    x = inputs(single if precision == 32 else double, signs, precision)
    result = apply(expression, x, precision=precision, folder=folder, among=EVERYTHING)
    assert ulp_error(result, [exact(mpmath.mpf(float(v))) for v in x], precision) <= bound


@cache
def accuracy() -> ModuleType:
    """Return the script that measures accuracy at length."""
    path = Path(__file__).parents[2] / "benchmarks" / "function_accuracy.py"
    spec = importlib.util.spec_from_file_location("function_accuracy", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("precision", [32, 64])
def test_accuracy_over_millions_of_hard_arguments(precision: int, tmp_path: Path) -> None:
    """One in a thousand of all single-precision numbers, and arguments where the methods turn over."""
    script = accuracy()
    sweep = script.Sweep(precision, tmp_path)
    wrong = {}
    for name, function in script.FUNCTIONS.items():
        found = script.measure(sweep, name, 1009, 300_000)
        assert found.count > 250_000
        if found.error > function.bound:
            wrong[name] = found
    assert wrong == {}


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("name", ["sin", "cos"])
def test_angles_next_to_multiples_of_a_right_angle(name: str, precision: int, folder: Path) -> None:
    x = (np.arange(-3000, 3001) * (np.pi / 2)).astype(REAL[precision])
    result = apply(f"lane_{name}(x)", x, precision=precision, folder=folder, among=EVERYTHING)
    exact = [getattr(mpmath, name)(mpmath.mpf(float(v))) for v in x]
    assert ulp_error(result, exact, precision) <= 1.5


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("extent", ["usual", "greatest"])
def test_power_accuracy(extent: str, precision: int, folder: Path) -> None:
    rng = np.random.default_rng(8)
    largest = 87 if precision == 32 else 708
    if extent == "usual":
        x, y = rng.uniform(1e-3, 50, 3000), rng.uniform(-8, 8, 3000)
    else:
        log_x = rng.uniform(-largest, largest, 3000)
        x, y = np.exp(log_x), rng.uniform(-0.99, 0.99, 3000) * largest / np.abs(log_x)
    x, y = x.astype(REAL[precision]), y.astype(REAL[precision])
    result = apply(POWER, x, y, precision=precision, folder=folder, among=EVERYTHING)
    exact = [mpmath.mpf(float(a)) ** mpmath.mpf(float(b)) for a, b in zip(x, y, strict=True)]
    assert ulp_error(result, exact, precision) <= 1.5


@pytest.mark.parametrize("precision", [32, 64])
def test_decimal_logarithms_of_powers_of_ten_are_whole(precision: int, folder: Path) -> None:
    exponents = np.arange(-4, 11) if precision == 32 else np.arange(-4, 23)
    x = np.array([10.0 ** int(k) for k in exponents]).astype(REAL[precision])
    result = apply("lane_log10(x)", x, precision=precision, folder=folder, among=EVERYTHING)
    np.testing.assert_array_equal(result, exponents)


SPECIAL = [
    ("lane_exp(x)", [INF, -INF, NAN, 0.0, 1e4, -1e4], [INF, 0.0, NAN, 1.0, INF, 0.0]),
    ("lane_expm1(x)", [INF, -INF, NAN, 0.0, -0.0, 1e4], [INF, -1.0, NAN, 0.0, -0.0, INF]),
    ("lane_exprel(x)", [0.0, -0.0, NAN, INF, -INF], [1.0, 1.0, NAN, INF, 0.0]),
    ("lane_inverse_exprel(x)", [0.0, -0.0, NAN, INF, -INF, 800], [1.0, 1.0, NAN, 0.0, INF, 0.0]),
    ("lane_log(x)", [0.0, -0.0, -1.0, INF, NAN, 1.0], [-INF, -INF, NAN, INF, NAN, 0.0]),
    ("lane_log1p(x)", [-1.0, -2.0, INF, NAN, 0.0, -0.0], [-INF, NAN, INF, NAN, 0.0, -0.0]),
    ("lane_log10(x)", [0.0, -1.0, INF, NAN, 1.0], [-INF, NAN, INF, NAN, 0.0]),
    ("lane_sin(x)", [0.0, -0.0, NAN, INF, 1e30], [0.0, -0.0, NAN, NAN, NAN]),
    ("lane_cos(x)", [0.0, NAN, INF, 1e30], [1.0, NAN, NAN, NAN]),
    ("lane_sinh(x)", [INF, -INF, NAN, 0.0, -0.0, 1e4], [INF, -INF, NAN, 0.0, -0.0, INF]),
    ("lane_cosh(x)", [INF, -INF, NAN, 0.0, 1e4], [INF, INF, NAN, 1.0, INF]),
    ("lane_tanh(x)", [INF, -INF, NAN, 0.0, -0.0, 50.0], [1.0, -1.0, NAN, 0.0, -0.0, 1.0]),
    ("lane_sqrt(x)", [-1.0, 0.0, -0.0, INF], [NAN, 0.0, -0.0, INF]),
    ("lane_abs(x)", [-1.5, -0.0, 0.0, -INF, NAN], [1.5, 0.0, 0.0, INF, NAN]),
    ("lane_floor(x)", [1.5, -1.5, 2.0, -0.25, -0.0, 1e30], [1.0, -2.0, 2.0, -1.0, -0.0, 1e30]),
    ("lane_floor(x)", [INF, -INF, NAN], [INF, -INF, NAN]),
    ("lane_ceil(x)", [1.5, -1.5, 2.0, 0.25, -0.25], [2.0, -1.0, 2.0, 1.0, -0.0]),
    ("lane_int(x)", [1.7, -1.7, 0.2, -0.2, NAN], [1.0, -1.0, 0.0, -0.0, NAN]),
    ("lane_round_even(x)", [0.5, 1.5, 2.5, -0.5, -1.5], [0.0, 2.0, 2.0, -0.0, -2.0]),
    ("lane_sign(x)", [3.0, -2.0, 0.0, -INF, NAN], [1.0, -1.0, 0.0, -1.0, NAN]),
    ("lane_clip(x, splat(-1), splat(2))", [-5.0, 0.5, 9.0, NAN], [-1.0, 0.5, 2.0, NAN]),
    ("flush_tiny(x)", [1e-20, -1e-20, NAN, -INF], [1e-20, -1e-20, NAN, -INF]),
]


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize(("expression", "x", "expected"), SPECIAL)
def test_special_values(expression, x, expected, precision, folder) -> None:
    expected = np.array(expected, dtype=REAL[precision])
    result = apply(expression, np.array(x), precision=precision, folder=folder, among=EVERYTHING)
    np.testing.assert_array_equal(result, expected)
    zero = expected == 0
    np.testing.assert_array_equal(np.signbit(result[zero]), np.signbit(expected[zero]))


@pytest.mark.parametrize(("precision", "kept"), [(32, 2e-30), (64, 2e-250)])
def test_tiny_numbers_become_zero(precision: int, kept: float, folder: Path) -> None:
    x = np.array([kept, -kept, kept / 4, -kept / 4])
    result = apply("flush_tiny(x)", x, precision=precision, folder=folder, among=EVERYTHING)
    np.testing.assert_array_equal(result, np.array([kept, -kept, 0, 0], dtype=REAL[precision]))


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize(
    ("expression", "greatest", "beyond"),
    [
        ("lane_exp(x)", [88.72283, 709.782712893384], [88.72285, 709.7827128933841]),
        ("lane_cosh(x)", [89.41598, 710.475860073943], [89.41600, 710.475860073945]),
        ("lane_sinh(x)", [89.41598, 710.475860073943], [89.41600, 710.475860073945]),
    ],
)
def test_overflow_is_where_the_result_overflows(
    expression, greatest, beyond, precision, folder
) -> None:
    place = 0 if precision == 32 else 1
    x = np.array([greatest[place], beyond[place]])
    result = apply(expression, x, precision=precision, folder=folder, among=EVERYTHING)
    assert np.isfinite(result[0])
    assert result[0] > 0.999 * np.finfo(REAL[precision]).max
    assert result[1] == INF


@pytest.mark.parametrize(("precision", "least"), [(32, -87.33654), (64, -708.3964185322641)])
def test_exponentials_below_the_normal_numbers_are_zero(
    precision: int, least: float, folder: Path
) -> None:
    x = np.array([least, least - 1e-4])
    result = apply("lane_exp(x)", x, precision=precision, folder=folder, among=EVERYTHING)
    assert result[0] == pytest.approx(float(np.finfo(REAL[precision]).tiny), rel=1e-5)
    assert result[1] == 0


POWERS = [
    (2.0, 3.0, 8.0), (-2.0, 3.0, -8.0), (-2.0, 2.0, 4.0), (-2.0, 0.5, NAN), (0.0, 2.0, 0.0), (0.0, -1.0, INF),
    (-0.0, -1.0, -INF), (-0.0, 3.0, -0.0), (-0.0, -2.0, INF), (5.0, 0.0, 1.0), (NAN, 0.0, 1.0),
    (1.0, NAN, 1.0), (NAN, 2.0, NAN), (2.0, NAN, NAN), (INF, 2.0, INF), (INF, -2.0, 0.0), (-INF, 3.0, -INF),
    (-INF, -3.0, -0.0), (-INF, 2.0, INF), (2.0, INF, INF), (0.5, INF, 0.0), (0.5, -INF, INF), (-1.0, INF, 1.0),
    (10.0, 400.0, INF), (10.0, -400.0, 0.0), (-10.0, 401.0, -INF),
]  # fmt: skip


@pytest.mark.parametrize("precision", [32, 64])
def test_special_powers(precision: int, folder: Path) -> None:
    x, y, expected = np.array(POWERS).T
    result = apply(POWER, x, y, precision=precision, folder=folder, among=EVERYTHING)
    np.testing.assert_allclose(result, expected, rtol=3e-7 if precision == 32 else 1e-15)
    zero = expected == 0
    np.testing.assert_array_equal(np.signbit(result[zero]), np.signbit(expected[zero]))


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("name", ["floor", "ceil", "rint", "trunc"])
def test_rounding_of_every_size(name: str, precision: int, folder: Path) -> None:
    """Also where halves are the last digit, and where every number is whole."""
    rng = np.random.default_rng(4)
    sizes = 2.0 ** rng.uniform(-3, 55, 20000)
    x = np.concatenate(
        [sizes, -sizes, 2.0**22 + np.arange(0, 9, 0.5), 2.0**51 + np.arange(0, 9, 0.5)]
    )
    x = x.astype(REAL[precision])
    own = {"rint": "round_even", "trunc": "int"}.get(name, name)
    result = apply(f"lane_{own}(x)", x, precision=precision, folder=folder, among=EVERYTHING)
    np.testing.assert_array_equal(result, getattr(np, name)(x))


@pytest.mark.parametrize("precision", [32, 64])
def test_modulo_is_that_of_python(precision: int, folder: Path) -> None:
    """NumPy's too: the sign of the divisor, and exact also where the quotient has more digits than a number."""
    rng = np.random.default_rng(5)
    x = 10.0 ** rng.uniform(-12, 12, 20000) * rng.choice([-1, 1], 20000)
    y = 10.0 ** rng.uniform(-6, 6, 20000) * rng.choice([-1, 1], 20000)
    x = np.concatenate([x, [7.5, -7.5, 7.5, -7.5, 3.0, -3.0, 0.0, 5.0, -5.0, 5.0, INF, NAN, 1.0]])
    y = np.concatenate([y, [2.0, 2.0, -2.0, -2.0, 3.0, 3.0, -2.0, INF, INF, 0.0, 2.0, 1.0, NAN]])
    # Quotients that are rounded up to a whole number.
    whole = np.arange(1, 2000)
    x = np.concatenate([x, np.nextafter(REAL[precision](0.1) * whole, 0, dtype=REAL[precision])])
    y = np.concatenate([y, np.full(len(whole), 0.1)])
    x, y = x.astype(REAL[precision]), y.astype(REAL[precision])
    result = apply("lane_mod(x, y)", x, y, precision=precision, folder=folder, among=EVERYTHING)
    with np.errstate(invalid="ignore"):
        expected = np.mod(x, y)
    np.testing.assert_array_equal(result, expected)
    np.testing.assert_array_equal(np.signbit(result[expected == 0]), np.signbit(y[expected == 0]))


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("name", ["min", "max"])
def test_bounds_do_not_hide_a_nan(name: str, precision: int, folder: Path) -> None:
    x, y = np.array([1.0, 3.0, NAN, 1.0, -INF]), np.array([2.0, 2.0, 1.0, NAN, INF])
    result = apply(f"lane_{name}(x, y)", x, y, precision=precision, folder=folder, among=EVERYTHING)
    np.testing.assert_array_equal(result, {"min": np.minimum, "max": np.maximum}[name](x, y))
