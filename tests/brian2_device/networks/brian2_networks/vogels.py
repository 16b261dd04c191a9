"""Inhibitory plasticity that balances excitation.

Vogels et al. (2011), Science 334:1569: 8,000 excitatory and 2,000 inhibitory cells at scale 1; inhibitory synapses onto
excitatory cells follow a symmetric rule with a target rate. Everything acts through subgroups.
"""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import Hz, ms, mV, nS, pA, pF

from .drawing import pairs

MONITORS = ("spikes", "trace")
RANDOM = False
TEST = {"scale": 0.03, "duration": 60}

CONSTANTS = {
    "C": 200 * pF,
    "g_leak": 10 * nS,
    "v_leak": -60 * mV,
    "v_e": 0 * mV,
    "v_i": -80 * mV,
    "v_top": -50 * mV,
    "tau_e": 5 * ms,
    "tau_i": 10 * ms,
    "I": 200 * pA,
    "tau": 20 * ms,
    "per_spike": float(2 * 3 * Hz * 20 * ms),
    "rate": 0.05,
    "w_max": 100,
}
CELL = """
dv/dt = (g_leak*(v_leak - v) + ge*(v_e - v) + gi*(v_i - v) + I)/C : volt (unless refractory)
dge/dt = -ge/tau_e : siemens
dgi/dt = -gi/tau_i : siemens
"""
PLASTIC = """
w : 1
dx/dt = -x/tau : 1 (event-driven)
dy/dt = -y/tau : 1 (event-driven)
"""


def build(scale: float = 1.0, seed: int = 5) -> Network:
    """Return the network."""
    rng = np.random.default_rng(seed)
    total = round(10000 * scale)
    count = round(0.8 * total)
    p = min(1.0, 0.02 / scale)
    cells = NeuronGroup(
        total,
        CELL,
        threshold="v > v_top",
        reset="v = v_leak",
        refractory=5 * ms,
        method="euler",
        namespace=CONSTANTS,
        name="cells",
    )
    cells.v = (-60 + 10 * rng.random(total)) * mV
    excitatory, inhibitory = cells[:count], cells[count:]
    to_all = Synapses(excitatory, cells, on_pre="ge += 0.3*nS", name="to_all")
    to_all.connect(**pairs(rng, count, total, p))
    among = Synapses(inhibitory, inhibitory, on_pre="gi += 3*nS", name="among_inhibitory")
    among.connect(**pairs(rng, total - count, total - count, p))
    plastic = Synapses(
        inhibitory,
        excitatory,
        PLASTIC,
        on_pre="""
        x += 1
        w = clip(w + rate*(y - per_spike), 0, w_max)
        gi += w*nS
        """,
        on_post="""
        y += 1
        w = clip(w + rate*x, 0, w_max)
        """,
        namespace=CONSTANTS,
        name="plastic",
    )
    plastic.connect(**pairs(rng, total - count, count, p))
    plastic.w = 1e-10
    spikes = SpikeMonitor(cells, name="spikes")
    trace = StateMonitor(plastic, ["w", "x"], record=[0, 1, 2], dt=1 * ms, name="trace")
    return Network(cells, to_all, among, plastic, spikes, trace)
