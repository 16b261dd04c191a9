"""What a backend must offer. Nothing outside this folder knows which one runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from ..codegen.step_function import StepFunction

__all__ = ["Backend", "Buffer", "Kernels", "WorkItem", "header_folder", "header_text"]


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

    def write(self, values: np.ndarray) -> None:
        """Replace the contents."""
        ...


class Kernels(Protocol):
    """Compiled kernels of one network."""

    @property
    def from_cache(self) -> bool:
        """Whether the binary was found on disk."""
        ...

    def run_windows(self, network: int, windows: np.ndarray, work: Sequence[WorkItem]) -> None:
        """Advance the network at an address by some windows, an int32 array of shape (windows, 6)."""
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

    def source(self, functions: Sequence[StepFunction]) -> str:
        """Return the complete text that is compiled for these step functions."""
        ...

    def build(self, functions: Sequence[StepFunction], precision: int) -> Kernels:
        """Compile step functions, or load them from the cache."""
        ...

    def upload(self, values: np.ndarray) -> Buffer:
        """Return new memory that holds these values."""
        ...

    def free_memory(self) -> int:
        """Bytes that can still be allocated."""
        ...


def header_folder() -> Path:
    """Folder of the headers that generated text includes."""
    return Path(__file__).resolve().parent.parent / "kernels"


def header_text() -> str:
    """Return all headers as one text, for the cache key."""
    return "".join(path.read_text() for path in sorted(header_folder().glob("*.h")))
