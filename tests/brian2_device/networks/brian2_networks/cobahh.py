"""Hodgkin-Huxley cells with conductance synapses, excitatory and inhibitory.

The Hodgkin-Huxley benchmark of Brette et al. (2007), J Comput Neurosci 23:349, with the channels of Traub and Miles
(1991): 4,000 cells at scale 1 and 80 synapses onto each, whatever the scale. The rates with a removable singularity
are written with `exprel`.
"""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import cm, ms, mV, nS, siemens, uF, um

from .drawing import pairs

MONITORS = ("spikes", "trace")
RANDOM = False
#: The upstroke of a spike multiplies what rounding leaves.
RTOL = 1e-10
TEST = {"scale": 0.04, "duration": 25}

AREA = 20000 * um**2
CONSTANTS = {
    "C": 1 * uF / cm**2 * AREA,
    "g_leak": 5e-5 * siemens / cm**2 * AREA,
    "g_Na": 0.1 * siemens / cm**2 * AREA,
    "g_K": 0.03 * siemens / cm**2 * AREA,
    "E_leak": -60 * mV,
    "E_K": -90 * mV,
    "E_Na": 50 * mV,
    "E_e": 0 * mV,
    "E_i": -80 * mV,
    "V_T": -63 * mV,
    "tau_e": 5 * ms,
    "tau_i": 10 * ms,
    "w_e": 6 * nS,
    "w_i": 67 * nS,
}
CELL = """
dv/dt = (I_leak + I_syn + I_Na + I_K)/C : volt
I_leak = g_leak*(E_leak - v) : amp
I_syn = ge*(E_e - v) + gi*(E_i - v) : amp
I_Na = -g_Na*m**3*h*(v - E_Na) : amp
I_K = -g_K*n**4*(v - E_K) : amp
dge/dt = -ge/tau_e : siemens
dgi/dt = -gi/tau_i : siemens
dm/dt = a_m*(1 - m) - b_m*m : 1
dh/dt = a_h*(1 - h) - b_h*h : 1
dn/dt = a_n*(1 - n) - b_n*n : 1
u = v - V_T : volt
a_m = 1.28/exprel((13*mV - u)/(4*mV))/ms : Hz
b_m = 1.4/exprel((u - 40*mV)/(5*mV))/ms : Hz
a_h = 0.128*exp((17*mV - u)/(18*mV))/ms : Hz
b_h = 4/(1 + exp((40*mV - u)/(5*mV)))/ms : Hz
a_n = 0.16/exprel((15*mV - u)/(5*mV))/ms : Hz
b_n = 0.5*exp((10*mV - u)/(40*mV))/ms : Hz
"""


def build(scale: float = 1.0, *, monitored: bool = True, seed: int = 2) -> Network:
    """Return the network; without `monitored` it has a spike monitor only."""
    rng = np.random.default_rng(seed)
    total = round(4000 * scale)
    excitatory = round(0.8 * total)
    cells = NeuronGroup(
        total,
        CELL,
        threshold="v > -20*mV",
        refractory=3 * ms,
        method="exponential_euler",
        namespace=CONSTANTS,
        name="cells",
    )
    cells.v = CONSTANTS["E_leak"] + (rng.standard_normal(total) * 5 - 5) * mV
    cells.ge = (rng.standard_normal(total) * 1.5 + 4) * 10 * nS
    cells.gi = (rng.standard_normal(total) * 12 + 20) * 10 * nS
    p = min(1.0, 80 / total)
    to_ge = Synapses(cells, cells, on_pre="ge += w_e", namespace=CONSTANTS, name="to_ge")
    to_ge.connect(**pairs(rng, excitatory, total, p))
    to_gi = Synapses(cells, cells, on_pre="gi += w_i", namespace=CONSTANTS, name="to_gi")
    drawn = pairs(rng, total - excitatory, total, p)
    to_gi.connect(i=drawn["i"] + excitatory, j=drawn["j"])
    network = Network(cells, to_ge, to_gi, SpikeMonitor(cells, name="spikes"))
    if monitored:
        variables = ["v", "ge", "gi", "m", "h", "n"]
        network.add(StateMonitor(cells, variables, record=[0, total // 2], name="trace"))
    return network
