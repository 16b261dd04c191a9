"""Variables that one group reads from another: one to one, by an index, and one value for all."""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses, linked_var
from brian2.units import ms

MONITORS = ("spikes", "trace")
RANDOM = False
TEST = {"scale": 1.0, "duration": 100}


def build(scale: float = 1.0, seed: int = 17) -> Network:
    """Return 24 cells at scale 1 that follow 4 rhythms, one common factor and a partner each."""
    rng = np.random.default_rng(seed)
    total = max(4, round(24 * scale))
    rhythms = NeuronGroup(
        4,
        """
        dphase/dt = 2*pi*rate : radian
        rate : Hz (constant)
        wave = 0.5*(1 + sin(phase)) : 1
        common : 1 (shared)
        """,
        method="euler",
        name="rhythms",
    )
    rhythms.rate = "(10 + 7*i)/second"
    rhythms.run_regularly("common = 1.1 + 0.2*sin(2*pi*t/(40*ms))", dt=1 * ms, name="breath")
    partners = NeuronGroup(total, "dy/dt = (1 - y)/(30*ms) : 1", method="exact", name="partners")
    cells = NeuronGroup(
        total,
        """
        dv/dt = (gain*drive + 0.1*other - v)/(8*ms) : 1 (unless refractory)
        drive : 1 (linked)
        gain : 1 (linked)
        other : 1 (linked)
        """,
        threshold="v > 0.7",
        reset="v = 0",
        refractory=1 * ms,
        method="rk2",
        name="cells",
    )
    cells.drive = linked_var(rhythms, "wave", index=rng.integers(0, 4, total))
    cells.gain = linked_var(rhythms, "common")
    cells.other = linked_var(partners, "y")
    cells.v = rng.random(total) * 0.5
    back = Synapses(cells, partners, on_pre="y_post -= 0.3*gain_pre", delay=1 * ms, name="back")
    back.connect(j="i")
    spikes = SpikeMonitor(cells, variables="drive", name="spikes")
    trace = StateMonitor(cells, ["v", "drive", "other"], record=True, name="trace")
    return Network(rhythms, partners, cells, back, spikes, trace)
