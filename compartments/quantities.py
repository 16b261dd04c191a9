"""Checks of the values and names that a modeller passes in.

Each function returns its argument when it is acceptable and raises at once when it is not, so that
a mistake is reported at the line that made it.
"""

from __future__ import annotations

import numbers
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.functions import Function
from brian2.equations.equations import Equations
from brian2.units import Unit, amp, cm, farad, meter, ohm, second, siemens, volt
from brian2.units.fundamentalunits import (
    DIMENSIONLESS,
    Dimension,
    Quantity,
    get_dimensions,
    get_unit,
    get_unit_for_display,
)

from .errors import InvalidNameError, UnitsError

__all__ = [
    "CAPACITANCE",
    "CONDUCTANCE",
    "CURRENT",
    "DIMENSIONLESS_NUMBER",
    "LENGTH",
    "RESISTIVITY",
    "SPECIFIC_CAPACITANCE",
    "SPECIFIC_CONDUCTANCE",
    "TIME",
    "VOLTAGE",
    "PhysicalKind",
    "check_name",
    "check_number",
    "check_quantity",
    "check_tag",
    "check_temperature",
    "is_value",
    "same_dimensions",
    "same_value",
    "unit_text",
]


@dataclass(frozen=True, eq=False)
class PhysicalKind:
    """A physical dimension, how it is called, and an example to quote in error messages."""

    name: str
    unit: Unit
    example: str

    def fits(self, value: Any) -> bool:
        """Say whether a value has this dimension."""
        return same_dimensions(value, self.unit)


LENGTH = PhysicalKind("a length", meter, "30*um")
VOLTAGE = PhysicalKind("a voltage", volt, "-65*mV")
CURRENT = PhysicalKind("a current", amp, "100*pA")
TIME = PhysicalKind("a time", second, "5*ms")
CONDUCTANCE = PhysicalKind("a conductance", siemens, "10*nS")
CAPACITANCE = PhysicalKind("a capacitance", farad, "200*pF")
SPECIFIC_CAPACITANCE = PhysicalKind(
    "a capacitance per membrane area", farad / meter**2, "1*uF/cm**2"
)
SPECIFIC_CONDUCTANCE = PhysicalKind(
    "a conductance per membrane area", siemens / meter**2, "40*uS/cm**2"
)
RESISTIVITY = PhysicalKind("an axial resistivity", ohm * cm, "150*ohm*cm")
DIMENSIONLESS_NUMBER = PhysicalKind("a number without units", Unit(1), "1.0")
_CELSIUS = PhysicalKind("a number of degrees Celsius", Unit(1), "36")

# In the order of the exponents of a dimension.
_BASE_UNITS = ("metre", "kilogram", "second", "amp", "kelvin", "mole", "candle")

_RANGES = {
    "positive": (lambda number: number > 0, "larger than zero"),
    "non-negative": (lambda number: number >= 0, "zero or larger"),
    "any": (lambda number: True, ""),
}


def check_quantity(
    owner: str, argument: str, value: Any, kind: PhysicalKind, allowed: str = "any"
) -> Quantity:
    """Return `value` if it is one finite quantity of the right dimension.

    Parameters
    ----------
    owner : str
        Whose argument it is, for the error message, such as ``"compartment 'soma'"``.
    argument : str
        The argument's name.
    value : Any
        What was given.
    kind : PhysicalKind
        The dimension it must have.
    allowed : {'any', 'non-negative', 'positive'}, default 'any'
        The range that makes sense.

    Returns
    -------
    Quantity
        The value, unchanged.

    Raises
    ------
    UnitsError
        If the dimension is wrong, or the value is not one finite number in the allowed range.

    Examples
    --------
    >>> from brian2.units import mV, ms
    >>> check_quantity("compartment 'soma'", 'v_rest', 0*mV, VOLTAGE)
    0. * volt
    >>> try:
    ...     check_quantity("compartment 'soma'", 'v_rest', 3*ms, VOLTAGE)
    ... except UnitsError as error:
    ...     print(error)  # doctest: +NORMALIZE_WHITESPACE
    compartment 'soma': v_rest = 3. ms must be a voltage (unit V), but it has unit
    s. Write for example v_rest=-65*mV.
    """
    remedy = f"Write for example {argument}={kind.example}."
    if isinstance(value, (str, bool)) or value is None:
        raise UnitsError(f"{owner}: {argument} = {value!r} must be {kind.name}. {remedy}")
    if not kind.fits(value):
        try:
            dims = get_dimensions(value)
        except TypeError:
            raise UnitsError(
                f"{owner}: {argument} = {value!r} must be {kind.name}. {remedy}"
            ) from None
        found = "no unit" if dims is DIMENSIONLESS else f"unit {get_unit_for_display(dims)}"
        raise UnitsError(
            f"{owner}: {argument} = {value} must be {kind.name} "
            f"(unit {get_unit_for_display(kind.unit)}), but it has {found}. {remedy}"
        )
    numbers = np.asarray(value, dtype=float)
    if numbers.size != 1 or not np.isfinite(numbers).all():
        raise UnitsError(f"{owner}: {argument} = {value} must be one finite value. {remedy}")
    accepts, words = _RANGES[allowed]
    if not accepts(float(numbers.reshape(()))):
        raise UnitsError(f"{owner}: {argument} = {value} must be {words}. {remedy}")
    return value


