"""Refusing expressions that have a pole, or no finite value, where neurons work."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EquationTextError
from .expressions import VOLTAGE_NAME, Expression, free_names
from .products import Factor, factors, is_product

__all__ = ["Grid", "check_finite"]

#: Potentials (volt) and concentrations (mM) that every expression must have a value at.
_VOLTAGES = (-0.150, 0.100)
_CONCENTRATIONS = (1e-6, 10.0)
_RANGE = "from -150 to 100 mV, and from 1 nM to 10 mM of each ion pool"

#: Numbers of points; fewer voltages where there are concentrations too.
_VOLTAGE_POINTS = {0: 2501, 1: 501, 2: 101}
_CONCENTRATION_POINTS = 29

#: A minimum or a sign change is a zero if it is smaller than its neighbours by this factor.
_SMALL = 1e-6

#: Zeros are refined by dividing an interval so many times into so many points.
_ROUNDS, _REFINED = 14, 33

Numbers = Mapping[str, float]
_Function = Callable[[Any], NDArray[np.float64]]


@dataclass(frozen=True)
class Grid:
    """Voltages and concentrations that expressions are tried at.

    Attributes
    ----------
    axes : dict of str to ndarray
        Name to values in SI units, each along a dimension of its own.
    """

    axes: dict[str, NDArray[np.float64]]

    @classmethod
    def over(cls, concentrations: tuple[str, ...], voltage: bool = True) -> Grid:
        """Return the grid over some concentrations and, unless told otherwise, the voltage."""
        axes = {}
        if voltage:
            count = _VOLTAGE_POINTS.get(len(concentrations), 51)
            axes[VOLTAGE_NAME] = np.linspace(*_VOLTAGES, count)
        for name in concentrations:
            axes[name] = np.geomspace(*_CONCENTRATIONS, _CONCENTRATION_POINTS)
        arrays = np.meshgrid(*axes.values(), indexing="ij", sparse=True)
        return cls(dict(zip(axes, arrays, strict=True)))

    @classmethod
    def of(cls, expression: Expression, numbers: Numbers) -> Grid:
        """Return the grid over what an expression depends on."""
        moving = expression.names - set(numbers)
        pools = tuple(sorted(moving - {VOLTAGE_NAME}))
        return cls.over(pools, VOLTAGE_NAME in moving)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values along each dimension."""
        return tuple(axis.size for axis in self.axes.values())

    def first(self, bad: NDArray[np.bool_]) -> str | None:
        """Say where something holds first; None if nowhere."""
        everywhere = np.broadcast_to(bad, self.shape)
        if not everywhere.any():
            return None
        index = np.unravel_index(int(np.argmax(everywhere)), self.shape)
        places = [
            point(name, float(axis.ravel()[i]))
            for (name, axis), i in zip(self.axes.items(), index, strict=True)
        ]
        return ", ".join(places) or "every voltage"


def point(name: str, value: float) -> str:
    """Return a voltage or concentration, in SI units, as text with units."""
    if name == VOLTAGE_NAME:
        return f"{name} = {round(value * 1e3, 6):.9g} mV"
    return f"{name} = {value:.6g} mM"


def check_finite(owner: str, expression: Expression, numbers: Numbers, written: str) -> None:
    """Check that an expression has a finite value at all plausible voltages and concentrations.

    Parameters
    ----------
    owner : str
        Whose expression it is.
    expression : Expression
        What to check, after its removable poles were removed.
    numbers : mapping
        Name to number, in SI units, of all names but the voltage and concentrations.
    written : str
        The expression as it was written, for the error message.

    Raises
    ------
    EquationTextError
        If a denominator goes through zero, or the value is infinite or not a number: it says where.
    """
    for product in _products(ast.parse(expression.text, mode="eval").body):
        for factor in product:
            if factor.divides:
                _check_denominator(f"{owner}: {written!r}", factor.text, product, numbers)
    grid = Grid.of(expression, numbers)
    value = expression({**numbers, **grid.axes})
    where = grid.first(~np.isfinite(value))
    if where is not None:
        raise EquationTextError(
            f"{owner}: {written!r} has no finite value at {where}. Write it so that it has one "
            f"{_RANGE}."
        )


