"""A shape as text and as HTML: a table of its types."""

from __future__ import annotations

from html import escape

import numpy as np

from .problems import Problem
from .segments import Segments

__all__ = ["describe_segments", "segments_html"]

_HEADINGS = (
    "type",
    "sections",
    "segments",
    "length (um)",
    "area (um2)",
    "diameter (um)",
    "up to (um)",
)
_CELL = "text-align:left;padding:2px 10px 2px 0;border:none"


def describe_segments(title: str, segments: Segments, problems: tuple[Problem, ...]) -> str:
    """Return a title, a table of the types, and what should be looked at.

    Parameters
    ----------
    title : str
        The first line.
    segments : Segments
        The shape.
    problems : tuple of Problem
        What was found when it was read.

    Returns
    -------
    str
    """
    rows = [_HEADINGS, *_rows(segments)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(_HEADINGS))]
    lines = [title]
    for first, *others in rows:
        cells = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([f"{first:<{widths[0]}}", *cells]))
    return "\n".join([*lines, *(f"note: {problem}" for problem in problems)])


def segments_html(title: str, segments: Segments, problems: tuple[Problem, ...]) -> str:
    """Return what `describe_segments` says as HTML that needs nothing else."""
    cells = [("th", _HEADINGS), *(("td", row) for row in _rows(segments))]
    rows = [
        "<tr>" + "".join(f'<{tag} style="{_CELL}">{escape(cell)}</{tag}>' for cell in row) + "</tr>"
        for tag, row in cells
    ]
    table = f'<table style="border-collapse:collapse;border:none">{"".join(rows)}</table>'
    notes = "".join(f"<div>note: {escape(str(problem))}</div>" for problem in problems)
    return f"<div><b>{escape(title)}</b>{table}{notes}</div>"


def _rows(segments: Segments) -> list[tuple[str, ...]]:
    kinds = np.array(segments.kind)
    rows: list[tuple[str, ...]] = []
    for kind in dict.fromkeys(segments.kind):
        of = kinds == kind
        thin, thick = (f(segments.diameter[of]) * 1e6 for f in (np.min, np.max))
        rows.append(
            (
                kind,
                str(len(np.unique(segments.section[of]))),
                str(of.sum()),
                f"{segments.length[of].sum() * 1e6:.4g}",
                f"{segments.area[of].sum() * 1e12:.4g}",
                f"{thin:.3g}" if f"{thin:.3g}" == f"{thick:.3g}" else f"{thin:.3g} to {thick:.3g}",
                f"{(segments.distance + segments.length / 2)[of].max() * 1e6:.4g}"
                if not segments.is_soma[of].all()
                else "0",
            )
        )
    return rows
