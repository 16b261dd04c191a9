"""From additive pathways to projections of the core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..gpu import ProjectionPlan
from .reason import Reason
from .synapses import AdditivePathway

__all__ = ["Wires", "projections_of", "weight_reasons"]

#: Weights of one value that the core counts exactly for the same variables; further ones are sums of their own kind.
_MOST_EXACT = 4

#: Error of a synaptic input that is allowed, relative to the largest weight onto its neuron, by precision.
_TOLERANCE = {64: 1e-12, 32: 1e-5}

#: Bits of the core's sums, by precision.
_BITS = {64: 62, 32: 30}


@dataclass(frozen=True, eq=False)
class Wires:
    """The synapses of a pathway in the order of the core.

    Attributes
    ----------
    source, target : ndarray of int32, shape (synapses,)
        As Brian2 has them.
    order : ndarray of int or None
        Number in Brian2 of each synapse; None if they are in this order already.
    row : ndarray of int64
    sorted_target : ndarray of int32
    """

    source: np.ndarray
    target: np.ndarray
    order: np.ndarray | None
    row: np.ndarray
    sorted_target: np.ndarray

    @classmethod
    def of(cls, pathway: AdditivePathway, before: Wires | None) -> Wires:
        """Sort the synapses of a pathway, unless that has been done before."""
        own = pathway.pathway
        source = np.asarray(own.synapse_sources.get_value())
        target = np.asarray(own.synapse_targets.get_value())
        if (
            before is not None
            and np.array_equal(before.source, source)
            and np.array_equal(before.target, target)
        ):
            return before
        start, stop = int(own.source.start), int(own.source.stop)
        order = None
        if len(source):
            ascending = (source[1:] > source[:-1]) | (
                (source[1:] == source[:-1]) & (target[1:] >= target[:-1])
            )
            if not ascending.all():
                order = np.lexsort((target, source))
        sources, targets = _in_order(source, order), _in_order(target, order)
        row = np.searchsorted(sources, np.arange(start, stop + 1)).astype(np.int64)
        return cls(source.copy(), target.copy(), order, row, targets.astype(np.int32))

    def values(self, values: float | np.ndarray) -> float | np.ndarray:
        """Return weights or delays in the order of the core."""
        return _in_order(values, self.order) if isinstance(values, np.ndarray) else values


def _in_order(values: np.ndarray, order: np.ndarray | None) -> np.ndarray:
    return values.copy() if order is None else values[order]


def projections_of(pathway: AdditivePathway, wires: Wires) -> list[ProjectionPlan]:
    """Return the projections of a pathway: one for each weight that it adds.

    Parameters
    ----------
    pathway : AdditivePathway
    wires : Wires

    Returns
    -------
    list of ProjectionPlan
    """
    if not len(wires.sorted_target):
        return []
    source, target = pathway.pathway.source, pathway.pathway.target
    delay = pathway.delay
    return [
        ProjectionPlan(
            name=f"{pathway.name} {number}",
            pre=pathway.pre,
            post=pathway.post,
            targets=item.targets,
            kind="explicit",
            n_source=int(source.stop - source.start),
            n_target=int(target.stop - target.start),
            weight=wires.values(item.weight),
            delay=wires.values(delay) if isinstance(delay, np.ndarray) else delay,  # type: ignore[arg-type]
            first_source=int(source.start),
            first_target=int(target.start),
            row=wires.row,
            target=wires.sorted_target,
        )
        for number, item in enumerate(pathway.inputs)
    ]


def weight_reasons(pathways: Sequence[AdditivePathway], precision: int) -> list[Reason]:
    """Return which weights differ so much that the core's sums of integers would lose digits of small ones.

    Parameters
    ----------
    pathways : sequence of AdditivePathway
    precision : {32, 64}

    Returns
    -------
    list of Reason
    """
    summed: dict[tuple[str, tuple[str, ...]], list[tuple[AdditivePathway, float | np.ndarray]]] = {}
    for pathway in pathways:
        for item in pathway.inputs:
            summed.setdefault((pathway.post, item.targets), []).append((pathway, item.weight))
    reasons = []
    for (_, targets), members in summed.items():
        common = [item for item in members if np.ndim(item[1]) == 0]
        mixed = [item for item in members if np.ndim(item[1])]
        if len(common) > _MOST_EXACT:
            mixed = members
        if mixed and not _fits(mixed, precision):
            reasons.append(
                Reason(
                    mixed[0][0].name,
                    f"adds weights to {', '.join(targets)} that differ so much between neurons that sums of the core "
                    "would lose digits of the small ones",
                )
            )
    return reasons


def _fits(members: Sequence[tuple[AdditivePathway, float | np.ndarray]], precision: int) -> bool:
    targets = [np.asarray(item.pathway.synapse_targets.get_value()) for item, _ in members]
    n = 1 + max((int(target.max()) for target in targets if len(target)), default=0)
    total, largest = np.zeros(n), np.zeros(n)
    for target, (_, weight) in zip(targets, members, strict=True):
        size = np.broadcast_to(np.abs(np.asarray(weight, dtype=np.float64)), target.shape)
        total += np.bincount(target, weights=size, minlength=n)
        np.maximum.at(largest, target, size)
    if not total.max(initial=0.0):
        return True
    unit = 2.0 ** (np.ceil(np.log2(total.max())) - _BITS[precision])
    return bool(unit <= _TOLERANCE[precision] * largest[largest > 0].min())
