"""Removable poles of rate equations.

A rate such as ``(v + 40*mV)/(1 - exp(-(v + 40*mV)/(10*mV)))`` has a finite limit at -40 mV, but cannot be
computed there, and loses digits close by. With ``exprel(x) = (exp(x) - 1)/x``, which is one at zero, it
is ``10*mV/exprel(-(v + 40*mV)/(10*mV))``. Quotients are searched for a numerator and a denominator of
which one is an exponential that goes through zero and the other is proportional to its exponent.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from brian2.parsing.rendering import SympyNodeRenderer
from brian2.parsing.sympytools import str_to_sympy, sympy_to_str
from brian2.units import mmolar, volt
from brian2.units.fundamentalunits import get_unit

from .expressions import VOLTAGE_NAME, Expression, dimensions_of, free_names
from .products import Factor, factors, is_product, names_in, product_tree

__all__ = ["without_removable_poles"]

#: How exactly a numerator and a denominator must vanish together if rounded constants hide it.
_ROUNDING = 1e-12


@lru_cache(maxsize=2048)
def without_removable_poles(text: str, moving: frozenset[str]) -> str:
    """Return an equal expression that can be computed at its removable poles.

    Parameters
    ----------
    text : str
        Expression in Brian2 syntax.
    moving : frozenset of str
        Names that change during a run: `v`, and concentrations.

    Returns
    -------
    str
        The text itself if there is nothing to do.

    Examples
    --------
    >>> without_removable_poles('0.1/ms*(25 - v/mV)/(exp((25 - v/mV)/10) - 1)', frozenset('v'))
    '1 / ms / exprel((25 - v / mV) / 10)'
    >>> without_removable_poles('1/(1 + exp(v/mV))', frozenset('v'))
    '1/(1 + exp(v/mV))'
    """
    tree = ast.parse(text, mode="eval").body
    rewritten = _rewritten(tree, _Context(moving))
    return text if rewritten is tree else ast.unparse(ast.fix_missing_locations(rewritten))


@dataclass(frozen=True)
class _Context:
    moving: frozenset[str]

    def moves(self, tree: ast.AST) -> bool:
        return bool(names_in(tree) & self.moving)

    @property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        return tuple(sympy.Symbol(name, real=True) for name in sorted(self.moving))


def _rewritten(tree: Any, context: _Context) -> Any:
    """Return the tree itself if nothing in it changes."""
    if not is_product(tree):
        changes = {}
        for name, value in ast.iter_fields(tree):
            if isinstance(value, ast.expr):
                new: Any = _rewritten(value, context)
                if new is not value:
                    changes[name] = new
            elif isinstance(value, list):
                items = [_rewritten(x, context) if isinstance(x, ast.expr) else x for x in value]
                if any(new is not old for new, old in zip(items, value, strict=True)):
                    changes[name] = items
        if not changes:
            return tree
        return type(tree)(**{**dict(ast.iter_fields(tree)), **changes})
    old = list(factors(tree))
    new = [Factor(_rewritten(part.tree, context), part.divides) for part in old]
    paired = _paired(new, context)
    if paired is new and all(a.tree is b.tree for a, b in zip(new, old, strict=True)):
        return tree
    return product_tree(paired)


def _paired(parts: list[Factor], context: _Context) -> list[Factor]:
    """Return the factors with each numerator and denominator that vanish together in one.

    What is returned is the list itself if there are none.
    """
    result = _without_tanh(parts, context)
    found = False
    for below in [part for part in result if part.divides and context.moves(part.tree)]:
        for above in [part for part in result if not part.divides and context.moves(part.tree)]:
            quotient = _quotient(above.tree, below.tree, context)
            if quotient is not None:
                new = factors(ast.parse(quotient, mode="eval").body)
                rest = [part for part in result if part is not below]
                where = next(i for i, part in enumerate(rest) if part is above)
                result = [*rest[:where], *new, *rest[where + 1 :]]
                found = True
                break
    return result if found else parts


def _without_tanh(parts: list[Factor], context: _Context) -> list[Factor]:
    """Divide by ``sinh/cosh`` instead of ``tanh``; anything else stays as it is."""
    result: list[Factor] = []
    for part in parts:
        tree = part.tree
        is_tanh = isinstance(tree, ast.Call) and names_in(tree.func) == {"tanh"}
        if part.divides and is_tanh and context.moves(tree):
            argument = ast.unparse(tree.args[0])  # type: ignore[attr-defined]
            result.append(Factor(ast.parse(f"cosh({argument})", mode="eval").body, False))
            result.append(Factor(ast.parse(f"sinh({argument})", mode="eval").body, True))
        else:
            result.append(part)
    return result


@dataclass(frozen=True)
class _Exponential:
    """``scale * exp(shift) * (exp(argument) - 1)``, with `argument` also as text."""

    scale: sympy.Expr
    shift: sympy.Expr
    argument: sympy.Expr
    text: str


def _quotient(numerator: ast.expr, denominator: ast.expr, context: _Context) -> str | None:
    """Return a quotient without its pole; None if the two do not vanish together."""
    above, below = _exponential(numerator, context), _exponential(denominator, context)
    if below is not None and above is None:
        factor = _constant_ratio(ast.unparse(numerator), below.text, context)
        if factor is None:
            return None
        inverse = f"{factor}/exprel({below.text})"
        return _times(inverse, 1 / below.scale, -below.shift)
    if above is not None and below is None:
        factor = _constant_ratio(above.text, ast.unparse(denominator), context)
        if factor is None:
            return None
        return _times(f"{factor}*exprel({above.text})", above.scale, above.shift)
    if above is None and below is None:
        return _constant_ratio(ast.unparse(numerator), ast.unparse(denominator), context)
    return None


def _times(text: str, scale: sympy.Expr, shift: sympy.Expr) -> str:
    if shift != 0:
        text = f"{text}*exp({sympy_to_str(_readable(shift))})"
    return text if scale == 1 else f"{_number_first(scale)}*{text}"


class _Exact(SympyNodeRenderer):
    """Reads decimals as the fractions that they were written as, so that nothing is rounded."""

    def render_Constant(self, node: ast.Constant) -> Any:
        if type(node.value) is float:
            return sympy.Rational(repr(node.value))
        return super().render_Constant(node)


def _symbolic(text: str) -> sympy.Expr:
    return _Exact().render_expr(text)


def _exponential(tree: ast.expr, context: _Context) -> _Exponential | None:
    """Recognise ``a*exp(x) + b*exp(y)`` with a and b of opposite sign and one of x, y perhaps 0."""
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    if not {name for f in called for name in names_in(f)} & {"exp", "expm1", "sinh"}:
        return None
    expression = _symbolic(ast.unparse(tree))
    exp = sympy.exp
    x = sympy.Wild("x")
    for function, meaning in (
        (str_to_sympy("expm1(x)").func, exp(x) - 1),
        (sympy.sinh, (exp(x) - exp(-x)) / 2),
    ):
        expression = expression.replace(function(x), meaning)
    constant, moving = sympy.expand_mul(expression, deep=False).as_independent(
        *context.symbols, as_Add=True
    )
    terms = [_exp_term(term, context) for term in sympy.Add.make_args(moving)]
    if constant != 0:
        terms.append((constant, sympy.Integer(0)))
    if len(terms) != 2 or any(term is None for term in terms):
        return None
    (a, x1), (b, x2) = terms  # type: ignore[misc]
    # The exponential may have been given a constant factor, such as exp(4) or exp(-v_half/k).
    offset = sympy.expand_log(sympy.log(sympy.powsimp(-a / b)), force=True)
    if offset.has(sympy.I) or any(x.free_symbols for x in offset.atoms(sympy.log)):
        return None
    argument = x1 - x2 + offset
    return _Exponential(-b, x2, argument, _exponent_text(tree, argument, context))


def _exp_term(term: sympy.Expr, context: _Context) -> tuple[sympy.Expr, sympy.Expr] | None:
    coefficient, moving = term.as_independent(*context.symbols, as_Add=False)
    return (coefficient, moving.exp) if isinstance(moving, sympy.exp) else None


def _exponent_text(tree: ast.expr, argument: sympy.Expr, context: _Context) -> str:
    """Return the exponent as the modeller wrote it, if it stands there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and names_in(node.func) & {"exp", "expm1"}:
            text = ast.unparse(node.args[0])
            if context.moves(node) and sympy.expand(_symbolic(text) - argument) == 0:
                return text
    return sympy_to_str(_readable(sympy.simplify(argument)))


