"""The program of a network of tasks, on the backend that it shall run on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from ..backends.base import Backend
from ..backends.cpu import CpuBackend
from ..backends.cuda import CudaBackend
from .cuda_engine import CudaOrderedProgram
from .engine import OrderedProgram, Stop
from .task import Task

__all__ = ["Run", "build_ordered"]


class Run(Protocol):
    """One run of a program, on whatever backend: `OrderedRun` or `CudaOrderedRun`."""

    @property
    def drawn(self) -> int:
        """Steps since the seed was set."""
        ...

    @property
    def seconds(self) -> np.ndarray:
        """Time that each task took, if the program measures it."""
        ...

    def steps(self, most: int) -> Stop:
        """Do whole time steps until the end, at most so many, or until the host is needed."""
        ...

    def part(self, first: int, end: int) -> None:
        """Carry out some tasks of the current step."""
        ...

    def finish_step(self) -> None:
        """End a step that was done in parts."""
        ...

    def collect(self) -> None:
        """Bring what the tasks may have changed to the host."""
        ...

    def hand_over(self) -> None:
        """Take over what may have been changed on the host."""
        ...

    def is_due(self, clock: int) -> bool:
        """Return whether a clock's tasks belong to the current step."""
        ...

    def record_count(self, number: int) -> int:
        """Return how much a monitor has recorded since it was last taken."""
        ...

    def take_record(self, number: int) -> list[np.ndarray]:
        """Return what a monitor has recorded since the last call, one array for each column."""
        ...

    def in_flight(self, number: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Return steps and sources of the spikes on their way through a pathway, and the step that comes next."""
        ...

    def close(self) -> None:
        """Give back memory."""
        ...


def build_ordered(
    tasks: Sequence[Task],
    precision: int,
    backend: Backend,
    workers: int,
    profile: bool = False,
    meanwhile: Callable[[], None] | None = None,
) -> OrderedProgram | CudaOrderedProgram:
    """Compile tasks for a backend.

    Parameters
    ----------
    tasks : sequence of Task
    precision : {32, 64}
    backend : CpuBackend or CudaBackend
    workers : int
        Threads of the CPU, or blocks of CUDA.
    profile : bool, optional
        Whether the time that each task takes is measured.
    meanwhile : callable, optional
        Called once, on the CPU while the compiler is at work.

    Raises
    ------
    NotImplementedError
        If a task has something in it that does not run on the backend.
    ToolchainError
        If the compiler is missing, or refuses the text.
    """
    if isinstance(backend, CudaBackend):
        if meanwhile is not None:
            meanwhile()
        return CudaOrderedProgram.build(tasks, precision, backend, workers, profile)
    assert isinstance(backend, CpuBackend)
    return OrderedProgram.build(tasks, precision, backend, workers, profile, meanwhile)
