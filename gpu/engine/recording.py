"""What was recorded, as it arrives from the backend."""

from __future__ import annotations

import numpy as np

from .layout import SPIKE
from .plan import MonitorPlan

__all__ = ["Samples", "SpikeLog"]


class Samples:
    """Samples of one monitor: shape (samples, variables, neurons), in SI units."""

    def __init__(self, plan: MonitorPlan, dt: float) -> None:
        self.plan = plan
        self._dt = dt
        self._steps: list[np.ndarray] = []
        self._values: list[np.ndarray] = []

    def append(self, first: int, values: np.ndarray) -> None:
        """Add samples number `first`, `first + 1`, ..."""
        self._steps.append((first + np.arange(len(values))) * self.plan.every)
        self._values.append(values)

    @property
    def steps(self) -> np.ndarray:
        """Time step of each sample; it shows the state before that step."""
        return np.concatenate(self._steps) if self._steps else np.zeros(0, dtype=np.int64)

    @property
    def values(self) -> np.ndarray:
        """Array of shape (samples, variables, neurons)."""
        shape = (0, len(self.plan.variables), len(self.plan.indices))
        return np.concatenate(self._values) if self._values else np.zeros(shape)


class SpikeLog:
    """All spikes of a network, in the order of steps and, within a step, of sources."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, spikes: np.ndarray) -> None:
        """Add spikes in any order."""
        self._parts.append(spikes)
        self._count += len(spikes)

    def of(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the spikes of sources [first, last).

        Returns
        -------
        indices : ndarray of int64
            Source, relative to `first`.
        steps : ndarray of int64
        """
        parts = [part[(part["source"] >= first) & (part["source"] < last)] for part in self._parts]
        chosen = np.concatenate(parts) if parts else np.zeros(0, dtype=SPIKE)
        order = np.lexsort((chosen["source"], chosen["step"]))
        chosen = chosen[order]
        return chosen["source"].astype(np.int64) - first, chosen["step"].astype(np.int64)