def _readable(expression: sympy.Expr) -> sympy.Expr:
    """Return fractions as decimals again, except for whole numbers."""
    fractions = {x for x in expression.atoms(sympy.Rational) if not x.is_Integer}
    decimals = {x: sympy.Float(float(x), 17) for x in fractions}
    numbers = {x: sympy.Float(float(x), 17) for x in expression.atoms(sympy.log) if x.is_number}
    return expression.xreplace({**decimals, **numbers})


def _constant_ratio(numerator: str, denominator: str, context: _Context) -> str | None:
    """Return the quotient of two expressions as text, if it does not depend on what moves.

    A quotient of rounded constants, or in other units, counts too if there are numbers only:
    parameters could be changed so that the two vanish apart.
    """
    factor = _sampled_ratio(numerator, denominator, context)
    if factor is None:
        return None
    ratio = sympy.cancel(_symbolic(numerator) / _symbolic(denominator))
    if not ratio.free_symbols & set(context.symbols):
        return _number_first(ratio)
    names = free_names(numerator) | free_names(denominator)
    if names - context.moving:
        return None
    units = {name: volt if name == VOLTAGE_NAME else mmolar for name in names}
    top = dimensions_of(numerator, units)
    bottom = dimensions_of(denominator, units)
    shown = repr(factor)
    return shown if top is bottom else f"{shown}*{get_unit(top / bottom)!r}"


def _sampled_ratio(numerator: str, denominator: str, context: _Context) -> float | None:
    """Return the quotient of two expressions if it is the same wherever it is tried."""
    # Any points will do, if they differ between the names and are far from the usual poles.
    random = np.random.default_rng(1952)
    names = sorted(free_names(numerator) | free_names(denominator))
    values = {
        name: random.uniform(0.02, 0.15, 8 if name in context.moving else None)
        * np.where(name == VOLTAGE_NAME, -1, 1)
        for name in names
    }
    over, under = (Expression(x, (), free_names(x))(values) for x in (numerator, denominator))
    with np.errstate(all="ignore"):
        factors_found = over / under
    factor = float(factors_found.ravel()[0])
    if not np.isfinite(factors_found).all() or factor == 0:
        return None
    same = np.abs(factors_found - factor).max() <= _ROUNDING * abs(factor)
    return factor if same else None


def _number_first(expression: sympy.Expr) -> str:
    number, rest = expression.as_coeff_Mul()
    value = float(number)
    shown = repr(int(value)) if value == int(value) else repr(value)
    if rest == 1:
        return shown
    text = sympy_to_str(_readable(rest))
    text = f"({text})" if isinstance(rest, sympy.Add) else text
    return text if value == 1 else f"{shown}*{text}"
