"""How many threads advance a network where the user leaves it open: as many as have proved fastest."""

from __future__ import annotations

__all__ = ["Crew"]

#: Shorter batches are left to one thread: it takes longer to start others, and to tell what they gain.
_LEAST_SECONDS = 2e-3

#: A number of threads must need less than this share of the time to replace another.
_BETTER = 0.95

#: Batches until another number is tried: at first, and at most.
_FIRST_PATIENCE, _MOST_PATIENCE = 10, 80


class Crew:
    """The number of threads of each batch of windows; results do not depend on it.

    Small networks are fastest with one thread, since threads meet twice in each window. Where the number is open, a
    run begins with one; from time to time a batch tries half or twice as many, and what is faster stays.

    Parameters
    ----------
    most : int
        Threads that there are.
    fixed : bool
        Whether to use all of them, always.

    Examples
    --------
    >>> crew = Crew(8, fixed=False)
    >>> for _ in range(12):
    ...     crew.note(steps=100, seconds=1.0 / min(crew.size, 4))
    >>> crew.size
    4
    """

    def __init__(self, most: int, fixed: bool) -> None:
        self._most = most
        self._fixed = fixed
        self._best = most if fixed else 1
        self._pace = 0.0  # seconds for a step with the best number
        self._trial: int | None = None
        self._upwards = True
        self._waited = 0
        self._patience = 0

    @property
    def size(self) -> int:
        """Threads of the next batch."""
        return self._best if self._trial is None else self._trial

    def note(self, steps: int, seconds: float) -> None:
        """Learn from a batch."""
        if self._fixed or self._most == 1 or steps == 0 or seconds < _LEAST_SECONDS:
            return
        pace = seconds / steps
        if self._trial is None:
            self._pace = pace
            self._waited += 1
            if self._waited > self._patience:
                self._try_next()
        elif pace < _BETTER * self._pace:
            self._best, self._pace = self._trial, pace
            self._try_next()
        else:
            self._settle()

    def _try_next(self) -> None:
        """Let the next batch have twice or half as many threads, if that is possible."""
        number = min(2 * self._best, self._most) if self._upwards else self._best // 2
        if number in (0, self._best):
            self._settle()
        else:
            self._trial = number

    def _settle(self) -> None:
        """Stay with the best number for a while; after that look in the other direction."""
        self._trial = None
        self._upwards = not self._upwards
        self._waited = 0
        self._patience = min(max(2 * self._patience, _FIRST_PATIENCE), _MOST_PATIENCE)
