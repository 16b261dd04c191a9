"""Synapses that a slow repeated operation scales towards a target rate, beside one on the cells."""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import Hz, ms

from .drawing import pairs, poisson_source

MONITORS = ("spikes", "trace", "weights")
RANDOM = True
TEST = {"scale": 0.5, "duration": 100}

CELL = """
dv/dt = -v/(10*ms) : 1
drate/dt = -rate/(100*ms) : Hz
bias : 1
phase = 2*pi*t/(50*ms) : radian (constant over dt)
"""


def build(scale: float = 1.0, *, replayed: bool = True, seed: int = 12) -> Network:
    """Return the network: 200 inputs onto 20 cells at scale 1."""
    rng = np.random.default_rng(seed)
    inputs, total = round(200 * scale), round(20 * scale)
    source = poisson_source(rng, inputs, 20 * Hz, "source", replayed=replayed)
    cells = NeuronGroup(
        total,
        CELL,
        threshold="v > 1 + bias",
        reset="v = 0; rate += 10*Hz",
        method="exact",
        namespace={"aim": 30 * Hz},
        name="cells",
    )
    cells.run_regularly("bias = 0.1*sin(phase + i)", dt=2 * ms, name="sway")
    synapses = Synapses(
        source, cells, "w : 1", on_pre="v_post += w", namespace={"aim": 30 * Hz}, name="synapses"
    )
    synapses.connect(**pairs(rng, inputs, total, min(1.0, 40 / inputs)))
    synapses.w = 0.1 + 0.1 * rng.random(len(synapses))
    synapses.run_regularly(
        "w = clip(w*(1 + 0.05*(aim - rate_post)/aim), 0.02, 0.5)", dt=10 * ms, name="scaling"
    )
    spikes = SpikeMonitor(cells, name="spikes")
    trace = StateMonitor(cells, ["v", "rate", "bias"], record=True, name="trace")
    weights = StateMonitor(synapses, "w", record=[0, 5, 9], dt=5 * ms, name="weights")
    return Network(source, cells, synapses, spikes, trace, weights)
