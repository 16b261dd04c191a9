"""Batches of windows: what each needs in the backend, and what it reports when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..backends.base import Backend, Buffer, Kernels, Mark, WorkItem
from .layout import CONTROL, HALTED, NETWORK, NOT_FINITE_NONE, POPULATION, SPIKE, WINDOW

__all__ = ["BatchMemory", "Queued", "kept_capacity"]

#: Spikes that a batch keeps room for, beyond those of its last window.
_LEAST_KEPT, _MOST_KEPT = 2**14, 2**20


def kept_capacity(reserve: int) -> int:
    """Return how many spikes a batch can keep, where one window has at most `reserve`."""
    return reserve + min(_MOST_KEPT, max(_LEAST_KEPT, 64 * reserve))


class BatchMemory:
    """Memory of one batch of windows.

    As many exist as batches may be queued at a time, so that the host can read one while the next is under way.

    Parameters
    ----------
    backend : Backend
    n_population : int
    most_windows : int
        Most windows of a batch.
    """

    def __init__(self, backend: Backend, n_population: int, most_windows: int) -> None:
        self._backend = backend
        self.populations = backend.allocate((max(1, n_population),), POPULATION)
        self.control = backend.allocate((1,), CONTROL)
        self._windows = backend.allocate((most_windows,), WINDOW)
        self._network = backend.allocate((1,), NETWORK)
        self._capacity = (0, 0)
        self.kept: Buffer = backend.allocate((1,), SPIKE)

    def write(self, network: np.ndarray, reserve: int) -> None:
        """Describe the network; `reserve` is the most spikes that one window can have."""
        capacity = (reserve, kept_capacity(reserve))
        if capacity != self._capacity:
            self.kept = self._backend.allocate((capacity[1],), SPIKE)
            self._capacity = capacity
        record = network.copy()
        record["population"] = self.populations.address
        record["control"] = self.control.address
        record["kept"] = self.kept.address
        self._network.write(record)

    def queue(
        self,
        kernels: Kernels,
        work: Sequence[WorkItem],
        windows: np.ndarray,
        keep_from: int,
        after: BatchMemory | None,
    ) -> Mark:
        """Queue windows; nothing happens in them if the batch before, which may be under way, has halted."""
        control = np.zeros(1, dtype=CONTROL)
        control["not_finite"] = NOT_FINITE_NONE
        control["spike_capacity"], control["kept_capacity"] = self._capacity
        control["keep_from"] = keep_from
        self.control.queue_write(control)
        if after is not None:
            self._backend.queue_copy(after.control, self.control, *HALTED)
        self._windows.queue_write(windows)
        kernels.queue_windows(self._network.address, self._windows, len(windows), work)
        self.control.queue_read()
        return self._backend.mark()


@dataclass(frozen=True, eq=False)
class Queued:
    """A batch that is under way.

    Attributes
    ----------
    number : int
        Which batch memory it uses.
    begin, stop : int
        Steps of the neurons.
    windows : ndarray of layout.WINDOW
    keep_from : int
        Spikes from this step on are kept even if nobody records them.
    mark : Mark
        Where it ends in the order of what is queued.
    """

    number: int
    begin: int
    stop: int
    windows: np.ndarray
    keep_from: int
    mark: Mark
