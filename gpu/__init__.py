"""The simulation core: equations in, spikes and traces out.

It accepts models in Brian2's language (`Model`), compiles them to one C-like text and runs that text on a
CUDA device or on the CPU. `compile.py` shows the compiler stage by stage.
"""

from __future__ import annotations

from .backends.cpu import CpuBackend, find_compiler
from .backends.cuda import CudaBackend, cuda_unavailable
from .backends.nvcc import find_nvcc
from .cache import cache_directory, clear_cache
from .engine.plan import (
    GeneratorPlan,
    MonitorPlan,
    NetworkPlan,
    PoissonPlan,
    PopulationPlan,
    ProjectionPlan,
)
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
from .model import Model
from .program import Program

__all__ = [
    "CpuBackend",
    "CudaBackend",
    "GeneratorPlan",
    "Model",
    "ModelError",
    "MonitorPlan",
    "NetworkError",
    "NetworkPlan",
    "NetworkTooLargeError",
    "NumericalError",
    "PoissonPlan",
    "PopulationPlan",
    "Program",
    "ProjectionPlan",
    "RunReport",
    "Simulation",
    "SimulationError",
    "ToolchainError",
    "build_program",
    "cache_directory",
    "clear_cache",
    "cuda_unavailable",
    "find_compiler",
    "find_nvcc",
    "integration_methods",
    "nearest_names",
]
