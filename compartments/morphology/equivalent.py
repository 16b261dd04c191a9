r"""One cylinder for each group of segments, and the conductances between them.

The cylinder of a group conserves three things. Its membrane area :math:`A` is that of the group.
Its axial resistance is that which a current meets that leaves evenly through the membrane of the
group,

.. math::
    R = 3 \int \left(\frac{A_\mathrm{behind}(x)}{A}\right)^2 dr(x) ,

which is :math:`4 r_a l/(\pi d^2)` for an unbranched cylinder and :math:`R/N` for :math:`N` equal
branches side by side, as in Bush & Sejnowski (1993), *J Neurosci Methods* 46:159-166. Its length is
twice the mean path from the group's beginning to its membrane. The diameter follows from :math:`R`
and the length, and a factor of the membrane area makes up for the rest (Destexhe 2001,
*Neurocomputing* 38:167-173).

The conductances between the groups are those with which the reduced neuron does in the steady state
what the full tree does: with a current into the soma, the potential of every compartment is the mean
potential of its group's membrane. If :math:`V_P` and :math:`V_G` are these means for a group and the
one that carries it, and :math:`I` is the current that leaves through the group and everything behind
it, then :math:`g = I/(V_P - V_G)`. The input resistance of the soma, the attenuation to every group, and
by reciprocity the effect of a current in any group on the soma, are thus conserved exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import MorphologyError
from .cable import Cable
from .groups import Groups
from .segments import Segments

__all__ = ["Cylinder", "Link", "equivalent_cylinders", "matched_links"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cylinder:
    """The equivalent cylinder of a group, in SI units.

    Attributes
    ----------
    name : str
        The group.
    length, diameter : float
        Size (metre).
    scale_factor : float
        Factor of the membrane area.
    is_soma : bool
        Whether it is a soma, a sphere of the same area.
    distance : float
        Mean path from the soma to the membrane of the group (metre).
    """

    name: str
    length: float
    diameter: float
    scale_factor: float
    is_soma: bool
    distance: float


@dataclass(frozen=True)
class Link:
    """A coupling of two groups.

    Attributes
    ----------
    inner, outer : str
        The groups; `inner` is nearer to the soma.
    conductance : float
        That of the steady state (siemens).
    """

    inner: str
    outer: str
    conductance: float


def equivalent_cylinders(segments: Segments, groups: Groups) -> tuple[Cylinder, ...]:
    """Return the cylinder of each group.

    Parameters
    ----------
    segments : Segments
        The shape.
    groups : Groups
        The groups.

    Returns
    -------
    tuple of Cylinder
    """
    return tuple(_cylinder(segments, groups, name) for name in groups.names)


def _cylinder(segments: Segments, groups: Groups, name: str) -> Cylinder:
    members = groups.members(name)
    area = float(segments.area[members].sum())
    distance = float(np.average(segments.distance[members], weights=segments.area[members]))
    if segments.is_soma[members].all():
        size = float(np.sqrt(area / np.pi))
        return Cylinder(name, size, size, 1.0, True, distance)
    own = np.where(members, segments.area, 0.0)
    behind = _sum_inside(segments, members, own) - own
    # The integral over a segment whose own membrane takes its current evenly.
    squares = behind**2 + behind * own + own**2 / 3
    resistance = segments.near + segments.far
    axial = 3 * float((resistance * squares)[members].sum()) / area**2
    length = 2 * float(np.average(_path_inside(segments, members), weights=own))
    diameter = float(np.sqrt(4 * length / (np.pi * axial)))
    return Cylinder(name, length, diameter, area / (np.pi * length * diameter), False, distance)


def _sum_inside(segments: Segments, members: NDArray[np.bool_], own: Floats) -> Floats:
    """Return for each member the sum over itself and the members that it carries without a gap."""
    sums = own.copy()
    for i in range(segments.n - 1, 0, -1):
        parent = segments.parent[i]
        if members[i] and members[parent]:
            sums[parent] += sums[i]
    return sums


def _path_inside(segments: Segments, members: NDArray[np.bool_]) -> Floats:
    """Return the path from where each member's group begins to its middle."""
    before = np.zeros(segments.n)
    for i in range(1, segments.n):
        parent = segments.parent[i]
        if members[i] and members[parent] and not segments.is_soma[parent]:
            before[i] = before[parent] + segments.length[parent]
    return before + segments.length / 2


