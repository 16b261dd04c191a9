"""What depends on parameters alone is computed once, on the host, in double precision and alike on every machine.

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
from sympy.printing.numpy import NumPyPrinter

from .host_functions import HOST_FUNCTIONS
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
    derived: dict[str, sympy.Expr] = field(default_factory=dict)

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

    def derive(self, name: str, expression: sympy.Expr) -> None:
        """Let a name stand for a parameter-only expression in the expressions that come later.

        What is built step by step, such as the elimination of a tree, thus needs no expression of its full length.
        """
        self.derived[name] = expression
        if {str(symbol) for symbol in expression.free_symbols} & self.parameters:
            self.parameters |= {name}

    def freeze(self) -> Coefficients:
        """Return the collected expressions as immutable data."""
        return Coefficients(tuple(self.shared), tuple(self.per_neuron), tuple(self.derived.items()))


@dataclass(frozen=True)
class Coefficients:
    """The parameter-only expressions of a kernel, in the order in which the kernel numbers them.

    Attributes
    ----------
    shared : tuple of sympy.Expr
        Expressions that have one value for all neurons.
    per_neuron : tuple of sympy.Expr
        Expressions that have a value for each neuron.
    derived : tuple of (str, sympy.Expr)
        Names that stand for parameter-only expressions, in the order in which they can be computed.
    """

    shared: tuple[sympy.Expr, ...]
    per_neuron: tuple[sympy.Expr, ...]
    derived: tuple[tuple[str, sympy.Expr], ...] = ()

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
        return _compile(self.shared, self.derived)

    @cached_property
    def _per_neuron_function(self) -> tuple[Callable[..., Any], list[str]]:
        return _compile(self.per_neuron, self.derived)


class _HostPrinter(NumPyPrinter):
    """Prints powers as calls of a function that gives the same digits on every machine."""

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False) -> str:
        return f"power({self._print(expr.base)}, {self._print(expr.exp)})"


def _compile(
    expressions: tuple[sympy.Expr, ...], derived: tuple[tuple[str, sympy.Expr], ...]
) -> tuple[Callable[..., Any], list[str]]:
    needed = _needed(expressions, derived)
    everything = (*expressions, *needed.values())
    names = sorted(
        {str(symbol) for value in everything for symbol in value.free_symbols} - needed.keys()
    )
    arguments = {name: f"_{index}" for index, name in enumerate(names)}
    renamed = {
        symbol: sympy.Symbol(arguments.get(str(symbol), str(symbol)), real=True)
        for value in everything
        for symbol in value.free_symbols
    }
    functions = {"int_": lambda value: np.asarray(value).astype(int), **HOST_FUNCTIONS}
    steps = [
        (sympy.Symbol(name, real=True), value.xreplace(renamed)) for name, value in needed.items()
    ]
    function = sympy.lambdify(
        list(arguments.values()),
        [value.xreplace(renamed) for value in expressions],
        [functions, "numpy"],
        printer=_HostPrinter({"fully_qualified_modules": False, "allow_unknown_functions": True}),
        cse=lambda results: (steps, results),
    )
    return function, names


def _needed(
    expressions: tuple[sympy.Expr, ...], derived: tuple[tuple[str, sympy.Expr], ...]
) -> dict[str, sympy.Expr]:
    """Return the derived names that expressions use, directly or not, in their order."""
    used = {str(symbol) for value in expressions for symbol in value.free_symbols}
    needed = {}
    for name, value in reversed(derived):
        if name in used:
            needed[name] = value
            used |= {str(symbol) for symbol in value.free_symbols}
    return dict(reversed(needed.items()))


def _evaluate(compiled: tuple[Callable[..., Any], list[str]], values: Mapping[str, Any]) -> Any:
    """Evaluate as numpy does: a division by zero gives infinity, which the caller refuses by name."""
    function, names = compiled
    with np.errstate(all="ignore"):
        return function(*(np.asarray(values[name], dtype=np.float64)[()] for name in names))
