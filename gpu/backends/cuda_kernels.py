"""Compiled kernels on a CUDA device: how many threads a block has, and the launches of a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .base import Buffer, WorkItem

if TYPE_CHECKING:
    from .cuda import CudaBackend

__all__ = ["BLOCK_SIZES", "CudaKernels", "DeviceShape", "choose_block", "task_table"]

#: Threads that a block of the advancing launch may have; the most are ADVANCING_THREADS of driver_cuda.h.
BLOCK_SIZES = (32, 64, 128, 256)

#: Threads of a block of the delivering launch: DELIVERING_THREADS of driver_cuda.h.
_DELIVERING_BLOCK = 128

#: Blocks of the delivering launch for each multiprocessor; they stride over the spikes.
_DELIVERING_BLOCKS = 8

#: Workers that share the spikes of one generator.
_GENERATOR_WORKERS = 8192

#: Registers are given to warps in units of this many.
_REGISTER_UNIT = 256


@dataclass(frozen=True)
class DeviceShape:
    """What of a device decides how many threads run at a time.

    Attributes
    ----------
    multiprocessors : int
    registers, threads, blocks : int
        Most of each that one multiprocessor has.
    """

    multiprocessors: int
    registers: int
    threads: int
    blocks: int

    def resident_warps(self, block: int, registers: int) -> int:
        """Return how many warps a multiprocessor holds, if threads take some registers each."""
        warps = block // 32
        each = -(-max(1, registers) * 32 // _REGISTER_UNIT) * _REGISTER_UNIT
        fitting = min(self.threads // 32, self.registers // each) // warps
        return min(fitting, self.blocks) * warps


def choose_block(shape: DeviceShape, registers: int, items: int) -> int:
    """Return how many threads a block of the advancing launch has.

    The most warps at a time win; among equals the largest block with which every multiprocessor still has work.

    Parameters
    ----------
    shape : DeviceShape
    registers : int
        Registers of a thread.
    items : int
        Neurons and sources of the network.

    Returns
    -------
    int
        One of `BLOCK_SIZES`; results do not depend on it.

    Examples
    --------
    >>> hopper = DeviceShape(132, 65536, 2048, 32)
    >>> choose_block(hopper, 64, 10**6)
    256
    >>> choose_block(hopper, 64, 5000)
    32
    """
    spread = [size for size in BLOCK_SIZES if items >= size * shape.multiprocessors]
    return max(
        spread or BLOCK_SIZES[:1], key=lambda size: (shape.resident_warps(size, registers), size)
    )


def task_table(work: Sequence[WorkItem], block: int) -> np.ndarray:
    """Return what each block of the advancing launch works on: driver_cuda.h's BlockTask.

    Parameters
    ----------
    work : sequence of WorkItem
    block : int
        Threads of a block.

    Returns
    -------
    ndarray of int32, shape (blocks, 4)
    """
    parts = []
    for item in work:
        size = min(item.size, _GENERATOR_WORKERS) if item.kind == 2 else item.size
        first = np.arange(0, size, block)
        rows = np.empty((len(first), 4), dtype=np.int32)
        rows[:, 0], rows[:, 1], rows[:, 2] = item.kind, item.number, first
        rows[:, 3] = len(first) * block
        parts.append(rows)
    return np.concatenate(parts) if parts else np.zeros((0, 4), dtype=np.int32)


class CudaKernels:
    """A loaded module and its two kernels."""

    def __init__(
        self, backend: CudaBackend, binary: bytes, from_cache: bool, block: int | None
    ) -> None:
        self.from_cache = from_cache
        self._backend = backend
        self._block = block
        with backend.current():
            self._module = backend.driver.module_from_buffer(binary)
            self._advance = self._module.get_function("advance_window").prepare("PPiP")
            self._deliver = self._module.get_function("deliver_window").prepare("PPi")
            self.registers = int(self._advance.num_regs)
        self._tasks: dict[tuple[WorkItem, ...], tuple[Buffer, int, int]] = {}

    def block_size(self, work: Sequence[WorkItem]) -> int:
        """Return how many threads a block of the advancing launch has."""
        if self._block is not None:
            return self._block
        items = sum(item.size for item in work)
        return choose_block(self._backend.shape, self.registers, items)

    def queue_windows(
        self, network: int, windows: Buffer, count: int, work: Sequence[WorkItem]
    ) -> None:
        """Queue two launches for each window."""
        backend = self._backend
        tasks, n_tasks, block = self._task_table(tuple(work))
        threads, many = (block, 1, 1), (backend.shape.multiprocessors * _DELIVERING_BLOCKS, 1)
        delivering = (_DELIVERING_BLOCK, 1, 1)
        stream = backend.kernel_stream
        table, items = windows.address, tasks.address
        with backend.current():
            for number in range(count):
                if n_tasks:
                    self._advance.prepared_async_call(
                        (n_tasks, 1), threads, stream, network, table, number, items
                    )
                self._deliver.prepared_async_call(many, delivering, stream, network, table, number)

    def _task_table(self, work: tuple[WorkItem, ...]) -> tuple[Buffer, int, int]:
        if work not in self._tasks:
            block = self.block_size(work)
            table = task_table(work, block)
            self._tasks[work] = self._backend.upload(table), len(table), block
        return self._tasks[work]
