"""How far the library's own functions are from the exact ones, in units in the last place.

Single precision: every bit pattern, or one in `--stride`, against the C library's functions in double precision. Double
precision: random arguments of all sizes and hard ones (next to the places where the reduction of the range turns over,
next to roots and to the ends of the range) against functions in extended precision (64 binary digits). The worst
arguments are computed again with mpmath, whose answer is what is reported.

Usage: python benchmarks/function_accuracy.py [--stride S] [--points N] [--precision 32 64] [--functions exp log ...]
"""

from __future__ import annotations

import argparse
import ctypes
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import mpmath
import numpy as np

from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.backends.cxx import COMPILER_FLAGS, find_compiler

REAL = {32: np.float32, 64: np.float64}
_INTEGER = {32: np.uint32, 64: np.uint64}
_FRACTION = {32: 24, 64: 53}
_LEAST_EXPONENT = {32: -125, 64: -1021}  # of the smallest normal number, as frexp counts

#: How many of the worst arguments are computed again with mpmath.
N_WORST = 64


@dataclass(frozen=True)
class Function:
    """A function of the mathematics header and what it should be.

    Attributes
    ----------
    name : str
        Name, without the prefix of the header.
    reference : str
        The same function of the numbers `x` and `y` in C++, for any type of number.
    exact : callable
        The same function for mpmath.
    bound : float
        The error that the library promises, in units in the last place.
    largest : tuple of float
        Arguments of a greater size are left out, in single and in double precision.
    turns : tuple of float
        Spacing of the arguments at which the reduction of the range turns over, and of exact zeros.
    tiny_to_zero : bool
        Whether results below the smallest normal number are zero.
    """

    name: str
    reference: str
    exact: Callable[..., mpmath.mpf]
    bound: float
    largest: tuple[float, float] = (float("inf"), float("inf"))
    turns: tuple[float, ...] = ()
    tiny_to_zero: bool = False

    @property
    def expression(self) -> str:
        """The lane expression."""
        return f"lane_{self.name}(x{', y' if self.name == 'pow' else ''})"


_LN2 = float(np.log(2.0))
_RIGHT = float(np.pi / 2)

FUNCTIONS = {
    function.name: function
    for function in (
        Function("exp", "std::exp(x)", mpmath.exp, 1.0, turns=(_LN2 / 2,), tiny_to_zero=True),
        Function("expm1", "std::expm1(x)", mpmath.expm1, 1.0, turns=(_LN2 / 2,)),
        Function(
            "exprel",
            "x == 0 ? 1 : std::isinf(x) ? (x > 0 ? x : 0) : std::expm1(x) / x",
            lambda x: mpmath.expm1(x) / x if x else mpmath.mpf(1),
            2.0,
            (89.5, 710.5),
            turns=(_LN2 / 2,),
        ),
        Function(
            "inverse_exprel",
            "x == 0 ? 1 : std::isinf(x) ? (x > 0 ? 0 : -x) : x / std::expm1(x)",
            lambda x: x / mpmath.expm1(x) if x else mpmath.mpf(1),
            2.0,
            (89.5, 710.5),
            turns=(_LN2 / 2,),
        ),
        Function("log", "std::log(x)", mpmath.log, 1.0),
        Function("log1p", "std::log1p(x)", mpmath.log1p, 1.0),
        Function("log10", "std::log10(x)", mpmath.log10, 1.0),
        Function("sqrt", "std::sqrt(x)", mpmath.sqrt, 0.5001),
        Function("sin", "std::sin(x)", mpmath.sin, 1.75, (1e5, 1e5), (_RIGHT / 2,)),
        Function("cos", "std::cos(x)", mpmath.cos, 1.75, (1e5, 1e5), (_RIGHT / 2,)),
        Function("tan", "std::tan(x)", mpmath.tan, 4.0, (1e5, 1e5), (_RIGHT / 2,)),
        Function("sinh", "std::sinh(x)", mpmath.sinh, 2.0, turns=(_LN2 / 2,)),
        Function("cosh", "std::cosh(x)", mpmath.cosh, 2.0, turns=(_LN2 / 2,)),
        Function("tanh", "std::tanh(x)", mpmath.tanh, 1.0, turns=(_LN2 / 4,)),
        Function("pow", "std::pow(x, y)", mpmath.power, 1.5, tiny_to_zero=True),
    )
}

_HEADERS = """
#include "lane_cpu.h"
#include "lane_math.h"
#include "function_accuracy.h"
"""


