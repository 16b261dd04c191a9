"""Plasticity that depends on the voltage of the target, integrated in every step.

Clopath et al. (2010), Nat Neurosci 13:344: depression at an input spike if the low-passed voltage is high,
potentiation while the voltage itself is high; the target of homeostasis scales depression. The weight is a
clock-driven variable of the synapse that reads the cell behind it.
"""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import Hz, ms, mV

from .drawing import pairs, poisson_source

MONITORS = ("spikes", "trace", "weights")
RANDOM = True
#: The upstroke of a spike multiplies what rounding leaves: Brian2's own targets agree to 5e-10.
RTOL = 1e-8
TEST = {"scale": 1.0, "duration": 60}

CONSTANTS = {
    "low": -70.6 * mV,
    "high": -45.3 * mV,
    "A_minus": 1e-2,
    "A_plus": 8e-4,
    "aim": 60.0,
    "tau_x": 15 * ms,
}
CELL = """
dv/dt = (-70.6*mV + 2*mV*exp((v + 50.4*mV)/(2*mV)) - v)/(9.37*ms) + after/(9.37*ms) : volt (unless refractory)
dafter/dt = -after/(40*ms) : volt
dv_minus/dt = (v - v_minus)/(10*ms) : volt
dv_plus/dt = (v - v_plus)/(7*ms) : volt
dhomeo/dt = ((v + 70.6*mV)**2/(mV**2) - homeo)/(100*ms) : 1
"""
SYNAPSE = """
dw/dt = A_plus*x*rise/ms : 1 (clock-driven)
rise = clip((v_post - high)/mV, 0, 100)*clip((v_plus_post - low)/mV, 0, 100)*int(w < 2) : 1
dx/dt = -x/tau_x : 1 (clock-driven)
"""


def build(scale: float = 1.0, *, replayed: bool = True, seed: int = 11) -> Network:
    """Return the network: 40 inputs onto 8 cells at scale 1."""
    rng = np.random.default_rng(seed)
    inputs, total = round(40 * scale), round(8 * scale)
    source = poisson_source(rng, inputs, 30 * Hz, "source", replayed=replayed)
    cells = NeuronGroup(
        total,
        CELL,
        threshold="v > 0*mV",
        reset="v = -60*mV; after += 5*mV; v_plus += 8*mV",
        refractory=2 * ms,
        method="euler",
        name="cells",
    )
    cells.v, cells.v_minus, cells.v_plus = -70.6 * mV, -70.6 * mV, -70.6 * mV
    cells.homeo = 40
    synapses = Synapses(
        source,
        cells,
        SYNAPSE,
        on_pre="""
        v_post += 4*w*mV
        w = clip(w - A_minus*homeo_post/aim*clip((v_minus_post - low)/mV, 0, 100), 0, 2)
        x += 1
        """,
        method="euler",
        namespace=CONSTANTS,
        name="synapses",
    )
    synapses.connect(**pairs(rng, inputs, total, 0.6))
    synapses.w = 0.5 + rng.random(len(synapses))
    spikes = SpikeMonitor(cells, name="spikes")
    trace = StateMonitor(cells, ["v", "v_minus", "v_plus", "homeo"], record=True, name="trace")
    weights = StateMonitor(synapses, ["w", "x"], record=[0, 2, 4], dt=0.5 * ms, name="weights")
    return Network(source, cells, synapses, spikes, trace, weights)
