"""The exact update of linear equations, for systems whose variables do not depend on each other in a circle.

Brian2's method ``'exact'`` takes the matrix exponential of the system by its Jordan form, and sympy spends seconds on
asking whether expressions are zero. Without circles the matrix is triangular in a suitable order of the variables: its
eigenvalues stand on the diagonal, and the other entries of the exponential follow one after another, since a matrix and
its exponential commute (Parlett 1976, Linear Algebra Appl 14:117). All else is done as Brian2 does it, and its
simplification brings both forms of an entry to the same text.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

import sympy as sp
from brian2 import Equations
from brian2.equations.codestrings import is_constant_over_dt
from brian2.parsing.sympytools import sympy_to_str
from brian2.stateupdaters.base import UnsupportedEquationsException
from brian2.stateupdaters.exact import get_linear_system
from sympy.core.function import AppliedUndef

__all__ = ["linear_update"]


def linear_update(equations: Equations, variables: Mapping[str, Any]) -> str | None:
    """Return the statements that advance linear equations by one time step, exactly.

    Parameters
    ----------
    equations : brian2.Equations
    variables : mapping of str to brian2.core.variables.Variable
        What the names mean.

    Returns
    -------
    str or None
        Brian2's abstract code; None if the equations are not of the kind for which this is safe: their coefficients
        have to be rational functions of names and whole numbers.

    Examples
    --------
    >>> decay = Equations("du/dt = -u/tau : 1")
    >>> print(linear_update(decay, {}))
    _u = u*exp(-dt/tau)
    u = _u
    """
    if equations.is_stochastic:
        return None
    try:
        names, matrix, constants = get_linear_system(equations, variables)
    except UnsupportedEquationsException:
        return None
    entries = list(itertools.chain(matrix, constants))
    step = variables["dt"].get_value()[0] if "dt" in variables else None
    if not names or not all(is_constant_over_dt(entry, variables, step) for entry in entries):
        return None
    dt = sp.Symbol("dt", real=True, positive=True)
    exponential = _exponential(matrix, dt)
    if exponential is None:
        return None
    symbols = [sp.Symbol(name, real=True) for name in names]
    solution = sp.solve_linear_system(matrix.row_join(constants), *symbols)
    if solution is None or set(solution) != set(symbols):
        return None
    resting = sp.ImmutableMatrix([solution[symbol] for symbol in symbols])
    exponential = exponential.applyfunc(_simplified)
    offset = sp.ImmutableMatrix(exponential * resting) - resting
    state = sp.MatrixSymbol("_S", len(names), 1)
    lines = []
    for row, name in enumerate(names):
        terms = [exponential[row, column] * state[column, 0] for column in range(len(names))]
        update = sp.Add(*terms) + offset[row, 0]
        for column, other in enumerate(names):
            update = update.subs(state[column, 0], other)
        lines.append(f"_{name} = {sympy_to_str(update)}")
    # No variable changes before all of the updates are known.
    lines += [f"{name} = _{name}" for name in names]
    return "\n".join(lines)


def _simplified(entry: sp.Expr) -> sp.Expr:
    return sp.factor_terms(sp.cancel(sp.signsimp(entry)))


def _exponential(matrix: sp.Matrix, dt: sp.Symbol) -> sp.Matrix | None:
    """Return the exponential of ``matrix*dt``, not simplified; None if this is not the way to get it."""
    n = matrix.rows
    if not all(_is_plain(entry) for entry in matrix):
        return None
    uses = {
        row: [col for col in range(n) if col != row and matrix[row, col] != 0] for row in range(n)
    }
    try:
        # What a variable depends on comes first.
        order = tuple(TopologicalSorter(uses).static_order())
    except CycleError:
        return None
    rates = [matrix[row, row] for row in range(n)]
    if any(_commensurable(*pair) for pair in itertools.combinations(rates, 2)):
        return None
    found = sp.zeros(n)
    reached: dict[int, set[int]] = {}
    for place, row in enumerate(order):
        found[row, row] = sp.exp(rates[row] * dt)
        reached[row] = set(uses[row]).union(*(reached[column] for column in uses[row]))
        # The nearest first: an entry needs those between its row and its column.
        for column in reversed(order[:place]):
            if column not in reached[row]:
                continue
            gap = sp.cancel(rates[column] - rates[row])
            if gap == 0:
                return None
            total = matrix[row, column] * (found[column, column] - found[row, row])
            for between in reached[row] - {column}:
                total += matrix[row, between] * found[between, column]
                total -= found[row, between] * matrix[between, column]
            found[row, column] = total / gap
    return found


def _is_plain(entry: sp.Expr) -> bool:
    """Whether an expression is a rational function, with whole numbers, of names other than the time step.

    Functions of which sympy knows nothing, such as ``int(not_refractory)``, are as good as names.
    """
    inner = entry.xreplace({call: sp.Dummy() for call in entry.atoms(AppliedUndef)})
    return (
        not entry.has(sp.Float)
        and not any(symbol.name == "dt" for symbol in entry.free_symbols)
        and bool(inner.is_rational_function(*inner.free_symbols))
    )


def _commensurable(first: sp.Expr, second: sp.Expr) -> bool:
    """Whether two different rates are rational multiples of each other, whatever the values of the symbols.

    Their exponentials are powers of one another, and there is more than one simplest form.
    """
    ratio = sp.cancel(first / second) if second != 0 else sp.S.Zero
    return bool(ratio.is_Rational and ratio != 1)
