"""How much memory a network will need, before any of it is allocated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..codegen.coefficients import Coefficients
from ..codegen.step_function import StepFunction
from .balance import row_parts
from .batches import kept_capacity
from .layout import SPIKE, WINDOW
from .monitors import sample_capacities
from .pace import MOST_WINDOWS
from .plan import GeneratorPlan, NetworkPlan, PoissonPlan, PopulationPlan, ProjectionPlan
from .population import INPUT_BLOCK, LEAST_LANES, padded
from .ports import Port
from .spikes import spike_reserve

__all__ = ["described", "estimate_bytes", "population_bytes", "varying"]


def estimate_bytes(
    plan: NetworkPlan,
    ports: Sequence[tuple[Port, ...]],
    slots: Sequence[int],
    window: int,
    functions: Sequence[StepFunction],
    batches: int = 1,
    row_part: int | None = None,
) -> dict[str, int]:
    """Estimate the bytes that a network takes in a backend's memory.

    Parameters
    ----------
    plan : NetworkPlan
        The network.
    ports : sequence of tuple of Port
        Ports of each population.
    slots : sequence of int
        Pending steps of input of each population.
    window : int
        Steps of a window.
    functions : sequence of StepFunction
        Step function of each population.
    batches : int, optional
        Batches of windows that may be queued at a time. Default 1, as on the CPU.
    row_part : int, optional
        Synapses of a row that are delivered at a time. Default: all, as on the CPU.

    Returns
    -------
    dict of str to int
        Bytes by what they are for: states, per-neuron coefficients, pending input, synapses, spikes, sources and
        recordings.
    """
    real = plan.precision // 8
    of_each = [
        population_bytes(population, its_ports, n_slot, function, real)
        for population, its_ports, n_slot, function in zip(
            plan.populations, ports, slots, functions, strict=True
        )
    ]
    states, coefficients, pending = (sum(part) for part in zip((0, 0, 0), *of_each, strict=True))
    spiking: list[PopulationPlan | PoissonPlan | GeneratorPlan]
    spiking = [*plan.populations, *plan.poisson, *plan.generators]
    starts = np.cumsum([0, *(item.n for item in spiking)]).tolist()
    first = {item.name: start for item, start in zip(spiking, starts, strict=False)}
    parts = row_parts(plan, first, starts[-1], row_part)
    rates = {item.name: item.rate for item in plan.poisson}
    reserve = spike_reserve(plan, rates, window, parts)
    divided = 0 if parts is None else 4 * (reserve + len(parts))
    recorded = batches * sum(
        capacity * len(monitor.variables) * len(monitor.indices) * real
        for monitor, capacity in zip(
            plan.monitors, sample_capacities(plan.monitors, window, real), strict=True
        )
    )
    sizes = {population.name: padded(population.n) for population in plan.populations}
    recorded += sum(4 * sizes[monitor.population] for monitor in plan.monitors)
    return {
        "states": states,
        "coefficients": coefficients,
        "pending input": pending,
        "synapses": sum(_synapse_bytes(item, real) for item in plan.projections),
        "spikes": SPIKE.itemsize * (reserve + batches * kept_capacity(reserve))
        + batches * MOST_WINDOWS * WINDOW.itemsize
        + divided,
        "sources": sum(12 * item.n for item in plan.poisson)
        + sum(8 * len(item.steps) for item in plan.generators),
        "recordings": recorded,
    }


def population_bytes(
    population: PopulationPlan,
    ports: tuple[Port, ...],
    n_slot: int,
    function: StepFunction,
    real: int,
) -> tuple[int, int, int]:
    """Return the bytes of one population's states, per-neuron coefficients and pending input.

    Parameters
    ----------
    population : PopulationPlan
    ports : tuple of Port
    n_slot : int
        Pending steps of input.
    function : StepFunction
    real : int
        Bytes of a number.

    Returns
    -------
    tuple of int
    """
    stride = padded(population.n)
    rows = max(1, len(population.program.states) + function.n_scratch)
    # The step of the last spike and the flags are integers of the same size.
    states = stride * real * (rows + 1 + function.n_flag_words)
    coefficients = real * sum(
        stride if varies else INPUT_BLOCK for varies in varying(function.coefficients, population)
    )
    pending = stride * n_slot * sum(1 if port.narrow else real for port in ports)
    pending += stride // LEAST_LANES * max(1, len(ports)) * n_slot
    return states, coefficients, pending


def described(need: Mapping[str, int]) -> str:
    """Return an estimate as text, the largest part first.

    Examples
    --------
    >>> described({'states': 10**9, 'synapses': 25*10**8, 'sources': 0})
    'synapses 2.50 GB, states 1.00 GB'
    """
    ordered = sorted(need.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {size / 1e9:.2f} GB" for name, size in ordered if size)


def varying(coefficients: Coefficients, population: PopulationPlan) -> list[bool]:
    """Return for each per-neuron expression whether neurons differ in it."""
    differ = {
        name
        for name, value in population.initial.items()
        if np.ndim(value) and not np.all(np.asarray(value) == np.asarray(value).flat[0])
    }
    for name, expression in coefficients.derived:
        if differ & {str(symbol) for symbol in expression.free_symbols}:
            differ.add(name)
    return [
        bool(differ & {str(symbol) for symbol in expression.free_symbols})
        for expression in coefficients.per_neuron
    ]


def _synapse_bytes(projection: ProjectionPlan, real: int) -> int:
    size = projection.n_synapse
    each = 2 * bool(np.ndim(projection.delay)) + real * bool(np.ndim(projection.weight))
    if projection.kind == "explicit":
        return (4 + each) * size + 8 * (projection.n_source + 1)
    return each * size
