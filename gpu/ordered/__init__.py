"""Networks as lists of tasks that are carried out one after another in every time step, as Brian2 does."""

from __future__ import annotations

from .engine import OrderedProgram, OrderedRun, Stop
from .partition import Sharing, sharing_of
from .sharing import owners_of, share_by_source, share_by_target
from .tables import ClockTable, PathwayTable, RecordTable, Tables
from .task import Array, Function, Kind, Line, Number, Symbol, Task

__all__ = [
    "Array",
    "ClockTable",
    "Function",
    "Kind",
    "Line",
    "Number",
    "OrderedProgram",
    "OrderedRun",
    "PathwayTable",
    "RecordTable",
    "Sharing",
    "Stop",
    "Symbol",
    "Tables",
    "Task",
    "owners_of",
    "share_by_source",
    "share_by_target",
    "sharing_of",
]
