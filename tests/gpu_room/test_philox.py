"""Random numbers: the published generator, the right distributions, one answer on every backend."""

from __future__ import annotations

import ctypes
import math
import subprocess
from pathlib import Path

import numpy as np
import pytest
from lane_harness import apply

from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.backends.cpu import COMPILER_FLAGS, find_compiler

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
#include "{header}"
#include "lane_math.h"
#include "philox.h"
extern "C" void scalar(uint32_t *counter, uint32_t a, uint32_t b) {{ philox_scalar(counter, a, b); }}
extern "C" void lanes(uint32_t *counter, uint32_t a, uint32_t b)
{{
    ulane words[4];
    for (int k = 0; k < 4; ++k)
        words[k] = usplat(counter[k]);
    philox(words, a, b);
    for (int k = 0; k < 4; ++k) {{
        alignas(64) integer out[LANES];
        istore(out, as_signed(words[k]));
        counter[k] = (uint32_t)out[LANES - 1];
    }}
}}
extern "C" void gaps(int32_t *out, uint32_t seed, uint32_t stream, uint32_t n, uint32_t step, double inverse)
{{
    for (uint32_t k = 0; k < n; ++k)
        out[k] = geometric_gap(seed, stream, k, step, 0, inverse);
}}
"""


@pytest.fixture(
    scope="module", params=[(32, "cpu"), (64, "cpu"), (32, "cuda"), (64, "cuda")], ids=str
)
def library(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> ctypes.CDLL:
    precision, target = request.param
    text = _TEXT.format(header=f"lane_{target}.h")
    path = tmp_path_factory.mktemp("philox") / "library.so"
    command = [
        *(
            find_compiler(),
            *COMPILER_FLAGS,
            "-Werror",
            f"-DPRECISION={precision}",
            "-DLANE_HOST_EMULATION",
        ),
        *(f"-I{header_folder()}", "-x", "c++", "-", "-o", str(path)),
    ]
    subprocess.run(command, input=text, text=True, check=True, capture_output=True)
    return ctypes.CDLL(str(path))


@pytest.mark.parametrize("form", ["scalar", "lanes"])
@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_known_answers(
    library: ctypes.CDLL, form: str, counter: tuple, key: tuple, words: tuple
) -> None:
    memory = (ctypes.c_uint32 * 4)(*counter)
    getattr(library, form)(memory, ctypes.c_uint32(key[0]), ctypes.c_uint32(key[1]))
    assert tuple(memory) == words


def draw(kind: str, n: int, precision: int, folder: Path, **options: object) -> np.ndarray:
    index = "(ulane)(isplat((integer)k) + lane_iota())"
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
def test_normal_numbers_have_the_same_bits_on_every_backend(precision: int, tmp_path: Path) -> None:
    reference = draw("normal", 50_000, precision, tmp_path)
    for options in ({"target": "cuda"}, {"options": ("-DVECTOR_BYTES=16",)}):
        assert np.array_equal(draw("normal", 50_000, precision, tmp_path, **options), reference)


@pytest.mark.parametrize("p", [0.5, 0.02, 0.0012])
def test_gaps_follow_the_geometric_distribution(library: ctypes.CDLL, p: float) -> None:
    n = 100_000
    gaps = np.empty(n, dtype=np.int32)
    inverse = 1 / math.log1p(-p)
    library.gaps(gaps.ctypes.data_as(ctypes.c_void_p), 1, 2, n, 3, ctypes.c_double(inverse))
    assert gaps.min() == 0
    mean, deviation = (1 - p) / p, math.sqrt(1 - p) / p
    assert abs(gaps.mean() - mean) < 5 * deviation / math.sqrt(n)
    below = np.mean(gaps < mean)
    expected = 1 - (1 - p) ** math.ceil(mean)
    assert abs(below - expected) < 5 * math.sqrt(expected * (1 - expected) / n)


def test_gaps_at_the_ends(library: ctypes.CDLL) -> None:
    gaps = np.empty(1000, dtype=np.int32)
    pointer = gaps.ctypes.data_as(ctypes.c_void_p)
    library.gaps(pointer, 1, 2, 1000, 3, ctypes.c_double(-0.0))
    assert np.all(gaps == 0)  # a probability of one
    library.gaps(pointer, 1, 2, 1000, 3, ctypes.c_double(-math.inf))
    assert np.all(gaps == 2**30 - 1)  # a probability of zero
