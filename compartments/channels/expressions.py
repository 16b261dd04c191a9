"""Expressions of the membrane potential and of concentrations: reading, checking, evaluating.

Brian2's own parser and units check them. Numbers are computed with numpy, in SI units.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.namespace import DEFAULT_UNITS
from brian2.parsing.expressions import parse_expression_dimensions
from brian2.parsing.rendering import NumpyNodeRenderer
from brian2.units import mmolar, volt
from brian2.units.fundamentalunits import (
    DIMENSIONLESS,
    Dimension,
    DimensionMismatchError,
    get_unit_for_display,
)
from numpy.typing import ArrayLike, NDArray

from ..errors import EquationTextError, UnitsError, UnknownNameError, known_names
from ..quantities import PhysicalKind

__all__ = [
    "CONCENTRATION",
    "FUNCTIONS",
    "RATE",
    "REVERSAL",
    "THERMAL_VOLTAGE",
    "VOLTAGE_NAME",
    "Expression",
    "dimensions_of",
    "free_names",
    "parse_expression",
]

CONCENTRATION = PhysicalKind("a concentration", mmolar, "100*nmolar")
RATE = PhysicalKind("a rate", DEFAULT_UNITS["hertz"], "0.1/ms")

#: The membrane potential, the reversal potential and RT/F in expressions.
VOLTAGE_NAME, REVERSAL, THERMAL_VOLTAGE = "v", "E", "RT_F"

#: Functions that both Brian2 and the compiled kernels can compute.
FUNCTIONS = frozenset(
    """
    abs ceil clip cos cosh exp expm1 exprel floor int log log10 log1p sign sin sinh sqrt tan tanh
    """.split()
)
_CONSTANTS: Mapping[str, float] = {"pi": float(np.pi), "e": float(np.e), "inf": float(np.inf)}
#: What Brian2 means by these is no constant and no concentration.
_FORBIDDEN = frozenset({"t", "dt", "i", "j", "N", "t_in_timesteps", "lastspike", "not_refractory"})

_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_OPERATORS = (
    *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.Mod, ast.USub, ast.UAdd, ast.Not),
)
_ARITHMETIC = (
    *(ast.Expression, ast.BoolOp, ast.Name, ast.Load, ast.And, ast.Or),
    *_COMPARISONS,
    *_OPERATORS,
)
#: To be suggested for a misspelt name.
_USUAL_UNITS = frozenset({"mV", "ms", "mM", "uM", "nM", "Hz"})


def exprel(x: ArrayLike) -> NDArray[np.float64]:
    """Return ``(exp(x) - 1)/x``, which is 1 at zero."""
    number = np.asarray(x, dtype=float)
    return np.divide(np.expm1(number), number, out=np.ones_like(number), where=number != 0)


_NUMPY: Mapping[str, Any] = {
    **{
        name: getattr(np, name)
        for name in FUNCTIONS - {"exprel", "int"}  # the others have their names in numpy too
    },
    "exprel": exprel,
    "int": np.trunc,
    "logical_not": np.logical_not,
    **_CONSTANTS,
}


@lru_cache(maxsize=2048)
def _compiled(text: str) -> CodeType:
    return compile(NumpyNodeRenderer().render_expr(text), "<expression>", "eval")


@lru_cache(maxsize=4096)
def _all_names(text: str) -> frozenset[str]:
    tree = ast.parse(text)
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


@dataclass(frozen=True)
class Expression:
    """An expression in Brian2 syntax whose names and units are known to be right.

    Attributes
    ----------
    text : str
        The expression.
    concentrations : tuple of str
        The ion pools that it depends on, sorted.
    names : frozenset of str
        All names in it that are no functions, units or mathematical constants.
    """

    text: str
    concentrations: tuple[str, ...]
    names: frozenset[str]

    def __call__(self, values: Mapping[str, Any]) -> NDArray[np.float64]:
        """Evaluate it.

        Parameters
        ----------
        values : mapping
            Name to number or array, in SI units; the arrays broadcast.

        Returns
        -------
        ndarray
            In SI units; not finite where the expression has no finite value.
        """
        scope: dict[str, Any] = {"__builtins__": {}}
        for name in _all_names(self.text) | {"logical_not"}:
            if name in self.names:
                scope[name] = np.asarray(values[name], dtype=float)
            elif name in _NUMPY:
                scope[name] = _NUMPY[name]
            else:
                scope[name] = float(DEFAULT_UNITS[name])
        with np.errstate(all="ignore"):
            result = eval(_compiled(self.text), scope)
        shapes = [np.shape(scope[name]) for name in self.names]
        return np.broadcast_to(np.asarray(result, dtype=float), np.broadcast_shapes(*shapes))


def free_names(text: str) -> frozenset[str]:
    """Names in a parsable expression that are no functions, units or mathematical constants."""
    return _all_names(text) - FUNCTIONS - set(DEFAULT_UNITS) - set(_CONSTANTS)


def dimensions_of(text: str, dimensions: Mapping[str, Any]) -> Dimension:
    """Return the dimension of an expression; `dimensions` holds a quantity or unit for each name."""
    known = {**DEFAULT_UNITS, **{name: DIMENSIONLESS for name in _CONSTANTS}, **DEFAULT_FUNCTIONS}
    return parse_expression_dimensions(text, {**known, **dimensions})


def parse_expression(
    owner: str, text: Any, kind: PhysicalKind, constants: Mapping[str, Any]
) -> Expression:
    """Read an expression and check its syntax, names and units.

    Parameters
    ----------
    owner : str
        Whose expression it is, such as ``"channel 'NaT', alpha of gate 'm'"``.
    text : str
        The expression. Every name in it that is no unit, function or constant is the concentration of
        an ion pool.
    kind : PhysicalKind
        The dimension that it must have.
    constants : mapping
        Name to value, or to a unit, of everything that has a meaning besides `v`.

    Returns
    -------
    Expression

    Raises
    ------
    EquationTextError
        If it cannot be read.
    UnknownNameError
        If it uses a function or a name that cannot be used.
    UnitsError
        If its units are inconsistent, or not those of `kind`.

    Examples
    --------
    >>> from brian2.units import mV
    >>> from dendrify_gpu.compartments.quantities import DIMENSIONLESS_NUMBER
    >>> inf = parse_expression('', 'ca/(ca + kd)*exp(v/k)', DIMENSIONLESS_NUMBER,
    ...                        {'kd': 1*mmolar, 'k': 5*mV})
    >>> inf.concentrations
    ('ca',)
    >>> float(inf({'ca': 1.0, 'v': 0.0, 'kd': 1.0, 'k': 1.0}))
    0.5
    """
    if not isinstance(text, str) or not text.strip():
        raise EquationTextError(
            f"{owner}: {text!r} is not an expression. Give text in Brian2 syntax, such as "
            f"'0.1/ms*exp(-v/(20*mV))', or a quantity such as {kind.example}."
        )
    text = " ".join(re.sub(r"#[^\n]*", " ", text).split())  # a comment would swallow what is joined
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as reason:
        raise EquationTextError(
            f"{owner}: {text!r} cannot be read: {reason.msg}. Write it in Brian2 syntax, with * for a "
            "product and ** for a power."
        ) from None
    strange = [node for node in ast.walk(tree) if not _is_arithmetic(node)]
    if strange:
        part = ast.unparse(strange[0])
        raise EquationTextError(
            f"{owner}: {text!r} cannot be read because of {part!r}. Write numbers, names, + - * / ** %, "
            "comparisons inside int(), and functions of these."
        )
    if isinstance(tree.body, (ast.Compare, ast.BoolOp)):
        raise EquationTextError(
            f"{owner}: {text!r} is a condition, not a number. Write int({text}) for one or zero."
        )
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    for name in sorted(called - FUNCTIONS):
        raise UnknownNameError(
            f"{owner}: {text!r} uses the function {name!r}, which equations of channels cannot use. "
            f"{known_names(name, FUNCTIONS)}"
        )
    names = free_names(text)
    for name in sorted(names & _FORBIDDEN):
        raise UnknownNameError(
            f"{owner}: {text!r} depends on {name!r}. An expression of a channel can depend on v, on "
            "concentrations of ion pools and on the channel's parameters only."
        )
    pools = tuple(sorted(names - {VOLTAGE_NAME} - set(constants)))
    dimensions = {VOLTAGE_NAME: volt, **constants, **{name: mmolar for name in pools}}
    taken = _taken_for_pools(pools, {*constants, VOLTAGE_NAME})
    try:
        found = dimensions_of(text, dimensions)
    except DimensionMismatchError as reason:
        raise UnitsError(
            f"{owner}: the units in {text!r} do not fit: {reason} {taken}".strip()
        ) from None
    except (SyntaxError, KeyError, ValueError, TypeError, AttributeError) as reason:
        said = str(reason.msg if isinstance(reason, SyntaxError) else reason).rstrip(".")
        raise EquationTextError(
            f"{owner}: {text!r} cannot be read: {said}. Write it in Brian2 syntax."
        ) from None
    if found is not kind.unit.dim:
        unit = "no unit" if found is DIMENSIONLESS else f"unit {get_unit_for_display(found)}"
        wanted = get_unit_for_display(kind.unit.dim)
        wanted = "no unit" if kind.unit.dim is DIMENSIONLESS else f"unit {wanted}"
        raise UnitsError(
            f"{owner}: {text!r} must be {kind.name} ({wanted}), but it has {unit}. {taken}".strip()
        )
    return Expression(text, pools, names)


def _is_arithmetic(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and not node.keywords
    if isinstance(node, ast.Compare):
        return len(node.ops) == 1 and isinstance(node.ops[0], _COMPARISONS)
    if isinstance(node, (ast.BinOp, ast.UnaryOp)):
        return isinstance(node.op, _OPERATORS)
    return isinstance(node, _ARITHMETIC)


def _taken_for_pools(pools: tuple[str, ...], known: set[str]) -> str:
    """Say which names were taken for concentrations: a misspelt parameter is one."""
    if not pools:
        return ""
    listing = []
    for name in pools:
        hint = known_names(name, known | _USUAL_UNITS).split(" There are:")[0]
        listing.append(f"{name} ({hint.rstrip('?')}?)" if hint.startswith("Did") else name)
    return f"Taken for concentrations of ion pools (mM): {', '.join(listing)}."
