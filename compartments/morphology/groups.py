"""Which segments become one compartment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import MorphologyError, UnknownNameError, known_names
from ..quantities import check_name
from .segments import Booleans, Integers, Segments

__all__ = ["Groups", "make_groups"]


@dataclass(frozen=True, eq=False)
class Groups:
    """Disjoint groups of segments.

    Attributes
    ----------
    names : tuple of str
        The groups; the first contains the root.
    label : ndarray of int, shape (n,)
        Number of the group of each segment; -1 for what is left out.
    """

    names: tuple[str, ...]
    label: Integers

    def members(self, name: str) -> Booleans:
        """Return which segments are in a group."""
        return np.asarray(self.label == self.names.index(name))


def make_groups(
    segments: Segments, chosen: Mapping[str, Any], omit: Any = (), owner: str = "groups"
) -> Groups:
    """Check a choice of groups.

    Parameters
    ----------
    segments : Segments
        The shape.
    chosen : mapping
        Name of each group to its members: a type such as ``'apic'``, several types, numbers of sections,
        a boolean array with one entry for each segment, or a function that makes one of `Segments`.
    omit : as a value of `chosen`
        What is left out, such as ``'axon'``.
    owner : str
        Whose groups, for error messages.

    Returns
    -------
    Groups

    Raises
    ------
    MorphologyError
        If a segment is in two groups or in none, if a group is empty, or if what is left out carries
        something that is not.
    UnknownNameError
        If there is no such type or section.
    """
    label = np.full(segments.n, -2, dtype=np.int64)
    names = []
    for name, what in [*chosen.items(), (None, omit)]:
        mask = _mask(segments, what, owner)
        if name is not None:
            check_name("compartment", name)
            if not mask.any():
                raise MorphologyError(f"{owner}: the group {name!r} is empty.")
            names.append(name)
        twice = mask & (label != -2)
        if twice.any():
            i = int(np.flatnonzero(twice)[0])
            other = "what is left out" if label[i] < 0 else f"the group {names[label[i]]!r}"
            this = "what is left out" if name is None else f"the group {name!r}"
            raise MorphologyError(
                f"{owner}: section {segments.section[i]} ({segments.kind[i]}) is in {other} and in {this}."
            )
        label[mask] = len(names) - 1 if name is not None else -1
    missing = np.flatnonzero(label == -2)
    if len(missing):
        kinds = sorted({segments.kind[i] for i in missing})
        raise MorphologyError(
            f"{owner}: {len(missing)} segments are in no group, of the types {', '.join(kinds)}. Add a "
            "group for them, or leave them out: omit='axon'."
        )
    cut = [i for i in range(1, segments.n) if label[i] >= 0 and label[segments.parent[i]] < 0]
    if cut or label[0] < 0:
        i = cut[0] if cut else 0
        raise MorphologyError(
            f"{owner}: section {segments.section[i]} ({segments.kind[i]}) is left without a way to the "
            "root, because what it continues is left out."
        )
    order = [int(label[0]), *(k for k in range(len(names)) if k != label[0])]
    number = np.empty(len(names) + 1, dtype=np.int64)
    number[order], number[-1] = np.arange(len(names)), -1
    return Groups(tuple(names[k] for k in order), number[label])


def _mask(segments: Segments, what: Any, owner: str) -> Booleans:
    kinds = set(segments.kind)
    if callable(what):
        what = what(segments)
    if isinstance(what, (str, int)):
        what = (what,)
    values = np.asarray(list(what) if isinstance(what, Iterable) else None)
    if values.dtype == bool:
        if values.shape != (segments.n,):
            raise MorphologyError(
                f"{owner}: a boolean choice needs one entry for each of the {segments.n} segments, not "
                f"{values.shape}."
            )
        return values
    if values.size == 0:
        return np.zeros(segments.n, dtype=bool)
    if values.dtype.kind == "U":
        for kind in values:
            if kind not in kinds:
                raise UnknownNameError(
                    f"{owner}: no segment has the type {str(kind)!r}. {known_names(str(kind), kinds)}"
                )
        return np.isin(np.array(segments.kind), values)
    if values.dtype.kind in "iu":
        last = int(segments.section.max())
        outside = values[(values < 0) | (values > last)]
        if len(outside):
            raise UnknownNameError(
                f"{owner}: there is no section {outside[0]}; they are numbered 0 to {last}."
            )
        return np.isin(segments.section, values)
    raise MorphologyError(
        f"{owner}: {what!r} chooses no segments. Give a type such as 'apic', several types, numbers of "
        "sections, a boolean array, or a function that returns one."
    )
