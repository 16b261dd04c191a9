"""The CPU backend: the generated text as a shared library, made by g++ or clang++."""

from __future__ import annotations

import ctypes
import math
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import DTypeLike

from ..codegen.step_function import StepFunction
from ..codegen.translation_unit import compile_seconds, translation_unit
from ..errors import NetworkTooLargeError, ToolchainError
from .base import Buffer, WorkItem
from .crew import Crew
from .cxx import compile_library, compiler_version, find_compiler

__all__ = ["CpuBackend"]

_ALIGNMENT = 64
#: Where Linux tells what caches a processor has, and the bytes of the last level of many.
_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_USUAL_CACHE = 2**25


class CpuBuffer:
    """Memory of this process, aligned for the widest vectors."""

    def __init__(self, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        nbytes = math.prod(shape) * np.dtype(dtype).itemsize
        try:
            # Not zeros: numpy asks for large pages only here.
            self._memory = np.empty(nbytes + _ALIGNMENT, dtype=np.uint8)
        except MemoryError as error:
            raise NetworkTooLargeError(f"{nbytes / 1e9:.2f} GB could not be allocated.") from error
        offset = -self._memory.ctypes.data % _ALIGNMENT
        self.array = self._memory[offset : offset + nbytes].view(dtype).reshape(shape)

    @property
    def address(self) -> int:
        """Address of the first entry."""
        return int(self.array.ctypes.data)

    @property
    def nbytes(self) -> int:
        """Size in bytes."""
        return int(self.array.nbytes)

    def read(self) -> np.ndarray:
        """Return a copy of the contents."""
        return self.array.copy()

    def read_first(self, count: int) -> np.ndarray:
        """Return a copy of the first entries."""
        return self.array[:count].copy()

    def read_row(self, index: int) -> np.ndarray:
        """Return a copy of one row of a table."""
        return self.array[index].copy()

    def write(self, values: np.ndarray) -> None:
        """Replace the contents."""
        self.array[...] = values

    def write_row(self, index: int, values: np.ndarray) -> None:
        """Replace one row of a table."""
        self.array[index] = values

    def queue_write(self, values: np.ndarray) -> None:
        """Replace the first entries: nothing is under way."""
        self.array[: len(values)] = values

    def queue_read(self) -> None:
        """Do nothing: the contents are on the host."""

    def landed(self) -> np.ndarray:
        """Return a copy of the contents."""
        return self.array.copy()

    def view(self, index: int, count: int) -> np.ndarray:
        """Return the first entries of a row without a copy, read-only."""
        row = self.array[index, :count]
        row.flags.writeable = False
        return row


@dataclass(frozen=True)
class CpuKernels:
    """A loaded library."""

    library: ctypes.CDLL
    crew: Crew
    from_cache: bool

    def queue_windows(
        self, network: int, windows: Buffer, count: int, work: Sequence[WorkItem]
    ) -> None:
        """Advance the network; the library shares the work out among its threads itself."""
        rows = windows.read_first(count)
        started = time.perf_counter()
        self.library.run_windows(
            ctypes.c_void_p(network),
            ctypes.c_void_p(windows.address),
            ctypes.c_int32(count),
            ctypes.c_int32(self.crew.size),
        )
        self.crew.note(int(rows["end"][-1] - rows["begin"][0]), time.perf_counter() - started)


class CpuMark:
    """Queueing waits until the work is done, so nothing is left to wait for."""

    def wait(self) -> None:
        """Return at once."""


class CpuBackend:
    """Runs kernels on the cores of this machine.

    Parameters
    ----------
    threads : int, optional
        Number of threads. Default: as many of the cores that this process may use as make a network fastest.
        Results do not depend on it.
    vector_bytes : int, optional
        Width of the vectors. Default: the widest that the processor has. Results do not depend on it.
    """

    name = "cpu"
    batches = 1
    row_part = None

    def __init__(self, threads: int | None = None, vector_bytes: int | None = None) -> None:
        available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
        self.threads = threads if threads is not None else available or os.cpu_count() or 1
        if self.threads < 1:
            raise ToolchainError(f"threads={threads!r}: at least one thread is needed.")
        self._open = threads is None
        self.vector_bytes = vector_bytes
        self.cache_bytes = _shared_cache()
        self.compiler = find_compiler()

    @property
    def description(self) -> str:
        """Compiler and number of threads."""
        threads = f"{self.threads} thread" + ("s" if self.threads > 1 else "")
        if self._open and self.threads > 1:
            threads = f"up to {threads}"
        return f"CPU, {threads}, {compiler_version(self.compiler)}"

    def source(self, functions: Sequence[StepFunction]) -> str:
        """Return the text that is compiled for these step functions."""
        return translation_unit(functions, "cpu")

    def build(self, functions: Sequence[StepFunction], precision: int) -> CpuKernels:
        """Compile step functions, or load them from the cache."""
        groups = compile_seconds(functions)
        # The more neurons a vector has, the more often one of them has an event, for which all are computed anew.
        registers = 1 if any(function.holds for function in functions) else None
        path, made = self.library(self.source(functions), precision, groups, registers=registers)
        crew = Crew(self.threads, fixed=not self._open)
        return CpuKernels(ctypes.CDLL(str(path)), crew, not made)

    def library(
        self,
        text: str,
        precision: int,
        groups: Sequence[float] = (),
        meanwhile: Callable[[], None] | None = None,
        registers: int | None = None,
    ) -> tuple[Path, bool]:
        """Compile a text that uses the headers to a shared library, or find it in the cache.

        Parameters
        ----------
        text : str
        precision : {32, 64}
        groups : sequence of float, optional
            Roughly, the seconds that each group of functions takes which the text lets compile on its own.
        meanwhile : callable, optional
            Called once: while the compiler is at work, if it has work to do.
        registers : int, optional
            Vector registers of a lane. Default: that of the header.

        Returns
        -------
        path : pathlib.Path
        made : bool
            False if it was in the cache.

        Raises
        ------
        ToolchainError
            If the compiler refuses the text.
        """
        options = [f"-DPRECISION={precision}"]
        if self.vector_bytes is not None:
            options.append(f"-DVECTOR_BYTES={self.vector_bytes}")
        if registers is not None:
            options.append(f"-DREGISTERS={registers}")
        return compile_library(self.compiler, text, options, groups, meanwhile)

    def upload(self, values: np.ndarray) -> CpuBuffer:
        """Return new memory that holds these values."""
        buffer = CpuBuffer(values.shape, values.dtype)
        buffer.array[...] = values
        return buffer

    def allocate(self, shape: tuple[int, ...], dtype: DTypeLike) -> CpuBuffer:
        """Return new memory that holds zeros."""
        buffer = CpuBuffer(shape, dtype)
        buffer.array.fill(0)
        return buffer

    def mark(self) -> CpuMark:
        """Return a mark after all that is queued: nothing."""
        return CpuMark()

    def queue_copy(self, source: Buffer, target: Buffer, offset: int, nbytes: int) -> None:
        """Copy some bytes from one buffer to the same place in another."""
        ctypes.memmove(target.address + offset, source.address + offset, nbytes)

    def fetch(self, wanted: Sequence[tuple[Buffer, int]]) -> list[np.ndarray]:
        """Return copies of the first entries of buffers."""
        return [buffer.read_first(count) for buffer, count in wanted]

    def free_memory(self) -> int:
        """Bytes of memory that the machine can still give."""
        return int(psutil.virtual_memory().available)


def _shared_cache() -> int:
    """Bytes of the last level of the caches, as far as the system tells."""
    sizes = {}
    for folder in _CACHES.glob("index*"):
        try:
            told = re.fullmatch(r"(\d+)K", (folder / "size").read_text().strip())
            level = int((folder / "level").read_text())
        except (OSError, ValueError):
            continue
        if told:
            sizes[level] = 1024 * int(told.group(1))
    return sizes[max(sizes)] if sizes else _USUAL_CACHE
