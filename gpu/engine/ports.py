"""Synaptic input as integers, so that sums do not depend on the order of arrival.

A *port* collects the input of some projections to the same state variables, in units of its own scale. A
projection whose synapses have one weight has a port of its own: the scale is that weight and the sums are exact event
counts, bytes if no neuron can get more than 127 events in a step. Projections whose synapses differ in weight share a
port. Its scale is the power of two at which the largest sum that a neuron can receive in one step still fits, so
that an overflow cannot happen; weights are then exact to one part in 2^62 (double precision) or 2^30 (single
precision) of that largest sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import NetworkError
from .plan import NetworkPlan, ProjectionPlan

__all__ = ["Port", "all_ports", "incoming", "make_ports", "port_of", "quantise"]


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
    projections : tuple of str
        Names of the projections that it serves.
    """

    targets: tuple[str, ...]
    scale: float
    narrow: bool
    projections: tuple[str, ...] = ()


def make_ports(projections: Sequence[ProjectionPlan], n: int, precision: int) -> tuple[Port, ...]:
    """Return the ports that the projections onto one population of `n` neurons need.

    A projection that is added later does not change the ports of those before it, so that it does not change their
    sums either.
    """
    ports = []
    for targets in dict.fromkeys(projection.targets for projection in projections):
        counters: list[list[ProjectionPlan]] = []
        differing: list[ProjectionPlan] = []
        for member in (item for item in projections if item.targets == targets):
            if np.ndim(member.weight):
                differing.append(member)
            elif len(counters) < _MOST_COUNTERS:
                counters.append([member])
            else:
                same = (group for group in counters if group[0].weight == member.weight)
                next(same, differing).append(member)
        groups = [*counters, differing] if differing else counters
        ports += [_port(targets, group, n, precision) for group in groups]
    return tuple(ports)


def incoming(plan: NetworkPlan) -> list[list[ProjectionPlan]]:
    """Return the projections onto each population of a network."""
    return [
        [item for item in plan.projections if item.post == population.name]
        for population in plan.populations
    ]


def all_ports(plan: NetworkPlan) -> list[tuple[Port, ...]]:
    """Return the ports of each population of a network."""
    return [
        make_ports(projections, population.n, plan.precision)
        for projections, population in zip(incoming(plan), plan.populations, strict=True)
    ]


def port_of(projection: ProjectionPlan, ports: Sequence[Port]) -> int:
    """Return the number of the port that serves a projection."""
    return next(k for k, port in enumerate(ports) if projection.name in port.projections)


def quantise(weight: float | np.ndarray, port: Port) -> np.ndarray:
    """Return weights in units of their port, as int64."""
    if port.scale == 0:
        return np.zeros(np.shape(weight), dtype=np.int64)
    return np.rint(np.asarray(weight, dtype=np.float64) / port.scale).astype(np.int64)


#: Most ports that count events for the same state variables. Further projections join one of equal weight, or those
#: whose synapses differ in weight.
_MOST_COUNTERS = 4

#: Most events of one step that a byte-wide port is used for: half of what a byte holds.
_MOST_NARROW = 127


def _port(
    targets: tuple[str, ...], members: Sequence[ProjectionPlan], n: int, precision: int
) -> Port:
    for member in members:
        if not np.all(np.isfinite(member.weight)):
            raise NetworkError(f"{member.name}: a weight is not finite.")
    names = tuple(member.name for member in members)
    weights = {float(m.weight) for m in members if np.ndim(m.weight) == 0}
    if all(np.ndim(m.weight) == 0 for m in members) and len(weights) == 1:
        most = _most_received([1.0] * len(members), members, n)
        return Port(targets, weights.pop(), most <= _MOST_NARROW, names)
    largest = _most_received([member.weight for member in members], members, n)
    if largest == 0.0:
        return Port(targets, 0.0, False, names)
    bits = 30 if precision == 32 else 62
    return Port(targets, float(2.0 ** (np.ceil(np.log2(largest)) - bits)), False, names)


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
