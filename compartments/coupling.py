"""Currents between neighbouring compartments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brian2.units import Quantity

from .ephys import EphysProperties
from .errors import DimensionlessCompartmentError, MorphologyError, UnknownNameError
from .mechanism import Mechanism, ParameterContext, ParameterNeed
from .quantities import CONDUCTANCE, check_quantity

__all__ = ["HALF_CYLINDERS", "Coupling", "coupling_conductance"]

HALF_CYLINDERS = "half_cylinders"
_CYLINDER = "cylinder_"


@dataclass(frozen=True, eq=False)
class Coupling(Mechanism):
    """The current that flows into one compartment from a neighbour.

    Attributes
    ----------
    compartment : str
        Where the current flows in.
    other : str
        Where it comes from.
    rule : Quantity or str
        The conductance or the rule as it was given.
    g : Quantity or None
        The conductance; None while the rule lacks something that a NeuronModel can still give.
    """

    other: str
    rule: Quantity | str
    g: Quantity | None

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"coupling to {self.other!r}"

    @property
    def _suffix(self) -> str:
        return f"{self.other}_{self.compartment}"

    @property
    def currents(self) -> tuple[str, ...]:
        """Names of the currents it adds to the compartment."""
        return (f"I_{self._suffix}",)

    @property
    def equations(self) -> str:
        """Its equation in Brian2 syntax."""
        return f"I_{self._suffix} = (V_{self.other}-V_{self.compartment}) * g_{self._suffix}  :amp"

    @property
    def needs(self) -> dict[str, ParameterNeed]:
        """The parameters its equation uses, with how to set them."""
        remedy = f"couple {self.compartment!r} and {self.other!r} with a conductance such as 10*nS"
        return {f"g_{self._suffix}": ParameterNeed(CONDUCTANCE, remedy)}

    def parameters(self, context: ParameterContext) -> dict[str, Any]:
        """Name to value of its parameters."""
        return {} if self.g is None else {f"g_{self._suffix}": self.g}


def coupling_conductance(
    first_name: str,
    first: EphysProperties,
    second_name: str,
    second: EphysProperties,
    rule: Any,
) -> Quantity:
    """Conductance between two compartments by a rule.

    Parameters
    ----------
    first_name, second_name : str
        Names of the compartments.
    first, second : EphysProperties
        Their properties.
    rule : Quantity or str
        A conductance; ``'half_cylinders'``, the axial resistance between the two centres; or
        ``'cylinder_<name>'``, the axial resistance of the whole of one of the two.

    Returns
    -------
    Quantity
        The conductance (siemens).

    Raises
    ------
    MorphologyError
        If a compartment is coupled with itself.
    UnknownNameError
        If the text is none of the rules, or names another compartment.
    UnitsError
        If the value is not a conductance.
    DimensionlessCompartmentError
        If a rule needs a geometry that is not there.
    MissingParameterError
        If a rule needs a length, diameter or axial resistivity that is not set.
    """
    pair = f"coupling of {first_name!r} and {second_name!r}"
    if first_name == second_name:
        raise MorphologyError(
            f"compartment {first_name!r} cannot be coupled with itself. Name two compartments."
        )
    if not isinstance(rule, str):
        return check_quantity(pair, "g", rule, CONDUCTANCE, "non-negative")
    cylinders = {f"{_CYLINDER}{first_name}": first, f"{_CYLINDER}{second_name}": second}
    if rule != HALF_CYLINDERS and rule not in cylinders:
        listing = ", ".join(repr(name) for name in (HALF_CYLINDERS, *cylinders))
        raise UnknownNameError(
            f"{pair}: g = {rule!r} is not a rule for this pair. "
            f"There are: {listing}. Or give a conductance such as 10*nS."
        )
    absolute = [n for n, e in ((first_name, first), (second_name, second)) if e.dimensionless]
    if absolute:
        raise DimensionlessCompartmentError(
            f"{pair}: g = {rule!r} needs a geometry, which {' and '.join(map(repr, absolute))} "
            f"lack(s): absolute values were given. Give a conductance such as 10*nS."
        )
    if rule == HALF_CYLINDERS:
        return EphysProperties.g_couple(first, second)
    return cylinders[rule].g_cylinder
