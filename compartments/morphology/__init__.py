"""Shapes of neurons: read from SWC files, checked, drawn, and reduced to a few compartments."""

from __future__ import annotations

from .cable import Cable, cable_of_couplings, cable_of_model, cable_of_segments
from .groups import Groups
from .morphology import Morphology
from .problems import Problem
from .reduction import Reduction
from .report import GroupReport, Measures, ReductionReport
from .segments import Segments

__all__ = [
    "Cable",
    "GroupReport",
    "Groups",
    "Measures",
    "Morphology",
    "Problem",
    "Reduction",
    "ReductionReport",
    "Segments",
    "cable_of_couplings",
    "cable_of_model",
    "cable_of_segments",
]
