"""The exceptions of the model-building room.

Every one is a `CompartmentError`, which is a `ValueError`: code that catches the latter keeps
working.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "CompartmentError",
    "ConflictingParametersError",
    "DimensionlessCompartmentError",
    "DuplicateEquationsError",
    "EquationTextError",
    "GroupArgumentError",
    "InvalidNameError",
    "MissingParameterError",
    "MorphologyError",
    "UnitsError",
    "UnknownNameError",
    "known_names",
]


class CompartmentError(ValueError):
    """A neuron description is wrong. The base of all exceptions of this room."""


class InvalidNameError(CompartmentError):
    """A name cannot be used in equations."""


class UnknownNameError(CompartmentError, KeyError):
    """A membrane, receptor, dendritic spike, coupling or reversal potential does not exist."""

    # That of KeyError shows the message as a quoted string.
    __str__ = Exception.__str__


class UnitsError(CompartmentError):
    """A value has the wrong physical dimensions, or is outside the range that makes sense."""


class MissingParameterError(CompartmentError):
    """Something that the equations or the geometry need has no value."""


class ConflictingParametersError(CompartmentError):
    """Two values were given for one name."""


class DimensionlessCompartmentError(CompartmentError):
    """A compartment with absolute capacitance and leak was asked for, or given, a geometry."""


class DuplicateEquationsError(CompartmentError):
    """A variable, receptor, dendritic spike or coupling is defined twice."""


class EquationTextError(CompartmentError):
    """Equation text cannot be parsed, or the text to replace is not there."""


class MorphologyError(CompartmentError):
    """The compartments and couplings do not form one tree."""


class GroupArgumentError(CompartmentError):
    """The arguments of `NeuronModel.make_neurongroup` do not fit together."""


def known_names(name: str, known: Iterable[str]) -> str:
    """Say which known name was probably meant, and list all of them.

    Parameters
    ----------
    name : str
        What was asked for.
    known : iterable of str
        What exists.

    Returns
    -------
    str
        A sentence to append to an error message.

    Examples
    --------
    >>> known_names('AMAP', ['AMPA', 'NMDA'])
    "Did you mean 'AMPA'? There are: AMPA, NMDA."
    >>> known_names('x', [])
    'There are none.'
    """
    ordered = sorted(known)
    if not ordered:
        return "There are none."
    listing = ", ".join(ordered)
    # A wrong capital is the commonest slip, and says nothing about how far two names are apart.
    by_lower = {known_name.lower(): known_name for known_name in ordered}
    close = difflib.get_close_matches(name.lower(), by_lower, n=2, cutoff=0.6)
    if not close:
        return f"There are: {listing}."
    meant = " or ".join(repr(by_lower[match]) for match in close)
    return f"Did you mean {meant}? There are: {listing}."
