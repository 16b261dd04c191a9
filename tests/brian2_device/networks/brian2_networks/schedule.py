"""The order of things within a step: slots, orders, and names where these are equal."""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import ms

MONITORS = ("spikes", "early_trace", "late_trace")
RANDOM = False
TEST = {"scale": 1.0, "duration": 60}

CELL = """
dv/dt = (1.3 - v)/(10*ms) : 1
x : 1
seen : 1
"""


def build(scale: float = 1.0, seed: int = 22) -> Network:
    """Return 12 cells at scale 1 on which operations that do not commute act in a given order."""
    rng = np.random.default_rng(seed)
    total = max(3, round(12 * scale))
    cells = NeuronGroup(
        total, CELL, threshold="v > 1", reset="v = 0; x = 0.5*x", method="exact", name="cells"
    )
    cells.v = rng.random(total)
    cells.run_regularly("x = 2*x + 1", dt=1 * ms, when="after_synapses", name="step_2")
    cells.run_regularly("x = 0.5*x - 1", dt=1 * ms, when="after_synapses", name="step_10")
    cells.run_regularly("x = x*x/(1 + x*x)", dt=2 * ms, when="before_groups", order=5, name="late")
    cells.run_regularly("x = x + 0.1*i", dt=2 * ms, when="before_groups", order=-5, name="zz")
    cells.resetter["spike"].when = "before_thresholds"
    cells.thresholder["spike"].order = 2
    network = Network(cells)
    for name, code, order in (
        ("pathway_2", "x_post = 0.9*x_post + 0.3", 0),
        ("pathway_10", "x_post = 1.2*x_post - 0.2", 0),
        ("pathway_1", "seen_post = seen_post + x_post", 3),
    ):
        synapses = Synapses(cells, cells, on_pre=code, name=name)
        synapses.connect(condition="(i + 2*j) % 3 == 0")
        synapses.pre.order = order
        if order:
            synapses.pre.when = "after_resets"
        network.add(synapses)
    spikes = SpikeMonitor(cells, variables="x", when="end", name="spikes")
    early = StateMonitor(cells, ["v", "x"], record=True, when="before_start", name="early_trace")
    late = StateMonitor(cells, ["v", "x", "seen"], record=True, when="after_end", name="late_trace")
    network.add(spikes, early, late)
    network.schedule = ["start", "thresholds", "synapses", "groups", "resets", "end"]
    return network
