"""The library's own functions: accurate to a few units in the last place, equal on every backend."""

from __future__ import annotations

from pathlib import Path

import mpmath
import numpy as np
import pytest
from lane_harness import REAL, apply

mpmath.mp.dps = 60

#: function, exact function, interval, greatest error allowed in units in the last place
ACCURACY = [
    ("lane_exp(x)", mpmath.exp, (-80, 88), 1.0),
    ("lane_exp(x)", mpmath.exp, (-1, 1), 1.0),
    ("lane_expm1(x)", mpmath.expm1, (-40, 80), 2.0),
    ("lane_expm1(x)", mpmath.expm1, (-1e-3, 1e-3), 1.0),
    ("lane_exprel(x)", lambda v: mpmath.expm1(v) / v if v else mpmath.mpf(1), (-20, 20), 2.5),
    ("lane_log(x)", mpmath.log, (1e-30, 1e30), 1.0),
    ("lane_log(x)", mpmath.log, (0.5, 2), 1.0),
    ("lane_log1p(x)", mpmath.log1p, (-0.9, 10), 2.0),
    ("lane_log1p(x)", mpmath.log1p, (-1e-4, 1e-4), 1.0),
    ("lane_log10(x)", mpmath.log10, (1e-20, 1e20), 2.0),
    ("lane_sin(x)", mpmath.sin, (-10, 10), 1.5),
    ("lane_cos(x)", mpmath.cos, (-10, 10), 1.5),
    ("lane_sin(x)", mpmath.sin, (-1e5, 1e5), 2.0),
    ("lane_cos(x)", mpmath.cos, (-1e5, 1e5), 2.0),
    ("lane_tan(x)", mpmath.tan, (-1.5, 1.5), 3.0),
    ("lane_tanh(x)", mpmath.tanh, (-15, 15), 2.5),
    ("lane_tanh(x)", mpmath.tanh, (-1e-2, 1e-2), 2.5),
    ("lane_sinh(x)", mpmath.sinh, (-60, 60), 3.0),
    ("lane_cosh(x)", mpmath.cosh, (-60, 60), 3.0),
    ("lane_sqrt(x)", mpmath.sqrt, (0, 1e6), 0.501),
]


def inputs(interval: tuple[float, float], precision: int) -> np.ndarray:
    rng = np.random.default_rng(7)
    low, high = interval
    dense = np.linspace(low, high, 1500)
    if low > 0 and high / low > 1e3:
        dense = np.geomspace(low, high, 1500)
    values = np.concatenate([dense, rng.uniform(low, high, 1500)])
    return values.astype(REAL[precision])


def ulp_error(result: np.ndarray, exact: list[mpmath.mpf], precision: int) -> float:
    """Largest error in units in the last place of the exact result."""
    bits = 24 if precision == 32 else 53
    worst = mpmath.mpf(0)
    for value, truth in zip(result.tolist(), exact, strict=True):
        if truth == 0:
            assert value == 0
            continue
        exponent = mpmath.frexp(abs(truth))[1]
        worst = max(worst, abs(mpmath.mpf(value) - truth) / mpmath.mpf(2) ** (exponent - bits))
    return float(worst)


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize(("expression", "exact", "interval", "bound"), ACCURACY)
def test_accuracy(expression, exact, interval, bound, precision, tmp_path_factory) -> None:
    x = inputs(interval, precision)
    result = apply(expression, x, precision=precision, folder=library_folder(tmp_path_factory))
    assert ulp_error(result, [exact(mpmath.mpf(float(v))) for v in x], precision) <= bound


def library_folder(factory: pytest.TempPathFactory) -> Path:
    return Path(factory.getbasetemp())


