"""Models that do not fit in registers: the same bits in parts, and sizes up to a thousand compartments."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from brian2.units import nA
from cables import Tree, branched, chain, cylinders
from models import active as event_driven
from scipy import sparse
from scipy.sparse import linalg
from scipy.special import exprel

from dendrify_gpu.gpu import (
    CpuBackend,
    Model,
    MonitorPlan,
    NetworkPlan,
    PopulationPlan,
    Simulation,
    build_program,
)
from dendrify_gpu.gpu.backends.nvcc import kernel_resources
from dendrify_gpu.gpu.codegen import partition as partition_module
from dendrify_gpu.gpu.codegen.nodes import Add, Call, Local, Multiply, Node
from dendrify_gpu.gpu.codegen.partition import Partition, partition
from dendrify_gpu.gpu.codegen.step_function import build_step_function
from dendrify_gpu.gpu.codegen.translation_unit import translation_unit

DT = 1e-4

# -------------------------------------------------------------------------- cutting


def carried_out(cut: Partition, states: dict[str, float]) -> dict[str, float]:
    """Carry out the parts as the generated functions do: with states and scratch rows as the only memory."""
    memory = dict(states)
    scratch: dict[int, float] = {}
    for part in cut.parts:
        names = {name: memory[name] for name in part.states}
        names |= {name: scratch[row] for name, row in part.loads}
        changed = {}
        for statement in part.statements:
            value = evaluated(statement.value, names)
            if statement.target in memory:
                changed[statement.target] = value
            else:
                names[statement.target] = value
        memory |= changed
        scratch |= {row: names[name] for name, row in part.stores}
    return memory


def evaluated(node: Node, names: dict[str, float]) -> float:
    if isinstance(node, Local):
        return names[node.name]
    if isinstance(node, Add):
        return evaluated(node.left, names) + evaluated(node.right, names)
    assert isinstance(node, Multiply)
    return evaluated(node.left, names) * evaluated(node.right, names)


def random_update(
    seed: int,
) -> tuple[list[tuple[str, Node]], list[tuple[str, Node]], dict[str, float]]:
    """Return definitions, results and states with arbitrary dependences between them."""
    rng = np.random.default_rng(seed)
    states = {f"x{k}": float(rng.normal()) for k in range(12)}
    known = list(states)
    definitions: list[tuple[str, Node]] = []
    for k in range(60):
        left, right = rng.choice(known, 2)
        kind = Add if rng.random() < 0.6 else Multiply
        definitions.append((f"_y{k}", kind(Local(left), Local(right))))
        known.append(f"_y{k}")
    results = [
        (name, Add(Local(str(rng.choice(known))), Local(str(rng.choice(known))))) for name in states
    ]
    return definitions, results, states


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("least", "most"), [(1, 1), (3, 8), (10, 30), (1000, 2000)])
def test_parts_change_states_as_one_simultaneous_update(seed: int, least: int, most: int) -> None:
    definitions, results, states = random_update(seed)
    names: dict[str, float] = dict(states)
    for name, node in definitions:
        names[name] = evaluated(node, names)
    expected = {name: evaluated(node, names) for name, node in results}
    cut = partition(definitions, results, list(states), least=least, most=most)
    assert carried_out(cut, states) == expected
    assert (len(cut.parts) > 1) == (least < 1000)


def test_cuts_are_made_where_few_results_cross_and_rows_are_used_again() -> None:
    """A chain of sums of which only the last is needed later needs one row, wherever it is cut."""
    definitions = [("_s0", Add(Local("x"), Local("x")))]
    definitions += [(f"_s{k}", Add(Local(f"_s{k - 1}"), Local("x"))) for k in range(1, 100)]
    cut = partition(definitions, [("x", Local("_s99"))], ["x"], least=5, most=10)
    assert len(cut.parts) > 9
    assert cut.n_scratch == 1
    assert carried_out(cut, {"x": 1.0}) == {"x": 101.0}


def test_models_are_cut_when_they_keep_more_numbers_than_registers_hold() -> None:
    def parts_of(n: int, active: range) -> int:
        program = build_program(cylinders(branched(n)).model(active), DT)
        return build_step_function(program, "step_tree").source.count("SEPARATE")

    assert [parts_of(n, range(0)) > 0 for n in (1, 16, 27, 32)] == [False, False, False, True]
    assert [parts_of(n, range(n)) > 0 for n in (1, 8, 10)] == [False, False, True]


def test_what_no_result_needs_is_left_out() -> None:
    unused = ("_unused", Call("lane_exp", (Local("x"),)))
    cut = partition([unused], [("x", Add(Local("x"), Local("x")))], ["x"])
    assert [statement.target for part in cut.parts for statement in part.statements] == [
        "_next_x",
        "x",
    ]


# ------------------------------------------------------------------- the same bits


def outcome(model: Model, initial: dict[str, float | np.ndarray], precision: int, seed: int = 1):
    program = build_program(model, DT)
    recorded = program.state_names[:3]
    plan = NetworkPlan(
        DT,
        precision,
        seed,
        (PopulationPlan("cells", program, 5, initial),),
        monitors=(MonitorPlan("samples", "cells", recorded, np.arange(5), 7),),
    )
    simulation = Simulation(plan, CpuBackend(threads=1))
    simulation.run(123)
    simulation.run(277)
    values = {name: simulation.populations["cells"].read(name) for name in program.state_names}
    spikes = simulation.spikes.of(*simulation.source_range("cells"))
    source = simulation.models.functions[0].source
    return values, spikes, simulation.samples("samples").values, source


def spiking_tree() -> tuple[Model, dict[str, float | np.ndarray]]:
    """A tree with channels in some compartments, per-neuron input, noise, a reset and a clamped voltage."""
    tree = cylinders(branched(6))
    whole = tree.model((0, 1, 3))
    lines = str(whole.equations).replace(": volt", ": volt (unless refractory)", 1)
    lines = lines.replace("+ I)/", "+ I_in + 0*nA*sin(t/second))/") + "\nI_in : amp\n"
    lines += "dw/dt = -w/(10*ms) + 0.3*xi*ms**-0.5 : 1\nlast : 1\n"
    model = Model(
        lines,
        dict(whole.namespace),
        method="implicit",
        threshold="V0 > -20*mV and last < t_in_timesteps",
        reset="V0 = -55*mV\nlast = t_in_timesteps + 3",
        refractory="3*ms",
        events={"crossing": "V2 > -60*mV and last >= 0"},
        event_actions={"crossing": "w += 0.25; V2 -= 0.5*mV"},
        name="tree",
    )
    initial: dict[str, float | np.ndarray] = dict(tree.resting((0, 1, 3)))
    initial["I_in"] = np.linspace(0.1, 0.5, 5) * 1e-9
    return model, initial


@pytest.mark.parametrize("precision", [32, 64])
def test_parts_give_the_bits_of_the_whole(precision: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model, initial = spiking_tree()
    whole = outcome(model, initial, precision)
    monkeypatch.setattr(partition_module, "LARGEST_WHOLE", 0)
    monkeypatch.setattr(partition_module, "LEAST", 60)
    monkeypatch.setattr(partition_module, "MOST", 120)
    parts = outcome(model, initial, precision)
    assert "SEPARATE" not in whole[3]
    assert parts[3].count("SEPARATE") > 5
    assert len(whole[1][0]) > 5
    assert np.array_equal(whole[1], parts[1])
    assert np.array_equal(whole[2], parts[2])
    for name, value in whole[0].items():
        assert np.array_equal(value, parts[0][name]), name


def test_parts_give_the_bits_of_the_whole_for_explicit_methods_and_held_states(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = event_driven()
    initial: dict[str, float | np.ndarray] = {
        "V": -50e-3,
        "s": np.linspace(0, 1, 5),
        "I_ext": 100e-12,
        "spiketime": -1000.0,
    }
    whole = outcome(model, initial, 64)
    monkeypatch.setattr(partition_module, "LARGEST_WHOLE", 0)
    parts = outcome(model, initial, 64)
    assert "SEPARATE" in parts[3]
    assert len(whole[1][0]) > 2
    assert np.array_equal(whole[1], parts[1])
    assert np.array_equal(whole[2], parts[2])
    for name, value in whole[0].items():
        assert np.array_equal(value, parts[0][name]), name


# ------------------------------------------------------------------------ large models


def by_sparse_solver(tree: Tree, channels: bool, current: float, steps: int) -> np.ndarray:
    """Backward Euler with exponential Euler for the gates, by scipy's sparse solver."""
    capacity = tree.area * 1e-2
    coupling = sparse.diags(tree.conductance.sum(axis=1)) - sparse.csc_matrix(tree.conductance)
    injected = np.zeros(tree.n)
    injected[0] = current
    voltage = np.full(tree.n, -65e-3)
    start = tree.resting(range(1))
    m, h, n = (np.full(tree.n, start[f"{gate}0"]) for gate in "mhn")
    for _ in range(steps):
        conductance, drive = 3.0 * tree.area, 3.0 * -54.4e-3 * tree.area
        if channels:
            u = voltage * 1e3
            m = advanced(m, 1 / exprel(-(u + 40) / 10), 4 * np.exp(-(u + 65) / 18))
            h = advanced(h, 0.07 * np.exp(-(u + 65) / 20), 1 / (np.exp(-(u + 35) / 10) + 1))
            n = advanced(n, 0.1 / exprel(-(u + 55) / 10), 0.125 * np.exp(-(u + 65) / 80))
            sodium, potassium = 1200 * tree.area * m**3 * h, 360 * tree.area * n**4
            conductance = conductance + sodium + potassium
            drive = drive + 50e-3 * sodium - 77e-3 * potassium
        matrix = sparse.csc_matrix(sparse.diags(capacity / DT + conductance) + coupling)
        voltage = linalg.spsolve(matrix, capacity / DT * voltage + drive + injected)
    return voltage


