"""What the host computes is rounded from the exact result, on every machine."""

from __future__ import annotations

import os
import subprocess
import sys

import mpmath
import numpy as np
import pytest

from dendrify_gpu.gpu.codegen.double_double import add, divide, multiply, two_product, two_sum
from dendrify_gpu.gpu.codegen.host_functions import HOST_FUNCTIONS, power

INF, NAN = np.inf, np.nan
N = 400

EXACT = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "exprel": lambda x: mpmath.expm1(x) / x,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "log10": mpmath.log10,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
}


def arguments(name: str) -> np.ndarray:
    rng = np.random.default_rng(2)
    sizes = 10.0 ** rng.uniform(-12, 2, N)
    signs = rng.choice([-1.0, 1.0], N)
    if name in ("log", "log10"):
        near = 1 + signs[:100] * 10.0 ** rng.uniform(-16, -1, 100)
        wide = 10.0 ** rng.uniform(-300, 300, N)
        return np.concatenate([near, wide, [5e-324, 1.7e308, 2.0, 10.0, 1e22]])
    if name == "log1p":
        return np.concatenate(
            [np.where(signs < 0, -np.minimum(sizes, 0.999), sizes), [1e300, -0.4, 0.4]]
        )
    return np.concatenate([signs * sizes, [0.3, -0.3, 20.0, 300.0, -300.0, 1e-200, 0.5, -36.7]])


def rounded(value: mpmath.mpf) -> float:
    return float(value)


@pytest.mark.parametrize("name", EXACT)
def test_results_are_the_nearest_numbers(name: str) -> None:
    x = arguments(name)
    result = HOST_FUNCTIONS[name](x)
    with mpmath.workprec(400):
        exact = np.array([rounded(EXACT[name](mpmath.mpf(value))) for value in x.tolist()])
    wrong = np.flatnonzero(result != exact)
    assert len(wrong) == 0, (x[wrong], result[wrong], exact[wrong])


def test_powers_are_the_nearest_numbers() -> None:
    rng = np.random.default_rng(3)
    base, exponent = 10.0 ** rng.uniform(-20, 20, N), rng.uniform(-10, 10, N)
    result = power(base, exponent)
    with mpmath.workprec(400):
        exact = [
            rounded(mpmath.mpf(a) ** mpmath.mpf(b))
            for a, b in zip(base.tolist(), exponent.tolist(), strict=True)
        ]
    np.testing.assert_array_equal(result, exact)


def test_whole_powers_are_multiplications() -> None:
    x = np.array([0.3, -1.7, 1e-3])
    np.testing.assert_array_equal(power(x, 2.0), x * x)
    np.testing.assert_array_equal(power(x, 3.0), x * x * x)
    np.testing.assert_array_equal(power(x, 4.0), (x * x) * (x * x))
    np.testing.assert_array_equal(power(x, -1.0), 1 / x)
    np.testing.assert_array_equal(power(x, 0.0), 1)
    np.testing.assert_array_equal(power(np.abs(x), 0.5), np.sqrt(np.abs(x)))
    np.testing.assert_array_equal(power([0.0, INF, 0.0], [2.5, 1.5, -1.0]), [0.0, INF, INF])
    assert np.isnan(power(-1.5, 0.3))


@pytest.mark.parametrize(
    ("name", "argument", "result"),
    [
        *(("exp", INF, INF), ("exp", -INF, 0), ("exp", 0.0, 1), ("exp", 710.0, INF)),
        *(("expm1", INF, INF), ("expm1", -INF, -1), ("expm1", 0.0, 0), ("expm1", -800.0, -1)),
        *(("exprel", 0.0, 1), ("exprel", 1e-320, 1), ("exprel", -INF, 0)),
        *(("log", 0.0, -INF), ("log", INF, INF), ("log", 1.0, 0), ("log", -1.0, NAN)),
        *(("log1p", -1.0, -INF), ("log1p", 0.0, 0), ("log1p", 5e-324, 5e-324)),
        *(("log10", 1000.0, 3), ("log10", 0.0, -INF), ("log10", 1e-5, -5)),
        *(("tanh", INF, 1), ("tanh", -INF, -1), ("tanh", 0.0, 0), ("tanh", -50.0, -1)),
        *(("sinh", 0.0, 0), ("sinh", -INF, -INF), ("cosh", 0.0, 1), ("cosh", INF, INF)),
        *(("sin", 0.0, 0), ("cos", 0.0, 1), ("sin", INF, NAN), ("tan", NAN, NAN)),
    ],
)
def test_special_arguments(name: str, argument: float, result: float) -> None:
    np.testing.assert_array_equal(HOST_FUNCTIONS[name](argument), result)
    np.testing.assert_array_equal(
        HOST_FUNCTIONS[name](np.array([argument, argument])), [result] * 2
    )


def test_shapes_are_kept() -> None:
    for name, function in HOST_FUNCTIONS.items():
        if name != "power":
            assert function(0.5).shape == ()
            assert function(np.full((2, 3), 0.5)).shape == (2, 3)
    assert power(np.ones((2, 1)), np.ones(3)).shape == (2, 3)


def test_pairs_have_twice_the_digits() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.uniform(-1, 1, (2, 200))
    c, d = a * 2.0**-60, b * 2.0**-61
    cases = {
        "add": (add((a, c), (b, d)), lambda p, q: p + q),
        "multiply": (multiply((a, c), (b, d)), lambda p, q: p * q),
        "divide": (divide((a, c), (b, d)), lambda p, q: p / q),
    }
    with mpmath.workprec(300):
        for name, (result, exact) in cases.items():
            for k in range(200):
                first = mpmath.mpf(float(a[k])) + mpmath.mpf(float(c[k]))
                second = mpmath.mpf(float(b[k])) + mpmath.mpf(float(d[k]))
                got = mpmath.mpf(float(result[0][k])) + mpmath.mpf(float(result[1][k]))
                size = abs(first) + abs(second) if name == "add" else abs(exact(first, second))
                assert abs(got - exact(first, second)) < size * mpmath.mpf(2) ** -98
    for pair, exact in ((two_sum(a, b), np.add), (two_product(a, b), np.multiply)):
        np.testing.assert_array_equal(pair[0], exact(a, b))


SCRIPT = """
import hashlib
import numpy as np
from dendrify_gpu.gpu.codegen.host_functions import HOST_FUNCTIONS, power
x = np.random.default_rng(5).uniform(0.001, 30, 5000)
digest = hashlib.sha256()
for name, function in sorted(HOST_FUNCTIONS.items()):
    digest.update(power(x, 1.37).tobytes() if name == 'power' else function(x).tobytes())
print(digest.hexdigest(), hashlib.sha256(np.exp(x).tobytes() + np.log(x).tobytes()).hexdigest())
"""


def test_other_vector_instructions_give_the_same_digits() -> None:
    found = []
    for disabled in (
        "",
        "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR AVX2 FMA3",
    ):
        environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": disabled}
        command = [sys.executable, "-W", "ignore", "-c", SCRIPT]
        said = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        ).stdout
        found.append(said.split())
    assert found[0][0] == found[1][0]
