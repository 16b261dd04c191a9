"""Dendrify's examples of point neurons, written anew: their models and protocols."""

from __future__ import annotations

from typing import Any

from brian2.units import ms, mV, nA, nS, pA, pF
from example_engines import Drive, Experiment, Pulse, cached

# ------------------------------------------------------------------------ two adaptations


def current_adaptation(lib: Any) -> Any:
    """Adaptation by a current, which grows with every spike."""
    model = lib.PointNeuronModel(
        model="adaptiveIF", cm_abs=150 * pF, gl_abs=15 * nS, v_rest=-65 * mV
    )
    model.add_params({"Vth": -50 * mV, "Vr": -60 * mV, "tauw": 210 * ms, "a": 0 * nS, "b": 60 * pA})
    return model


def conductance_adaptation(lib: Any) -> Any:
    """Adaptation by a conductance, whose current ends at its reversal potential."""
    model = lib.PointNeuronModel(model="cadIF", cm_abs=150 * pF, gl_abs=15 * nS, v_rest=-65 * mV)
    model.add_params({"Vth": -50 * mV, "Vr": -60 * mV, "EA": -65 * mV})
    model.add_params({"tauA": 210 * ms, "gAmax": 0 * nS, "delta_gA": 3 * nS})
    return model


@cached
def adaptation(kind: str) -> Experiment:
    """Half a nanoampere for 150 ms, and what follows."""
    build, update = {
        "current": (current_adaptation, "w+=b"),
        "conductance": (conductance_adaptation, "gA+=delta_gA"),
    }[kind]
    return Experiment(
        build,
        1,
        300 * ms,
        ("V",),
        {"threshold": "V>Vth", "reset": f"V=Vr; {update}"},
        (Pulse("I_ext", 500 * pA, 0 * ms, 150 * ms),),
    )


# ----------------------------------------------------------------------------------- AdEx

ADEX_SPIKES = {"threshold": "V>Vth+5*DeltaT", "reset": "V=Vr; w+=b"}


def adex_model(lib: Any) -> Any:
    """The exponential neuron of Brette & Gerstner 2005."""
    model = lib.PointNeuronModel(model="adex", cm_abs=281 * pF, gl_abs=30 * nS, v_rest=-70.6 * mV)
    model.add_params({"Vth": -50.4 * mV, "DeltaT": 2 * mV, "Vr": -70.6 * mV})
    model.add_params({"tauw": 144 * ms, "a": 4 * nS, "b": 0.0805 * nA})
    return model


def noisy_adex_model(lib: Any) -> Any:
    """The same with a noise current."""
    model = adex_model(lib)
    model.noise(mean=50 * pA, sigma=300 * pA, tau=2 * ms)
    return model


def adex_step(build: Any, size: int = 1) -> Experiment:
    """One nanoampere from 20 to 120 ms."""
    step = Pulse("I_ext", 1 * nA, 20 * ms, 120 * ms)
    return Experiment(build, size, 140 * ms, ("V",), ADEX_SPIKES, (step,))


@cached
def adex() -> Experiment:
    """The neuron without noise."""
    return adex_step(adex_model)


# ------------------------------------------------------------------------ a layer of AdEx

LAYER = {"size": 100, "sources": 200, "probability": 0.25}


def adex_with_synapses(lib: Any) -> Any:
    """AdEx with AMPA and NMDA receptors."""
    model = adex_model(lib)
    model.synapse("AMPA", tag="x", g=0.5 * nS, t_decay=2 * ms)
    model.synapse("NMDA", tag="x", g=0.5 * nS, t_decay=50 * ms)
    return model


def adex_layer(i: Any, t: Any, pairs: tuple[Any, Any]) -> Experiment:
    """Many neurons under given input spikes."""
    receptors = ("s_AMPA_x", "s_NMDA_x")
    drive = Drive(int(LAYER["sources"]), i, t, receptors, pairs)
    return Experiment(
        adex_with_synapses, int(LAYER["size"]), 200 * ms, ("V",), ADEX_SPIKES, drives=(drive,)
    )


# ----------------------------------------------------------------------------- inhibition

EXCITATORY, INHIBITORY, INHIBITION_SOURCES = 700, 300, 200
LIF_SPIKES = {"threshold": "V>Vth", "reset": "V=Vr"}


def lif_with_inhibition(lib: Any) -> Any:
    """A leaky neuron with AMPA receptors for input from outside and GABA receptors."""
    model = lib.PointNeuronModel(
        model="leakyIF", cm_abs=281 * pF, gl_abs=30 * nS, v_rest=-70.6 * mV
    )
    model.synapse("AMPA", tag="ext", g=2 * nS, t_decay=2.5 * ms)
    model.synapse("GABA", tag="inh", g=2 * nS, t_decay=7.5 * ms)
    model.add_params({"Vth": -40.4 * mV, "Vr": -65.6 * mV})
    return model
