"""Figures of shapes and reductions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .groups import Groups
from .segments import Segments

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .report import ReductionReport

__all__ = ["draw_attenuation", "draw_segments"]


def draw_segments(segments: Segments, groups: Groups | None, ax: Axes | None) -> Axes:
    """Draw a shape in the plane of its first two coordinates, coloured by type or group.

    The arguments are those of `Morphology.plot`.
    """
    # Drawing is the only use of pyplot, and it is slow to import.
    import matplotlib.pyplot as plt
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    if ax is None:
        _, ax = plt.subplots(layout="constrained")
    if groups is None:
        names = sorted(set(segments.kind), key=segments.kind.index)
        label = np.array([names.index(kind) for kind in segments.kind])
    else:
        names, label = [*groups.names], groups.label
    start, end = segments.start[:, :2] * 1e6, segments.end[:, :2] * 1e6
    handles = []
    for k, name in enumerate(names):
        chosen = label == k
        color = f"C{k % 10}"
        branches = chosen & ~segments.is_soma
        lines = np.stack([start[branches], end[branches]], axis=1)
        # Widths in points cannot be to scale; thick is still thicker than thin.
        widths = np.clip(segments.diameter[branches] * 1e6, 0.5, 8)
        ax.add_collection(LineCollection(list(lines), linewidths=list(widths), colors=color))
        for i in np.flatnonzero(chosen & segments.is_soma):
            middle = (start[i] + end[i]) / 2
            ax.add_patch(plt.Circle(tuple(middle), segments.diameter[i] * 1e6 / 2, color=color))
        handles.append(Line2D([], [], color=color, linewidth=3, label=name))
    ax.autoscale_view()
    ax.set_aspect("equal")
    ax.set_xlabel("x (um)")
    ax.set_ylabel("y (um)")
    ax.legend(handles=handles, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return ax


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
