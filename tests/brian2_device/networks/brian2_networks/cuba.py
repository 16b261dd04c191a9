"""Exponential synaptic currents onto leaky integrate-and-fire cells, excitatory and inhibitory.

The current-based benchmark of Brette et al. (2007), J Comput Neurosci 23:349: 4,000 cells at scale 1 and 80 synapses
onto each, whatever the scale. The method is exact and spikes act in the step in which they are fired.
"""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, PopulationRateMonitor, SpikeMonitor, StateMonitor, Synapses
from brian2.units import ms, mV

from .drawing import pairs

MONITORS = ("spikes", "rate", "trace")
RANDOM = False
TEST = {"scale": 0.05, "duration": 60}

CELL = """
dv/dt = (ge + gi + v_leak - v)/tau_m : volt (unless refractory)
dge/dt = -ge/tau_e : volt
dgi/dt = -gi/tau_i : volt
"""
CONSTANTS = {
    "tau_m": 20 * ms,
    "tau_e": 5 * ms,
    "tau_i": 10 * ms,
    "v_leak": -49 * mV,
    "v_top": -50 * mV,
    "v_start": -60 * mV,
    "w_e": 1.62 * mV,
    "w_i": -9 * mV,
}


def build(scale: float = 1.0, *, monitored: bool = True, seed: int = 1) -> Network:
    """Return the network; without `monitored` it has a spike monitor only."""
    rng = np.random.default_rng(seed)
    total = round(4000 * scale)
    excitatory = round(0.8 * total)
    cells = NeuronGroup(
        total,
        CELL,
        threshold="v > v_top",
        reset="v = v_start",
        refractory=5 * ms,
        method="exact",
        namespace=CONSTANTS,
        name="cells",
    )
    cells.v = CONSTANTS["v_start"] + rng.random(total) * 10 * mV
    p = min(1.0, 80 / total)
    to_ge = Synapses(cells, cells, on_pre="ge += w_e", namespace=CONSTANTS, name="to_ge")
    to_ge.connect(**pairs(rng, excitatory, total, p))
    to_gi = Synapses(cells, cells, on_pre="gi += w_i", namespace=CONSTANTS, name="to_gi")
    drawn = pairs(rng, total - excitatory, total, p)
    to_gi.connect(i=drawn["i"] + excitatory, j=drawn["j"])
    network = Network(cells, to_ge, to_gi, SpikeMonitor(cells, name="spikes"))
    if monitored:
        network.add(PopulationRateMonitor(cells, name="rate"))
        network.add(StateMonitor(cells, ["v", "ge", "gi"], record=[0, total // 2], name="trace"))
    return network
