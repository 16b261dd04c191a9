"""Integrate-and-fire cells whose threshold jumps at each spike and decays back."""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import Hz, mV

from .drawing import pairs, poisson_source

MONITORS = ("spikes", "trace")
RANDOM = True
TEST = {"scale": 0.5, "duration": 150}

CELL = """
dv/dt = -v/(10*ms) : volt
dtop/dt = (10*mV - top)/(15*ms) : volt
"""


def build(scale: float = 1.0, *, replayed: bool = True, seed: int = 7) -> Network:
    """Return the network: 500 Poisson inputs onto 20 cells at scale 1."""
    rng = np.random.default_rng(seed)
    inputs, total = round(500 * scale), round(20 * scale)
    source = poisson_source(rng, inputs, 15 * Hz, "source", replayed=replayed)
    cells = NeuronGroup(
        total,
        CELL,
        threshold="v > top",
        reset="v = 0*mV; top += 3*mV",
        method="euler",
        name="cells",
    )
    cells.top = 10 * mV
    synapses = Synapses(source, cells, on_pre="v += 3*mV", name="synapses")
    synapses.connect(**pairs(rng, inputs, total, min(1.0, 100 / inputs)))
    spikes = SpikeMonitor(cells, variables="top", name="spikes")
    trace = StateMonitor(cells, True, record=True, name="trace")
    return Network(source, cells, synapses, spikes, trace)
