"""What a backend must offer. Nothing outside this folder knows which one runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike

from ..codegen.step_function import StepFunction

__all__ = ["Backend", "Buffer", "Kernels", "Mark", "WorkItem", "header_folder", "header_text"]


@dataclass(frozen=True)
class WorkItem:
    """One object that a window advances: a population (0), Poisson sources (1) or a generator (2)."""

    kind: int
    number: int
    size: int


class Buffer(Protocol):
    """Memory of a backend."""

    @property
    def address(self) -> int:
        """Address as the kernels see it."""
        ...

    @property
    def nbytes(self) -> int:
        """Size in bytes."""
        ...

    def read(self) -> np.ndarray:
        """Return a copy of the contents, of the shape and type that were uploaded."""
        ...

    def read_first(self, count: int) -> np.ndarray:
        """Return a copy of the first `count` entries."""
        ...

    def read_row(self, index: int) -> np.ndarray:
        """Return a copy of one row of a table."""
        ...

    def write(self, values: np.ndarray) -> None:
        """Replace the contents."""
        ...

    def write_row(self, index: int, values: np.ndarray) -> None:
        """Replace one row of a table; nothing else is moved."""
        ...

    def queue_write(self, values: np.ndarray) -> None:
        """Replace the first entries once all that was queued before is done; the values are taken at once.

        The next one for the same buffer must wait for a mark that was set after this one.
        """
        ...

    def queue_read(self) -> None:
        """Copy the contents to the host once all that was queued before is done."""
        ...

    def landed(self) -> np.ndarray:
        """Return what the last `queue_read` brought; a mark that was set after it must have been waited for."""
        ...

    def view(self, index: int, count: int) -> Any:
        """Return the first entries of a row without a copy, as an array that other libraries read."""
        ...


class Mark(Protocol):
    """A place in the order of what is queued."""

    def wait(self) -> None:
        """Return when all that was queued before is done."""
        ...


class Kernels(Protocol):
    """Compiled kernels of one network."""

    @property
    def from_cache(self) -> bool:
        """Whether the binary was found on disk."""
        ...

    def queue_windows(
        self, network: int, windows: Buffer, count: int, work: Sequence[WorkItem]
    ) -> None:
        """Advance the network at an address by the first windows of a table, after what was queued before."""
        ...


class Backend(Protocol):
    """A place where kernels run."""

    @property
    def name(self) -> str:
        """Short name: ``'cpu'`` or ``'cuda'``."""
        ...

    @property
    def description(self) -> str:
        """One line that names the device."""
        ...

    @property
    def row_part(self) -> int | None:
        """Synapses of one spike that one group of threads delivers; None where rows are never divided."""
        ...

    @property
    def batches(self) -> int:
        """How many batches of windows may be queued at a time; 1 where queueing waits until they are done."""
        ...

    @property
    def threads(self) -> int:
        """Threads of the host that advance a network; 1 where a device does."""
        ...

    @property
    def cache_bytes(self) -> int:
        """Bytes of the cache that all threads share; 0 where nothing depends on it."""
        ...

    def source(self, functions: Sequence[StepFunction]) -> str:
        """Return the complete text that is compiled for these step functions."""
        ...

    def build(self, functions: Sequence[StepFunction], precision: int) -> Kernels:
        """Compile step functions, or load them from the cache."""
        ...

    def upload(self, values: np.ndarray) -> Buffer:
        """Return new memory that holds these values."""
        ...

    def allocate(self, shape: tuple[int, ...], dtype: DTypeLike) -> Buffer:
        """Return new memory that holds zeros."""
        ...

    def mark(self) -> Mark:
        """Return a mark after all that is queued."""
        ...

    def queue_copy(self, source: Buffer, target: Buffer, offset: int, nbytes: int) -> None:
        """Copy some bytes from one buffer to the same place in another, after what was queued before."""
        ...

    def fetch(self, wanted: Sequence[tuple[Buffer, int]]) -> list[np.ndarray]:
        """Return copies of the first entries of buffers, while what is queued goes on.

        What writes to these buffers must be done.
        """
        ...

    def free_memory(self) -> int:
        """Bytes that can still be allocated."""
        ...


def header_folder() -> Path:
    """Folder of the headers that generated text includes."""
    return Path(__file__).resolve().parent.parent / "kernels"


def header_text() -> str:
    """Return all headers as one text, for the cache key."""
    return "".join(path.read_text() for path in sorted(header_folder().rglob("*.h")))
