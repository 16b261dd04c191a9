"""What every mechanism of a compartment offers to the code that assembles equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from brian2.units.fundamentalunits import Quantity

from .quantities import PhysicalKind

__all__ = [
    "Mechanism",
    "MechanismEvent",
    "ParameterContext",
    "ParameterNeed",
    "Place",
    "Placeable",
]


@dataclass(frozen=True, eq=False)
class ParameterNeed:
    """A parameter that an equation uses: its dimension and how a modeller sets it."""

    kind: PhysicalKind
    remedy: str


@dataclass(frozen=True, eq=False)
class ParameterContext:
    """What the values of a mechanism's parameters may depend on besides the mechanism itself.

    Attributes
    ----------
    dt : Quantity
        The time step, for durations that equations count in steps.
    shared : mapping
        Name to value of everything that can be referred to by name (defaults and the modeller's
        own).
    area : Quantity or None
        Membrane area of the compartment; None where it has absolute values, or is not known yet.
    temperature : float or None
        Temperature of the model in degrees Celsius; None leaves every channel at its own.
    """

    dt: Quantity
    shared: Mapping[str, Any]
    area: Quantity | None = None
    temperature: float | None = None


@dataclass(frozen=True)
class MechanismEvent:
    """Something that happens when a condition holds at the end of a time step.

    Attributes
    ----------
    name : str
        Name of the event.
    condition : str
        Condition in Brian2 syntax.
    action : str
        Statements that it executes.
    """

    name: str
    condition: str
    action: str


@dataclass(frozen=True, eq=False)
class Place:
    """Where something is put.

    Attributes
    ----------
    name : str
        Name of the compartment; empty for a point neuron.
    owner : str
        How error messages call it.
    dimensionless : bool
        Whether it has absolute values instead of a geometry, and so no area.
    shared : mapping
        Name to value of the parameters that can be referred to by name.
    """

    name: str
    owner: str
    dimensionless: bool
    shared: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Mechanism:
    """Something in one compartment that adds equations: the base of all mechanisms.

    Attributes
    ----------
    compartment : str
        Where it is; empty for a point neuron.
    """

    compartment: str

    @property
    def label(self) -> str:
        """What it is, in words that also tell it from every other mechanism of the compartment."""
        raise NotImplementedError

    @property
    def currents(self) -> tuple[str, ...]:
        """Names of the currents it adds to the compartment; an inward current is positive."""
        return ()

    @property
    def equations(self) -> str:
        """Its equations in Brian2 syntax, without a trailing line break."""
        raise NotImplementedError

    def equations_among(self, others: Sequence[Mechanism]) -> str:
        """Return its equations, given all mechanisms of the compartment."""
        return self.equations

    @property
    def concentrations(self) -> tuple[str, ...]:
        """Names of the ion concentrations that it provides; other mechanisms may depend on them."""
        return ()

    @property
    def needs(self) -> Mapping[str, ParameterNeed]:
        """The parameters its equations use, without the ones that all mechanisms share."""
        return {}

    @property
    def computed_from(self) -> Mapping[str, str]:
        """Parameters from which another one was computed, which would not follow if they were varied."""
        return {}

    @property
    def events(self) -> tuple[MechanismEvent, ...]:
        """What happens in it at the end of a step."""
        return ()

    def parameters(self, context: ParameterContext) -> dict[str, Any]:
        """Name to value of those of its parameters that are set."""
        return {}

    def initial_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what its variables start with; those that are left out start at zero.

        Parameters
        ----------
        values : mapping
            Name to value of all parameters, and of the variables that have a starting value so
            far: the voltages, and the concentrations.
        """
        return {}


class Placeable(Protocol):
    """Something that `Compartment.add` accepts: a channel, an ion pool or a receptor."""

    def placed_in(self, place: Place) -> Mechanism:
        """Return the mechanism that it is in a compartment."""
