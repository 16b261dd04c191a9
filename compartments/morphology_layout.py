"""Where the compartments of a neuron are drawn: a tidy tree, to scale.

Branches get sectors of directions in proportion to their numbers of tips and go along the middle of
their sector. A sector lies within that of the branch before it, so branches cannot cross (the
equal-angle layout of unrooted trees, Felsenstein 2004, Inferring Phylogenies, chapter 34).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

from brian2.units import um

from .description import CompartmentDescription
from .model_description import ModelDescription

__all__ = ["KINDS", "PlacedCompartment", "kind_of_name", "layout"]

#: Kinds of compartments, and how words in their names begin.
KINDS: Mapping[str, tuple[str, ...]] = {
    "soma": (),
    "axon": ("axon", "ais", "hillock", "iseg", "node", "myelin"),
    "basal": ("bas",),
    "apical": ("api", "trunk", "tuft", "obl", "ob", "prox", "med", "dist"),
    "dendrite": (),
}

_UP, _DOWN = pi / 2, -pi / 2

#: Sector of the branches that go up or down together, and the widest one of a single branch. Less
#: than a half turn keeps what is within a sector convex.
_GROUP, _BRANCH = 0.83 * pi, 0.83 * pi

#: Length and diameter where there is no geometry.
_SCHEMATIC, _SCHEMATIC_SOMA = (1.0, 0.16), (0.5, 0.5)

Point = tuple[float, float]
Size = tuple[float, float]


@dataclass(frozen=True)
class PlacedCompartment:
    """A compartment in the drawing.

    Attributes
    ----------
    name : str
        Its name.
    kind : str
        A key of `KINDS`.
    start, end : tuple of two floats
        Ends of its axis.
    diameter : float
        Across the axis.
    is_soma : bool
        Whether it is a soma.
    is_tip : bool
        Whether nothing follows it.
    """

    name: str
    kind: str
    start: Point
    end: Point
    diameter: float
    is_soma: bool
    is_tip: bool

    @property
    def direction(self) -> Point:
        """Unit vector from start to end."""
        x, y = self.end[0] - self.start[0], self.end[1] - self.start[1]
        length = sqrt(x * x + y * y)
        return x / length, y / length

    def at(self, along: float, across: float = 0.0) -> Point:
        """Return the point at a fraction of the axis, and `across` to its left."""
        (x, y), (dx, dy) = self.start, self.direction
        length_x, length_y = self.end[0] - x, self.end[1] - y
        return x + along * length_x - across * dy, y + along * length_y + across * dx


@dataclass(frozen=True)
class MorphologyLayout:
    """A neuron in the drawing.

    Attributes
    ----------
    compartments : tuple of PlacedCompartment
        In the order of the model.
    to_scale : bool
        Whether all sizes are known; they are in micrometres then. Otherwise all are alike.
    """

    compartments: tuple[PlacedCompartment, ...]
    to_scale: bool


def kind_of_name(name: str) -> str | None:
    """Return the kind of dendrite or axon that a name tells, or None.

    Examples
    --------
    >>> [kind_of_name(name) for name in ('bas2', 'apical_trunk', 'ob1', 'AIS', 'dend1')]
    ['basal', 'apical', 'apical', 'axon', None]
    """
    words = re.findall(r"[a-z]+", name.lower())
    for kind, beginnings in KINDS.items():
        if any(word.startswith(beginnings) for word in words):
            return kind
    return None


def layout(model: ModelDescription) -> MorphologyLayout:
    """Place the compartments of a neuron around its soma.

    Apical dendrites go up, basal dendrites and axons down, by what their names say; others to the
    emptier side. If no name says anything, they go in all directions.

    Parameters
    ----------
    model : ModelDescription
        The neuron.

    Returns
    -------
    MorphologyLayout
    """
    sizes = _sizes(model.compartments)
    to_scale = sizes is not None
    if sizes is None:
        sizes = {c.name: _SCHEMATIC_SOMA if c.is_soma else _SCHEMATIC for c in model.compartments}
    return MorphologyLayout(_Grower(model, sizes).placed(), to_scale)


class _Grower:
    """Places one compartment after the other."""

    def __init__(self, model: ModelDescription, sizes: Mapping[str, Size]) -> None:
        self._compartments = {c.name: c for c in model.compartments}
        self._sizes = sizes
        somata = [c.name for c in model.compartments if c.is_soma]
        self._root = somata[0] if somata else model.compartments[0].name
        self._children = _children(model, self._root)
        self._tips = _tips(self._children)
        self._placed: dict[str, PlacedCompartment] = {}

    def placed(self) -> tuple[PlacedCompartment, ...]:
        """Place the root, and its branches around it."""
        name, children = self._root, self._children[self._root]
        length, diameter = self._sizes[name]
        soma = self._compartments[name].is_soma
        if soma:
            kind = "dendrite"
            self._put(name, kind, (0.0, -length / 2), _UP)
            sectors = self._sectors_of_soma(children)
        else:
            kind = kind_of_name(name) or "dendrite"
            direction = _DOWN if kind in ("basal", "axon") else _UP
            self._put(name, kind, (0.0, 0.0), direction)
            sectors = [(direction, _GROUP, children)]
        for middle, width, names in sectors:
            for child, direction, sector in self._divided(names, middle, width):
                end = self._placed[name].end
                start = _on_ellipse(length / 2, diameter / 2, direction) if soma else end
                self._grow(child, kind, start, direction, sector)
        return tuple(self._placed[c] for c in self._compartments)

    def _sectors_of_soma(self, children: Sequence[str]) -> list[tuple[float, float, list[str]]]:
        """Return direction, width and branches of the groups at the soma."""
        groups: dict[str, list[str]] = {"apical": [], "basal": [], "dendrite": []}
        for child in children:
            kind = kind_of_name(child)
            groups["basal" if kind == "axon" else kind or "dendrite"].append(child)
        up, down, others = groups["apical"], groups["basal"], groups["dendrite"]
        if not up and not down and len(others) > 1:
            return [(_UP, 2 * pi, others)]
        for child in others:
            emptier = min((up, down), key=lambda group: sum(self._tips[c] for c in group))
            emptier.append(child)
        return [(_UP, _GROUP, up), (_DOWN, _GROUP, down)]

    def _divided(
        self, names: Sequence[str], middle: float, width: float
    ) -> list[tuple[str, float, float]]:
        """Divide a sector among branches: name, direction and width of each, from the left."""
        total = sum(self._tips[name] for name in names)
        # In a full circle the first branch is where the sector is: nothing is at its ends.
        left = middle + width / 2
        ordered = _inside_out(names, self._tips)
        if width >= 2 * pi:
            left = middle + pi * self._tips[ordered[0]] / total
        divided = []
        for name in ordered:
            share = width * self._tips[name] / total
            divided.append((name, left - share / 2, min(share, _BRANCH)))
            left -= share
        return divided

    def _grow(self, name: str, kind: str, start: Point, direction: float, width: float) -> None:
        """Place a branch and all that follows it."""
        branches = [(name, kind, start, direction, width)]
        while branches:
            name, kind, start, direction, width = branches.pop()
            kind = kind_of_name(name) or kind
            self._put(name, kind, start, direction)
            end = self._placed[name].end
            branches += [
                (child, kind, end, towards, sector)
                for child, towards, sector in self._divided(self._children[name], direction, width)
            ]

    def _put(self, name: str, kind: str, start: Point, direction: float) -> None:
        length, diameter = self._sizes[name]
        end = (start[0] + length * cos(direction), start[1] + length * sin(direction))
        soma = self._compartments[name].is_soma
        kind = "soma" if soma else kind
        tip = not self._children[name]
        self._placed[name] = PlacedCompartment(name, kind, start, end, diameter, soma, tip)


def _sizes(compartments: Sequence[CompartmentDescription]) -> dict[str, Size] | None:
    """Return lengths and diameters in micrometres; None unless all are known."""
    sizes = {}
    for compartment in compartments:
        ephys = compartment.ephys
        if ephys.length is None or ephys.diameter is None:
            return None
        sizes[compartment.name] = float(ephys.length / um), float(ephys.diameter / um)
    return sizes


def _children(model: ModelDescription, root: str) -> dict[str, list[str]]:
    neighbours: dict[str, list[str]] = {c.name: [] for c in model.compartments}
    for a, b, _ in model.couplings:
        neighbours[a].append(b)
        neighbours[b].append(a)
    children: dict[str, list[str]] = {}
    open_names = [root]
    while open_names:
        name = open_names.pop()
        children[name] = [other for other in neighbours[name] if other not in children]
        open_names += children[name]
    return children


def _tips(children: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return how many tips each compartment leads to."""
    tips: dict[str, int] = {}
    # Parents come before their children, so that in reverse all children are known.
    for name in reversed(list(children)):
        tips[name] = sum(tips[child] for child in children[name]) or 1
    return tips


def _inside_out(names: Sequence[str], tips: Mapping[str, int]) -> list[str]:
    """Order branches with the largest in the middle, so that trunks go straight on."""
    ordered: list[str] = []
    for k, name in enumerate(sorted(names, key=lambda name: -tips[name])):
        ordered.insert(0 if k % 2 else len(ordered), name)
    return ordered


def _on_ellipse(half_height: float, half_width: float, direction: float) -> Point:
    """Return the point of an ellipse around the origin in a direction."""
    x, y = cos(direction), sin(direction)
    radius = 1 / sqrt((x / half_width) ** 2 + (y / half_height) ** 2)
    return radius * x, radius * y
