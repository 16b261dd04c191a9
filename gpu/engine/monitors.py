"""Sampling in a backend's memory: buffers that the kernels fill and the host empties."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..backends.base import Backend, Buffer
from .layout import MONITOR
from .plan import MonitorPlan
from .population import padded
from .recording import Samples

__all__ = ["MonitorMemory", "sample_capacities"]

#: Bytes that the samples of all monitors take in the backend, for one batch of windows.
_BUFFER_BYTES = 64 * 2**20

#: Most steps that samples are kept in the backend.
_MOST_STEPS = 2**16


def sample_capacities(plans: Sequence[MonitorPlan], window: int, real: int) -> list[int]:
    """Return how many samples of each monitor the backend can hold: all for the same number of steps.

    Parameters
    ----------
    plans : sequence of MonitorPlan
        All monitors of a network.
    window : int
        Steps of a window, the fewest that there must be room for.
    real : int
        Bytes of a number.

    Returns
    -------
    list of int
    """
    per_step = sum(_sample_bytes(plan, real) / plan.every for plan in plans)
    steps = int(max(window, min(_MOST_STEPS, _BUFFER_BYTES // max(per_step, 1e-9))))
    return [-(-steps // plan.every) + 1 for plan in plans]


def _sample_bytes(plan: MonitorPlan, real: int) -> int:
    return len(plan.variables) * len(plan.indices) * real


class MonitorMemory:
    """The monitors of one population.

    Parameters
    ----------
    plans : list of MonitorPlan
        Monitors of the population.
    sampled : tuple of tuple of str
        For each monitor that its step function knows, at least as many, the variables that it can sample.
    capacities : list of int
        Samples that each has room for.
    n : int
        Neurons of the population.
    dt : float
        Time step in seconds.
    backend : Backend
    real : type
        Type of the samples.
    """

    def __init__(
        self,
        plans: list[MonitorPlan],
        sampled: tuple[tuple[str, ...], ...],
        capacities: list[int],
        n: int,
        dt: float,
        backend: Backend,
        real: type,
    ) -> None:
        self.plans = plans
        self.samples = [Samples(plan, dt) for plan in plans]
        self._capacities = capacities
        self._rows: list[Buffer] = []
        self._columns: list[Buffer] = []
        #: For each batch that may be queued, the buffers of the monitors and the table of them.
        self._buffers: list[list[Buffer]] = []
        self._tables: list[np.ndarray] = []
        self._memory: list[Buffer] = []
        for plan, names in zip(plans, sampled, strict=False):
            rows = np.full(padded(n), -1, dtype=np.int32)
            rows[plan.indices] = np.arange(len(plan.indices), dtype=np.int32)
            self._rows.append(backend.upload(rows))
            columns = [
                plan.variables.index(name) if name in plan.variables else -1 for name in names
            ]
            self._columns.append(backend.upload(np.array(columns, dtype=np.int32)))
        for _ in range(backend.batches):
            # Monitors that only other populations of the model have are never due: they have no neurons.
            table = np.zeros(max(1, len(sampled)), dtype=MONITOR)
            buffers = []
            for record, plan, capacity, row, column in zip(
                table, plans, capacities, self._rows, self._columns, strict=False
            ):
                shape = (len(plan.variables), len(plan.indices))
                buffers.append(backend.allocate((capacity, *shape), real))
                record["row"] = row.address
                record["column"] = column.address
                record["buffer"] = buffers[-1].address
                record["lowest"] = int(plan.indices.min(initial=0))
                record["highest"] = int(plan.indices.max(initial=-1)) + 1
                record["every"] = plan.every
                record["n_variables"], record["n_rows"] = shape
            self._buffers.append(buffers)
            self._tables.append(table)
            self._memory.append(backend.upload(table))

    def address(self, batch: int) -> int:
        """Address of the table of monitors of a batch."""
        return self._memory[batch].address

    def room_until(self, step: int) -> int:
        """Return the first step from which on samples would not fit, if buffers begin at `step`."""
        ends = [
            (-(-step // plan.every) + capacity) * plan.every
            for plan, capacity in zip(self.plans, self._capacities, strict=True)
        ]
        return min(ends, default=2**62)

    def begin(self, batch: int, step: int) -> None:
        """Let the buffers of a batch begin with the first sample at or after a step."""
        for number, plan in enumerate(self.plans):
            self._tables[batch]["first_sample"][number] = -(-step // plan.every)
        if self.plans:
            self._memory[batch].queue_write(self._tables[batch])

    def wanted(self, batch: int, begin: int, end: int) -> list[tuple[Buffer, int]]:
        """Return the buffers of a batch and how many samples of steps [begin, end) each holds."""
        return [
            (buffer, _sample_count(plan, begin, end))
            for plan, buffer in zip(self.plans, self._buffers[batch], strict=True)
        ]

    def take(self, begin: int, values: list[np.ndarray]) -> None:
        """Add samples from a step on."""
        for plan, samples, part in zip(self.plans, self.samples, values, strict=True):
            if len(part):
                samples.append(-(-begin // plan.every), part)


def _sample_count(plan: MonitorPlan, begin: int, end: int) -> int:
    return -(-end // plan.every) - -(-begin // plan.every)
