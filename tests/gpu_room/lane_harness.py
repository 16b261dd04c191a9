"""Compiles a function of the lane headers and applies it to arrays."""

from __future__ import annotations

import ctypes
import hashlib
import subprocess
from functools import cache
from pathlib import Path

import numpy as np

from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.backends.cpu import COMPILER_FLAGS, find_compiler

REAL = {32: np.float32, 64: np.float64}
INTEGER = {32: np.int32, 64: np.int64}

_TEXT = """
#include "{header}"
#include "lane_math.h"
#include "philox.h"
extern "C" void apply(const real *a, const real *b, real *out, long n)
{{
    for (long k = 0; k < n; k += LANES) {{
        const lane x = load(a + k);
        const lane y = load(b + k);
        (void)x, (void)y;
        store(out + k, {expression});
    }}
}}
"""


@cache
def _library(
    expression: str, precision: int, target: str, folder: Path, options: tuple[str, ...]
) -> ctypes.CDLL:
    header = "lane_cuda.h" if target == "cuda" else "lane_cpu.h"
    text = _TEXT.format(header=header, expression=expression)
    emulation = ("-DLANE_HOST_EMULATION",) if target == "cuda" else ()
    digest = hashlib.sha256(repr((text, precision, target, options)).encode()).hexdigest()[:16]
    path = folder / f"lane_{digest}.so"
    command = [
        *(
            find_compiler(),
            *COMPILER_FLAGS,
            "-Werror",
            f"-DPRECISION={precision}",
            *emulation,
            *options,
        ),
        *(f"-I{header_folder()}", "-x", "c++", "-", "-o", str(path)),
    ]
    subprocess.run(command, input=text, text=True, check=True, capture_output=True)
    return ctypes.CDLL(str(path))


def apply(
    expression: str,
    x: np.ndarray,
    y: np.ndarray | None = None,
    *,
    precision: int,
    folder: Path,
    target: str = "cpu",
    options: tuple[str, ...] = (),
) -> np.ndarray:
    """Apply an expression of the lanes `x` and `y` to arrays.

    `target` 'cuda' compiles the CUDA header as plain C++, so that its arithmetic can be compared
    without a device.
    """
    real = REAL[precision]
    n = -(-len(x) // 64) * 64
    arrays = []
    for values in (x, y if y is not None else x, np.zeros(len(x))):
        memory = np.zeros(n + 64, dtype=real)
        offset = (-memory.ctypes.data % 64) // memory.itemsize
        aligned = memory[offset : offset + n]
        aligned[: len(x)] = values
        aligned[len(x) :] = 1
        arrays.append((memory, aligned))
    library = _library(expression, precision, target, folder, options)
    pointers = [ctypes.c_void_p(aligned.ctypes.data) for _, aligned in arrays]
    library.apply(*pointers, ctypes.c_long(n))
    return arrays[2][1][: len(x)].copy()
