"""The exceptions that the package raises, of all its parts.

`CompartmentError` and its kinds are about the description of a neuron, `ModelError` about
equations, `NetworkError` about a network, `ToolchainError` about the machine's tools and
`SimulationError` about a run.
"""

from __future__ import annotations

from .compartments import (
    CompartmentError,
    ConflictingParametersError,
    DimensionlessCompartmentError,
    DuplicateEquationsError,
    EquationTextError,
    GroupArgumentError,
    InvalidNameError,
    MissingParameterError,
    MorphologyError,
    UnitsError,
    UnknownNameError,
)
from .gpu import (
    ModelError,
    NetworkError,
    NetworkTooLargeError,
    NumericalError,
    SimulationError,
    ToolchainError,
)

__all__ = [
    "CompartmentError",
    "ConflictingParametersError",
    "DimensionlessCompartmentError",
    "DuplicateEquationsError",
    "EquationTextError",
    "GroupArgumentError",
    "IndexRangeError",
    "InvalidNameError",
    "MissingParameterError",
    "ModelError",
    "MorphologyError",
    "NetworkError",
    "NetworkTooLargeError",
    "NumericalError",
    "SimulationError",
    "ToolchainError",
    "UnitsError",
    "UnknownNameError",
    "UnknownVariableError",
]


class UnknownVariableError(NetworkError, AttributeError):
    """A variable, a constant or a receptor that does not exist was asked for by its name."""


class IndexRangeError(NetworkError, IndexError):
    """A neuron or a source outside its population was asked for."""