def matched_links(
    segments: Segments, groups: Groups, cable: Cable
) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """Return the conductances between the groups that conserve the steady state.

    Parameters
    ----------
    segments : Segments
        The shape.
    groups : Groups
        The groups.
    cable : Cable
        The circuit of the full tree; what is left out is not part of it.

    Returns
    -------
    links : tuple of Link
        One for each group but the first.
    notes : tuple of str
        Where a group hangs on several others, and where it is joined to another one than that which
        carries most of it, and why.

    Raises
    ------
    MorphologyError
        If two groups have the same mean potential, so that no conductance joins them.
    """
    leak = cable.leak[: segments.n]
    weights = np.zeros(cable.n)
    soma = groups.label == 0
    weights[: segments.n][soma] = leak[soma] / leak[soma].sum()
    voltage = cable.voltages(weights)[: segments.n]
    mean = np.array([np.average(voltage[k], weights=leak[k]) for k in _masks(groups)])
    through = np.array([float((leak * voltage)[k].sum()) for k in _masks(groups)])
    shares = _shares(segments, groups)
    carrier = _carriers(shares)
    notes = [_hanging(groups, k, shares[k], carrier[k]) for k in carrier if len(shares[k]) > 1]
    inner: dict[int, int] = {}
    for k in _outward(carrier):
        parent = carrier[k]
        while parent != 0 and mean[parent] <= mean[k]:
            parent = inner[parent]
        if mean[parent] <= mean[k]:
            raise MorphologyError(
                f"the groups {groups.names[parent]!r} and {groups.names[k]!r} have the same mean potential when "
                "current flows into the soma, so that no conductance can join them. Choose other groups."
            )
        if parent != carrier[k]:
            notes.append(
                f"{groups.names[k]!r} is joined to {groups.names[parent]!r}: its membrane is nearer to the "
                f"soma than that of {groups.names[carrier[k]]!r}, which carries it"
            )
        inner[k] = parent
    total = through.copy()
    for k in reversed(_outward(inner)):
        total[inner[k]] += total[k]
    links = [
        Link(groups.names[inner[k]], groups.names[k], float(total[k] / (mean[inner[k]] - mean[k])))
        for k in sorted(inner)
    ]
    return tuple(links), tuple(notes)


def _masks(groups: Groups) -> list[NDArray[np.bool_]]:
    return [groups.label == k for k in range(len(groups.names))]


def _shares(segments: Segments, groups: Groups) -> dict[int, dict[int, float]]:
    """Return for each group but the first how much membrane each other group carries of it."""
    kept = np.where(groups.label >= 0, segments.area, 0.0)
    behind = segments.subtree_sum(kept)
    shares: dict[int, dict[int, float]] = {}
    for i in range(1, segments.n):
        outer, inner = int(groups.label[i]), int(groups.label[segments.parent[i]])
        if outer != inner and inner >= 0 and outer >= 0:
            if outer == 0:
                raise MorphologyError(
                    f"section {segments.section[i]} ({segments.kind[i]}) is in the group {groups.names[0]!r}, "
                    f"which has the root, and continues the group {groups.names[inner]!r}. Put it into a "
                    "group of its own."
                )
            of_outer = shares.setdefault(outer, {})
            of_outer[inner] = of_outer.get(inner, 0.0) + float(behind[i])
    return shares


def _hanging(groups: Groups, group: int, shares: Mapping[int, float], carrier: int) -> str:
    whole = sum(shares.values())
    ordered = sorted(shares, key=lambda k: (-shares[k], k))
    listing = ", ".join(f"{groups.names[k]!r} ({shares[k] / whole:.0%})" for k in ordered)
    return (
        f"{groups.names[group]!r} and what is behind it hang on {listing}; they are treated as if all hung "
        f"on {groups.names[carrier]!r}"
    )


def _carriers(shares: Mapping[int, Mapping[int, float]]) -> dict[int, int]:
    """Return for each group but the first the group that carries most of it, without loops."""
    weight = {(outer, inner): w for outer, of in shares.items() for inner, w in of.items()}
    carrier: dict[int, int] = {}
    for outer, inner in sorted(weight, key=lambda pair: (-weight[pair], pair)):
        if outer not in carrier and not _leads(carrier, inner, outer):
            carrier[outer] = inner
    return carrier


def _leads(carrier: dict[int, int], start: int, goal: int) -> bool:
    while start in carrier:
        start = carrier[start]
        if start == goal:
            return True
    return start == goal


def _outward(inner: dict[int, int]) -> list[int]:
    """Return the groups in an order in which each comes after the one that carries it."""

    def depth(k: int) -> int:
        return 0 if k not in inner else 1 + depth(inner[k])

    return sorted(inner, key=lambda k: (depth(k), k))
