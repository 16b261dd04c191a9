"""The memory and the numbers that the tasks of a network work on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

__all__ = ["ClockTable", "PathwayTable", "RecordTable", "Tables"]


@dataclass
class ClockTable:
    """A clock: arrays of one entry, its last step, and whether a task in Python hangs on it.

    A clock of given times has an infinite `dt`; the last of its `times` is infinite, too.
    """

    step: np.ndarray
    t: np.ndarray
    dt: np.ndarray
    end: int
    python: bool
    times: np.ndarray | None = None


@dataclass
class RecordTable:
    """Room for what a monitor records.

    Attributes
    ----------
    columns : list of ndarray
        One entry, or one row, for each record.
    most : int
        Records that one time step can add.
    """

    columns: list[np.ndarray]
    most: int

    @property
    def capacity(self) -> int:
        """Records for which there is room."""
        return len(self.columns[0])


@dataclass(frozen=True)
class PathwayTable:
    """Synapses, shared out among threads.

    Attributes
    ----------
    row : ndarray of int64, shape (threads, n_source + 1)
        For sums on CUDA, (n_target + 1,).
    order : ndarray of int32 or None
    delay : ndarray of int32 or None
    common_delay : int
    first_source, n_source : int
    early_row : ndarray of int64, shape (threads + 1,)
    early_step : ndarray of int64
    early_synapse : ndarray of int32
    in_flight : tuple of ndarray
        Steps and sources of the spikes on their way, in the order in which they were emitted.
    now : int
        The step of the source's clock that comes next.
    keys : tuple of int
        Slots of the indices by which events change the same values, see `Sharing`; at most two.
    """

    row: np.ndarray
    order: np.ndarray | None
    delay: np.ndarray | None
    common_delay: int
    first_source: int
    n_source: int
    early_row: np.ndarray
    early_step: np.ndarray
    early_synapse: np.ndarray
    in_flight: tuple[np.ndarray, np.ndarray]
    now: int
    keys: tuple[int, ...] = ()


@dataclass
class Tables:
    """What the slots of the tasks' symbols stand for."""

    arrays: list[np.ndarray] = field(default_factory=list)
    numbers: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    clocks: list[ClockTable] = field(default_factory=list)
    pathways: list[PathwayTable] = field(default_factory=list)
    records: list[RecordTable] = field(default_factory=list)
    seed: int = 0
    drawn: int = 0
