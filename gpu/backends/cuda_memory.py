"""Memory of a CUDA device, and copies between it and the host."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from ..errors import NetworkTooLargeError
from .device_views import DeviceView

if TYPE_CHECKING:
    from .cuda import CudaBackend

__all__ = ["CudaBuffer", "CudaMark", "Staging", "free_with"]

#: Bytes of each of the two pinned buffers that large copies pass through.
_STAGING_BYTES = 4 * 2**20


class CudaBuffer:
    """Memory of a CUDA device.

    Its first use for queued copies takes as much pinned memory of the host.
    """

    def __init__(self, backend: CudaBackend, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        self._backend = backend
        self._shape = shape
        self._dtype = np.dtype(dtype)
        self.nbytes = math.prod(shape) * self._dtype.itemsize
        self._going: np.ndarray | None = None
        self._coming: np.ndarray | None = None
        driver = backend.driver
        with backend.current():
            try:
                self._memory = driver.mem_alloc(max(1, self.nbytes))
            except driver.MemoryError as error:
                raise NetworkTooLargeError(
                    f"{backend.description}: {self.nbytes / 1e9:.2f} GB could not be allocated."
                ) from error
        free_with(self, backend, self._memory.free)

    @property
    def address(self) -> int:
        """Device address."""
        return int(self._memory)

    def clear(self) -> None:
        """Fill with zeros."""
        with self._backend.current():
            self._backend.driver.memset_d8(self._memory, 0, max(1, self.nbytes))

    def read(self) -> np.ndarray:
        """Return a copy of the contents."""
        values = np.empty(self._shape, dtype=self._dtype)
        if values.nbytes:
            with self._backend.settled():
                self._backend.driver.memcpy_dtoh(values, self._memory)
        return values

    def read_first(self, count: int) -> np.ndarray:
        """Return a copy of the first entries."""
        values = self.empty(count)
        if values.nbytes:
            with self._backend.settled():
                self._backend.driver.memcpy_dtoh(values, self._memory)
        return values

    def read_row(self, index: int) -> np.ndarray:
        """Return a copy of one row of a table."""
        values = np.empty(self._shape[1:], dtype=self._dtype)
        if values.nbytes:
            with self._backend.settled():
                self._backend.driver.memcpy_dtoh(values, self._row_address(index))
        return values

    def empty(self, count: int) -> np.ndarray:
        """Return an array of the host that can take the first entries."""
        return np.empty((count, *self._shape[1:]), dtype=self._dtype)

    def write(self, values: np.ndarray) -> None:
        """Replace the contents."""
        values = np.ascontiguousarray(np.broadcast_to(values, self._shape), dtype=self._dtype)
        if values.nbytes:
            with self._backend.settled():
                self._backend.driver.memcpy_htod(self._memory, values)

    def write_row(self, index: int, values: np.ndarray) -> None:
        """Replace one row of a table; nothing else is moved."""
        values = np.ascontiguousarray(np.broadcast_to(values, self._shape[1:]), dtype=self._dtype)
        if values.nbytes:
            with self._backend.settled():
                self._backend.driver.memcpy_htod(self._row_address(index), values)

    def queue_write(self, values: np.ndarray) -> None:
        """Replace the first entries in the order of the kernels' stream, from pinned memory."""
        if self._going is None:
            self._going = self._pinned()
        part = self._going[: len(values)]
        part[...] = values
        with self._backend.current():
            self._backend.driver.memcpy_htod_async(self._memory, part, self._backend.kernel_stream)

    def queue_read(self) -> None:
        """Copy the contents to pinned memory in the order of the kernels' stream."""
        if self._coming is None:
            self._coming = self._pinned()
        with self._backend.current():
            self._backend.driver.memcpy_dtoh_async(
                self._coming, self._memory, self._backend.kernel_stream
            )

    def landed(self) -> np.ndarray:
        """Return a copy of what the last `queue_read` brought."""
        assert self._coming is not None
        return self._coming.copy()

    def view(self, index: int, count: int) -> DeviceView:
        """Return the first entries of a row without a copy."""
        return DeviceView(self, self._row_address(index), count, self._dtype, self._backend.number)

    def _row_address(self, index: int) -> int:
        return self.address + index * math.prod(self._shape[1:]) * self._dtype.itemsize

    def _pinned(self) -> np.ndarray:
        return self._backend.pinned(self, self._shape, self._dtype)


class CudaMark:
    """An event of the kernels' stream."""

    def __init__(self, backend: CudaBackend) -> None:
        self._backend = backend
        with backend.current():
            self._event = backend.driver.Event(backend.driver.event_flags.DISABLE_TIMING)
            self._event.record(backend.kernel_stream)

    def wait(self) -> None:
        """Wait until the kernels' stream has come this far."""
        with self._backend.current():
            self._event.synchronize()


class Staging:
    """Copies device memory to the host on a stream of its own, through two pinned buffers in turn."""

    def __init__(self, backend: CudaBackend) -> None:
        self._backend = backend
        with backend.current():
            self._stream = backend.driver.Stream()
        self._buffers = [backend.pinned(self, (_STAGING_BYTES,), np.uint8) for _ in range(2)]

    def fetch(self, wanted: Sequence[tuple[Any, int]]) -> list[np.ndarray]:
        """Return copies of the first entries of buffers, while the kernels' stream goes on."""
        results = [buffer.empty(count) for buffer, count in wanted]
        with self._backend.current():
            waiting: list[tuple[Any, np.ndarray, np.ndarray]] = []
            number = 0
            for (buffer, _), result in zip(wanted, results, strict=True):
                target = result.reshape(-1).view(np.uint8)
                for begin in range(0, len(target), _STAGING_BYTES):
                    if len(waiting) == len(self._buffers):
                        _take(waiting.pop(0))
                    part = target[begin : begin + _STAGING_BYTES]
                    landing = self._buffers[number % len(self._buffers)][: len(part)]
                    number += 1
                    waiting.append(self._queue(buffer.address + begin, landing, part))
            for item in waiting:
                _take(item)
        return results

    def _queue(
        self, address: int, landing: np.ndarray, target: np.ndarray
    ) -> tuple[Any, np.ndarray, np.ndarray]:
        driver = self._backend.driver
        driver.memcpy_dtoh_async(landing, address, self._stream)
        event = driver.Event(driver.event_flags.DISABLE_TIMING)
        event.record(self._stream)
        return event, landing, target


def _take(item: tuple[Any, np.ndarray, np.ndarray]) -> None:
    event, landing, target = item
    event.synchronize()
    target[...] = landing


def free_with(owner: object, backend: CudaBackend, free: Callable[[], None]) -> None:
    """Free memory when nobody refers to its owner any more; the backend is not kept alive for it."""
    weakref.finalize(owner, _free, backend.driver, backend.context, free)


def _free(driver: Any, context: Any, free: Callable[[], None]) -> None:
    context.push()
    try:
        free()
    finally:
        driver.Context.pop()
