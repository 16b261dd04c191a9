"""Spike-timing dependent plasticity that counts triplets of spikes.

Pfister and Gerstner (2006), J Neurosci 26:9673, equations 3 and 4, with two traces on either side of the synapse.
"""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import Hz, ms, mV

from .drawing import pairs, poisson_source

MONITORS = ("spikes", "trace")
RANDOM = True
TEST = {"scale": 0.5, "duration": 80}

CONSTANTS = {
    "tau_r1": 16.8 * ms,
    "tau_r2": 101 * ms,
    "tau_o1": 33.7 * ms,
    "tau_o2": 125 * ms,
    "pair_plus": 5e-3,
    "triplet_plus": 6.2e-3,
    "pair_minus": 7e-3,
    "triplet_minus": 2.3e-4,
}
SYNAPSE = """
w : 1
dr1/dt = -r1/tau_r1 : 1 (event-driven)
dr2/dt = -r2/tau_r2 : 1 (event-driven)
do1/dt = -o1/tau_o1 : 1 (event-driven)
do2/dt = -o2/tau_o2 : 1 (event-driven)
"""


def build(scale: float = 1.0, *, replayed: bool = True, seed: int = 10) -> Network:
    """Return the network: 200 inputs onto 40 cells at scale 1."""
    rng = np.random.default_rng(seed)
    inputs, total = round(200 * scale), round(40 * scale)
    source = poisson_source(rng, inputs, 40 * Hz, "source", replayed=replayed)
    cells = NeuronGroup(
        total,
        "dv/dt = (-65*mV - v)/(10*ms) : volt (unless refractory)",
        threshold="v > -50*mV",
        reset="v = -65*mV",
        refractory=2 * ms,
        method="exact",
        name="cells",
    )
    cells.v = (-65 + 10 * rng.random(total)) * mV
    synapses = Synapses(
        source,
        cells,
        SYNAPSE,
        on_pre="""
        v_post += 1.5*w*mV
        w = clip(w - o1*(pair_minus + triplet_minus*r2), 0, 2)
        r1 += 1
        r2 += 1
        """,
        on_post="""
        w = clip(w + r1*(pair_plus + triplet_plus*o2), 0, 2)
        o1 += 1
        o2 += 1
        """,
        delay={"pre": 1 * ms, "post": 0.5 * ms},
        namespace=CONSTANTS,
        name="synapses",
    )
    synapses.connect(**pairs(rng, inputs, total, min(1.0, 50 / inputs)))
    synapses.w = 0.5 + rng.random(len(synapses))
    spikes = SpikeMonitor(cells, name="spikes")
    trace = StateMonitor(synapses, ["w", "r1", "o1"], record=[0, 3, 5], dt=1 * ms, name="trace")
    return Network(source, cells, synapses, spikes, trace)
