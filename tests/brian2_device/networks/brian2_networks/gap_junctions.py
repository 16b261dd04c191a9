"""Integrate-and-fire cells coupled by gap junctions: the current is a sum over the synapses of a cell."""

from __future__ import annotations

from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses

MONITORS = ("spikes", "trace")
RANDOM = False
TEST = {"scale": 1.0, "duration": 120}

CELL = """
dv/dt = (1.05 - v + current)/(10*ms) : 1
current : 1
"""
JUNCTION = """
w : 1 (constant)
current_post = w*(v_pre - v_post) : 1 (summed)
"""


def build(scale: float = 1.0) -> Network:
    """Return ten cells at scale 1, each coupled to each other."""
    total = max(2, round(10 * scale))
    cells = NeuronGroup(total, CELL, threshold="v > 1", reset="v = 0", method="euler", name="cells")
    cells.v = "i*1.0/(N - 1)"
    junctions = Synapses(cells, cells, JUNCTION, name="junctions")
    junctions.connect(condition="i != j")
    junctions.w = "0.02 + 0.001*i/N"
    spikes = SpikeMonitor(cells, name="spikes")
    trace = StateMonitor(cells, ["v", "current"], record=True, name="trace")
    return Network(cells, junctions, spikes, trace)
