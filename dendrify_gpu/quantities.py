"""Numbers with units in, SI numbers out, and back, by Brian2's unit system."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Quantity, second
from brian2.units.fundamentalunits import (
    DIMENSIONLESS,
    Dimension,
    get_dimensions,
    get_unit_for_display,
)

from .errors import NetworkError

__all__ = ["in_units", "shown", "si_time", "si_values", "unit_text"]


def unit_text(dimensions: Dimension) -> str:
    """Return the SI unit of some dimensions as text, ``'1'`` for a plain number.

    Examples
    --------
    >>> from brian2.units import mV, nS
    >>> unit_text(mV.dim), unit_text(nS.dim), unit_text(DIMENSIONLESS)
    ('V', 'S', '1')
    """
    if dimensions is DIMENSIONLESS:
        return "1"
    return str(get_unit_for_display(dimensions)).strip("'").replace(" ", "")


def shown(value: Any) -> str:
    """Return a value as text that fits into a message."""
    if np.ndim(value) == 0:
        return repr(value)
    return f"an array of shape {np.shape(value)} in {unit_text(get_dimensions(value))}"


def si_values(value: Any, dimensions: Dimension, what: str) -> float | np.ndarray:
    """Check the unit of a number or an array and return it in SI units.

    Parameters
    ----------
    value : Quantity, number or array
        The values. A plain 0 passes for every unit, as in Brian2.
    dimensions : Dimension
        The physical dimensions that they must have.
    what : str
        What the values are for; it begins the message of an error.

    Returns
    -------
    float or ndarray of float64

    Raises
    ------
    NetworkError
        If the units differ, or a value is not a finite number.

    Examples
    --------
    >>> from brian2.units import mV, volt
    >>> si_values(-70*mV, volt.dim, 'V_soma')
    -0.07
    """
    if isinstance(value, str):
        raise NetworkError(
            f"{what} was given the text {value!r}. Give a number with a unit, an array, or a "
            "distribution such as dg.uniform(low, high)."
        )
    try:
        given = get_dimensions(value)
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise NetworkError(f"{what} was given {value!r}, which is not a number.") from error
    bare_zero = given is DIMENSIONLESS and array.ndim == 0 and array == 0
    if given is not dimensions and not bare_zero:
        raise NetworkError(
            f"{what} needs {_needed(dimensions)} and was given {shown(value)}, which is "
            f"{_needed(given)}."
        )
    if not np.all(np.isfinite(array)):
        raise NetworkError(f"{what} was given {shown(value)}; every value must be finite.")
    return float(array) if array.ndim == 0 else array


def si_time(value: Any, what: str) -> float:
    """Check that a value is one time and return it in seconds.

    Examples
    --------
    >>> from brian2.units import ms
    >>> si_time(2*ms, 'delay')
    0.002
    """
    seconds = si_values(value, second.dim, what)
    if not isinstance(seconds, float):
        raise NetworkError(f"{what} was given {shown(value)}; give one time.")
    return seconds


def in_units(values: float | np.ndarray, dimensions: Dimension) -> Any:
    """Return SI numbers as a Quantity, or as they are where they have no unit.

    Examples
    --------
    >>> from brian2.units import volt
    >>> in_units(-0.07, volt.dim)
    -70. * mvolt
    """
    return values if dimensions is DIMENSIONLESS else Quantity(values, dim=dimensions)


def _needed(dimensions: Dimension) -> str:
    return "a number without unit" if dimensions is DIMENSIONLESS else f"in {unit_text(dimensions)}"
