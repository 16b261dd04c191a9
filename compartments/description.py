"""One compartment as data, and the equations and parameters that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from brian2 import defaultclock
from brian2.core.functions import Function
from brian2.units import Quantity

from .defaults import default_params
from .ephys import EphysProperties
from .errors import DuplicateEquationsError, UnitsError
from .mechanism import Mechanism, MechanismEvent, ParameterContext, ParameterNeed, Place
from .membranes import Membrane
from .naming import suffixed
from .quantities import (
    CAPACITANCE,
    CONDUCTANCE,
    VOLTAGE,
    check_name,
    is_value,
    same_dimensions,
)
from .text import AddText, ReplaceText, add_currents, check_defined_once, parse

__all__ = [
    "CompartmentDescription",
    "add_mechanism",
    "add_parameters",
    "check_known_units",
    "compartment_equations",
    "compartment_events",
    "compartment_needs",
    "compartment_parameters",
    "current_dt",
    "edit_text",
]

Operation = Mechanism | AddText | ReplaceText
M = TypeVar("M", bound=Mechanism)


@dataclass(frozen=True, eq=False)
class CompartmentDescription:
    """A compartment: its membrane, its passive properties, and what was done to it, in order.

    Attributes
    ----------
    name : str
        Its name, the suffix of its variables.
    membrane : Membrane
        Its voltage equation.
    ephys : EphysProperties
        Its passive properties.
    is_soma : bool
        Whether it is a soma, which has no spines.
    operations : tuple
        Mechanisms and text edits in the order in which they were made. The order matters, because
        an edit sees the text as it was at its time.
    params : mapping
        Parameters that the modeller added.
    """

    name: str
    membrane: Membrane
    ephys: EphysProperties
    is_soma: bool = False
    operations: tuple[Operation, ...] = ()
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def owner(self) -> str:
        """How error messages call it."""
        return f"compartment {self.name!r}" if self.name else "the point neuron"

    @property
    def mechanisms(self) -> tuple[Mechanism, ...]:
        """The operations that are mechanisms."""
        return self.of_type(Mechanism)

    @property
    def place(self) -> Place:
        """What a mechanism may know about the compartment that it is put in."""
        return Place(self.name, self.owner, self.ephys.dimensionless, self.shared)

    def of_type(self, kind: type[M]) -> tuple[M, ...]:
        """Return the mechanisms of one kind."""
        return tuple(o for o in self.operations if isinstance(o, kind))

    @property
    def shared(self) -> dict[str, Any]:
        """Parameters that can be referred to by name."""
        return {**default_params(), **self.params}


def current_dt() -> Quantity:
    """Return the time step of Brian2's default clock."""
    return Quantity(defaultclock.dt)


def compartment_equations(compartment: CompartmentDescription) -> str:
    """Equations of a compartment in Brian2 syntax.

    Parameters
    ----------
    compartment : CompartmentDescription
        The compartment.

    Returns
    -------
    str
        One definition per line.
    """
    text = compartment.membrane.equations(compartment.name)
    mechanisms = compartment.mechanisms
    for operation in compartment.operations:
        if isinstance(operation, AddText | ReplaceText):
            text = operation.apply(text, compartment.owner)
        else:
            owner = f"{compartment.owner}, {operation.label},"
            text = add_currents(text, compartment.name, operation.currents, owner)
            text = f"{text}\n{operation.equations_among(mechanisms)}"
    return text


def compartment_parameters(
    compartment: CompartmentDescription, context: ParameterContext
) -> dict[str, Any]:
    """Return the parameters of a compartment that follow from its properties and mechanisms.

    Defaults and what the modeller added are not among them.

    Parameters
    ----------
    compartment : CompartmentDescription
        The compartment.
    context : ParameterContext
        The time step, and the parameters that others refer to.

    Returns
    -------
    dict
        Name to value; what is not set is left out.
    """
    values: dict[str, Any] = dict(compartment.ephys.derived)
    context = replace(context, area=compartment.ephys.known_area)
    for mechanism in compartment.mechanisms:
        values.update(mechanism.parameters(context))
    return values


def compartment_events(compartment: CompartmentDescription) -> tuple[MechanismEvent, ...]:
    """Return the events of all mechanisms of a compartment."""
    return tuple(event for mechanism in compartment.mechanisms for event in mechanism.events)


def compartment_needs(compartment: CompartmentDescription) -> dict[str, ParameterNeed]:
    """Return the parameters that the library's equations use, with how to set them."""
    n = compartment.name
    to, model = (repr(n), " or to the NeuronModel") if n else ("the PointNeuronModel", "")
    needs = {
        suffixed("EL", n): ParameterNeed(VOLTAGE, f"give v_rest=-65*mV to {to}{model}"),
        suffixed("C", n): ParameterNeed(CAPACITANCE, f"give cm or cm_abs to {to}"),
        suffixed("gL", n): ParameterNeed(CONDUCTANCE, f"give gl or gl_abs to {to}"),
        **compartment.membrane.needs(n),
    }
    for mechanism in compartment.mechanisms:
        needs.update(mechanism.needs)
    return needs


