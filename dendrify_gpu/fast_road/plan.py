"""A Brian2 network on the fused core: its plan, its runs, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from brian2.core.clocks import Clock
from brian2.input.poissongroup import PoissonGroup
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup
from brian2.monitors.ratemonitor import PopulationRateMonitor
from brian2.monitors.spikemonitor import SpikeMonitor

from ..gpu import (
    Backend,
    GeneratorPlan,
    ModelError,
    NetworkError,
    NetworkPlan,
    NetworkTooLargeError,
    NumericalError,
    PoissonPlan,
    PopulationPlan,
    ProjectionPlan,
    Simulation,
    SimulationError,
)
from .flight import collect_flight, deliver_flight
from .kept import Kept
from .neurons import Neurons
from .projections import Wires, projections_of
from .reason import GeneralRoadNeeded, Reason
from .recordings import States, append_rates, append_spikes
from .schedule import root_name
from .sources import finish_generator, generated, poisson_rates
from .synapses import AdditivePathway
from .values import take_over, write_back

__all__ = ["FastPlan"]

#: Streams of random numbers of Poisson groups begin here, far from those of neurons.
_FIRST_POISSON_STREAM = 2**30


@dataclass(frozen=True, eq=False)
class FastPlan:
    """A prepared network that the fused core can run; made by `examine`.

    Attributes
    ----------
    clock : Clock
    clocks : tuple of Clock
        All that tick with it, itself among them.
    neurons : tuple of Neurons
    poisson : tuple of PoissonGroup
    generators : tuple of SpikeGeneratorGroup
    pathways : tuple of AdditivePathway
    states : tuple of States
    spikes : tuple of SpikeMonitor
    rates : tuple of PopulationRateMonitor
    kept : Kept
        What earlier runs have left.
    """

    clock: Clock
    clocks: tuple[Clock, ...]
    neurons: tuple[Neurons, ...]
    poisson: tuple[PoissonGroup, ...]
    generators: tuple[SpikeGeneratorGroup, ...]
    pathways: tuple[AdditivePathway, ...]
    states: tuple[States, ...]
    spikes: tuple[SpikeMonitor, ...]
    rates: tuple[PopulationRateMonitor, ...]
    kept: Kept

    # --------------------------------------------------------------------------- run

    def run(
        self,
        steps: int,
        progress: Callable[[int], None] | None,
        backend: Backend,
        precision: Literal[32, 64],
        seed: int,
    ) -> None:
        """Run from what Brian2's arrays and queues hold, and write everything back to them.

        An exception that is not `GeneralRoadNeeded` ends the run after the steps that are complete: they have been
        written back, and a later run goes on from there.

        Parameters
        ----------
        steps : int
            Number of time steps.
        progress : callable or None
            Called now and then with the number of steps since its last call; an exception of it ends the run.
        backend : Backend
        precision : {32, 64}
            Bits of the numbers that are computed with.
        seed : int
            Random numbers depend on it and on the number of the step alone. A caller that goes back to an earlier step
            gives another one for other numbers.

        Raises
        ------
        GeneralRoadNeeded
            If the core cannot carry this run out. Nothing has been changed.
        """
        if steps == 0:
            return
        begin = int(self.clock.variables["timestep"].get_value()[0])
        projections = self._projections()
        plan = self._network_plan(precision, seed, projections)
        try:
            simulation = self.kept.simulation_of(plan, backend)
            self._take_over(simulation, begin, projections)
        except (ModelError, NetworkError, NetworkTooLargeError, SimulationError) as error:
            raise self._unsuited(error) from error
        try:
            simulation.run(steps, progress)
        except (ModelError, SimulationError) as error:
            # The values of parameters, a state that became infinite, or a count of steps beyond the last.
            raise self._unsuited(error) from error
        except BaseException:
            self._write_back(simulation, begin)
            raise
        self._write_back(simulation, begin)

    def _unsuited(self, error: Exception) -> GeneralRoadNeeded:
        self.kept.simulation = None
        name, _, text = str(error).partition(": ")
        if name not in {item.name for item in self.neurons}:
            name, text = "network", str(error)
        if isinstance(error, NumericalError):
            text = text.split(". Its equation")[0]
        return GeneralRoadNeeded([Reason(name, text)])

    # -------------------------------------------------------------------------- plan

    def _projections(self) -> dict[str, list[ProjectionPlan]]:
        found = {}
        for pathway in self.pathways:
            wires = Wires.of(pathway, self.kept.wires.get(pathway.name))
            self.kept.wires[pathway.name] = wires
            found[pathway.name] = projections_of(pathway, wires)
        return found

    def _network_plan(
        self,
        precision: Literal[32, 64],
        seed: int,
        projections: dict[str, list[ProjectionPlan]],
    ) -> NetworkPlan:
        recorded = {root_name(item.source) for item in (*self.spikes, *self.rates)}
        generators = {item.name for item in self.generators}
        return NetworkPlan(
            dt=float(self.clock.dt_),
            precision=precision,
            seed=seed,
            # Their values come afterwards, as in every run.
            populations=tuple(
                PopulationPlan(item.name, item.program, len(item.group)) for item in self.neurons
            ),
            poisson=tuple(
                PoissonPlan(
                    item.name, len(item), poisson_rates(item), _FIRST_POISSON_STREAM + number
                )
                for number, item in enumerate(self.poisson)
            ),
            generators=tuple(
                GeneratorPlan(item.name, int(item.variables["N"].get_value()), *_all_spikes(item))
                for item in self.generators
            ),
            projections=tuple(item for each in projections.values() for item in each),
            monitors=tuple(item.plan for item in self.states if item.plan is not None),
            # What generators fire is known without the core.
            spikes=tuple(sorted(recorded - generators)),
        )

    # ------------------------------------------------------------------------ values

    def _take_over(
        self,
        simulation: Simulation,
        begin: int,
        projections: dict[str, list[ProjectionPlan]],
    ) -> None:
        """Let a simulation hold what Brian2's objects hold."""
        before = (simulation.step, simulation.source_step)
        for item in self.neurons:
            take_over(item, simulation.populations[item.name], begin)
        rates = {item.name: poisson_rates(item) for item in self.poisson}
        goes_on = [
            name
            for name, values in rates.items()
            if before == (begin, begin) and np.array_equal(self.kept.rates.get(name, []), values)
        ]
        for name, values in rates.items():
            if name not in goes_on:
                simulation.set_rate(name, values)
        self.kept.rates = rates
        deliver_flight(simulation, self.pathways, projections, begin, goes_on)

    def _write_back(self, simulation: Simulation, begin: int) -> None:
        """Let Brian2's objects hold what the simulation holds after its last complete step."""
        end, dt = simulation.step, float(self.clock.dt_)
        if end == begin:
            return
        fired: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for name in (*(item.name for item in self.neurons), *(item.name for item in self.poisson)):
            sources, steps = simulation.spikes.of(*simulation.source_range(name))
            # Sources are ahead of neurons where a run was interrupted.
            fired[name] = (sources[steps < end], steps[steps < end])
        for generator in self.generators:
            fired[generator.name] = generated(generator, begin, end)
            finish_generator(generator, end)
        for item in self.neurons:
            last = write_back(item, simulation.populations[item.name], begin, end)
            if "_spikespace" in item.group.variables:
                _set_spikes(item.group, last)
        for group in (*self.poisson, *self.generators):
            sources, steps = fired[group.name]
            _set_spikes(group, sources[steps == end - 1])
        for pathway in self.pathways:
            collect_flight(pathway, *fired[pathway.pre], end)
        for monitor in self.spikes:
            append_spikes(monitor, *fired[root_name(monitor.source)], dt)
        for rate in self.rates:
            append_rates(rate, *fired[root_name(rate.source)], begin, end, dt)
        for states in self.states:
            samples = None if states.plan is None else simulation.samples(states.monitor.name)
            states.append(samples, begin, end)
            _set_clock(states.monitor.clock, -(-end // states.every))
        for clock in self.clocks:
            _set_clock(clock, end)

    # ------------------------------------------------------------------------- words

    def describe(self) -> list[str]:
        """Return what runs where, one line for each object."""
        lines = [
            f"{item.name}: {len(item.group)} neurons, {item.program.method}, fused core"
            for item in self.neurons
        ]
        lines += [f"{item.name}: {len(item)} Poisson sources, fused core" for item in self.poisson]
        lines += [f"{item.name}: given spikes, fused core" for item in self.generators]
        for pathway in self.pathways:
            targets = ", ".join(dict.fromkeys(_flat(item.targets for item in pathway.inputs)))
            lines.append(
                f"{pathway.name}: {len(pathway.pathway.synapses)} synapses onto {targets or 'nothing'}, "
                f"{_delays(pathway)}, fused core"
            )
        lines += [f"{item.monitor.name}: states recorded by the fused core" for item in self.states]
        lines += [f"{item.name}: spikes recorded by the fused core" for item in self.spikes]
        lines += [f"{item.name}: rates counted from spikes after the run" for item in self.rates]
        return lines


def _all_spikes(group: SpikeGeneratorGroup) -> tuple[np.ndarray, np.ndarray]:
    return generated(group, 0, 2**31 - 1)


def _set_spikes(group: Any, sources: np.ndarray) -> None:
    space = np.asarray(group.variables["_spikespace"].get_value())
    space[: len(sources)] = sources
    space[-1] = len(sources)


def _set_clock(clock: Clock, step: int) -> None:
    clock.variables["timestep"].get_value()[:] = step
    clock.variables["t"].get_value()[:] = step * float(clock.dt_)


def _flat(parts: Iterable[Iterable[str]]) -> list[str]:
    return [name for part in parts for name in part]


def _delays(pathway: AdditivePathway) -> str:
    delay = pathway.delay
    if isinstance(delay, np.ndarray):
        return f"delays of {delay.min()} to {delay.max()} steps"
    return f"a delay of {delay} steps" if delay else "no delay"
