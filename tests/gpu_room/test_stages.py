"""Input collected in the cache, where a network is larger than the caches."""

from __future__ import annotations

from dataclasses import replace

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
from dendrify_gpu.gpu.engine import simulation as simulation_module
from dendrify_gpu.gpu.engine.ports import all_ports
from dendrify_gpu.gpu.engine.schedule import make_windows, slot_count

DT = 1e-4
#: Neurons that lie together three times, at last not all of them and not a whole number of vectors.
N = 2 * 2048 + 777
PIECES = (1, 2, 37, 150, 64)


@pytest.fixture(autouse=True)
def small_populations_are_staged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "LEAST_NEURONS", 0)


def explicit(
    name: str, pre: str, n: int, rng: np.random.Generator, count: int, weights: bool, delay: object
) -> ProjectionPlan:
    source = np.sort(rng.integers(n, size=count))
    target = rng.integers(N, size=count).astype(np.int32)
    target = target[np.lexsort((target, source))]
    weight = rng.uniform(-1e-3, 3e-3, count) if weights else 1e-3
    row = np.searchsorted(source, np.arange(n + 1))
    extent = (n, N, weight, delay)
    return ProjectionPlan(name, pre, "cells", ("g",), "explicit", *extent, row=row, target=target)


def network(
    precision: int,
    weights: bool = True,
    longest: int = 40,
    homes: tuple[int, int] = (3, 3),
    many: bool = True,
) -> NetworkPlan:
    """Neurons that spike, with sources of their own, synapses among them and given spikes.

    Parameters
    ----------
    precision : {32, 64}
    weights : bool
        Whether synapses differ in weight.
    longest : int
        Longest delay; the shortest one of the synapses among neurons is 6.
    homes : tuple of int
        Delays of the two synapses of each source of the first group.
    many : bool
        Whether there are so many events that bins fill up.
    """
    rng = np.random.default_rng(11)
    model = Model(
        "dv/dt = (g - v) / (10*ms) : 1\ndg/dt = -g / (5*ms) : 1",
        threshold="v > 0.01",
        reset="v = 0",
        name="neuron",
    )
    count = (12 if many else 3) * N
    steps = np.repeat(np.arange(0, 240, 3), 9 if many else 1)
    own = (N, N)
    return NetworkPlan(
        DT,
        precision,
        5,
        (PopulationPlan("cells", build_program(model, DT), N),),
        (PoissonPlan("first", N, 200.0, 2), PoissonPlan("second", N, 100.0, 3)),
        (GeneratorPlan("given", 30, rng.integers(30, size=len(steps)), steps),),
        (
            explicit("among", "cells", N, rng, count, weights, rng.integers(6, longest + 1, count)),
            explicit("alike", "cells", N, rng, 3 * N, False, 8),
            explicit(
                "from outside", "given", 30, rng, 4 * N, weights, rng.integers(20, size=4 * N)
            ),
            ProjectionPlan("a", "first", "cells", ("g",), "one_to_one", *own, 0.005, homes[0]),
            ProjectionPlan("b", "first", "cells", ("v",), "one_to_one", *own, 0.001, homes[1]),
            ProjectionPlan("c", "second", "cells", ("g",), "one_to_one", *own, 0.007, 2),
        ),
        spikes=("cells",),
    )


def plans_of(plan: NetworkPlan, threads: int = 1, window: int = 7) -> list[stages.StagePlan | None]:
    slots = [slot_count(plan.projections, window)]
    return stages.plan_stages(plan, all_ports(plan), slots, window, threads)


def outcome(simulation: Simulation) -> list[np.ndarray]:
    cells = simulation.populations["cells"]
    begin = [simulation.poisson.next_spike[name].read() for name in ("first", "second")]
    return [
        cells.state.read()[:, :N],
        *cells.read_input(),
        *simulation.spikes.of(*simulation.source_range("cells")),
        *begin,
    ]


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize(("threads", "batch"), [(1, 1.0), (2, 0.01), (3, 1e-9)])
def test_nothing_depends_on_where_input_is(
    precision: int, weights: bool, threads: int, batch: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "_WANTED", batch)
    plan = network(precision, weights)
    near, far = Simulation(plan, cpu_backend(False)), Simulation(plan, cpu_backend(True, threads))
    assert far._population_table(0)["stage"][0] != 0
    for steps in PIECES:
        assert near.run(steps).spikes == far.run(steps).spikes
        for one, other in zip(outcome(near), outcome(far), strict=True):
            np.testing.assert_array_equal(one, other)
    assert len(outcome(far)[-3]) > 2000


