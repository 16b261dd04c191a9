"""What a machine can do at most: measured for a CPU, computed from its attributes for a CUDA device."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from ..backends.cpu import CpuBackend
    from ..backends.cuda import CudaBackend

__all__ = ["Peaks", "cpu_peaks", "cuda_peaks"]


@dataclass(frozen=True)
class Peaks:
    """Most that a machine does in a second.

    Attributes
    ----------
    simple : float
        Additions, multiplications or fused multiply-adds of single numbers per second.
    slow : float
        Divisions or square roots of single numbers per second.
    bandwidth : float
        Bytes per second between memory and processor.
    source : str
        How this is known.
    """

    simple: float
    slow: float
    bandwidth: float
    source: str


_TEXT = """
#include "lane_cpu.h"

// Independent chains, as many as it takes to keep every unit busy. A chain has two registers, of which some processors
// have no more than sixteen.
enum { CHAINS = 6 };

extern "C" int32_t lanes(void) { return LANES; }
extern "C" int32_t chains(void) { return CHAINS; }

extern "C" void fuse(real *out, int64_t n)
{
    lane x[CHAINS];
    for (int k = 0; k < CHAINS; ++k)
        x[k] = splat((real)k);
    for (int64_t i = 0; i < n; ++i)
        for (int k = 0; k < CHAINS; ++k)
            x[k] = lane_fma(x[k], splat((real)0.5), splat((real)1));
    lane sum = splat(0);
    for (int k = 0; k < CHAINS; ++k)
        sum = sum + x[k];
    store(out, sum);
}

extern "C" void divide(real *out, int64_t n)
{
    lane x[CHAINS];
    for (int k = 0; k < CHAINS; ++k)
        x[k] = splat((real)(k + 1));
    for (int64_t i = 0; i < n; ++i)
        for (int k = 0; k < CHAINS; ++k)
            x[k] = splat((real)3) / x[k];
    lane sum = splat(0);
    for (int k = 0; k < CHAINS; ++k)
        sum = sum + x[k];
    store(out, sum);
}

// Reads and writes each number once.
extern "C" void sweep(real *numbers, int64_t n)
{
    for (int64_t i = 0; i < n; i += LANES)
        store(numbers + i, lane_fma(load(numbers + i), splat((real)0.5), splat((real)1)));
}
"""

#: Seconds that each measurement takes at least.
_LONG_ENOUGH = 0.02


def cpu_peaks(backend: CpuBackend, precision: Literal[32, 64], nbytes: int) -> Peaks:
    """Measure what the threads of a CPU backend do together; this takes about a second, once in a process.

    Parameters
    ----------
    backend : CpuBackend
    precision : {32, 64}
    nbytes : int
        Memory that a simulation goes through again and again: what fits in caches comes faster.

    Returns
    -------
    Peaks
    """
    # Powers of four: networks of similar size share a measurement.
    size = 4 ** max(8, round(np.log2(max(1, nbytes)) / 2))
    path, _ = backend.library(_TEXT, precision)
    return _measured(str(path), backend.threads, precision, min(size, 2**28))


@cache
def _measured(path: str, threads: int, precision: int, nbytes: int) -> Peaks:
    library = ctypes.CDLL(path)
    at_once = library.chains() * library.lanes()
    real = np.float32 if precision == 32 else np.float64
    own = max(4096, nbytes // threads // np.dtype(real).itemsize // 64 * 64)
    arrays = [_aligned(own, real) for _ in range(threads)]

    def sweep(thread: int, rounds: int) -> None:
        pointer = ctypes.c_void_p(arrays[thread].ctypes.data)
        for _ in range(rounds):
            library.sweep(pointer, ctypes.c_int64(own))

    def compute(function: Any) -> Callable[[int, int], None]:
        return lambda thread, rounds: function(
            ctypes.c_void_p(arrays[thread].ctypes.data), ctypes.c_int64(rounds)
        )

    per_round = own * np.dtype(real).itemsize * 2
    return Peaks(
        _rate(threads, compute(library.fuse), at_once),
        _rate(threads, compute(library.divide), at_once),
        _rate(threads, sweep, per_round),
        f"measured with {threads} thread{'s' if threads > 1 else ''}, memory over {nbytes / 2**20:g} MiB",
    )


def _aligned(count: int, real: type) -> np.ndarray:
    memory = np.zeros(count * np.dtype(real).itemsize + 64, dtype=np.uint8)
    begin = -memory.ctypes.data % 64
    return memory[begin : begin + count * np.dtype(real).itemsize].view(real)


def _rate(threads: int, work: Callable[[int, int], object], each: int) -> float:
    """Return how much all threads do in a second: the best of five times."""
    rounds = 1
    while _seconds(threads, work, rounds) < _LONG_ENOUGH and rounds < 2**40:
        rounds *= 4
    best = min(_seconds(threads, work, rounds) for _ in range(5))
    return threads * rounds * each / best


def _seconds(threads: int, work: Callable[[int, int], object], rounds: int) -> float:
    workers = [threading.Thread(target=work, args=(k, rounds)) for k in range(threads)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - started


#: Fused multiply-adds that a multiprocessor starts in a cycle, in single and double precision, by compute capability
#: (CUDA C++ Programming Guide, table "Throughput of native arithmetic instructions").
_PER_CYCLE = {
    (7, 0): (64, 32),
    (7, 5): (64, 2),
    (8, 0): (64, 32),
    (8, 6): (128, 2),
    (8, 7): (128, 2),
    (8, 9): (128, 2),
    (9, 0): (128, 64),
    (10, 0): (128, 64),
    (12, 0): (128, 2),
}

#: Simple instructions of a division or a root whose result is a normal number, in the code that nvcc makes for them; it
#: begins with one instruction of the units for special functions.
_DIVISION = {32: 5, 64: 8}
#: Special functions that a multiprocessor starts in a cycle (the same table).
_SPECIAL_PER_CYCLE = 16


def cuda_peaks(backend: CudaBackend, precision: Literal[32, 64]) -> Peaks | None:
    """Compute what a CUDA device does at its highest clocks.

    Parameters
    ----------
    backend : CudaBackend
    precision : {32, 64}

    Returns
    -------
    Peaks or None
        None for a compute capability whose throughput is not known here.
    """
    rates = _PER_CYCLE.get(backend.compute_capability)
    if rates is None:
        return None
    names = ("CLOCK_RATE", "MEMORY_CLOCK_RATE", "GLOBAL_MEMORY_BUS_WIDTH")
    clock, memory_clock, width = (backend.attribute(name) for name in names)
    cycles = backend.shape.multiprocessors * clock * 1e3
    simple = cycles * rates[precision == 64]
    slow = min(simple / _DIVISION[precision], cycles * _SPECIAL_PER_CYCLE)
    # Clocks in kHz; memory moves data twice in a cycle.
    bandwidth = 2.0 * memory_clock * 1e3 * width / 8
    return Peaks(simple, slow, bandwidth, "from the clocks and units of the device")
