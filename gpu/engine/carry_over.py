"""From one simulation to the next: what must survive when a network is changed between runs.

A change of synapses, recordings or populations makes a new `Simulation`. Values of states and
parameters travel in its plan. The rest is here: the clock, the refractory clocks and flags of
neurons, the next spikes of Poisson sources, and the spikes that are still on their way. The latter
are not copied as sums but delivered again from the spikes themselves, with the delay of the time
when they were emitted and the present weight. That is Brian2's rule, and it holds for any change of
ports, scales and buffer lengths.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from .plan import ProjectionPlan
from .population import PopulationMemory
from .ports import port_of, quantise
from .simulation import Simulation

__all__ = ["Continuation", "DelayEpoch"]

#: Events that are delivered at a time.
_CHUNK = 2**22


@dataclass(frozen=True, eq=False)
class DelayEpoch:
    """Delays of a projection for spikes of steps [begin, end)."""

    begin: int
    end: int
    delay: int | np.ndarray


@dataclass(frozen=True, eq=False)
class Continuation:
    """What a new simulation needs to go on where an old one stopped.

    Attributes
    ----------
    step, source_step : int
        The clocks of neurons and of input spikes.
    last_spike, flags : dict of str to ndarray
        Per population.
    poisson_next : dict of str to ndarray
        Step of the next spike of each Poisson source.
    poisson_restart : dict of str to int
        Step at which a group draws its first spikes anew.
    spikes : dict of str to (indices, steps)
        For each spiking object its latest spikes, those that may still be on their way.
    epochs : dict of str to tuple of DelayEpoch
        Delays that those spikes were emitted with, for each projection.
    """

    step: int = 0
    source_step: int = 0
    last_spike: dict[str, np.ndarray] = field(default_factory=dict)
    flags: dict[str, np.ndarray] = field(default_factory=dict)
    poisson_next: dict[str, np.ndarray] = field(default_factory=dict)
    poisson_restart: dict[str, int] = field(default_factory=dict)
    spikes: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    epochs: dict[str, tuple[DelayEpoch, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, simulation: Simulation, before: Continuation) -> Continuation:
        """Take over from a simulation between two runs.

        Parameters
        ----------
        simulation : Simulation
            The old simulation.
        before : Continuation
            What the old simulation itself was restored from; ``Continuation()`` for the first one.

        Returns
        -------
        Continuation
            Arrays of the host; the old simulation can go.
        """
        plan = simulation.plan
        epochs = {}
        for projection in plan.projections:
            ended = DelayEpoch(before.source_step, simulation.source_step, projection.delay)
            epochs[projection.name] = tuple(
                epoch
                for epoch in (*before.epochs.get(projection.name, ()), ended)
                if epoch.begin < epoch.end and epoch.end + _longest(epoch.delay) > simulation.step
            )
        begins: dict[str, int] = {}
        for projection in plan.projections:
            for epoch in epochs[projection.name]:
                begins[projection.pre] = min(epoch.begin, begins.get(projection.pre, epoch.begin))
        poisson = [item.name for item in plan.poisson]
        return cls(
            simulation.step,
            simulation.source_step,
            {name: memory.last_spike.read() for name, memory in simulation.populations.items()},
            {name: memory.flags.read() for name, memory in simulation.populations.items()},
            {name: simulation.poisson.next_spike[name].read() for name in poisson},
            {name: simulation.poisson.restart_of(name) for name in poisson},
            {name: _latest(simulation, before, name, begin) for name, begin in begins.items()},
            epochs,
        )

    def restore(self, simulation: Simulation) -> None:
        """Let a new simulation, which has not run yet, go on where the old one stopped.

        Parameters
        ----------
        simulation : Simulation
            The new simulation. Its objects are matched by name; new ones start now.

        Raises
        ------
        SimulationError
            If the spikes on their way add up to more than a port can hold.
        """
        simulation.step = self.step
        simulation.source_step = self.source_step
        for name, memory in simulation.populations.items():
            if name in self.last_spike:
                memory.last_spike.write(self.last_spike[name])
                memory.flags.write(self.flags[name])
        self._restore_poisson(simulation)
        for population in simulation.plan.populations:
            into = [
                projection
                for projection in simulation.plan.projections
                if projection.post == population.name and self.epochs.get(projection.name)
            ]
            if into:
                _deliver(simulation, population.name, into, self)

    def _restore_poisson(self, simulation: Simulation) -> None:
        for item in simulation.plan.poisson:
            restart = self.poisson_restart.get(item.name, self.source_step)
            simulation.poisson.set_restart(item.name, restart)
            if item.name in self.poisson_next:
                simulation.poisson.next_spike[item.name].write(self.poisson_next[item.name])


def _longest(delay: int | np.ndarray) -> int:
    return int(np.max(delay, initial=0))


def _latest(
    simulation: Simulation, before: Continuation, name: str, begin: int
) -> tuple[np.ndarray, np.ndarray]:
    indices, steps = simulation.spikes.of(*simulation.source_range(name))
    if name in before.spikes:
        old_indices, old_steps = before.spikes[name]
        indices = np.concatenate([old_indices, indices])
        steps = np.concatenate([old_steps, steps])
    late = steps >= begin
    return indices[late], steps[late]


def _deliver(
    simulation: Simulation,
    population: str,
    projections: list[ProjectionPlan],
    continuation: Continuation,
) -> None:
    memory = simulation.populations[population]
    rows = _room(simulation, memory, projections, continuation)
    for projection in projections:
        port = port_of(projection, memory.ports)
        weight = quantise(projection.weight, memory.ports[port])
        for due, target, synapse in _on_their_way(projection, continuation):
            value = weight if weight.ndim == 0 else weight[synapse]
            np.add.at(rows[port], (due % memory.n_slot, target), value)
    memory.write_input(rows)


def _room(
    simulation: Simulation,
    memory: PopulationMemory,
    projections: list[ProjectionPlan],
    continuation: Continuation,
) -> list[np.ndarray]:
    """Return the input of a population, with more steps if old delays were longer than all new ones."""
    last = max(
        epoch.end - 1 + _longest(epoch.delay)
        for projection in projections
        for epoch in continuation.epochs[projection.name]
    )
    memory.lengthen_input(last - continuation.step + simulation.window + 2)
    return memory.read_input()


def _on_their_way(
    projection: ProjectionPlan, continuation: Continuation
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield chunks of events: step in which each is due, target neuron, number of the synapse."""
    indices, steps = continuation.spikes[projection.pre]
    source = indices - projection.first_source
    for epoch in continuation.epochs[projection.name]:
        chosen = (
            (source >= 0)
            & (source < projection.n_source)
            & (steps >= max(epoch.begin, continuation.step - _longest(epoch.delay)))
            & (steps < epoch.end)
        )
        of_epoch, when = source[chosen], steps[chosen]
        first, count = _rows(projection, of_epoch)
        if not count.any():
            continue
        bounds = np.searchsorted(np.cumsum(count), np.arange(0, int(count.sum()), _CHUNK), "right")
        for begin, end in zip(bounds, [*bounds[1:], len(of_epoch)], strict=True):
            part = slice(int(begin), int(end))
            repeats = count[part]
            within = np.arange(int(repeats.sum())) - np.repeat(
                np.cumsum(repeats) - repeats, repeats
            )
            synapse = np.repeat(first[part], repeats) + within
            emitter = np.repeat(of_epoch[part], repeats)
            delay = epoch.delay[synapse] if isinstance(epoch.delay, np.ndarray) else epoch.delay
            due = np.repeat(when[part], repeats) + np.asarray(delay, dtype=np.int64)
            target = _targets(projection, emitter, within, synapse)
            pending = due >= continuation.step
            yield due[pending], target[pending], synapse[pending]


def _rows(projection: ProjectionPlan, source: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first synapse and the number of synapses of each source."""
    if projection.kind == "explicit":
        assert projection.row is not None
        first = projection.row[source]
        return first, projection.row[source + 1] - first
    width = 1 if projection.kind == "one_to_one" else projection.n_target
    return source * width, np.full(len(source), width, dtype=np.int64)


def _targets(
    projection: ProjectionPlan, source: np.ndarray, within: np.ndarray, synapse: np.ndarray
) -> np.ndarray:
    if projection.kind == "explicit":
        assert projection.target is not None
        return projection.target[synapse].astype(np.int64)
    return projection.first_target + (source if projection.kind == "one_to_one" else within)
