"""One experiment, described once and run in three ways.

The ways are Brian2 with models of Dendrify, Brian2 with models of this library, and the core of
this library. All give the same kind of result, in SI units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import brian2
import dendrify
import numpy as np
from brian2.units import ms, second

import dendrify_gpu

ENGINES = ("dendrify", "brian2", "core")


@dataclass(frozen=True, eq=False)
class Pulse:
    """A parameter takes a value, or one for each neuron, during [start, stop), and is else 0."""

    parameter: str
    value: Any
    start: Any
    stop: Any


@dataclass(frozen=True, eq=False)
class Drive:
    """Spikes of some sources, and the synapses through which they reach the neurons."""

    sources: int
    i: Any
    t: Any
    variables: tuple[str, ...]
    pairs: tuple[Any, Any]


@dataclass(frozen=True, eq=False)
class PlainModel:
    """A neuron as text and values, for Brian2 and for what the packages' commands do not do."""

    equations: str
    namespace: Mapping[str, Any]
    events: Mapping[str, str]
    event_actions: Mapping[str, str]
    initial: Mapping[str, Any]

    def make_neurongroup(
        self,
        N: int,
        method: str,
        threshold: str | None = None,
        reset: str | None = None,
        second_reset: str | None = None,
        spike_width: Any = None,
        refractory: Any = False,
    ) -> Any:
        """Return a Brian2 group, with a second reset also the object that performs it."""
        group = brian2.NeuronGroup(
            N,
            self.equations,
            method=method,
            threshold=threshold,
            reset=reset,
            refractory=refractory,
            events=dict(self.events),
            namespace=dict(self.namespace),
        )
        for event, action in self.event_actions.items():
            group.run_on_event(event, action)
        for name, value in self.initial.items():
            setattr(group, name, value)
        if second_reset is None:
            return group
        again = brian2.Synapses(group, group, on_pre=second_reset, delay=spike_width)
        again.connect(j="i")
        return group, again


@dataclass(frozen=True, eq=False)
class Experiment:
    """A model, copies of it, and what is done to them; `build` takes the package to build with."""

    build: Callable[[Any], Any]
    size: int
    duration: Any
    record: tuple[str, ...] = ()
    spiking: Mapping[str, Any] = field(default_factory=dict)
    pulses: tuple[Pulse, ...] = ()
    drives: tuple[Drive, ...] = ()
    recurrent: tuple[tuple[tuple[str, ...], tuple[Any, Any]], ...] = ()
    dt: Any = field(default_factory=lambda: 0.1 * ms)


@dataclass(frozen=True, eq=False)
class Result:
    """Traces of shape (neurons, samples), and spikes in the order of time, then of neurons."""

    traces: Mapping[str, np.ndarray]
    i: np.ndarray
    steps: np.ndarray

    @property
    def count(self) -> int:
        """Number of spikes."""
        return len(self.i)

    def counts(self, size: int) -> list[int]:
        """Number of spikes of each neuron."""
        return np.bincount(self.i, minlength=size).tolist()

    def onsets(self, dspike: str, neuron: int = 0) -> list[int]:
        """Time steps at which dendritic spikes of one kind began in one compartment."""
        started = self.traces[f"gate_{dspike}"][neuron] > 0
        return np.unique(self.traces[f"spiketime_{dspike}"][neuron][started]).astype(int).tolist()


def run(experiment: Experiment, engine: str) -> Result:
    """Run an experiment on one of `ENGINES`."""
    if engine == "core":
        return _run_core(experiment)
    return _run_brian2(experiment, dendrify if engine == "dendrify" else dendrify_gpu)


def cached(make: Callable[..., Experiment]) -> Callable[..., Result]:
    """Turn a function that describes an experiment into one that runs it, once per engine."""

    @cache
    def result(engine: str, *arguments: Any) -> Result:
        return run(make(*arguments), engine)

    return result


