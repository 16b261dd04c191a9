"""Spikes that a user gives to be replayed by Poisson groups, as sources and time steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from brian2 import second

from .errors import NetworkError
from .gpu import NetworkPlan, nearest_names
from .quantities import si_values
from .recordings import SpikeRecording
from .sources import steps_of_times

__all__ = ["spikes_to_replay"]


def spikes_to_replay(
    plan: NetworkPlan, given: Mapping[str, Any]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the spikes that Poisson groups replay.

    Parameters
    ----------
    plan : NetworkPlan
        The network.
    given : mapping of str to SpikeRecording or (indices, times)
        Spikes by name of the Poisson group.

    Returns
    -------
    dict of str to (indices, steps)

    Raises
    ------
    NetworkError
        If there is no such Poisson group, an index or a time makes no sense, or a source spikes
        twice in a step.
    """
    sizes = {poisson.name: poisson.n for poisson in plan.poisson}
    spikes = {}
    for name, value in given.items():
        if name not in sizes:
            raise NetworkError(
                f"input_spikes: there is no Poisson group {name!r}. {nearest_names(name, sizes)}"
            )
        spikes[name] = _steps(f"input_spikes of {name!r}", value, sizes[name], plan.dt)
    return spikes


def _steps(what: str, value: Any, n: int, dt: float) -> tuple[np.ndarray, np.ndarray]:
    try:
        indices, times = (value.i, value.t) if isinstance(value, SpikeRecording) else value
    except (TypeError, ValueError):
        raise NetworkError(
            f"{what}: give a spike recording, or a pair of indices and times."
        ) from None
    index = np.atleast_1d(np.asarray(indices))
    seconds = np.atleast_1d(si_values(times, second.dim, f"{what}: times"))
    if index.size and not np.issubdtype(index.dtype, np.integer):
        raise NetworkError(f"{what}: indices are numbers of sources, not {index.dtype}.")
    if index.ndim != 1 or index.shape != seconds.shape:
        raise NetworkError(
            f"{what}: {index.size} indices and {seconds.size} times were given; every spike needs one "
            "of each."
        )
    outside = index[(index < 0) | (index >= n)]
    if len(outside):
        raise NetworkError(f"{what}: there is no source {outside[0]}; the group has {n}.")
    if np.any(seconds < 0):
        raise NetworkError(f"{what}: the time {seconds.min() * 1e3:g} ms is negative.")
    index, steps = index.astype(np.int64), steps_of_times(seconds, dt)
    pairs, counts = np.unique(np.stack([index, steps]), axis=1, return_counts=True)
    if np.any(counts > 1):
        source, step = pairs[:, int(np.argmax(counts > 1))]
        raise NetworkError(
            f"{what}: source {source} spikes twice in step {step}; a source has at most one spike "
            "per step."
        )
    return index, steps
