"""A fast and a slow group that drive each other, a slow monitor, and a step that divides neither."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import ms

MONITORS = ("spikes", "slow_spikes", "trace", "slow_trace")
RANDOM = False
TEST = {"scale": 1.0, "duration": 90}


def build(scale: float = 1.0, seed: int = 19) -> Network:
    """Return 30 cells with steps of 0.1 ms and 10 with steps of 0.5 ms at scale 1."""
    rng = np.random.default_rng(seed)
    total, few = round(30 * scale), round(10 * scale)
    cells = NeuronGroup(
        total,
        "dv/dt = (drive - v)/(10*ms) : 1\n drive : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        dt=0.1 * ms,
        name="cells",
    )
    cells.drive = 0.9 + 0.6 * rng.random(total)
    cells.v = rng.random(total)
    slow = NeuronGroup(
        few,
        "dx/dt = -x/(20*ms) : 1",
        threshold="x > 1.5",
        reset="x -= 1",
        method="exact",
        dt=0.5 * ms,
        name="slow",
    )
    to_slow = Synapses(cells, slow, on_pre="x_post += 0.3", delay=0.7 * ms, name="to_slow")
    to_slow.connect(j="i % N_post")
    to_cells = Synapses(slow, cells, on_pre="drive_post -= 0.02", delay=2 * ms, name="to_cells")
    to_cells.connect(condition="(i + j) % 4 == 0")
    cells.run_regularly("drive = clip(drive + 0.01, 0, 1.5)", dt=0.7 * ms, name="recover")
    spikes, slow_spikes = SpikeMonitor(cells, name="spikes"), SpikeMonitor(slow, name="slow_spikes")
    trace = StateMonitor(cells, ["v", "drive"], record=[0, 1], dt=0.3 * ms, name="trace")
    slow_trace = StateMonitor(slow, "x", record=True, dt=1 * ms, name="slow_trace")
    network = Network(cells, slow, to_slow, to_cells)
    network.add(spikes, slow_spikes, trace, slow_trace)
    return network


def run(network: Network, duration: Any) -> None:
    """Run twice, and once with another step of the slow group."""
    network.run(duration / 3)
    network.run(duration / 3)
    network["slow"].clock.dt = 0.3 * ms
    network.run(duration / 3)
