"""Sampling in a backend's memory: buffers that the kernels fill and the host empties."""

from __future__ import annotations

import numpy as np

from ..backends.base import Backend, Buffer
from .layout import MONITOR
from .plan import MonitorPlan
from .population import padded
from .recording import Samples

__all__ = ["MonitorMemory"]

#: Bytes of the samples of one monitor that are kept in the backend.
_BUFFER_BYTES = 32 * 2**20

#: Most samples that are kept in the backend.
_MOST_SAMPLES = 2**16


class MonitorMemory:
    """The monitors of one population.

    Parameters
    ----------
    plans : list of MonitorPlan
        Monitors of the population, in the order in which its step function numbers them.
    n : int
        Neurons of the population.
    window : int
        Steps of a window; a buffer holds at least as many samples.
    dt : float
        Time step in seconds.
    backend : Backend
    real : type
        Type of the samples.
    """

    def __init__(
        self, plans: list[MonitorPlan], n: int, window: int, dt: float, backend: Backend, real: type
    ) -> None:
        self.plans = plans
        self.samples = [Samples(plan, dt) for plan in plans]
        self._table = np.zeros(max(1, len(plans)), dtype=MONITOR)
        self._buffers: list[Buffer] = []
        self._rows: list[Buffer] = []
        self._capacity: list[int] = []
        for record, plan in zip(self._table, plans, strict=False):
            rows = np.full(padded(n), -1, dtype=np.int32)
            rows[plan.indices] = np.arange(len(plan.indices), dtype=np.int32)
            shape = (len(plan.variables), len(plan.indices))
            size = max(1, shape[0] * shape[1]) * np.dtype(real).itemsize
            capacity = min(max(window + 1, _BUFFER_BYTES // size), _MOST_SAMPLES)
            self._capacity.append(capacity)
            self._buffers.append(backend.upload(np.zeros((capacity, *shape), dtype=real)))
            self._rows.append(backend.upload(rows))
            record["row"] = self._rows[-1].address
            record["buffer"] = self._buffers[-1].address
            record["lowest"] = int(plan.indices.min(initial=0))
            record["highest"] = int(plan.indices.max(initial=-1)) + 1
            record["every"] = plan.every
            record["n_variables"], record["n_rows"] = shape
        self._memory = backend.upload(self._table)

    @property
    def address(self) -> int:
        """Address of the table of monitors."""
        return self._memory.address

    def room_until(self, step: int) -> int:
        """Return the first step from which on samples would not fit, if buffers begin at `step`."""
        ends = [
            (-(-step // plan.every) + capacity) * plan.every
            for plan, capacity in zip(self.plans, self._capacity, strict=True)
        ]
        return min(ends, default=2**62)

    def begin(self, step: int) -> None:
        """Let the buffers begin with the first sample at or after a step."""
        for number, plan in enumerate(self.plans):
            self._table["first_sample"][number] = -(-step // plan.every)
        if self.plans:
            self._memory.write(self._table)

    def collect(self, begin: int, end: int) -> None:
        """Take the samples of steps [begin, end) out of the buffers."""
        for plan, samples, buffer in zip(self.plans, self.samples, self._buffers, strict=True):
            first = -(-begin // plan.every)
            count = -(-end // plan.every) - first
            if count > 0:
                samples.append(first, buffer.read_first(count))
