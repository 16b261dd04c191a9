"""What a reduction keeps and what it loses: the full tree against the reduced neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .cable import Cable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["GroupReport", "Measures", "ReductionReport", "measures"]

Floats = NDArray[np.float64]
_FREQUENCIES = (10.0, 100.0)


@dataclass(frozen=True)
class Measures:
    """What is measured of a passive tree, in SI units.

    Attributes
    ----------
    area : float
        Membrane area, with spines (metre**2).
    input_resistance : float
        Of the soma (ohm).
    impedance : tuple of float
        Modulus of the input impedance of the soma at 10 and 100 Hz (ohm).
    time_constants : tuple of float
        The two slowest (second); one where there is only one. With a uniform membrane the first is that
        of the membrane, and the second says how fast charge spreads over the tree.
    attenuation : tuple of float
        Mean steady potential of each group's membrane over that of the soma, with a current into the
        soma.
    attenuation_100hz : tuple of float
        The same at 100 Hz.
    local_resistance : tuple of float
        Mean deviation over each group for a unit current spread over it (ohm).
    """

    area: float
    input_resistance: float
    impedance: tuple[float, ...]
    time_constants: tuple[float, ...]
    attenuation: tuple[float, ...]
    attenuation_100hz: tuple[float, ...]
    local_resistance: tuple[float, ...]

    @property
    def time_constant(self) -> float:
        """The slowest time constant (second)."""
        return self.time_constants[0]


def measures(cable: Cable, groups: list[Floats], area: float) -> Measures:
    """Measure a circuit.

    Parameters
    ----------
    cable : Cable
        The circuit.
    groups : list of ndarray, shape (n,)
        For each group the weights of the nodes in its mean; the first is the soma's.
    area : float
        Its membrane area (metre**2).

    Returns
    -------
    Measures
    """
    soma = groups[0]
    steady, fast = (np.abs(cable.voltages(soma, f)) for f in (0.0, 100.0))
    return Measures(
        area,
        float(soma @ steady),
        tuple(abs(cable.impedance(soma, f)) for f in _FREQUENCIES),
        tuple(cable.time_constants(2).tolist()),
        tuple(float(w @ steady / (soma @ steady)) for w in groups),
        tuple(float(w @ fast / (soma @ fast)) for w in groups),
        tuple(abs(cable.impedance(w)) for w in groups),
    )


@dataclass(frozen=True)
class GroupReport:
    """One compartment of a reduction.

    Attributes
    ----------
    name : str
        Its name.
    segments : int
        How many segments of the full tree it stands for.
    length, diameter : float
        Its size (metre).
    area : float
        Membrane area, with spines (metre**2).
    distance : float
        Mean path from the soma to its membrane (metre).
    joined_to : str or None
        The compartment nearer to the soma; None for the soma.
    conductance : float or None
        Of that coupling (siemens).
    """

    name: str
    segments: int
    length: float
    diameter: float
    area: float
    distance: float
    joined_to: str | None
    conductance: float | None


@dataclass(frozen=True, eq=False)
class ReductionReport:
    """The full tree against the reduced neuron, measured with the cable equation.

    Attributes
    ----------
    full, reduced : Measures
        What was measured.
    groups : tuple of GroupReport
        The compartments.
    notes : tuple of str
        What a user should know.
    longest_step : float
        Time step below which the explicit Euler method is stable for the reduced neuron (second).
    distance, potential : ndarray
        Path from the soma (metre) of each segment of the full tree, and its steady potential over
        that of the soma.
    """

    full: Measures
    reduced: Measures
    groups: tuple[GroupReport, ...]
    notes: tuple[str, ...]
    longest_step: float
    distance: Floats
    potential: Floats

    def __str__(self) -> str:
        rows = [
            ("membrane area", "um2", 1e12, self.full.area, self.reduced.area),
            (
                "input resistance of the soma",
                "Mohm",
                1e-6,
                self.full.input_resistance,
                self.reduced.input_resistance,
            ),
            *(
                (f"input impedance at {f:g} Hz", "Mohm", 1e-6, a, b)
                for f, a, b in zip(
                    _FREQUENCIES, self.full.impedance, self.reduced.impedance, strict=True
                )
            ),
            *(
                (f"{which} time constant", "ms", 1e3, a, b)
                for which, a, b in zip(
                    ("slowest", "second"),
                    self.full.time_constants,
                    self.reduced.time_constants,
                    strict=False,  # one compartment has but one
                )
            ),
        ]
        lines = [f"{'':<32}{'full':>10}{'reduced':>10}"]
        lines += [
            f"{f'{what} ({unit})':<32}{a * factor:>10.4g}{b * factor:>10.4g}"
            for what, unit, factor, a, b in rows
        ]
        lines += [
            "",
            f"{'compartment':<14}{'joined to':<14}{'segments':>9}{'um from soma':>14}{'V/V_soma':>10}"
            f"{'reduced':>9}{'100 Hz':>8}{'reduced':>9}{'Mohm':>7}{'reduced':>9}",
        ]
        both = zip(
            self.groups,
            *(
                getattr(which, name)
                for name in ("attenuation", "attenuation_100hz", "local_resistance")
                for which in (self.full, self.reduced)
            ),
            strict=True,
        )
        lines += [
            f"{g.name:<14}{g.joined_to or '':<14}{g.segments:>9}{g.distance * 1e6:>14.4g}{a:>10.4f}"
            f"{b:>9.4f}{c:>8.3f}{d:>9.3f}{e * 1e-6:>7.4g}{f * 1e-6:>9.4g}"
            for g, a, b, c, d, e, f in both
        ]
        lines += ["", f"explicit Euler steps must be shorter than {self.longest_step * 1e3:.3g} ms"]
        lines += [f"note: {note}" for note in self.notes]
        return "\n".join(lines)

    __repr__ = __str__

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the steady potential along both trees, with a current into the soma.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw. Default: a new figure.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .figure import draw_attenuation

        return draw_attenuation(self, ax)
