"""The CUDA backend: the generated text as a cubin, loaded and launched through PyCUDA."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..codegen.step_function import StepFunction
from ..codegen.translation_unit import translation_unit
from ..errors import NetworkTooLargeError, ToolchainError
from .base import WorkItem
from .nvcc import compile_cubin

__all__ = ["CudaBackend", "cuda_unavailable"]

#: Threads of a block; the kernels are compiled for this many or fewer.
_BLOCK = 128

#: Blocks of the delivering launch for each multiprocessor; they stride over the spikes.
_DELIVERING_BLOCKS = 8


def cuda_unavailable() -> str | None:
    """Return why CUDA cannot be used, or None if it can.

    Returns
    -------
    str or None
        One sentence for a person.
    """
    try:
        import pycuda.driver as driver
    except Exception as error:
        return f"PyCUDA cannot be imported ({error})"
    try:
        driver.init()
        count = driver.Device.count()
    except Exception as error:
        return f"the CUDA driver does not start ({error})"
    return None if count else "there is no CUDA device"


class CudaBuffer:
    """Memory of a CUDA device."""

    def __init__(self, backend: CudaBackend, values: np.ndarray) -> None:
        values = np.ascontiguousarray(values)
        self._backend = backend
        self._shape = values.shape
        self._dtype = values.dtype
        self.nbytes = int(values.nbytes)
        with backend.current():
            try:
                self._memory = backend.driver.mem_alloc(max(1, self.nbytes))
            except backend.driver.MemoryError as error:
                raise NetworkTooLargeError(
                    f"{backend.description}: {self.nbytes / 1e9:.2f} GB could not be allocated. Use fewer "
                    "neurons, synapses or recorded variables, or precision='float32'."
                ) from error
            backend.driver.memcpy_htod(self._memory, values)

    @property
    def address(self) -> int:
        """Device address."""
        return int(self._memory)

    def read(self) -> np.ndarray:
        """Return a copy of the contents."""
        values = np.empty(self._shape, dtype=self._dtype)
        with self._backend.current():
            self._backend.driver.memcpy_dtoh(values, self._memory)
        return values

    def read_first(self, count: int) -> np.ndarray:
        """Return a copy of the first entries."""
        values = np.empty((count, *self._shape[1:]), dtype=self._dtype)
        if count:
            with self._backend.current():
                self._backend.driver.memcpy_dtoh(values, self._memory)
        return values

    def write(self, values: np.ndarray) -> None:
        """Replace the contents."""
        values = np.ascontiguousarray(np.broadcast_to(values, self._shape), dtype=self._dtype)
        with self._backend.current():
            self._backend.driver.memcpy_htod(self._memory, values)


class CudaKernels:
    """A loaded module and its three kernels."""

    def __init__(self, backend: CudaBackend, path: str, from_cache: bool) -> None:
        self.from_cache = from_cache
        self._backend = backend
        with backend.current():
            self._module = backend.driver.module_from_file(path)
            self._advance = self._module.get_function("advance_window")
            self._deliver = self._module.get_function("deliver_window")
            self._finish = self._module.get_function("finish_window")
        self._tasks: dict[tuple[WorkItem, ...], CudaBuffer] = {}

    def run_windows(self, network: int, windows: np.ndarray, work: Sequence[WorkItem]) -> None:
        """Queue three launches for each window and wait for the last."""
        backend = self._backend
        tasks = self._task_table(tuple(work))
        table = CudaBuffer(backend, np.ascontiguousarray(windows, dtype=np.int32))
        net, rows, items = (np.uint64(value) for value in (network, table.address, tasks.address))
        n_tasks = tasks.nbytes // 16
        block = (_BLOCK, 1, 1)
        many = (backend.multiprocessors * _DELIVERING_BLOCKS, 1)
        with backend.current():
            for number in range(len(windows)):
                self._advance(net, rows, np.int32(number), items, block=block, grid=(n_tasks, 1))
                self._deliver(net, rows, np.int32(number), block=block, grid=many)
                self._finish(net, block=(1, 1, 1), grid=(1, 1))
            backend.driver.Context.synchronize()

    def _task_table(self, work: tuple[WorkItem, ...]) -> CudaBuffer:
        if work not in self._tasks:
            rows = []
            for item in work:
                size = min(item.size, 64 * _BLOCK) if item.kind == 2 else item.size
                total = -(-size // _BLOCK) * _BLOCK
                rows += [(item.kind, item.number, first, total) for first in range(0, size, _BLOCK)]
            table = np.array(rows, dtype=np.int32).reshape(-1, 4)
            self._tasks[work] = CudaBuffer(self._backend, table)
        return self._tasks[work]


class CudaBackend:
    """Runs kernels on one CUDA device.

    Parameters
    ----------
    device : int, optional
        Number of the device. Default 0.

    Raises
    ------
    ToolchainError
        If PyCUDA, the driver or the device is missing.
    """

    name = "cuda"

    def __init__(self, device: int = 0) -> None:
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
        self.driver: Any = driver
        self._device = driver.Device(device)
        self._context = self._device.retain_primary_context()
        major, minor = self._device.compute_capability()
        self.architecture = f"sm_{major}{minor}"
        self.multiprocessors = int(
            self._device.get_attribute(driver.device_attribute.MULTIPROCESSOR_COUNT)
        )
        self.description = f"{self._device.name()} ({self.architecture})"

    @contextmanager
    def current(self) -> Iterator[None]:
        """Make this device's context current for a moment, whatever other libraries did."""
        self._context.push()
        try:
            yield
        finally:
            self.driver.Context.pop()

    def source(self, functions: Sequence[StepFunction]) -> str:
        """Return the text that is compiled for these step functions."""
        return translation_unit(functions, "cuda")

    def build(self, functions: Sequence[StepFunction], precision: int) -> CudaKernels:
        """Compile step functions, or load them from the cache."""
        path, made = compile_cubin(functions, precision, self.architecture)
        return CudaKernels(self, str(path), not made)

    def upload(self, values: np.ndarray) -> CudaBuffer:
        """Return new memory that holds these values."""
        return CudaBuffer(self, values)

    def free_memory(self) -> int:
        """Bytes of device memory that are free."""
        with self.current():
            free, _ = self.driver.mem_get_info()
        return int(free)
