"""Distributions of weights, delays and initial values."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.units.fundamentalunits import Dimension

from .errors import NetworkError
from .quantities import shown, si_values
from .randomness import standard_normal

__all__ = ["Distribution", "Normal", "Uniform", "normal", "uniform"]

#: Least probability of the allowed interval of a cut normal distribution: below it, drawing again
#: takes long.
_LEAST_MASS = 1e-3


class Distribution(ABC):
    """A distribution of quantities; see `uniform` and `normal`."""

    @abstractmethod
    def draw(
        self, random: np.random.Generator, n: int, dimensions: Dimension, what: str
    ) -> np.ndarray:
        """Draw values in SI units.

        Parameters
        ----------
        random : numpy.random.Generator
            Where the numbers come from.
        n : int
            How many.
        dimensions : Dimension
            What the values must be.
        what : str
            What they are for; it begins the message of an error.

        Returns
        -------
        ndarray, shape (n,)
        """


@dataclass(frozen=True)
class Uniform(Distribution):
    """Uniform between `low` and `high`."""

    low: Any
    high: Any

    def draw(
        self, random: np.random.Generator, n: int, dimensions: Dimension, what: str
    ) -> np.ndarray:
        """Draw values in SI units."""
        low = _bound(self.low, dimensions, f"{what}: low of {self}")
        high = _bound(self.high, dimensions, f"{what}: high of {self}")
        if low > high:
            raise NetworkError(f"{what}: in {self} low is above high; exchange them.")
        return random.uniform(low, high, n)

    def __str__(self) -> str:
        return f"uniform({self.low}, {self.high})"


@dataclass(frozen=True)
class Normal(Distribution):
    """Normal with `mean` and standard deviation `std`, cut to [`low`, `high`]."""

    mean: Any
    std: Any
    low: Any = None
    high: Any = None

    def draw(
        self, random: np.random.Generator, n: int, dimensions: Dimension, what: str
    ) -> np.ndarray:
        """Draw values in SI units; those outside the bounds are drawn again."""
        mean = _bound(self.mean, dimensions, f"{what}: mean of {self}")
        std = _bound(self.std, dimensions, f"{what}: std of {self}")
        low, high = -np.inf, np.inf
        if self.low is not None:
            low = _bound(self.low, dimensions, f"{what}: low of {self}")
        if self.high is not None:
            high = _bound(self.high, dimensions, f"{what}: high of {self}")
        if std < 0:
            raise NetworkError(f"{what}: {self} has a negative standard deviation.")
        if low > high:
            raise NetworkError(f"{what}: in {self} low is above high; exchange them.")
        if _mass(mean, std, low, high) < _LEAST_MASS:
            raise NetworkError(
                f"{what}: less than {_LEAST_MASS:.1%} of {self} lies between its bounds; widen "
                "them."
            )
        values = mean + std * standard_normal(random, n)
        outside = np.flatnonzero((values < low) | (values > high))
        while len(outside):
            values[outside] = mean + std * standard_normal(random, len(outside))
            outside = outside[(values[outside] < low) | (values[outside] > high)]
        return values

    def __str__(self) -> str:
        bounds = "".join(
            f", {name}={value}"
            for name, value in (("low", self.low), ("high", self.high))
            if value is not None
        )
        return f"normal({self.mean}, {self.std}{bounds})"


def uniform(low: Any, high: Any) -> Uniform:
    """Return a uniform distribution between two values.

    Parameters
    ----------
    low, high : Quantity or number
        Bounds, of the same unit.

    Returns
    -------
    Uniform

    Examples
    --------
    >>> from brian2.units import ms
    >>> print(uniform(1*ms, 3*ms))
    uniform(1. ms, 3. ms)
    """
    return Uniform(low, high)


def normal(mean: Any, std: Any, low: Any = None, high: Any = None) -> Normal:
    """Return a normal distribution, cut to an interval if bounds are given.

    Parameters
    ----------
    mean, std : Quantity or number
        Mean and standard deviation, before any cut.
    low, high : Quantity or number, optional
        Bounds; values outside are drawn again. Default: none.

    Returns
    -------
    Normal

    Examples
    --------
    >>> from brian2.units import ms
    >>> print(normal(2*ms, 0.5*ms, low=0.1*ms))
    normal(2. ms, 0.5 ms, low=100. us)
    """
    return Normal(mean, std, low, high)


def _mass(mean: float, std: float, low: float, high: float) -> float:
    """Probability of [low, high]."""
    if std == 0:
        return float(low <= mean <= high)
    below, above = ((bound - mean) / (std * math.sqrt(2)) for bound in (low, high))
    return 0.5 * (math.erf(above) - math.erf(below))


def _bound(value: Any, dimensions: Dimension, what: str) -> float:
    number = si_values(value, dimensions, what)
    if not isinstance(number, float):
        raise NetworkError(f"{what} was given {shown(value)}; give one value.")
    return number
