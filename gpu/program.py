"""The typed, dimensionless form of a neuron model: what the code generator works on.

A `Program` is plain, immutable data. Every quantity in it is a number in SI units and every expression is
a sympy expression over the model's names. No value of a parameter is part of the program's text, so
models that differ only in their values compile to the same kernel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import sympy

__all__ = ["Assignment", "Event", "Program", "Refractory", "Variable"]


@dataclass(frozen=True)
class Variable:
    """A per-neuron quantity: its name, its SI unit and the equation that it came from."""

    name: str
    unit: str
    equation: str


@dataclass(frozen=True)
class Assignment:
    """``target = value``. The target is a state variable or a name local to its block."""

    target: str
    value: sympy.Expr

    def __str__(self) -> str:
        return f"{self.target} = {self.value}"


@dataclass(frozen=True)
class Event:
    """A custom event: when it happens and what it does, as `run_on_event` does in Brian2."""

    name: str
    condition: sympy.Basic
    actions: tuple[Assignment, ...]


@dataclass(frozen=True)
class Refractory:
    """How a neuron leaves refractoriness.

    ``kind='steps'``: `expression` is the number of time steps after a spike (a function of parameters).
    ``kind='condition'``: `expression` is a condition that keeps the neuron refractory while it is true.
    """

    kind: Literal["steps", "condition"]
    expression: sympy.Basic


@dataclass(frozen=True)
class Program:
    """One neuron model, ready for code generation.

    Attributes
    ----------
    name : str
        Name of the model, an identifier.
    method : str
        Name of the integration method that produced `update`.
    states : tuple of Variable
        Everything that changes during a run: solutions of differential equations first (in the
        order of the equations), then parameters that a reset, an event or a synapse writes.
    parameters : tuple of Variable
        Per-neuron parameters that nothing in the model writes.
    constants : mapping of str to float
        Shared constants in SI units, by name. Values only: they are never part of generated text.
    update : tuple of Assignment
        One step of integration. All right-hand sides use the values before the step, except for
        the local names that earlier assignments introduced.
    clamped : frozenset of str
        States that do not change while their neuron is refractory (``(unless refractory)``).
    threshold : sympy condition or None
        When a neuron spikes.
    reset : tuple of Assignment
        What a spike does to its neuron.
    refractory : Refractory or None
        How long a neuron cannot spike again.
    second_reset : tuple of Assignment
        What a spike does to its own neuron `spike_width` seconds later.
    spike_width : float
        Delay of the second reset in seconds.
    events : tuple of Event
        Custom events in the order in which their conditions are tested.
    subexpressions : mapping of str to sympy expression
        Named subexpressions in terms of states, parameters and constants.
    units : mapping of str to str
        SI unit of every state, parameter and subexpression.
    """

    name: str
    method: str
    states: tuple[Variable, ...]
    parameters: tuple[Variable, ...]
    constants: Mapping[str, float] = field(repr=False)
    update: tuple[Assignment, ...]
    clamped: frozenset[str]
    threshold: sympy.Basic | None
    reset: tuple[Assignment, ...]
    refractory: Refractory | None
    second_reset: tuple[Assignment, ...]
    spike_width: float
    events: tuple[Event, ...]
    subexpressions: Mapping[str, sympy.Expr]
    units: Mapping[str, str]

    @property
    def state_names(self) -> tuple[str, ...]:
        """Names of the states, in storage order."""
        return tuple(variable.name for variable in self.states)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the per-neuron parameters, in storage order."""
        return tuple(variable.name for variable in self.parameters)

    def uses(self, name: str) -> bool:
        """Return whether an equation, a condition or a statement uses a name."""
        blocks = [self.update, self.reset, self.second_reset]
        blocks += [event.actions for event in self.events]
        expressions = [statement.value for block in blocks for statement in block]
        expressions += [event.condition for event in self.events]
        expressions += [value for value in (self.threshold,) if value is not None]
        return any(str(symbol) == name for value in expressions for symbol in value.free_symbols)

    def __str__(self) -> str:
        def block(title: str, lines: list[str]) -> list[str]:
            return [f"{title}:", *(f"    {line}" for line in lines)] if lines else []

        def described(variables: tuple[Variable, ...]) -> list[str]:
            return [f"{variable.name} : {variable.unit}" for variable in variables]

        lines = [f"Program {self.name!r} ({self.method})"]
        lines += block("states", described(self.states))
        lines += block("parameters", described(self.parameters))
        lines += block("constants", [f"{k} = {v:.6g}" for k, v in sorted(self.constants.items())])
        lines += block("update", [str(statement) for statement in self.update])
        if self.refractory is not None:
            lines += block(f"refractory {self.refractory.kind}", [str(self.refractory.expression)])
        if self.threshold is not None:
            lines += block("threshold", [str(self.threshold)])
        lines += block("reset", [str(statement) for statement in self.reset])
        lines += block("second reset", [str(statement) for statement in self.second_reset])
        for event in self.events:
            body = [f"when {event.condition}", *(str(action) for action in event.actions)]
            lines += block(f"event {event.name}", body)
        return "\n".join(lines)
