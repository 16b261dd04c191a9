"""Synapses that move the voltage by a share of what is left, so that the order of spikes counts.

Many inputs arrive in one step at one cell, with delays, and each changes what the next finds.
"""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import Hz, ms, mV

from .drawing import pairs, poisson_source

MONITORS = ("spikes", "trace")
RANDOM = True
TEST = {"scale": 0.5, "duration": 100}

CELL = """
dv/dt = (-65*mV - v)/(15*ms) : volt (unless refractory)
seen : 1
last_source : integer
"""


def build(scale: float = 1.0, *, replayed: bool = True, seed: int = 13) -> Network:
    """Return the network: 200 inputs onto 30 cells, which inhibit each other, at scale 1."""
    rng = np.random.default_rng(seed)
    inputs, total = round(200 * scale), round(30 * scale)
    source = poisson_source(rng, inputs, 60 * Hz, "source", replayed=replayed)
    cells = NeuronGroup(
        total,
        CELL,
        threshold="v > -52*mV",
        reset="v = -65*mV",
        refractory="2*ms + 0.1*ms*i",
        method="exact",
        name="cells",
    )
    cells.v = -65 * mV
    pull = Synapses(
        source,
        cells,
        """
        w : 1
        E : volt
        """,
        on_pre="""
        v_post += w*(E - v_post)
        seen_post = 0.5*seen_post + w
        last_source_post = i
        """,
        name="pull",
    )
    pull.connect(**pairs(rng, inputs, total, min(1.0, 60 / inputs)))
    pull.w = 0.02 + 0.05 * rng.random(len(pull))
    pull.E = np.where(rng.random(len(pull)) < 0.8, 0, -80) * mV
    pull.delay = rng.integers(0, 30, len(pull)) * 0.1 * ms
    mutual = Synapses(cells, cells, on_pre="v_post += 0.1*(-75*mV - v_post)", name="mutual")
    mutual.connect(condition="i != j and (i + j) % 3 == 0")
    spikes = SpikeMonitor(cells, variables=["v", "seen"], name="spikes")
    trace = StateMonitor(cells, ["v", "seen", "last_source"], record=True, name="trace")
    return Network(source, cells, pull, mutual, spikes, trace)
