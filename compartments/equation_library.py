"""The library's equations as templates: a starting point for equations of one's own.

Membranes (``'passive'``, ``'leakyIF'``, ``'adaptiveIF'``, ``'cadIF'``, ``'adex'``, ``'cadex'``) have
``{0}`` where the suffix goes: ``'_soma'`` for a compartment called soma, ``''`` for a point neuron.
Receptors (``'AMPA'``, ``'NMDA'``, ``'GABA'``, ``'GABA_A'``, and with a rise time ``'AMPA_rd'``,
``'NMDA_rd'``, ``'GABA_rd'``, ``'GABA_A_rd'``) and ``'noise'`` have ``{0}`` for the name of the
compartment; ``{1}`` is a receptor's tag.

Examples
--------
>>> print(library['passive'].format('_dend'))
dV_dend/dt = (gL_dend * (EL_dend-V_dend) + I_dend) / C_dend  :volt
I_dend = I_ext_dend  :amp
I_ext_dend  :amp
>>> print(library['AMPA'].format('dend', 'x').splitlines()[1])
ds_AMPA_x_dend/dt = -s_AMPA_x_dend / t_AMPA_decay_x_dend  :1
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from brian2.units import ms, pA

from .membranes import MEMBRANES
from .noise import Noise
from .receptors import RECEPTOR_KINDS, receptor_template

__all__ = ["library"]


def _templates() -> dict[str, str]:
    templates = {name: membrane.template for name, membrane in MEMBRANES.items()}
    for channel in RECEPTOR_KINDS:
        templates[channel] = receptor_template(channel, rises=False)
        templates[f"{channel}_rd"] = receptor_template(channel, rises=True)
    templates["noise"] = Noise("{0}", tau=20 * ms, sigma=1 * pA, mean=0 * pA).equations
    return templates


#: Keyword to equations in Brian2 syntax, to be completed with ``str.format``.
library: Mapping[str, str] = MappingProxyType(_templates())