def make_group(experiment: Experiment, lib: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the Brian2 group of an experiment's neurons, and what else belongs in the network."""
    model = experiment.build(lib)
    made = model.make_neurongroup(experiment.size, method="euler", **experiment.spiking)
    return (made[0], made[1:]) if isinstance(made, tuple) else (made, ())


def _run_brian2(experiment: Experiment, lib: Any) -> Result:
    brian2.start_scope()
    brian2.defaultclock.dt = experiment.dt
    group, rest = make_group(experiment, lib)
    network = brian2.Network(group, *rest)
    for drive in experiment.drives:
        source = brian2.SpikeGeneratorGroup(drive.sources, drive.i, drive.t)
        network.add(source, _synapses(source, group, drive.variables, drive.pairs))
    for variables, pairs in experiment.recurrent:
        network.add(_synapses(group, group, variables, pairs))
    traces = brian2.StateMonitor(group, experiment.record, record=True)
    network.add(traces)
    spikes = None
    if "threshold" in experiment.spiking:
        spikes = brian2.SpikeMonitor(group)
        network.add(spikes)
    edges = {float(edge / second): edge for p in experiment.pulses for edge in (p.start, p.stop)}
    edges[float(experiment.duration / second)] = experiment.duration
    for edge in sorted(edges):
        network.run(edges[edge] - network.t, namespace={})
        for pulse in experiment.pulses:
            if pulse.stop == edges[edge]:
                setattr(group, pulse.parameter, 0 * pulse.value)
        for pulse in experiment.pulses:
            if pulse.start == edges[edge]:
                setattr(group, pulse.parameter, pulse.value)
    values = {name: np.asarray(getattr(traces, name)) for name in experiment.record}
    if spikes is None:
        return Result(values, *_in_order([], []))
    return Result(values, *_in_order(spikes.i, np.asarray(spikes.t / experiment.dt)))


def _synapses(source: Any, group: Any, variables: tuple[str, ...], pairs: tuple[Any, Any]) -> Any:
    code = "; ".join(f"{variable} += 1" for variable in variables)
    synapses = brian2.Synapses(source, group, on_pre=code)
    synapses.connect(i=np.asarray(pairs[0]), j=np.asarray(pairs[1]))
    return synapses


def _run_core(experiment: Experiment) -> Result:
    network = dendrify_gpu.Network(dt=experiment.dt, backend="cpu")
    cells = network.population(
        experiment.build(dendrify_gpu), experiment.size, method="euler", **experiment.spiking
    )
    for drive in experiment.drives:
        source = network.spike_generator(drive.sources, np.asarray(drive.i), drive.t)
        network.connect(source, cells, drive.variables, i=drive.pairs[0], j=drive.pairs[1])
    for variables, pairs in experiment.recurrent:
        network.connect(cells, cells, variables, i=pairs[0], j=pairs[1])
    for pulse in experiment.pulses:
        network.current_step(
            cells, pulse.parameter, pulse.value, start=pulse.start, stop=pulse.stop
        )
    traces = network.record(cells, experiment.record) if experiment.record else None
    spikes = network.record_spikes(cells) if "threshold" in experiment.spiking else None
    network.run(experiment.duration)
    values = {name: np.asarray(traces[name]).T for name in experiment.record}
    return Result(
        values, *(_in_order([], []) if spikes is None else _in_order(spikes.i, spikes.steps))
    )


def _in_order(i: Any, steps: Any) -> tuple[np.ndarray, np.ndarray]:
    index = np.asarray(i, dtype=np.int64)
    step = np.rint(np.asarray(steps)).astype(np.int64)
    order = np.lexsort((index, step))
    return index[order], step[order]


def assert_same(mine: Result, theirs: Result, tolerance: float = 1e-12) -> None:
    """The same spikes, and traces that differ by `tolerance` relative to the largest value."""
    assert np.array_equal(mine.steps, theirs.steps)
    assert np.array_equal(mine.i, theirs.i)
    assert mine.traces.keys() == theirs.traces.keys()
    for name, trace in theirs.traces.items():
        allowed = tolerance * np.abs(trace).max()
        np.testing.assert_allclose(mine.traces[name], trace, rtol=0, atol=allowed, err_msg=name)