def advanced(gate: np.ndarray, opening: np.ndarray, closing: np.ndarray) -> np.ndarray:
    rate = opening + closing
    return opening / rate + (gate - opening / rate) * np.exp(-DT * 1e3 * rate)


def cable(n: int, channels: bool, current: float, steps: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the voltages of a cable, what they should be, and the number of parts of the update."""
    tree = cylinders(chain(n))
    active = range(n) if channels else ()
    model = tree.model(active)
    model.namespace["I"] = current * nA
    program = build_program(model, DT)
    plan = NetworkPlan(DT, 64, 1, (PopulationPlan("cells", program, 2, tree.resting(active)),))
    simulation = Simulation(plan, CpuBackend(threads=1))
    simulation.run(steps)
    found = [simulation.populations["cells"].read(f"V{k}")[1] for k in range(n)]
    expected = by_sparse_solver(tree, channels, current * 1e-9, steps)
    return np.array(found), expected, simulation.models.functions[0].source.count("SEPARATE")


def test_a_cable_with_channels_in_parts() -> None:
    found, expected, n_part = cable(40, True, 1.0, 40)
    assert n_part > 20
    assert expected.max() > 0 > -70e-3 > expected.min()
    assert np.max(np.abs(found - expected)) < 1e-12


@pytest.mark.slow
def test_a_passive_cable_of_five_hundred_compartments() -> None:
    # Text and time grow in proportion: more of them would show nothing else.
    found, expected, n_part = cable(500, False, 0.01, 200)
    assert n_part > 25
    assert np.ptp(expected) > 1e-3
    assert np.max(np.abs(found - expected)) < 1e-13


def test_the_text_of_a_large_model_grows_with_its_size_and_not_faster() -> None:
    sizes = []
    for n in (50, 100, 200):
        function = build_step_function(build_program(cylinders(branched(n)).model(), DT), "tree")
        sizes.append((len(function.source), function.source.count("SEPARATE")))
    assert sizes[2][0] < 2.2 * sizes[1][0] < 2.2 * 2.2 * sizes[0][0]
    assert 2 < sizes[1][1] < sizes[2][1] <= 3 * sizes[1][1]


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not installed")
@pytest.mark.parametrize("precision", [32, 64])
def test_a_model_in_parts_compiles_for_cuda_without_spills(precision: int, tmp_path: Path) -> None:
    program = build_program(cylinders(branched(48)).model((0, 1, 2, 3)), DT)
    function = build_step_function(program, "step_tree")
    assert function.source.count("SEPARATE") > 2
    resources = kernel_resources(
        translation_unit([function], "cuda"), precision, "sm_90", tmp_path / "kernels.cubin"
    )
    assert [kernel for kernel in resources if kernel.spilled_bytes] == []
