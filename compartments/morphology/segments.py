"""A neuron's shape as arrays: one entry for each segment, a frustum between two points."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["SOMA", "UNKNOWN", "Segments", "kept", "refined"]

#: Type of the cell body.
SOMA = "soma"

#: Type of segments to which the file gives none that has a name.
UNKNOWN = "unknown"

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Segments:
    """Frusta in an order in which each comes after the one that it continues; in SI units.

    Attributes
    ----------
    parent : ndarray of int, shape (n,)
        The segment that each continues, at its end; -1 for the root.
    start, end : ndarray, shape (n, 3)
        Coordinates (metre); NaN where unknown.
    start_diameter, end_diameter, length : ndarray, shape (n,)
        Size (metre).
    kind : tuple of str
        Type, such as ``'soma'``, ``'dend'``, ``'apic'`` and ``'axon'``.
    section : ndarray of int, shape (n,)
        Number of the unbranched section that each is part of.
    is_sphere : ndarray of bool, shape (n,)
        Which segments are spheres of their diameter, without axial resistance, instead of frusta: the
        soma, unless it was drawn as a chain of points.
    """

    parent: Integers
    start: Floats
    end: Floats
    start_diameter: Floats
    end_diameter: Floats
    length: Floats
    kind: tuple[str, ...]
    section: Integers
    is_sphere: Booleans

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def n(self) -> int:
        """Number of segments."""
        return len(self.parent)

    @cached_property
    def is_soma(self) -> Booleans:
        """Which segments are the soma."""
        return np.array([kind == SOMA for kind in self.kind])

    @cached_property
    def diameter(self) -> Floats:
        """Diameter in the middle (metre)."""
        return (self.start_diameter + self.end_diameter) / 2

    @cached_property
    def area(self) -> Floats:
        """Lateral area of each frustum, and the area of a sphere (metre**2)."""
        slant = np.hypot(self.length, (self.end_diameter - self.start_diameter) / 2)
        return np.where(self.is_sphere, np.pi * self.diameter**2, np.pi * self.diameter * slant)

    @cached_property
    def near(self) -> Floats:
        r"""Axial resistance from the start to the middle, over the resistivity (1/metre).

        A frustum of length :math:`l` between diameters :math:`a` and :math:`b` has
        :math:`4l/(\pi ab)`.
        """
        return self._half(self.start_diameter)

    @cached_property
    def far(self) -> Floats:
        """Axial resistance from the middle to the end, over the resistivity (1/metre)."""
        return self._half(self.end_diameter)

    def _half(self, outer: Floats) -> Floats:
        resistance = 4 * (self.length / 2) / (np.pi * self.diameter * outer)
        return np.where(self.is_sphere, 0.0, resistance)

    @cached_property
    def distance(self) -> Floats:
        """Path from the end of the soma to the middle of each segment; 0 in the soma (metre)."""
        ends = np.zeros(self.n)
        middles = np.zeros(self.n)
        for i, parent in enumerate(self.parent):
            before = 0.0 if parent < 0 else ends[parent]
            if self.is_soma[i]:
                ends[i] = before
                continue
            middles[i] = before + self.length[i] / 2
            ends[i] = before + self.length[i]
        return middles

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """The segments that continue each."""
        found: list[list[int]] = [[] for _ in range(self.n)]
        for i, parent in enumerate(self.parent):
            if parent >= 0:
                found[parent].append(i)
        return tuple(map(tuple, found))

    def subtree_sum(self, values: Floats) -> Floats:
        """Return for each segment the sum over itself and everything behind it."""
        sums = np.array(values, dtype=float)
        for i in range(self.n - 1, 0, -1):
            if self.parent[i] >= 0:
                sums[self.parent[i]] += sums[i]
        return sums


def kept(segments: Segments, chosen: Booleans) -> Segments:
    """Return some of the segments; what they continue must be among them."""
    number = np.cumsum(chosen) - 1
    parent = segments.parent[chosen]
    return Segments(
        np.where(parent < 0, -1, number[parent]),
        segments.start[chosen],
        segments.end[chosen],
        segments.start_diameter[chosen],
        segments.end_diameter[chosen],
        segments.length[chosen],
        tuple(kind for kind, keep in zip(segments.kind, chosen, strict=True) if keep),
        segments.section[chosen],
        segments.is_sphere[chosen],
    )


def refined(segments: Segments, longest: float) -> tuple[Segments, Integers]:
    """Return the same shape with segments cut into equal pieces no longer than a given length.

    Parameters
    ----------
    segments : Segments
        The shape.
    longest : float
        Longest piece (metre). Spheres are not cut.

    Returns
    -------
    segments : Segments
        The pieces.
    source : ndarray of int
        The segment that each is a piece of.
    """
    pieces = np.where(segments.is_sphere, 1, np.ceil(segments.length / longest * (1 - 1e-12)))
    pieces = np.maximum(pieces, 1).astype(np.int64)
    source = np.repeat(np.arange(segments.n), pieces)
    first = np.concatenate([[0], np.cumsum(pieces)[:-1]])
    place = np.arange(len(source)) - first[source]
    low, high = place / pieces[source], (place + 1) / pieces[source]
    last = first + pieces - 1
    above = segments.parent[source]
    parent = np.where(place > 0, np.arange(len(source)) - 1, np.where(above < 0, -1, last[above]))

    def between(start: Floats, end: Floats, fraction: Floats) -> Floats:
        weight = fraction if start.ndim == 1 else fraction[:, None]
        return start[source] + (end[source] - start[source]) * weight

    cut = Segments(
        parent,
        between(segments.start, segments.end, low),
        between(segments.start, segments.end, high),
        between(segments.start_diameter, segments.end_diameter, low),
        between(segments.start_diameter, segments.end_diameter, high),
        segments.length[source] / pieces[source],
        tuple(segments.kind[i] for i in source),
        segments.section[source],
        segments.is_sphere[source],
    )
    return cut, source
