"""The structures of the header ``ordered/tasks.h`` as the host fills them."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_void_p

import numpy as np

__all__ = [
    "ORDER",
    "ClockStructure",
    "FlightStructure",
    "PathwayStructure",
    "RecordStructure",
    "RunStructure",
    "WorkerStructure",
    "aligned",
    "check_sizes",
    "compare_sizes",
]

_POINTER = c_void_p


class ClockStructure(ctypes.Structure):
    """A clock."""

    _fields_ = (
        ("step", _POINTER),
        ("t", _POINTER),
        ("dt", _POINTER),
        ("times", _POINTER),
        ("end", c_int64),
        ("due", c_int32),
        ("python", c_int32),
    )


class RecordStructure(ctypes.Structure):
    """What a monitor records."""

    _fields_ = (
        ("column", _POINTER),
        ("count", c_int64),
        ("capacity", c_int64),
        ("most", c_int64),
        ("taken", c_int64),
    )


class FlightStructure(ctypes.Structure):
    """Spikes on their way, of one thread."""

    _fields_ = (
        ("source", _POINTER),
        ("step", _POINTER),
        ("cursor", _POINTER),
        ("head", c_int64),
        ("tail", c_int64),
        ("room", c_int64),
        ("now", c_int64),
        ("early", c_int64),
        ("taken", c_int64),
        ("passed", c_int64),
    )


class PathwayStructure(ctypes.Structure):
    """The synapses of a pathway."""

    _fields_ = (
        ("row", _POINTER),
        ("order", _POINTER),
        ("delay", _POINTER),
        ("early_step", _POINTER),
        ("early_synapse", _POINTER),
        ("early_row", _POINTER),
        ("flight", _POINTER),
        ("key", _POINTER * 2),
        ("common_delay", c_int64),
        ("longest_delay", c_int64),
        ("first_source", c_int64),
        ("n_source", c_int64),
    )


class RunStructure(ctypes.Structure):
    """Everything that a run needs."""

    _fields_ = (
        ("array", _POINTER),
        ("number", _POINTER),
        ("size", _POINTER),
        ("clock", _POINTER),
        ("pathway", _POINTER),
        ("record", _POINTER),
        ("worker", _POINTER),
        ("seconds", _POINTER),
        ("kept", _POINTER),
        ("scratch", _POINTER),
        ("steps", c_int64),
        ("drawn", c_int64),
        ("n_clock", c_int32),
        ("n_record", c_int32),
        ("n_pathway", c_int32),
        ("n_worker", c_int32),
        ("seed", c_uint32),
        ("state", c_int32),
        ("running", c_int32),
        ("started", c_int32),
        ("first_task", c_int32),
        ("end_task", c_int32),
        ("whole_steps", c_int32),
        # The two members of the barrier have a cache line each.
        ("_to_192", c_uint8 * 52),
        ("waiting", c_int32),
        ("_to_256", c_uint8 * 60),
        ("generation", c_int32),
        ("_to_320", c_uint8 * 60),
    )


class WorkerStructure(ctypes.Structure):
    """A thread."""

    _fields_ = (
        ("run", _POINTER),
        ("number", c_int32),
        ("reserved", c_int32),
        ("found", c_int64),
        ("_to_64", c_uint8 * 40),
    )


#: The order in which the compiled text tells their sizes.
ORDER = (
    RunStructure,
    ClockStructure,
    RecordStructure,
    PathwayStructure,
    FlightStructure,
    WorkerStructure,
)


def check_sizes(library: ctypes.CDLL) -> None:
    """Compare the sizes of the structures with those of a compiled library."""
    library.structure_size.restype = c_int64
    compare_sizes([library.structure_size(c_int32(number)) for number in range(len(ORDER))])


def compare_sizes(compiled: Sequence[int] | np.ndarray) -> None:
    """Compare the sizes of the structures with those in C++."""
    for structure, size in zip(ORDER, compiled, strict=True):
        if size != ctypes.sizeof(structure):
            raise AssertionError(
                f"{structure.__name__} has {ctypes.sizeof(structure)} bytes here and {size} in C++"
            )


def aligned(structure: type[ctypes.Structure], count: int = 1) -> tuple[ctypes.Array, np.ndarray]:
    """Return zeroed structures in memory aligned for cache lines, and the memory itself."""
    nbytes = ctypes.sizeof(structure) * max(1, count)
    memory = np.zeros(nbytes + 64, dtype=np.uint8)
    offset = -memory.ctypes.data % 64
    return (structure * max(1, count)).from_address(memory.ctypes.data + offset), memory
