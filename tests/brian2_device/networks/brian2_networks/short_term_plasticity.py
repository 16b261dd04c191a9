"""Synapses that tire and facilitate, with the decay since the last spike written out and by event-driven equations.

Tsodyks and Markram (1997), PNAS 94:719, in the form for spikes.
"""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import Hz, ms

from .drawing import pairs, poisson_source

MONITORS = ("spikes", "trace", "written_trace")
RANDOM = True
TEST = {"scale": 1.0, "duration": 60}

EQUATIONS = """
w : 1
tau_x : second (constant)
du/dt = (0.1 - u)/(50*ms) : 1 (event-driven)
dx/dt = (1 - x)/tau_x : 1 (event-driven)
"""
WRITTEN = """
w : 1
u : 1
x : 1
last : second
"""


def build(scale: float = 1.0, *, replayed: bool = True, seed: int = 24) -> Network:
    """Return the network: 50 inputs onto 20 cells, by two kinds of synapses, at scale 1."""
    rng = np.random.default_rng(seed)
    inputs, total = round(50 * scale), round(20 * scale)
    source = poisson_source(rng, inputs, 40 * Hz, "source", replayed=replayed)
    cells = NeuronGroup(
        total,
        "dv/dt = -v/(10*ms) : 1 (unless refractory)",
        threshold="v > 1",
        reset="v = 0",
        refractory=1 * ms,
        method="exact",
        name="cells",
    )
    synapses = Synapses(
        source,
        cells,
        EQUATIONS,
        on_pre="""
        u += 0.1*(1 - u)
        v_post += w*u*x
        x -= u*x
        """,
        method="exact",
        name="synapses",
    )
    synapses.connect(**pairs(rng, inputs, total, 0.5))
    synapses.w = 0.2 + 0.8 * rng.random(len(synapses))
    synapses.u, synapses.x = 0.1, 1
    synapses.tau_x = (50 + 100 * rng.random(len(synapses))) * ms
    written = Synapses(
        cells,
        cells,
        WRITTEN,
        on_pre="""
        u = u*exp(-(t - last)/(80*ms))
        x = 1 + (x - 1)*exp(-(t - last)/(30*ms))
        u += 0.2*(1 - u)
        v_post -= w*u*x
        x *= 1 - u
        last = t
        """,
        delay=1.5 * ms,
        name="written",
    )
    written.connect(condition="i != j and (i + j) % 3 == 0")
    written.w = 0.3
    written.x = 1
    spikes = SpikeMonitor(cells, name="spikes")
    trace = StateMonitor(synapses, ["u", "x"], record=[0, 9], dt=1 * ms, name="trace")
    seen = StateMonitor(
        written, ["u", "x", "last"], record=[0, 1, 2], dt=1 * ms, name="written_trace"
    )
    return Network(source, cells, synapses, written, spikes, trace, seen)
