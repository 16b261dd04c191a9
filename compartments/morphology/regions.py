"""Soma, trunk, obliques, tuft, basal dendrites and axon, chosen by type and path distance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..errors import MorphologyError, UnknownNameError, known_names
from .segments import SOMA, UNKNOWN, Booleans, Floats, Integers, Segments

__all__ = ["regions"]


def regions(
    segments: Segments, tuft_from: float, boundaries: Mapping[str, Sequence[float]]
) -> dict[str, Booleans]:
    """Choose groups of segments by type and path distance.

    The trunk is the path that starts at the apical stem with the largest membrane and follows the
    branch with the larger membrane at each fork, up to `tuft_from` from the soma; what is behind its
    end is the tuft, and every other apical segment is oblique. Types that are neither soma, axon nor
    apic are basal. Segments of unknown type are what the segment is that they continue.

    Parameters
    ----------
    segments : Segments
        The shape.
    tuft_from : float
        Path distance at which the tuft begins (metre).
    boundaries : mapping
        Region to the increasing path distances (metre) at which it is divided. Where the trunk is divided,
        the obliques are, too, by the part of it that carries them.

    Returns
    -------
    dict of str to ndarray of bool
        The groups that have members.

    Raises
    ------
    UnknownNameError
        If boundaries are given for a region that is not there.
    MorphologyError
        If boundaries do not increase, or leave a part empty.
    """
    kind = _kinds(segments)
    apical = kind == "apic"
    trunk, tuft = _trunk_and_tuft(segments, apical, tuft_from)
    found = {
        "soma": kind == SOMA,
        "trunk": trunk,
        "oblique": apical & ~trunk & ~tuft,
        "tuft": tuft,
        "basal": ~np.isin(kind, [SOMA, "apic", "axon"]),
        "axon": kind == "axon",
    }
    found = {name: mask for name, mask in found.items() if mask.any()}
    for name in boundaries:
        if name not in found or name in (SOMA, "oblique"):
            can = [known for known in found if known not in (SOMA, "oblique")]
            raise UnknownNameError(
                f"regions: boundaries names {name!r}, which cannot be divided. {known_names(name, can)}"
            )
    parts = {name: _parts(segments, name, found[name], at) for name, at in boundaries.items()}
    if "trunk" in parts and "oblique" in found:
        parts["oblique"] = _carrying_part(segments, found["oblique"], parts["trunk"])
    return dict(
        item for name, mask in found.items() for item in _divided(name, mask, parts.get(name))
    )


def _kinds(segments: Segments) -> np.ndarray:
    """Return the types, with that of what it continues for an unknown one."""
    kind = list(segments.kind)
    for i, above in enumerate(segments.parent):
        if kind[i] == UNKNOWN and above >= 0 and kind[above] != SOMA:
            kind[i] = kind[above]
    return np.array(kind)


def _trunk_and_tuft(
    segments: Segments, apical: Booleans, tuft_from: float
) -> tuple[Booleans, Booleans]:
    behind = segments.subtree_sum(np.where(apical, segments.area, 0.0))
    trunk, tuft = np.zeros(segments.n, dtype=bool), np.zeros(segments.n, dtype=bool)
    stems = [
        i
        for i in np.flatnonzero(apical)
        if segments.parent[i] < 0 or not apical[segments.parent[i]]
    ]
    end: int | None = None
    current = max(stems, key=lambda i: behind[i], default=None)
    while current is not None and segments.distance[current] < tuft_from:
        trunk[current], end = True, current
        onward = [i for i in segments.children[current] if apical[i]]
        current = max(onward, key=lambda i: behind[i], default=None)
    # The tuft is what the trunk's end carries: an oblique that reaches as far is not part of it.
    for i in np.flatnonzero(apical & ~trunk):
        above = segments.parent[i]
        tuft[i] = above >= 0 and (tuft[above] or above == end)
    return trunk, tuft


def _parts(segments: Segments, name: str, mask: Booleans, at: Floats | Sequence[float]) -> Integers:
    """Return the number of the part that each segment is in, from 1; 0 outside the region."""
    limits = np.asarray(at, dtype=float)
    if (np.diff(limits) <= 0).any():
        shown = ", ".join(f"{limit * 1e6:g}" for limit in limits)
        raise MorphologyError(
            f"regions: the boundaries of {name!r} are {shown} um. Give distances that increase."
        )
    part = np.where(mask, np.searchsorted(limits, segments.distance, side="right") + 1, 0)
    for k in range(1, len(limits) + 2):
        if not (part == k).any():
            first, last = (float(f(segments.distance[mask])) * 1e6 for f in (np.min, np.max))
            raise MorphologyError(
                f"regions: part {k} of {name!r} is empty. Its segments are between {first:.4g} um and "
                f"{last:.4g} um from the soma: give boundaries with segments on both sides."
            )
    return np.asarray(part, dtype=np.int64)


def _carrying_part(segments: Segments, mask: Booleans, carriers: Integers) -> Integers:
    """Return the number of the part of the trunk that carries each segment; 0 for none."""
    part = np.zeros(segments.n, dtype=np.int64)
    for i in np.flatnonzero(mask):
        above = segments.parent[i]
        if above >= 0:
            part[i] = part[above] if mask[above] else carriers[above]
    return part


def _divided(name: str, mask: Booleans, part: Integers | None) -> list[tuple[str, Booleans]]:
    """Return the parts that have members, numbered from the soma."""
    if part is None:
        return [(name, mask)]
    groups = [
        (name if k == 0 else f"{name}_{k}", mask & (part == k)) for k in range(part.max() + 1)
    ]
    return [(label, members) for label, members in groups if members.any()]
