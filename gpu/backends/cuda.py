"""The CUDA backend: the generated text as a cubin, loaded and launched through PyCUDA."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from ..cache import cached_bytes
from ..codegen.step_function import StepFunction
from ..codegen.translation_unit import translation_unit
from ..errors import NetworkTooLargeError, ToolchainError
from .base import Buffer
from .cuda_devices import cuda_unavailable
from .cuda_kernels import BLOCK_SIZES, CudaKernels, DeviceShape
from .cuda_memory import CudaBuffer, CudaMark, Staging, free_with
from .nvcc import compile_cubin, find_nvcc
from .nvrtc import compile_cubin_with_nvrtc, find_nvrtc

__all__ = ["CudaBackend"]

_COMPILERS = {"nvcc": compile_cubin, "nvrtc": compile_cubin_with_nvrtc}


class CudaBackend:
    """Runs kernels on one CUDA device.

    It works in the device's primary context, which it shares with other libraries of the process and never leaves
    current. Kernels and the copies that they depend on are queued on one stream, results are fetched on a second.

    Parameters
    ----------
    device : int, optional
        Number of the device. Default 0.
    block : {None, 32, 64, 128, 256}, optional
        Threads of a block. Default: by the registers that the kernel takes and the size of the network. Results do
        not depend on it.
    compiler : {None, 'nvcc', 'nvrtc'}, optional
        Default: nvcc where it is installed, else the library NVRTC. Results do not depend on it.

    Raises
    ------
    ToolchainError
        If PyCUDA, the driver or the device is missing, or an argument makes no sense.
    """

    name = "cuda"
    batches = 2
    row_part = 1024
    cache_bytes = 0
    threads = 1
    #: Threads of a block that carries tasks out one after another, see the folder ordered.
    worker_threads = 512

    def __init__(
        self,
        device: int = 0,
        block: int | None = None,
        compiler: Literal["nvcc", "nvrtc"] | None = None,
    ) -> None:
        reason = cuda_unavailable()
        if reason is not None:
            raise ToolchainError(
                f"The CUDA backend cannot run: {reason}. Install the driver and 'dendrify_gpu[cuda]', or use "
                "backend='cpu'."
            )
        import pycuda.driver as driver

        if not 0 <= device < driver.Device.count():
            raise ToolchainError(
                f"There is no CUDA device {device}; there are {driver.Device.count()}, numbered from 0."
            )
        if block is not None and block not in BLOCK_SIZES:
            known = ", ".join(str(size) for size in BLOCK_SIZES)
            raise ToolchainError(f"block={block!r}: a block has one of {known} threads.")
        if compiler is not None and compiler not in _COMPILERS:
            raise ToolchainError(
                f"compiler={compiler!r} is unknown; use one of: {', '.join(_COMPILERS)}."
            )
        self.driver: Any = driver
        self.number = device
        self._block = block
        self._compiler = compiler
        self._device = driver.Device(device)
        self.context = self._device.retain_primary_context()
        major, minor = self.compute_capability = tuple(self._device.compute_capability())
        self.architecture = f"sm_{major}{minor}"
        self.description = f"{self._device.name()} ({self.architecture})"
        with self.current():
            self.kernel_stream = driver.Stream()

    @contextmanager
    def current(self) -> Iterator[None]:
        """Make this device's context current for a moment, whatever other libraries did."""
        self.context.push()
        try:
            yield
        finally:
            self.driver.Context.pop()

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Make the context current when all that was queued is done."""
        with self.current():
            self.kernel_stream.synchronize()
            yield

    @cached_property
    def shape(self) -> DeviceShape:
        """What decides how many threads run at a time."""
        names = (
            "MULTIPROCESSOR_COUNT",
            "MAX_REGISTERS_PER_MULTIPROCESSOR",
            "MAX_THREADS_PER_MULTIPROCESSOR",
            "MAX_BLOCKS_PER_MULTIPROCESSOR",
        )
        return DeviceShape(*(self.attribute(name) for name in names))

    def attribute(self, name: str) -> int:
        """Return an attribute of the device by the driver's name for it."""
        return int(self._device.get_attribute(getattr(self.driver.device_attribute, name)))

    @cached_property
    def _staging(self) -> Staging:
        return Staging(self)

    def source(self, functions: Sequence[StepFunction]) -> str:
        """Return the text that is compiled for these step functions."""
        return translation_unit(functions, "cuda")

    def build(self, functions: Sequence[StepFunction], precision: int) -> CudaKernels:
        """Compile step functions, or load them from the cache."""
        path, made = self.binary(self.source(functions), precision)
        return CudaKernels(self, cached_bytes(path), not made, self._block)

    def binary(self, text: str, precision: int, options: Sequence[str] = ()) -> tuple[Path, bool]:
        """Compile a text that uses the headers for this device, or find it in the cache.

        Parameters
        ----------
        text : str
        precision : {32, 64}
        options : sequence of str, optional
            Further definitions for the compiler.

        Returns
        -------
        path : pathlib.Path
        made : bool
            False if it was in the cache.

        Raises
        ------
        ToolchainError
            If no compiler is there, or it refuses the text.
        """
        compiler = _COMPILERS[self._compiler or _installed_compiler()]
        return compiler(text, precision, self.architecture, options)

    def upload(self, values: np.ndarray) -> CudaBuffer:
        """Return new memory that holds these values."""
        buffer = CudaBuffer(self, values.shape, values.dtype)
        buffer.write(values)
        return buffer

    def allocate(self, shape: tuple[int, ...], dtype: DTypeLike) -> CudaBuffer:
        """Return new memory that holds zeros."""
        buffer = CudaBuffer(self, shape, dtype)
        buffer.clear()
        return buffer

    def pinned(self, owner: object, shape: tuple[int, ...], dtype: DTypeLike) -> np.ndarray:
        """Return page-locked memory of the host that lives as long as its owner."""
        with self.current():
            try:
                array = self.driver.pagelocked_empty(shape, dtype)
            except self.driver.MemoryError as error:
                raise NetworkTooLargeError(
                    f"{self.description}: no more memory of the host can be page-locked."
                ) from error
        free_with(owner, self, array.base.free)
        return array

    def mark(self) -> CudaMark:
        """Return a mark after all that is queued."""
        return CudaMark(self)

    def queue_copy(self, source: Buffer, target: Buffer, offset: int, nbytes: int) -> None:
        """Copy some bytes from one buffer to the same place in another, after what was queued before."""
        with self.current():
            self.driver.memcpy_dtod_async(
                target.address + offset, source.address + offset, nbytes, self.kernel_stream
            )

    def fetch(self, wanted: Sequence[tuple[Buffer, int]]) -> list[np.ndarray]:
        """Return copies of the first entries of buffers, while the kernels' stream goes on."""
        return self._staging.fetch(wanted)

    def free_memory(self) -> int:
        """Bytes of device memory that are free."""
        with self.current():
            free, _ = self.driver.mem_get_info()
        return int(free)


def _installed_compiler() -> str:
    """Return which of the compilers is installed."""
    try:
        find_nvcc()
    except ToolchainError as missing:
        try:
            find_nvrtc()
        except ToolchainError:
            raise missing from None
        return "nvrtc"
    return "nvcc"
