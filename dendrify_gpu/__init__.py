"""Reduced compartmental neurons and large networks of them, on the GPU and the CPU."""

from __future__ import annotations

from . import channels, models, plots, receptors
from ._exprel import keep_exprel
from ._versions import __version__, show_versions
from .backend_choice import choose_backend
from .brian2_device import ImportedNetwork, from_brian2
from .brian2_device import register as _register_device
from .brian_export import BrianNetwork
from .code_text import CodeText
from .compartments import (
    BoxSpike,
    CalciumPool,
    Channel,
    Compartment,
    DecayingSpike,
    Dendrite,
    EphysProperties,
    Gate,
    IonPool,
    Morphology,
    NeuronModel,
    PointNeuronModel,
    Soma,
    default_params,
    library,
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
from .gpu import CudaDevice, KernelReport, cuda_devices
from .network import Network
from .playground import Playground
from .population import Population
from .projection import Projection
from .recordings import SpikeRecording, TraceRecording
from .report import RunReport
from .selection import Selection
from .sources import PoissonGroup, SpikeGenerator
from .spatial_group import SpatialNeuronGroup
from .stimuli import CurrentStep
from .validation import ValidationReport

__all__ = [
    "BoxSpike",
    "BrianNetwork",
    "CalciumPool",
    "Channel",
    "CodeText",
    "Compartment",
    "CompartmentError",
    "CudaDevice",
    "CurrentStep",
    "DecayingSpike",
    "Dendrite",
    "EphysProperties",
    "Gate",
    "ImportedNetwork",
    "IndexRangeError",
    "IonPool",
    "KernelReport",
    "ModelError",
    "Morphology",
    "Network",
    "NetworkError",
    "NetworkTooLargeError",
    "NeuronModel",
    "NumericalError",
    "Playground",
    "PointNeuronModel",
    "PoissonGroup",
    "Population",
    "Projection",
    "RunReport",
    "Selection",
    "SimulationError",
    "Soma",
    "SpatialNeuronGroup",
    "SpikeGenerator",
    "SpikeRecording",
    "ToolchainError",
    "TraceRecording",
    "UnknownVariableError",
    "ValidationReport",
    "__version__",
    "channels",
    "choose_backend",
    "cuda_devices",
    "default_params",
    "from_brian2",
    "library",
    "models",
    "normal",
    "plots",
    "receptors",
    "show_versions",
    "uniform",
    "update_default_params",
]

keep_exprel()
_register_device()