def _products(tree: ast.expr) -> Iterator[list[Factor]]:
    """Yield the factors of each product in an expression."""
    if is_product(tree):
        parts = list(factors(tree))
        yield parts
        inner = [part.tree for part in parts]
    else:
        inner = [node for node in ast.iter_child_nodes(tree) if isinstance(node, ast.expr)]
    for node in inner:
        yield from _products(node)


def _check_denominator(whose: str, text: str, product: list[Factor], numbers: Numbers) -> None:
    divisor = Expression(text, (), free_names(text))
    grid = Grid.of(divisor, numbers)
    value = divisor({**numbers, **grid.axes})
    if not grid.axes:
        if value == 0:
            raise EquationTextError(f"{whose} divides by {text}, which is zero.")
        return
    for dimension, name in enumerate(grid.axes):
        zero = _zero_along(divisor, grid, dimension, value, numbers)
        if zero is not None:
            hint = _rounded(product, name, zero, numbers)
            raise EquationTextError(
                f"{whose} has a pole at {point(name, zero)}, where {text} is zero."
                f"{hint} Write it so that it has a finite value {_RANGE}. Numerator and denominator may "
                "vanish together, as in (v + 40*mV)/(1 - exp(-(v + 40*mV)/(10*mV)))."
            )


def _zero_along(
    divisor: Expression,
    grid: Grid,
    dimension: int,
    value: NDArray[np.float64],
    numbers: Numbers,
) -> float | None:
    """Return where a divisor vanishes along one axis of a grid; None if it does not."""
    names = list(grid.axes)
    name = names[dimension]
    points = grid.axes[name].ravel()

    def along(index: NDArray[np.intp]) -> _Function:
        fixed = {
            other: float(grid.axes[other].ravel()[i])
            for other, i in zip(names, index, strict=True)
            if other != name
        }
        return lambda x: divisor({**numbers, **fixed, name: x})

    exact = np.argwhere(value == 0)
    if exact.size:
        return float(points[exact[0][dimension]])
    before, after = (
        np.take(value, range(*span), axis=dimension)
        for span in ((0, len(points) - 1), (1, len(points)))
    )
    for index in np.argwhere(np.sign(before) * np.sign(after) < 0):
        low, high = points[index[dimension]], points[index[dimension] + 1]
        function = along(index)
        zero = _sign_change(function, low, high)
        # A jump changes the sign too, but does not go through zero.
        if abs(function(zero)) < _SMALL * max(abs(function(low)), abs(function(high))):
            return zero
    size = np.abs(value)
    left, middle, right = (
        np.take(size, range(start, len(points) - 2 + start), axis=dimension) for start in range(3)
    )
    for index in np.argwhere((middle < left) & (middle < right)):
        low, high = points[index[dimension]], points[index[dimension] + 2]
        function = along(index)
        zero = _lowest(function, low, high)
        if abs(function(zero)) < _SMALL * min(abs(function(low)), abs(function(high))):
            return zero
    return None


def _sign_change(function: _Function, low: float, high: float) -> float:
    """Return where a function changes its sign between two points of different sign."""
    for _ in range(_ROUNDS):
        points = np.linspace(low, high, _REFINED)
        signs = np.sign(function(points))
        place = int(np.argmax(signs != signs[0]))
        low, high = points[place - 1], points[place]
    return float(high)


def _lowest(function: _Function, low: float, high: float) -> float:
    """Return where the size of a function with one dip is smallest."""
    for _ in range(_ROUNDS):
        points = np.linspace(low, high, _REFINED)
        place = int(np.argmin(np.abs(function(points))))
        low, high = points[max(place - 1, 0)], points[min(place + 1, _REFINED - 1)]
    return float((low + high) / 2)


def _rounded(product: list[Factor], name: str, pole: float, numbers: Numbers) -> str:
    """Say which numerator vanishes next to a pole: its constants were rounded, or can be changed."""
    if name != VOLTAGE_NAME:
        return ""
    low, high = pole - 1e-3, pole + 1e-3
    for factor in product:
        names = free_names(factor.text)
        if factor.divides or names - set(numbers) != {name}:
            continue
        numerator = Expression(factor.text, (), names)

        def function(x: Any, numerator: Expression = numerator) -> NDArray[np.float64]:
            return numerator({**numbers, name: x})

        if function(low) * function(high) < 0:
            zero = _sign_change(function, low, high)
            return (
                f" The numerator {factor.text} is zero at {zero * 1e3:.9g} mV: write both with the same "
                "numbers and the same parameters."
            )
    return ""
