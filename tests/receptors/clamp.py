"""Neurons whose voltage no synapse moves."""

from __future__ import annotations

from brian2.units import farad, mV, nS

from dendrify_gpu.compartments import NeuronModel, Soma
from dendrify_gpu.compartments.receptors import Receptor, ReceptorModel


def clamped(*models: ReceptorModel) -> NeuronModel:
    """A soma so large that no synapse moves its voltage."""
    soma = Soma("soma", cm_abs=1 * farad, gl_abs=1 * nS, v_rest=-60 * mV)
    for model in models:
        soma.add(model)
    return NeuronModel(soma)


def only_receptor(model: NeuronModel) -> Receptor:
    (receptor,) = model.receptors.values()
    return receptor