@dataclass(frozen=True)
class Measurement:
    """The worst error of a function.

    Attributes
    ----------
    error : float
        In units in the last place, by mpmath; infinite where a special value is wrong.
    at : tuple of float
        The arguments.
    count : int
        How many arguments were tried.
    """

    error: float
    at: tuple[float, ...]
    count: int


class Sweep:
    """The functions compiled for the CPU of this machine, in one precision.

    Parameters
    ----------
    precision : {32, 64}
        Number of bits.
    folder : pathlib.Path
        Where the library is put.
    names : sequence of str, optional
        Which functions. Default: all.
    options : sequence of str, optional
        More options of the compiler.
    """

    def __init__(
        self,
        precision: int,
        folder: Path,
        names: Sequence[str] = tuple(FUNCTIONS),
        options: Sequence[str] = (),
    ) -> None:
        self.precision = precision
        text = _HEADERS + "".join(
            f"SWEEP({item.name}, {item.expression}, {item.reference}, {str(item.tiny_to_zero).lower()})\n"
            for item in (FUNCTIONS[name] for name in names)
        )
        path = folder / f"sweep_{precision}.so"
        command = [*find_compiler().split(), *COMPILER_FLAGS, *options]
        command += [f"-DPRECISION={precision}", f"-DWORST={N_WORST}"]
        command += [f"-I{header_folder()}", f"-I{Path(__file__).parent}"]
        command += ["-x", "c++", "-", "-o", str(path)]
        subprocess.run(command, input=text, text=True, check=True)
        self._library = ctypes.CDLL(str(path))
        real = np.dtype(REAL[precision]).str
        self._report = np.dtype(
            [
                ("error", "f8", N_WORST),
                ("x", real, N_WORST),
                ("y", real, N_WORST),
                ("result", real, N_WORST),
                ("count", "i8"),
            ],
            align=True,
        )
        self._real = ctypes.c_float if precision == 32 else ctypes.c_double

    def patterns(self, name: str, stride: int, first: int = 0) -> Measurement:
        """Try one in `stride` of all bit patterns of single precision, from `first` on."""
        report = self._new_report()
        getattr(self._library, f"patterns_{name}")(
            ctypes.c_uint64(first),
            ctypes.c_uint64(stride),
            self._largest(name),
            ctypes.c_void_p(report.ctypes.data),
        )
        return self._measured(name, report)

    def points(self, name: str, x: np.ndarray, y: np.ndarray | None = None) -> Measurement:
        """Try these arguments."""
        report = self._new_report()
        x = np.ascontiguousarray(x, dtype=REAL[self.precision])
        y = x if y is None else np.ascontiguousarray(y, dtype=REAL[self.precision])
        getattr(self._library, f"points_{name}")(
            ctypes.c_void_p(x.ctypes.data),
            ctypes.c_void_p(y.ctypes.data),
            ctypes.c_int64(len(x)),
            self._largest(name),
            ctypes.c_void_p(report.ctypes.data),
        )
        return self._measured(name, report)

    def _largest(self, name: str) -> ctypes._SimpleCData:
        return self._real(FUNCTIONS[name].largest[0 if self.precision == 32 else 1])

    def _new_report(self) -> np.ndarray:
        report = np.zeros(1, dtype=self._report)
        report["error"] = -1
        return report

    def _measured(self, name: str, report: np.ndarray) -> Measurement:
        (found,) = report
        worst = Measurement(0.0, (), int(found["count"]))
        two = name == "pow"
        columns = (found[column] for column in ("error", "x", "y", "result"))
        for error, x, y, result in zip(*columns, strict=True):
            if error < 0:
                break
            at = (float(x), float(y)) if two else (float(x),)
            if np.isfinite(error):
                error = self._exact_error(name, at, float(result))
            if error > worst.error:
                worst = Measurement(float(error), at, worst.count)
        return worst

    def _exact_error(self, name: str, at: tuple[float, ...], result: float) -> float:
        """Compute the error for one argument with mpmath."""
        with mpmath.workdps(60):
            truth = FUNCTIONS[name].exact(*(mpmath.mpf(value) for value in at))
            if truth == 0 or not mpmath.isfinite(truth):
                return 0.0 if result == float(truth) else float("inf")
            if FUNCTIONS[name].tiny_to_zero and result == 0:
                return 0.0
            digits, least = _FRACTION[self.precision], _LEAST_EXPONENT[self.precision]
            end = mpmath.mpf(2) ** (128 if self.precision == 32 else 1024)
            value = mpmath.mpf(result) if np.isfinite(result) else np.sign(result) * end
            exponent = max(mpmath.frexp(abs(truth))[1], least)
            return float(abs(value - truth) * mpmath.mpf(2) ** (digits - exponent))


