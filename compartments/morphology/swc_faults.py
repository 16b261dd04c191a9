"""What is wrong with an SWC file, and in which line. Brian2 reads the file; this says why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Locate", "find_fault", "line_finder"]

#: From coordinates (metre) to the line that has them; None if there is no such line.
Locate = Callable[[NDArray[np.float64]], int | None]

_COLUMNS = ("number", "type", "x", "y", "z", "radius", "parent")
_WHOLE = frozenset({"number", "parent"})


def find_fault(path: Path) -> str | None:
    """Return the first fault of an SWC file, with its line and what to do about it.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str or None
        Such as ``'line 5: the radius is 0. Give it one larger than zero.'``; None if every line is as it
        should be.
    """
    try:
        lines = list(_lines(path))
    except UnicodeDecodeError as reason:
        return f"it is not text ({reason}). Save it as UTF-8."
    if not lines:
        return "it has no points. Every line needs seven numbers: " + ", ".join(_COLUMNS) + "."
    seen: dict[int, int] = {}
    for line, words in lines:
        fault = _fault_of_line(words) or _fault_of_tree(words, seen, lines)
        if fault is not None:
            return f"line {line}: {fault}"
        seen[int(words[0])] = line
    return None


def line_finder(path: Path) -> Locate:
    """Return a function that says which line of an SWC file has given coordinates.

    Parameters
    ----------
    path : Path
        A file without faults.

    Returns
    -------
    callable
        From coordinates (metre) to the number of the line, or None.
    """
    lines = list(_lines(path))
    numbers = [line for line, _ in lines]
    points = np.array([[float(word) for word in words[2:5]] for _, words in lines]) * 1e-6

    def locate(point: NDArray[np.float64]) -> int | None:
        away = np.abs(points - point).max(axis=1)
        nearest = int(np.argmin(away))
        # Brian2 adds up the coordinates along the branches, which rounds.
        return numbers[nearest] if away[nearest] < 1e-12 else None

    return locate


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    with path.open() as file:
        for number, text in enumerate(file, start=1):
            words = text.split()
            if words and not words[0].startswith("#"):
                yield number, words


def _fault_of_line(words: list[str]) -> str | None:
    if len(words) != len(_COLUMNS):
        return (
            f"it has {len(words)} entries. It needs seven, with spaces between them: "
            f"{', '.join(_COLUMNS)}."
        )
    for name, word in zip(_COLUMNS, words, strict=True):
        if name == "type":
            continue
        whole = name in _WHOLE
        try:
            value = int(word) if whole else float(word)
        except ValueError:
            kind = "whole number" if whole else "number"
            return f"the {name} is {word!r}, which is no {kind}. Write a {kind}, such as 5."
        if not isfinite(value):
            return f"the {name} is {word}. Give it a value, or remove the point."
        if name == "radius" and value <= 0:
            return f"the radius is {word}. Give it one larger than zero."
    return None


def _fault_of_tree(
    words: list[str], seen: dict[int, int], lines: list[tuple[int, list[str]]]
) -> str | None:
    number, parent = int(words[0]), int(words[-1])
    if number in seen:
        return f"point {number} was there in line {seen[number]}. Give every point its own number."
    if not seen:
        if parent != -1:
            return (
                f"the first point has the parent {parent}. Begin with the root, whose parent is -1."
            )
        return None
    if parent == -1:
        return (
            f"point {number} has the parent -1, but the tree began at another point. Join it to the point "
            "that it continues, or make a file of each tree."
        )
    if parent == number:
        return f"point {number} is its own parent. Name the point that it continues."
    if parent not in seen:
        later = [line for line, entries in lines if entries[0] == words[-1]]
        if later:
            return (
                f"the parent {parent} of point {number} comes later, in line {later[0]}. Sort the points so "
                "that parents come first."
            )
        return f"the parent {parent} of point {number} is not in the file. Name one that is."
    return None
