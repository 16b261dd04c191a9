"""Bytes that one neuron moves in one step."""

from __future__ import annotations

from ..codegen.step_function import StepFunction
from ..codegen.traits import find_traits
from ..engine.memory import varying
from ..engine.plan import PopulationPlan
from ..engine.population import LEAST_LANES
from ..engine.ports import Port

__all__ = ["bytes_per_step"]


def bytes_per_step(
    population: PopulationPlan,
    ports: tuple[Port, ...],
    function: StepFunction,
    real: int,
    window: int,
    target: str,
) -> float:
    """Return what one neuron moves between memory and processor in a step without spikes.

    States are read and written once a window; those that only events change are not written. What a model cut into
    parts keeps in memory meanwhile is taken to stay in the nearest cache: the figure is the least. Input is read in
    every step: a byte where synapses of equal weight are counted, else a number on a device, and on a CPU the byte
    that says whether there is any.

    Parameters
    ----------
    population : PopulationPlan
    ports : tuple of Port
    function : StepFunction
    real : int
        Bytes of a number.
    window : int
        Steps of a window.
    target : {'cpu', 'cuda'}

    Returns
    -------
    float
    """
    traits = find_traits(population.program, function.name, function.ports, ())
    n_state = len(population.program.states)
    once = 2 * n_state - len(traits.slow) + 2 * function.n_scratch
    if traits.happens:
        once += 1 + 2 * function.n_flag_words
    once += sum(varying(function.coefficients, population))
    wide = real if target == "cuda" else 1 / LEAST_LANES
    return once * real / window + sum(1 if port.narrow else wide for port in ports)
