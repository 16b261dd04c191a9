"""Figures of shapes and reductions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .groups import Groups
from .segments import Floats, Integers, Segments

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .report import ReductionReport

__all__ = ["draw_attenuation", "draw_segments"]

#: Width of the outline (points): what is thinner than a pixel can still be seen.
_OUTLINE = 0.4


def draw_segments(
    segments: Segments,
    groups: Groups | None,
    ax: Axes | None,
    thickness: float = 1.0,
    numbers: bool = False,
) -> Axes:
    """Draw a shape in the plane of its first two coordinates, coloured by type or group.

    The arguments are those of `Morphology.plot`.
    """
    # Drawing is the only use of pyplot, and it is slow to import.
    import matplotlib.pyplot as plt
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Patch

    if ax is None:
        _, ax = plt.subplots(layout="constrained")
    if groups is None:
        names = sorted(set(segments.kind), key=segments.kind.index)
        label = np.array([names.index(kind) for kind in segments.kind])
    else:
        names, label = [*groups.names], groups.label
    outlines = _outlines(segments, thickness)
    for k in range(len(names)):
        chosen = label == k
        color = f"C{k % 10}"
        frusta = outlines[chosen & ~segments.is_sphere]
        ax.add_collection(
            PolyCollection(list(frusta), facecolors=color, edgecolors=color, linewidths=_OUTLINE)
        )
        for i in np.flatnonzero(chosen & segments.is_sphere):
            middle = segments.start[i, :2] * 1e6
            ax.add_patch(plt.Circle(tuple(middle), segments.diameter[i] * 1e6 / 2, color=color))
    if numbers:
        _write_numbers(ax, segments)
    handles = [Patch(color=f"C{k % 10}", label=name) for k, name in enumerate(names)]
    ax.autoscale_view()
    ax.set_aspect("equal")
    ax.set_xlabel("x (um)")
    ax.set_ylabel("y (um)")
    ax.legend(handles=handles, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def _outlines(segments: Segments, thickness: float) -> Floats:
    """Return the four corners of each segment in the plane (micrometre), shape (n, 4, 2)."""
    start, end = segments.start[:, :2] * 1e6, segments.end[:, :2] * 1e6
    step = end - start
    length = np.hypot(*step.T)
    # What points towards the viewer has no direction in the plane.
    across = np.where(length > 0, np.stack([-step[:, 1], step[:, 0]]) / np.maximum(length, 1e-9), 0)
    a = (across * segments.start_diameter * 1e6 / 2 * thickness).T
    b = (across * segments.end_diameter * 1e6 / 2 * thickness).T
    return np.stack([start + a, end + b, end - b, start - a], axis=1)


def _write_numbers(ax: Axes, segments: Segments) -> None:
    """Write the number of each section at its middle."""
    for number, i in _middles(segments.section):
        x, y = (segments.start[i, :2] + segments.end[i, :2]) / 2 * 1e6
        ax.text(x, y, str(number), ha="center", va="center", fontsize="small", clip_on=True)


def _middles(section: Integers) -> list[tuple[int, int]]:
    """Return each section with the segment in its middle."""
    found = []
    for number in np.unique(section):
        members = np.flatnonzero(section == number)
        found.append((int(number), int(members[len(members) // 2])))
    return found


def draw_attenuation(report: ReductionReport, ax: Axes | None) -> Axes:
    """Draw steady potentials over the path from the soma."""
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots(layout="constrained")
    ax.plot(report.distance * 1e6, report.potential, ".", ms=3, color="0.6", label="full tree")
    for group, mean, value in zip(
        report.groups, report.full.attenuation, report.reduced.attenuation, strict=True
    ):
        (line,) = ax.plot(group.distance * 1e6, value, "o", ms=8, label=group.name)
        ax.plot(group.distance * 1e6, mean, "+", ms=12, color=line.get_color())
    ax.set_xlabel("path from the soma (um)")
    ax.set_ylabel("steady potential over that of the soma")
    ax.set_title("o reduced, + mean of the full tree")
    ax.legend(frameon=False, fontsize="small")
    return ax
