"""Stochastic equations by every method, and random numbers in resets and synapses.

Without random numbers in the run, numbers drawn beforehand take the place of the noise.
"""

from __future__ import annotations

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.units import ms

from .drawing import white_noise

MONITORS = ("spikes_euler", "spikes_heun", "spikes_milstein", "trace")
RANDOM = True
TEST = {"scale": 0.2, "duration": 60}

#: Method, and the factor of the noise, which depends on the variable for the methods that allow it.
METHODS = {"euler": "0.3", "heun": "0.3*v", "milstein": "0.3*v"}


def build(scale: float = 1.0, *, replayed: bool = True, seed: int = 28) -> Network:
    """Return the network: 100 cells by each method at scale 1."""
    rng = np.random.default_rng(seed)
    total = max(3, round(100 * scale))
    network = Network()
    noise_term = "noise(t, i)" if replayed else "xi"
    at_reset, at_spike = ("0.5", "(i % 7)/7.0") if replayed else ("rand()", "rand()")
    for method, factor in METHODS.items():
        # Milstein's method takes no equations without noise of their own.
        solver = "rk2" if replayed and method == "milstein" else method
        cells = NeuronGroup(
            total,
            f"dv/dt = (1.2 - v)/(10*ms) + {factor}*{noise_term}/sqrt(10*ms) : 1 (unless refractory)",
            threshold="v > 1",
            reset=f"v = 0.1 + 0.2*{at_reset}",
            refractory=1 * ms,
            method=solver,
            namespace={"noise": white_noise(rng, total)} if replayed else {},
            name=f"cells_{method}",
        )
        cells.v = rng.random(total)
        synapses = Synapses(
            cells,
            cells,
            on_pre=f"v_post += 0.02*int({at_spike} < 0.5)",
            name=f"synapses_{method}",
        )
        synapses.connect(condition="i != j and (i + j) % 5 == 0")
        network.add(cells, synapses, SpikeMonitor(cells, name=f"spikes_{method}"))
    network.add(StateMonitor(cells, "v", record=[0, 1], name="trace"))
    return network
