"""What was recorded, as it arrives from the backend."""

from __future__ import annotations

from collections.abc import Sequence

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
    """Spikes of a network, in the order of steps and, within a step, of sources.

    Spikes of objects that nobody records are there only as long as they may be on their way to a synapse.

    Parameters
    ----------
    recorded : sequence of (int, int), optional
        Ranges of sources that are recorded. Default: all.
    """

    def __init__(self, recorded: Sequence[tuple[int, int]] | None = None) -> None:
        self._recorded = recorded
        self._parts: list[np.ndarray] = []
        self._recent = np.zeros(0, dtype=SPIKE)
        self._count = 0

    def __len__(self) -> int:
        """Return the number of recorded spikes."""
        return self._count

    def append(self, spikes: np.ndarray, keep_from: int = 0) -> None:
        """Add spikes in any order, and forget those before a step that nobody records."""
        if self._recorded is not None:
            wanted = np.zeros(len(spikes), dtype=bool)
            for first, last in self._recorded:
                wanted |= (spikes["source"] >= first) & (spikes["source"] < last)
            recent = np.concatenate([self._recent, spikes[~wanted]])
            self._recent = recent[recent["step"] >= keep_from]
            spikes = spikes[wanted]
        if len(spikes):
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
        parts = [
            part[(part["source"] >= first) & (part["source"] < last)]
            for part in (*self._parts, self._recent)
        ]
        chosen = np.concatenate(parts)
        order = np.lexsort((chosen["source"], chosen["step"]))
        chosen = chosen[order]
        return chosen["source"].astype(np.int64) - first, chosen["step"].astype(np.int64)
