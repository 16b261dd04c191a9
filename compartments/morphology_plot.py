"""A drawing of a neuron to scale, with what is in its compartments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from math import atan2, degrees
from typing import TYPE_CHECKING, Any

from .channels.concentration import Concentration
from .channels.conductance import Conductance
from .coupling import Coupling
from .dspikes import DendriticSpike
from .errors import UnknownNameError, known_names
from .mechanism import Mechanism
from .model_description import ModelDescription
from .morphology_layout import KINDS, MorphologyLayout, PlacedCompartment, layout
from .noise import Noise
from .quantities import check_number
from .receptors import GapJunctionReceptor, Receptor

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

__all__ = ["MechanismKey", "draw_morphology", "mechanism_key"]

MechanismKey = tuple[str, str]

_COLORS = {
    "soma": "#4C6C92",
    "axon": "#8C8C8C",
    "basal": "#C98B2B",
    "apical": "#A7361C",
    "dendrite": "#7A5C8E",
}

#: Colours that stay apart for all kinds of colour vision (Okabe & Ito 2008).
_MARKER_COLORS = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")
_RECEPTOR_COLORS = {"AMPA": "#009E73", "NMDA": "#E69F00", "GABA": "#0072B2", "GABA_A": "#0072B2"}

#: Group of mechanisms to its marker.
_MARKERS = {
    "receptor": "o",
    "channel": "s",
    "ion pool": "h",
    "dendritic spike": "*",
    "gap junction": "v",
    "noise": "x",
    "other": "D",
}


def mechanism_key(mechanism: Mechanism) -> MechanismKey | None:
    """Return the group and the name of a mechanism in the legend; None for a coupling.

    Examples
    --------
    >>> from dendrify_gpu.compartments import Dendrite
    >>> dend = Dendrite('dend')
    >>> dend.synapse('AMPA', tag='input')
    >>> mechanism_key(dend.description.mechanisms[0])
    ('receptor', 'AMPA')
    """
    match mechanism:
        case Coupling():
            return None
        case GapJunctionReceptor():
            return "gap junction", ""
        case Receptor(channel=channel):
            return "receptor", channel
        case Conductance(channel=channel):
            return "channel", channel.name
        case Concentration(pool=pool):
            return "ion pool", pool.name
        case DendriticSpike(name=name):
            return "dendritic spike", name
        case Noise():
            return "noise", ""
    return "other", mechanism.label


def draw_morphology(
    model: ModelDescription,
    ax: Axes | None = None,
    *,
    mechanisms: bool = True,
    labels: bool = True,
    legend: bool = True,
    thickness: float = 1.0,
    colors: Mapping[str, str] | None = None,
) -> Axes:
    """Draw the compartments of a neuron as cylinders, to scale; see `ModelView.plot`."""
    check_number("plot", "thickness", thickness)
    for kind in colors or ():
        if kind not in KINDS:
            raise UnknownNameError(
                f"plot: colors has {kind!r}, which is no kind of compartment. "
                f"{known_names(str(kind), KINDS)}"
            )
    if ax is None:
        # Drawing is the only use of pyplot, and it is slow to import.
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(layout="constrained")
    drawing = layout(model)
    placed = drawing.compartments
    palette = {**_COLORS, **(colors or {})}
    for item in placed:
        _draw_cylinder(ax, item, thickness, palette[item.kind])
        if labels and item.name:
            _draw_name(ax, item)
    entries = [_kind_entry(kind, palette[kind]) for kind in _kinds(placed)]
    if mechanisms:
        entries += _draw_mechanisms(ax, model, placed, thickness)
    _frame(ax, drawing, thickness)
    if legend:
        ax.legend(
            handles=entries,
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
            frameon=False,
            fontsize="small",
        )
    return ax


def _draw_cylinder(ax: Axes, item: PlacedCompartment, thickness: float, color: str) -> None:
    from matplotlib.patches import Ellipse, Polygon

    style = {
        "facecolor": color,
        # Even a thin dendrite stays visible, by its outline.
        "edgecolor": color,
        "linewidth": 0.8,
        "zorder": 2 if item.is_soma else 1,
    }
    if item.is_soma:
        (x, y), (end_x, end_y) = item.start, item.end
        length = ((end_x - x) ** 2 + (end_y - y) ** 2) ** 0.5
        angle = degrees(atan2(end_y - y, end_x - x))
        ax.add_patch(Ellipse(item.at(0.5), length, item.diameter, angle=angle, **style))
        return
    half = item.diameter * thickness / 2
    corners = [item.at(0, half), item.at(1, half), item.at(1, -half), item.at(0, -half)]
    ax.add_patch(Polygon(corners, closed=True, **style))


def _draw_name(ax: Axes, item: PlacedCompartment) -> None:
    """Write the name beyond a tip, else to the right of the middle."""
    x, y = item.direction
    place = item.end
    if item.is_soma or not item.is_tip:
        x, y = y, -x
        place = item.at(0.5, -item.diameter / 2)
    ax.annotate(
        item.name,
        place,
        xytext=(8 * x, 8 * y),
        textcoords="offset points",
        ha=_side(x, "left", "right"),
        va=_side(y, "bottom", "top"),
        fontsize=8,
        zorder=5,
    )


def _side(component: float, positive: str, negative: str) -> str:
    return "center" if abs(component) < 0.4 else positive if component > 0 else negative


def _draw_mechanisms(
    ax: Axes, model: ModelDescription, placed: Sequence[PlacedCompartment], thickness: float
) -> list[Line2D]:
    """Draw a marker for every mechanism, along the left side of its compartment."""
    present = {
        c.name: [key for m in c.mechanisms if (key := mechanism_key(m)) is not None]
        for c in model.compartments
    }
    counts: dict[MechanismKey, int] = {}
    for keys in present.values():
        for key in keys:
            counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts, key=lambda key: list(_MARKERS).index(key[0]))
    colors = _marker_colors(ordered)
    for item in placed:
        keys = sorted(present[item.name], key=ordered.index)
        across = item.diameter / 2 * (1.0 if item.is_soma else thickness)
        for k, key in enumerate(keys):
            # A soma is round: its sides are at its middle.
            along = (k + 1) / (len(keys) + 1)
            width = across * (1 - (2 * along - 1) ** 2) ** 0.5 if item.is_soma else across
            x, y = item.at(along, width)
            ax.plot([x], [y], **_marker(key, colors[key]), zorder=4)
    return [
        _entry(**_marker(key, colors[key]), label=f"{_words(key)} ({counts[key]})")
        for key in ordered
    ]


def _words(key: MechanismKey) -> str:
    group, name = key
    return name if group == "other" else f"{name} {group}".strip()


def _marker_colors(keys: Sequence[MechanismKey]) -> dict[MechanismKey, str]:
    """Return colours that differ within a group; those of the common receptors are always the same."""
    colors: dict[MechanismKey, str] = {}
    free = {group: cycle(_MARKER_COLORS) for group in _MARKERS}
    for key in keys:
        group, name = key
        fixed = _RECEPTOR_COLORS.get(name) if group == "receptor" else None
        colors[key] = fixed or next(free[group])
    return colors


def _marker(key: MechanismKey, color: str) -> dict[str, Any]:
    edge = color if key[0] == "noise" else "black"
    return {
        "marker": _MARKERS[key[0]],
        "color": color,
        "markeredgecolor": edge,
        "markeredgewidth": 1.5 if key[0] == "noise" else 0.5,
        "markersize": 9 if key[0] == "dendritic spike" else 6,
        "linestyle": "none",
    }


def _entry(**style: Any) -> Line2D:
    """Return a line for the legend alone."""
    from matplotlib.lines import Line2D

    return Line2D([], [], **style)


def _kinds(placed: Sequence[PlacedCompartment]) -> list[str]:
    present = {item.kind for item in placed}
    return [kind for kind in KINDS if kind in present]


def _kind_entry(kind: str, color: str) -> Line2D:
    return _entry(color=color, linewidth=5, label=kind)


def _frame(ax: Axes, drawing: MorphologyLayout, thickness: float) -> None:
    """Set limits and aspect, and say what the scale is."""
    placed = drawing.compartments
    ends = [point for item in placed for point in (item.start, item.end)]
    widest = max(item.diameter for item in placed) * max(thickness, 1.0) / 2
    xs, ys = [x for x, _ in ends], [y for _, y in ends]
    height = max(ys) - min(ys)
    margin = widest + 0.08 * max(height, max(xs) - min(xs))
    bottom = min(ys) - margin
    note = "" if drawing.to_scale else "not to scale: no length and diameter"
    if drawing.to_scale:
        bottom -= margin
        left = min(xs) - widest
        length = _round_length(0.25 * max(height, max(xs) - min(xs)))
        _draw_scale_bar(ax, left, bottom, length)
        if thickness != 1.0:
            note = f"diameters of dendrites × {thickness:g}"
    if note:
        ax.set_title(note, fontsize=8, loc="left")
    ax.set_xlim(min(xs) - margin, max(xs) + margin)
    ax.set_ylim(bottom - 0.5 * margin, max(ys) + margin)
    ax.set_aspect("equal")
    ax.set_axis_off()


def _draw_scale_bar(ax: Axes, left: float, bottom: float, length: float) -> None:
    ax.plot([left, left + length], [bottom, bottom], color="black", linewidth=2, zorder=4)
    ax.annotate(
        f"{length:g} µm",
        (left + length / 2, bottom),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=8,
    )


def _round_length(longest: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, ... that is not longer.

    Examples
    --------
    >>> [_round_length(x) for x in (0.3, 7, 20, 180)]
    [0.2, 5.0, 20.0, 100.0]
    """
    power = 1.0
    while power > longest:
        power /= 10
    while 10 * power <= longest:
        power *= 10
    return max(factor * power for factor in (1, 2, 5) if factor * power <= longest)
