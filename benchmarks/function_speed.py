"""How long the library's own functions take, beside those of the C library and of its vector library.

Nanoseconds for each element of an array that stays in the cache. The C library's functions are called for one number
at a time; those of its vector library (libmvec) by a loop that the compiler vectorises, which it does with -ffast-math
only. They may be wrong by 4 units in the last place. A normal number of the references is made as this library's is: by
the transform of Box and Muller, of words of Philox.

The three are timed in turns. A ratio is that of two times of one turn: how busy the machine is does not show in it.

Usage: python benchmarks/function_speed.py [--repeats R] [--functions exp log ...] [--vector-bytes 16 32 64]
"""

from __future__ import annotations

import argparse
import ctypes
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _spread import spread

from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.backends.cxx import COMPILER_FLAGS, find_compiler

REAL = {32: np.float32, 64: np.float64}
N_ELEMENT = 4096
#: A measurement repeats the loop over the array until it has taken so long.
LEAST_SECONDS = 2e-3


@dataclass(frozen=True)
class Function:
    """A function and the arguments that it is timed with.

    Attributes
    ----------
    name : str
    own : str
        Lane expression of the lane `x`.
    reference : str
        C expression of the number `x`, of its type `real` and of the macro F, which names a function for this type.
    low, high : float
        Arguments lie between; those of a draw are the numbers of neurons, from 0 on.
    """

    name: str
    own: str
    reference: str
    low: float
    high: float

    def arguments(self, precision: int) -> np.ndarray:
        """Return the arguments, shape (N_ELEMENT,)."""
        if self.name == "normal":
            return np.arange(N_ELEMENT, dtype=REAL[precision])
        rng = np.random.default_rng(1)
        return rng.uniform(self.low, self.high, N_ELEMENT).astype(REAL[precision])


FUNCTIONS = {
    function.name: function
    for function in (
        *(Function(name, f"lane_{name}(x)", f"F({name})(x)", -10, 10) for name in ("exp", "expm1")),
        Function("log", "lane_log(x)", "F(log)(x)", 1e-3, 1e3),
        Function("log1p", "lane_log1p(x)", "F(log1p)(x)", 1e-3, 1e3),
        Function("tanh", "lane_tanh(x)", "F(tanh)(x)", -4, 4),
        Function("sin", "lane_sin(x)", "F(sin)(x)", -100, 100),
        Function("exprel", "lane_exprel(x)", "(x == 0 ? (real)1 : F(expm1)(x) / x)", -10, 10),
        Function(
            "normal",
            "random_normal(as_unsigned(as_integer(x + splat(ROUNDER)) & isplat(0xffff)), 1u, 2u, 3u, 4u)",
            "normal((uint32_t)k)",
            0,
            N_ELEMENT,
        ),
    )
}

_OWN = """
#include "lane_cpu.h"
#include "lane_math.h"
#include "philox.h"
"""

_OWN_FUNCTION = """
extern "C" void time_{name}(const real *a, real *out, long n, long times)
{{
    for (long time = 0; time < times; ++time) {{
        for (long k = 0; k < n; k += LANES) {{
            const lane x = load(a + k);
            store(out + k, {own});
        }}
        asm volatile("" ::: "memory");
    }}
}}
"""

_REFERENCE = """
#include <math.h>
#include <stdint.h>
#if PRECISION == 32
typedef float real;
#define F(name) name##f
#else
typedef double real;
#define F(name) name
#endif

// In the same words as the library's own, for the compiler to make what it can of them.
static inline real normal(uint32_t index)
{
    uint32_t w0 = index, w1 = 1, w2 = 2, w3 = 0, key_0 = 3, key_1 = 4;
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
        const uint64_t product_0 = (uint64_t)0xD2511F53u * w0, product_1 = (uint64_t)0xCD9E8D57u * w2;
        const uint32_t v1 = w1, v3 = w3;
        w0 = (uint32_t)(product_1 >> 32) ^ v1 ^ key_0;
        w1 = (uint32_t)product_1;
        w2 = (uint32_t)(product_0 >> 32) ^ v3 ^ key_1;
        w3 = (uint32_t)product_0;
        key_0 += 0x9E3779B9u;
        key_1 += 0xBB67AE85u;
    }
#if PRECISION == 32
    const real u = (real)(int32_t)(w0 >> 1) * 0x1p-31f + 0x1p-32f, v = (real)(int32_t)(w2 >> 9) * 0x1p-23f + 0x1p-24f;
#else
    const real u = ((real)(int32_t)(w0 >> 6) * 0x1p+26 + (real)(int32_t)(w1 >> 6)) * 0x1p-52 + 0x1p-53;
    const real v = ((real)(int32_t)(w2 >> 6) * 0x1p+26 + (real)(int32_t)(w3 >> 6)) * 0x1p-52 + 0x1p-53;
#endif
    return F(sqrt)((real)-2 * F(log)(u)) * F(cos)((real)6.283185307179586 * v);
}
"""

_REFERENCE_FUNCTION = """
void time_{name}(const real *restrict a, real *restrict out, long n, long times)
{{
    for (long time = 0; time < times; ++time) {{
        for (long k = 0; k < n; ++k) {{
            const real x = a[k];
            (void)x;
            out[k] = {reference};
        }}
        __asm__ volatile("" ::: "memory");
    }}
}}
"""

