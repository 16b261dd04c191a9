"""Spiking objects and selections of their members."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .errors import IndexRangeError, NetworkError

__all__ = ["Selection", "SpikingObject", "as_selection"]


class SpikingObject:
    """Something that spikes: a population of neurons, or a group of sources.

    Indexing with a number, a slice, an array of numbers or a boolean mask gives a `Selection`.
    """

    #: What its members are called in messages.
    _member = "neuron"

    def __init__(self, name: str, size: int, number: int) -> None:
        self._name = name
        self._size = size
        self._number = number

    @property
    def name(self) -> str:
        """Name, unique in the network."""
        return self._name

    @property
    def size(self) -> int:
        """Number of members."""
        return self._size

    @property
    def number(self) -> int:
        """Number among the objects of its kind, in the order in which they were added."""
        return self._number

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, item: Any) -> Selection:
        return Selection(self, _members(self, item))

    __iter__ = None  # or Python would index 0, 1, 2, ... one neuron at a time


class Selection:
    """Some members of a population or a group of sources.

    Made by indexing. Variables of the selected neurons can be read and set as those of the
    population.

    Attributes
    ----------
    group : SpikingObject
        Whose members they are.
    indices : ndarray of int64
        Their numbers within the group.
    contiguous : bool
        Whether they follow each other without a gap, as `Network.connect` needs.

    Examples
    --------
    >>> import dendrify_gpu as dg
    >>> from brian2.units import Hz
    >>> inputs = dg.Network().poisson(100, rate=5*Hz, name='inputs')
    >>> inputs[10:20]
    <inputs[10:20], 10 of 100>
    """

    group: SpikingObject
    indices: np.ndarray
    contiguous: bool

    def __init__(self, group: SpikingObject, indices: np.ndarray) -> None:
        set_ = super().__setattr__
        set_("group", group)
        set_("indices", indices)
        set_("contiguous", bool(np.all(np.diff(indices) == 1)))

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def first(self) -> int:
        """Number of the first selected member."""
        return int(self.indices[0])

    @property
    def label(self) -> str:
        """How the selection is written."""
        if len(self) == self.group.size and self.contiguous:
            return self.group.name
        if self.contiguous:
            return f"{self.group.name}[{self.first}:{self.first + len(self)}]"
        return f"{self.group.name}[{len(self)} indices]"

    def __repr__(self) -> str:
        return f"<{self.label}, {len(self)} of {self.group.size}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("group", "indices", "contiguous"):
            raise AttributeError(name)
        return self._population().get(name, self)

    def __setattr__(self, name: str, value: Any) -> None:
        self._population().set(name, value, self)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *getattr(self.group, "variables", ())]

    def _population(self) -> Any:
        if not hasattr(self.group, "variables"):
            raise AttributeError(f"{self.group.name} consists of sources, which have no variables.")
        return self.group


def as_selection(what: Any, role: str) -> Selection:
    """Return a group or a selection as a selection.

    Parameters
    ----------
    what : SpikingObject or Selection
        What was given.
    role : str
        What it was given for; it begins the message of an error.

    Returns
    -------
    Selection

    Raises
    ------
    NetworkError
        If it is something else.
    """
    if isinstance(what, Selection):
        return what
    if isinstance(what, SpikingObject):
        return what[:]
    raise NetworkError(
        f"{role}: {what!r} is neither a population, a group of sources nor a selection of one, "
        "such as pyr or pyr[:100]."
    )


def _members(group: SpikingObject, item: Any) -> np.ndarray:
    size = group.size
    what = f"{group.name} has {size} {group._member}s"
    if isinstance(item, slice):
        for bound in (item.start, item.stop):
            if bound is not None and not -size <= operator.index(bound) <= size:
                raise IndexRangeError(f"{what}; the slice asks for {bound}.")
        members = np.arange(size)[item]
    else:
        members = np.atleast_1d(np.asarray(item))
        if members.dtype == bool:
            if members.shape != (size,):
                raise IndexRangeError(f"{what}; the mask has the shape {members.shape}.")
            members = np.flatnonzero(members)
        elif members.ndim != 1 or (members.size and not np.issubdtype(members.dtype, np.integer)):
            raise NetworkError(
                f"{group.name}: {item!r} is no index; give a number, a slice, an array of numbers "
                "or a mask."
            )
        outside = members[(members < -size) | (members >= size)]
        if len(outside):
            raise IndexRangeError(f"{what}; there is no index {outside[0]}.")
        members = np.where(members < 0, members + size, members).astype(np.int64)
    if not len(members):
        raise NetworkError(f"{group.name}: {item!r} selects no {group._member}.")
    values, counts = np.unique(members, return_counts=True)
    if len(values) < len(members):
        raise NetworkError(f"{group.name}: index {values[counts > 1][0]} is given twice.")
    return members
