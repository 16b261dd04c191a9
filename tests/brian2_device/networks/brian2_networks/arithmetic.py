"""Whole numbers, truth values and functions: what division, remainder, rounding and comparison mean."""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import ms

MONITORS = ("spikes", "trace")
RANDOM = False
TEST = {"scale": 1.0, "duration": 20}

CELL = """
dv/dt = (1.5 - v)/(5*ms) : 1
k : integer
whole : integer
m : integer
odd : boolean
flag : boolean
x : 1
y : 1
z : 1
both = (odd and not flag) or (k > 3 and x < 0.5) : boolean
chosen = x*int(both) - y*(1 - int(both)) : 1
"""
EVERY_STEP = """
k = (k*7 + i - 3) % 11
whole = (i - N//2)//3
m = (whole - 5*k) % 4
odd = k % 2 == 1
flag = (x > 0.3) != odd
x = (k + 1)/3 - floor(k/3) - (-7.5 % 4) + (-i) % 3
y = sign(x - 1)*sqrt(abs(x)) + clip(x, -0.2, 0.7) + ceil(x)*1e-3 + int(3.7*x)
z = sin(x) + cos(y) + tan(0.1*x) + arcsin(clip(x, -1, 1)) + arctan(y) + sinh(0.1*x) + tanh(y)
z = z + log(1 + abs(x)) + log10(2 + abs(y)) + expm1(-abs(x)) + log1p(abs(y)) + exprel(0.1*x)
z = z + x**2 - abs(x)**0.3 + abs(x)**-1.5*1e-3 + 2**k*1e-4 + (t/ms) % 1.5
"""


def build(scale: float = 1.0, seed: int = 23) -> Network:
    """Return 14 cells at scale 1."""
    rng = np.random.default_rng(seed)
    total = max(3, round(14 * scale))
    cells = NeuronGroup(
        total,
        CELL,
        threshold="v > 1 and (both or k >= 5)",
        reset="v = 0.1*(k % 3); whole += 1",
        method="exact",
        name="cells",
    )
    cells.k = rng.integers(-5, 6, total)
    cells.x = rng.random(total)
    cells.run_regularly(EVERY_STEP, dt=0.1 * ms, name="every")
    synapses = Synapses(
        cells,
        cells,
        "n : integer\n up : boolean",
        on_pre="""
        n = (n + i*j - k_post) % 5
        up = not up
        v_post += 0.01*int(up)*n/(1 + N_incoming)
        """,
        on_post="n -= int(k_pre > 2)",
        name="synapses",
    )
    synapses.connect(condition="i != j and (i*j) % 4 < 2")
    synapses.n = "i - j"
    spikes = SpikeMonitor(cells, variables=["k", "odd", "chosen"], name="spikes")
    variables = ["v", "k", "whole", "m", "odd", "flag", "x", "y", "z", "both", "chosen"]
    trace = StateMonitor(cells, variables, record=True, name="trace")
    return Network(cells, synapses, spikes, trace)
