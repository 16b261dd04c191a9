"""Random numbers: the published generator, the right distributions, one answer on every backend."""

from __future__ import annotations

import ctypes
import math
from pathlib import Path

import mpmath
import numpy as np
import pytest
from lane_harness import REAL, apply, compiled, load

#: Known answers of the generator's authors (Random123, kat_vectors): counter, key, words.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]

_TEXT = """
extern "C" void scalar(uint32_t *counter, uint32_t a, uint32_t b) { philox_scalar(counter, a, b); }
extern "C" void lanes(uint32_t *counter, uint32_t a, uint32_t b)
{
    ulane words[4];
    for (int k = 0; k < 4; ++k)
        words[k] = usplat(counter[k]);
    philox(words, a, b);
    for (int k = 0; k < 4; ++k) {
        alignas(64) integer out[LANES];
        istore(out, as_signed(words[k]));
        counter[k] = (uint32_t)out[LANES - 1];
    }
}
extern "C" void both(uint32_t *difference, uint32_t a, uint32_t b)
{
    ulane words[4];
    for (uint32_t k = 0; k < 4; ++k)
        words[k] = (as_unsigned(lane_iota()) + usplat(k)) * usplat(2654435761u) & usplat(0xffffffffu);
    alignas(64) integer in[4][LANES], out[4][LANES];
    for (int k = 0; k < 4; ++k)
        istore(in[k], as_signed(words[k]));
    philox(words, a, b);
    for (int k = 0; k < 4; ++k)
        istore(out[k], as_signed(words[k]));
    *difference = 0;
    for (int place = 0; place < LANES; ++place) {
        uint32_t one[4];
        for (int k = 0; k < 4; ++k)
            one[k] = (uint32_t)in[k][place];
        philox_scalar(one, a, b);
        for (int k = 0; k < 4; ++k)
            *difference |= one[k] ^ (uint32_t)out[k][place];
    }
}
extern "C" void gaps(int32_t *out, uint32_t seed, uint32_t stream, uint32_t n, uint32_t step, double inverse)
{
    for (uint32_t k = 0; k < n; ++k)
        out[k] = geometric_gap(seed, stream, k, step, 0, inverse);
}
extern "C" void logarithms(double *x, uint32_t n)
{
    for (uint32_t k = 0; k < n; ++k)
        x[k] = scalar_log(x[k]);
}
"""

CONFIGURATIONS = [(32, "cpu"), (64, "cpu"), (32, "cuda"), (64, "cuda")]


def library_of(precision: int, target: str, folder: Path) -> ctypes.CDLL:
    return load(compiled(_TEXT, precision, folder, target=target))


