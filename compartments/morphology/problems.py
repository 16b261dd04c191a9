"""What is possible but unlikely in a shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .segments import UNKNOWN, Booleans, Segments
from .stems import fractions_inside_the_soma
from .swc_faults import Locate

__all__ = ["Problem", "find_problems"]

_LISTED = 5

#: Lengths and diameters beyond which a value is doubted (metre), and ratios.
_TOTAL = (50e-6, 0.1)
_THICK, _THIN = 20e-6, 0.05e-6
_JUMP, _JUMP_OVER_MEDIAN = 100e-6, 10.0
_STEP = 5.0
_INSIDE = 0.01


@dataclass(frozen=True)
class Problem:
    """Something that a shape can have and that should be looked at.

    Attributes
    ----------
    kind : str
        ``'no length'``, ``'no soma'``, ``'drawn soma'``, ``'unknown type'``, ``'inside the soma'``,
        ``'units'``, ``'thick'``, ``'thin'``, ``'jump'`` or ``'diameter step'``.
    text : str
        What it is, and what to do about it.
    sections : tuple of int
        Numbers of the sections that have it; empty if it is about the whole.
    lines : tuple of int
        Lines of the SWC file, where they are known.
    """

    kind: str
    text: str
    sections: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()

    def __str__(self) -> str:
        where = [
            _listing(name, numbers)
            for name, numbers in (("section", self.sections), ("line", self.lines))
            if numbers
        ]
        return f"{self.text} ({'; '.join(where)})" if where else self.text


def _listing(name: str, numbers: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, numbers[:_LISTED]))
    more = ", ..." if len(numbers) > _LISTED else ""
    return f"{name}{'s' if len(numbers) > 1 else ''} {shown}{more}"


def find_problems(
    segments: Segments, empty: int, locate: Locate | None = None
) -> tuple[Problem, ...]:
    """Return what is possible but unlikely.

    Parameters
    ----------
    segments : Segments
        The shape.
    empty : int
        How many segments of no length were left out.
    locate : callable, optional
        Finds the line of a point, if the shape is from a file.

    Returns
    -------
    tuple of Problem
    """
    return tuple(_problems(segments, empty, locate))


def _problems(segments: Segments, empty: int, locate: Locate | None) -> Iterator[Problem]:
    def at(kind: str, chosen: Booleans, text: str) -> Iterator[Problem]:
        """Say it of the chosen segments, if there are any."""
        where = np.flatnonzero(chosen)
        if len(where):
            found = [locate(segments.end[i]) for i in where] if locate is not None else []
            sections = tuple(dict.fromkeys(segments.section[where].tolist()))
            lines = tuple(line for line in found if line is not None)
            yield Problem(kind, text.format(n=len(where)), sections, lines)

    neurites = ~segments.is_soma
    if empty:
        yield Problem("no length", f"{empty} segment(s) of no length were left out")
    if not segments.is_soma.any():
        yield Problem("no soma", "there is no soma (type 1): the root stands for it")
    elif not segments.is_sphere[segments.is_soma].all():
        # Brian2 makes a sphere of a first point from which several branches go.
        spheres = int((segments.is_soma & segments.is_sphere).sum())
        frusta = int((segments.is_soma & ~segments.is_sphere).sum())
        yield Problem(
            "drawn soma",
            f"the soma is drawn with several points: Brian2 makes {spheres} sphere(s) and {frusta} frusta of "
            f"it, {segments.area[segments.is_soma].sum() * 1e12:.4g} um2 altogether. If that is not its "
            "membrane, replace them by one point with the radius of a sphere that has it",
        )
    yield from at(
        "unknown type",
        np.array([kind == UNKNOWN for kind in segments.kind]),
        f"{{n}} segment(s) have none of the types 1 to 4: they are called {UNKNOWN!r}",
    )
    inside = float((segments.area * fractions_inside_the_soma(segments)).sum())
    if locate is not None and inside > _INSIDE * segments.area.sum():
        yield Problem(
            "inside the soma",
            f"{inside * 1e12:.3g} um2 of dendrites ({inside / segments.area.sum():.1%} of all membrane) "
            "lie inside the soma, because Brian2 draws them from its middle: "
            "from_swc(path, stems='surface') leaves them out",
        )
    total = float(segments.length[neurites & ~_axon(segments)].sum())
    if neurites.any() and not _TOTAL[0] < total < _TOTAL[1]:
        yield Problem(
            "units",
            f"the dendrites are {total * 1e6:.4g} um long altogether: are the coordinates micrometres?",
        )
    yield from at(
        "thick",
        neurites & (segments.diameter > _THICK),
        f"{{n}} segment(s) are thicker than {_THICK * 1e6:g} um: are the radii micrometres?",
    )
    yield from at(
        "thin",
        neurites & (segments.diameter < _THIN),
        f"{{n}} segment(s) are thinner than {_THIN * 1e6:g} um: are the radii micrometres?",
    )
    if locate is None:
        return  # what was built by hand is coarse on purpose
    median = float(np.median(segments.length[neurites])) if neurites.any() else 0.0
    yield from at(
        "jump",
        neurites & (segments.length > max(_JUMP, _JUMP_OVER_MEDIAN * median)),
        "{n} segment(s) go far in one straight piece: is each joined to the right parent?",
    )
    ratio = segments.end_diameter / segments.start_diameter
    yield from at(
        "diameter step",
        neurites & ((ratio > _STEP) | (ratio < 1 / _STEP)),
        f"the diameter of {{n}} segment(s) changes more than {_STEP:g} times from one point to the next",
    )


def _axon(segments: Segments) -> Booleans:
    return np.array([kind == "axon" for kind in segments.kind])
