"""Python functions that a run calls: one that steers the cells by their spikes, one that stops the run."""

from __future__ import annotations

import numpy as np
from brian2 import Network, NetworkOperation, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import ms

MONITORS = ("spikes", "trace")
RANDOM = False
TEST = {"scale": 1.0, "duration": 100}


def build(scale: float = 1.0, seed: int = 20) -> Network:
    """Return 20 cells at scale 1; the run stops by itself after 80 ms."""
    rng = np.random.default_rng(seed)
    total = round(20 * scale)
    cells = NeuronGroup(
        total,
        "dv/dt = (drive - v)/(10*ms) : 1\n drive : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="cells",
    )
    cells.drive = 0.9 + 0.6 * rng.random(total)
    ring = Synapses(cells, cells, "w : 1", on_pre="v_post += w", delay=1 * ms, name="ring")
    ring.connect(j="(i + 1) % N_post")
    ring.w = 0.05
    spikes = SpikeMonitor(cells, name="spikes")
    trace = StateMonitor(cells, ["v", "drive"], record=True, name="trace")
    network = Network(cells, ring, spikes, trace)

    def steer(t: object) -> None:
        counts = np.asarray(spikes.count)
        cells.drive = np.asarray(cells.drive) - 0.01 * (counts > counts.mean())
        ring.w["i % 2 == 0"] = "0.05 + 0.01*sin(t/(5*ms))"

    def stop(t: object) -> None:
        if t > 79.95 * ms:
            network.stop()

    network.add(NetworkOperation(steer, dt=5 * ms, name="steer"))
    network.add(NetworkOperation(stop, when="end", order=3, name="stop"))
    return network
