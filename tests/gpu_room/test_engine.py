"""The engine: memory layout, windows, ports, full buffers and failing runs."""

from __future__ import annotations

import ctypes
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from models import active, lif

from dendrify_gpu.gpu import (
    CpuBackend,
    GeneratorPlan,
    Model,
    ModelError,
    MonitorPlan,
    NetworkError,
    NetworkPlan,
    NetworkTooLargeError,
    NumericalError,
    PoissonPlan,
    PopulationPlan,
    ProjectionPlan,
    Simulation,
    SimulationError,
    build_program,
)
from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.backends.cxx import find_compiler
from dendrify_gpu.gpu.engine import layout
from dendrify_gpu.gpu.engine.ports import make_ports, port_of, quantise
from dendrify_gpu.gpu.engine.run_loop import RunLoop
from dendrify_gpu.gpu.engine.schedule import make_windows, slot_count, window_length

DT = 1e-4


def one_to_one(
    name: str, pre: str, post: str, targets: tuple[str, ...], n: int, weight, delay=0
) -> ProjectionPlan:
    return ProjectionPlan(name, pre, post, targets, "one_to_one", n, n, weight, delay)


# -------------------------------------------------------------------------- layout


@pytest.mark.parametrize(
    "structure",
    [
        "Window",
        "Spike",
        "Monitor",
        "Bin",
        "Stage",
        "Port",
        "Population",
        "Poisson",
        "Generator",
        "Projection",
        "Emitter",
        "Control",
        "Network",
    ],
)
def test_host_records_are_the_structures_of_the_kernels(structure: str, tmp_path: Path) -> None:
    """Offsets of all members, as the C++ compiler sees them."""
    record = getattr(layout, structure.upper())
    offsets = ", ".join(f"offsetof({structure}, {member})" for member in record.names)
    text = (
        '#include "lane_cpu.h"\n#include <stddef.h>\n#include "network.h"\n'
        f'extern "C" const long offsets[] = {{{offsets}, (long)sizeof({structure})}};\n'
    )
    path = tmp_path / "offsets.so"
    command = [
        *find_compiler().split(),
        "-std=c++17",
        "-shared",
        "-fPIC",
        "-DPRECISION=64",
        f"-I{header_folder()}",
    ]
    subprocess.run([*command, "-x", "c++", "-", "-o", str(path)], input=text, text=True, check=True)
    values = (ctypes.c_long * (len(record.names) + 1)).in_dll(ctypes.CDLL(str(path)), "offsets")
    assert list(values) == [*(record.fields[member][1] for member in record.names), record.itemsize]


# ------------------------------------------------------------------------- schedule


def test_a_window_has_one_step_more_than_the_shortest_delay_between_neurons() -> None:
    program = build_program(lif(), DT)
    population = PopulationPlan("p", program, 4)
    source = PoissonPlan("s", 4, 10.0, 0)

    def length(*projections: ProjectionPlan) -> int:
        return window_length(NetworkPlan(DT, 64, 1, (population,), (source,), (), projections))

    assert length() == 16
    assert length(one_to_one("x", "s", "p", ("g",), 4, 1.0, 0)) == 16
    assert length(one_to_one("x", "p", "p", ("g",), 4, 1.0, 0)) == 1
    assert (
        length(
            one_to_one("x", "p", "p", ("g",), 4, 1.0, 7),
            one_to_one("y", "p", "p", ("g",), 4, 1.0, 3),
        )
        == 4
    )


def test_windows_cover_the_run_and_make_input_one_window_ahead() -> None:
    windows = make_windows(0, 25, 0, 25, 10)
    advanced = [(int(w["begin"]), int(w["end"])) for w in windows if w["end"] > w["begin"]]
    assert advanced == [(0, 10), (10, 20), (20, 25)]
    made = [(int(w["source_begin"]), int(w["source_end"])) for w in windows]
    assert made == [(0, 10), (10, 20), (20, 25), (25, 25)]
    for window in windows:
        assert window["source_begin"] >= min(window["end"], 25) or window["begin"] == window["end"]


