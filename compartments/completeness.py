"""Whether every name in a model's equations has a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS
from brian2.core.namespace import DEFAULT_UNITS
from brian2.utils.stringtools import get_identifiers

from .errors import MissingParameterError, known_names
from .mechanism import ParameterNeed
from .text import assigned_names, parse

__all__ = ["check_complete", "missing_names"]

# What Brian2 itself defines inside a neuron group.
_PREDEFINED = frozenset({"t", "dt", "t_in_timesteps", "i", "N", "lastspike", "not_refractory"})

# Names for which a remedy is shown; the rest are listed.
_LISTED = 20


def missing_names(
    equations: str, statements: Iterable[str], available: Iterable[str], owner: str
) -> list[str]:
    """Names that are used and have no value.

    Parameters
    ----------
    equations : str
        Equations in Brian2 syntax.
    statements : iterable of str
        Conditions and statements that refer to the equations' variables.
    available : iterable of str
        Names that have a value.
    owner : str
        Whose equations they are, for error messages.

    Returns
    -------
    list of str
        Sorted.

    Examples
    --------
    >>> missing_names('dV/dt = (E-V)/tau :volt', ['V > Vth', 'V = Vr; w = 1; x = w'], ['E'], '')
    ['Vr', 'Vth', 'tau']
    """
    parsed = parse(equations, owner)
    known = {
        *available,
        *parsed.names,
        *_PREDEFINED,
        *DEFAULT_FUNCTIONS,
        *DEFAULT_CONSTANTS,
        *DEFAULT_UNITS,
    }
    missing = {name for name in parsed.identifiers - known if not _is_white_noise(name)}
    for statement in statements:
        missing |= get_identifiers(statement) - known - assigned_names(statement)
    return sorted(missing)


def _is_white_noise(name: str) -> bool:
    return name == "xi" or name.startswith("xi_")


def check_complete(
    owner: str,
    equations: str,
    statements: Iterable[str],
    parameters: Mapping[str, Any],
    needs: Mapping[str, ParameterNeed],
    extra: Iterable[str] = (),
) -> None:
    """Check that every name in equations and statements has a value.

    Parameters
    ----------
    owner : str
        Whose equations they are, for the error message.
    equations : str
        Equations in Brian2 syntax.
    statements : iterable of str
        Conditions and statements.
    parameters : mapping
        Name to value.
    needs : mapping
        How to set the parameters of the library's own equations.
    extra : iterable of str
        Further names that have a value.

    Raises
    ------
    MissingParameterError
        If a name has none: it lists all such names, with remedies.
    """
    missing = missing_names(equations, statements, {*parameters, *extra}, owner)
    if not missing:
        return
    lines = []
    for name in missing[:_LISTED]:
        if name in needs:
            lines.append(f"  {name} ({needs[name].kind.name}): {needs[name].remedy}")
        else:
            close = known_names(name, parameters).split(" There are:")[0]
            hint = f"{close} " if close.startswith("Did you mean") else ""
            lines.append(f"  {name}: {hint}add_params({{'{name}': ...}})")
    if len(missing) > _LISTED:
        lines.append(f"  and {len(missing) - _LISTED} more: {', '.join(missing[_LISTED:])}")
    raise MissingParameterError(
        f"{owner}: {len(missing)} name(s) in the equations have no value:\n"
        + "\n".join(lines)
        + "\n"
        "Set them as shown, or with add_params on the NeuronModel."
    )
