"""The simulation behind a network: made at the first run, remade after a change."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from .backend_choice import ChosenBackend
from .errors import NumericalError, SimulationError
from .gpu import Continuation, NetworkPlan, Simulation
from .population import Population
from .recordings import SpikeRecording, TraceRecording

__all__ = ["Session"]


class Session:
    """Owns the simulation of one network, and what outlives it."""

    def __init__(self) -> None:
        self.simulation: Simulation | None = None
        self._continuation = Continuation()
        self._broken: str | None = None
        self._populations: Sequence[Population] = ()
        self._recordings: Sequence[TraceRecording | SpikeRecording] = ()

    @property
    def step(self) -> int:
        """Number of time steps that have been simulated."""
        return self._continuation.step if self.simulation is None else self.simulation.step

    def build(
        self,
        plan: NetworkPlan,
        chosen: ChosenBackend,
        populations: Sequence[Population],
        recordings: Sequence[TraceRecording | SpikeRecording],
    ) -> float:
        """Make the simulation of a plan, where the last one stopped; return the seconds it took."""
        started = time.perf_counter()
        simulation = Simulation(plan, chosen.backend)
        self._continuation.restore(simulation)
        for population in populations:
            population._attach(simulation.populations[population.name])
        for recording in recordings:
            if isinstance(recording, TraceRecording):
                recording._attach(simulation.samples(recording.name))
            else:
                first, last = simulation.source_range(recording.where.group.name)
                recording._attach(simulation.spikes, first, last)
        self._populations = populations
        self._recordings = recordings
        self.simulation = simulation
        return time.perf_counter() - started

    def close(self) -> None:
        """Take everything over from the simulation and let it go."""
        if self.simulation is None:
            return
        for population in self._populations:
            population._detach()
        for recording in self._recordings:
            recording._detach()
        self._continuation = Continuation.of(self.simulation, self._continuation)
        self.simulation = None

    def set_rate(self, name: str, rate: float | np.ndarray) -> None:
        """Change the rate of a Poisson group from the present step on."""
        if self.simulation is not None:
            self.simulation.set_rate(name, rate)
        elif name in self._continuation.poisson_restart:
            now = {name: self._continuation.source_step}
            restarts = self._continuation.poisson_restart | now
            self._continuation = replace(self._continuation, poisson_restart=restarts)

    def check_unbroken(self) -> None:
        """Refuse to go on after an error.

        Raises
        ------
        SimulationError
            If an earlier run failed.
        """
        if self._broken is not None:
            raise SimulationError(
                f"An earlier run of this network failed: {self._broken} Its recordings can be "
                "read; to run again, build a new network."
            )

    def run(
        self,
        ends: Sequence[int],
        values: Callable[[int], Mapping[tuple[Population, str], float | np.ndarray]],
        progress: Callable[[int], None],
    ) -> tuple[float, int]:
        """Run to each of some time steps, and set parameters before each part.

        Parameters
        ----------
        ends : sequence of int
            Time steps, ascending.
        values : callable
            Returns the parameters to set at a time step.
        progress : callable
            Called with the number of steps done since its last call.

        Returns
        -------
        seconds : float
            Wall-clock time.
        spikes : int
            Number of spikes.
        """
        simulation = self.simulation
        assert simulation is not None
        seconds, spikes = 0.0, 0
        try:
            for end in ends:
                for (population, name), value in values(simulation.step).items():
                    simulation.populations[population.name].write(name, value)
                report = simulation.run(end - simulation.step, progress)
                seconds += report.seconds
                spikes += report.spikes
        except NumericalError as error:
            self._broken = str(error)
            raise
        return seconds, spikes
