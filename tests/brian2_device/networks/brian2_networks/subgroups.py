"""Parts of a group everywhere: as sources, as targets, monitored, summed into and part of a part."""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, PopulationRateMonitor, SpikeMonitor, StateMonitor, Synapses
from brian2.units import ms

from .drawing import pairs

MONITORS = ("front_spikes", "middle_spikes", "middle_rate", "trace")
RANDOM = False
TEST = {"scale": 1.0, "duration": 80}

CELL = """
dv/dt = (drive + field - v)/(10*ms) : 1 (unless refractory)
field : 1
drive : 1 (constant)
"""


def build(scale: float = 1.0, seed: int = 18) -> Network:
    """Return 60 cells at scale 1, in three parts that overlap."""
    rng = np.random.default_rng(seed)
    part = max(4, round(20 * scale))
    cells = NeuronGroup(
        3 * part,
        CELL,
        threshold="v > 1",
        reset="v = 0",
        refractory=2 * ms,
        method="euler",
        name="cells",
    )
    front, middle, back = cells[: 2 * part], cells[part : 2 * part], cells[part:][part:]
    front.v = rng.random(2 * part)
    cells.drive = 0.9 + 0.4 * rng.random(3 * part)
    back.drive = "0.8 + 0.01*i"
    excite = Synapses(front, back, "w : 1", on_pre="v_post += w", name="excite")
    excite.connect(**pairs(rng, 2 * part, part, 0.4))
    excite.w = 0.05 * rng.random(len(excite))
    excite.delay = rng.random(len(excite)) * 3 * ms
    inhibit = Synapses(
        back, middle, on_pre="v_post -= 0.05", on_post="drive_post += 0.001", name="inhibit"
    )
    inhibit.connect(condition="(i + j) % 3 == 0")
    into_middle = Synapses(
        back, middle, "field_post = 0.02*(v_pre - v_post) : 1 (summed)", name="into_middle"
    )
    into_middle.connect(j="i")
    into_front = Synapses(
        front[:part], cells[:part], "field_post = 0.01*v_pre : 1 (summed)", name="into_front"
    )
    into_front.connect(condition="i != j")
    front_spikes = SpikeMonitor(front, name="front_spikes")
    middle_spikes = SpikeMonitor(middle, variables="drive", name="middle_spikes")
    rate = PopulationRateMonitor(middle, name="middle_rate")
    trace = StateMonitor(back, ["v", "field"], record=[0, part - 1], name="trace")
    network = Network(cells, excite, inhibit, into_middle, into_front)
    network.add(front_spikes, middle_spikes, rate, trace)
    return network
