"""One Synapses with several named pathways on either side, whose delays change between runs with spikes on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import Hz, ms

from .drawing import pairs, poisson_source

MONITORS = ("spikes", "trace", "weights")
RANDOM = True
TEST = {"scale": 0.5, "duration": 90}

CELL = """
dv/dt = (fast + slow - v)/(10*ms) : 1
dfast/dt = -fast/(2*ms) : 1
dslow/dt = -slow/(30*ms) : 1
back : 1
"""


def build(scale: float = 1.0, *, replayed: bool = True, seed: int = 16) -> Network:
    """Return the network: 100 inputs onto 20 cells at scale 1."""
    rng = np.random.default_rng(seed)
    inputs, total = round(100 * scale), round(20 * scale)
    source = poisson_source(rng, inputs, 30 * Hz, "source", replayed=replayed)
    cells = NeuronGroup(total, CELL, threshold="v > 1", reset="v = 0", method="euler", name="cells")
    synapses = Synapses(
        source,
        cells,
        "w : 1\n x : 1\n hits : integer",
        on_pre={
            "quick": "fast += w",
            "late": "slow += 0.2*w",
            "trace": "x = 0.9*x + 0.1",
        },
        on_post={"learn": "w = clip(w + 0.05*x, 0, 1)", "count": "hits += 1; back_post += 1"},
        delay={"late": 3 * ms, "learn": 1 * ms},
        name="synapses",
    )
    synapses.connect(**pairs(rng, inputs, total, min(1.0, 30 / inputs)))
    synapses.w = 0.1 + 0.3 * rng.random(len(synapses))
    synapses.quick.delay = rng.random(len(synapses)) * 5 * ms
    synapses.trace.order = -3
    spikes = SpikeMonitor(cells, name="spikes")
    trace = StateMonitor(cells, ["v", "fast", "slow", "back"], record=True, name="trace")
    weights = StateMonitor(synapses, ["w", "x"], record=[0, 4], dt=1 * ms, name="weights")
    return Network(source, cells, synapses, spikes, trace, weights)


def run(network: Network, duration: Any) -> None:
    """Run three times; after the first, delays and weights change, after the second the cells too."""
    synapses, cells = network["synapses"], network["cells"]
    third = duration / 3
    network.run(third)
    synapses.quick.delay = np.linspace(0, 8, len(synapses)) * ms
    synapses.late.delay = 1 * ms
    synapses.learn.delay = 2.5 * ms
    synapses.w = "clip(0.5*w, 0, 1)"
    network.run(third)
    synapses.quick.delay["i % 2 == 0"] = 0 * ms
    cells.v = "0.5*v"
    synapses.x[0:5] = 0
    network.run(third)
