"""A neuron's shape: read, checked, drawn, and reduced to a few compartments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from brian2.units import Quantity, meter, um

from ..errors import MorphologyError
from ..quantities import LENGTH, check_quantity
from .groups import make_groups, regions
from .reading import read_swc, segments_of_brian2
from .reduction import Passive, Reduction, reduce_segments
from .segments import Segments

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
    notes : tuple of str, default ()
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
        self, segments: Segments, name: str = "the morphology", notes: tuple[str, ...] = ()
    ) -> None:
        if segments.n == 0:
            raise MorphologyError(f"{name} has no segments.")
        self._segments, self._name, self._notes = segments, name, notes

    @classmethod
    def from_swc(cls, path: str | Path) -> Self:
        """Read an SWC file; Brian2 reads it.

        Parameters
        ----------
        path : str or Path
            The file, with coordinates and radii in micrometres. Types 1 to 4 become ``'soma'``,
            ``'axon'``, ``'dend'`` (basal) and ``'apic'``.

        Returns
        -------
        Morphology

        Raises
        ------
        MorphologyError
            If the file cannot be read, or what it describes cannot be a neuron.
        """
        segments, notes = read_swc(path)
        return cls(segments, f"the SWC file {str(path)!r}", notes)

    @classmethod
    def from_brian2(cls, morphology: Any) -> Self:
        """Take the shape of a `brian2.Morphology`.

        Parameters
        ----------
        morphology : brian2.Morphology
            The tree, such as ``brian2.Soma(20*um)`` with sections attached.

        Returns
        -------
        Morphology

        Raises
        ------
        MorphologyError
            If a diameter makes no sense.
        """
        if not all(hasattr(morphology, name) for name in ("children", "length", "n")):
            raise MorphologyError(
                f"{morphology!r} is not a morphology of Brian2. Give for example brian2.Soma(20*um), or read "
                "a file with Morphology.from_swc."
            )
        segments, notes = segments_of_brian2(morphology, "the morphology")
        return cls(segments, notes=notes)

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

    def check(self) -> list[str]:
        """Return what was repaired when it was read, and what is possible but unlikely."""
        return list(self._notes)

    def regions(self, tuft_from: Quantity | None = None) -> dict[str, Any]:
        """Choose soma, trunk, oblique, tuft, basal and axon by type and path distance.

        The trunk is the path that starts at the apical stem with the largest membrane and follows the
        branch with the larger membrane at each fork, up to `tuft_from` from the soma; what its end
        carries is the tuft; every other apical segment is oblique.

        Parameters
        ----------
        tuft_from : Quantity, optional
            Path distance at which the tuft begins (metre). Default: two thirds of the longest apical
            path.

        Returns
        -------
        dict of str to ndarray of bool, shape (n,)
            The groups that have members; give them, changed or not, to `reduce`.
        """
        segments = self._segments
        if tuft_from is None:
            apical = np.array(segments.kind) == "apic"
            limit = 2 / 3 * float(segments.distance[apical].max(initial=0.0))
        else:
            limit = float(check_quantity("regions", "tuft_from", tuft_from, LENGTH, "positive"))
        return regions(segments, limit)

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
            sections, or a boolean array with one entry for each segment. Default: `regions`, without the
            axon.
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
        piece = float(check_quantity("reduce", "longest", longest, LENGTH, "positive"))
        return reduce_segments(self._segments, chosen, passive, coupling, piece, self._notes)

    def plot(self, groups: Mapping[str, Any] | None = None, ax: Axes | None = None) -> Axes:
        """Draw the shape in the plane of its first two coordinates.

        Parameters
        ----------
        groups : mapping, optional
            Groups to colour it by, as for `reduce`; all segments must be in one. Default: the types.
        ax : matplotlib.axes.Axes, optional
            Where to draw. Default: a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            Its unit is a micrometre.

        Raises
        ------
        MorphologyError
            If there are no coordinates, or the groups do not fit.
        """
        if np.isnan(self._segments.start).any():
            raise MorphologyError(
                f"{self._name} has no coordinates, so there is nothing to draw. In Brian2 "
                "tree = tree.generate_coordinates() makes some."
            )
        from .figure import draw_segments

        chosen = None if groups is None else make_groups(self._segments, groups, (), self._name)
        return draw_segments(self._segments, chosen, ax)

    def __repr__(self) -> str:
        sections = len(np.unique(self._segments.section))
        return (
            f"Morphology({self._segments.n} segments in {sections} sections, "
            f"{float(self.total_length / um):.4g} um of dendrites, types {', '.join(self.types)})"
        )
