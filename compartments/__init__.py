"""Biology in, equations out: compartments, their mechanisms, and neurons made of them."""

from __future__ import annotations

from .compartment import Compartment
from .coupling import Coupling
from .defaults import default_params, update_default_params
from .dendrite import Dendrite
from .dspikes import DSpike
from .ephys import EphysProperties
from .errors import (
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
from .membranes import MEMBRANES, Membrane
from .neuron_model import NeuronModel
from .noise import Noise
from .receptors import RECEPTOR_KINDS, Receptor, ReceptorKind
from .soma import Soma

__all__ = [
    "MEMBRANES",
    "RECEPTOR_KINDS",
    "Compartment",
    "CompartmentError",
    "ConflictingParametersError",
    "Coupling",
    "DSpike",
    "Dendrite",
    "DimensionlessCompartmentError",
    "DuplicateEquationsError",
    "EphysProperties",
    "EquationTextError",
    "GroupArgumentError",
    "InvalidNameError",
    "Membrane",
    "MissingParameterError",
    "MorphologyError",
    "NeuronModel",
    "Noise",
    "Receptor",
    "ReceptorKind",
    "Soma",
    "UnitsError",
    "UnknownNameError",
    "default_params",
    "update_default_params",
]
