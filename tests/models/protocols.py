"""Experiments that several models are put through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from brian2.units import ms, mV

import dendrify_gpu as dg


def growing_input(
    model: dg.NeuronModel,
    receptors: Sequence[str],
    onsets: Any,
    variables: Sequence[str],
    duration: Any,
    dt: Any = 0.1 * ms,
) -> list[np.ndarray]:
    """Give one synapse to the first neuron, two to the second, and so on.

    Returns the traces in mV, each of shape (time, neuron).
    """
    n = len(onsets)
    net = dg.Network(dt=dt)
    cells = net.population(model, n)
    source = net.spike_generator(n, np.arange(n), onsets)
    pre, post = np.triu_indices(n)
    net.connect(source, cells, receptors, i=pre, j=post)
    traces = net.record(cells, list(variables))
    net.run(duration)
    return [np.asarray(traces[name] / mV) for name in variables]
