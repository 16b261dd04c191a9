"""Compiles functions of the lane headers and applies them to arrays."""

from __future__ import annotations

import ctypes
import hashlib
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.backends.cxx import COMPILER_FLAGS, find_compiler

REAL = {32: np.float32, 64: np.float64}
INTEGER = {32: np.int32, 64: np.int64}

_HEADERS = """
#include "lane_{target}.h"
#include "lane_math.h"
#include "philox.h"
#include "draws.h"
"""

_FUNCTION = """
extern "C" void apply_{number}(const real *a, const real *b, real *out, long n)
{{
    for (long k = 0; k < n; k += LANES) {{
        const lane x = load(a + k);
        const lane y = load(b + k);
        (void)x, (void)y;
        store(out + k, {expression});
    }}
}}
"""


def compiled(
    text: str,
    precision: int,
    folder: Path,
    *,
    target: str = "cpu",
    options: Sequence[str] = (),
    suffix: str = ".so",
) -> Path:
    """Compile text that follows the lane headers, with warnings as errors.

    `target` 'cuda' compiles the CUDA header as plain C++, so that its arithmetic can be compared
    without a device.
    """
    text = _HEADERS.format(target=target) + text
    digest = hashlib.sha256(repr((text, precision, tuple(options))).encode()).hexdigest()[:16]
    path = folder / f"lane_{digest}{suffix}"
    if not path.exists():
        command = [*find_compiler().split(), *COMPILER_FLAGS, "-Werror", f"-DPRECISION={precision}"]
        if target == "cuda":
            # Masks are plain booleans there, of which Clang says that & should be &&.
            command += ["-DLANE_HOST_EMULATION", "-Wno-bitwise-instead-of-logical"]
        command += [*options, f"-I{header_folder()}", "-x", "c++", "-", "-o", str(path)]
        result = subprocess.run(command, input=text, text=True, check=False, capture_output=True)
        assert result.returncode == 0, result.stderr
    return path


def functions(expressions: Sequence[str]) -> str:
    """Return the text of one function of arrays for each expression of the lanes `x` and `y`."""
    return "".join(
        _FUNCTION.format(number=number, expression=expression)
        for number, expression in enumerate(expressions)
    )


@cache
def load(path: Path) -> ctypes.CDLL:
    """Load a compiled library."""
    return ctypes.CDLL(str(path))


def apply(
    expression: str,
    x: np.ndarray,
    y: np.ndarray | None = None,
    *,
    precision: int,
    folder: Path,
    target: str = "cpu",
    options: Sequence[str] = (),
    among: Sequence[str] = (),
) -> np.ndarray:
    """Apply an expression of the lanes `x` and `y` to arrays.

    Expressions given as `among`, this one included, are compiled together, once.
    """
    expressions = tuple(among) or (expression,)
    path = compiled(functions(expressions), precision, folder, target=target, options=options)
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
    function = getattr(load(path), f"apply_{expressions.index(expression)}")
    function(*(ctypes.c_void_p(aligned.ctypes.data) for _, aligned in arrays), ctypes.c_long(n))
    return arrays[2][1][: len(x)].copy()
