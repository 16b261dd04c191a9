"""Cells and sections of a group of branched cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from brian2.core.base import weakproxy_with_fallback
from brian2.core.variables import Variables
from brian2.groups.group import Group, Indexing
from brian2.groups.neurongroup import to_start_stop
from brian2.groups.subgroup import Subgroup
from brian2.spatialneuron.morphology import Morphology
from brian2.units import Quantity, have_same_dimensions, meter

from .errors import IndexRangeError

if TYPE_CHECKING:
    from .spatial_group import SpatialNeuronGroup

__all__ = ["CellsView", "CompartmentsOfAllCells", "Parts", "has_distances", "is_morphology"]


class Parts:
    """Sections by their names, and compartments by numbers or distances, of what has a morphology."""

    _morphology: Any
    _first: int
    _stop: int

    def _selected(self, first: int, stop: int, morphology: Any) -> Any:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        """Return a section, or else a variable."""
        morphology = self.__dict__.get("_morphology")
        if morphology is not None and not name.startswith("_"):
            if name == "main":
                return self._selected(*_range_of(morphology), morphology)
            if name in morphology.children or all(letter in "LR123456789" for letter in name):
                part = morphology[name]
                return self._selected(_range_of(part)[0], _subtree_end(part), part)
        return Group.__getattr__(self, name)

    def _compartments(self, item: Any) -> Any:
        """Return the compartments that a number, a slice of numbers or distances, or a morphology stands for."""
        if is_morphology(item):
            indices = np.atleast_1d(item.indices[:])
            first, stop = int(indices[0]), int(indices[-1]) + 1
            if not self._first <= first < stop <= self._stop:
                raise IndexRangeError(
                    f"Here are compartments {self._first} to {self._stop - 1} of the cell, not {first} to {stop - 1}."
                )
        elif has_distances(item):
            if self._morphology is None:
                raise IndexRangeError("Compartments that are no section are taken by numbers only.")
            for end in (item.start, item.stop):
                if end is not None and not have_same_dimensions(end, meter):
                    raise IndexRangeError(f"Distances along a section are lengths, not {end}.")
            indices = self._morphology.indices[item]
            first, stop = int(indices[0]), int(indices[-1]) + 1
        else:
            n = self._stop - self._first
            if isinstance(item, int | np.integer) and not -n <= item < n:
                raise IndexRangeError(f"There are compartments 0 to {n - 1}, not {item}.")
            item = item % n if isinstance(item, int | np.integer) else item
            first, stop = (self._first + end for end in to_start_stop(item, n))
        return self._selected(first, stop, None)


class CompartmentsOfAllCells(Parts, Subgroup):
    """Compartments of every cell of a `SpatialNeuronGroup`: an ordinary subgroup of Brian2.

    Monitors record it and synapses begin and end at it. Element ``k * n_cells + c`` is its compartment ``k`` of the
    cell ``c``. Sections are attributes, and compartments are taken with ``[...]``, as those of a `SpatialNeuron`.
    """

    def __init__(
        self, group: SpatialNeuronGroup, first: int, stop: int, morphology: Morphology | None
    ) -> None:
        self._morphology, self._first, self._stop = morphology, first, stop
        Subgroup.__init__(self, group, first * group.n_cells, stop * group.n_cells)

    def _selected(self, first: int, stop: int, morphology: Any) -> CompartmentsOfAllCells:
        return CompartmentsOfAllCells(self.source, first, stop, morphology)

    def __getitem__(self, item: Any) -> CompartmentsOfAllCells:
        """Return some of the compartments, of all cells."""
        chosen: CompartmentsOfAllCells = self._compartments(item)
        return chosen


class _VariablesOfView(Variables):
    """Variables of elements that do not lie side by side."""

    def __contains__(self, name: object) -> bool:
        """Refuse synapses: they ask for the distance of a subgroup's elements from those of its group."""
        if name == "_offset":
            source = self.owner.source.name
            raise NotImplementedError(
                f"{self.owner.name}: synapses begin and end at compartments of all cells. Use {source} in its place, "
                "and choose the cell in connect(j=...)."
            )
        return super().__contains__(name)


class CellsView(Parts, Group):
    """One cell of a `SpatialNeuronGroup`, or several: its variables, to be read and set.

    Sections are attributes, and compartments are taken with ``[...]``, as those of a `SpatialNeuron`. Monitors of the
    group record it with ``record=``, and synapses onto the group reach it with ``connect(j=...)``.
    """

    add_to_magic_network = False

    def __init__(
        self,
        group: SpatialNeuronGroup,
        cells: np.ndarray,
        first: int,
        stop: int,
        morphology: Morphology | None,
    ) -> None:
        self._morphology, self._first, self._stop = morphology, first, stop
        self._cells, self.source = cells, weakproxy_with_fallback(group)
        self.equations = weakproxy_with_fallback(group.equations)
        Group.__init__(self, clock=group.clock, name=f"{group.name}_cells*")
        elements = np.add.outer(np.arange(first, stop) * group.n_cells, cells).ravel()
        n = len(elements)
        #: As if it were a group of its own, counted from 0.
        self.start, self.stop = 0, n
        self.variables = _VariablesOfView(self, default_index="_sub_idx")
        self.variables.add_constant("N", value=n)
        self.variables.add_arange("i", size=n, index="_idx")
        self.variables.add_array(
            "_sub_idx",
            size=n,
            dtype=np.int32,
            values=elements.astype(np.int32),
            constant=True,
            read_only=True,
            index="_idx",
        )
        self.variables.add_references(group, list(group.variables))
        for name, index in group.variables.indices.items():
            if index == "0":
                self.variables.indices[name] = "0"
        self._indices = Indexing(self, self.variables["_sub_idx"])
        self._N = n
        self.namespace, self.codeobj_class = group.namespace, group.codeobj_class
        self._enable_group_attributes()

    @property
    def id(self) -> Any:
        """That of the group: what records a view needs the group in its network."""
        return self.source.id

    def __del__(self) -> None:
        """Say nothing: views need not be part of a network."""

    def _selected(self, first: int, stop: int, morphology: Any) -> CellsView:
        return CellsView(self.source, self._cells, first, stop, morphology)

    def __getitem__(self, item: Any) -> CellsView:
        """Return some of the compartments."""
        chosen: CellsView = self._compartments(item)
        return chosen


def is_morphology(item: Any) -> bool:
    """Return whether an index is a part of a morphology."""
    return isinstance(item, Morphology) or (
        not isinstance(item, slice) and hasattr(item, "indices")
    )


def has_distances(item: Any) -> bool:
    """Return whether an index is a slice from one distance to another."""
    return isinstance(item, slice) and any(isinstance(x, Quantity) for x in (item.start, item.stop))


def _range_of(morphology: Any) -> tuple[int, int]:
    indices = morphology.indices[:]
    return int(indices[0]), int(indices[-1]) + 1


def _subtree_end(morphology: Any) -> int:
    """Return the compartment after the last one of a section and of all that branches off it."""
    return max([_range_of(morphology)[1], *(_subtree_end(child) for child in morphology.children)])
