"""Spike-timing dependent plasticity of excitatory inputs, with event-driven traces.

After Song, Miller and Abbott (2000), Nat Neurosci 3:919: independent Poisson inputs at 15 Hz onto one cell (1,000 onto
1 at scale 1), or onto many, each with 1,000 of the inputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import Hz, ms, mV

from .drawing import pairs, poisson_source

MONITORS = ("spikes", "input_spikes", "trace")
RANDOM = True
TEST = {"scale": 0.3, "targets": 3, "duration": 100}

CONSTANTS = {
    "tau_m": 10 * ms,
    "tau_e": 5 * ms,
    "tau_pre": 20 * ms,
    "tau_post": 20 * ms,
    "E_e": 0 * mV,
    "v_leak": -74 * mV,
    "v_top": -54 * mV,
    "v_start": -60 * mV,
}
CELL = """
dv/dt = (ge*(E_e - v_start) + v_leak - v)/tau_m : volt
dge/dt = -ge/tau_e : 1
"""
SYNAPSE = """
w : 1
dpre_trace/dt = -pre_trace/tau_pre : 1 (event-driven)
dpost_trace/dt = -post_trace/tau_post : 1 (event-driven)
"""


def build(
    scale: float = 1.0,
    *,
    targets: int = 1,
    delay: Any = None,
    replayed: bool = True,
    monitored: bool = True,
    seed: int = 3,
) -> Network:
    """Return the network.

    `delay` is one of all synapses or the largest of uniformly drawn ones, as ``("spread", 4*ms)``. Without
    `monitored` there is a spike monitor of the targets only.
    """
    rng = np.random.default_rng(seed)
    inputs = round(1000 * scale)
    each = min(inputs, 1000)
    w_max = 10 / each
    constants = CONSTANTS | {
        "w_max": w_max,
        "step_pre": 0.01 * w_max,
        "step_post": -0.0105 * w_max,
    }
    source = poisson_source(rng, inputs, 15 * Hz, "source", replayed=replayed)
    cells = NeuronGroup(
        targets,
        CELL,
        threshold="v > v_top",
        reset="v = v_start",
        method="exact",
        namespace=constants,
        name="cells",
    )
    cells.v = CONSTANTS["v_leak"]
    synapses = Synapses(
        source,
        cells,
        SYNAPSE,
        on_pre="""
        ge += w
        pre_trace += step_pre
        w = clip(w + post_trace, 0, w_max)
        """,
        on_post="""
        post_trace += step_post
        w = clip(w + pre_trace, 0, w_max)
        """,
        method="exact",
        namespace=constants,
        name="synapses",
    )
    drawn = pairs(rng, inputs, targets, each / inputs)
    count = len(drawn["i"])
    synapses.connect(**drawn)
    synapses.w = rng.random(count) * w_max
    if isinstance(delay, tuple):
        synapses.pre.delay = rng.random(count) * delay[1]
    elif delay is not None:
        synapses.pre.delay = delay
    network = Network(source, cells, synapses, SpikeMonitor(cells, name="spikes"))
    if monitored:
        network.add(SpikeMonitor(source, name="input_spikes"))
        network.add(StateMonitor(synapses, "w", record=[0, 1], dt=1 * ms, name="trace"))
    return network