@pytest.mark.parametrize("precision", [32, 64])
def test_power_accuracy(precision: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    rng = np.random.default_rng(8)
    x = rng.uniform(1e-3, 50, 3000).astype(REAL[precision])
    y = rng.uniform(-8, 8, 3000).astype(REAL[precision])
    result = apply(
        "lane_pow(x, y)", x, y, precision=precision, folder=library_folder(tmp_path_factory)
    )
    exact = [mpmath.mpf(float(a)) ** mpmath.mpf(float(b)) for a, b in zip(x, y, strict=True)]
    assert ulp_error(result, exact, precision) <= 2.0


INF, NAN = np.inf, np.nan
SPECIAL = [
    ("lane_exp(x)", [INF, -INF, NAN, 0.0, 1e4, -1e4], [INF, 0.0, NAN, 1.0, INF, 0.0]),
    ("lane_expm1(x)", [INF, -INF, NAN, 0.0, 1e4, -1e4], [INF, -1.0, NAN, 0.0, INF, -1.0]),
    ("lane_exprel(x)", [0.0, NAN], [1.0, NAN]),
    ("lane_log(x)", [0.0, -1.0, INF, NAN, 1.0], [-INF, NAN, INF, NAN, 0.0]),
    ("lane_log1p(x)", [-1.0, -2.0, INF, NAN, 0.0], [-INF, NAN, INF, NAN, 0.0]),
    ("lane_sin(x)", [0.0, NAN, INF, 1e30], [0.0, NAN, NAN, NAN]),
    ("lane_tanh(x)", [INF, -INF, NAN, 0.0, 50.0], [1.0, -1.0, NAN, 0.0, 1.0]),
    ("lane_sqrt(x)", [-1.0, 0.0, INF], [NAN, 0.0, INF]),
    ("lane_floor(x)", [1.5, -1.5, 2.0, -0.25, 1e30], [1.0, -2.0, 2.0, -1.0, 1e30]),
    ("lane_ceil(x)", [1.5, -1.5, 2.0, 0.25], [2.0, -1.0, 2.0, 1.0]),
    ("lane_int(x)", [1.7, -1.7, 0.2], [1.0, -1.0, 0.0]),
    ("lane_round_even(x)", [0.5, 1.5, 2.5, -0.5, -1.5, 3.2], [0.0, 2.0, 2.0, 0.0, -2.0, 3.0]),
    ("lane_sign(x)", [3.0, -2.0, 0.0], [1.0, -1.0, 0.0]),
    ("lane_clip(x, splat(-1), splat(2))", [-5.0, 0.5, 9.0], [-1.0, 0.5, 2.0]),
    ("flush_tiny(x)", [1e-35, -1e-36, 1e-20, NAN, -INF], [1e-35, -1e-36, 1e-20, NAN, -INF]),
]


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize(("expression", "x", "expected"), SPECIAL)
def test_special_values(expression, x, expected, precision, tmp_path_factory) -> None:
    expected = np.array(expected, dtype=REAL[precision])
    if expression == "flush_tiny(x)":
        expected[:2] = 0 if precision == 32 else expected[:2]
    result = apply(
        expression, np.array(x), precision=precision, folder=library_folder(tmp_path_factory)
    )
    np.testing.assert_array_equal(result, expected)


POWERS = [
    (2.0, 3.0, 8.0), (-2.0, 3.0, -8.0), (-2.0, 2.0, 4.0), (-2.0, 0.5, NAN), (0.0, 2.0, 0.0), (0.0, -1.0, INF),
    (5.0, 0.0, 1.0), (NAN, 0.0, 1.0), (1.0, NAN, 1.0), (INF, 2.0, INF), (INF, -2.0, 0.0), (NAN, 2.0, NAN),
]  # fmt: skip


@pytest.mark.parametrize("precision", [32, 64])
def test_special_powers(precision: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    x, y, expected = np.array(POWERS).T
    folder = library_folder(tmp_path_factory)
    result = apply("lane_pow(x, y)", x, y, precision=precision, folder=folder)
    np.testing.assert_allclose(result, expected, rtol=3e-7 if precision == 32 else 1e-15)


@pytest.mark.parametrize("precision", [32, 64])
def test_modulo_has_the_sign_of_the_divisor(
    precision: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    x, y = np.array([7.5, -7.5, 7.5, -7.5, 3.0]), np.array([2.0, 2.0, -2.0, -2.0, 3.0])
    folder = library_folder(tmp_path_factory)
    result = apply("lane_mod(x, y)", x, y, precision=precision, folder=folder)
    np.testing.assert_array_equal(result, np.mod(x, y))


EVERYTHING = sorted(
    {expression for expression, *_ in ACCURACY} | {"lane_pow(lane_abs(x), y)", "lane_mod(x, y)"}
)
VARIANTS = [
    {"options": ("-DVECTOR_BYTES=16",)},
    {"options": ("-DVECTOR_BYTES=32",)},
    {"options": ("-O1",)},
    {"target": "cuda"},
]


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("expression", EVERYTHING)
def test_vectors_threads_and_optimisers_give_the_same_bits(
    expression, precision, tmp_path_factory
) -> None:
    """The arithmetic of the CUDA header, one neuron at a time, and of vectors of every width."""
    rng = np.random.default_rng(9)
    bits = rng.integers(0, 2**32, 20000, dtype=np.uint64)
    wild = bits.astype(np.uint32).view(np.float32)
    x = np.concatenate([wild[np.isfinite(wild)], rng.uniform(-30, 30, 20000)])
    y = rng.uniform(-3, 3, len(x))
    folder = library_folder(tmp_path_factory)
    with np.errstate(over="ignore", invalid="ignore"):
        reference = apply(expression, x, y, precision=precision, folder=folder)
        for variant in VARIANTS:
            result = apply(expression, x, y, precision=precision, folder=folder, **variant)
            both_nan = np.isnan(result) & np.isnan(reference)
            integer = np.uint32 if precision == 32 else np.uint64
            assert np.all((result.view(integer) == reference.view(integer)) | both_nan)