_ALONE = (
    "-O3",
    "-march=native",
    "-fno-math-errno",
    "-fno-tree-vectorize",
    "-fno-tree-slp-vectorize",
)
_VECTORISED = ("-O3", "-march=native", "-ffast-math", "-fopenmp-simd")


def compiled(text: str, options: list[str], path: Path) -> ctypes.CDLL:
    """Compile text to a library and load it."""
    command = [*find_compiler().split(), *options, "-fPIC", "-shared", "-", "-o", str(path), "-lm"]
    subprocess.run(command, input=text, text=True, check=True)
    return ctypes.CDLL(str(path))


def libraries(precision: int, vector_bytes: int | None, folder: Path) -> dict[str, ctypes.CDLL]:
    """Compile the three texts for one precision."""
    own = _OWN + "".join(
        _OWN_FUNCTION.format(name=item.name, own=item.own) for item in FUNCTIONS.values()
    )
    reference = _REFERENCE + "".join(
        _REFERENCE_FUNCTION.format(name=item.name, reference=item.reference)
        for item in FUNCTIONS.values()
    )
    common = [f"-DPRECISION={precision}"]
    own_options = [*COMPILER_FLAGS, *common, f"-I{header_folder()}", "-x", "c++"]
    wide = list(_VECTORISED)
    if vector_bytes is not None:
        own_options.insert(0, f"-DVECTOR_BYTES={vector_bytes}")
    # Without this, compilers use half of the vector registers of many processors.
    if "avx512f" in Path("/proc/cpuinfo").read_text():
        wide.append(f"-mprefer-vector-width={8 * (vector_bytes or 64)}")
    vectorised = folder / f"vectorised_{precision}.so"
    found = {
        "own": compiled(own, own_options, folder / f"own_{precision}.so"),
        "alone": compiled(reference, [*_ALONE, *common, "-xc"], folder / f"alone_{precision}.so"),
        "vectorised": compiled(reference, [*wide, *common, "-xc"], vectorised),
    }
    # The names of functions of vectors begin so.
    if b"_ZGV" not in vectorised.read_bytes():
        raise SystemExit(
            "The compiler did not use libmvec (glibc 2.35 or later has what is needed)."
        )
    return found


class Stopwatch:
    """Calls a function of a library for the same array again and again.

    Parameters
    ----------
    library : ctypes.CDLL
    function : Function
    precision : {32, 64}

    Attributes
    ----------
    out : ndarray, shape (N_ELEMENT,)
        The results.
    """

    def __init__(self, library: ctypes.CDLL, function: Function, precision: int) -> None:
        # Half a page apart: a processor takes a load for one of what was just stored where their last 12 bits agree.
        padding = 2048 * 8 // precision
        self._memory = np.zeros((2, N_ELEMENT + padding), dtype=REAL[precision])
        self._a, self.out = (
            row[(-row.ctypes.data % 64) // row.itemsize :][:N_ELEMENT] for row in self._memory
        )
        self._a[:] = function.arguments(precision)
        self._call = getattr(library, f"time_{function.name}")
        self._call.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_long, ctypes.c_long]
        self._times = 1
        while self._seconds() < LEAST_SECONDS:
            self._times *= 2

    def _seconds(self) -> float:
        began = time.perf_counter()
        self._call(self._a.ctypes.data, self.out.ctypes.data, N_ELEMENT, self._times)
        return time.perf_counter() - began

    def nanoseconds(self) -> float:
        """Return the time of an element."""
        return self._seconds() / self._times / N_ELEMENT * 1e9


def check(watches: list[Stopwatch], name: str, precision: int) -> None:
    """Stop where results differ by more than their rounding."""
    own, *others = (watch.out for watch in watches)
    slack = 32 * np.finfo(REAL[precision]).eps
    for other in others:
        if not np.allclose(own, other, rtol=slack, atol=slack):
            worst = np.abs(own - other).max()
            raise SystemExit(f"{name}: results differ by up to {worst:g}, so times mean nothing.")


def main() -> None:
    """Print a table of times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--precision", type=int, nargs="+", choices=(32, 64), default=[32, 64])
    parser.add_argument("--functions", nargs="+", choices=tuple(FUNCTIONS), default=list(FUNCTIONS))
    parser.add_argument(
        "--vector-bytes", type=int, choices=(16, 32, 64), help="default: the widest"
    )
    options = parser.parse_args()
    print(
        "| function | precision | own, ns | C library, ns | libmvec, ns | own / C | own / libmvec |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for precision in options.precision:
            made = libraries(precision, options.vector_bytes, Path(folder))
            for name in options.functions:
                watches = [Stopwatch(item, FUNCTIONS[name], precision) for item in made.values()]
                check(watches, name, precision)
                own, alone, vectorised = np.array(
                    [[watch.nanoseconds() for watch in watches] for _ in range(options.repeats)]
                ).T
                kind = "single" if precision == 32 else "double"
                columns = (own, alone, vectorised, own / alone, own / vectorised)
                print(f"| {name} | {kind} | {' | '.join(map(spread, columns))} |", flush=True)


if __name__ == "__main__":
    main()
