"""Who connects to whom: the rules, as vectorised draws of pairs, and the table that they fill.

Synapses are numbered by source and, within a source, by target. Rules that need no table (all to
all, one to one) make none until somebody asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = [
    "Connectivity",
    "all_to_all",
    "fixed_in_degree",
    "given_pairs",
    "one_to_one",
    "random_pairs",
]

#: Synapses that are drawn at a time.
_CHUNK = 2**22

#: Pairs of one block: positions in it and sums of gaps stay far below 2^63.
_LARGEST_BLOCK = 2**40


@dataclass(frozen=True, eq=False)
class Connectivity:
    """Pairs of sources and targets.

    Attributes
    ----------
    kind : {'explicit', 'one_to_one', 'all_to_all'}
        How the pairs are stored. Only explicit ones have arrays.
    n_source, n_target : int
        Extent. Sources and targets count from 0 within it.
    row : ndarray of int64, shape (n_source + 1,), or None
        Explicit pairs: number of the first synapse of each source.
    target : ndarray of int32, or None
        Explicit pairs: the target of each synapse, ascending within each source.
    place : ndarray of int64, or None
        For pairs that were given by hand: number of each given synapse in the table. None where the
        order is the same.
    """

    kind: Literal["explicit", "one_to_one", "all_to_all"]
    n_source: int
    n_target: int
    row: np.ndarray | None = None
    target: np.ndarray | None = None
    place: np.ndarray | None = None

    @property
    def n_synapse(self) -> int:
        """Number of synapses."""
        if self.target is not None:
            return len(self.target)
        return self.n_source if self.kind == "one_to_one" else self.n_source * self.n_target

    def explicit(self) -> Connectivity:
        """Return the same pairs as a table."""
        if self.kind == "explicit":
            return self
        width = 1 if self.kind == "one_to_one" else self.n_target
        row = np.arange(self.n_source + 1, dtype=np.int64) * width
        every = np.arange(self.n_target, dtype=np.int32)
        target = every if self.kind == "one_to_one" else np.tile(every, self.n_source)
        return Connectivity("explicit", self.n_source, self.n_target, row, target)

    def sources(self) -> np.ndarray:
        """Return the source of each synapse, int32, in the order of the table."""
        table = self.explicit()
        assert table.row is not None
        return np.repeat(np.arange(self.n_source, dtype=np.int32), np.diff(table.row))

    def targets(self) -> np.ndarray:
        """Return the target of each synapse, int32, in the order of the table."""
        table = self.explicit()
        assert table.target is not None
        return table.target


def all_to_all(n_source: int, n_target: int, own: int | None = None) -> Connectivity:
    """Connect every source to every target.

    Parameters
    ----------
    n_source, n_target : int
        Extent.
    own : int, optional
        Where source `s` and target ``s + own`` are the same neuron and must not be connected.
        Default None: nothing is left out.

    Returns
    -------
    Connectivity

    Examples
    --------
    >>> all_to_all(2, 3).n_synapse
    6
    >>> all_to_all(3, 3, own=0).targets()
    array([1, 2, 0, 2, 0, 1], dtype=int32)
    """
    full = Connectivity("all_to_all", n_source, n_target)
    if own is None or own >= n_target or own <= -n_source:
        return full
    return _without_own(full.sources(), full.targets(), own, n_source, n_target)


def one_to_one(n: int, own: int | None = None) -> Connectivity:
    """Connect source `s` to target `s`.

    Parameters
    ----------
    n : int
        Number of sources and of targets.
    own : int, optional
        As in `all_to_all`.

    Returns
    -------
    Connectivity

    Examples
    --------
    >>> one_to_one(4).targets()
    array([0, 1, 2, 3], dtype=int32)
    """
    if own == 0:
        return _table(np.zeros(n, dtype=np.int64), np.zeros(0, dtype=np.int32), n, n)
    return Connectivity("one_to_one", n, n)


def random_pairs(
    random: np.random.Generator,
    n_source: int,
    n_target: int,
    probability: float,
    own: int | None = None,
) -> Connectivity:
    """Connect each pair independently with the same probability.

    The gap between two connected pairs, in the order of their numbers, follows a geometric
    distribution, so that the work grows with the number of synapses and not with the number of
    pairs.

    Parameters
    ----------
    random : numpy.random.Generator
        Where the numbers come from.
    n_source, n_target : int
        Extent.
    probability : float
        Between 0 and 1.
    own : int, optional
        As in `all_to_all`.

    Returns
    -------
    Connectivity

    Examples
    --------
    >>> pairs = random_pairs(np.random.default_rng(1), 1000, 1000, 0.01)
    >>> 9500 < pairs.n_synapse < 10500
    True
    """
    if probability == 1.0:
        return all_to_all(n_source, n_target, own)
    degree = np.zeros(n_source, dtype=np.int64)
    parts: list[np.ndarray] = []
    rows = _rows_per_block(n_source, n_target, probability)
    for first in range(0, n_source if probability > 0 else 0, rows):
        count = min(rows, n_source - first)
        position = _positions(random, count * n_target, probability)
        source, target = np.divmod(position, n_target)
        if own is not None:
            other = target != source + (first + own)
            source, target = source[other], target[other]
        degree[first : first + count] = np.bincount(source, minlength=count)
        parts.append(target.astype(np.int32))
    joined = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32)
    return _table(degree, joined, n_source, n_target)


def fixed_in_degree(
    random: np.random.Generator,
    n_source: int,
    n_target: int,
    in_degree: int,
    own: int | None = None,
) -> Connectivity:
    """Give every target the same number of sources, drawn without replacement.

    Parameters
    ----------
    random : numpy.random.Generator
        Where the numbers come from.
    n_source, n_target : int
        Extent.
    in_degree : int
        Number of different sources of each target.
    own : int, optional
        As in `all_to_all`.

    Returns
    -------
    Connectivity

    Examples
    --------
    >>> pairs = fixed_in_degree(np.random.default_rng(1), 50, 4, 7)
    >>> np.bincount(pairs.targets())
    array([7, 7, 7, 7])
    """
    if in_degree == 0:
        return _table(
            np.zeros(n_source, dtype=np.int64), np.zeros(0, dtype=np.int32), n_source, n_target
        )
    rows = max(1, _CHUNK // max(in_degree, min(n_source, 2 * in_degree)))
    blocks: list[np.ndarray] = []
    degree = np.zeros(n_source, dtype=np.int64)
    for first in range(0, n_target, rows):
        targets = np.arange(first, min(first + rows, n_target))
        chosen = _sources_of(random, targets, n_source, in_degree, own)
        degree += np.bincount(chosen.ravel(), minlength=n_source)
        blocks.append(chosen)
    return _by_source(blocks, degree, n_source, n_target)


def given_pairs(i: np.ndarray, j: np.ndarray, n_source: int, n_target: int) -> Connectivity:
    """Connect source ``i[k]`` to target ``j[k]``.

    Parameters
    ----------
    i, j : ndarray of int
        Sources and targets. A pair may occur more than once.
    n_source, n_target : int
        Extent.

    Returns
    -------
    Connectivity

    Examples
    --------
    >>> pairs = given_pairs(np.array([1, 0, 1]), np.array([2, 1, 0]), 2, 3)
    >>> pairs.row, pairs.target, pairs.place
    (array([0, 1, 3]), array([1, 0, 2], dtype=int32), array([2, 0, 1]))
    """
    order = np.lexsort((j, i))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    degree = np.bincount(i, minlength=n_source)
    in_order = bool(np.all(order[1:] > order[:-1]))
    target = j[order].astype(np.int32)
    return _table(degree, target, n_source, n_target, None if in_order else place)


def _table(
    degree: np.ndarray,
    target: np.ndarray,
    n_source: int,
    n_target: int,
    place: np.ndarray | None = None,
) -> Connectivity:
    row = np.zeros(n_source + 1, dtype=np.int64)
    np.cumsum(degree, out=row[1:])
    return Connectivity("explicit", n_source, n_target, row, target, place)


def _without_own(
    source: np.ndarray, target: np.ndarray, own: int, n_source: int, n_target: int
) -> Connectivity:
    other = target != source + own
    degree = np.bincount(source[other], minlength=n_source)
    return _table(degree, target[other], n_source, n_target)


# --------------------------------------------------------------- random pairs


def _rows_per_block(n_source: int, n_target: int, probability: float) -> int:
    pairs = min(_LARGEST_BLOCK, int(_CHUNK / max(probability, 1e-12)))
    return max(1, min(n_source, pairs // n_target))


def _positions(random: np.random.Generator, n_pair: int, probability: float) -> np.ndarray:
    """Numbers of the connected pairs among `n_pair`, ascending."""
    parts = []
    last = -1
    while True:
        mean = (n_pair - 1 - last) * probability
        gaps = random.geometric(probability, int(mean + 4 * np.sqrt(mean)) + 16)
        # A gap beyond the end is as good as one to the end, and cannot overflow the sum.
        position = last + np.cumsum(np.minimum(gaps, n_pair + 1))
        inside = int(np.searchsorted(position, n_pair))
        parts.append(position[:inside])
        if inside < len(position):
            return np.concatenate(parts)
        last = int(position[-1])


# ------------------------------------------------------------ fixed in-degree


def _sources_of(
    random: np.random.Generator, targets: np.ndarray, n_source: int, k: int, own: int | None
) -> np.ndarray:
    """Return `k` different sources for each target, shape (targets, k)."""
    chosen = np.empty((len(targets), k), dtype=np.int32)
    self_source = targets - own if own is not None else np.full(len(targets), -1)
    has_self = (self_source >= 0) & (self_source < n_source)
    for which, n_candidate in ((has_self, n_source - 1), (~has_self, n_source)):
        if which.any():
            chosen[which] = _subsets(random, int(which.sum()), n_candidate, k)
    # Candidates of a target that is a source itself are numbered without it.
    chosen += (chosen >= self_source[:, None]) & has_self[:, None]
    return chosen


def _subsets(random: np.random.Generator, n_row: int, n: int, k: int) -> np.ndarray:
    """Draw `n_row` subsets of `k` out of ``range(n)``, each equally likely; shape (n_row, k)."""
    if 2 * k > n:
        kept = np.ones((n_row, n), dtype=bool)
        if k < n:
            np.put_along_axis(kept, _subsets(random, n_row, n, n - k), False, axis=1)
        return np.nonzero(kept)[1].reshape(n_row, k).astype(np.int32)
    # Repeated members are drawn again until none is left. The rule does not tell members apart, so
    # all subsets are equally likely.
    drawn = random.integers(0, n, (n_row, k), dtype=np.int32)
    drawn.sort(axis=1)
    rows = np.arange(n_row)
    while len(rows):
        some = drawn[rows]
        repeated = np.zeros(some.shape, dtype=bool)
        np.equal(some[:, 1:], some[:, :-1], out=repeated[:, 1:])
        bad = repeated.any(axis=1)
        rows, some, repeated = rows[bad], some[bad], repeated[bad]
        some[repeated] = random.integers(0, n, int(repeated.sum()), dtype=np.int32)
        some.sort(axis=1)
        drawn[rows] = some
    return drawn


def _by_source(
    blocks: list[np.ndarray], degree: np.ndarray, n_source: int, n_target: int
) -> Connectivity:
    """Turn lists of sources per target, which are used up, into a table by source.

    Blocks come in the order of targets, so that each only appends to what every source has already.
    """
    row = np.zeros(n_source + 1, dtype=np.int64)
    np.cumsum(degree, out=row[1:])
    target = np.empty(int(row[-1]), dtype=np.int32)
    free = row[:-1].copy()
    first = 0
    blocks.reverse()
    while blocks:
        block = blocks.pop()
        width = len(block)
        small = n_source * width < 2**31
        number = np.dtype(np.int32 if small else np.int64)
        flat = (block.astype(number) * width + np.arange(width, dtype=number)[:, None]).ravel()
        flat.sort()
        source, local = np.divmod(flat, width)
        count = np.bincount(source, minlength=n_source)
        begin = np.cumsum(count) - count
        target[np.arange(len(flat)) + (free - begin)[source]] = local + first
        free += count
        first += width
    return Connectivity("explicit", n_source, n_target, row, target)
