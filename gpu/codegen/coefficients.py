"""What depends on parameters alone is computed once, on the host, in double precision.

A `CoefficientTable` collects the parameter-only parts of a program's expressions while they are lowered;
`Coefficients` evaluates them for given parameter values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from .nodes import Coefficient, Literal, Node, PerNeuron

__all__ = ["CoefficientTable", "Coefficients"]


@dataclass
class CoefficientTable:
    """Collects parameter-only expressions and gives each a number.

    Parameters
    ----------
    parameters : frozenset of str
        Names of the per-neuron parameters. An expression that uses one has a value per neuron.
    """

    parameters: frozenset[str]
    shared: dict[sympy.Expr, int] = field(default_factory=dict)
    per_neuron: dict[sympy.Expr, int] = field(default_factory=dict)

    def node(self, expression: sympy.Expr) -> Node:
        """Return the node that stands for a parameter-only expression."""
        if expression == 0:
            return Literal(0)
        if expression == 1:
            return Literal(1)
        names = {str(symbol) for symbol in expression.free_symbols}
        if names & self.parameters:
            return PerNeuron(self.per_neuron.setdefault(expression, len(self.per_neuron)))
        return Coefficient(self.shared.setdefault(expression, len(self.shared)))

    def freeze(self) -> Coefficients:
        """Return the collected expressions as immutable data."""
        return Coefficients(tuple(self.shared), tuple(self.per_neuron))


@dataclass(frozen=True)
class Coefficients:
    """The parameter-only expressions of a kernel, in the order in which the kernel numbers them."""

    shared: tuple[sympy.Expr, ...]
    per_neuron: tuple[sympy.Expr, ...]

    def evaluate_shared(self, values: Mapping[str, Any]) -> np.ndarray:
        """Evaluate the shared expressions.

        Parameters
        ----------
        values : mapping of str to float
            Constants in SI units.

        Returns
        -------
        ndarray, shape (len(shared),), float64
        """
        result = _evaluate(self._shared_function, values)
        return np.array([float(value) for value in result], dtype=np.float64)

    def evaluate_per_neuron(self, values: Mapping[str, Any]) -> list[np.ndarray]:
        """Evaluate the per-neuron expressions.

        Parameters
        ----------
        values : mapping of str to float or ndarray
            Constants, and for each parameter its value or an array of one value per neuron.

        Returns
        -------
        list of ndarray, float64
            Of shape () where all neurons agree, else of the shape of the arrays.
        """
        result = _evaluate(self._per_neuron_function, values)
        return [np.asarray(value, dtype=np.float64) for value in result]

    @cached_property
    def _shared_function(self) -> tuple[Callable[..., Any], list[str]]:
        return _compile(self.shared)

    @cached_property
    def _per_neuron_function(self) -> tuple[Callable[..., Any], list[str]]:
        return _compile(self.per_neuron)


def _compile(expressions: tuple[sympy.Expr, ...]) -> tuple[Callable[..., Any], list[str]]:
    names = sorted({str(symbol) for value in expressions for symbol in value.free_symbols})
    arguments = [f"_{index}" for index in range(len(names))]
    renamed = {
        symbol: sympy.Symbol(arguments[names.index(str(symbol))], real=True)
        for value in expressions
        for symbol in value.free_symbols
    }
    functions = {"int_": lambda value: np.asarray(value).astype(int), "exprel": _exprel}
    plain = [value.xreplace(renamed) for value in expressions]
    return sympy.lambdify(arguments, plain, [functions, "numpy"]), names


def _evaluate(compiled: tuple[Callable[..., Any], list[str]], values: Mapping[str, Any]) -> Any:
    """Evaluate as numpy does: a division by zero gives infinity, which the caller refuses by name."""
    function, names = compiled
    with np.errstate(all="ignore"):
        return function(*(np.asarray(values[name], dtype=np.float64)[()] for name in names))


def _exprel(value: Any) -> Any:
    value = np.asarray(value, dtype=np.float64)
    safe = np.where(value == 0, 1.0, value)
    return np.where(value == 0, 1.0, np.expm1(safe) / safe)
