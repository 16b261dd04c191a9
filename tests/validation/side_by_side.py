"""Runs one network description on the core and on Brian2 (numpy target), and compares."""

from __future__ import annotations

from dataclasses import dataclass, field

import brian2
import numpy as np

from dendrify_gpu.gpu import (
    CpuBackend,
    GeneratorPlan,
    Model,
    MonitorPlan,
    NetworkPlan,
    PopulationPlan,
    ProjectionPlan,
    Simulation,
    build_program,
)


@dataclass
class Synapses:
    """Explicit synapses: ``targets += weight`` after `delay` steps."""

    pre: str
    targets: tuple[str, ...]
    i: np.ndarray
    j: np.ndarray
    weight: float | np.ndarray
    delay: int | np.ndarray


@dataclass
class Case:
    """A population, spikes that reach it from outside, and its own synapses."""

    model: Model
    n: int
    steps: int
    initial: dict[str, float | np.ndarray]
    recorded: tuple[str, ...]
    input_spikes: tuple[np.ndarray, np.ndarray] | None = None
    synapses: list[Synapses] = field(default_factory=list)
    dt: float = 1e-4


@dataclass
class Outcome:
    """Spikes sorted by step and neuron, and samples of shape (steps, variables, neurons)."""

    indices: np.ndarray
    steps: np.ndarray
    values: np.ndarray


def run_core(
    case: Case, precision: int = 64, pieces: tuple[int, ...] = (), **backend: int
) -> Outcome:
    """Run on the CPU backend, in one piece or several."""
    program = build_program(case.model, case.dt)
    generators = ()
    if case.input_spikes is not None:
        generators = (GeneratorPlan("input", case.n, *case.input_spikes),)
    projections = []
    for number, synapses in enumerate(case.synapses):
        order = np.lexsort((synapses.j, synapses.i))
        row = np.searchsorted(synapses.i[order], np.arange(case.n + 1))
        weight = synapses.weight if np.ndim(synapses.weight) == 0 else synapses.weight[order]
        delay = synapses.delay if np.ndim(synapses.delay) == 0 else synapses.delay[order]
        projections.append(
            ProjectionPlan(
                f"synapses_{number}", synapses.pre, "neurons", synapses.targets, "explicit", case.n, case.n,
                weight, delay, row=row.astype(np.int64), target=synapses.j[order].astype(np.int32),
            )
        )  # fmt: skip
    plan = NetworkPlan(
        case.dt,
        precision,
        1,
        (PopulationPlan("neurons", program, case.n, dict(case.initial)),),
        generators=generators,
        projections=tuple(projections),
        monitors=(MonitorPlan("samples", "neurons", case.recorded, np.arange(case.n), 1),),
    )
    simulation = Simulation(plan, CpuBackend(**backend))
    for piece in pieces or (case.steps,):
        simulation.run(piece)
    indices, steps = simulation.spikes.of(*simulation.source_range("neurons"))
    return Outcome(indices, steps, simulation.samples("samples").values)


def run_brian(case: Case) -> Outcome:
    """Run on Brian2."""
    model = case.model
    dt = case.dt * brian2.second
    clock = {"dt": dt}
    group = brian2.NeuronGroup(
        case.n,
        model.equations,
        threshold=model.threshold,
        reset=model.reset,
        refractory=model.refractory,
        events=dict(model.events),
        namespace=dict(model.namespace),
        method=model.method,
        **clock,
    )
    for name, action in model.event_actions.items():
        group.run_on_event(name, action)
    for name, value in case.initial.items():
        unit = brian2.Quantity(1, group.variables[name].dim)
        setattr(group, name, np.asarray(value) * unit)
    objects: list[object] = [group]
    if model.second_reset is not None:
        second = brian2.Synapses(
            group, group, on_pre=model.second_reset, delay=model.spike_width, **clock
        )
        second.connect(j="i")
        objects.append(second)
    sources = {"neurons": group}
    if case.input_spikes is not None:
        indices, steps = case.input_spikes
        sources["input"] = brian2.SpikeGeneratorGroup(case.n, indices, steps * dt, **clock)
        objects.append(sources["input"])
    for synapses in case.synapses:
        on_pre = "; ".join(f"{target} += weight" for target in synapses.targets)
        pathway = brian2.Synapses(
            sources[synapses.pre], group, "weight : 1", on_pre=on_pre, **clock
        )
        pathway.connect(i=synapses.i, j=synapses.j)
        pathway.weight = synapses.weight
        pathway.delay = synapses.delay * dt
        objects.append(pathway)
    monitor = brian2.StateMonitor(group, list(case.recorded), record=True, **clock)
    spikes = brian2.SpikeMonitor(group) if model.threshold is not None else None
    network = brian2.Network(*objects, monitor, *([spikes] if spikes is not None else []))
    network.run(case.steps * dt, namespace={})
    values = np.stack([np.asarray(getattr(monitor, name)).T for name in case.recorded], axis=1)
    if spikes is None:
        return Outcome(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), values)
    indices = np.asarray(spikes.i)
    steps = np.rint(np.asarray(spikes.t / dt)).astype(np.int64)
    order = np.lexsort((indices, steps))
    return Outcome(indices[order], steps[order], values)


def random_synapses(
    rng: np.random.Generator,
    n: int,
    each: int,
    pre: str,
    targets: tuple[str, ...],
    delays: tuple[int, int],
    weights: tuple[float, float],
) -> Synapses:
    """Draw `each` synapses per neuron with per-synapse weights and delays."""
    i = np.repeat(np.arange(n), each)
    j = np.concatenate([np.sort(rng.choice(n, each, replace=False)) for _ in range(n)])
    return Synapses(
        pre, targets, i, j, rng.uniform(*weights, n * each), rng.integers(*delays, n * each)
    )


def random_spikes(
    rng: np.random.Generator, n: int, steps: int, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw spikes, at most one of a source in a step."""
    drawn = np.stack([rng.integers(0, steps, count), rng.integers(0, n, count)], axis=1)
    unique = np.unique(drawn, axis=0)
    return unique[:, 1], unique[:, 0]
