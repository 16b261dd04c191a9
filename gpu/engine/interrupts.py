"""Ctrl-C during a run: it waits until the network is in a state from which it can go on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["Interrupts", "deferred_interrupts"]


class Interrupts:
    """Interrupts that came while they were deferred.

    Attributes
    ----------
    pending : bool
        Whether one waits.
    """

    def __init__(self, usual: Callable[[int, FrameType | None], Any] | None) -> None:
        self.pending = False
        self._usual = usual
        self._frame: FrameType | None = None

    def note(self, number: int, frame: FrameType | None) -> None:
        """Remember an interrupt; a signal handler."""
        self._frame = frame
        self.pending = True

    def deliver(self) -> None:
        """Let one that waits happen: usually it raises KeyboardInterrupt."""
        if self.pending and self._usual is not None:
            self.pending = False
            frame, self._frame = self._frame, None
            self._usual(signal.SIGINT, frame)


_active: Interrupts | None = None


@contextmanager
def deferred_interrupts() -> Iterator[Interrupts]:
    """Hold Ctrl-C back; it happens where `Interrupts.deliver` is called, or at the end.

    Inside another such block it is that block's interrupts that are handed out. In threads other than the main one
    nothing is held back: they receive no signals. An ignored Ctrl-C stays ignored.

    Yields
    ------
    Interrupts
    """
    global _active
    if threading.current_thread() is not threading.main_thread():
        yield Interrupts(None)
        return
    if _active is not None:
        yield _active
        return
    usual = signal.getsignal(signal.SIGINT)
    if not callable(usual):
        yield Interrupts(None)
        return
    interrupts = Interrupts(usual)
    # From this line on nothing can come in between.
    signal.signal(signal.SIGINT, interrupts.note)
    _active = interrupts
    try:
        yield interrupts
    finally:
        _active = None
        signal.signal(signal.SIGINT, usual)
        interrupts.deliver()
