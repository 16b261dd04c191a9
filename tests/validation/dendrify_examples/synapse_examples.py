"""Dendrify's examples of receptors, written anew: their models and protocols."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2.units import ms, mV, nS, pA, pF
from example_engines import Drive, Experiment, Pulse, cached


def slow_and_fast(lib: Any, receptor: str) -> Any:
    """A receptor with a rise on one dendrite, and one without on the next."""
    soma = lib.Soma("soma", cm_abs=100 * pF, gl_abs=10 * nS)
    near, far = (lib.Dendrite(f"dend{n}", cm_abs=50 * pF, gl_abs=5 * nS) for n in (1, 2))
    near.synapse(receptor, tag="slow", g=1 * nS, t_rise=2 * ms, t_decay=5 * ms)
    far.synapse(receptor, tag="fast", g=1 * nS, t_decay=5 * ms)
    return lib.NeuronModel([(soma, near, 10 * nS), (near, far, 10 * nS)], v_rest=-60 * mV)


@cached
def one_spike_each(receptor: str) -> Experiment:
    """One spike at 10 ms: in one neuron through the slow receptor, in the other through the fast."""
    slow, fast = f"{receptor}_slow_dend1", f"{receptor}_fast_dend2"
    drives = tuple(
        Drive(1, [0], [10] * ms, (f"s_{name}",), ([0], [target]))
        for target, name in enumerate((slow, fast))
    )
    return Experiment(
        lambda lib: slow_and_fast(lib, receptor),
        2,
        80 * ms,
        ("V_dend1", "V_dend2", f"I_{slow}", f"I_{fast}"),
        drives=drives,
    )


def nmda_model(lib: Any) -> Any:
    """NMDA receptors on a dendrite."""
    soma = lib.Soma("soma", cm_abs=100 * pF, gl_abs=10 * nS)
    dend = lib.Dendrite("dend", cm_abs=50 * pF, gl_abs=5 * nS)
    dend.synapse("NMDA", tag="foo", g=2 * nS, t_rise=10 * ms, t_decay=60 * ms)
    return lib.NeuronModel([(soma, dend, 10 * nS)], v_rest=-70 * mV)


@cached
def nmda_at_two_voltages() -> Experiment:
    """The same spike at rest, and with the dendrite depolarised by a current from 20 ms on."""
    return Experiment(
        nmda_model,
        2,
        260 * ms,
        ("V_dend", "I_NMDA_foo_dend"),
        pulses=(Pulse("I_ext_dend", np.array([0, 200]) * pA, 20 * ms, 260 * ms),),
        drives=(Drive(2, [0, 1], [100, 100] * ms, ("s_NMDA_foo_dend",), ([0, 1], [0, 1])),),
    )
