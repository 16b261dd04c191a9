"""How the synapses of spikes are shared out among the threads of a device.

On a device a group of threads delivers a spike, each thread every so many synapses of its row. Short rows want small
groups, and a row of 10^5 synapses must not keep one group busy long after all others are done: it is delivered in
parts, each of which is listed like a spike of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .plan import NetworkPlan, ProjectionPlan

__all__ = ["group_size", "row_parts"]

#: Threads that may share a spike: at most a warp.
_GROUPS = (4, 8, 16, 32)


def group_size(plan: NetworkPlan) -> int:
    """Return how many threads share a spike: enough for the mean row of the projection with the longest.

    Parameters
    ----------
    plan : NetworkPlan

    Returns
    -------
    int
        A power of two, at most a warp.
    """
    mean = max((item.n_synapse / max(1, item.n_source) for item in plan.projections), default=1.0)
    return next((size for size in _GROUPS if mean <= size), _GROUPS[-1])


def row_parts(
    plan: NetworkPlan, first_source: Mapping[str, int], n_source: int, part: int | None
) -> np.ndarray | None:
    """Return in how many parts the synapses of each source are delivered.

    Parameters
    ----------
    plan : NetworkPlan
    first_source : mapping of str to int
        Number of the first source of each spiking object.
    n_source : int
        Sources of all objects.
    part : int or None
        Synapses of a part; None where rows are never divided.

    Returns
    -------
    ndarray of int32 or None, shape (n_source,)
        None if no row is longer than a part.
    """
    if part is None:
        return None
    parts = np.ones(n_source, dtype=np.int32)
    for projection in plan.projections:
        begin = first_source[projection.pre] + projection.first_source
        own = parts[begin : begin + projection.n_source]
        np.maximum(own, -(-_row_lengths(projection) // part), out=own, casting="unsafe")
    return parts if parts.max(initial=1) > 1 else None


def _row_lengths(projection: ProjectionPlan) -> np.ndarray | int:
    if projection.kind == "explicit":
        assert projection.row is not None
        return np.diff(projection.row)
    return projection.n_target if projection.kind == "all_to_all" else 1