@pytest.fixture(scope="module", params=CONFIGURATIONS, ids=str)
def library(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> ctypes.CDLL:
    return library_of(*request.param, tmp_path_factory.mktemp("philox"))


@pytest.mark.parametrize("form", ["scalar", "lanes"])
@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_known_answers(
    library: ctypes.CDLL, form: str, counter: tuple, key: tuple, words: tuple
) -> None:
    memory = (ctypes.c_uint32 * 4)(*counter)
    getattr(library, form)(memory, ctypes.c_uint32(key[0]), ctypes.c_uint32(key[1]))
    assert tuple(memory) == words


def test_every_place_of_a_vector_has_its_own_counter(library: ctypes.CDLL) -> None:
    difference = ctypes.c_uint32(1)
    library.both(ctypes.byref(difference), ctypes.c_uint32(7), ctypes.c_uint32(0xDEADBEEF))
    assert difference.value == 0


def draw(kind: str, n: int, precision: int, folder: Path, **options: object) -> np.ndarray:
    index = "as_unsigned(isplat((integer)k) + lane_iota())"
    seed = options.pop("seed", 5)
    step = options.pop("step", 9)
    stream = options.pop("stream", 2)
    expression = f"random_{kind}({index}, {step}u, 0u, {seed}u, {stream}u)"
    return apply(expression, np.zeros(n), precision=precision, folder=folder, **options).astype(
        float
    )


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_distribution(kind: str, precision: int, tmp_path: Path) -> None:
    """The largest distance to the distribution function stays below the 1e-6 point of Kolmogorov's law."""
    n = 200_000
    values = np.sort(draw(kind, n, precision, tmp_path))
    if kind == "uniform":
        expected = values
        assert values[0] > 0 and values[-1] < 1
    else:
        expected = np.array([0.5 * (1 + math.erf(v / math.sqrt(2))) for v in values])
        assert abs(values.mean()) < 5 / math.sqrt(n)
        assert abs(values.var() - 1) < 5 * math.sqrt(2 / n)
    distance = np.max(np.abs(expected - (np.arange(n) + 0.5) / n))
    assert distance < 2.69 / math.sqrt(n)


@pytest.mark.parametrize("change", [{"seed": 6}, {"step": 10}, {"stream": 3}])
def test_other_seeds_steps_and_streams_are_independent(
    change: dict[str, int], tmp_path: Path
) -> None:
    n = 100_000
    one = draw("normal", n, 64, tmp_path)
    other = draw("normal", n, 64, tmp_path, **change)
    assert abs(np.mean(one * other)) < 5 / math.sqrt(n)


@pytest.mark.parametrize("precision", [32, 64])
def test_uniform_numbers_are_never_zero_or_one(precision: int, tmp_path: Path) -> None:
    """Also from words without a bit and from words of bits only."""
    words = "select(equal(x, splat(0)), as_real(isplat(0)), as_real(isplat((integer)0xffffffffu)))"
    unit = f"open_unit(as_unsigned(as_integer({words})), as_unsigned(as_integer({words})))"
    result = apply(unit, np.array([0.0, 1.0]), precision=precision, folder=tmp_path)
    half = REAL[precision](2.0 ** (-24 if precision == 32 else -53))
    np.testing.assert_array_equal(result, [half, 1 - half])


@pytest.mark.parametrize(("precision", "farthest"), [(32, 6.66), (64, 8.57)])
def test_normal_numbers_reach_far(precision: int, farthest: float, tmp_path: Path) -> None:
    """The argument of the logarithm spans all bits of its words, and is never zero."""
    word = "as_unsigned(as_integer(select(equal(x, splat(0)), as_real(isplat(0)), {})))"
    word = word.format("as_real(isplat((integer)0xffffffffu))")
    expression = f"lane_sqrt(splat(-2) * lane_log(unit_for_logarithm({word}, {word})))"
    radius = apply(expression, np.array([0.0, 1.0]), precision=precision, folder=tmp_path)
    assert radius[0] == pytest.approx(farthest, abs=0.01)
    assert 0 <= radius[1] < 1e-3


def test_the_scalar_logarithm_is_accurate(library: ctypes.CDLL) -> None:
    rng = np.random.default_rng(6)
    x = np.concatenate([rng.uniform(0, 1, 2000), np.exp(rng.uniform(-36.7, 0, 2000)), [2.0**-53]])
    result = x.copy()
    library.logarithms(result.ctypes.data_as(ctypes.c_void_p), ctypes.c_uint32(len(x)))
    with mpmath.workdps(40):
        for value, argument in zip(result.tolist(), x.tolist(), strict=True):
            exact = mpmath.log(mpmath.mpf(argument))
            assert abs(mpmath.mpf(value) - exact) <= 1.25 * math.ulp(float(exact))


def test_gaps_do_not_depend_on_the_precision_or_the_backend(tmp_path: Path) -> None:
    n = 20_000
    answers = []
    for precision, target in CONFIGURATIONS:
        gaps = np.empty(n, dtype=np.int32)
        pointer = gaps.ctypes.data_as(ctypes.c_void_p)
        inverse = ctypes.c_double(1 / math.log1p(-0.003))
        library_of(precision, target, tmp_path).gaps(pointer, 8, 9, n, 10, inverse)
        answers.append(gaps)
    assert len(np.unique(answers[0])) > 1000
    for gaps in answers[1:]:
        np.testing.assert_array_equal(gaps, answers[0])


@pytest.mark.parametrize("p", [0.5, 0.02, 0.0012])
def test_gaps_follow_the_geometric_distribution(library: ctypes.CDLL, p: float) -> None:
    n = 100_000
    gaps = np.empty(n, dtype=np.int32)
    inverse = 1 / math.log1p(-p)
    library.gaps(gaps.ctypes.data_as(ctypes.c_void_p), 1, 2, n, 3, ctypes.c_double(inverse))
    assert gaps.min() == 0
    mean, deviation = (1 - p) / p, math.sqrt(1 - p) / p
    assert abs(gaps.mean() - mean) < 5 * deviation / math.sqrt(n)
    # The largest distance to the distribution function, below the 1e-6 point of Kolmogorov's law.
    longest = int(gaps.max())
    observed = np.cumsum(np.bincount(gaps)) / n
    expected = 1 - (1 - p) ** (np.arange(longest + 1) + 1.0)
    assert np.max(np.abs(observed - expected)) < 2.69 / math.sqrt(n)


def test_gaps_at_the_ends(library: ctypes.CDLL) -> None:
    gaps = np.empty(1000, dtype=np.int32)
    pointer = gaps.ctypes.data_as(ctypes.c_void_p)
    library.gaps(pointer, 1, 2, 1000, 3, ctypes.c_double(-0.0))
    assert np.all(gaps == 0)  # a probability of one
    for inverse in (-math.inf, math.inf):  # a probability of zero
        library.gaps(pointer, 1, 2, 1000, 3, ctypes.c_double(inverse))
        assert np.all(gaps == 2**30 - 1)


_SIDE_BY_SIDE = """
#include "network.h"
#include "atomics_cpu.h"
#include "events.h"
#include "notes_cpu.h"
#include "gaps_cpu.h"
extern "C" int32_t differing(uint32_t seed, uint32_t stream, uint32_t n, const double *inverse)
{
    int32_t count = 0;
    for (uint32_t begin = 0; begin < n; begin += GAP_LANES) {
        alignas(VECTOR_BYTES) uint64_t index[GAP_LANES], step[GAP_LANES];
        alignas(VECTOR_BYTES) double scale[GAP_LANES];
        int32_t gap[GAP_LANES];
        for (uint32_t k = 0; k < GAP_LANES; ++k) {
            index[k] = begin + k;
            step[k] = 3 * (begin + k) % 1000;
            scale[k] = inverse[begin + k];
        }
        geometric_gaps(seed, stream, index, step, scale, gap);
        for (uint32_t k = 0; k < GAP_LANES; ++k)
            count += gap[k] != geometric_gap(seed, stream, (uint32_t)index[k], (uint32_t)step[k], 0, scale[k]);
    }
    return count;
}
"""


@pytest.mark.parametrize("width", [16, 32, 64])
@pytest.mark.parametrize("precision", [32, 64])
def test_gaps_that_are_drawn_side_by_side_are_those_drawn_alone(
    precision: int, width: int, tmp_path: Path
) -> None:
    options = [f"-DVECTOR_BYTES={width}", "-Wno-unused-function"]
    library = load(compiled(_SIDE_BY_SIDE, precision, tmp_path, options=options))
    n = 40_000
    probability = np.random.default_rng(3).uniform(0, 0.05, n)
    probability[:64] = [0.0, 1.0, 1e-12, 0.5] * 16
    with np.errstate(divide="ignore"):
        inverse = 1 / np.log1p(-probability)
    pointer = inverse.ctypes.data_as(ctypes.c_void_p)
    assert library.differing(7, 11, n, pointer) == 0
