"""Shapes from SWC files and from Brian2's morphologies. Brian2 reads the files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import brian2
import numpy as np
from brian2.utils.logger import catch_logs

from ..errors import MorphologyError, UnknownNameError, known_names
from .problems import Problem, find_problems
from .segments import SOMA, UNKNOWN, Floats, Segments
from .stems import cut_at_the_soma
from .swc_faults import find_fault, line_finder

__all__ = ["STEMS", "read_brian2", "read_swc"]

#: Where dendrites begin: as Brian2 draws them, or where the soma ends.
STEMS = ("centre", "surface")

#: Names that Brian2 gives to the types of SWC, by which branches are often called in its trees, too.
_KINDS = frozenset({SOMA, "axon", "dend", "apic"})

#: Brian2 calls itself for every branch point on the way to a tip.
_RECURSION = 20_000


def read_swc(path: str | Path, stems: str = "centre") -> tuple[Segments, tuple[Problem, ...]]:
    """Read an SWC file with Brian2.

    Parameters
    ----------
    path : str or Path
        The file. Types 1 to 4 are soma, axon, dend (basal) and apic, all others unknown.
    stems : {'centre', 'surface'}, default 'centre'
        Where dendrites begin: in the middle of the soma, as in Brian2, or at its surface.

    Returns
    -------
    segments : Segments
        The shape.
    problems : tuple of Problem
        What was repaired, and what looks wrong.

    Raises
    ------
    MorphologyError
        If the file cannot be read, or what it describes cannot be a neuron.
    UnknownNameError
        If `stems` is something else.
    """
    if stems not in STEMS:
        raise UnknownNameError(f"stems = {stems!r} is unknown. {known_names(str(stems), STEMS)}")
    path = Path(path)
    owner = f"the SWC file {str(path)!r}"
    # What Brian2 logs about the soma is among the problems.
    try:
        with catch_logs(), _deep_recursion():
            morphology = brian2.Morphology.from_swc_file(str(path))
    except OSError as reason:
        raise MorphologyError(f"{owner} cannot be read: {reason}.") from None
    except (ValueError, TypeError, IndexError, RecursionError) as reason:
        raise MorphologyError(f"{owner}: {find_fault(path) or _advice(reason)}") from None
    fault = find_fault(path)
    if fault is not None:
        raise MorphologyError(f"{owner}: {fault}")
    segments, empty = _segments(morphology, owner, UNKNOWN)
    if stems == "surface":
        segments = cut_at_the_soma(segments)
    return segments, find_problems(segments, empty, line_finder(path))


def read_brian2(morphology: Any, owner: str) -> tuple[Segments, tuple[Problem, ...]]:
    """Return the shape of a Brian2 morphology.

    Parameters
    ----------
    morphology : brian2.Morphology
        The tree. Sections without a type have that which their name says, or else ``'dend'``.
    owner : str
        How error messages call it.

    Returns
    -------
    segments : Segments
        The shape, without segments of no length.
    problems : tuple of Problem
        What was repaired, and what looks wrong.

    Raises
    ------
    MorphologyError
        If a diameter, length or coordinate makes no sense.
    """
    segments, empty = _segments(morphology, owner, "dend")
    return segments, find_problems(segments, empty)


def _advice(reason: Exception) -> str:
    """Say what to do about what only Brian2 objects to."""
    text = str(reason).rstrip(".")
    if isinstance(reason, RecursionError):
        return (
            "too many branch points follow one another for Brian2 to read it. Leave the axon (type 2) out "
            "of the file."
        )
    if "3-point" in text:
        return f"{text}. Replace the three points by one: the middle, with the radius of the soma."
    if "has to be at least 1" in text:
        return "its only point is no soma. Give it the type 1, or add the points that follow."
    return f"Brian2 cannot read it: {text}."


@contextmanager
def _deep_recursion() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _segments(morphology: Any, owner: str, untyped: str) -> tuple[Segments, int]:
    """Return the shape without segments of no length, and how many of these there were."""
    columns: dict[str, list[Any]] = {
        name: [] for name in ("parent", "start", "end", "a", "b", "length", "kind", "section")
    }
    spheres: list[bool] = []
    empty = 0
    waiting: list[tuple[Any, int]] = [(morphology, -1)]
    number = 0
    with _deep_recursion():
        while waiting:
            section, parent = waiting.pop()
            kind = _kind(section, untyped)
            a, b = _diameters(section)
            size = {
                "start": _points(section, "start"),
                "end": _points(section, "end"),
                "a": a,
                "b": b,
                "length": _si(section.length),
            }
            _check(owner, number, kind, size)
            for i in range(section.n):
                if size["length"][i] == 0:
                    empty += 1
                    continue
                row = {name: values[i] for name, values in size.items()}
                for name, value in {
                    **row,
                    "parent": parent,
                    "kind": kind,
                    "section": number,
                }.items():
                    columns[name].append(value)
                spheres.append(isinstance(section, brian2.Soma))
                parent = len(spheres) - 1
            number += 1
            waiting += [(child, parent) for child in reversed(list(section.children))]
    segments = Segments(
        np.array(columns["parent"], dtype=np.int64),
        np.array(columns["start"]).reshape(-1, 3),
        np.array(columns["end"]).reshape(-1, 3),
        np.array(columns["a"]),
        np.array(columns["b"]),
        np.array(columns["length"]),
        tuple(columns["kind"]),
        np.array(columns["section"], dtype=np.int64),
        np.array(spheres, dtype=bool),
    )
    return segments, empty


def _kind(section: Any, untyped: str) -> str:
    if isinstance(section, brian2.Soma):
        return SOMA
    if section.type:
        return str(section.type)
    name = section.parent.children.name(section) if section.parent is not None else None
    return name if name in _KINDS else untyped


def _si(value: Any) -> Floats:
    return np.atleast_1d(np.asarray(value, dtype=float))


def _points(section: Any, which: str) -> Floats:
    coordinates = [getattr(section, f"{which}_{axis}") for axis in "xyz"]
    if any(value is None for value in coordinates):
        return np.full((section.n, 3), np.nan)
    return np.stack([_si(value) for value in coordinates], axis=1)


def _diameters(section: Any) -> tuple[Floats, Floats]:
    if isinstance(section, brian2.Soma):
        return _si(section.diameter), _si(section.diameter)
    return _si(section.start_diameter), _si(section.end_diameter)


def _check(owner: str, number: int, kind: str, size: dict[str, Floats]) -> None:
    for name, values in (("diameter", size["a"]), ("diameter", size["b"])):
        wrong = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
        if len(wrong):
            raise MorphologyError(
                f"{owner}: section {number} ({kind}) has the {name} {values[wrong[0]] * 1e6:g} um at its "
                f"segment {wrong[0]}. Diameters must be larger than zero."
            )
    wrong = np.flatnonzero(~(np.isfinite(size["length"]) & (size["length"] >= 0)))
    if len(wrong):
        raise MorphologyError(
            f"{owner}: section {number} ({kind}) has the length {size['length'][wrong[0]] * 1e6:g} um at "
            f"its segment {wrong[0]}. Give lengths or coordinates that are numbers."
        )