def add_mechanism(
    compartment: CompartmentDescription, mechanism: Mechanism, *, own_text: bool = False
) -> CompartmentDescription:
    """Return the compartment with one more mechanism.

    Parameters
    ----------
    compartment : CompartmentDescription
        Where it is put.
    mechanism : Mechanism
        What is put there.
    own_text : bool, default False
        Whether its equations can clash with others, so that the result must be parsed.

    Raises
    ------
    DuplicateEquationsError
        If it has it already, or a variable of that name.
    EquationTextError
        If its input current was rewritten so that nothing can be added.
    """
    labels = {existing.label for existing in compartment.mechanisms}
    if mechanism.label in labels:
        raise DuplicateEquationsError(
            f"{compartment.owner} already has: {mechanism.label}. "
            f"Use another tag or name, or add it once only. It has: {', '.join(sorted(labels))}."
        )
    return _checked(compartment, mechanism, own_text)


def edit_text(
    compartment: CompartmentDescription, edit: AddText | ReplaceText
) -> CompartmentDescription:
    """Return the compartment with one more change of its equation text.

    Raises
    ------
    DuplicateEquationsError
        If a variable is defined twice afterwards.
    EquationTextError
        If the text to replace is not there, or the result cannot be read.
    """
    return _checked(compartment, edit, True)


def _checked(
    compartment: CompartmentDescription, operation: Operation, own_text: bool
) -> CompartmentDescription:
    changed = replace(compartment, operations=(*compartment.operations, operation))
    text = compartment_equations(changed)
    # Parsing is slow: templates cannot be at fault, and without a modeller's edits it is enough to read what
    # is new and to see that no name stands twice.
    if any(isinstance(o, AddText | ReplaceText) for o in changed.operations):
        parse(text, compartment.owner)
    elif own_text and isinstance(operation, Mechanism):
        parse(operation.equations_among(changed.mechanisms), compartment.owner)
        check_defined_once(text, compartment.owner)
    return changed


def add_parameters(
    owner: str,
    present: Mapping[str, Any],
    new: Mapping[str, Any],
    needs: Mapping[str, ParameterNeed],
) -> Mapping[str, Any]:
    """Return parameters with new ones added, which replace those of the same name.

    Parameters
    ----------
    owner : str
        Whose parameters they are, for the error message.
    present, new : mapping
        Name to value.
    needs : mapping
        What is known about parameters.

    Returns
    -------
    mapping
        Read-only.

    Raises
    ------
    InvalidNameError
        If a name cannot be used in equations.
    UnitsError
        If a parameter whose dimension is known has another one.
    """
    if not isinstance(new, Mapping):
        raise UnitsError(
            f"{owner}: add_params needs names and values, not {new!r}. Write for example "
            "add_params({'tauw': 100*ms})."
        )
    for name, value in new.items():
        check_name("parameter", name)
        if not is_value(value):
            raise UnitsError(
                f"{owner}: the parameter {name} = {value!r} is not a value. "
                "Give a number, a quantity such as 5*ms, or a TimedArray."
            )
        if not isinstance(value, Function):
            _check_one_number(owner, name, value)
    check_known_units(owner, new, needs)
    return MappingProxyType({**present, **new})


def _check_one_number(owner: str, name: str, value: Any) -> None:
    if np.ndim(value):
        raise UnitsError(
            f"{owner}: the parameter {name} has {np.size(value)} values. Give one, and let it differ from "
            f"neuron to neuron with vary({name!r})."
        )
    if np.iscomplexobj(value) or not np.isfinite(np.asarray(value, dtype=float)):
        raise UnitsError(
            f"{owner}: the parameter {name} = {value!r} is not one finite number. Give a number or a "
            "quantity such as 5*ms."
        )


def check_known_units(
    owner: str, values: Mapping[str, Any], needs: Mapping[str, ParameterNeed]
) -> None:
    """Check the dimensions of parameters whose dimension is known.

    Raises
    ------
    UnitsError
        If one has another dimension.
    """
    defaults = default_params()
    for name, value in values.items():
        need = needs.get(name)
        if need is not None and not need.kind.fits(value):
            raise UnitsError(
                f"{owner}: the parameter {name} = {value} must be {need.kind.name}, "
                f"such as {name}={need.kind.example}."
            )
        default = defaults.get(name)
        if need is None and default is not None and not same_dimensions(value, default):
            raise UnitsError(
                f"{owner}: the parameter {name} = {value} has other units than its default, "
                f"{default}. Give it in the units of {default!r}."
            )
