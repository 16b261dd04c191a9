"""Synapses whose targets are synapses: a modulator that writes weights, and a sum over each synapse's neighbours.

The latter are given as numbers: where the sources are synapses, Brian2's compiled targets make none from a generator.
"""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import Hz, ms

from .drawing import pairs, poisson_source

MONITORS = ("spikes", "weights")
RANDOM = True
TEST = {"scale": 1.0, "duration": 100}

SYNAPSE = """
w : 1
spill : 1
deligible/dt = -eligible/(30*ms) : 1 (clock-driven)
"""


def build(scale: float = 1.0, *, replayed: bool = True, seed: int = 14) -> Network:
    """Return the network: 40 inputs onto 10 cells and 3 modulators at scale 1."""
    rng = np.random.default_rng(seed)
    inputs, total = round(40 * scale), round(10 * scale)
    source = poisson_source(rng, inputs, 40 * Hz, "source", replayed=replayed)
    reward = poisson_source(rng, 3, 50 * Hz, "reward", replayed=replayed)
    cells = NeuronGroup(
        total,
        "dv/dt = -v/(10*ms) : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="cells",
    )
    synapses = Synapses(
        source,
        cells,
        SYNAPSE,
        on_pre="v_post += w*(1 + spill); eligible += 1",
        method="exact",
        name="synapses",
    )
    synapses.connect(**pairs(rng, inputs, total, 0.5))
    synapses.w = 0.1 + 0.2 * rng.random(len(synapses))
    modulate = Synapses(
        reward,
        synapses,
        on_pre="w_post = clip(w_post + 0.02*eligible_post - 0.005, 0, 0.5)",
        delay=1 * ms,
        name="modulate",
    )
    modulate.connect(**pairs(rng, 3, len(synapses), 0.4))
    spillover = Synapses(
        synapses, synapses, "spill_post = 0.02*eligible_pre : 1 (summed)", name="spillover"
    )
    each = np.arange(len(synapses) - 1)
    spillover.connect(i=np.append(each, each + 1), j=np.append(each + 1, each))
    spikes = SpikeMonitor(cells, name="spikes")
    weights = StateMonitor(
        synapses, ["w", "eligible", "spill"], record=[0, 1, 7], dt=1 * ms, name="weights"
    )
    return Network(source, reward, cells, synapses, modulate, spillover, spikes, weights)
