"""Several synapses between the same two cells, told apart by an index that sets delay and weight."""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses

MONITORS = ("spikes", "trace")
RANDOM = False
TEST = {"scale": 1.0, "duration": 100}


def build(scale: float = 1.0, seed: int = 15) -> Network:
    """Return 20 cells at scale 1 that pace themselves and reach four others each by five synapses."""
    rng = np.random.default_rng(seed)
    total = max(5, round(20 * scale))
    cells = NeuronGroup(
        total,
        """
        dv/dt = (drive - v)/(20*ms) + g/ms : 1
        dg/dt = -g/(3*ms) : 1
        drive : 1 (constant)
        """,
        threshold="v > 1",
        reset="v = 0",
        method="rk2",
        name="cells",
    )
    cells.drive = 0.8 + 0.6 * rng.random(total)
    cells.v = rng.random(total)
    synapses = Synapses(
        cells, cells, "w : 1 (constant)", on_pre="g += w", multisynaptic_index="k", name="synapses"
    )
    synapses.connect(j="(i + step) % N_post for step in range(1, 5)", n=5)
    synapses.delay = "0.3*ms + k*0.7*ms"
    synapses.w = "0.01*(k + 1)/N_outgoing - 0.02*int(k == 4)"
    spikes = SpikeMonitor(cells, name="spikes")
    trace = StateMonitor(cells, ["v", "g"], record=[0, 1], name="trace")
    return Network(cells, synapses, spikes, trace)
