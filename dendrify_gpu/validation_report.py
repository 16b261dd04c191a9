"""What a cross-validation found: a report that prints, plots and converts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import brian2
import numpy as np
from brian2.units.fundamentalunits import get_dimensions
from matplotlib.axes import Axes

from .comparison import SpikeComparison, SpikePairs, TraceComparison, split_spikes
from .errors import NetworkError
from .gpu import nearest_names
from .quantities import si_values

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ValidationReport"]

#: Largest deviation of a voltage, in volts, and of anything else, relative to its largest value, in double
#: precision.
VOLTAGE_TOLERANCE = 1e-9
RELATIVE_TOLERANCE = 1e-7

#: In single precision: difference of spike counts, and part of the spikes that must lie within a step.
COUNT_TOLERANCE = 0.01


@dataclass(frozen=True, eq=False)
class ValidationReport:
    """What a cross-validation found.

    Attributes
    ----------
    duration : float
        Biological time in seconds.
    precision : str
        Precision of this library's run; Brian2 ran in double precision.
    backend : str
        Device of this library's run.
    input_spikes : int
        Input spikes that both engines were given.
    traces : tuple of TraceComparison
        One for each population and variable.
    spikes : tuple of SpikeComparison
        One for each population that spikes.
    ours, theirs : dict of str to xarray.Dataset
        The compared traces of each population: variables over time and neuron.
    our_spikes, their_spikes : dict of str to (indices, steps)
        Neuron and time step of every spike of each population that can spike.
    dt : float
        Time step in seconds.
    """

    duration: float
    precision: str
    backend: str
    input_spikes: int
    traces: tuple[TraceComparison, ...]
    spikes: tuple[SpikeComparison, ...]
    ours: Mapping[str, xr.Dataset]
    theirs: Mapping[str, xr.Dataset]
    our_spikes: Mapping[str, SpikePairs]
    their_spikes: Mapping[str, SpikePairs]
    dt: float

    @property
    def max_deviation(self) -> Any:
        """Largest deviation of a voltage, as a quantity; 0 V if no voltage was compared."""
        # unlike max(), np.max lets a value that is not a number through
        largest = np.max([t.deviation for t in self.traces if t.unit == "V"], initial=0.0)
        return float(largest) * brian2.volt

    @property
    def agrees(self) -> bool:
        """Whether both engines did the same.

        In double precision: all spikes in the same step, voltages within 1e-9 V, other variables within 1e-7 of
        their largest value. In single precision: spike counts within 1 %, and 99 % of the spikes
        within one step.
        """
        if self.precision == "float64":
            return self.passed()
        return all(
            abs(s.ours - s.theirs) <= COUNT_TOLERANCE * s.theirs
            and s.near >= (1 - COUNT_TOLERANCE) * s.ours
            for s in self.spikes
        )

    def passed(
        self, voltage: Any = VOLTAGE_TOLERANCE * brian2.volt, relative: float = RELATIVE_TOLERANCE
    ) -> bool:
        """Say whether every spike came in the same step and every variable stayed within bounds.

        Parameters
        ----------
        voltage : Quantity, optional
            Largest deviation of a voltage. Default 1e-9 V.
        relative : float, optional
            Largest deviation of any other variable, relative to its largest value. Default 1e-7.

        Returns
        -------
        bool

        Raises
        ------
        NetworkError
            If `voltage` is not one voltage.
        """
        largest = si_values(voltage, get_dimensions(brian2.volt), "passed: voltage")
        if isinstance(largest, np.ndarray):
            raise NetworkError(f"passed: voltage={voltage!r}: give one voltage.")
        return all(not (s.missing or s.extra) for s in self.spikes) and all(
            t.deviation <= (largest if t.unit == "V" else relative * t.scale) for t in self.traces
        )

    def to_table(self) -> list[dict[str, Any]]:
        """Return one row for each variable and one for the spikes of each population.

        Returns
        -------
        list of dict
            Rows of variables have the keys population, variable, deviation, scale, unit, neuron and time;
            rows of spikes have population, ours, theirs, matched, near, missing and extra.
        """
        return [vars(item).copy() for item in (*self.traces, *self.spikes)]

    def to_xarray(self) -> xr.Dataset:
        """Return both engines' traces: variables ``<population>_<variable>`` along engine, time, neuron."""
        import xarray as xr  # late, because it brings pandas

        merged: dict[Any, xr.DataArray] = {}
        for name, mine in self.ours.items():
            both = xr.concat([mine, self.theirs[name]], dim="engine", join="exact")
            both = both.assign_coords(engine=["dendrify_gpu", "brian2"])
            dimensions = {"time": f"{name}_time", "neuron": f"{name}_neuron"}
            renamed = both.rename({**dimensions, **{v: f"{name}_{v}" for v in mine.data_vars}})
            merged.update(renamed.data_vars)
        return xr.Dataset(merged)

    def plot(self, population: str | None = None, ax: Sequence[Axes] | None = None) -> np.ndarray:
        """Draw both engines' traces over each other, their difference, and the spikes that differ.

        Parameters
        ----------
        population : str, optional
            Which one. Default: the first.
        ax : sequence of two or three matplotlib.axes.Axes, optional
            Where to draw; two leave out the spikes. Default: a new figure.

        Returns
        -------
        ndarray of matplotlib.axes.Axes, shape (3,)
            Traces, differences, spikes; without the last if there are no axes for it or if the
            population cannot spike.

        Raises
        ------
        NetworkError
            If no traces of that population were compared, or the number of axes is another.
        """
        from .plots import plot_comparison

        if not self.ours:
            raise NetworkError("plot: no traces were compared; name variables in cross_validate.")
        name = population if population is not None else next(iter(self.ours))
        if name not in self.ours:
            raise NetworkError(
                f"plot: no traces of {name!r} were compared. {nearest_names(name, self.ours)}"
            )
        spikes = None
        if name in self.our_spikes:
            mine, other = self.our_spikes[name], self.their_spikes[name]
            spikes = split_spikes(mine, other)
        return plot_comparison(
            self.ours[name], self.theirs[name], name, spikes=spikes, dt=self.dt, ax=ax
        )

    def __str__(self) -> str:
        lines = [
            f"{self.duration * 1e3:g} ms in dendrify_gpu ({self.precision}, {self.backend}) and in Brian2, "
            f"{self.input_spikes} input spikes: {'they agree' if self.agrees else 'THEY DIFFER'}",
            f"{'population':<14}{'variable':<26}{'largest deviation':>20}{'of':>14}{'neuron':>8}{'ms':>9}",
        ]
        lines += [
            f"{t.population:<14}{t.variable:<26}{f'{t.deviation:.2g} {t.unit}':>20}"
            f"{f'{t.scale:.3g} {t.unit}':>14}{t.neuron:>8}{t.time * 1e3:>9.1f}"
            for t in self.traces
        ]
        lines += [
            f"{s.population}: {s.theirs} spikes in Brian2, {s.matched} matched, {s.missing} missing, "
            f"{s.extra} extra ({s.near} of {s.ours} within one step)"
            for s in self.spikes
        ]
        return "\n".join(lines)

    __repr__ = __str__
