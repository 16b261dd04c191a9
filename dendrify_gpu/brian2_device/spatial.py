"""From a `SpatialNeuron` to a task of the core: the tree of its compartments and branch points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..gpu.ordered import Task
from .memory import ROOM
from .recorded_code import RecordedCode

if TYPE_CHECKING:
    from .reading import TaskReader

__all__ = ["Tree", "read_spatial", "tree_of"]

#: Cells that a worker computes at once, or as many as it has threads, as in the header ``ordered/spatial.h``.
_CELLS_AT_ONCE = 128


@dataclass(frozen=True)
class Tree:
    """The places of a cell at which it has a voltage: compartments, and points at which sections branch.

    Attributes
    ----------
    parent : ndarray of int32, shape (n_place,)
        Place on the way to the root, with a lower number; -1 for the root.
    compartment : ndarray of int32, shape (n_place,)
        -1 for a branch point.
    conductance : ndarray of float64, shape (n_place, n_cell)
        Of the way to the parent, in S; 0 for the root.
    """

    parent: np.ndarray
    compartment: np.ndarray
    conductance: np.ndarray


def tree_of(morphology: Any, to_start: np.ndarray, to_end: np.ndarray) -> Tree:
    """Return the tree of a morphology.

    Compartments are coupled through the two half compartments between their midpoints. Sections begin where their
    parent ends: a point that has no capacitance, so the currents into it add up to zero. A point with one child is two
    conductances in series; at one with more children the voltage is an unknown of its own. Loose ends are sealed.

    Parameters
    ----------
    morphology : FlatMorphology
    to_start, to_end : ndarray, shape (n_compartment, n_cell)
        Conductances from the midpoint of compartments to their start and their end, in S.

    Returns
    -------
    Tree
    """
    n_cell = to_start.shape[1]
    parents: list[int] = []
    compartments: list[int] = []
    conductances: list[np.ndarray] = []
    #: By section: the place at its end, and its conductance to the point where its children begin.
    ends: list[tuple[int, np.ndarray | None]] = []
    children = np.bincount(morphology.morph_parent_i, minlength=len(morphology.starts) + 1)

    def add(parent: int, compartment: int, conductance: np.ndarray) -> int:
        parents.append(parent)
        compartments.append(compartment)
        conductances.append(conductance)
        return len(parents) - 1

    sections = zip(morphology.morph_parent_i, morphology.starts, morphology.ends, strict=True)
    for section, (above, start, stop) in enumerate(sections):
        if above == 0:
            place = add(-1, int(start), np.zeros(n_cell))
        else:
            parent, beyond = ends[above - 1]
            into = to_start[start]
            place = add(parent, int(start), into if beyond is None else _series(beyond, into))
        for compartment in range(start + 1, stop):
            along = _series(to_end[compartment - 1], to_start[compartment])
            place = add(place, compartment, along)
        out: np.ndarray | None = to_end[stop - 1]
        if children[section + 1] > 1:
            place, out = add(place, -1, to_end[stop - 1]), None
        ends.append((place, out))
    return Tree(
        np.array(parents, np.int32),
        np.array(compartments, np.int32),
        np.array(conductances, np.float64),
    )


def read_spatial(reader: TaskReader, owner: Any, code: RecordedCode) -> Task:
    """Return the task that solves the cable equation.

    Parameters
    ----------
    reader : TaskReader
    owner : SpatialStateUpdater
        Of a `SpatialNeuron`, or of many cells of one shape whose values are arrays (compartment, cell).
    code : RecordedCode
    """
    group, slots = owner.group, reader.slots
    morphology = group.flat_morphology
    n_cell = len(group) // morphology.n

    def values(name: str) -> np.ndarray:
        return np.asarray(group.variables[name].get_value(), np.float64)

    resistivity = values("Ri").item()
    ends = [values(name).reshape(-1, n_cell) / resistivity for name in ("r_length_1", "r_length_2")]
    tree = tree_of(morphology, *ends)
    properties = {
        "conductance": tree.conductance,
        "surface": values("area").reshape(-1, n_cell),
        "charging": values("Cm").reshape(-1, n_cell) / owner.clock.dt_,
    }
    if all((columns == columns[:, :1]).all() for columns in properties.values()):
        properties = {name: columns[:, :1].copy() for name, columns in properties.items()}
    n, n_place = len(group), len(tree.parent)
    at_once = min(n_cell, max(_CELLS_AT_ONCE, reader.side_by_side))
    return reader._task(
        "spatial",
        owner,
        code,
        n,
        parent=slots.add(tree.parent),
        compartment=slots.add(tree.compartment),
        **{name: slots.add(columns) for name, columns in properties.items()},
        gtot=slots.add(np.zeros(n + ROOM)),
        rest=slots.add(np.zeros(n + ROOM)),
        work=slots.add(np.zeros(2 * n_place * at_once * reader.threads)),
        n_place=slots.size(n_place),
        n_cell=slots.size(n_cell),
        n_column=slots.size(properties["surface"].shape[1]),
    )


def _series(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the conductance of two conductances in series."""
    return 1.0 / (1.0 / first + 1.0 / second)
