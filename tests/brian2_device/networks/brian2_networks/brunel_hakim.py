"""Inhibitory integrate-and-fire cells with noise, which fall into a fast common rhythm.

Brunel and Hakim (1999), Neural Comput 11:1621: 5,000 cells at scale 1, a fifth of which each connects to, and one delay
of 2 ms. With fewer cells, fewer and stronger synapses keep the mean input.
"""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, PopulationRateMonitor, SpikeMonitor, Synapses
from brian2.units import ms, mV

from .drawing import pairs, white_noise

MONITORS = ("spikes", "rate")
RANDOM = True
TEST = {"scale": 0.1, "duration": 100}

CELL = "dv/dt = (drive - v)/tau + spread*NOISE/sqrt(tau) : volt (unless refractory)"


def build(
    scale: float = 1.0,
    *,
    spread_delays: bool = False,
    replayed: bool = True,
    monitored: bool = True,
    seed: int = 4,
) -> Network:
    """Return the network; `spread_delays` draws them from 0 to 4 ms and drives the cells with less noise."""
    rng = np.random.default_rng(seed)
    total = round(5000 * scale)
    constants = {
        "drive": (27 if spread_delays else 25) * mV,
        "spread": (0.33 if spread_delays else 1.0) * mV,
        "tau": 20 * ms,
        "jump": 0.1 * mV / scale,
    }
    if replayed:
        constants["noise"] = white_noise(rng, total)
    cells = NeuronGroup(
        total,
        CELL.replace("NOISE", "noise(t, i)" if replayed else "xi"),
        threshold="v > 20*mV",
        reset="v = 10*mV",
        refractory=2 * ms,
        method="euler",
        namespace=constants,
        name="cells",
    )
    cells.v = 10 * mV
    synapses = Synapses(cells, cells, on_pre="v -= jump", namespace=constants, name="synapses")
    drawn = pairs(rng, total, total, 0.2)
    synapses.connect(**drawn)
    synapses.delay = rng.random(len(drawn["i"])) * 4 * ms if spread_delays else 2 * ms
    network = Network(cells, synapses, SpikeMonitor(cells, name="spikes"))
    if monitored:
        network.add(PopulationRateMonitor(cells, name="rate"))
    return network
