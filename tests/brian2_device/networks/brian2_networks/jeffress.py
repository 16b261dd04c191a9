"""Sound localisation by coincidence detectors at the ends of axonal delay lines.

After Jeffress (1948), J Comp Physiol Psychol 41:35: two ears hear one moving source of noise with a time difference,
and detectors with different delays from either ear each answer to one direction.
"""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses, TimedArray
from brian2.units import cm, ms, second
from brian2.units import meter as metre

from .drawing import white_noise

MONITORS = ("ear_spikes", "spikes", "trace")
RANDOM = True
TEST = {"scale": 0.2, "duration": 60}

DT = 0.02 * ms
LONGEST = 0.2 * second
EAR = """
dx/dt = (sound(t - lag) - x)/tau_ear + 0.1*sqrt(2/tau_ear)*HISS : 1 (unless refractory)
lag = distance*sin(angle) : second
dangle/dt = 2*pi/(0.5*second) : radian
distance : second (constant)
"""
DETECTOR = "dv/dt = -v/(1*ms) + 0.1*sqrt(2/ms)*HISS : 1"


def build(scale: float = 1.0, *, replayed: bool = True, seed: int = 8) -> Network:
    """Return the network, with 300 detectors at scale 1 and a step of 0.02 ms."""
    rng = np.random.default_rng(seed)
    total = round(300 * scale)
    largest = 20 * cm / (300 * metre / second)
    sound = TimedArray(10 * rng.standard_normal(round(float(LONGEST / DT))), dt=DT)
    noises = [white_noise(rng, count, LONGEST, DT) for count in (2, total)]
    hiss = "hiss(t, i)" if replayed else "xi"
    ears = NeuronGroup(
        2,
        EAR.replace("HISS", hiss),
        threshold="x > 1",
        reset="x = 0",
        refractory=2.5 * ms,
        method="euler",
        dt=DT,
        namespace={"sound": sound, "tau_ear": 1 * ms, "hiss": noises[0]},
        name="ears",
    )
    ears.distance = [-0.5 * float(largest), 0.5 * float(largest)] * second
    detectors = NeuronGroup(
        total,
        DETECTOR.replace("HISS", hiss),
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        dt=DT,
        namespace={"hiss": noises[1]},
        name="detectors",
    )
    lines = Synapses(ears, detectors, on_pre="v += 0.5", dt=DT, name="lines")
    lines.connect()
    lines.namespace["largest"] = largest
    lines.delay["i == 0"] = "1.1*largest*j/(N_post - 1)"
    lines.delay["i == 1"] = "1.1*largest*(N_post - 1 - j)/(N_post - 1)"
    heard = SpikeMonitor(ears, name="ear_spikes")
    spikes = SpikeMonitor(detectors, name="spikes")
    trace = StateMonitor(ears, ["x", "lag"], record=True, dt=10 * DT, name="trace")
    return Network(ears, detectors, lines, heard, spikes, trace)
