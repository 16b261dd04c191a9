"""Dendrites that begin at the middle of the soma, as Brian2 draws them.

An SWC file says where the first point of a dendrite is, not where the soma ends. Brian2 draws the
dendrite from the middle of the soma, so that its beginning lies inside the sphere.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .segments import Floats, Segments, kept

__all__ = ["cut_at_the_soma", "fractions_inside_the_soma"]


def fractions_inside_the_soma(segments: Segments) -> Floats:
    """Return which part of each segment's length lies inside the soma.

    Parameters
    ----------
    segments : Segments
        The shape.

    Returns
    -------
    ndarray, shape (n,)
        Between 0 and 1; zero where the soma is no sphere or there are no coordinates. A dendrite that
        comes back to the soma is not inside it.
    """
    inside = np.zeros(segments.n)
    if not segments.is_sphere[0] or np.isnan(segments.start).any():
        return inside
    radius = segments.diameter[0] / 2
    start, end = segments.start - segments.start[0], segments.end - segments.start[0]
    for i in range(1, segments.n):
        above = segments.parent[i]
        if segments.is_sphere[i] or (above != 0 and inside[above] < 1):
            continue
        if np.linalg.norm(end[i]) <= radius:
            inside[i] = 1.0
        elif np.linalg.norm(start[i]) < radius:
            # Where start + t*step is one radius away.
            step = end[i] - start[i]
            a, b, c = step @ step, start[i] @ step, start[i] @ start[i] - radius**2
            inside[i] = (-b + np.sqrt(b * b - a * c)) / a
    return inside


def cut_at_the_soma(segments: Segments) -> Segments:
    """Return the shape with dendrites that begin at the surface of the soma.

    Parameters
    ----------
    segments : Segments
        The shape.

    Returns
    -------
    Segments
    """
    inside = fractions_inside_the_soma(segments)
    outside = inside < 1
    above = segments.parent
    part = inside[:, None]
    cut = replace(
        segments,
        # What continues a part that is cut away continues the soma.
        parent=np.where((above > 0) & ~outside[above], 0, above),
        start=segments.start + (segments.end - segments.start) * part,
        start_diameter=segments.start_diameter
        + (segments.end_diameter - segments.start_diameter) * inside,
        length=segments.length * (1 - inside),
    )
    return kept(cut, outside)
