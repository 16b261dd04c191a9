"""Adding stimuli and recordings to a network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .building import NetworkBuilder
from .errors import NetworkError, UnknownVariableError
from .gpu import nearest_names
from .population import Population
from .quantities import shown, si_time
from .recordings import SpikeRecording, TraceRecording
from .selection import Selection, SpikingObject
from .stimuli import CurrentStep, refuse_overlap

__all__ = ["NetworkExperiment"]


class NetworkExperiment(NetworkBuilder):
    """The commands that stimulate and record; part of `Network`."""

    def current_step(
        self,
        where: Population | Selection,
        parameter: str,
        value: Any,
        *,
        start: Any,
        stop: Any,
    ) -> CurrentStep:
        """Let a parameter take another value during [start, stop).

        Parameters
        ----------
        where : Population or Selection
            Which neurons.
        parameter : str
            A parameter, such as ``'I_ext_soma'``.
        value : Quantity, number, array or Distribution
            The value, or one for each neuron. Outside the step the parameter has the value that
            was, or will be, set as usual; reading it gives that value.
        start, stop : Quantity
            When, counted from the beginning of the first run, rounded to time steps.

        Returns
        -------
        CurrentStep

        Raises
        ------
        NetworkError
            If the times are in the past or in the wrong order, two steps overlap, the name is not
            that of a parameter or the value is wrong.
        """
        chosen = self._own(where, "current_step")
        population = chosen.group
        if not isinstance(population, Population):
            raise NetworkError(
                f"current_step: {population.name} consists of sources, which have no parameters."
            )
        label = f"{chosen.label}.{parameter}"
        population.dimensions(parameter)  # refuses an unknown name
        if parameter not in population.program.parameter_names:
            raise NetworkError(
                f"current_step: {label} changes during a run by itself; only a parameter can be "
                "driven. " + nearest_names(parameter, population.program.parameter_names)
            )
        begin = round(si_time(start, f"current_step on {label}: start") / self._dt)
        end = round(si_time(stop, f"current_step on {label}: stop") / self._dt)
        if begin < self.step:
            raise NetworkError(
                f"current_step on {label}: start={shown(start)} is in the past, the network is at "
                f"{shown(self.t)} already."
            )
        if end <= begin:
            raise NetworkError(
                f"current_step on {label}: stop={shown(stop)} does not come after "
                f"start={shown(start)}."
            )
        si_value = population._given(parameter, value, len(chosen), f"current_step on {label}")
        added = CurrentStep(population, chosen, parameter, si_value, begin, end, self._dt)
        refuse_overlap(added, self._current_steps)
        self._current_steps.append(added)
        return added

    def record(
        self,
        where: Population | Selection,
        variables: str | Iterable[str],
        *,
        every: Any = None,
        name: str | None = None,
    ) -> TraceRecording:
        """Record variables over time.

        Parameters
        ----------
        where : Population or Selection
            Which neurons, such as ``pyr[:10]`` or ``pyr[[3, 14, 15]]``.
        variables : str or iterable of str
            States, parameters or subexpressions.
        every : Quantity, optional
            Time between samples, a multiple of the time step. Default: the time step.
        name : str, optional
            Name, unique in the network.

        Returns
        -------
        TraceRecording

        Raises
        ------
        UnknownVariableError
            If there is no such variable.
        NetworkError
            If `every` is not a multiple of the time step, or the name cannot be used.
        """
        name = self._names.proposed(name, "traces")
        chosen = self._own(where, name)
        population = chosen.group
        if not isinstance(population, Population):
            raise NetworkError(
                f"{name}: {population.name} consists of sources, which have no variables; use "
                "record_spikes."
            )
        wanted = (variables,) if isinstance(variables, str) else tuple(variables)
        if not wanted:
            raise NetworkError(
                f"{name}: no variable was named. {nearest_names('', population.recordable)}"
            )
        for variable in wanted:
            if variable not in population.recordable:
                raise UnknownVariableError(
                    f"{name}: {population.name} has no variable {variable!r} to record. "
                    + nearest_names(variable, population.recordable)
                )
            if wanted.count(variable) > 1:
                raise NetworkError(f"{name}: {variable!r} is named twice.")
        every_steps = 1 if every is None else self._multiple_of_dt(every, f"{name}: every")
        added = TraceRecording(name, chosen, wanted, every_steps, self._dt)
        self._recordings.append(added)
        self._register(name)
        return added

    def record_spikes(
        self, where: SpikingObject | Selection, *, name: str | None = None
    ) -> SpikeRecording:
        """Record spikes.

        Parameters
        ----------
        where : Population, PoissonGroup, SpikeGenerator or Selection
            Whose spikes.
        name : str, optional
            Name, unique in the network.

        Returns
        -------
        SpikeRecording

        Raises
        ------
        NetworkError
            If the neurons have no threshold, or the name cannot be used.
        """
        name = self._names.proposed(name, "spikes")
        chosen = self._own(where, name)
        self._check_spikes(chosen, name)
        added = SpikeRecording(name, chosen, self._dt)
        self._recordings.append(added)
        self._register(name)
        return added

    def _multiple_of_dt(self, every: Any, what: str) -> int:
        ratio = si_time(every, what) / self._dt
        steps = round(ratio)
        if steps < 1 or abs(ratio - steps) > 1e-4:
            raise NetworkError(
                f"{what}={shown(every)} is not a multiple of the time step, {self._dt * 1e3:g} ms."
            )
        return steps
