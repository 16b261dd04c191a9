"""Derivatives of expressions in Brian2's language, for methods that need the slope of an equation.

Two things differ from what sympy itself does. Functions that are steps (conditions, ``floor``, ``sign``, the
remainder of a division) and random numbers are taken as constants: a method that uses the derivative to stay
stable loses nothing, since the equation itself is evaluated as it is. And nothing is expanded or rearranged,
so that the derivative shares its exponentials with the expression that it was made from.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy

__all__ = ["slope"]

#: Added to the square of an argument, so that a quotient is finite where the argument is zero.
_NEARLY_ZERO = sympy.Float(1e-12)


def _exprel_slope(x: sympy.Expr, value: sympy.Expr) -> sympy.Expr:
    """``(exp(x) - exprel(x)) / x``; in a range of 1e-6 around zero, where both cancel, less than that."""
    return (sympy.exp(x) - value) * x / (x**2 + _NEARLY_ZERO)


#: The slope of a function of one argument, from the argument and the function's value.
_RULES: dict[str, Callable[[sympy.Expr, sympy.Expr], sympy.Expr]] = {
    "exp": lambda x, value: value,
    "expm1": lambda x, value: sympy.exp(x),
    "exprel": _exprel_slope,
    "log": lambda x, value: 1 / x,
    "log10": lambda x, value: 1 / (x * sympy.log(10)),
    "log1p": lambda x, value: 1 / (1 + x),
    "sqrt": lambda x, value: 1 / (2 * value),
    "sin": lambda x, value: sympy.cos(x),
    "cos": lambda x, value: -sympy.sin(x),
    "tan": lambda x, value: 1 + value**2,
    "sinh": lambda x, value: sympy.cosh(x),
    "cosh": lambda x, value: sympy.sinh(x),
    "tanh": lambda x, value: 1 - value**2,
    "Abs": lambda x, value: sympy.sign(x),
}


def slope(expression: sympy.Expr, variable: sympy.Symbol) -> sympy.Expr:
    """Differentiate an expression with respect to a variable.

    Parameters
    ----------
    expression : sympy.Expr
        As Brian2's parser makes it.
    variable : sympy.Symbol
        The variable.

    Returns
    -------
    sympy.Expr

    Examples
    --------
    >>> v, g = sympy.symbols('v g', real=True)
    >>> slope(g*(sympy.tanh(v) - v), v)
    -g*tanh(v)**2
    >>> slope(sympy.Function('int_')(v > 0)*v, v)
    int_(v > 0)
    """
    if variable not in expression.free_symbols:
        return sympy.Integer(0)
    if expression == variable:
        return sympy.Integer(1)
    if isinstance(expression, sympy.Add):
        return sympy.Add(*(slope(term, variable) for term in expression.args))
    if isinstance(expression, sympy.Mul):
        factors = expression.args
        return sympy.Add(
            *(
                sympy.Mul(*factors[:number], slope(factor, variable), *factors[number + 1 :])
                for number, factor in enumerate(factors)
                if variable in factor.free_symbols
            )
        )
    if isinstance(expression, sympy.Pow):
        base, exponent = expression.args
        result = exponent * base ** (exponent - 1) * slope(base, variable)
        if variable in exponent.free_symbols:
            result += expression * sympy.log(base) * slope(exponent, variable)
        return result
    rule = _RULES.get(expression.func.__name__)
    if rule is not None and len(expression.args) == 1:
        (argument,) = expression.args
        return rule(argument, expression) * slope(argument, variable)
    if expression.func.__name__ == "clip":
        value, low, high = expression.args
        inside = sympy.Function("int_")(sympy.And(value > low, value < high))
        return inside * slope(value, variable)
    return sympy.Integer(0)