def check_number(owner: str, argument: str, value: Any) -> float:
    """Return `value` as a float if it is one finite number larger than zero.

    Raises
    ------
    UnitsError
        If it is not.
    """
    return float(check_quantity(owner, argument, value, DIMENSIONLESS_NUMBER, "positive"))


def check_temperature(owner: str, value: Any) -> float | None:
    """Return a temperature in degrees Celsius as a float; None stays None.

    Raises
    ------
    UnitsError
        If it is not one number above absolute zero and below boiling.
    """
    if value is None:
        return None
    number = float(check_quantity(owner, "temperature", value, _CELSIUS))
    if not -273.15 < number < 100:
        raise UnitsError(
            f"{owner}: temperature = {value} is not a temperature of living tissue in degrees Celsius. "
            "Write for example temperature=36."
        )
    return number


def check_name(what: str, name: Any) -> str:
    """Return `name` if it can be used as a variable name in equations.

    Parameters
    ----------
    what : str
        What is being named, such as ``'compartment'``.
    name : Any
        The proposed name.

    Returns
    -------
    str
        The name.

    Raises
    ------
    InvalidNameError
        If it is not text, is not an identifier, or means something else in equations already (a
        unit, a function, a constant, a Python keyword).

    Examples
    --------
    >>> check_name('compartment', 'soma')
    'soma'
    >>> try:
    ...     check_name('compartment', '1st')
    ... except InvalidNameError as error:
    ...     print(error)  # doctest: +NORMALIZE_WHITESPACE
    '1st' cannot be the name of a compartment: '1st' is not a valid variable name. Use ASCII
    letters, digits and underscores, begin with a letter, and avoid the names of units, functions
    and constants.
    """
    remedy = (
        "Use ASCII letters, digits and underscores, begin with a letter, and avoid the names of "
        "units, functions and constants."
    )
    if not isinstance(name, str):
        raise InvalidNameError(f"{name!r} cannot be the name of a {what}: it is not text. {remedy}")
    try:
        Equations.check_identifier(name)
    except (SyntaxError, ValueError) as reason:
        text = str(reason).rstrip(".")
        raise InvalidNameError(
            f"{name!r} cannot be the name of a {what}: {text}. {remedy}"
        ) from None
    return name


def check_tag(what: str, tag: Any) -> str:
    """Return `tag` if it can stand inside a variable name: ASCII letters, digits and underscores.

    Raises
    ------
    InvalidNameError
        If it cannot.
    """
    if not isinstance(tag, str) or re.fullmatch(r"[A-Za-z0-9_]+", tag) is None:
        raise InvalidNameError(
            f"{tag!r} cannot be the tag of a {what}: it becomes part of variable names. "
            "Use ASCII letters, digits and underscores only."
        )
    return tag


def unit_text(dimensions: Dimension) -> str:
    """Return a unit in Brian2's syntax for equations.

    Examples
    --------
    >>> from brian2.units import nS, mmolar, second, coulomb
    >>> unit_text(nS.dim), unit_text(DIMENSIONLESS), unit_text((mmolar/coulomb).dim)
    ('siemens', '1', 'metre**-3*second**-1*amp**-1*mole')
    """
    if dimensions is DIMENSIONLESS:
        return "1"
    name = repr(get_unit(dimensions))
    if name.isidentifier():
        return name
    # Brian2 writes products with parentheses, which it does not read.
    powers = zip(_BASE_UNITS, dimensions._dims, strict=True)
    return "*".join(unit if p == 1 else f"{unit}**{p:g}" for unit, p in powers if p)


def is_value(value: Any) -> bool:
    """Say whether something can be the value of a name in equations.

    Numbers, quantities, arrays and Brian2's functions (a `TimedArray` too) can.
    """
    return isinstance(value, (numbers.Number, np.ndarray, np.generic, Function))


def same_dimensions(first: Any, second: Any) -> bool:
    """Say whether two values have the same physical dimension; what has none at all has not."""
    try:
        return bool(get_dimensions(first) is get_dimensions(second))
    except TypeError:  # a list of something, for example
        return False


def same_value(first: Any, second: Any) -> bool:
    """Say whether two values agree in dimension and number; anything else is compared by identity.

    Examples
    --------
    >>> from brian2.units import mV, nS
    >>> same_value(1000*mV, 1*mV*1000), same_value(1*mV, 1*nS), same_value(None, 0*mV)
    (True, False, False)
    """
    if first is second:
        return True
    if first is None or second is None:
        return False
    if isinstance(first, str) or isinstance(second, str):
        return bool(isinstance(first, str) and isinstance(second, str) and first == second)
    if not same_dimensions(first, second):
        return False
    return bool(np.array_equal(np.asarray(first), np.asarray(second)))
