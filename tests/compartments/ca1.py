"""The nine-compartment CA1 pyramidal cell of Pagkalos et al. (2023), with current boxes."""

from __future__ import annotations

from math import pi
from typing import Any

from brian2.units import cm, mS, ms, mV, nS, ohm, pA, uF, um, uS

from dendrify_gpu.compartments import Dendrite, NeuronModel, Soma

GEOMETRY = {
    "prox": (100 * um, 2 * um),
    "ob1": (100 * um, 1 * um),
    "ob2": (100 * um, 1 * um),
    "med": (150 * um, 1.25 * um),
    "dist1": (150 * um, 0.8 * um),
    "dist2": (150 * um, 0.8 * um),
    "bas1": (150 * um, 0.8 * um),
    "bas2": (150 * um, 0.8 * um),
}
RECEPTORS = [
    ("ob1", "ca3", 0.6 * nS, 0.4 * nS),
    ("ob2", "ca3", 0.6 * nS, 0.4 * nS),
    ("med", "ca3", 0.81 * nS, 0.4 * nS),
    ("dist1", "ec", 0.81 * nS, 0.81 * nS),
    ("dist2", "ec", 0.81 * nS, 0.81 * nS),
    ("prox", "validation", 0.6 * nS, 0.4 * nS),
]
PARAMETERS = {
    "EA": -65 * mV,
    "tauA": 45 * ms,
    "gAmax": 0.15 * nS,
    "delta_gA": 21 * nS,
    "Vth": -47.5 * mV,
    "E_NMDA": 0.35 * mV,
    "E_Na": 50 * mV,
    "E_K": -90 * mV,
    "Alpha_NMDA": 0.087,
    "Beta_NMDA": 3.57,
    "Gamma_NMDA": 10,
    "Mg_con": 1.0,
}
GROUP = {
    "threshold": "V_soma > Vth",
    "reset": "V_soma = 37.5*mV; gA += delta_gA",
    "second_reset": "V_soma = -53*mV",
    "spike_width": 0.8 * ms,
    "refractory": 4 * ms,
}
CURRENTS = [100, 150, 200, 250, 300, 350] * pA
SPIKE_COUNTS = [0, 1, 10, 13, 17, 20]
G_NA = 10 * mS / cm**2
G_K = G_NA / 2.5
RISE_FRACTION = 0.42
FALL_FRACTION = 0.5


def make_ca1_model(
    rise_fraction: float = RISE_FRACTION, fall_fraction: float = FALL_FRACTION, lib: Any = None
) -> Any:
    """Build the cell, with this library or with another one that has the same interface."""
    soma_type = Soma if lib is None else lib.Soma
    dendrite_type = Dendrite if lib is None else lib.Dendrite
    model_type = NeuronModel if lib is None else lib.NeuronModel
    soma = soma_type("soma", model="cadIF", length=30 * um, diameter=20 * um)
    dendrites = {}
    for name, (length, diameter) in GEOMETRY.items():
        dendrites[name] = dendrite_type(name, length=length, diameter=diameter)
        # The channel densities refer to the bare cylinder, without scale and spine factors.
        area = pi * length * diameter
        dendrites[name].dspikes(
            "Na",
            threshold=-42.5 * mV,
            g_rise=rise_fraction * G_NA * area,
            g_fall=fall_fraction * G_K * area,
            duration_rise=1.2 * ms,
            duration_fall=2.4 * ms,
            reversal_rise=50 * mV,
            reversal_fall=-90 * mV,
            offset_fall=0.6 * ms,
            refractory=4.2 * ms,
        )
    for name, tag, g_ampa, g_nmda in RECEPTORS:
        dendrites[name].synapse("AMPA", tag=tag, g=g_ampa, t_decay=2.5 * ms)
        dendrites[name].synapse("NMDA", tag=tag, g=g_nmda, t_decay=50 * ms)
    d = dendrites
    edges = [
        (soma, d["bas1"], 3.8 * nS),
        (soma, d["bas2"], 3.8 * nS),
        (soma, d["prox"], 22 * nS),
        (d["prox"], d["ob1"], "half_cylinders"),
        (d["prox"], d["ob2"], "half_cylinders"),
        (d["prox"], d["med"], "half_cylinders"),
        (d["med"], d["dist1"], "half_cylinders"),
        (d["med"], d["dist2"], "half_cylinders"),
    ]
    model = model_type(
        edges,
        cm=1 * uF / cm**2,
        gl=40 * uS / cm**2,
        r_axial=120 * ohm * cm,
        v_rest=-65 * mV,
        scale_factor=2.9,
        spine_factor=1.5,
    )
    model.add_params(PARAMETERS)
    return model
