"""What a script may change between runs: constants, steps, spikes to replay, and which objects take part."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import ms

MONITORS = ("spikes", "trace", "paused_trace")
RANDOM = False
TEST = {"scale": 1.0, "duration": 36}


def build(scale: float = 1.0, seed: int = 25) -> Network:
    """Return 20 cells at scale 1, with a constant that is given at each run."""
    rng = np.random.default_rng(seed)
    total = max(5, round(20 * scale))
    source = SpikeGeneratorGroup(
        5, [0, 1, 2, 3, 4, 0], [1, 2, 2, 3, 3.5, 4] * ms, period=5 * ms, name="source"
    )
    cells = NeuronGroup(
        total,
        "dv/dt = (drive*own - v)/(10*ms) : 1\n own : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name="cells",
    )
    cells.own = 0.8 + 0.5 * rng.random(total)
    feed = Synapses(source, cells, "w : 1", on_pre="v_post += w", delay=2 * ms, name="feed")
    feed.connect(condition="j % 5 == i")
    feed.w = 0.2 * rng.random(len(feed))
    mutual = Synapses(cells, cells, on_pre="v_post -= 0.02", delay=0.3 * ms, name="mutual")
    mutual.connect(condition="i != j")
    spikes = SpikeMonitor(cells, name="spikes")
    trace = StateMonitor(cells, "v", record=True, name="trace")
    paused = StateMonitor(cells, "v", record=[0], name="paused_trace")
    return Network(source, cells, feed, mutual, spikes, trace, paused)


def run(network: Network, duration: Any) -> None:
    """Run six times, twice of them from a stored state."""
    source, cells, feed, mutual = (network[n] for n in ("source", "cells", "feed", "mutual"))
    sixth = duration / 6
    network.run(sixth, namespace={"drive": 1.1})
    network.store("first")
    network.run(sixth, namespace={"drive": 1.5})
    network.restore("first")
    network["paused_trace"].active = False
    network.run(sixth, namespace={"drive": 0.9})
    mutual.active = False
    soon = network.t + np.array([1.0, 2.5, 2.5]) * ms
    source.set_spikes([4, 3, 0], soon, period=0 * ms)
    network.run(sixth, namespace={"drive": 1.2})
    mutual.active = True
    late = NeuronGroup(2, "dx/dt = 1/(10*ms) : 1", threshold="x > 0.3", reset="x = 0", name="late")
    late.x = [0, 0.2]
    late_feed = Synapses(late, cells, on_pre="v_post += 0.2", delay=1 * ms, name="late_feed")
    late_feed.connect()
    network.add(late, late_feed)
    network.remove(feed)
    network.run(sixth, namespace={"drive": 1.2})
    cells.clock.dt = 0.05 * ms
    network["paused_trace"].active = True
    network.run(sixth, namespace={"drive": 1.2})
