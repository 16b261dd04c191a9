"""How two runs of one network differ: in traces, and in spikes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = [
    "SpikeComparison",
    "SpikePairs",
    "TraceComparison",
    "compare_spikes",
    "compare_traces",
    "split_spikes",
]

#: Neuron and time step of each spike.
SpikePairs = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class TraceComparison:
    """Largest deviation of one variable of one population.

    Attributes
    ----------
    population, variable, unit : str
    deviation : float
        Largest absolute difference, in SI units.
    scale : float
        Largest absolute value of the variable in Brian2, in SI units.
    neuron : int
        Where the difference is largest.
    time : float
        When, in seconds.
    """

    population: str
    variable: str
    unit: str
    deviation: float
    scale: float
    neuron: int
    time: float


@dataclass(frozen=True)
class SpikeComparison:
    """Spikes of one population in both engines.

    Attributes
    ----------
    population : str
    ours, theirs : int
        Numbers of spikes.
    matched : int
        Spikes of the same neuron in the same step.
    near : int
        Spikes of ours with one of the same neuron at most one step away.
    missing, extra : int
        Spikes that only Brian2 has, and that only this library has.
    """

    population: str
    ours: int
    theirs: int
    matched: int
    near: int
    missing: int
    extra: int


def compare_traces(
    population: str,
    variable: str,
    unit: str,
    ours: np.ndarray,
    theirs: np.ndarray,
    neurons: np.ndarray,
    times: np.ndarray,
) -> TraceComparison:
    """Compare two arrays of shape (samples, neurons).

    Examples
    --------
    >>> result = compare_traces('cells', 'V', 'V', np.array([[0., 1.]]), np.array([[0., 3.]]),
    ...                         np.array([4, 7]), np.array([0.5]))
    >>> result.deviation, result.neuron, result.time
    (2.0, 7, 0.5)
    """
    difference = np.abs(ours.astype(np.float64) - theirs)
    place = int(np.argmax(difference)) if difference.size else 0
    sample, column = divmod(place, max(1, len(neurons)))
    return TraceComparison(
        population,
        variable,
        unit,
        float(difference.max(initial=0.0)),
        float(np.abs(theirs).max(initial=0.0)),
        int(neurons[column]) if len(neurons) else 0,
        float(times[sample]) if len(times) else 0.0,
    )


def _keys(spikes: SpikePairs, shift: int = 0) -> np.ndarray:
    """Return one number for each spike; steps stay far below 2^31."""
    indices, steps = (np.asarray(part, dtype=np.int64) for part in spikes)
    return indices * 2**31 + steps + shift


def split_spikes(ours: SpikePairs, theirs: SpikePairs) -> tuple[SpikePairs, SpikePairs, SpikePairs]:
    """Return the spikes of both engines, those only Brian2 has, and those only this library has.

    Examples
    --------
    >>> one, other = (np.array([0, 1, 1]), np.array([5, 6, 9])), (np.array([0, 1]), np.array([5, 7]))
    >>> [list(zip(i.tolist(), steps.tolist())) for i, steps in split_spikes(one, other)]
    [[(0, 5)], [(1, 7)], [(1, 6), (1, 9)]]
    """
    mine, other = _keys(ours), _keys(theirs)
    both, missing = np.isin(mine, other), ~np.isin(other, mine)
    return (
        (ours[0][both], ours[1][both]),
        (theirs[0][missing], theirs[1][missing]),
        (ours[0][~both], ours[1][~both]),
    )


def compare_spikes(population: str, ours: SpikePairs, theirs: SpikePairs) -> SpikeComparison:
    """Compare two lists of (neuron, step).

    Examples
    --------
    >>> one, other = (np.array([0, 1, 1]), np.array([5, 6, 9])), (np.array([0, 1]), np.array([5, 7]))
    >>> compare_spikes('cells', one, other)
    SpikeComparison(population='cells', ours=3, theirs=2, matched=1, near=2, missing=1, extra=2)
    """
    mine, other = _keys(ours), _keys(theirs)
    matched = int(np.isin(mine, other).sum())
    near = np.isin(mine, other) | np.isin(mine, _keys(theirs, 1)) | np.isin(mine, _keys(theirs, -1))
    return SpikeComparison(
        population,
        len(mine),
        len(other),
        matched,
        int(near.sum()),
        len(other) - matched,
        len(mine) - matched,
    )