def test_the_ring_holds_the_longest_delay_and_a_window() -> None:
    projection = one_to_one("x", "s", "p", ("g",), 4, 1.0, 30)
    assert slot_count([projection], 5) >= 30 + 5 + 1


# ---------------------------------------------------------------------------- ports


def test_equal_weights_are_counted_by_a_port_of_their_own() -> None:
    projections = [
        one_to_one("a", "s", "p", ("g",), 5, 0.3),
        one_to_one("b", "t", "p", ("g",), 5, 0.2),
        one_to_one("c", "u", "p", ("g",), 5, np.full(5, 0.1)),
        one_to_one("d", "v", "p", ("g",), 5, np.full(5, 0.1)),
    ]
    ports = make_ports(projections, 5, 64)
    assert [port.scale for port in ports[:2]] == [0.3, 0.2]
    assert [port.narrow for port in ports] == [True, True, False]
    assert [port_of(projection, ports) for projection in projections] == [0, 1, 2, 2]
    assert quantise(0.3, ports[0]) == 1


def test_many_projections_of_few_weights_share_counters() -> None:
    projections = [one_to_one(f"{k}", "s", "p", ("g",), 5, (0.3, 0.2)[k % 2]) for k in range(10)]
    ports = make_ports(projections, 5, 64)
    assert [port.scale for port in ports] == [0.3, 0.2] * 2
    numbers = [port_of(projection, ports) for projection in projections]
    assert numbers == [0, 1, 2, 3, 0, 1, 0, 1, 0, 1]


def test_many_projections_of_many_weights_share_an_integer() -> None:
    projections = [one_to_one(f"{k}", "s", "p", ("g",), 5, 0.1 * k) for k in range(1, 8)]
    ports = make_ports(projections, 5, 64)
    assert [port.narrow for port in ports] == [True] * 4 + [False]
    assert [port_of(projection, ports) for projection in projections] == [0, 1, 2, 3, 4, 4, 4]
    total = sum(int(quantise(projection.weight, ports[4])) for projection in projections[4:])
    assert total * ports[4].scale == pytest.approx(1.8, rel=1e-15)


def test_a_later_projection_does_not_change_the_ports_of_earlier_ones() -> None:
    projections = [one_to_one(f"{k}", "s", "p", ("g",), 5, 0.1 * (k % 6)) for k in range(9)]
    whole = make_ports(projections, 5, 64)
    for count in range(1, 9):
        before = make_ports(projections[:count], 5, 64)
        for projection in projections[:count]:
            if before[port_of(projection, before)].narrow:
                assert port_of(projection, before) == port_of(projection, whole)


@pytest.mark.parametrize(("precision", "bits"), [(32, 30), (64, 62)])
def test_the_largest_possible_sum_fits(precision: int, bits: int) -> None:
    rng = np.random.default_rng(1)
    weight = rng.uniform(-2, 2, 400)
    row = np.arange(21) * 20
    target = np.tile(np.arange(20), 20).astype(np.int32)
    projection = ProjectionPlan(
        "a", "p", "p", ("g",), "explicit", 20, 20, weight, 1, row=row, target=target
    )
    (port,) = make_ports([projection], 20, precision)
    largest = np.bincount(target, weights=np.abs(weight)).max()
    units = np.bincount(target, weights=np.abs(quantise(weight, port)).astype(float)).max()
    assert 2 ** (bits - 2) < units <= 2**bits * 1.000001
    assert np.allclose(
        quantise(weight, port) * port.scale, weight, rtol=0, atol=largest / 2 ** (bits - 1)
    )


def test_weights_of_zero_do_no_harm() -> None:
    projections = [
        one_to_one("a", "s", "p", ("g",), 5, 0.0),
        one_to_one("b", "t", "p", ("g",), 5, np.zeros(5)),
    ]
    for port in make_ports(projections, 5, 64):
        assert not quantise(np.zeros(5), port).any()