def arguments(function: Function, precision: int, count: int, seed: int = 1) -> np.ndarray:
    """Return arguments of all sizes and hard ones.

    Parameters
    ----------
    function : Function
        What they are for.
    precision : {32, 64}
        Number of bits.
    count : int
        About how many.
    seed : int, optional
        Of the random ones.

    Returns
    -------
    ndarray, shape (n,)
    """
    rng = np.random.default_rng(seed)
    real = REAL[precision]
    part = count // 5
    bits = rng.integers(0, 2**precision, part, dtype=np.uint64).astype(_INTEGER[precision])
    most = min(np.log(float(np.finfo(real).max)) * 1.02, function.largest[precision == 64])
    chosen = [
        bits.view(real),
        rng.uniform(-most, most, part).astype(real),
        rng.uniform(-2, 2, part).astype(real),
        np.exp2(rng.uniform(-60, 17, part) * rng.choice([1.0, 0.1], part)).astype(real)
        * rng.choice([-1, 1], part).astype(real),
    ]
    if function.turns:
        steps = rng.integers(-int(most / function.turns[0]), int(most / function.turns[0]), part)
        around = (steps * function.turns[0]).astype(real)
    else:
        # Powers of two and of their square root, where the reduction of logarithms turns over, and one.
        around = np.exp2(rng.integers(-60, 60, part) / 2).astype(real)
        around[: part // 2] = rng.choice([1.0, np.sqrt(0.5), np.sqrt(2.0)], part // 2)
    near = np.rint(rng.standard_cauchy(part) * 8).clip(-(2**20), 2**20)
    chosen.append((around.astype(real) * (1 + near * np.finfo(real).eps / 2)).astype(real))
    ends = np.log([np.finfo(real).max, np.finfo(real).tiny, np.finfo(real).smallest_subnormal])
    edges = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, *ends, *(ends + np.log(2.0))]
    spread = np.arange(-500, 501) * np.finfo(real).eps
    chosen += [np.array(edges, dtype=real)]
    chosen += [(edge * (1 + spread)).astype(real) for edge in ends]
    return np.concatenate(chosen)


def powers(precision: int, count: int, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return bases and exponents whose powers are of all sizes."""
    rng = np.random.default_rng(seed)
    real = REAL[precision]
    most = np.log(float(np.finfo(real).max))
    half = count // 2
    wide = rng.uniform(-most, most, half)
    near = rng.uniform(0.5, 2, half) ** rng.choice([1.0, 0.01, 1e-5], half)
    x = np.concatenate([np.exp(wide), near]).astype(real)
    with np.errstate(divide="ignore", over="ignore"):
        y = rng.uniform(-1, 1, 2 * half) * most / np.log(np.float64(x))
    usual = rng.random(2 * half) < 0.4
    y[usual] = rng.uniform(-8, 8, usual.sum())
    whole = rng.random(2 * half) < 0.2
    x[whole] *= -1
    y[whole] = np.rint(y[whole])
    return x, y.astype(real)


def measure(sweep: Sweep, name: str, stride: int, count: int) -> Measurement:
    """Measure one function as the description of this script says."""
    function = FUNCTIONS[name]
    if name == "pow":
        return sweep.points(name, *powers(sweep.precision, count))
    found = sweep.points(name, arguments(function, sweep.precision, count))
    if sweep.precision == 64:
        return found
    also = sweep.patterns(name, stride)
    worst = max(found, also, key=lambda item: item.error)
    return Measurement(worst.error, worst.at, found.count + also.count)


def main() -> None:
    """Print a table of the worst errors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stride", type=int, default=61, help="of bit patterns; 1 for all")
    parser.add_argument("--points", type=int, default=20_000_000, help="random arguments")
    parser.add_argument("--precision", type=int, nargs="+", choices=(32, 64), default=[32, 64])
    parser.add_argument("--functions", nargs="+", choices=tuple(FUNCTIONS), default=list(FUNCTIONS))
    options = parser.parse_args()
    print("| function | precision | promised | worst error, ulp | at | arguments | time |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for precision in options.precision:
            sweep = Sweep(precision, Path(folder), options.functions)
            for name in options.functions:
                began = time.perf_counter()
                found = measure(sweep, name, options.stride, options.points)
                took = time.perf_counter() - began
                at = ", ".join(value.hex() for value in found.at)
                kind = "single" if precision == 32 else "double"
                print(
                    f"| {name} | {kind} | {FUNCTIONS[name].bound:g} | {found.error:.4f} | {at} | "
                    f"{found.count:.3g} | {took:.0f} s |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
