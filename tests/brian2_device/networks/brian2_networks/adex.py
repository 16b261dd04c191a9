"""Adaptive exponential integrate-and-fire cells of several kinds under a step of current.

Brette and Gerstner (2005), J Neurophysiol 94:3637: regular, bursting and fast spiking cells differ in parameters that
each cell has for itself.
"""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, TimedArray
from brian2.units import ms, mV, nA, nS, pA, pF

MONITORS = ("spikes", "trace")
RANDOM = False
#: The upstroke of a spike multiplies what rounding leaves: Brian2's own targets agree to 1e-11.
RTOL = 1e-9
TEST = {"scale": 1.0, "duration": 100}

CELL = """
dv/dt = (g_leak*(v_leak - v + sharpness*exp((v - v_T)/sharpness)) + I - w)/C : volt
dw/dt = (a*(v - v_leak) - w)/tau_w : amp
I = strength*step(t) : amp
strength : amp (constant)
a : siemens (constant)
b : amp (constant)
tau_w : second (constant)
v_after : volt (constant)
"""
#: Kind: ``a`` in nS, ``b`` in nA, ``tau_w`` in ms, reset in mV.
KINDS = {
    "regular": (4.0, 0.0805, 144.0, -70.6),
    "bursting": (4.0, 0.5, 20.0, -45.4),
    "fast": (2 * 281 / 144, 0.0, 144.0, -70.6),
}


def build(scale: float = 1.0, seed: int = 6) -> Network:
    """Return the network, with ten cells of each kind at scale 1."""
    rng = np.random.default_rng(seed)
    each = max(1, round(10 * scale))
    constants = {
        "C": 281 * pF,
        "g_leak": 30 * nS,
        "v_leak": -70.6 * mV,
        "v_T": -50.4 * mV,
        "sharpness": 2 * mV,
        "step": TimedArray([0.0, 1.0, 1.0, 1.0, 0.5, 0.0, 1.0], dt=20 * ms),
    }
    cells = NeuronGroup(
        each * len(KINDS),
        CELL,
        threshold="v > v_T + 5*sharpness",
        reset="v = v_after; w += b",
        method="rk4",
        namespace=constants,
        name="cells",
    )
    cells.v = constants["v_leak"]
    cells.strength = (900 + 300 * rng.random(len(cells))) * pA
    for index, (a, b, tau_w, v_after) in enumerate(KINDS.values()):
        kind = cells[index * each : (index + 1) * each]
        kind.a, kind.b, kind.tau_w, kind.v_after = a * nS, b * nA, tau_w * ms, v_after * mV
    spikes = SpikeMonitor(cells, variables=["w", "v"], name="spikes")
    trace = StateMonitor(cells, ["v", "w", "I"], record=True, name="trace")
    return Network(cells, spikes, trace)
