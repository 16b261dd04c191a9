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
    """One accumulator of a population: what it feeds and the value of its unit."""

    targets: tuple[str, ...]
    scale: float


def make_ports(projections: Sequence[ProjectionPlan], n: int, precision: int) -> tuple[Port, ...]:
    """Return the ports that the projections onto one population of `n` neurons need."""
    ports = []
    for targets in dict.fromkeys(projection.targets for projection in projections):
        members = [projection for projection in projections if projection.targets == targets]
        ports.append(Port(targets, _scale(members, n, precision)))
    return tuple(ports)


def quantise(weight: float | np.ndarray, port: Port) -> np.ndarray:
    """Return weights in units of their port, as int64."""
    if port.scale == 0:
        return np.zeros(np.shape(weight), dtype=np.int64)
    return np.rint(np.asarray(weight, dtype=np.float64) / port.scale).astype(np.int64)


def _scale(members: Sequence[ProjectionPlan], n: int, precision: int) -> float:
    weights = {float(m.weight) for m in members if np.ndim(m.weight) == 0}
    if all(np.ndim(m.weight) == 0 for m in members) and len(weights) == 1:
        return weights.pop()
    largest = 0.0
    total = np.zeros(n)
    for member in members:
        size = np.abs(np.asarray(member.weight, dtype=np.float64))
        if not np.all(np.isfinite(size)):
            raise NetworkError(f"{member.name}: a weight is not finite.")
        extent = slice(member.first_target, member.first_target + member.n_target)
        if member.kind == "explicit":
            assert member.target is not None
            each = np.broadcast_to(size, (len(member.target),))
            total += np.bincount(member.target, weights=each, minlength=n)
        elif member.kind == "one_to_one":
            total[extent] += size
        else:
            total[extent] += size * member.n_source
    largest = float(total.max(initial=0.0))
    if largest == 0.0:
        return 0.0
    return float(2.0 ** (np.ceil(np.log2(largest)) - (30 if precision == 32 else 62)))
