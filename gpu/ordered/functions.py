"""Calls in statements: Brian2's own functions, timed arrays, and functions that users give in C."""

from __future__ import annotations

from .task import Kind

__all__ = ["FLOAT_FUNCTIONS", "HIGHEST_FUNCTIONS", "RANDOM_FUNCTIONS", "result_kind"]

#: Functions of numbers, by Brian2's names.
FLOAT_FUNCTIONS = {
    "cos": "lane_cos",
    "sin": "lane_sin",
    "tan": "lane_tan",
    "cosh": "lane_cosh",
    "sinh": "lane_sinh",
    "tanh": "lane_tanh",
    "exp": "lane_exp",
    "log": "lane_log",
    "log10": "lane_log10",
    "expm1": "lane_expm1",
    "exprel": "lane_exprel",
    "_inverse_exprel": "lane_inverse_exprel",
    "log1p": "lane_log1p",
    "sqrt": "lane_sqrt",
    "ceil": "lane_ceil",
    "floor": "lane_floor",
    "arccos": "lane_arccos",
    "arcsin": "lane_arcsin",
    "arctan": "lane_arctan",
}
#: Functions whose value is of the highest kind among their arguments: for numbers, for whole numbers.
HIGHEST_FUNCTIONS = {
    "abs": ("lane_abs", "whole_abs"),
    "sign": ("lane_sign", "whole_sign"),
    "clip": ("lane_clip", "whole_clip"),
}
#: Functions that draw a number for the element and the time step.
RANDOM_FUNCTIONS = {
    "rand": "random_uniform",
    "randn": "random_normal",
    "poisson": "random_poisson",
}


def result_kind(kinds: list[Kind]) -> Kind:
    """Return the highest kind: a number, else a whole number."""
    return "float" if "float" in kinds else "integer"
