"""How far a run is, told as Brian2 tells it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from brian2.core.clocks import Clock
from brian2.core.network import Network, TextReport
from brian2.units import second

__all__ = ["Reporter", "time_of"]


class Reporter:
    """Tells the user how far a run is, as Brian2 does."""

    def __init__(
        self, report: Any, period: float, network: Network, start: Any, duration: Any
    ) -> None:
        self._call: Callable[..., Any] | None = None
        if report in ("text", "stdout"):
            self._call = TextReport(sys.stdout)
        elif report == "stderr":
            self._call = TextReport(sys.stderr)
        elif isinstance(report, str):
            raise ValueError(f'Do not know how to handle report argument "{report}".')
        elif callable(report):
            self._call = report
        elif report is not None:
            raise TypeError(
                "Do not know how to handle report argument, it has to be one of 'text', 'stdout', 'stderr', or a "
                f"callable function/object, but it is of type {type(report)}"
            )
        self._network, self._start, self._duration = network, start, duration
        self._began = time.perf_counter()
        self._period, self._next = period, self._began + period
        if self._call is not None:
            self._call(0 * second, 0.0, start, duration)

    def look_up(self) -> None:
        """Report if it is time."""
        now = time.perf_counter()
        if self._call is None or now < self._next:
            return
        self._next = now + self._period
        done = min(time_of(clock) for clock in self._network._clocks) - float(self._start)
        self._call(
            (now - self._began) * second,
            done / float(self._duration),
            self._start,
            self._duration,
        )

    def finish(self, seconds: float, fraction: float, where: str) -> None:
        """Report the end, and in a text also what ran where."""
        if self._call is not None:
            self._call(seconds * second, fraction, self._start, self._duration)
        if isinstance(self._call, TextReport):
            self._call.stream.write(f"{where}\n")


def time_of(clock: Clock) -> float:
    """Return the time of a clock in seconds."""
    return float(clock.variables["t"].get_value()[0])
