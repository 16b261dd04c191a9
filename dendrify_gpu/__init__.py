"""Reduced compartmental neurons and large networks of them, on the GPU and the CPU."""

from __future__ import annotations

from . import cells, plots
from ._versions import show_versions
from .backend_choice import choose_backend
from .brian_export import BrianNetwork
from .compartments import (
    Compartment,
    Dendrite,
    EphysProperties,
    NeuronModel,
    PointNeuronModel,
    Soma,
    default_params,
    update_default_params,
)
from .distributions import normal, uniform
from .errors import (
    CompartmentError,
    IndexRangeError,
    ModelError,
    NetworkError,
    NetworkTooLargeError,
    NumericalError,
    SimulationError,
    ToolchainError,
    UnknownVariableError,
)
from .network import Network
from .population import Population
from .projection import Projection
from .recordings import SpikeRecording, TraceRecording
from .report import RunReport
from .selection import Selection
from .sources import PoissonGroup, SpikeGenerator
from .stimuli import CurrentStep
from .validation import ValidationReport

__all__ = [
    "BrianNetwork",
    "Compartment",
    "CompartmentError",
    "CurrentStep",
    "Dendrite",
    "EphysProperties",
    "IndexRangeError",
    "ModelError",
    "Network",
    "NetworkError",
    "NetworkTooLargeError",
    "NeuronModel",
    "NumericalError",
    "PointNeuronModel",
    "PoissonGroup",
    "Population",
    "Projection",
    "RunReport",
    "Selection",
    "SimulationError",
    "Soma",
    "SpikeGenerator",
    "SpikeRecording",
    "ToolchainError",
    "TraceRecording",
    "UnknownVariableError",
    "ValidationReport",
    "cells",
    "choose_backend",
    "default_params",
    "normal",
    "plots",
    "show_versions",
    "uniform",
    "update_default_params",
]
