"""Dendrify's examples of measurements on model neurons, written anew."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from brian2.units import cm, ms, mV, nS, ohm, pA, pF, uF, um, uS
from compartmental_examples import NA_SPIKE, soma_and_dendrite
from example_engines import Drive, Experiment, Pulse, cached

SPIKES = {"threshold": "V_soma > -40*mV", "reset": "V_soma = -55*mV", "refractory": 4 * ms}


# ----------------------------------------------------------------- attenuation along a dendrite


def cable_model(lib: Any) -> Any:
    """Four cylinders in a row, coupled by their axial resistances."""
    soma = lib.Soma("soma", length=25 * um, diameter=25 * um)
    widths = {"trunk": 1.5 * um, "prox": 1.2 * um, "dist": 1 * um}
    parts = [soma, *(lib.Dendrite(n, length=100 * um, diameter=d) for n, d in widths.items())]
    return lib.NeuronModel(
        list(pairwise(parts)),
        cm=1 * uF / cm**2,
        gl=50 * uS / cm**2,
        v_rest=-70 * mV,
        r_axial=400 * ohm * cm,
    )


@cached
def attenuation() -> Experiment:
    """A long negative current into the soma."""
    names = ("soma", "trunk", "prox", "dist")
    return Experiment(
        cable_model,
        1,
        620 * ms,
        tuple(f"V_{name}" for name in names),
        pulses=(Pulse("I_ext_soma", -10 * pA, 20 * ms, 520 * ms),),
    )


# ------------------------------------------------------------------ input and output of a dendrite

SYNAPSES = 15


def integrating_model(lib: Any) -> Any:
    """AMPA and NMDA receptors and sodium spikes on a dendrite."""
    soma, dend = soma_and_dendrite(lib)
    dend.dspikes("Na", g_rise=30 * nS, g_fall=15 * nS)
    dend.synapse("AMPA", tag="x", g=3 * nS, t_decay=2 * ms)
    dend.synapse("NMDA", tag="x", g=3 * nS, t_decay=50 * ms)
    model = lib.NeuronModel([(soma, dend, 15 * nS)], v_rest=-65 * mV)
    model.config_dspikes("Na", **NA_SPIKE)
    return model


def one_more_each(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs in which neuron k has the first k + 1 of `n` sources."""
    return np.triu_indices(n)


@cached
def dendritic_input_output() -> Experiment:
    """Neuron k gets k + 1 synapses, which are active one after the other."""
    times = [10 + 0.1 * k for k in range(SYNAPSES)] * ms
    receptors = ("s_AMPA_x_dend", "s_NMDA_x_dend")
    drive = Drive(SYNAPSES, range(SYNAPSES), times, receptors, one_more_each(SYNAPSES))
    return Experiment(
        integrating_model,
        SYNAPSES,
        200 * ms,
        ("V_dend", "spiketime_Na_dend", "gate_Na_dend"),
        SPIKES,
        drives=(drive,),
    )


# --------------------------------------------------------------------- rate against current

CURRENTS = np.arange(200, 620, 20) * pA


def two_compartments(lib: Any) -> Any:
    """A soma and a passive dendrite."""
    soma, dend = soma_and_dendrite(lib)
    return lib.NeuronModel([(soma, dend, 15 * nS)], v_rest=-65 * mV)


@cached
def rate_against_current() -> Experiment:
    """Every neuron gets another current for a second."""
    pulse = Pulse("I_ext_soma", CURRENTS, 0 * ms, 1000 * ms)
    return Experiment(two_compartments, len(CURRENTS), 1000 * ms, ("V_soma",), SPIKES, (pulse,))


# ----------------------------------------------------------------- resistance and time constant


def leaky_model(lib: Any, factor: float = 1.0) -> Any:
    """A leaky neuron; a factor of its leak and its capacitance."""
    return lib.PointNeuronModel(
        model="leakyIF", cm_abs=factor * 250 * pF, gl_abs=factor * 20 * nS, v_rest=-70 * mV
    )


def adapting_model(lib: Any) -> Any:
    """The same with subthreshold adaptation."""
    model = lib.PointNeuronModel(
        model="adaptiveIF", cm_abs=250 * pF, gl_abs=20 * nS, v_rest=-70 * mV
    )
    model.add_params({"tauw": 100 * ms, "a": 2 * nS})
    return model


@cached
def input_resistance(factor: float) -> Experiment:
    """Twenty picoamperes out of the neuron for half a second."""
    pulse = Pulse("I_ext", -20 * pA, 50 * ms, 550 * ms)
    return Experiment(lambda lib: leaky_model(lib, factor), 1, 650 * ms, ("V",), pulses=(pulse,))


@cached
def time_constant(adapts: bool) -> Experiment:
    """Ten picoamperes out of the neuron for 200 ms."""
    pulse = Pulse("I_ext", -10 * pA, 20 * ms, 220 * ms)
    build = adapting_model if adapts else leaky_model
    return Experiment(build, 1, 320 * ms, ("V",), pulses=(pulse,))


def fit_decay(t: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Fit ``a * exp(-t/tau)`` by least squares (Gauss-Newton); return a and tau."""
    slope, offset = np.polyfit(t[: len(t) // 10], np.log(y[: len(t) // 10]), 1)
    a, rate = np.exp(offset), -slope
    for _ in range(50):
        decay = np.exp(-rate * t)
        jacobian = np.stack([decay, -a * t * decay], axis=1)
        change, *_ = np.linalg.lstsq(jacobian, y - a * decay, rcond=None)
        a, rate = a + change[0], rate + change[1]
    assert abs(change[1]) < 1e-9 * rate, "the fit has not converged"
    return float(a), float(1 / rate)


def fitted_time_constant(voltage: np.ndarray, start: int, dt: float) -> float:
    """Time constant of the fall from step `start` to the lowest voltage, scaled to 1 to 0."""
    fall = voltage[start : int(np.argmin(voltage))]
    scaled = (fall - fall.min()) / (fall.max() - fall.min())
    return fit_decay(np.arange(len(scaled)) * dt, scaled)[1]
