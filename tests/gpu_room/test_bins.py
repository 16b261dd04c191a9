"""Events collected in bins, where a network is larger than the caches."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import numpy as np
import pytest
from far_memory import cpu_backend

from dendrify_gpu.gpu import (
    GeneratorPlan,
    Model,
    NetworkPlan,
    PopulationPlan,
    ProjectionPlan,
    Simulation,
    build_program,
)
from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.backends.cxx import find_compiler
from dendrify_gpu.gpu.engine import bins, stages

DT = 1e-4
#: Neurons of three bins, the last of them not full and not a whole number of vectors.
N = 2 * 2048 + 777
SOURCES, STEPS = 40, 60


@pytest.fixture(autouse=True)
def small_populations_have_bins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "LEAST_NEURONS", 0)


def counting_network(
    precision: int, in_degree: int, weights: bool, delays: bool, longest: int = 25
) -> tuple[NetworkPlan, np.ndarray]:
    """Return a network whose neurons add up their input, and the sums by numpy."""
    rng = np.random.default_rng(in_degree)
    source = np.sort(rng.integers(SOURCES, size=in_degree * N))
    target = rng.integers(N, size=in_degree * N)
    order = np.lexsort((target, source))
    source, target = source[order], target[order].astype(np.int32)
    weight = rng.integers(-8, 8, len(source)) / 4 if weights else 0.25
    delay = rng.integers(1, longest, len(source)) if delays else 3
    steps = np.repeat(np.arange(STEPS - longest), 5)
    spiking = rng.integers(SOURCES, size=len(steps))
    # The network's own spikes limit the windows: one neuron that spikes once.
    program = build_program(
        Model(
            "dg/dt = 0/second : 1\ndv/dt = 0/second : 1",
            threshold="v > 1",
            reset="v = 0",
            name="counter",
        ),
        DT,
    )
    start = np.zeros(N)
    start[N - 1] = 2.0
    row = np.searchsorted(source, np.arange(SOURCES + 1))
    own = np.zeros(N + 1, dtype=np.int64)
    own[-1] = 1
    plan = NetworkPlan(
        DT,
        precision,
        1,
        (PopulationPlan("cells", program, N, {"v": start}),),
        (),
        (GeneratorPlan("given", SOURCES, spiking, steps),),
        (
            ProjectionPlan(
                *("in", "given", "cells", ("g",), "explicit", SOURCES, N, weight, delay),
                row=row,
                target=target,
            ),
            ProjectionPlan(
                *("own", "cells", "cells", ("g",), "explicit", N, N, 1024.0, 6),
                row=own,
                target=np.array([17], dtype=np.int32),
            ),
        ),
    )
    times = np.bincount(spiking, minlength=SOURCES)
    expected = np.zeros(N)
    np.add.at(expected, target, times[source] * weight)
    expected[17] += 1024.0
    return plan, expected


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("delays", [False, True])
@pytest.mark.parametrize("threads", [1, 3])
def test_every_event_arrives_once(
    precision: int, weights: bool, delays: bool, threads: int
) -> None:
    plan, expected = counting_network(precision, 2, weights, delays)
    simulation = Simulation(plan, cpu_backend(True, threads))
    assert simulation._population_table(0)["bin"][0] != 0
    for steps in (1, 2, 30, STEPS - 33):
        simulation.run(steps)
    np.testing.assert_array_equal(simulation.populations["cells"].read("g"), expected)


@pytest.mark.parametrize("weights", [False, True])
def test_a_full_bin_is_emptied_at_once(weights: bool) -> None:
    plan, expected = counting_network(32, 40, weights, True)
    per_window = len(plan.projections[0].target) / SOURCES * 5 * 7  # type: ignore[arg-type]
    assert per_window / (N / 2048) > 2 * bins.EVENTS_OF_BIN
    simulation = Simulation(plan, cpu_backend(True))
    simulation.run(STEPS)
    np.testing.assert_array_equal(simulation.populations["cells"].read("g"), expected)


@pytest.mark.parametrize("delays", [False, True])
def test_at_every_step_the_input_is_that_without_bins(delays: bool) -> None:
    plan, _ = counting_network(64, 2, True, delays)
    near, far = Simulation(plan, cpu_backend(False)), Simulation(plan, cpu_backend(True, 2))
    for _ in range(STEPS):
        near.run(1)
        far.run(1)
        values = [one.populations["cells"].read("g") for one in (near, far)]
        np.testing.assert_array_equal(*values)
        pending = [one.populations["cells"].read_input() for one in (near, far)]
        np.testing.assert_array_equal(*pending)


def test_delays_too_long_for_the_place_of_an_event_do_without_bins() -> None:
    plan, expected = counting_network(32, 2, False, False)
    first, *others = plan.projections
    delayed = ProjectionPlan(
        *(first.name, first.pre, first.post, first.targets, first.kind, SOURCES, N, 0.25, 2**13),
        row=first.row,
        target=first.target,
    )
    plan = NetworkPlan(
        DT, 32, 1, plan.populations, (), plan.generators, (delayed, *others), (), None
    )
    simulation = Simulation(plan, cpu_backend(True))
    assert simulation._population_table(0)["bin"][0] == 0
    simulation.run(2**13 + STEPS)
    np.testing.assert_array_equal(simulation.populations["cells"].read("g"), expected)


def test_bins_are_part_of_the_estimate() -> None:
    plan, _ = counting_network(64, 1, True, True)
    ports = [memory.ports for memory in Simulation(plan, cpu_backend(False)).populations.values()]
    simulation = Simulation(plan, cpu_backend(True, 2))
    assert simulation._bins is not None
    slots = [memory.n_slot for memory in simulation.populations.values()]
    planned = stages.plan_stages(plan, ports, slots, simulation.window, 2)
    # Delays of up to 24 steps in windows of 7, and input spikes that are made a window ahead.
    (stage,) = planned
    assert stage is not None and (stage.ports, stage.n_turn) == ((True, True), 5)
    # Two ports: one of counts, of 4 bytes, and one of weights, of 16.
    held = sum(buffer.nbytes for buffer in simulation._bins._arrays)
    of_turn = 2 * 4 * (3 + 32) + 5 * 2040 * (4 + 16)
    assert held == bins.bin_bytes(plan, ports, planned, 2) == 5 * of_turn
    assert simulation._stages.nbytes == stages.stage_bytes(planned, 2)


def test_the_host_allocates_what_the_kernels_use(tmp_path: Path) -> None:
    """Sizes in bins.py and in bins_cpu.h are the same; a place tells apart as many slots as the host lets through."""
    headers = (
        "lane_cpu",
        "lane_math",
        "groups",
        "philox",
        "draws",
        "network",
        "parts",
        "atomics_cpu",
    )
    own = ("events", "links_cpu", "bins_cpu")
    text = "".join(f'#include "{name}.h"\n' for name in (*headers, *own))
    text += (
        'extern "C" const long sizes[] = {NEURONS_TOGETHER, EVENTS_OF_BIN, COUNTS_APART, '
        "1l << (PLACE_BITS - NEURON_BITS), MOST_LINKS, NO_TURN, NEURON_MASK, sizeof(WideEvent)};\n"
    )
    for precision in (32, 64):
        path = tmp_path / f"sizes_{precision}.so"
        command = [*find_compiler().split(), "-std=c++17", "-shared", "-fPIC", "-w"]
        command += [f"-DPRECISION={precision}", f"-I{header_folder()}", "-x", "c++", "-"]
        subprocess.run([*command, "-o", str(path)], input=text, text=True, check=True)
        *sizes, no_turn, mask, event = (ctypes.c_long * 8).in_dll(ctypes.CDLL(str(path)), "sizes")
        own = [stages.NEURONS_TOGETHER, bins.EVENTS_OF_BIN, stages.COUNTS_APART, stages.MOST_SLOTS]
        assert sizes == [*own, stages.MOST_LINKS]
        assert no_turn >= stages._MOST_TURNS
        assert (mask, event) == (stages.NEURONS_TOGETHER - 1, 2 * precision // 8)


def test_small_populations_have_no_bins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan, _ = counting_network(64, 1, True, False)
    monkeypatch.setattr(stages, "LEAST_NEURONS", N + 1)
    assert Simulation(plan, cpu_backend(True))._population_table(0)["bin"][0] == 0
