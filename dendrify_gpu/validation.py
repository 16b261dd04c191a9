"""Cross-validation: one network in this library and in Brian2, with the same input spikes."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import brian2
import numpy as np
import sympy
import xarray as xr
from matplotlib.axes import Axes

from .backend_choice import ChosenBackend
from .brian_export import SpikePairs, export_to_brian2
from .comparison import SpikeComparison, TraceComparison, compare_spikes, compare_traces
from .errors import NetworkError
from .gpu import MonitorPlan, Simulation, nearest_names
from .progress import progress_bar
from .snapshot import Snapshot

__all__ = ["ValidationReport", "cross_validate"]

#: Largest deviation of a voltage, in volts, and of anything else, relative to its largest value, in double
#: precision.
VOLTAGE_TOLERANCE = 1e-9
RELATIVE_TOLERANCE = 1e-7

#: In single precision: difference of spike counts, and part of the spikes that must lie within a step.
COUNT_TOLERANCE = 0.01

#: Time between two movements of Brian2's bar.
_REPORT_PERIOD = 0.2 * brian2.second

#: Neurons of a population that are compared unless others are named.
_NEURONS = 10


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
    """

    duration: float
    precision: str
    backend: str
    input_spikes: int
    traces: tuple[TraceComparison, ...]
    spikes: tuple[SpikeComparison, ...]
    ours: Mapping[str, xr.Dataset]
    theirs: Mapping[str, xr.Dataset]

    @property
    def max_deviation(self) -> Any:
        """Largest deviation of a voltage, as a quantity; 0 V if no voltage was compared."""
        largest = max((t.deviation for t in self.traces if t.unit == "V"), default=0.0)
        return largest * brian2.volt

    @property
    def agrees(self) -> bool:
        """Whether both engines did the same.

        In double precision: all spikes in the same step, voltages within 1e-9 V, other variables within 1e-7 of
        their largest value. In single precision: spike counts within 1 %, and 99 % of the spikes
        within one step.
        """
        if self.precision == "float64":
            return all(not (s.missing or s.extra) for s in self.spikes) and all(
                t.deviation
                <= (VOLTAGE_TOLERANCE if t.unit == "V" else RELATIVE_TOLERANCE * t.scale)
                for t in self.traces
            )
        return all(
            abs(s.ours - s.theirs) <= COUNT_TOLERANCE * s.theirs
            and s.near >= (1 - COUNT_TOLERANCE) * s.ours
            for s in self.spikes
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
        merged: dict[Any, xr.DataArray] = {}
        for name, mine in self.ours.items():
            both = xr.concat([mine, self.theirs[name]], dim="engine", join="exact")
            both = both.assign_coords(engine=["dendrify_gpu", "brian2"])
            dimensions = {"time": f"{name}_time", "neuron": f"{name}_neuron"}
            renamed = both.rename({**dimensions, **{v: f"{name}_{v}" for v in mine.data_vars}})
            merged.update(renamed.data_vars)
        return xr.Dataset(merged)

    def plot(self, population: str | None = None, ax: Sequence[Axes] | None = None) -> np.ndarray:
        """Draw both engines' traces over each other, and their difference below.

        Parameters
        ----------
        population : str, optional
            Which one. Default: the first.
        ax : sequence of two matplotlib.axes.Axes, optional
            Where to draw. Default: a new figure.

        Returns
        -------
        ndarray of matplotlib.axes.Axes, shape (2,)
        """
        from .plots import plot_comparison

        name = population if population is not None else next(iter(self.ours))
        if name not in self.ours:
            raise NetworkError(
                f"plot: no traces of {name!r} were compared. {nearest_names(name, self.ours)}"
            )
        return plot_comparison(self.ours[name], self.theirs[name], name, ax=ax)

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


def cross_validate(
    snapshot: Snapshot,
    steps: int,
    chosen: ChosenBackend,
    neurons: Sequence[int] | None = None,
    variables: Sequence[str] | None = None,
    progress: bool = False,
) -> ValidationReport:
    """Run a network in both engines and compare.

    Parameters
    ----------
    snapshot : Snapshot
        The network.
    steps : int
        Time steps.
    chosen : ChosenBackend
        Where this library runs it.
    neurons : sequence of int, optional
        Neurons whose traces are compared. Default: the first ten of each population.
    variables : sequence of str, optional
        Variables that are compared. Default: all solutions of differential equations.
    progress : bool, optional
        Whether to show a bar for each engine. Default False.

    Returns
    -------
    ValidationReport
    """
    _refuse_noise(snapshot)
    monitors = _monitors(snapshot, neurons, variables)
    observed = snapshot.with_monitors(monitors)
    ours, our_spikes, input_spikes = _run_core(observed, steps, chosen, progress)
    theirs, their_spikes = _run_brian2(observed, steps, input_spikes, progress)
    plan = snapshot.plan
    traces = []
    for monitor in monitors:
        mine, other = ours[monitor.population], theirs[monitor.population]
        traces += [
            compare_traces(
                monitor.population,
                variable,
                str(mine[variable].attrs["units"]),
                mine[variable].values,
                other[variable].values,
                monitor.indices,
                mine["time"].values,
            )
            for variable in monitor.variables
        ]
    return ValidationReport(
        steps * plan.dt,
        f"float{plan.precision}",
        chosen.backend.description,
        sum(len(indices) for indices, _ in input_spikes.values()),
        tuple(traces),
        tuple(compare_spikes(name, our_spikes[name], their_spikes[name]) for name in our_spikes),
        ours,
        theirs,
    )


def _refuse_noise(snapshot: Snapshot) -> None:
    for population in snapshot.plan.populations:
        calls = {
            call.func.__name__
            for statement in population.program.update
            for call in statement.value.atoms(sympy.Function)
        }
        if calls & {"rand", "randn"}:
            raise NetworkError(
                f"cross_validate: the equations of {population.name!r} draw random numbers, and Brian2 "
                "draws others. Leave the noise out of the model that is compared, or compare "
                "statistics of long runs."
            )


def _monitors(
    snapshot: Snapshot, neurons: Sequence[int] | None, variables: Sequence[str] | None
) -> list[MonitorPlan]:
    monitors = []
    for population in snapshot.plan.populations:
        program = population.program
        known = [*program.state_names, *program.parameter_names, *program.subexpressions]
        if variables is None:
            integrated = {statement.target for statement in program.update}
            chosen = tuple(name for name in program.state_names if name in integrated)
        else:
            chosen = tuple(name for name in variables if name in known)
        indices = np.arange(min(population.n, _NEURONS)) if neurons is None else np.asarray(neurons)
        outside = [int(k) for k in indices if not 0 <= k < population.n]
        if outside:
            raise NetworkError(
                f"cross_validate: {population.name!r} has no neuron {outside[0]}; it has {population.n}."
            )
        if chosen:
            name = f"traces of {population.name}"  # spikes bear the population's name
            monitors.append(MonitorPlan(name, population.name, chosen, indices, 1))
    if variables is not None:
        everywhere = {name for monitor in monitors for name in monitor.variables}
        for name in variables:
            if name not in everywhere:
                programs = [population.program for population in snapshot.plan.populations]
                known = [name for program in programs for name in program.units]
                raise NetworkError(
                    f"cross_validate: no population has a variable {name!r}. {nearest_names(name, known)}"
                )
    return monitors


def _run_core(
    snapshot: Snapshot, steps: int, chosen: ChosenBackend, progress: bool
) -> tuple[dict[str, xr.Dataset], dict[str, SpikePairs], dict[str, SpikePairs]]:
    simulation = Simulation(snapshot.plan, chosen.backend)
    with progress_bar(steps, snapshot.plan.dt, progress, chosen.backend.name) as advance:
        for end in snapshot.edges(steps):
            for (population, parameter), value in snapshot.driven_values(simulation.step).items():
                simulation.populations[population].write(parameter, value)
            simulation.run(end - simulation.step, advance)
    traces = {}
    for monitor in snapshot.plan.monitors:
        samples = simulation.samples(monitor.name)
        traces[monitor.population] = _dataset(
            snapshot, monitor, samples.steps * snapshot.plan.dt, samples.values
        )
    spikes = {
        population.name: simulation.spikes.of(*simulation.source_range(population.name))
        for population in snapshot.plan.populations
        if population.program.threshold is not None
    }
    inputs = {
        poisson.name: simulation.spikes.of(*simulation.source_range(poisson.name))
        for poisson in snapshot.plan.poisson
    }
    return traces, spikes, inputs


def _run_brian2(
    snapshot: Snapshot, steps: int, input_spikes: Mapping[str, SpikePairs], progress: bool
) -> tuple[dict[str, xr.Dataset], dict[str, SpikePairs]]:
    with _quiet_brian2():
        made = export_to_brian2(snapshot, input_spikes)
        with progress_bar(steps, snapshot.plan.dt, progress, "Brian2") as advance:
            done = 0

            def report(elapsed: Any, completed: float, start: Any, duration: Any) -> None:
                nonlocal done
                now = round(completed * steps)
                advance(now - done)
                done = now

            made.network.run(
                steps * snapshot.plan.dt * brian2.second,
                report=report,
                report_period=_REPORT_PERIOD,
                namespace={},
            )
    traces = {}
    for monitor in snapshot.plan.monitors:
        recorded = made.monitors[monitor.name]
        values = np.stack([np.asarray(getattr(recorded, v)).T for v in monitor.variables], axis=1)
        traces[monitor.population] = _dataset(snapshot, monitor, np.asarray(recorded.t), values)
    spikes = {}
    for population in snapshot.plan.populations:
        if population.program.threshold is not None:
            recorded = made.monitors[population.name]
            counted = np.rint(np.asarray(recorded.t) / snapshot.plan.dt).astype(np.int64)
            spikes[population.name] = (np.asarray(recorded.i, dtype=np.int64), counted)
    return traces, spikes


def _dataset(
    snapshot: Snapshot, monitor: MonitorPlan, times: np.ndarray, values: np.ndarray
) -> xr.Dataset:
    plan = next(p for p in snapshot.plan.populations if p.name == monitor.population)
    variables = {
        name: (("time", "neuron"), values[:, k], {"units": plan.program.units[name]})
        for k, name in enumerate(monitor.variables)
    }
    time = ("time", times, {"units": "s"})
    return xr.Dataset(variables, coords={"time": time, "neuron": monitor.indices})


@contextmanager
def _quiet_brian2() -> Iterator[None]:
    """Keep Brian2's remarks out of the way, in runtime mode and without a compiler; errors pass."""
    logger = logging.getLogger("brian2")
    level = logger.level
    target = brian2.prefs.codegen.target
    logger.setLevel(logging.ERROR)
    brian2.prefs.codegen.target = "numpy"
    try:
        yield
    finally:
        brian2.prefs.codegen.target = target
        logger.setLevel(level)
