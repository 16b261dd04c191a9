"""Arrays on a CUDA device that change hands between libraries without a copy.

`DeviceView` hands memory of this library out; `device_array` accepts that of others (CuPy, PyTorch, JAX, Numba).
Both speak the two languages that those libraries have in common: ``__cuda_array_interface__`` and DLPack.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import NetworkError

__all__ = ["DeviceArray", "DeviceView", "device_array", "dlpack_capsule"]

_CPU, _CUDA, _CUDA_MANAGED = 1, 2, 13
_KINDS = {0: "i", 1: "u", 2: "f"}
_CODES = {kind: code for code, kind in _KINDS.items()}


class _Tensor(ctypes.Structure):
    """DLTensor of dlpack.h."""

    _fields_: ClassVar = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


class _Managed(ctypes.Structure):
    """DLManagedTensor of dlpack.h."""


_Deleter = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Managed))
_Managed._fields_ = [("tensor", _Tensor), ("context", ctypes.c_void_p), ("deleter", _Deleter)]

_Destructor = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_python = ctypes.pythonapi
_python.PyCapsule_New.restype = ctypes.py_object
_python.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, _Destructor]
# The capsule is given as a plain address: its destructor must not take a new reference to it.
_python.PyCapsule_IsValid.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
_python.PyCapsule_GetPointer.restype = ctypes.c_void_p
_python.PyCapsule_GetPointer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
_python.PyCapsule_SetName.argtypes = [ctypes.c_void_p, ctypes.c_char_p]

_FRESH, _USED = b"dltensor", b"used_dltensor"

#: What tensors that were handed out need to stay alive, by their address.
_handed_out: dict[int, tuple[Any, ...]] = {}


@_Deleter
def _forget(managed: Any) -> None:
    _handed_out.pop(ctypes.addressof(managed.contents), None)


@_Destructor
def _destroy(capsule: int) -> None:
    """Release a tensor that nobody took."""
    if _python.PyCapsule_IsValid(capsule, _FRESH):
        _handed_out.pop(_python.PyCapsule_GetPointer(capsule, _FRESH), None)


def dlpack_capsule(
    owner: object, address: int, count: int, dtype: np.dtype, device_type: int, device: int
) -> Any:
    """Return a DLPack capsule of a vector.

    Parameters
    ----------
    owner : object
        Kept alive as long as somebody uses the memory.
    address : int
    count : int
    dtype : numpy.dtype
        A real number or an integer.
    device_type, device : int
        In DLPack's numbers: 1 for the CPU, 2 for CUDA.

    Returns
    -------
    PyCapsule
    """
    shape = (ctypes.c_int64 * 1)(count)
    strides = (ctypes.c_int64 * 1)(1)
    bits = 8 * dtype.itemsize
    vector = ctypes.POINTER(ctypes.c_int64)
    managed = _Managed(
        _Tensor(
            address,
            device_type,
            device,
            1,
            _CODES[dtype.kind],
            bits,
            1,
            ctypes.cast(shape, vector),
            ctypes.cast(strides, vector),
            0,
        ),
        None,
        _forget,
    )
    _handed_out[ctypes.addressof(managed)] = (managed, shape, strides, owner)
    return _python.PyCapsule_New(ctypes.addressof(managed), _FRESH, _destroy)


class DeviceView:
    """A state variable on the device, without a copy; CuPy, PyTorch and others read it.

    Read it between runs only: a run changes it. It stays valid as long as it is referred to, but no longer follows
    the network once that has been rebuilt for a change of synapses, recordings or populations.

    Attributes
    ----------
    shape : tuple of int
    dtype : numpy.dtype
    device : int
        Number of the CUDA device.
    """

    def __init__(
        self, owner: object, address: int, count: int, dtype: np.dtype, device: int
    ) -> None:
        self._owner = owner
        self._address = address
        self.shape = (count,)
        self.dtype = dtype
        self.device = device

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        # No stream: runs return when their work is done.
        return {
            "shape": self.shape,
            "typestr": self.dtype.str,
            "data": (self._address, True),
            "strides": None,
            "stream": None,
            "version": 3,
        }

    def __dlpack_device__(self) -> tuple[int, int]:
        return _CUDA, self.device

    def __dlpack__(self, *, stream: Any = None, **others: Any) -> Any:
        return dlpack_capsule(
            self._owner, self._address, self.shape[0], self.dtype, _CUDA, self.device
        )

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"<DeviceView: {self.shape[0]} x {self.dtype} on CUDA device {self.device}>"


@dataclass(frozen=True, eq=False)
class DeviceArray:
    """A vector of another library on a CUDA device.

    Attributes
    ----------
    address : int
    count : int
    dtype : numpy.dtype
    device : int
        Number of the CUDA device, as far as it is known; any device of the process can read any other's memory.
    owner : object
        Keeps the memory alive.
    """

    address: int
    count: int
    dtype: np.dtype
    device: int
    owner: object


def device_array(value: Any, what: str) -> DeviceArray | None:
    """Return a vector on a CUDA device that was given, or None for anything else.

    Parameters
    ----------
    value : object
        Anything.
    what : str
        What it is given for, for messages.

    Returns
    -------
    DeviceArray or None

    Raises
    ------
    NetworkError
        If it is on a device, and is not a contiguous vector of real numbers.
    """
    interface = getattr(value, "__cuda_array_interface__", None)
    if interface is not None:
        return _of_interface(interface, value, what)
    device_of: Callable[[], tuple[int, int]] | None = getattr(value, "__dlpack_device__", None)
    if device_of is None or device_of()[0] not in (_CUDA, _CUDA_MANAGED):
        return None
    # -1: no stream has to wait, since the whole context is waited for before the memory is read.
    return _of_capsule(value.__dlpack__(stream=-1), what)


def _of_interface(interface: dict[str, Any], owner: object, what: str) -> DeviceArray:
    dtype = np.dtype(interface["typestr"])
    shape = tuple(interface["shape"])
    strides = interface.get("strides")
    address = int(interface["data"][0])
    if interface.get("mask") is not None:
        raise NetworkError(f"{what} was given a masked array on a device; give one without a mask.")
    _check(shape, None if strides is None else strides[0] // dtype.itemsize, dtype, what)
    return DeviceArray(address, shape[0], dtype, 0, owner)


def _of_capsule(capsule: Any, what: str) -> DeviceArray:
    pointer = _python.PyCapsule_GetPointer(id(capsule), _FRESH)
    managed = ctypes.cast(pointer, ctypes.POINTER(_Managed)).contents
    tensor = managed.tensor
    shape = tuple(tensor.shape[k] for k in range(tensor.ndim))
    stride = tensor.strides[0] if tensor.strides and tensor.ndim else None
    kind = _KINDS.get(tensor.code)
    if kind is None or tensor.lanes != 1:
        raise NetworkError(f"{what} was given numbers on a device that are not real.")
    dtype = np.dtype(f"{kind}{tensor.bits // 8}")
    _check(shape, stride, dtype, what)
    _python.PyCapsule_SetName(id(capsule), _USED)
    return DeviceArray(
        int(tensor.data or 0) + int(tensor.byte_offset),
        shape[0],
        dtype,
        int(tensor.device_id),
        _Taken(managed, capsule),
    )


class _Taken:
    """A tensor that was taken out of its capsule: gives it back when nobody refers to it any more."""

    def __init__(self, managed: _Managed, capsule: object) -> None:
        self._managed = managed
        self._capsule = capsule

    def __del__(self) -> None:
        if self._managed.deleter:
            self._managed.deleter(ctypes.pointer(self._managed))


def _check(shape: tuple[int, ...], stride: int | None, dtype: np.dtype, what: str) -> None:
    if len(shape) != 1 or stride not in (None, 1) or dtype.kind not in _CODES:
        raise NetworkError(
            f"{what} was given a device array of the shape {shape} and type {dtype}; give a contiguous vector "
            "of real numbers."
        )
