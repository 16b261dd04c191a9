"""Refractory periods of every kind: a time, one per cell, a condition, and one that adapts."""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import ms

MONITORS = (
    *("fixed_spikes", "own_spikes", "condition_spikes", "adapting_spikes"),
    *("fixed_trace", "adapting_trace"),
)
RANDOM = False
TEST = {"scale": 1.0, "duration": 50}

CELL = """
dv/dt = (drive - v)/(10*ms) : 1 (unless refractory)
du/dt = (v - u)/(5*ms)*int(not_refractory) : 1
drive : 1 (constant)
own : second
recent = exp(-(t - lastspike)/(10*ms))*int(lastspike > 0*ms) : 1
"""


def build(scale: float = 1.0, seed: int = 21) -> Network:
    """Return four groups of ten cells at scale 1, each of which excites the next."""
    rng = np.random.default_rng(seed)
    total = max(2, round(10 * scale))
    periods = {
        "fixed": 3 * ms,
        "own": "own",
        "condition": "v > 0.2 or timestep(t - lastspike, dt) < 7",
        "adapting": "2*ms + own*recent",
    }
    network = Network()
    groups = []
    for name, period in periods.items():
        cells = NeuronGroup(
            total,
            CELL,
            threshold="v > 1",
            reset="v = 0.3*int(i % 2 == 0); own += 0.15*ms",
            refractory=period,
            method="rk4",
            name=name,
        )
        cells.drive = 1 + rng.random(total)
        cells.v = rng.random(total)
        cells.own = rng.random(total) * 4 * ms
        groups.append(cells)
        network.add(cells, SpikeMonitor(cells, name=f"{name}_spikes"))
        if f"{name}_trace" in MONITORS:
            variables = ["v", "u", "recent", "not_refractory", "lastspike"]
            network.add(StateMonitor(cells, variables, record=True, name=f"{name}_trace"))
    for source, target in zip(groups, groups[1:] + groups[:1], strict=True):
        synapses = Synapses(
            source,
            target,
            on_pre="v_post += 0.1; u_post += 0.1*int(not_refractory_post)",
            delay=1 * ms,
            name=f"{source.name}_to_{target.name}",
        )
        synapses.connect(condition="abs(i - j) < 3")
        network.add(synapses)
    return network
