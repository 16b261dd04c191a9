"""How much memory a network will need, before any of it is allocated."""

from __future__ import annotations

import numpy as np

from .plan import NetworkPlan
from .population import padded

__all__ = ["estimate_bytes"]


def estimate_bytes(
    plan: NetworkPlan, n_ports: list[int], slots: list[int], window: int
) -> dict[str, int]:
    """Estimate the bytes that a network takes in a backend's memory.

    Parameters
    ----------
    plan : NetworkPlan
        The network.
    n_ports, slots : list of int
        Ports and pending steps of input of each population.
    window : int
        Steps of a window.

    Returns
    -------
    dict of str to int
        Bytes for states, pending input, synapses and spikes.
    """
    size = plan.precision // 8
    states = 0
    pending = 0
    spikes = 0
    for population, ports, n_slot in zip(plan.populations, n_ports, slots, strict=True):
        stride = padded(population.n)
        program = population.program
        states += stride * size * (len(program.states) + len(program.parameters) + 2)
        pending += stride * size * max(1, ports) * n_slot
        spikes += 2 * 8 * population.n * window
    synapses = 0
    for projection in plan.projections:
        if projection.kind == "explicit":
            each = 4 + size * bool(np.ndim(projection.weight)) + 2 * bool(np.ndim(projection.delay))
            synapses += each * projection.n_synapse + 8 * projection.n_source
    sources = sum(12 * item.n for item in plan.poisson)
    return {
        "states": states,
        "pending input": pending,
        "synapses": synapses,
        "spikes": spikes,
        "sources": sources,
    }
