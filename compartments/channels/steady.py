"""The steady state and the time constant of a gate, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UnitsError
from ..quantities import PhysicalKind
from .expressions import VOLTAGE_NAME, Expression, free_names, parse_expression
from .gates import PARTS, Gate
from .poles import Grid, check_finite
from .singularities import without_removable_poles

__all__ = ["GateKinetics", "read_gate", "read_safely"]

#: How far a steady state may lie outside 0 to 1 by rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class GateKinetics:
    """A gate with its expressions read and checked.

    Attributes
    ----------
    gate : Gate
        The gate.
    expressions : mapping
        ``alpha``, ``beta``, ``inf``, ``tau`` to the expression, for those that are given as text.
    constants : mapping
        The same to the name in the channel, for those that are given as numbers.
    """

    gate: Gate
    expressions: Mapping[str, Expression]
    constants: Mapping[str, str]

    @property
    def concentrations(self) -> set[str]:
        """The ion pools that it depends on."""
        return {name for e in self.expressions.values() for name in e.concentrations}

    @property
    def names(self) -> set[str]:
        """All names in its expressions."""
        return {name for e in self.expressions.values() for name in e.names}

    def part(self, part: str, values: Mapping[str, Any]) -> NDArray[np.float64]:
        """Return ``alpha``, ``beta``, ``inf`` or ``tau`` at the given SI numbers."""
        if part not in self.constants:
            return self.expressions[part](values)
        present = values.get(self.constants[part], self.gate.parts[part])
        return np.asarray(present, dtype=float)

    def steady_state(self, values: Mapping[str, Any]) -> NDArray[np.float64]:
        """Return the steady state at the given SI numbers."""
        if self.gate.alpha is None:
            return self.part("inf", values)
        alpha, beta = self.part("alpha", values), self.part("beta", values)
        with np.errstate(all="ignore"):
            return np.asarray(alpha / (alpha + beta))

    def time_constant(self, values: Mapping[str, Any]) -> NDArray[np.float64]:
        """Return the time constant in seconds, without any Q10 factor; zero if instantaneous."""
        if self.gate.is_instantaneous:
            return np.zeros(())
        if self.gate.alpha is None:
            return self.part("tau", values)
        with np.errstate(all="ignore"):
            return np.asarray(1 / (self.part("alpha", values) + self.part("beta", values)))


def read_safely(
    owner: str,
    text: Any,
    kind: PhysicalKind,
    constants: Mapping[str, Any],
    numbers: Mapping[str, float],
) -> Expression:
    """Read an expression, rewrite its removable poles and refuse others.

    Parameters
    ----------
    owner : str
        Whose expression it is.
    text : str
        The expression.
    kind : PhysicalKind
        Its dimension.
    constants : mapping
        Name to quantity of what has a meaning besides `v`.
    numbers : mapping
        The same as SI numbers.

    Returns
    -------
    Expression
        Safe to compute from -150 to 100 mV.

    Raises
    ------
    CompartmentError
        If it cannot be used.
    """
    given = parse_expression(owner, text, kind, constants)
    text = without_removable_poles(given.text, given.names - set(constants))
    safe = Expression(text, given.concentrations, free_names(text))
    check_finite(owner, safe, numbers, given.text)
    return safe


def read_gate(
    owner: str, gate: Gate, constants: Mapping[str, Any], numbers: Mapping[str, float]
) -> GateKinetics:
    """Read and check the expressions of a gate.

    Parameters
    ----------
    owner : str
        Whose gate it is.
    gate : Gate
        The gate.
    constants : mapping
        Name to quantity of what its expressions can use besides `v`.
    numbers : mapping
        The same as SI numbers.

    Returns
    -------
    GateKinetics

    Raises
    ------
    CompartmentError
        If an expression cannot be used.
    UnitsError
        If a rate or time constant is negative, or a steady state is not in 0 to 1, at a plausible
        voltage and concentration.
    """
    expressions: dict[str, Expression] = {}
    fixed: dict[str, str] = {}
    for part, value in gate.parts.items():
        if isinstance(value, str):
            whose = f"{owner}, {part} of gate {gate.name!r}"
            expressions[part] = read_safely(whose, value, PARTS[part][0], constants, numbers)
        else:
            fixed[part] = f"{part}_{gate.name}"
    kinetics = GateKinetics(gate, expressions, fixed)
    _check_ranges(f"{owner}, gate {gate.name!r}", kinetics, numbers)
    return kinetics


def _check_ranges(owner: str, kinetics: GateKinetics, numbers: Mapping[str, float]) -> None:
    gate = kinetics.gate
    grid = Grid.over(tuple(sorted(kinetics.concentrations)), VOLTAGE_NAME in kinetics.names)
    scope = {**numbers, **grid.axes}

    def refuse(what: str, unit: str, value: Any, bad: Any, rule: str) -> None:
        where = grid.first(bad)
        if where is not None:
            # The first bad value in the grid's order, which is that of `where`.
            number = np.broadcast_to(value, grid.shape)[np.broadcast_to(bad, grid.shape)][0]
            found = f"{number:.6g} {unit}".strip()
            raise UnitsError(f"{owner}: {what} is {found} at {where}, but must be {rule}.")

    for part in ("alpha", "beta"):
        if part in gate.parts:
            rate = kinetics.part(part, scope)
            refuse(f"the rate {part}", "Hz", rate, rate < 0, "zero or larger")
    if gate.alpha is not None:
        total = kinetics.part("alpha", scope) + kinetics.part("beta", scope)
        refuse("alpha + beta", "Hz", total, total <= 0, "larger than zero")
    elif gate.tau is not None:
        tau = kinetics.part("tau", scope)
        refuse("the time constant tau", "s", tau, tau <= 0, "larger than zero")
    steady = kinetics.steady_state(scope)
    outside = (steady < -_ROUNDING) | (steady > 1 + _ROUNDING)
    refuse("the steady state", "", steady, outside, "from 0 to 1")
