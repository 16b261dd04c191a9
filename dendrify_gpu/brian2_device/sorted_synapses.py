"""Synapses in the order in which the threads carry out what happens at them."""

from __future__ import annotations

import numpy as np

from ..gpu.ordered import PathwayTable, owners_of, rows_by_target, share_by_target

__all__ = ["owners_by_index", "summed_table"]


def owners_by_index(index: np.ndarray | None, threads: int) -> np.ndarray | None:
    """Return the thread of each synapse; None for the first.

    Parameters
    ----------
    index : ndarray of int or None
        By which the threads share the synapses.
    threads : int
    """
    if index is None or threads == 1 or len(index) == 0:
        return None
    lowest = int(index.min())
    return owners_of(index - lowest, int(index.max()) - lowest + 1, threads)


def summed_table(target: np.ndarray, n: int, workers: int, on_cuda: bool) -> PathwayTable:
    """Return the synapses whose values are summed up, shared out among the threads.

    Parameters
    ----------
    target : ndarray of int
        Of each synapse, from 0 on.
    n : int
        Number of targets.
    workers : int
        Threads of the CPU, or blocks of CUDA.
    on_cuda : bool
    """
    if on_cuda:
        row, order = rows_by_target(target, n)
    else:
        owner = owners_of(target, n, workers) if workers > 1 else None
        row, order = share_by_target(owner, len(target), workers)
    nothing = np.zeros(0, np.int64)
    return PathwayTable(
        row=row,
        order=order,
        delay=None,
        common_delay=0,
        first_source=0,
        n_source=1,
        early_row=np.zeros(workers + 1, np.int64),
        early_step=nothing,
        early_synapse=np.zeros(0, np.int32),
        in_flight=(nothing, np.zeros(0, np.int32)),
        now=0,
    )
