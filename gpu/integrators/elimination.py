"""Gaussian elimination as straight-line statements: Hines' method, for trees and for any other graph.

The matrix of coupled voltages has an entry for every pair of neighbours. Eliminating the compartments of a tree from
its leaves to its root makes no new entry, so that solving costs a few operations for each compartment
(Hines 1984, Int. J. Bio-Medical Computing 15, 69-76). In a graph with loops elimination does make new entries;
few, when the compartment with the fewest neighbours goes first (Tinney & Walker 1967, Proc. IEEE 55, 1801-1809).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping

import sympy

__all__ = ["Elimination", "elimination_order"]


def elimination_order(
    neighbours: Mapping[str, Iterable[str]], last: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Return the order in which to eliminate the unknowns of a connected graph.

    Fewest neighbours first, those in `last` after all others. Ties go to the one that is met first on the way
    back from the branches, so that a branch is finished before the next one is begun.

    Parameters
    ----------
    neighbours : mapping of str to iterable of str
        For each unknown those that it is coupled with, in either direction. The first one is the root, unless
        `last` has any.
    last : frozenset of str, optional
        Unknowns that must come after all others.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> elimination_order({'soma': ['trunk'], 'trunk': ['soma', 'tuft', 'oblique'],
    ...                    'tuft': ['trunk'], 'oblique': ['trunk']})
    ('tuft', 'oblique', 'trunk', 'soma')
    """
    place = _postorder(neighbours, last)
    remaining = {name: set(others) for name, others in neighbours.items()}
    queue = [(name in last, len(remaining[name]), place[name], name) for name in remaining]
    heapq.heapify(queue)
    order = []
    while queue:
        _, degree, _, name = heapq.heappop(queue)
        if name not in remaining or degree != len(remaining[name]):
            continue  # eliminated, or its number of neighbours has changed since
        order.append(name)
        around = remaining.pop(name)
        for other in around:
            remaining[other] |= around
            remaining[other] -= {name, other}
            heapq.heappush(queue, (other in last, len(remaining[other]), place[other], other))
    return tuple(order)


def _postorder(neighbours: Mapping[str, Iterable[str]], last: frozenset[str]) -> dict[str, int]:
    """Return a number for each unknown: when a walk from the root leaves it."""
    root = next((name for name in neighbours if name in last), next(iter(neighbours)))
    seen = {root}
    place: dict[str, int] = {}
    walk = [(root, iter(neighbours[root]))]
    while walk:
        name, others = walk[-1]
        following = next((other for other in others if other not in seen), None)
        if following is None:
            walk.pop()
            place[name] = len(place)
        else:
            seen.add(following)
            walk.append((following, iter(neighbours[following])))
    return place


class Elimination:
    """Solves ``A x = b`` by statements, one unknown after another.

    Call `eliminate` for every unknown in order, then `substitute` for every unknown in reverse order.

    Parameters
    ----------
    order : mapping of str to int
        The unknowns in the order of their elimination, each with a number that no other unknown of a model has.
    entries : mapping of (str, str) to sympy.Expr
        The entries of A by row and column; those that are not given are zero. All unknowns have a diagonal entry.
    define : callable
        ``define(name, value)`` writes the statement that gives a local name to a value.
    solution : callable
        ``solution(unknown, value)`` returns what an unknown is, given what the equations say: where it may not
        change, that is zero instead.
    """

    def __init__(
        self,
        order: Mapping[str, int],
        entries: Mapping[tuple[str, str], sympy.Expr],
        define: Callable[[str, sympy.Expr], None],
        solution: Callable[[str, sympy.Expr], sympy.Expr],
    ) -> None:
        self._number = order
        self._when = {name: turn for turn, name in enumerate(order)}
        self._entries = {place: [value] for place, value in entries.items()}
        self._right: dict[str, list[sympy.Expr]] = {name: [] for name in order}
        self._write = define
        self._solution = solution
        self._later: dict[str, set[str]] = {name: set() for name in order}
        self._row: dict[str, dict[str, sympy.Symbol]] = {}
        for row, column in entries:
            self._couple(row, column)

    def eliminate(self, unknown: str, right: sympy.Expr) -> None:
        """Write the statements that take the next unknown out of the equations of those after it.

        `right` is its entry of b.
        """
        inverse = self._define(
            f"_inverse_{unknown}", 1 / sympy.Add(*self._entries[unknown, unknown])
        )
        right = self._define(f"_right_{unknown}", sympy.Add(right, *self._right[unknown]))
        later = sorted(self._later[unknown], key=self._when.__getitem__)
        row = self._row[unknown] = {
            other: self._define(
                f"_coupling_{self._place(unknown, other)}",
                sympy.Add(*self._entries[unknown, other]),
            )
            for other in later
            if (unknown, other) in self._entries
        }
        for other in later:
            if (other, unknown) not in self._entries:
                continue
            factor = self._define(
                f"_factor_{self._place(other, unknown)}",
                -inverse * sympy.Add(*self._entries[other, unknown]),
            )
            self._right[other].append(factor * right)
            for column, coupling in row.items():
                self._entries.setdefault((other, column), []).append(factor * coupling)
                self._couple(other, column)

    def substitute(self, unknown: str) -> sympy.Symbol:
        """Write the statement that gives an unknown, from those after it, and return its name."""
        value = _local(f"_right_{unknown}")
        for other, coupling in self._row[unknown].items():
            value -= coupling * _local(f"_change_{other}")
        value *= _local(f"_inverse_{unknown}")
        return self._define(f"_change_{unknown}", self._solution(unknown, value))

    def _couple(self, row: str, column: str) -> None:
        if row != column:
            first, second = sorted((row, column), key=self._when.__getitem__)
            self._later[first].add(second)

    def _place(self, row: str, column: str) -> str:
        return f"{self._number[row]}_{self._number[column]}"

    def _define(self, name: str, value: sympy.Expr) -> sympy.Symbol:
        self._write(name, value)
        return _local(name)


def _local(name: str) -> sympy.Symbol:
    return sympy.Symbol(name, real=True)
