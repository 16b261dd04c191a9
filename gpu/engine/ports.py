"""Synaptic input as integers, so that sums do not depend on the order of arrival.

Each population has one *port* for every set of state variables that some projection adds to. A port counts
in units of its own scale. Where all its synapses have the same weight the scale is that weight and the
sums are exact event counts. Otherwise the scale is the power of two at which the largest sum that a
neuron can receive in one step still fits, so that an overflow cannot happen; weights are then exact to
one part in 2^62 (double precision) or 2^30 (single precision) of that largest sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import NetworkError
from .plan import ProjectionPlan

__all__ = ["Port", "make_ports", "quantise"]


@dataclass(frozen=True)
class Port:
    """One accumulator of a population.

    Attributes
    ----------
    targets : tuple of str
        States that it feeds.
    scale : float
        Value of its unit.
    narrow : bool
        Whether its sums fit into a byte: it counts events, and no neuron can receive more than 127 of them in
        one step.
    """

    targets: tuple[str, ...]
    scale: float
    narrow: bool


def make_ports(projections: Sequence[ProjectionPlan], n: int, precision: int) -> tuple[Port, ...]:
    """Return the ports that the projections onto one population of `n` neurons need."""
    ports = []
    for targets in dict.fromkeys(projection.targets for projection in projections):
        members = [projection for projection in projections if projection.targets == targets]
        ports.append(_port(targets, members, n, precision))
    return tuple(ports)


def quantise(weight: float | np.ndarray, port: Port) -> np.ndarray:
    """Return weights in units of their port, as int64."""
    if port.scale == 0:
        return np.zeros(np.shape(weight), dtype=np.int64)
    return np.rint(np.asarray(weight, dtype=np.float64) / port.scale).astype(np.int64)


#: Most events of one step that a byte-wide port is used for: half of what a byte holds.
_MOST_NARROW = 127


def _port(
    targets: tuple[str, ...], members: Sequence[ProjectionPlan], n: int, precision: int
) -> Port:
    for member in members:
        if not np.all(np.isfinite(member.weight)):
            raise NetworkError(f"{member.name}: a weight is not finite.")
    weights = {float(m.weight) for m in members if np.ndim(m.weight) == 0}
    if all(np.ndim(m.weight) == 0 for m in members) and len(weights) == 1:
        most = _most_received([1.0] * len(members), members, n)
        return Port(targets, weights.pop(), most <= _MOST_NARROW)
    largest = _most_received([member.weight for member in members], members, n)
    if largest == 0.0:
        return Port(targets, 0.0, False)
    bits = 30 if precision == 32 else 62
    return Port(targets, float(2.0 ** (np.ceil(np.log2(largest)) - bits)), False)


def _most_received(
    weights: Sequence[float | np.ndarray], members: Sequence[ProjectionPlan], n: int
) -> float:
    """Return the largest sum of weights that one neuron can receive in one step."""
    total = np.zeros(n)
    for weight, member in zip(weights, members, strict=True):
        size = np.abs(np.asarray(weight, dtype=np.float64))
        extent = slice(member.first_target, member.first_target + member.n_target)
        if member.kind == "explicit":
            assert member.target is not None
            each = np.broadcast_to(size, (len(member.target),))
            total += np.bincount(member.target, weights=each, minlength=n)
        elif member.kind == "one_to_one":
            total[extent] += size
        else:
            total[extent] += size * member.n_source
    return float(total.max(initial=0.0))
