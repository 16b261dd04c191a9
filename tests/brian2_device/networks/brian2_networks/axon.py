"""A squid axon with a threshold of its own, excited through synapses and by a pulse, that drives a point cell.

Hodgkin and Huxley (1952), J Physiol 117:500, with the rates as they are written for a resting voltage of 0.
"""

from __future__ import annotations

from brian2 import (
    Cylinder,
    Network,
    NeuronGroup,
    SpatialNeuron,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
)
from brian2.units import cm, mm, ms, msiemens, ohm, uA, uF, um

MONITORS = ("axon_spikes", "trace", "follower_trace")
RANDOM = False
TEST = {"scale": 1.0, "duration": 30}

CURRENTS = """
Im = g_Na*m**3*h*(115*mV - v) + g_K*n**4*(-12*mV - v) + g_leak*(10.6*mV - v) : amp/meter**2
I = pulse + g_syn*(60*mV - v) : amp (point current)
pulse : amp
dg_syn/dt = -g_syn/(2*ms) : siemens
dm/dt = a_m*(1 - m) - b_m*m : 1
dh/dt = a_h*(1 - h) - b_h*h : 1
dn/dt = a_n*(1 - n) - b_n*n : 1
a_m = 1/exprel((25*mV - v)/(10*mV))/ms : Hz
b_m = 4*exp(-v/(18*mV))/ms : Hz
a_h = 0.07*exp(-v/(20*mV))/ms : Hz
b_h = 1/(exp((30*mV - v)/(10*mV)) + 1)/ms : Hz
a_n = 0.1/exprel((10*mV - v)/(10*mV))/ms : Hz
b_n = 0.125*exp(-v/(80*mV))/ms : Hz
g_Na : siemens/meter**2
"""


def build(scale: float = 1.0) -> Network:
    """Return the network, with 60 compartments at scale 1."""
    count = max(5, round(60 * scale))
    axon = SpatialNeuron(
        Cylinder(length=20 * mm, diameter=238 * um, n=count),
        CURRENTS,
        Cm=1 * uF / cm**2,
        Ri=35.4 * ohm * cm,
        threshold="v > 60*mV",
        threshold_location=count // 2,
        refractory="v > 40*mV",
        method="exponential_euler",
        namespace={"g_K": 36 * msiemens / cm**2, "g_leak": 0.3 * msiemens / cm**2},
        name="axon",
    )
    axon.h, axon.m, axon.n = 0.6, 0.05, 0.32
    axon.g_Na = 120 * msiemens / cm**2
    axon.pulse[0] = 1 * uA
    source = SpikeGeneratorGroup(2, [0, 1, 1], [12, 15, 15.5] * ms, name="source")
    excite = Synapses(source, axon, on_pre="g_syn += 3000*nS", delay=0.5 * ms, name="excite")
    excite.connect(i=[0, 1, 1], j=[count - 1, count - 2, count - 3])
    follower = NeuronGroup(1, "dx/dt = -x/(5*ms) : 1", method="exact", name="follower")
    onward = Synapses(axon, follower, on_pre="x += 1", delay=1 * ms, name="onward")
    onward.connect(i=count // 2, j=0)
    spikes = SpikeMonitor(axon, name="axon_spikes")
    trace = StateMonitor(axon, ["v", "m", "g_syn"], record=[0, count // 2, count - 1], name="trace")
    seen = StateMonitor(follower, "x", record=True, name="follower_trace")
    return Network(axon, source, excite, follower, onward, spikes, trace, seen)
