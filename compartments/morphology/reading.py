"""Shapes from SWC files and from Brian2's morphologies. Brian2 reads the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import brian2
import numpy as np
from numpy.typing import NDArray

from ..errors import MorphologyError
from .segments import SOMA, Segments

__all__ = ["read_swc", "segments_of_brian2"]

_LISTED = 5


def read_swc(path: str | Path) -> tuple[Segments, tuple[str, ...]]:
    """Read an SWC file with Brian2.

    Parameters
    ----------
    path : str or Path
        The file. Types 1 to 4 are soma, axon, dend (basal) and apic.

    Returns
    -------
    segments : Segments
        The shape.
    notes : tuple of str
        What was repaired, and what looks wrong.

    Raises
    ------
    MorphologyError
        If the file cannot be read, or what it describes cannot be a neuron.
    """
    owner = f"the SWC file {str(path)!r}"
    try:
        morphology = brian2.Morphology.from_swc_file(str(path))
    except OSError as reason:
        raise MorphologyError(f"{owner} cannot be read: {reason}.") from None
    except (ValueError, TypeError, KeyError, IndexError, NotImplementedError) as reason:
        text = str(reason) or type(reason).__name__
        raise MorphologyError(
            f"{owner} is not one tree that Brian2 can read: {text}. Every line needs seven numbers (number, "
            "type, x, y, z, radius, number of the parent), parents come before their children, and one "
            "point, of the soma, has the parent -1."
        ) from None
    return segments_of_brian2(morphology, owner)


def segments_of_brian2(morphology: Any, owner: str) -> tuple[Segments, tuple[str, ...]]:
    """Return the shape of a Brian2 morphology.

    Parameters
    ----------
    morphology : brian2.Morphology
        The tree.
    owner : str
        How error messages call it.

    Returns
    -------
    segments : Segments
        The shape, without segments of no length.
    notes : tuple of str
        What was repaired, and what looks wrong.

    Raises
    ------
    MorphologyError
        If a diameter or a coordinate makes no sense.
    """
    columns: dict[str, list[Any]] = {
        name: [] for name in ("parent", "start", "end", "a", "b", "length", "kind", "section")
    }
    notes = []
    empty = 0
    waiting: list[tuple[Any, int]] = [(morphology, -1)]
    number = 0
    while waiting:
        section, parent = waiting.pop()
        kind = section.type or (
            "dend" if parent >= 0 or not isinstance(section, brian2.Soma) else SOMA
        )
        kind = SOMA if isinstance(section, brian2.Soma) else kind
        lengths, start, end = (
            _si(section.length),
            _points(section, "start"),
            _points(section, "end"),
        )
        a, b = _diameters(section)
        _check_diameters(owner, number, kind, a, b)
        for i in range(section.n):
            if lengths[i] == 0:
                empty += 1
                continue
            for name, value in (
                ("parent", parent),
                ("start", start[i]),
                ("end", end[i]),
                ("a", a[i]),
                ("b", b[i]),
                ("length", lengths[i]),
                ("kind", kind),
                ("section", number),
            ):
                columns[name].append(value)
            parent = len(columns["parent"]) - 1
        number += 1
        waiting += [(child, parent) for child in reversed(list(section.children))]
    if empty:
        notes.append(f"{empty} segments of no length were left out")
    segments = Segments(
        np.array(columns["parent"], dtype=np.int64),
        np.array(columns["start"]).reshape(-1, 3),
        np.array(columns["end"]).reshape(-1, 3),
        np.array(columns["a"]),
        np.array(columns["b"]),
        np.array(columns["length"]),
        tuple(columns["kind"]),
        np.array(columns["section"], dtype=np.int64),
    )
    return segments, (*notes, *_doubts(segments))


def _si(value: Any) -> NDArray[np.float64]:
    return np.atleast_1d(np.asarray(value, dtype=float))


def _points(section: Any, which: str) -> NDArray[np.float64]:
    coordinates = [getattr(section, f"{which}_{axis}") for axis in "xyz"]
    if any(value is None for value in coordinates):
        return np.full((section.n, 3), np.nan)
    return np.stack([_si(value) for value in coordinates], axis=1)


def _diameters(section: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if hasattr(section, "start_diameter"):
        return _si(section.start_diameter), _si(section.end_diameter)
    diameter = _si(section.diameter)
    return diameter, diameter


def _check_diameters(owner: str, number: int, kind: str, *diameters: NDArray[np.float64]) -> None:
    for values in diameters:
        wrong = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
        if len(wrong):
            raise MorphologyError(
                f"{owner}: section {number} ({kind}) has the diameter {values[wrong[0]] * 1e6:g} um at its "
                f"segment {wrong[0]}. Diameters must be larger than zero: repair the file."
            )


def _doubts(segments: Segments) -> list[str]:
    """Return what is possible but unlikely."""
    doubts = []
    total = segments.length[~segments.is_soma].sum() * 1e6
    if not segments.is_soma.any():
        doubts.append("there is no soma (type 1)")
    if not 50 < total < 1e5:
        doubts.append(
            f"the dendrites are {total:.4g} um long altogether: are the coordinates micrometres?"
        )
    thick = np.flatnonzero((segments.diameter > 20e-6) & ~segments.is_soma)
    if len(thick):
        listing = ", ".join(str(segments.section[i]) for i in thick[:_LISTED])
        doubts.append(
            f"{len(thick)} dendritic segments are thicker than 20 um (sections {listing})"
        )
    return doubts
