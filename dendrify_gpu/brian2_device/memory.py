"""Arrays of Brian2 with room behind their last element, so that the core loads and stores whole vectors."""

from __future__ import annotations

import numpy as np
from brian2.core.variables import ArrayVariable, DynamicArrayVariable

__all__ = ["ROOM", "has_room", "is_copy", "padded", "with_room"]

#: Elements behind the last one: the longest vector.
ROOM = 64


def with_room(values: np.ndarray) -> np.ndarray:
    """Return a copy of an array of one dimension that has room behind it.

    Parameters
    ----------
    values : ndarray, shape (n,)

    Returns
    -------
    ndarray, shape (n,)
        Followed by zeros in memory, and aligned for the widest vectors.
    """
    nbytes = (len(values) + ROOM) * values.dtype.itemsize
    memory = np.zeros(nbytes + 64, dtype=np.uint8)
    offset = -memory.ctypes.data % 64
    room = memory[offset : offset + nbytes].view(values.dtype)
    result = room[: len(values)]
    result[:] = values
    return result


def has_room(values: np.ndarray) -> bool:
    """Return whether memory goes on behind the last element."""
    base = values.base
    if not isinstance(base, np.ndarray) or not values.flags.c_contiguous:
        return False
    while isinstance(base.base, np.ndarray):
        base = base.base
    end = values.ctypes.data + values.nbytes
    return bool(end + ROOM * values.itemsize <= base.ctypes.data + base.nbytes)


def padded(variable: ArrayVariable) -> np.ndarray:
    """Return a variable's values, with room behind them.

    The values of a variable that has none are moved once; Brian2 finds them in their new place. Those of growing arrays
    that Brian2 keeps in C++ (since 2.10) cannot be moved: they are copied, see `is_copy`.

    Parameters
    ----------
    variable : ArrayVariable

    Returns
    -------
    ndarray, shape (n,)
    """
    arrays = variable.device.arrays
    kept = arrays[variable]
    if isinstance(variable, DynamicArrayVariable):
        if has_room(kept.data):
            return np.asarray(kept.data)
        moved = with_room(kept.data)
        if hasattr(kept, "_data"):
            # Dynamic arrays of Brian2 are views of a longer array.
            kept._data = kept.data = moved
        return moved
    if not has_room(kept):
        arrays[variable] = with_room(kept)
    return np.asarray(arrays[variable])


def is_copy(variable: ArrayVariable, values: np.ndarray) -> bool:
    """Return whether what `padded` returned is a copy, which has to be written back.

    Parameters
    ----------
    variable : ArrayVariable
    values : ndarray

    Returns
    -------
    bool
    """
    return bool(len(values)) and values.ctypes.data != variable.get_value().ctypes.data
