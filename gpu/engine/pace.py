"""How many windows a batch has: many enough to keep the backend busy, few enough to react to Ctrl-C."""

from __future__ import annotations

__all__ = ["MOST_WINDOWS", "Pace"]

#: Seconds that a batch should take. Where a network is larger than the caches of a CPU, a batch costs about half a
#: window more than its windows.
_WANTED = 0.4

#: How much longer the next batch may become.
_GROWTH = 4

#: Most windows of a batch, with the one before the others that only makes input spikes.
MOST_WINDOWS = 4096


class Pace:
    """The length of batches, learned from how long they take.

    Attributes
    ----------
    windows : int
        Windows in which the neurons of the next batch advance: one at first, and at most one less than fit in a batch.
    """

    def __init__(self) -> None:
        self.windows = 1

    def note(self, windows: int, seconds: float) -> None:
        """Learn from a batch."""
        fitting = int(windows * _WANTED / max(seconds, 1e-9))
        self.windows = max(1, min(fitting, _GROWTH * windows, MOST_WINDOWS - 1))
