"""The functions of Brian2's language that the generated text can compute."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import sympy
from brian2 import BinomialFunction
from brian2.parsing.sympytools import str_to_sympy

from .errors import ModelError, nearest_names

__all__ = ["SUPPORTED_FUNCTIONS", "check_functions", "read_expression", "with_binomials"]

#: Functions that the generated text can compute, by their name in Brian2's language.
SUPPORTED_FUNCTIONS = frozenset(
    """
    abs ceil clip cos cosh exp expm1 exprel floor int log log10 log1p poisson rand randn sign sin sinh
    sqrt tan tanh
    """.split()
)

_AS_WRITTEN = {"int_": "int", "Abs": "abs", "ceiling": "ceil", "Mod": "mod"}
#: What Brian2 gives to functions without arguments.
_PLACEHOLDER = sympy.Symbol("_placeholder_arg")


def read_expression(code: str, variables: Mapping[str, Any]) -> sympy.Basic:
    """Return an expression of Brian2's language in symbols.

    Parameters
    ----------
    code : str
        The expression.
    variables : mapping of str to Variable or Function
        What its names mean.

    Returns
    -------
    sympy.Basic
        Calls of a `brian2.BinomialFunction` are calls of ``binomial(n, p)``.
    """
    # Brian2 hands out Python's own truth values.
    return with_binomials(sympy.sympify(str_to_sympy(code, variables)), variables)


def with_binomials(value: sympy.Basic, variables: Mapping[str, Any]) -> sympy.Basic:
    """Replace calls of objects of the class `brian2.BinomialFunction`.

    Brian2 draws normal numbers instead where ``n*p`` and ``n*(1 - p)`` are above 5, unless told otherwise; so does
    this.

    Parameters
    ----------
    value : sympy.Basic
    variables : mapping of str to Variable or Function

    Returns
    -------
    sympy.Basic
    """
    calls = [
        call
        for call in value.atoms(sympy.Function)
        if isinstance(variables.get(call.func.__name__), BinomialFunction)
    ]
    if not calls:
        # Nearly always; a large model has too many variables to look through them for every expression.
        return value
    known = sorted(name for name, item in variables.items() if isinstance(item, BinomialFunction))
    return value.xreplace(
        {
            call: _binomial(variables[call.func.__name__], known.index(call.func.__name__))
            for call in calls
        }
    )


def _binomial(function: BinomialFunction, number: int) -> sympy.Expr:
    """Return the draw; its last argument tells functions of equal parameters apart."""
    # The object keeps its parameters only in the function that it draws with.
    draw = inspect.getclosurevars(function.pyfunc).nonlocals["sample_function"]
    kept = inspect.getclosurevars(draw).nonlocals
    if "loc" in kept:
        # Another argument than that of the user's own randn(), and of another function: equal calls are one draw.
        normal = sympy.Function("randn")(_PLACEHOLDER + number + 1)
        return sympy.Float(float(kept["loc"])) + sympy.Float(float(kept["scale"])) * normal
    n, p = sympy.Float(float(kept["n"])), sympy.Float(float(kept["p"]))
    return sympy.Function("binomial")(n, p, sympy.Integer(number))


def check_functions(model: str, value: sympy.Basic, where: str) -> None:
    """Refuse functions that the generated text cannot compute.

    Parameters
    ----------
    model : str
        Name of the model.
    value : sympy.Basic
    where : str
        What the expression is, for the message.

    Raises
    ------
    ModelError
        If there is one.
    """
    for call in value.atoms(sympy.Function):
        name = _AS_WRITTEN.get(call.func.__name__, call.func.__name__)
        if name not in SUPPORTED_FUNCTIONS | {"mod", "binomial"}:
            raise ModelError(
                f"{model}: the {where} calls {name!r}, which the core cannot compute. "
                + nearest_names(name, SUPPORTED_FUNCTIONS)
            )
