"""Reversal potentials: of the kind, of one receptor, or a parameter that many share."""

from __future__ import annotations

from typing import Any

from brian2.units import Quantity

from ..errors import UnknownNameError, known_names
from ..mechanism import ParameterContext, ParameterNeed, Place
from ..quantities import VOLTAGE, check_quantity
from .site import Site

__all__ = [
    "check_named_reversal",
    "check_reversal",
    "reversal_name",
    "reversal_needs",
    "reversal_values",
]


def check_reversal(owner: str, reversal: Any) -> None:
    """Check a reversal potential; a name is looked up later, where the receptor is put.

    Raises
    ------
    UnitsError
        If it is neither a voltage nor a name.
    """
    if not isinstance(reversal, str):
        check_quantity(owner, "reversal", reversal, VOLTAGE)


def check_named_reversal(owner: str, reversal: Quantity | str | None, place: Place) -> None:
    """Check that a name is that of a voltage.

    Raises
    ------
    UnknownNameError
        If it is not.
    """
    if not isinstance(reversal, str):
        return
    voltages = [key for key, known in place.shared.items() if VOLTAGE.fits(known)]
    if reversal not in voltages:
        raise UnknownNameError(
            f"{place.owner}, {owner}: reversal = {reversal!r} is not a parameter that holds a voltage. "
            f"{known_names(reversal, voltages)} Give one of these, a voltage such as -70*mV, or add "
            "it first with add_params."
        )


def reversal_name(site: Site, reversal: Quantity | str | None) -> str:
    """Return its name in the equations: None stands for the one that the whole kind shares."""
    if isinstance(reversal, str):
        return reversal
    return f"E_{site.channel}" if reversal is None else site.of("E")


def reversal_needs(
    site: Site, reversal: Quantity | str | None, default: Quantity | None = None
) -> dict[str, ParameterNeed]:
    """Return what is known about it, unless it is a parameter that has its value from elsewhere."""
    if isinstance(reversal, str) or (reversal is None and default is None):
        return {}
    remedy = "give reversal=-70*mV to the receptor, or set it with add_params"
    return {reversal_name(site, reversal): ParameterNeed(VOLTAGE, remedy)}


def reversal_values(
    site: Site, reversal: Quantity | str | None, default: Quantity | None, context: ParameterContext
) -> dict[str, Any]:
    """Return name to value, unless it is a parameter that has its value from elsewhere.

    `default` is the value of a kind's own potential, for a kind whose potential is not among the
    default parameters of every model.
    """
    if isinstance(reversal, str) or (reversal is None and default is None):
        return {}
    name = reversal_name(site, reversal)
    return {name: context.shared.get(name, default) if reversal is None else reversal}
