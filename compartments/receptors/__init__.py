"""Synaptic receptors: what a presynaptic spike, or a neighbour's voltage, does to a membrane.

All are immutable and can be added to many compartments, ``compartment.add(GABA_B('inh', g=1*nS))``.

Examples
--------
>>> from brian2.units import ms, nS
>>> from dendrify_gpu.compartments import Dendrite
>>> dend = Dendrite('dend')
>>> dend.add(AMPA('in', g=1*nS, t_decay=2*ms, plasticity=TsodyksMarkram(U=0.5, tau_rec=800*ms)))
>>> dend.add(DualExponential('slow', g=1*nS, t_rise=5*ms, t_decay=5*ms, reversal='E_GABA'))
"""

from __future__ import annotations

from .base import Receptor, ReceptorModel
from .by_name import make_receptor as make_receptor
from .by_name import receptor_template as receptor_template
from .conductances import Alpha, DualExponential
from .current_based import CurrentBased
from .custom import Custom
from .gaba_b import GABA_B
from .gap_junction import GapJunction, GapJunctionReceptor
from .gap_junction_synapses import connect_gap_junctions
from .ionotropic import (
    AMPA,
    GABA,
    GABA_A,
    NMDA,
    Ionotropic,
    IonotropicReceptor,
)
from .ionotropic import (
    RECEPTOR_DEFAULTS as RECEPTOR_DEFAULTS,
)
from .ionotropic import (
    RECEPTOR_KINDS as RECEPTOR_KINDS,
)
from .ionotropic import (
    ReceptorKind as ReceptorKind,
)
from .kinetics import g_norm_factor as g_norm_factor
from .kinetics import normalisation
from .plasticity import TsodyksMarkram

__all__ = [
    "AMPA",
    "GABA",
    "GABA_A",
    "GABA_B",
    "NMDA",
    "Alpha",
    "CurrentBased",
    "Custom",
    "DualExponential",
    "GapJunction",
    "GapJunctionReceptor",
    "Ionotropic",
    "IonotropicReceptor",
    "Receptor",
    "ReceptorModel",
    "TsodyksMarkram",
    "connect_gap_junctions",
    "normalisation",
]
