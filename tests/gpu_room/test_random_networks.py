"""Networks drawn at random give the same whatever way the CPU takes: near or far memory, threads, batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from far_memory import cpu_backend

from dendrify_gpu.gpu import (
    GeneratorPlan,
    Model,
    NetworkPlan,
    PoissonPlan,
    PopulationPlan,
    ProjectionPlan,
    Simulation,
    build_program,
)
from dendrify_gpu.gpu.engine import pace, stages

DT = 1e-4
PROGRAM = build_program(
    Model(
        "dv/dt = (g - v) / (10*ms) : 1\ndg/dt = -g / (5*ms) : 1",
        threshold="v > 0.01",
        reset="v = 0",
        name="neuron",
    ),
    DT,
)


class Draw:
    """Draws one network."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        sizes = self.rng.choice([300, 2048, 2500, 4096, 5000], self.rng.integers(1, 4))
        self.sizes = {f"p{k}": int(n) for k, n in enumerate(sizes)}
        self.shortest = self.one_of(0, 1, 3, 8, 20)
        self.poisson: list[PoissonPlan] = []
        self.generators: list[GeneratorPlan] = []
        self.projections: list[ProjectionPlan] = []
        for number in range(self.rng.integers(4)):
            self.add_sources(number)
        if self.chance(0.5):
            self.add_given_spikes()
        for number in range(self.rng.integers(1, 5)):
            pre = self.one_of(*self.sizes)
            longest = self.shortest + self.one_of(0, 2, 15, 60, 200)
            self.add_synapses(f"among {number}", pre, self.sizes[pre], self.shortest, longest)

    def one_of(self, *values: Any) -> Any:
        return values[self.rng.integers(len(values))]

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def add_sources(self, number: int) -> None:
        """Add sources with a neuron each, often with all neurons, often with one delay."""
        post, name = self.one_of(*self.sizes), f"sources {number}"
        room = self.sizes[post]
        n = room if self.chance(0.7) else int(self.rng.integers(1, room + 1))
        first = int(self.rng.integers(room - n + 1))
        self.poisson.append(PoissonPlan(name, n, self.one_of(20.0, 200.0, 2000.0), 20 + number))
        common = int(self.rng.integers(30))
        for k in range(self.rng.integers(1, 4)):
            delay = common if self.chance(0.7) else int(self.rng.integers(30))
            targets, weight = (self.one_of("g", "v"),), self.one_of(0.002, 0.004)
            extent = ("one_to_one", n, n, weight, delay)
            link = ProjectionPlan(f"{name} {k}", name, post, targets, *extent, first_target=first)
            self.projections.append(link)

    def add_given_spikes(self) -> None:
        steps = np.sort(self.rng.integers(0, 250, 400))
        self.generators.append(GeneratorPlan("given", 20, self.rng.integers(20, size=400), steps))
        if self.chance(0.5):
            self.add_synapses("from given", "given", 20, 0, 20)
            return
        post = self.one_of(*self.sizes)
        extent = ("all_to_all", 20, self.sizes[post], 1e-3, 3)
        self.projections.append(ProjectionPlan("to all", "given", post, ("g",), *extent))

    def add_synapses(self, name: str, pre: str, n: int, shortest: int, longest: int) -> None:
        post = self.one_of(*self.sizes)
        room = self.sizes[post]
        count = room * self.one_of(1, 5, 12)
        source = np.sort(self.rng.integers(n, size=count))
        target = self.rng.integers(room, size=count).astype(np.int32)
        target = target[np.lexsort((target, source))]
        row = np.searchsorted(source, np.arange(n + 1))
        weight = self.rng.uniform(-1e-3, 3e-3, count) if self.chance(0.5) else 1e-3
        differ = longest > shortest
        delay = self.rng.integers(shortest, longest + 1, count) if differ else shortest
        extent = ("explicit", n, room, weight, delay)
        self.projections.append(
            ProjectionPlan(name, pre, post, ("g",), *extent, row=row, target=target)
        )

    def plan(self) -> NetworkPlan:
        objects = [*self.sizes, *(group.name for group in self.poisson)]
        recorded = tuple(name for name in objects if self.chance(0.5))
        return NetworkPlan(
            DT,
            self.one_of(32, 64),
            7,
            tuple(
                PopulationPlan(name, PROGRAM, n, {"v": self.rng.uniform(0, 0.012, n)})
                for name, n in self.sizes.items()
            ),
            tuple(self.poisson),
            tuple(self.generators),
            tuple(self.projections),
            spikes=None if self.chance(0.15) else recorded,
        )


def found(simulation: Simulation) -> dict[str, np.ndarray]:
    """Return states, pending input in the order in which it is due, and recorded spikes."""
    values = {}
    for name, memory in simulation.populations.items():
        values[f"states of {name}"] = memory.state.read()[:, : memory.n]
        for port, rows in enumerate(memory.read_input()):
            due = np.roll(rows[:, : memory.n], -(simulation.step % memory.n_slot), axis=0)
            values[f"input {port} of {name}"] = due[: memory.n_slot - 2]
        recorded = simulation.plan.spikes
        if recorded is None or name in recorded:
            indices, steps = simulation.spikes.of(*simulation.source_range(name))
            values[f"spikes of {name}"] = np.stack([steps, indices])
    return values


@pytest.mark.parametrize("seed", range(24))
def test_the_way_to_a_result_does_not_matter(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = Draw(seed)
    plan = draw.plan()
    monkeypatch.setattr(stages, "LEAST_NEURONS", 0)
    monkeypatch.setattr(pace, "_WANTED", draw.one_of(1e-9, 1e-3, 0.02, 1.0))
    backends = cpu_backend(False), cpu_backend(True, draw.one_of(1, 2, 3, 5))
    simulations = [Simulation(plan, backend) for backend in backends]
    for _ in range(4):
        if plan.poisson and draw.chance(0.4):
            name, rate = draw.one_of(*plan.poisson).name, draw.one_of(0.0, 50.0, 3000.0)
            for simulation in simulations:
                simulation.set_rate(name, rate)
        steps = draw.one_of(1, 2, 7, 30, 90)
        spikes = [simulation.run(steps).spikes for simulation in simulations]
        assert spikes[0] == spikes[1]
        first, second = (found(simulation) for simulation in simulations)
        for name, values in first.items():
            np.testing.assert_array_equal(values, second[name], err_msg=name)


def test_the_drawn_networks_are_of_all_kinds() -> None:
    plans = [Draw(seed).plan() for seed in range(24)]
    kinds = {item.kind for plan in plans for item in plan.projections}
    assert kinds == {"explicit", "one_to_one", "all_to_all"}
    assert {plan.precision for plan in plans} == {32, 64}
    assert {len(plan.populations) for plan in plans} == {1, 2, 3}
    assert any(plan.spikes is None for plan in plans) and any(plan.generators for plan in plans)