def test_a_weight_that_is_not_finite_is_refused() -> None:
    projections = [one_to_one("a", "s", "p", ("g",), 2, np.array([1.0, np.nan]))]
    with pytest.raises(NetworkError, match="a: a weight is not finite"):
        make_ports(projections, 2, 64)


# ----------------------------------------------------------------------------- runs


def poisson_network(n: int = 300, precision: int = 64, seed: int = 3) -> NetworkPlan:
    program = build_program(lif(), DT)
    return NetworkPlan(
        DT,
        precision,
        seed,
        (PopulationPlan("cells", program, n, {"I": np.linspace(0, 15e-3, n)}),),
        (PoissonPlan("noise", n, 400.0, 7),),
        (),
        (one_to_one("input", "noise", "cells", ("g",), n, 0.5, 3),),
        (MonitorPlan("m", "cells", ("v", "g"), np.array([0, 5, n - 1]), 4),),
    )


def outcome(plan: NetworkPlan, *pieces: int, **backend: int) -> tuple[bytes, bytes, bytes]:
    simulation = Simulation(plan, CpuBackend(**backend))
    for piece in pieces:
        simulation.run(piece)
    indices, steps = simulation.spikes.of(0, 2 * plan.populations[0].n)
    return simulation.samples("m").values.tobytes(), indices.tobytes(), steps.tobytes()


def test_poisson_input_is_the_same_however_the_run_is_cut() -> None:
    reference = outcome(poisson_network(), 1500)
    assert outcome(poisson_network(), 1, 2, 3, 494, 1000) == reference
    assert outcome(poisson_network(), 1500, threads=1) == reference
    assert outcome(poisson_network(seed=4), 1500) != reference


def test_poisson_input_does_not_depend_on_the_precision() -> None:
    spikes = []
    for precision in (32, 64):
        simulation = Simulation(poisson_network(precision=precision), CpuBackend())
        simulation.run(2000)
        spikes.append(simulation.spikes.of(*simulation.source_range("noise")))
    assert all(np.array_equal(a, b) for a, b in zip(*spikes, strict=True))


def test_poisson_rates_and_gaps() -> None:
    n, steps, rate = 2000, 5000, 80.0
    plan = NetworkPlan(DT, 64, 5, (), (PoissonPlan("noise", n, rate, 1),))
    simulation = Simulation(plan, CpuBackend())
    simulation.run(steps)
    indices, when = simulation.spikes.of(0, n)
    p = rate * DT
    assert abs(len(indices) - n * steps * p) < 5 * np.sqrt(n * steps * p * (1 - p))
    per_step = np.bincount(when, minlength=steps)
    assert abs(per_step.var() - n * p * (1 - p)) < 5 * n * p * np.sqrt(2 / steps)
    assert len(np.unique(indices * steps + when)) == len(indices)  # at most one spike a step


def test_a_full_spike_list_is_emptied_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = outcome(poisson_network(), 1500)
    stops = []
    monkeypatch.setattr("dendrify_gpu.gpu.engine.batches._LEAST_KEPT", 1)
    monkeypatch.setattr("dendrify_gpu.gpu.engine.batches._MOST_KEPT", 1)
    go_on = RunLoop._go_on
    monkeypatch.setattr(RunLoop, "_go_on", lambda loop: (stops.append(loop), go_on(loop)))
    assert outcome(poisson_network(), 1500) == reference
    assert len(stops) > 50


