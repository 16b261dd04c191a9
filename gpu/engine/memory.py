"""How much memory a network will need, before any of it is allocated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..codegen.step_function import StepFunction
from .plan import NetworkPlan
from .population import padded
from .ports import Port

__all__ = ["estimate_bytes"]


def estimate_bytes(
    plan: NetworkPlan,
    ports: list[tuple[Port, ...]],
    slots: list[int],
    window: int,
    functions: Sequence[StepFunction],
) -> dict[str, int]:
    """Estimate the bytes that a network takes in a backend's memory.

    Parameters
    ----------
    plan : NetworkPlan
        The network.
    ports : list of tuple of Port
        Ports of each population.
    slots : list of int
        Pending steps of input of each population.
    window : int
        Steps of a window.
    functions : sequence of StepFunction
        Step function of each population.

    Returns
    -------
    dict of str to int
        Bytes for states, pending input, synapses and spikes.
    """
    size = plan.precision // 8
    states = 0
    pending = 0
    spikes = 0
    for population, its_ports, n_slot, function in zip(
        plan.populations, ports, slots, functions, strict=True
    ):
        stride = padded(population.n)
        program = population.program
        rows = len(program.states) + function.n_scratch + len(program.parameters) + 2
        states += stride * size * rows
        pending += stride * n_slot * sum(1 if port.narrow else size for port in its_ports)
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
