"""Poisson sources of every kind: rates that change in time and by cell, inputs that are summed before they arrive.

Without random numbers in the run, spikes and counts drawn beforehand take their place.
"""

from __future__ import annotations

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    PoissonGroup,
    PoissonInput,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
)
from brian2.units import Hz, ms

from .drawing import poisson_source

MONITORS = ("spikes", "waxing_spikes", "trace")
RANDOM = True
TEST = {"scale": 1.0, "duration": 90}

CELL = """
dv/dt = -v/(10*ms) : 1 (unless refractory)
dg/dt = -g/(3*ms) : 1
"""


def build(scale: float = 1.0, *, replayed: bool = True, seed: int = 27) -> Network:
    """Return 40 cells at scale 1, with sources of 100 cells each."""
    rng = np.random.default_rng(seed)
    total, inputs = round(40 * scale), round(100 * scale)
    cells = NeuronGroup(
        total,
        CELL,
        threshold="v > 1",
        reset="v = 0",
        refractory=2 * ms,
        method="euler",
        name="cells",
    )
    network = Network(cells, SpikeMonitor(cells, name="spikes"))
    if replayed:
        steps = 1000
        times = np.arange(steps)[:, None] * 0.1 * ms
        chance = 0.002 * (1 + np.sin(2 * np.pi * times / (30 * ms) + np.arange(inputs)))
        step, cell = np.nonzero(rng.random((steps, inputs)) < chance)
        waxing = SpikeGeneratorGroup(inputs, cell, step * 0.1 * ms, name="waxing")
        background = TimedArray(rng.binomial(50, 0.002, (steps, total)) * 0.05, dt=0.1 * ms)
        cells.namespace["background"] = background
        network.add(cells.run_regularly("v += background(t, i)", when="synapses", name="summed"))
    else:
        waxing = PoissonGroup(inputs, rates="20*Hz*(1 + sin(2*pi*t/(30*ms) + i))", name="waxing")
        network.add(PoissonInput(cells, "v", 50, 20 * Hz, weight=0.05))
    steady = poisson_source(rng, inputs, 20 * Hz, "steady", replayed=replayed)
    for source, code in ((waxing, "g_post += 0.05"), (steady, "v_post += 0.08")):
        synapses = Synapses(source, cells, on_pre=code, name=f"from_{source.name}")
        synapses.connect(condition="(3*i + j) % 7 == 0")
        network.add(source, synapses)
    along = Synapses(cells, cells, on_pre="v_post += g_pre", delay=1 * ms, name="along")
    along.connect(j="(i + 1) % N_post")
    network.add(along, SpikeMonitor(waxing, name="waxing_spikes"))
    network.add(StateMonitor(cells, ["v", "g"], record=[0, 5], name="trace"))
    return network
