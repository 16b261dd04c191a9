"""Brian2's clocks as the core reads them."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2.core.clocks import Clock

from ..gpu.ordered import ClockTable
from .memory import padded

__all__ = ["clock_table"]


def clock_table(clock: Any) -> ClockTable:
    """Return the table of a clock whose interval is set.

    Parameters
    ----------
    clock : Clock or EventClock
        Clocks of given times are there since Brian2 2.10.

    Raises
    ------
    NotImplementedError
        If it is a clock of another type.
    """
    step, t = padded(clock.variables["timestep"]), padded(clock.variables["t"])
    if type(clock) is Clock:
        return ClockTable(step, t, padded(clock.variables["dt"]), int(clock._i_end), False)
    if type(clock).__name__ == "EventClock":
        times = padded(clock.variables["times"])
        return ClockTable(step, t, np.array([np.inf]), int(clock._i_end), False, times)
    raise NotImplementedError(
        f"{clock.name}: clocks of the type {type(clock).__name__} are not supported. Use a clock of regular steps "
        "(brian2.Clock) or, since Brian2 2.10, one of given times (EventClock)."
    )
