"""Brian2's monitors: what the core records for them, and how they get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sympy
from brian2.core.clocks import Clock
from brian2.monitors.ratemonitor import PopulationRateMonitor
from brian2.monitors.spikemonitor import SpikeMonitor
from brian2.monitors.statemonitor import StateMonitor

from ..gpu import MonitorPlan, Program, Samples
from .reason import Reason
from .schedule import root_name

__all__ = ["States", "append_rates", "append_spikes", "read_state_monitor", "spike_monitor_reasons"]


@dataclass(frozen=True, eq=False)
class States:
    """A StateMonitor.

    Attributes
    ----------
    monitor : StateMonitor
    population : str
        Name of the recorded group.
    variables : tuple of str
    indices : ndarray of int
        Recorded neurons of the group, ascending, each of them once.
    columns : ndarray of int
        Which of them each column of the monitor holds.
    every : int
        Steps between samples.
    """

    monitor: StateMonitor
    population: str
    variables: tuple[str, ...]
    indices: np.ndarray
    columns: np.ndarray
    every: int

    @property
    def plan(self) -> MonitorPlan | None:
        """What the core records; None if the monitor keeps nothing but times."""
        if not len(self.indices) or not self.variables:
            return None
        return MonitorPlan(
            self.monitor.name, self.population, self.variables, self.indices, self.every
        )

    def append(self, samples: Samples | None, begin: int, end: int) -> None:
        """Append what was recorded in steps [begin, end)."""
        monitor = self.monitor
        numbers = np.arange(-(-begin // self.every), -(-end // self.every))
        if not len(numbers):
            return
        before = len(monitor.variables["t"].get_value())
        monitor.resize(before + len(numbers))
        times = np.asarray(monitor.variables["t"].get_value())
        times[before:] = numbers * float(monitor.clock.dt_)
        if samples is not None:
            values = samples.values
            for place, name in enumerate(self.variables):
                kept = np.asarray(monitor.recorded_variables[name].get_value())
                kept[before:] = values[: len(numbers), place, self.columns]


def read_state_monitor(
    monitor: StateMonitor, programs: Mapping[str, Program], clock: Clock
) -> States | Reason:
    """Read a monitor of states.

    Parameters
    ----------
    monitor : StateMonitor
    programs : mapping of str to Program
        By name of the group.
    clock : Clock
        Of the network.

    Returns
    -------
    States or Reason
    """
    population = root_name(monitor.source)
    program = programs.get(population)
    if program is None:
        return Reason(monitor.name, f"records from {population!r}, which has no equations that run")
    names = tuple(monitor.record_variables)
    for name in names:
        if name in program.subexpressions:
            symbols = {str(symbol) for symbol in program.subexpressions[name].free_symbols}
            if "not_refractory" in symbols or _draws(program, name):
                return Reason(
                    monitor.name, f"records {name!r}, which is not a plain function of states"
                )
        elif name not in (*program.state_names, *program.parameter_names):
            return Reason(monitor.name, f"records {name!r}, which is not in the equations")
    every = _every(monitor.clock, clock)
    if every is None:
        return Reason(
            monitor.name,
            f"records every {float(monitor.clock.dt_)} s, which is out of step with dt = {float(clock.dt_)} s",
        )
    record = np.asarray(monitor.variables["_indices"].get_value()) + int(
        getattr(monitor.source, "start", 0)
    )
    indices, columns = np.unique(record, return_inverse=True)
    return States(monitor, population, names, indices.astype(np.int64), columns, every)


def _draws(program: Program, name: str) -> bool:
    calls = program.subexpressions[name].atoms(sympy.Function)
    return any(call.func.__name__ in ("rand", "randn", "poisson", "binomial") for call in calls)


def _every(own: Clock, clock: Clock) -> int | None:
    """Return how many steps of the network one of a monitor's takes, if both begin together."""
    dt, step = float(clock.dt_), int(clock.variables["timestep"].get_value()[0])
    every = round(float(own.dt_) / dt)
    number = int(own.variables["timestep"].get_value()[0])
    # Brian2 lets two clocks act together where their times are equal to 1e-14, relatively.
    if every < 1 or abs(every * dt - float(own.dt_)) > 1e-15 * float(own.dt_):
        return None
    return every if -(-step // every) == number else None


def spike_monitor_reasons(monitor: SpikeMonitor) -> list[Reason]:
    """Return why a monitor of spikes needs more than their times and sources."""
    further = sorted(set(monitor.record_variables) - {"i", "t"})
    if further:
        return [Reason(monitor.name, f"records the variable {further[0]!r} at spikes")]
    return []


def append_spikes(monitor: SpikeMonitor, sources: np.ndarray, steps: np.ndarray, dt: float) -> None:
    """Append the spikes of a group, of which the monitor may see a part.

    Parameters
    ----------
    monitor : SpikeMonitor
    sources, steps : ndarray of int
        In the order of recording.
    dt : float
    """
    first, last = (
        int(monitor.variables[f"_source_{end}"].get_value()) for end in ("start", "stop")
    )
    seen = (sources >= first) & (sources < last)
    sources, steps = sources[seen] - first, steps[seen]
    if not len(sources):
        return
    counter = monitor.variables["N"].get_value()
    before = int(counter[0])
    monitor.resize(before + len(sources))
    for name, values in (("i", sources), ("t", steps * dt)):
        if name in monitor.record_variables:
            np.asarray(monitor.variables[name].get_value())[before:] = values
    counter[0] = before + len(sources)
    count = np.asarray(monitor.variables["count"].get_value())
    count += np.bincount(sources, minlength=len(count)).astype(count.dtype)


def append_rates(
    monitor: PopulationRateMonitor,
    sources: np.ndarray,
    steps: np.ndarray,
    begin: int,
    end: int,
    dt: float,
) -> None:
    """Append the rates of steps [begin, end).

    Parameters
    ----------
    monitor : PopulationRateMonitor
    sources, steps : ndarray of int
        Spikes of the group in these steps.
    begin, end : int
    dt : float
    """
    first, last = (
        int(monitor.variables[f"_source_{side}"].get_value()) for side in ("start", "stop")
    )
    seen = steps[(sources >= first) & (sources < last)] - begin
    counter = monitor.variables["N"].get_value()
    before = int(counter[0])
    monitor.resize(before + end - begin)
    spikes = np.bincount(seen, minlength=end - begin)
    n = np.asarray(monitor.variables["_num_source_neurons"].get_value()).item()
    np.asarray(monitor.variables["rate"].get_value())[before:] = 1.0 * spikes / dt / n
    np.asarray(monitor.variables["t"].get_value())[before:] = np.arange(begin, end) * dt
    counter[0] = before + end - begin
