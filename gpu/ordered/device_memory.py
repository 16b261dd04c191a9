"""Copies of a run's arrays and structures in the memory of a CUDA device."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..backends.base import Buffer
from ..backends.cuda import CudaBackend

__all__ = ["DeviceArrays", "Image"]

_ALIGNMENT = 256


class DeviceArrays:
    """Arrays of the host and their copies on the device.

    Arrays that lie in the same memory of the host do so on the device, too.

    Parameters
    ----------
    backend : CudaBackend
    arrays : sequence of ndarray
        Contiguous.
    """

    def __init__(self, backend: CudaBackend, arrays: Sequence[np.ndarray]) -> None:
        places = sorted({(a.ctypes.data, a.ctypes.data + a.nbytes) for a in arrays if a.nbytes})
        merged: list[tuple[int, int]] = []
        for begin, end in places:
            if merged and begin < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((begin, end))
        self._begins = np.array([begin for begin, _ in merged], dtype=np.uint64)
        self._host = [_bytes_at(begin, end - begin) for begin, end in merged]
        self._device = [backend.upload(values) for values in self._host]
        # Kernels are never handed the address 0.
        self._nothing = backend.allocate((1,), np.float64)

    def address(self, array: np.ndarray) -> int:
        """Return where the copy of an array begins."""
        if not array.nbytes:
            return self._nothing.address
        number = self._number(array)
        return self._device[number].address + array.ctypes.data - int(self._begins[number])

    def send(self) -> None:
        """Copy all arrays to the device."""
        for values, buffer in zip(self._host, self._device, strict=True):
            buffer.write(values)

    def fetch(self, arrays: Iterable[np.ndarray]) -> None:
        """Copy some arrays to the host."""
        for number in sorted({self._number(array) for array in arrays if array.nbytes}):
            self._host[number][:] = self._device[number].read()

    def _number(self, array: np.ndarray) -> int:
        place = np.uint64(array.ctypes.data)
        return int(np.searchsorted(self._begins, place, side="right")) - 1


def _bytes_at(address: int, nbytes: int) -> np.ndarray:
    return np.ctypeslib.as_array((ctypes.c_uint8 * nbytes).from_address(address))


class Image:
    """Structures and small tables that travel to the device and back as one piece."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, int]] = []
        self._size = 0
        self._host = np.zeros(0, np.uint8)
        self._device: Buffer | None = None

    def reserve(self, nbytes: int) -> int:
        """Return the number of a new part."""
        self._parts.append((self._size, nbytes))
        self._size += -(-max(1, nbytes) // _ALIGNMENT) * _ALIGNMENT
        return len(self._parts) - 1

    def allocate(self, backend: CudaBackend) -> None:
        """Take the memory for all parts."""
        self._host = np.zeros(self._size, np.uint8)
        self._device = backend.allocate((self._size,), np.uint8)

    def address(self, part: int) -> int:
        """Return where a part lies on the device."""
        assert self._device is not None
        return self._device.address + self._parts[part][0]

    def structures(self, part: int, kind: type[ctypes.Structure], count: int = 1) -> Any:
        """Return a part of the host's side as structures."""
        begin, _ = self._parts[part]
        return (kind * max(1, count)).from_address(int(self._host.ctypes.data) + begin)

    def values(self, part: int, dtype: type[np.generic]) -> np.ndarray:
        """Return a part of the host's side as an array."""
        begin, nbytes = self._parts[part]
        return self._host[begin : begin + nbytes].view(dtype)

    def send(self) -> None:
        """Copy everything to the device."""
        assert self._device is not None
        self._device.write(self._host)

    def fetch(self) -> None:
        """Copy everything to the host."""
        assert self._device is not None
        self._host[:] = self._device.read()
