"""The simulation core: equations in, spikes and traces out.

It accepts models in Brian2's language (`Model`), compiles them to one C-like text and runs that text on a
CUDA device or on the CPU. `compile.py` shows the compiler stage by stage.
"""

from __future__ import annotations

from . import ordered
from .backends.base import Backend
from .backends.cpu import CpuBackend
from .backends.cuda import CudaBackend
from .backends.cuda_devices import CudaDevice, cuda_devices, cuda_unavailable
from .backends.cxx import find_compiler
from .backends.device_views import DeviceView
from .backends.foreign_arrays import host_values
from .backends.nvcc import find_nvcc
from .cache import cache_directory, cached_bytes, cached_file, clear_cache
from .codegen.host_functions import log
from .engine.carry_over import Continuation, DelayEpoch
from .engine.plan import (
    GeneratorPlan,
    MonitorPlan,
    NetworkPlan,
    PoissonPlan,
    PopulationPlan,
    ProjectionPlan,
)
from .engine.population import PopulationMemory
from .engine.recording import Samples, SpikeLog
from .engine.simulation import RunReport, Simulation
from .errors import (
    ModelError,
    NetworkError,
    NetworkTooLargeError,
    NumericalError,
    SimulationError,
    ToolchainError,
    nearest_names,
)
from .frontend import build_program, integration_methods
from .inspection import TARGETS, generated_source, memory_needed
from .model import Model
from .program import Program
from .report.kernel_report import KernelReport, ModelReport, kernel_report

__all__ = [
    "TARGETS",
    "Backend",
    "Continuation",
    "CpuBackend",
    "CudaBackend",
    "CudaDevice",
    "DelayEpoch",
    "DeviceView",
    "GeneratorPlan",
    "KernelReport",
    "Model",
    "ModelError",
    "ModelReport",
    "MonitorPlan",
    "NetworkError",
    "NetworkPlan",
    "NetworkTooLargeError",
    "NumericalError",
    "PoissonPlan",
    "PopulationMemory",
    "PopulationPlan",
    "Program",
    "ProjectionPlan",
    "RunReport",
    "Samples",
    "Simulation",
    "SimulationError",
    "SpikeLog",
    "ToolchainError",
    "build_program",
    "cache_directory",
    "cached_bytes",
    "cached_file",
    "clear_cache",
    "cuda_devices",
    "cuda_unavailable",
    "find_compiler",
    "find_nvcc",
    "generated_source",
    "host_values",
    "integration_methods",
    "kernel_report",
    "log",
    "memory_needed",
    "nearest_names",
    "ordered",
]