def test_spike_lists_grow_when_rates_rise() -> None:
    plan = NetworkPlan(DT, 64, 5, (), (PoissonPlan("noise", 10**5, 0.0, 1),))
    quiet, loud = Simulation(plan, CpuBackend()), Simulation(plan, CpuBackend())
    quiet.run(50)
    quiet.set_rate("noise", 9000.0)
    report = quiet.run(100)
    assert 0.89e7 < report.spikes < 0.91e7
    assert len(quiet.spikes) == report.spikes
    loud.run(50)
    loud.set_rate("noise", 9000.0)
    for _ in range(10):
        loud.run(10)
    for one, other in zip(quiet.spikes.of(0, 10**5), loud.spikes.of(0, 10**5), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_state_that_is_not_finite_stops_the_run_and_keeps_the_recording() -> None:
    model = Model("dv/dt = v**2/ms : 1\ndw/dt = -w/ms : 1", name="explosive")
    program = build_program(model, DT)
    start = np.zeros(50)
    start[17] = 1.0
    plan = NetworkPlan(
        DT,
        64,
        1,
        (
            PopulationPlan("quiet", build_program(lif(), DT), 5),
            PopulationPlan("cells", program, 50, {"v": start}),
        ),
        monitors=(MonitorPlan("m", "cells", ("v",), np.arange(50), 1),),
    )
    simulation = Simulation(plan, CpuBackend())
    with pytest.raises(NumericalError) as failure:
        simulation.run(1000)
    text = str(failure.value)
    assert text.startswith("cells: v of neuron 17 became infinite or not a number between t = ")
    assert "dv/dt = v**2/ms" in text
    values = simulation.samples("m").values
    assert len(values) >= 10
    assert values[0, 0, 17] == 1.0
    assert np.all(np.diff(values[:10, 0, 17]) > 0)
    assert np.all(values[:, 0, 16] == 0)


def test_a_network_that_does_not_fit_is_refused_with_the_estimate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CpuBackend, "free_memory", lambda self: 10**6)
    with pytest.raises(
        NetworkTooLargeError,
        match=r"needs about .* GB and the backend \(cpu\) has 0.00 GB",
    ):
        Simulation(poisson_network(100_000), CpuBackend())


def test_single_precision_refuses_to_count_beyond_what_it_can() -> None:
    plan = NetworkPlan(DT, 32, 1, (PopulationPlan("cells", build_program(active(), DT), 3),))
    with pytest.raises(
        SimulationError, match=r"t_in_timesteps, which single precision counts exactly"
    ):
        Simulation(plan, CpuBackend()).run(2**24 + 1)


def test_a_second_reset_later_than_the_next_spike_is_refused() -> None:
    from brian2.units import ms

    plan = NetworkPlan(
        DT, 64, 1, (PopulationPlan("cells", build_program(active(refractory=0.5 * ms), DT), 3),)
    )
    with pytest.raises(
        ModelError, match=r"second reset comes 8 steps after a spike.*refractory period"
    ):
        Simulation(plan, CpuBackend()).run(1)


def test_a_capacitance_of_zero_is_refused_before_the_run() -> None:
    namespace = {**active().namespace, "C": 0 * active().namespace["C"]}
    plan = NetworkPlan(
        DT, 64, 1, (PopulationPlan("cells", build_program(active(namespace=namespace), DT), 3),)
    )
    with pytest.raises(ModelError, match="Check for a capacitance or a time constant of zero"):
        Simulation(plan, CpuBackend()).run(1)


def test_values_are_read_back_as_written_and_wrong_shapes_refused() -> None:
    simulation = Simulation(poisson_network(), CpuBackend())
    cells = simulation.populations["cells"]
    values = np.linspace(0, 1e-2, 300)
    cells.write("v", values)
    cells.write("I", values)
    assert np.array_equal(cells.read("v"), values)
    assert np.array_equal(cells.read("I"), values)
    with pytest.raises(
        NetworkError, match=r"'v' was given .* values; give one number or one for each of the 300"
    ):
        cells.write("v", np.zeros(7))
    with pytest.raises(ModelError, match="no variable 'w' that can be set"):
        cells.write("w", 1.0)
    with pytest.raises(ModelError, match=r"no constant 'tua'. Did you mean 'tau'"):
        cells.set_constant("tua", 1.0)


def test_generators_may_be_given_in_any_order() -> None:
    steps = np.array([50, 3, 3, 20])
    indices = np.array([0, 1, 0, 1])
    plan = NetworkPlan(DT, 64, 1, (), (), (GeneratorPlan("g", 2, indices, steps),))
    simulation = Simulation(plan, CpuBackend())
    simulation.run(60)
    out_indices, out_steps = simulation.spikes.of(0, 2)
    assert out_steps.tolist() == [3, 3, 20, 50]
    assert out_indices.tolist() == [0, 1, 1, 0]


