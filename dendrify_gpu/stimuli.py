"""Current steps: parameters that take another value for some time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2 import second

from .errors import NetworkError
from .population import Population
from .quantities import in_units
from .selection import Selection

__all__ = ["CurrentStep", "edges", "refuse_overlap", "values_at"]


@dataclass(frozen=True, eq=False)
class CurrentStep:
    """A parameter of some neurons takes a value for a time; made by `Network.current_step`.

    Attributes
    ----------
    population : Population
        Whose parameter.
    where : Selection
        Which neurons.
    parameter : str
        Name of the parameter.
    si_value : float or ndarray of shape (len(where),)
        The value during the step, in SI units.
    start_step, stop_step : int
        First time step with the value, and first one without.
    dt : float
        Time step in seconds.
    """

    population: Population
    where: Selection
    parameter: str
    si_value: float | np.ndarray
    start_step: int
    stop_step: int
    dt: float

    @property
    def value(self) -> Any:
        """The value during the step."""
        return in_units(self.si_value, self.population.dimensions(self.parameter))

    @property
    def start(self) -> Any:
        """Time of the first step with the value."""
        return in_units(self.start_step * self.dt, second.dim)

    @property
    def stop(self) -> Any:
        """Time of the first step without the value."""
        return in_units(self.stop_step * self.dt, second.dim)

    @property
    def label(self) -> str:
        """What the step sets, and when."""
        return f"{self.where.label}.{self.parameter} during [{self.start}, {self.stop})"

    def active_at(self, step: int) -> bool:
        """Say whether the parameter has the value in a time step."""
        return self.start_step <= step < self.stop_step

    def __repr__(self) -> str:
        return f"<CurrentStep {self.label}>"


def edges(steps: Iterable[CurrentStep], begin: int, end: int) -> list[int]:
    """Return the time steps in (begin, end) at which some parameter changes, and `end`.

    Examples
    --------
    >>> edges([], 0, 100)
    [100]
    """
    changes = {edge for step in steps for edge in (step.start_step, step.stop_step)}
    return [*sorted(edge for edge in changes if begin < edge < end), end]


def values_at(
    steps: Iterable[CurrentStep], step: int
) -> dict[tuple[Population, str], float | np.ndarray]:
    """Return the values in a time step of all parameters that current steps drive.

    Parameters
    ----------
    steps : iterable of CurrentStep
        All current steps of a network.
    step : int
        The time step.

    Returns
    -------
    dict
        SI values by population and parameter.
    """
    values: dict[tuple[Population, str], float | np.ndarray] = {}
    for item in steps:
        key = (item.population, item.parameter)
        if key not in values:
            values[key] = item.population.si_value(item.parameter)
        if item.active_at(step):
            driven = np.array(np.broadcast_to(values[key], (item.population.size,)))
            driven[item.where.indices] = item.si_value
            values[key] = driven
    return values


def refuse_overlap(new: CurrentStep, others: Iterable[CurrentStep]) -> None:
    """Refuse two steps of one parameter of one neuron at the same time.

    Raises
    ------
    NetworkError
        If `new` overlaps with one of the others.
    """
    for other in others:
        if (
            other.population is new.population
            and other.parameter == new.parameter
            and other.start_step < new.stop_step
            and new.start_step < other.stop_step
            and len(np.intersect1d(other.where.indices, new.where.indices))
        ):
            raise NetworkError(
                f"The current steps {other.label} and {new.label} overlap, and a parameter has one "
                "value at a time. Make one of them shorter, or give the sum in a step of its own."
            )
