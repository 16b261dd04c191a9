"""Dendrify's examples of neurons with compartments, written anew: their models and protocols."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2.units import cm, ms, mV, nS, ohm, pA, pF, uF, um, uS
from example_engines import Drive, Experiment, Pulse, cached

#: A spike that is drawn with two resets, in two examples with two compartments.
TWO_RESETS = {
    "threshold": "V_soma > -40*mV",
    "reset": "V_soma = 40*mV",
    "second_reset": "V_soma=-50*mV",
    "spike_width": 0.8 * ms,
    "refractory": 4 * ms,
}
NA_SPIKE = {
    "threshold": -35 * mV,
    "duration_rise": 1.2 * ms,
    "duration_fall": 2.4 * ms,
    "offset_fall": 0.2 * ms,
    "refractory": 5 * ms,
    "reversal_rise": "E_Na",
    "reversal_fall": "E_K",
}


def soma_and_dendrite(lib: Any) -> tuple[Any, Any]:
    """The two compartments that most of the examples share."""
    soma = lib.Soma("soma", cm_abs=200 * pF, gl_abs=10 * nS)
    return soma, lib.Dendrite("dend", cm_abs=50 * pF, gl_abs=2.5 * nS)


# ------------------------------------------------------------------------- amplification


def amplifying_model(lib: Any, active: bool) -> Any:
    """AMPA and NMDA receptors on a dendrite that can have sodium spikes."""
    soma, dend = soma_and_dendrite(lib)
    dend.synapse("AMPA", tag="x", g=3 * nS, t_decay=2 * ms)
    dend.synapse("NMDA", tag="x", g=3 * nS, t_decay=60 * ms)
    return _with_sodium_spikes(lib, soma, dend, active)


def _with_sodium_spikes(lib: Any, soma: Any, dend: Any, active: bool) -> Any:
    if active:
        dend.dspikes("Na", g_rise=30 * nS, g_fall=14 * nS)
    model = lib.NeuronModel([(soma, dend, 15 * nS)], v_rest=-60 * mV)
    if active:
        model.config_dspikes("Na", **NA_SPIKE)
    return model


def amplification(active: bool, sources: int, i: Any, t: Any) -> Experiment:
    """Every source excites the dendrite of one neuron; the spikes are Brian2's, seeded."""
    receptors = ("s_AMPA_x_dend", "s_NMDA_x_dend")
    everyone = (np.arange(sources), np.zeros(sources, dtype=int))
    return Experiment(
        lambda lib: amplifying_model(lib, active),
        1,
        500 * ms,
        ("V_soma", "V_dend"),
        TWO_RESETS,
        drives=(Drive(sources, i, t, receptors, everyone),),
    )


# ------------------------------------------------------- action potentials that travel back


def tree_model(lib: Any) -> Any:
    """A soma and three dendrites in a row, each with sodium spikes."""
    soma = lib.Soma("soma", model="leakyIF", length=25 * um, diameter=25 * um)
    trunk = lib.Dendrite("trunk", length=100 * um, diameter=2.5 * um)
    prox = lib.Dendrite("prox", length=100 * um, diameter=1 * um)
    dist = lib.Dendrite("dist", length=100 * um, diameter=0.5 * um)
    trunk.dspikes("Na", g_rise=22 * nS, g_fall=14 * nS)
    prox.dspikes("Na", g_rise=9 * nS, g_fall=5.7 * nS)
    dist.dspikes("Na", g_rise=3.7 * nS, g_fall=2.4 * nS)
    model = lib.NeuronModel(
        [(soma, trunk, 15 * nS), (trunk, prox, 6 * nS), (prox, dist, 2 * nS)],
        cm=1 * uF / cm**2,
        gl=40 * uS / cm**2,
        v_rest=-65 * mV,
        r_axial=150 * ohm * cm,
        scale_factor=2.8,
        spine_factor=1.5,
    )
    model.config_dspikes("Na", **NA_SPIKE)
    return model


@cached
def back_propagation() -> Experiment:
    """A step of current into the soma makes action potentials that invade the dendrites."""
    dendrites = ("trunk", "prox", "dist")
    record = [f"V_{name}" for name in ("soma", *dendrites)]
    record += [f"{what}_Na_{name}" for name in dendrites for what in ("spiketime", "gate")]
    return Experiment(
        tree_model,
        1,
        170 * ms,
        tuple(record),
        {**TWO_RESETS, "second_reset": "V_soma=-55*mV"},
        (Pulse("I_ext_soma", 115 * pA, 10 * ms, 110 * ms),),
    )


# --------------------------------------------------------------- phases of a dendritic spike


def phases_model(lib: Any) -> Any:
    """A dendrite whose sodium spikes fall half a millisecond after they rise."""
    soma, dend = soma_and_dendrite(lib)
    dend.dspikes("Na", g_rise=30 * nS, g_fall=15 * nS)
    model = lib.NeuronModel([(soma, dend, 15 * nS)], v_rest=-60 * mV)
    model.config_dspikes("Na", **{**NA_SPIKE, "offset_fall": 0.5 * ms})
    return model


@cached
def phases() -> Experiment:
    """Current into the dendrite until it spikes repeatedly; the soma cannot."""
    record = "V_soma V_dend g_rise_Na_dend g_fall_Na_dend I_rise_Na_dend I_fall_Na_dend"
    return Experiment(
        phases_model,
        1,
        240 * ms,
        (*record.split(), "spiketime_Na_dend", "gate_Na_dend"),
        pulses=(Pulse("I_ext_dend", 213 * pA, 10 * ms, 160 * ms),),
    )


# --------------------------------------------------------------------------------- a network

NETWORK_SIZE = 200
BLOCK = 50 * ms
RATES = [50, 0] * 5
RATE_AFTERWARDS = 0


def network_model(lib: Any, active: bool) -> Any:
    """AMPA receptors for input from outside and from the network."""
    soma, dend = soma_and_dendrite(lib)
    dend.synapse("AMPA", tag="external", g=1 * nS, t_decay=5 * ms)
    dend.synapse("AMPA", tag="recurrent", g=1 * nS, t_decay=5 * ms)
    return _with_sodium_spikes(lib, soma, dend, active)


def network(
    active: bool, i: Any, t: Any, outside: tuple[Any, Any], inside: tuple[Any, Any]
) -> Experiment:
    """The network with given input spikes and synapses."""
    return Experiment(
        lambda lib: network_model(lib, active),
        NETWORK_SIZE,
        550 * ms,
        (),
        TWO_RESETS,
        drives=(Drive(NETWORK_SIZE, i, t, ("s_AMPA_external_dend",), outside),),
        recurrent=((("s_AMPA_recurrent_dend",), inside),),
    )
