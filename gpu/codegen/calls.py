"""What functions, distributions and comparisons of symbolic expressions are called in the generated text."""

from __future__ import annotations

import sympy

__all__ = ["DISTRIBUTIONS", "FUNCTIONS", "MIRRORED", "OPERATORS", "PARAMETERS", "draws_numbers"]

#: Functions of the mathematics header, by their names in sympy and in Brian2's language.
FUNCTIONS = {
    "exp": "lane_exp",
    "expm1": "lane_expm1",
    "exprel": "lane_exprel",
    "log": "lane_log",
    "log10": "lane_log10",
    "log1p": "lane_log1p",
    "sin": "lane_sin",
    "cos": "lane_cos",
    "tan": "lane_tan",
    "sinh": "lane_sinh",
    "cosh": "lane_cosh",
    "tanh": "lane_tanh",
    "Abs": "lane_abs",
    "abs": "lane_abs",
    "sign": "lane_sign",
    "sqrt": "lane_sqrt",
    "floor": "lane_floor",
    "ceiling": "lane_ceil",
    "ceil": "lane_ceil",
    "clip": "lane_clip",
    "Mod": "lane_mod",
}
#: Distributions of random numbers, by the functions that draw them.
DISTRIBUTIONS = {
    "randn": "normal",
    "rand": "uniform",
    "poisson": "poisson",
    "binomial": "binomial",
}
#: Distributions that have parameters, and how many.
PARAMETERS = {"poisson": 1, "binomial": 2}
#: Comparisons, and what they are with their sides exchanged.
OPERATORS = {
    sympy.StrictLessThan: "<",
    sympy.LessThan: "<=",
    sympy.StrictGreaterThan: ">",
    sympy.GreaterThan: ">=",
    sympy.Equality: "==",
    sympy.Unequality: "!=",
}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def draws_numbers(expression: sympy.Basic) -> bool:
    """Return whether an expression has random numbers in it."""
    return any(call.func.__name__ in DISTRIBUTIONS for call in expression.atoms(sympy.Function))
