"""Cross-validation: one network in this library and in Brian2, with the same input spikes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import brian2
import numpy as np
import sympy

from .backend_choice import ChosenBackend
from .brian_export import export_to_brian2
from .brian_settings import check_target, reference_brian2
from .comparison import SpikePairs, compare_spikes, compare_traces
from .errors import NetworkError
from .gpu import MonitorPlan, Simulation, nearest_names
from .progress import progress_bar
from .snapshot import Snapshot
from .validation_report import ValidationReport

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ValidationReport", "cross_validate"]

#: Time between two movements of Brian2's bar.
_REPORT_PERIOD = 0.2 * brian2.second

#: Neurons of a population that are compared unless others are named.
_NEURONS = 10


def cross_validate(
    snapshot: Snapshot,
    steps: int,
    chosen: ChosenBackend,
    neurons: Sequence[int] | None = None,
    variables: str | Sequence[str] | None = None,
    progress: bool = False,
    target: str = "numpy",
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
    variables : str or sequence of str, optional
        Variables that are compared. Default: all solutions of differential equations.
    progress : bool, optional
        Whether to show a bar for each engine. Default False.
    target : {'numpy', 'cython'}, optional
        What Brian2 makes of its equations. Default ``'numpy'``.

    Returns
    -------
    ValidationReport
    """
    check_target(target)
    _refuse_noise(snapshot)
    monitors = _monitors(snapshot, neurons, variables)
    _refuse_nothing(snapshot, monitors)
    observed = snapshot.with_monitors(monitors)
    ours, our_spikes, input_spikes = _run_core(observed, steps, chosen, progress)
    theirs, their_spikes = _run_brian2(observed, steps, input_spikes, progress, target)
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
        our_spikes,
        their_spikes,
        plan.dt,
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
    snapshot: Snapshot, neurons: Sequence[int] | None, variables: str | Sequence[str] | None
) -> list[MonitorPlan]:
    monitors = []
    wanted = None if neurons is None else _neurons(neurons)
    if isinstance(variables, str):
        variables = (variables,)
    for population in snapshot.plan.populations:
        program = population.program
        known = [*program.state_names, *program.parameter_names, *program.subexpressions]
        if variables is None:
            integrated = {statement.target for statement in program.update}
            chosen = tuple(name for name in program.state_names if name in integrated)
        else:
            chosen = tuple(name for name in variables if name in known)
        if not chosen:
            continue
        indices = np.arange(min(population.n, _NEURONS)) if wanted is None else wanted
        outside = [int(k) for k in indices if not 0 <= k < population.n]
        if outside:
            raise NetworkError(
                f"cross_validate: {population.name!r} has no neuron {outside[0]}; it has {population.n}."
            )
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


def _neurons(neurons: Sequence[int]) -> np.ndarray:
    indices = np.asarray(neurons)
    if indices.ndim != 1 or not indices.size or not np.issubdtype(indices.dtype, np.integer):
        raise NetworkError(
            f"cross_validate: neurons={neurons!r} are no neurons; give a list of whole numbers, such as "
            "[0, 1, 2]."
        )
    values, counts = np.unique(indices, return_counts=True)
    if len(values) < len(indices):
        raise NetworkError(
            f"cross_validate: neuron {values[counts > 1][0]} is named twice in neurons={neurons!r}."
        )
    return indices


def _refuse_nothing(snapshot: Snapshot, monitors: Sequence[MonitorPlan]) -> None:
    """Refuse a comparison that could not fail."""
    spiking = any(item.program.threshold is not None for item in snapshot.plan.populations)
    if not monitors and not spiking:
        raise NetworkError(
            "cross_validate: there is nothing to compare, neither variables nor spikes of neurons. Add a "
            "population, or name variables of those that there are."
        )


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
    snapshot: Snapshot,
    steps: int,
    input_spikes: Mapping[str, SpikePairs],
    progress: bool,
    target: str,
) -> tuple[dict[str, xr.Dataset], dict[str, SpikePairs]]:
    with reference_brian2(target):
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
    import xarray as xr  # late, because it brings pandas

    plan = next(p for p in snapshot.plan.populations if p.name == monitor.population)
    variables = {
        name: (("time", "neuron"), values[:, k], {"units": plan.program.units[name]})
        for k, name in enumerate(monitor.variables)
    }
    time = ("time", times, {"units": "s"})
    return xr.Dataset(variables, coords={"time": time, "neuron": monitor.indices})
