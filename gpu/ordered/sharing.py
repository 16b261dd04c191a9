"""Which thread carries out the events of which synapses.

Events of a step are carried out in Brian2's order wherever one can see the effect of another: at their target. So each
thread gets the synapses of its own targets, and results do not depend on the number of threads.
"""

from __future__ import annotations

import numpy as np

__all__ = [
    "owners_of",
    "rows_by_target",
    "share_by_source",
    "share_by_target",
    "sorted_by",
    "sorted_within",
]

#: Elements whose sorting takes longer than a call of the function that sorts them.
_WORTH_SORTING = 4096


def owners_of(index: np.ndarray, n: int, threads: int) -> np.ndarray:
    """Return the thread that owns each of some elements out of `n`.

    Parameters
    ----------
    index : ndarray of int
    n : int
    threads : int

    Returns
    -------
    ndarray of int64
    """
    # The shares are those of ``n * (thread + 1) / threads``, rounded down.
    ends = np.arange(1, threads) * n // threads
    return np.searchsorted(ends, index, side="right")


def share_by_source(
    source: np.ndarray,
    n_source: int,
    delay: np.ndarray | None,
    owner: np.ndarray | None,
    threads: int,
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Sort synapses by thread, source, delay and number.

    Parameters
    ----------
    source : ndarray of int
        Source of each synapse, from 0 on.
    n_source : int
    delay : ndarray of int or None
        Delays in steps; None if all are alike.
    owner : ndarray of int or None
        Thread of each synapse; None for the first.
    threads : int

    Returns
    -------
    row : ndarray of int64, shape (threads, n_source + 1)
    order : ndarray of int32 or None
        None if the synapses are in this order already.
    delay : ndarray of int32 or None
        In this order.
    """
    group = source.astype(np.int64)
    if owner is not None:
        group += owner * n_source
    counts = np.bincount(group, minlength=threads * n_source)
    ends = np.concatenate([[0], np.cumsum(counts)])
    row = np.empty((threads, n_source + 1), dtype=np.int64)
    for thread in range(threads):
        row[thread] = ends[thread * n_source : (thread + 1) * n_source + 1]
    in_order = bool(np.all(group[1:] >= group[:-1]))
    if delay is None:
        return row, None if in_order else sorted_by(group), None
    order = sorted_within(group, delay) if in_order else None
    if order is None:
        order = sorted_by(delay, group)
    return row, order, delay[order].astype(np.int32)


def sorted_within(group: np.ndarray, key: np.ndarray) -> np.ndarray | None:
    """Return the order that sorts members of each group by a key; ties stay as they are.

    Some groups are sorted at a time: as many as have different numbers of sixteen bits for group and key together.

    Parameters
    ----------
    group : ndarray of int64
        In ascending order.
    key : ndarray of int, not negative

    Returns
    -------
    ndarray of int32 or None
        None if too few groups would be sorted at a time.

    Examples
    --------
    >>> sorted_within(np.array([0, 0, 3, 3]), np.array([2, 1, 7, 0])).tolist()
    [1, 0, 3, 2]
    """
    kinds = int(key.max(initial=0)) + 1
    together = 2**16 // kinds
    if len(group) == 0 or together == 0 or group[-1] // together > len(group) // _WORTH_SORTING:
        return None
    firsts = np.arange(0, int(group[-1]) + together + 1, together)
    ends = np.searchsorted(group, firsts)
    order = np.empty(len(group), np.int32)
    for first, begin, end in zip(firsts, ends, ends[1:], strict=False):
        digits = ((group[begin:end] - first) * kinds + key[begin:end]).astype(np.uint16)
        order[begin:end] = np.argsort(digits, kind="stable")
        order[begin:end] += begin
    return order


def sorted_by(*keys: np.ndarray) -> np.ndarray:
    """Return the order that sorts by the last key, then by the one before it, and so on; ties stay as they are.

    Digit by digit: numpy sorts numbers of sixteen bits in a time proportional to their number.

    Parameters
    ----------
    *keys : ndarray of int, not negative

    Returns
    -------
    ndarray of int32

    Examples
    --------
    >>> sorted_by(np.array([2, 1, 0]), np.array([70000, 70000, 5])).tolist()
    [2, 1, 0]
    """
    order: np.ndarray | None = None
    for key in keys:
        most = int(key.max(initial=0))
        for place in range(0, max(1, most.bit_length()), 16):
            digits = (key >> place if place else key).astype(np.uint16)  # the lowest sixteen bits
            if order is None:
                order = np.argsort(digits, kind="stable")
            elif digits.any():
                order = order[np.argsort(digits[order], kind="stable")]
    assert order is not None
    return order.astype(np.int32)


def share_by_target(
    owner: np.ndarray | None, n: int, threads: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Sort elements by thread.

    Returns
    -------
    row : ndarray of int64, shape (threads, 2)
        Begin and end of each thread.
    order : ndarray of int32 or None
        None if one thread has all.
    """
    if owner is None or threads == 1:
        row = np.zeros((threads, 2), dtype=np.int64)
        row[0, 1] = n
        return row, None
    ends = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=threads))])
    return np.stack([ends[:-1], ends[1:]], axis=1), np.argsort(owner, kind="stable").astype(
        np.int32
    )


def rows_by_target(target: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Sort elements by target, those of one target in the order that they have.

    Parameters
    ----------
    target : ndarray of int
        From 0 on.
    n : int
        Number of targets.

    Returns
    -------
    row : ndarray of int64, shape (n + 1,)
    order : ndarray of int32 or None
        None if the elements are in this order already.

    Examples
    --------
    >>> row, order = rows_by_target(np.array([1, 0, 1]), 3)
    >>> row.tolist(), order.tolist()
    ([0, 1, 3, 3], [1, 0, 2])
    """
    row = np.concatenate([[0], np.cumsum(np.bincount(target, minlength=n))]).astype(np.int64)
    return row, None if np.all(target[1:] >= target[:-1]) else sorted_by(target)
