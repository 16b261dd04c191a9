"""Events other than spikes: recorded, answered by code of their own, and passed on by synapses."""

from __future__ import annotations

import numpy as np
from brian2 import EventMonitor, Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import ms

MONITORS = ("crossings", "releases", "spikes", "trace")
RANDOM = False
TEST = {"scale": 1.0, "duration": 60}

CELL = """
dv/dt = (drive - v)/(10*ms) : 1 (unless refractory)
dstore/dt = (1 - store)/(40*ms) : 1
drive : 1 (constant)
above : boolean
passed : integer
last_crossing : second
"""


def build(scale: float = 1.0, seed: int = 9) -> Network:
    """Return 20 cells at scale 1, which tell their followers when they pass 0.6 and when their store is full."""
    rng = np.random.default_rng(seed)
    total = round(20 * scale)
    cells = NeuronGroup(
        total,
        CELL,
        threshold="v > 1",
        reset="v = 0; above = False",
        refractory=3 * ms,
        events={"crossing": "v > 0.6 and not above", "release": "store > 0.8"},
        method="euler",
        name="cells",
    )
    cells.drive = 0.7 + 0.8 * rng.random(total)
    cells.v, cells.store = rng.random(total), 0.8 * rng.random(total)
    cells.run_on_event("crossing", "above = True; passed += 1; last_crossing = t")
    cells.run_on_event("release", "store = 0.1*rand_free", when="after_resets", order=2)
    cells.namespace["rand_free"] = 0.5
    cells.set_event_schedule("release", when="before_resets", order=1)
    followers = NeuronGroup(
        5, "dx/dt = -x/(20*ms) : 1\n y : 1", threshold="x > 2", reset="x = 0", name="followers"
    )
    synapses = Synapses(
        cells,
        followers,
        "w : 1",
        on_pre={"spiking": "x_post += w", "crossing": "y_post += 1", "release": "x_post += 0.2*w"},
        on_event={"spiking": "spike", "crossing": "crossing", "release": "release"},
        delay={"release": 1 * ms},
        name="synapses",
    )
    synapses.connect(j="i % N_post")
    synapses.w = 0.3 + rng.random(total)
    crossings = EventMonitor(cells, "crossing", variables=["v", "passed"], name="crossings")
    releases = EventMonitor(cells, "release", variables="store", name="releases")
    spikes = SpikeMonitor(followers, name="spikes")
    trace = StateMonitor(followers, ["x", "y"], record=True, name="trace")
    return Network(cells, followers, synapses, crossings, releases, spikes, trace)