def in_one_batch(simulation: Simulation, stop: int, keep_from: int) -> np.ndarray:
    """Advance to a step; return the step from which memory holds no input, for neurons that lie together."""
    simulation._write_populations()
    step, made = simulation.step, simulation.source_step
    rows = make_windows(step, stop, made, stop, simulation.window)
    rows["resumed"] = rows["begin"] == step
    batch = simulation.batches[0]
    batch.queue(simulation.kernels, simulation.work, rows, keep_from, None).wait()
    simulation.step, simulation.source_step = stop, int(rows["source_end"][-1])
    return simulation._stages._memory[1].read()[: N // 2048 + 1]


def test_neurons_find_their_input_on_the_stage() -> None:
    """Except for what a batch of windows finds in memory when it begins."""
    plan = network(64, weights=False, longest=19, many=False)
    one, other = (Simulation(plan, cpu_backend(True)) for _ in range(2))
    for simulation in (one, other):
        simulation.run(7)
        assert (simulation.step, simulation.source_step) == (7, 7)
        assert in_one_batch(simulation, 7 + 420, 2**30).tolist() == 3 * [7 + 19]
    # What is put on the stage reaches the neurons, once: the last part of a thread's memory says where input is.
    on_stage = one._stages._memory[0]
    cells = one.populations["cells"]
    assert all(port.narrow for port in cells.ports)
    size = 2048 * cells.n_slot * len(cells.ports)
    content = on_stage.read()
    assert not content[:size].any()
    content[:size] = 1
    on_stage.write(content)
    for simulation in (one, other):
        in_one_batch(simulation, 7 + 840, 2**30)
        assert not simulation._stages._memory[0].read()[:size].any()
    values = [simulation.populations["cells"].read("g") for simulation in (one, other)]
    assert not np.array_equal(*values)


def test_spikes_that_are_listed_after_all_are_found_in_memory() -> None:
    """Near the end of a batch the spikes of all sources are kept, for a change of the network."""
    simulation = Simulation(network(64, longest=19, many=False), cpu_backend(True))
    simulation.run(7)
    held = in_one_batch(simulation, 7 + 420, 7 + 300)
    assert held.tolist() == 3 * [7 + 420 + 19]


@pytest.mark.parametrize("threads", [1, 3])
def test_events_due_later_than_bins_wait_and_full_bins(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows that are shorter than planned, and more events than bins hold, find their way to memory."""
    plan = network(64, True)
    (planned,) = plans_of(plan)
    assert planned is not None
    short = replace(planned, n_turn=2)
    monkeypatch.setattr(simulation_module, "plan_stages", lambda *arguments: [short])
    near, far = Simulation(plan, cpu_backend(False)), Simulation(plan, cpu_backend(True, threads))
    for steps in PIECES:
        near.run(steps)
        far.run(steps)
        for one, other in zip(outcome(near), outcome(far), strict=True):
            np.testing.assert_array_equal(one, other)


def test_which_ports_are_staged() -> None:
    def chosen(plan: NetworkPlan, threads: int = 1) -> dict[str, bool]:
        (planned,) = plans_of(plan, threads)
        ports = all_ports(plan)[0]
        flags = (False,) * len(ports) if planned is None else planned.ports
        return {
            name: flag for port, flag in zip(ports, flags, strict=True) for name in port.projections
        }

    plan = network(64)
    every = ["a", "alike", "among", "b", "c", "from outside"]
    assert chosen(plan) == chosen(plan, 2) == dict.fromkeys(every, True)
    # Delays of up to 40 steps in windows of 7; those of given spikes, which are made a window ahead, are shorter.
    (stage,) = plans_of(plan)
    assert stage is not None
    assert (stage.ports, stage.n_turn, stage.longest) == ((True,) * 5, 6, 40)
    without = {name: name not in ("a", "b") for name in every}
    assert chosen(network(64, homes=(0, 5))) == without, "a source whose synapses differ in delay"
    assert chosen(replace(plan, spikes=("cells", "first"))) == without, "a source that is recorded"
    assert chosen(replace(plan, spikes=None)) == without | {"c": False}
    far_away = network(64, longest=7 * 16)
    assert chosen(far_away) == {name: name not in ("among", "from outside") for name in every}
    fewer = PoissonPlan("first", N - 5, 200.0, 2)
    shifted = [
        replace(item, n_source=N - 5, n_target=N - 5, first_target=5)
        if item.pre == "first"
        else item
        for item in plan.projections
    ]
    moved = replace(plan, poisson=(fewer, plan.poisson[1]), projections=tuple(shifted))
    assert chosen(moved) == dict.fromkeys(every, True)
    assert chosen(moved, 2) == without, "threads do not divide these sources as they divide neurons"


def test_small_populations_and_long_delays_have_no_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = network(64)
    slots = [stages.MOST_SLOTS + 1]
    assert stages.plan_stages(plan, all_ports(plan), slots, 7, 1) == [None]
    monkeypatch.setattr(stages, "LEAST_NEURONS", N + 1)
    assert plans_of(plan) == [None]


def test_input_that_was_lengthened_is_in_memory() -> None:
    """After a change to shorter delays events may be due later than the stage reckons with."""
    simulation = Simulation(network(64), cpu_backend(True))
    cells = simulation.populations["cells"]
    assert cells.port_table.read()["staged"].all()
    cells.lengthen_input(cells.n_slot + 1)
    assert not cells.port_table.read()["staged"].any()
    assert simulation._population_table(0)["stage"][0] == 0
