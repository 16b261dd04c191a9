"""Biology in, equations out: compartments, their mechanisms, and neurons made of them."""

from __future__ import annotations

from . import channel_library, receptors
from .box_dspike import DSpike
from .channels import BoxSpike, CalciumPool, Channel, DecayingSpike, Gate, IonPool
from .compartment import Compartment
from .coupling import Coupling
from .decaying_dspike import DecayingDSpike
from .defaults import default_params, update_default_params
from .dendrite import Dendrite
from .dspikes import DendriticSpike
from .ephys import EphysProperties
from .equation_library import library
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
from .mechanism import Mechanism, MechanismEvent, Place
from .membranes import MEMBRANES, Membrane
from .model_view import ModelView
from .morphology import Morphology, Reduction, ReductionReport
from .neuron_model import NeuronModel
from .noise import Noise
from .point_neuron import PointNeuronModel
from .quantities import unit_text
from .receptors import RECEPTOR_KINDS, Receptor, ReceptorKind
from .soma import Soma
from .spiking import SpikeRule

__all__ = [
    "MEMBRANES",
    "RECEPTOR_KINDS",
    "BoxSpike",
    "CalciumPool",
    "Channel",
    "Compartment",
    "CompartmentError",
    "ConflictingParametersError",
    "Coupling",
    "DSpike",
    "DecayingDSpike",
    "DecayingSpike",
    "Dendrite",
    "DendriticSpike",
    "DimensionlessCompartmentError",
    "DuplicateEquationsError",
    "EphysProperties",
    "EquationTextError",
    "Gate",
    "GroupArgumentError",
    "InvalidNameError",
    "IonPool",
    "Mechanism",
    "MechanismEvent",
    "Membrane",
    "MissingParameterError",
    "ModelView",
    "Morphology",
    "MorphologyError",
    "NeuronModel",
    "Noise",
    "Place",
    "PointNeuronModel",
    "Receptor",
    "ReceptorKind",
    "Reduction",
    "ReductionReport",
    "Soma",
    "SpikeRule",
    "UnitsError",
    "UnknownNameError",
    "channel_library",
    "default_params",
    "library",
    "receptors",
    "unit_text",
    "update_default_params",
]
