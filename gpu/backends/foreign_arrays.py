"""Values that another library holds on a CUDA device, brought to the host."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ToolchainError
from .cuda_devices import cuda_unavailable
from .device_views import device_array

__all__ = ["host_values"]


def host_values(value: Any, what: str) -> np.ndarray | None:
    """Return a copy of a vector on a CUDA device, or None for anything else.

    Parameters
    ----------
    value : object
        Anything; arrays of CuPy, PyTorch, JAX and Numba have ``__cuda_array_interface__`` or ``__dlpack__``.
    what : str
        What it is given for, for messages.

    Returns
    -------
    ndarray or None
        On the host, of the same type.

    Raises
    ------
    NetworkError
        If it is on a device, and is not a contiguous vector of real numbers.
    ToolchainError
        If it is on a device and PyCUDA cannot reach one.

    Examples
    --------
    >>> host_values([1.0, 2.0], 'v') is None
    True
    """
    given = device_array(value, what)
    if given is None:
        return None
    reason = cuda_unavailable()
    if reason is not None:
        raise ToolchainError(
            f"{what} was given an array on a CUDA device, which cannot be read: {reason}. Give an array of the host."
        )
    import pycuda.driver as driver

    values = np.empty(given.count, dtype=given.dtype)
    driver.Device(given.device).retain_primary_context().push()
    try:
        # Whatever stream the other library fills it on.
        driver.Context.synchronize()
        if values.nbytes:
            driver.memcpy_dtoh(values, given.address)
    finally:
        driver.Context.pop()
    return values
