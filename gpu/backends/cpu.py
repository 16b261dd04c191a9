"""The CPU backend: the generated text as a shared library, made by g++ or clang++."""

from __future__ import annotations

import ctypes
import math
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import DTypeLike

from ..cache import cached_file
from ..codegen.step_function import StepFunction
from ..codegen.translation_unit import translation_unit
from ..errors import NetworkTooLargeError, ToolchainError
from .base import Buffer, WorkItem, header_folder, header_text

__all__ = ["COMPILER_FLAGS", "CpuBackend", "find_compiler"]

#: Contraction and fast-math stay off: results must not depend on the compiler.
COMPILER_FLAGS = (
    "-std=c++17",
    "-O3",
    "-march=native",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fno-tree-slp-vectorize",
    "-fPIC",
    "-shared",
    "-pthread",
    "-Wall",
    "-Wextra",
    "-Wno-psabi",
)

_ALIGNMENT = 64


def find_compiler() -> str:
    """Return the C++ compiler: the one in the environment variable ``CXX``, else g++, else clang++.

    Returns
    -------
    str

    Raises
    ------
    ToolchainError
        If there is none.
    """
    for name in (os.environ.get("CXX"), "g++", "clang++"):
        if name and shutil.which(name.split()[0]):
            return name
    raise ToolchainError(
        "No C++ compiler was found. Install one: 'apt install g++' on Debian or Ubuntu, 'dnf install "
        "gcc-c++' on Fedora, 'xcode-select --install' on macOS, or 'conda install cxx-compiler'. A "
        "compiler elsewhere can be named in the environment variable CXX."
    )


@cache
def _compiler_version(compiler: str) -> str:
    command = [*compiler.split(), "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[
        0
    ]


@cache
def _processor() -> str:
    """Return what ``-march=native`` depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    wanted = ("model name", "flags", "Features", "CPU part")
    return "\n".join(sorted({line for line in lines if line.startswith(wanted)}))


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

    def write(self, values: np.ndarray) -> None:
        """Replace the contents."""
        self.array[...] = values

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
    threads: int
    from_cache: bool

    def queue_windows(
        self, network: int, windows: Buffer, count: int, work: Sequence[WorkItem]
    ) -> None:
        """Advance the network; the library shares the work out among its threads itself."""
        self.library.run_windows(
            ctypes.c_void_p(network),
            ctypes.c_void_p(windows.address),
            ctypes.c_int32(count),
            ctypes.c_int32(self.threads),
        )


class CpuMark:
    """Queueing waits until the work is done, so nothing is left to wait for."""

    def wait(self) -> None:
        """Return at once."""


class CpuBackend:
    """Runs kernels on all cores of this machine.

    Parameters
    ----------
    threads : int, optional
        Number of threads. Default: the number of cores that this process may use. Results do not
        depend on it.
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
        self.vector_bytes = vector_bytes
        self.compiler = find_compiler()

    @property
    def description(self) -> str:
        """Compiler and number of threads."""
        threads = f"{self.threads} thread" + ("s" if self.threads > 1 else "")
        return f"CPU, {threads}, {_compiler_version(self.compiler)}"

    def source(self, functions: Sequence[StepFunction]) -> str:
        """Return the text that is compiled for these step functions."""
        return translation_unit(functions, "cpu")

    def build(self, functions: Sequence[StepFunction], precision: int) -> CpuKernels:
        """Compile step functions, or load them from the cache."""
        path, made = self.library(self.source(functions), precision)
        return CpuKernels(ctypes.CDLL(str(path)), self.threads, not made)

    def library(
        self, text: str, precision: int, meanwhile: Callable[[], None] | None = None
    ) -> tuple[Path, bool]:
        """Compile a text that uses the headers to a shared library, or find it in the cache.

        Parameters
        ----------
        text : str
        precision : {32, 64}
        meanwhile : callable, optional
            Called once: while the compiler is at work, if it has work to do.

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
        flags = [*COMPILER_FLAGS, f"-DPRECISION={precision}"]
        if self.vector_bytes is not None:
            flags.append(f"-DVECTOR_BYTES={self.vector_bytes}")
        version = _compiler_version(self.compiler)
        parts = [text, header_text(), self.compiler, " ".join(flags), version, _processor()]

        def make(path: Path) -> None:
            complaint = self._compile(text, flags, path, meanwhile)
            if complaint is not None:
                raise ToolchainError(
                    f"{self.compiler} refused the generated text:\n{complaint[:4000]}"
                )

        path, made = cached_file(parts, ".so", make)
        if not made and meanwhile is not None:
            meanwhile()
        return path, made

    def _compile(
        self,
        text: str,
        flags: Sequence[str],
        path: Path,
        meanwhile: Callable[[], None] | None,
    ) -> str | None:
        """Compile a text, and return what the compiler says if it refuses it."""
        command = [*self.compiler.split(), *flags, f"-I{header_folder()}"]
        command += ["-x", "c++", "-", "-o", str(path)]
        # Files, because nobody reads from a pipe while something else is done.
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as said:
            source.write(text.encode())
            source.seek(0)
            with subprocess.Popen(command, stdin=source, stdout=said, stderr=said) as process:
                try:
                    if meanwhile is not None:
                        meanwhile()
                    refused = process.wait() != 0
                except BaseException:
                    process.kill()
                    raise
            said.seek(0)
            return said.read().decode(errors="replace") if refused else None

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
