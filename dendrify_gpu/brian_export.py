"""A network as Brian2 objects: the same text, values, synapses and order of operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import brian2
import numpy as np
from brian2.stateupdaters.base import StateUpdateMethod
from brian2.units.fundamentalunits import get_dimensions

from .comparison import SpikePairs
from .compartments import unit_text
from .gpu import Model, NetworkError, PopulationPlan, ProjectionPlan
from .snapshot import Snapshot

__all__ = ["BrianNetwork", "export_to_brian2"]

#: Brian2 gives input the order -1 and leaves the rest to the names of the objects. Second resets come after
#: the input of the same step, whatever the names are.
_AFTER_INPUT = 0


@dataclass(frozen=True, eq=False)
class BrianNetwork:
    """A network in Brian2.

    Attributes
    ----------
    network : brian2.Network
        Holds all objects; run it with ``network.run(duration)``.
    groups : dict
        Populations (`brian2.NeuronGroup`), Poisson groups and spike generators, by name.
    synapses : dict
        Projections (`brian2.Synapses`), by name; second resets as ``'<population>_second_reset'``.
    monitors : dict
        `brian2.StateMonitor` of each recording of traces, by the name of the recording;
        `brian2.SpikeMonitor` of each population that spikes and of each group of sources whose spikes
        are recorded, by the name of the population or the group.
    """

    network: brian2.Network
    groups: dict[str, Any] = field(default_factory=dict)
    synapses: dict[str, Any] = field(default_factory=dict)
    monitors: dict[str, Any] = field(default_factory=dict)


def export_to_brian2(
    snapshot: Snapshot,
    input_spikes: Mapping[str, SpikePairs] | None = None,
    method: str | None = None,
) -> BrianNetwork:
    """Build a network in Brian2.

    Parameters
    ----------
    snapshot : Snapshot
        The network.
    input_spikes : mapping of str to (indices, steps), optional
        Spikes that replace those of Poisson groups, by name.
    method : str, optional
        Integration method in Brian2 of populations whose own method Brian2 does not have.

    Returns
    -------
    BrianNetwork

    Raises
    ------
    NetworkError
        If Brian2 lacks the method of a population and no other is given, or lacks that one, too.
    """
    return _Exporter(snapshot, dict(input_spikes or {}), method).build()


class _Exporter:
    """Builds the objects of one network."""

    def __init__(
        self, snapshot: Snapshot, input_spikes: dict[str, SpikePairs], method: str | None
    ) -> None:
        self.snapshot = snapshot
        self.method = method
        self.plan = snapshot.plan
        self.input_spikes = input_spikes
        self.dt = self.plan.dt * brian2.second
        self.made = BrianNetwork(brian2.Network())

    def build(self) -> BrianNetwork:
        made = self.made
        for population in self.plan.populations:
            self._add_population(population, self.snapshot.models[population.name])
        for poisson in self.plan.poisson:
            if poisson.name in self.input_spikes:
                made.groups[poisson.name] = self._generator(
                    poisson.n, *self.input_spikes[poisson.name]
                )
            else:
                rates = np.broadcast_to(poisson.rate, (poisson.n,)) * brian2.hertz
                made.groups[poisson.name] = brian2.PoissonGroup(poisson.n, rates, dt=self.dt)
        for generator in self.plan.generators:
            made.groups[generator.name] = self._generator(
                generator.n, generator.indices, generator.steps
            )
        for projection in self.plan.projections:
            made.synapses[projection.name] = self._projection(projection)
        for monitor in self.plan.monitors:
            made.monitors[monitor.name] = brian2.StateMonitor(
                made.groups[monitor.population],
                list(monitor.variables),
                record=monitor.indices,
                dt=monitor.every * self.dt,
            )
        for population in self.plan.populations:
            if population.program.threshold is not None:
                group = made.groups[population.name]
                made.monitors[population.name] = brian2.SpikeMonitor(group)
        for name in self.snapshot.recorded_sources:
            made.monitors[name] = brian2.SpikeMonitor(made.groups[name])
        objects = [*made.groups.values(), *made.synapses.values(), *made.monitors.values()]
        if self.snapshot.driven:
            objects.append(self._driver())
        for item in objects:
            item.add_to_magic_network = False
            made.network.add(item)
        return made

    def _add_population(self, plan: PopulationPlan, model: Model) -> None:
        namespace = {**model.namespace, **_present_values(plan, model)}
        group = brian2.NeuronGroup(
            plan.n,
            model.equations,
            method=self._method(plan.name, model.method),
            threshold=model.threshold,
            reset=(model.reset or "") if model.threshold is not None else None,
            refractory=model.refractory,
            events=dict(model.events),
            namespace=namespace,
            dt=self.dt,
        )
        for event, action in model.event_actions.items():
            group.run_on_event(event, action)
        for name, value in plan.initial.items():
            dimensions = group.variables[name].dim
            setattr(group, name, brian2.Quantity(value, dim=dimensions))
        self.made.groups[plan.name] = group
        if model.second_reset is not None:
            synapses = brian2.Synapses(
                group,
                group,
                on_pre=model.second_reset,
                delay=model.spike_width,
                namespace=namespace,
                dt=self.dt,
            )
            synapses.connect(j="i")
            synapses.pre.order = _AFTER_INPUT
            self.made.synapses[f"{plan.name}_second_reset"] = synapses

    def _method(self, population: str, own: str) -> str:
        """Return the method of a population in Brian2."""
        known = StateUpdateMethod.stateupdaters
        if own in known:
            return own
        if self.method in known:
            return str(self.method)
        if self.method is not None:
            raise NetworkError(
                f"to_brian2: Brian2 has no method {self.method!r}. It has: {', '.join(sorted(known))}."
            )
        raise NetworkError(
            f"{population}: Brian2 has no method {own!r} for a NeuronGroup. Name one of its own, such as "
            "net.to_brian2(method='exponential_euler'), which may need a smaller dt to be stable, or use "
            "one of those for the population itself. Brian2 solves cables implicitly in its SpatialNeuron."
        )

    def _generator(self, n: int, indices: np.ndarray, steps: np.ndarray) -> Any:
        times = np.asarray(steps) * self.dt
        return brian2.SpikeGeneratorGroup(n, np.asarray(indices), times, dt=self.dt)

    def _projection(self, plan: ProjectionPlan) -> Any:
        pre, post = self.made.groups[plan.pre], self.made.groups[plan.post]
        dimensions = post.variables[plan.targets[0]].dim
        unit = unit_text(dimensions)
        varied = np.ndim(plan.weight) > 0
        weight = _free_name("synaptic_weight", {*pre.variables, *post.variables})
        values = brian2.Quantity(plan.weight, dim=dimensions)
        synapses = brian2.Synapses(
            pre,
            post,
            model=f"{weight} : {unit}" if varied else "",
            on_pre="\n".join(f"{target} += {weight}" for target in plan.targets),
            namespace={} if varied else {weight: values},
            dt=self.dt,
        )
        i, j = _pairs(plan)
        synapses.connect(i=i, j=j)
        if varied:
            setattr(synapses, weight, values)
        synapses.delay = np.broadcast_to(plan.delay, (len(i),)) * self.dt
        return synapses

    def _driver(self) -> Any:
        """Set driven parameters before the first sample of the step that changes them."""
        snapshot, groups, dt = self.snapshot, self.made.groups, self.plan.dt
        changes = {0, *(edge for item in snapshot.driven for edge in (item.start, item.stop))}

        def drive(t: Any) -> None:
            step = round(float(np.asarray(t[:])) / dt)
            if step in changes:
                for (population, parameter), value in snapshot.driven_values(step).items():
                    group = groups[population]
                    dimensions = group.variables[parameter].dim
                    setattr(group, parameter, brian2.Quantity(value, dim=dimensions))

        return brian2.NetworkOperation(drive, dt=self.dt, when="before_start")


def _present_values(plan: PopulationPlan, model: Model) -> dict[str, Any]:
    """Return the values that the model's constants have by now."""
    return {
        name: brian2.Quantity(value, dim=get_dimensions(model.namespace[name]))
        for name, value in plan.program.constants.items()
        if name in model.namespace
    }


def _free_name(name: str, taken: set[str]) -> str:
    """Return a name that means nothing else: Brian2 would take the neuron's variable before the weight."""
    while name in taken:
        name += "_syn"
    return name


def _pairs(plan: ProjectionPlan) -> tuple[np.ndarray, np.ndarray]:
    """Return source and target of every synapse."""
    sources = np.arange(plan.n_source)
    if plan.kind == "one_to_one":
        return sources + plan.first_source, sources + plan.first_target
    if plan.kind == "all_to_all":
        targets = np.tile(np.arange(plan.n_target), plan.n_source)
        return np.repeat(sources, plan.n_target) + plan.first_source, targets + plan.first_target
    assert plan.row is not None and plan.target is not None
    return np.repeat(sources, np.diff(plan.row)) + plan.first_source, plan.target