def test_changing_values_sizes_weights_and_delays_does_not_recompile() -> None:
    backend = CpuBackend()
    base = poisson_network()
    Simulation(base, backend)
    changed = NetworkPlan(
        2e-4,
        64,
        9,
        (
            PopulationPlan(
                "other",
                build_program(
                    lif(namespace={**lif().namespace, "tau": lif().namespace["tau"] * 2}), 2e-4
                ),
                77,
            ),
        ),
        (PoissonPlan("noise", 77, np.linspace(1, 50, 77), 7),),
        (),
        (one_to_one("input", "noise", "other", ("g",), 77, 0.25, 11),),
        (MonitorPlan("m", "other", ("v", "g"), np.array([1]), 10),),
    )
    assert Simulation(changed, backend).kernels.from_cache


# ---------------------------------------------------------------- one kernel for each model


def many_populations(recorded: dict[int, tuple[tuple[str, ...], ...]], n: int = 5) -> NetworkPlan:
    program = build_program(lif(), DT)
    return NetworkPlan(
        DT,
        64,
        3,
        tuple(
            PopulationPlan(
                f"p{number}",
                replace(program, name=f"lif_{number}", constants={**program.constants, "tau": tau}),
                10,
                {"I": 25e-3},
            )
            for number, tau in enumerate(np.linspace(5e-3, 20e-3, n))
        ),
        monitors=tuple(
            MonitorPlan(f"m{number}_{k}", f"p{number}", variables, np.arange(3, 7), k + 1)
            for number, monitors in recorded.items()
            for k, variables in enumerate(monitors)
        ),
    )


def test_200_populations_of_one_model_have_one_kernel() -> None:
    plan = many_populations({3: (("v",),), 150: (("g", "v"), ("I",))}, 200)
    simulation = Simulation(plan, CpuBackend())
    assert len(simulation.models.functions) == 1
    simulation.run(200)
    counts = [
        len(simulation.spikes.of(*simulation.source_range(f"p{k}"))[0]) for k in (0, 100, 199)
    ]
    assert counts[0] > counts[1] > counts[2] > 0


def test_populations_of_one_model_record_each_its_own() -> None:
    recorded = {1: (("v",),), 2: (("I", "g", "v"), ("g",)), 4: (("g",), ("v", "I"))}
    shared = Simulation(many_populations(recorded), CpuBackend())
    shared.run(100)
    assert len(shared.models.functions) == 1
    for number, monitors in recorded.items():
        alone = Simulation(many_populations({number: monitors}), CpuBackend())
        alone.run(100)
        for k, variables in enumerate(monitors):
            name = f"m{number}_{k}"
            values = shared.samples(name).values
            assert values.shape == (100 // (k + 1), len(variables), 4)
            np.testing.assert_array_equal(values, alone.samples(name).values)
            np.testing.assert_array_equal(shared.samples(name).steps, alone.samples(name).steps)
            if "I" in variables:
                assert np.all(values[:, variables.index("I")] == 25e-3)


def test_models_of_different_structure_have_kernels_of_their_own() -> None:
    first, second = build_program(lif(), DT), build_program(lif(refractory="v > 5*mV"), DT)
    plan = NetworkPlan(
        DT, 64, 1, tuple(PopulationPlan(f"p{k}", (first, second)[k % 2], 5) for k in range(4))
    )
    models = Simulation(plan, CpuBackend()).models
    assert [function.name for function in models.functions] == ["step_lif", "step_lif_1"]
    assert models.number == (0, 1, 0, 1)


@pytest.mark.parametrize(("cache_bytes", "far"), [(0, False), (1000, True), (2**40, False)])
def test_kernels_know_whether_the_caches_hold_the_network(cache_bytes: int, far: bool) -> None:
    backend = CpuBackend()
    backend.cache_bytes = cache_bytes
    simulation = Simulation(poisson_network(), backend)
    assert [bool(batch._network.read()["far"][0]) for batch in simulation.batches] == [far]
