"""Values that a whole group or all synapses share, in equations, summed, stepped and changed by spikes."""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import ms

MONITORS = ("spikes", "trace", "shared_trace")
RANDOM = False
TEST = {"scale": 1.0, "duration": 80}

CELL = """
dv/dt = (drive + level + wave - v)/(10*ms) : 1 (unless refractory)
level : 1 (shared)
wave = 0.1*sin(2*pi*phase) : 1 (shared)
phase : 1 (shared)
held = 0.5*v + level : 1 (constant over dt)
drive : 1
"""


def build(scale: float = 1.0, seed: int = 26) -> Network:
    """Return 20 cells at scale 1."""
    rng = np.random.default_rng(seed)
    total = max(4, round(20 * scale))
    cells = NeuronGroup(
        total,
        CELL,
        threshold="v > 1",
        reset="v = 0.1*held",
        refractory=1 * ms,
        method="rk2",
        name="cells",
    )
    cells.v = rng.random(total)
    cells.drive = 0.8 + 0.4 * rng.random(total)
    cells.level = 0.5
    cells.run_regularly(
        "phase = (phase + 0.05) % 1; level = 0.97*level + 0.01", dt=1 * ms, name="turn"
    )
    synapses = Synapses(
        cells,
        cells,
        """
        gain : 1 (shared)
        slow = 1 - exp(-t/(30*ms)) : 1 (shared)
        dw/dt = (0.02 - w)/(200*ms) : 1 (clock-driven)
        """,
        on_pre="v_post += gain*slow*w",
        on_post="w *= 0.99 + 0.01*gain",
        method="exact",
        name="synapses",
    )
    synapses.connect(condition="i != j and i % 2 == 0")
    synapses.w = 0.05 * rng.random(len(synapses))
    synapses.gain = 0.7
    synapses.run_regularly("gain = 0.7 + 0.2*sin(t/(10*ms))", dt=0.5 * ms, name="vary")
    spikes = SpikeMonitor(cells, variables=["held", "level"], name="spikes")
    trace = StateMonitor(cells, ["v", "held"], record=True, name="trace")
    shared = StateMonitor(cells, ["level", "wave", "phase"], record=[0], name="shared_trace")
    return Network(cells, synapses, spikes, trace, shared)
