"""A neuron's shape: read, checked, drawn, and reduced to a few compartments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from brian2.units import Quantity, meter, um

from ..errors import MorphologyError
from ..quantities import LENGTH, check_number, check_quantity
from .groups import make_groups
from .problems import Problem
from .reading import read_brian2, read_swc
from .reduction import Passive, Reduction, reduce_segments
from .regions import regions
from .segments import Segments
from .summary import describe_segments, segments_html

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Morphology"]


class Morphology:
    """The shape of a neuron, as a tree of segments. Make one with `from_swc` or `from_brian2`.

    Parameters
    ----------
    segments : Segments
        The shape.
    name : str, default 'the morphology'
        How error messages call it.
    problems : tuple of Problem, default ()
        What was found when it was read.

    Examples
    --------
    >>> import brian2
    >>> from brian2.units import cm, mV, ohm, uF, um, uS
    >>> tree = brian2.Soma(20*um)
    >>> tree.apic = brian2.Cylinder(diameter=2*um, length=300*um, n=10, type='apic')
    >>> shape = Morphology.from_brian2(tree)
    >>> shape
    Morphology(11 segments in 2 sections, 300 um of dendrites, types soma, apic)
    >>> reduction = shape.reduce({'soma': 'soma', 'dend': 'apic'}, cm=1*uF/cm**2, gl=50*uS/cm**2,
    ...                          r_axial=150*ohm*cm, v_rest=-65*mV)
    >>> reduction.compartments['dend'].ephys.diameter
    2. * umetre
    >>> reduction.model()
    NeuronModel(soma, dend)
    """

    def __init__(
        self,
        segments: Segments,
        name: str = "the morphology",
        problems: tuple[Problem, ...] = (),
    ) -> None:
        if segments.n == 0:
            raise MorphologyError(f"{name} has no segments.")
        self._segments, self._name, self._problems = segments, name, problems

    @classmethod
    def from_swc(cls, path: str | Path, *, stems: str = "centre") -> Self:
        """Read an SWC file; Brian2 reads it.

        A soma of one point, or of three as in NeuroMorpho.Org, is a sphere; one of more points is the chain
        of frusta between them.

        Parameters
        ----------
        path : str or Path
            The file, with coordinates and radii in micrometres. Types 1 to 4 become ``'soma'``,
            ``'axon'``, ``'dend'`` (basal) and ``'apic'``, and all others ``'unknown'``.
        stems : {'centre', 'surface'}, default 'centre'
            Where dendrites begin that continue a sphere: in its middle, as in Brian2, or where they leave it,
            so that their membrane inside the soma does not count.

        Returns
        -------
        Morphology

        Raises
        ------
        MorphologyError
            If the file cannot be read, or what it describes cannot be a neuron; it names the line.
        UnknownNameError
            If `stems` is something else.
        """
        segments, problems = read_swc(path, stems)
        return cls(segments, f"the SWC file {str(path)!r}", problems)

    @classmethod
    def from_brian2(cls, morphology: Any) -> Self:
        """Take the shape of a `brian2.Morphology`.

        Parameters
        ----------
        morphology : brian2.Morphology
            The tree, such as ``brian2.Soma(20*um)`` with sections attached. A section without a type has
            that which its name says (``tree.apic``), or else ``'dend'``.

        Returns
        -------
        Morphology

        Raises
        ------
        MorphologyError
            If a diameter or length makes no sense.
        """
        if not all(hasattr(morphology, name) for name in ("children", "length", "n")):
            raise MorphologyError(
                f"{morphology!r} is not a morphology of Brian2. Give for example brian2.Soma(20*um), or read "
                "a file with Morphology.from_swc."
            )
        segments, problems = read_brian2(morphology, "the morphology")
        return cls(segments, problems=problems)

    @property
    def segments(self) -> Segments:
        """Its segments, as immutable arrays in SI units."""
        return self._segments

    @property
    def types(self) -> tuple[str, ...]:
        """The types that occur, in order of first appearance."""
        return tuple(dict.fromkeys(self._segments.kind))

    @property
    def total_length(self) -> Quantity:
        """Length of all dendrites and axons together (metre)."""
        return float(self._segments.length[~self._segments.is_soma].sum()) * meter

    @property
    def area(self) -> Quantity:
        """Membrane area, without spines (metre**2)."""
        return float(self._segments.area.sum()) * meter**2

    def check(self) -> tuple[Problem, ...]:
        """Return what was repaired when it was read, and what is possible but unlikely.

        What cannot be a neuron at all was refused when it was read.

        Returns
        -------
        tuple of Problem
            Each has a `kind`, a `text`, and the sections and lines of the file that have it.
        """
        return self._problems

    def regions(
        self,
        tuft_from: Quantity | None = None,
        boundaries: Mapping[str, Quantity | Sequence[Quantity]] | None = None,
    ) -> dict[str, Any]:
        """Choose soma, trunk, oblique, tuft, basal and axon by type and path distance.

        The trunk is the path that starts at the apical stem with the largest membrane and follows the
        branch with the larger membrane at each fork, up to `tuft_from` from the soma; what its end
        carries is the tuft; every other apical segment is oblique. Segments of unknown type are what the
        segment is that they continue.

        Parameters
        ----------
        tuft_from : Quantity, optional
            Path distance at which the tuft begins (metre). Default: two thirds of the longest apical
            path.
        boundaries : mapping, optional
            Trunk, tuft, basal or axon to the path distances at which it is divided, such as ``{'trunk':
            [100, 200]*um}`` for ``'trunk_1'``, ``'trunk_2'`` and ``'trunk_3'``. Where the trunk is divided,
            the obliques are, too, by the part of it that carries them.

        Returns
        -------
        dict of str to ndarray of bool, shape (n,)
            The groups that have members; give them, changed or not, to `reduce`.

        Raises
        ------
        UnitsError
            If a distance is none.
        UnknownNameError
            If boundaries are given for something that is not there.
        MorphologyError
            If boundaries do not increase, or leave a part without segments.
        """
        segments = self._segments
        if tuft_from is None:
            apical = np.array(segments.kind) == "apic"
            limit = 2 / 3 * float(segments.distance[apical].max(initial=0.0))
        else:
            limit = _length("regions", "tuft_from", tuft_from)
        distances = {
            name: [
                _length(f"regions, {name!r}", "boundaries", value) for value in np.atleast_1d(at)
            ]
            for name, at in (boundaries or {}).items()
        }
        return regions(segments, limit, distances)

    def reduce(
        self,
        groups: Mapping[str, Any] | None = None,
        *,
        cm: Quantity,
        gl: Quantity,
        r_axial: Quantity,
        v_rest: Quantity | None = None,
        spine_factor: float | Mapping[str, float] = 1.0,
        omit: Any = None,
        coupling: str = "matched",
        longest: Quantity = 10 * um,
    ) -> Reduction:
        """Reduce the tree to one compartment for each group of segments.

        Every compartment is a cylinder with the membrane area and the axial resistance of its group. With
        ``coupling='matched'`` the conductances between them are such that the input resistance of the
        soma and the mean attenuation to every group are those of the full tree; with
        ``'half_cylinders'`` they follow from the cylinders alone.

        Parameters
        ----------
        groups : mapping, optional
            Name of each compartment to its segments: a type such as ``'apic'``, several types, numbers of
            sections, a boolean array with one entry for each segment, or a function that makes one of
            `Segments`, such as ``lambda s: s.distance > 100e-6``. Default: `regions`, without the axon.
        cm : Quantity
            Capacitance per membrane area (farad/metre**2).
        gl : Quantity
            Leak conductance per membrane area (siemens/metre**2).
        r_axial : Quantity
            Axial resistivity (ohm*metre).
        v_rest : Quantity, optional
            Resting potential (volt).
        spine_factor : float or mapping, default 1
            Factor of the membrane area for spines, of all dendrites or of each group.
        omit : as a value of `groups`, optional
            Segments to leave out. Default: the axon if `groups` are left out too, else nothing.
        coupling : {'matched', 'half_cylinders'}, default 'matched'
            How the compartments are coupled.
        longest : Quantity, default 10 um
            Longest piece into which the full tree is cut for the cable equation (metre).

        Returns
        -------
        Reduction
            The compartments, and a report.

        Raises
        ------
        MorphologyError
            If the groups do not fit the tree.
        UnknownNameError
            If there is no such type, section or coupling.
        UnitsError
            If a value has the wrong dimension or sign.
        """
        if groups is None:
            groups = self.regions()
            if omit is None:
                omit = groups.pop("axon", ())
        chosen = make_groups(self._segments, groups, () if omit is None else omit, self._name)
        passive = Passive(cm, gl, r_axial, v_rest, spine_factor, tuple(chosen.names))
        piece = _length("reduce", "longest", longest)
        notes = tuple(map(str, self._problems))
        return reduce_segments(self._segments, chosen, passive, coupling, piece, notes)

    def plot(
        self,
        groups: Mapping[str, Any] | None = None,
        ax: Axes | None = None,
        *,
        thickness: float = 1.0,
        numbers: bool = False,
    ) -> Axes:
        """Draw the shape to scale in the plane of its first two coordinates.

        Parameters
        ----------
        groups : mapping, optional
            Groups to colour it by, as for `reduce`; all segments must be in one. Default: the types.
        ax : matplotlib.axes.Axes, optional
            Where to draw. Default: a new figure.
        thickness : float, default 1.0
            Factor by which dendrites are drawn thicker than they are.
        numbers : bool, default False
            Whether to write the number of each section, by which groups can name it.

        Returns
        -------
        matplotlib.axes.Axes
            Its unit is a micrometre.

        Raises
        ------
        MorphologyError
            If there are no coordinates, or the groups do not fit.
        UnitsError
            If `thickness` is not a number larger than zero.
        """
        thickness = check_number("plot", "thickness", thickness)
        if np.isnan(self._segments.start).any():
            raise MorphologyError(
                f"{self._name} has no coordinates, so there is nothing to draw. In Brian2 "
                "tree = tree.generate_coordinates() makes some."
            )
        from .figure import draw_segments

        chosen = None if groups is None else make_groups(self._segments, groups, (), self._name)
        return draw_segments(self._segments, chosen, ax, thickness, numbers)

    def __str__(self) -> str:
        return describe_segments(repr(self), self._segments, self._problems)

    def _repr_html_(self) -> str:
        return segments_html(repr(self), self._segments, self._problems)

    def __repr__(self) -> str:
        sections = len(np.unique(self._segments.section))
        return (
            f"Morphology({self._segments.n} segments in {sections} sections, "
            f"{float(self.total_length / um):.4g} um of dendrites, types {', '.join(self.types)})"
        )


def _length(owner: str, argument: str, value: Any) -> float:
    return float(check_quantity(owner, argument, value, LENGTH, "positive"))
