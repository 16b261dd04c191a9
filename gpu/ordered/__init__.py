"""Networks as lists of tasks that are carried out one after another in every time step, as Brian2 does."""

from __future__ import annotations

from .cuda_engine import CudaOrderedProgram, CudaOrderedRun
from .engine import OrderedProgram, OrderedRun, Stop
from .partition import Sharing, sharing_of
from .program import Run, build_ordered
from .sharing import owners_of, rows_by_target, share_by_source, share_by_target
from .tables import ClockTable, PathwayTable, RecordTable, Tables
from .task import Array, Function, Kind, Line, Number, Symbol, Task

__all__ = [
    "Array",
    "ClockTable",
    "CudaOrderedProgram",
    "CudaOrderedRun",
    "Function",
    "Kind",
    "Line",
    "Number",
    "OrderedProgram",
    "OrderedRun",
    "PathwayTable",
    "RecordTable",
    "Run",
    "Sharing",
    "Stop",
    "Symbol",
    "Tables",
    "Task",
    "build_ordered",
    "owners_of",
    "rows_by_target",
    "share_by_source",
    "share_by_target",
    "sharing_of",
]
