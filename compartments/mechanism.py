"""What every mechanism of a compartment offers to the code that assembles equations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from brian2.units.fundamentalunits import Quantity

from .quantities import PhysicalKind

__all__ = ["Mechanism", "ParameterContext", "ParameterNeed"]


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
    """

    dt: Quantity
    shared: Mapping[str, Any]


class Mechanism(Protocol):
    """A receptor, a dendritic spike, a noise source or a coupling in one compartment."""

    @property
    def label(self) -> str:
        """What it is, in words that also tell it from every other mechanism of the compartment."""

    @property
    def currents(self) -> tuple[str, ...]:
        """Names of the currents it adds to the compartment."""

    @property
    def equations(self) -> str:
        """Its equations in Brian2 syntax, without a trailing line break."""

    @property
    def needs(self) -> Mapping[str, ParameterNeed]:
        """The parameters its equations use, without the ones that all mechanisms share."""

    def parameters(self, context: ParameterContext) -> dict[str, Any]:
        """Name to value of those of its parameters that are set."""
