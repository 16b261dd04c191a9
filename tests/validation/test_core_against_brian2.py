"""The core against Brian2: same voltages, same spikes, feature by feature."""

from __future__ import annotations

import numpy as np
import pytest
from brian2.units import ms
from models import active, lif
from side_by_side import (
    Case,
    Outcome,
    Synapses,
    random_spikes,
    random_synapses,
    run_brian,
    run_core,
)

from dendrify_gpu.gpu import Model

N = 40


def assert_same(ours: Outcome, theirs: Outcome, tolerance: float = 1e-12, spikes: int = 20) -> None:
    """Spikes equal, and every sample equal to a tolerance relative to the variable's largest value."""
    assert len(theirs.steps) >= spikes, "the case is too quiet to prove anything"
    assert np.array_equal(ours.steps, theirs.steps)
    assert np.array_equal(ours.indices, theirs.indices)
    scale = np.abs(theirs.values).max(axis=(0, 2), keepdims=True)
    assert np.all(np.abs(ours.values - theirs.values) <= tolerance * scale)


def active_case(seed: int, delays: tuple[int, int], **changes: object) -> Case:
    rng = np.random.default_rng(seed)
    return Case(
        active(**changes),
        N,
        3000,
        {"V": -65e-3, "I_ext": rng.uniform(0, 20e-12, N)},
        ("V", "s", "g_rise"),
        random_spikes(rng, N, 3000, 2000),
        [
            random_synapses(rng, N, 2, "input", ("s",), (0, 4), (0.2, 0.6)),
            random_synapses(rng, N, 5, "neurons", ("s",), delays, (0.05, 0.15)),
        ],
    )


@pytest.mark.parametrize("delays", [(0, 1), (0, 5), (1, 2), (3, 60), (12, 13), (40, 90)])
def test_recurrent_cells_with_dendritic_spikes_and_any_delays(delays: tuple[int, int]) -> None:
    case = active_case(1, delays)
    assert_same(run_core(case), run_brian(case), spikes=100)


def test_exponential_euler() -> None:
    case = active_case(2, (3, 20), method="exponential_euler")
    assert_same(run_core(case), run_brian(case))


@pytest.mark.parametrize("n", [1, 7, 16, 17, 65])
def test_any_number_of_neurons(n: int) -> None:
    rng = np.random.default_rng(3)
    current = np.linspace(20e-12, 40e-12, n)
    case = Case(
        active(),
        n,
        2000,
        {"V": -65e-3, "I_ext": current},
        ("V",),
        random_spikes(rng, n, 2000, 50 * n),
    )
    case.synapses.append(Synapses("input", ("s",), np.arange(n), np.arange(n), 0.5, 0))
    assert_same(run_core(case), run_brian(case), spikes=1)


REFRACTORINESS = {
    "none": {"refractory": False},
    "time": {"refractory": 3 * ms},
    "expression": {
        "refractory": "ref",
        "equations": "dv/dt = (I - v)/tau : volt\ndg/dt = -g/tau_s : 1\nI : volt\nref : second",
    },
    "condition": {"refractory": "v > 2*mV"},
    "clamped": {
        "refractory": 3 * ms,
        "equations": "dv/dt = (I - v)/tau + g*mV/ms : volt (unless refractory)\n"
        "dg/dt = -g/tau_s : 1 (unless refractory)\nI : volt",
    },
}


@pytest.mark.parametrize("kind", REFRACTORINESS)
@pytest.mark.parametrize("method", ["euler", "exponential_euler"])
def test_refractoriness(kind: str, method: str) -> None:
    changes = dict(REFRACTORINESS[kind])
    equations = changes.pop("equations", None)
    model = lif(method=method, **changes)
    if equations is not None:
        model = Model(
            equations,
            model.namespace,
            method,
            model.threshold,
            model.reset,
            model.refractory,
            name="lif",
        )
    rng = np.random.default_rng(4)
    initial = {"I": np.linspace(8e-3, 25e-3, N)}
    if kind == "expression":
        initial["ref"] = rng.uniform(0, 5e-3, N)
    case = Case(model, N, 2000, initial, ("v", "g"), random_spikes(rng, N, 2000, 1000))
    case.synapses.append(random_synapses(rng, N, 1, "input", ("g",), (0, 3), (0.5, 1.0)))
    assert_same(run_core(case), run_brian(case))


def test_reset_statements_run_one_after_another_with_local_names() -> None:
    model = lif(reset="x = v/mV; v = 0*mV; g += x; g *= 0.5; g -= 0.1; g /= 2")
    case = Case(model, N, 1500, {"I": np.linspace(12e-3, 25e-3, N)}, ("v", "g"))
    assert_same(run_core(case), run_brian(case))


def test_equations_that_depend_on_time() -> None:
    model = Model(
        "dv/dt = (10*mV*(1 + sin(2*pi*t/(20*ms))) + t_in_timesteps*0.01*mV - v)/(10*ms) : volt",
        threshold="v > (10 + t/(100*ms))*mV",
        reset="v = 0*mV",
        name="timed",
    )
    case = Case(model, 3, 3000, {"v": np.array([0.0, 1e-3, 2e-3])}, ("v",))
    assert_same(run_core(case), run_brian(case), tolerance=1e-11)


FUNCTIONS = [
    "exp(-v**2)", "expm1(v)", "log(2 + v)", "log10(3 + v)", "sqrt(1 + v**2)", "tanh(v)", "sin(3*v)", "cos(3*v)",
    "tan(v/3)", "sinh(v)", "cosh(v)", "abs(v - 0.3)", "floor(3*v)", "ceil(3*v)", "sign(v)", "clip(v, -0.2, 0.2)",
    "exprel(v)", "int(v > 0.1)*v", "int(v > 0 and not (v > 0.5))", "int(3*v)*0.1", "1/(1 + v**2)",
    "(1 + v**2)**1.5", "(2 + v)**v", "v**3", "(v - 0.1)*(v - 0.2)*(v + 0.3)", "log1p(v**2)", "(v + 1) % 0.7",
]  # fmt: skip


@pytest.mark.parametrize("expression", FUNCTIONS)
def test_functions(expression: str) -> None:
    model = Model(f"dv/dt = ({expression} - v*c)/(5*ms) : 1", {"c": 4.0}, name="functions")
    case = Case(model, 33, 400, {"v": np.linspace(-0.9, 0.9, 33)}, ("v",))
    ours, theirs = run_core(case), run_brian(case)
    assert np.allclose(ours.values, theirs.values, rtol=1e-11, atol=1e-13)


def test_single_precision_keeps_spike_counts_and_steps() -> None:
    case = active_case(5, (3, 20))
    ours, theirs = run_core(case, precision=32), run_brian(case)
    assert abs(len(ours.steps) - len(theirs.steps)) <= 0.01 * len(theirs.steps)
    same = {(i, s) for i, s in zip(theirs.indices, theirs.steps, strict=True)}
    near = [
        any((i, s + d) in same for d in (-1, 0, 1))
        for i, s in zip(ours.indices, ours.steps, strict=True)
    ]
    assert np.mean(near) >= 0.99


def test_threads_vector_width_and_pieces_change_no_bit() -> None:
    case = active_case(6, (3, 20))
    for precision in (32, 64):
        reference = run_core(case, precision)
        variants = [
            run_core(case, precision),
            run_core(case, precision, threads=1),
            run_core(case, precision, threads=2),
            run_core(case, precision, threads=5),
            run_core(case, precision, vector_bytes=16),
            run_core(case, precision, vector_bytes=32),
            run_core(case, precision, pieces=(1, 2, 997, 1500, 500)),
        ]
        for variant in variants:
            assert variant.values.tobytes() == reference.values.tobytes()
            assert np.array_equal(variant.steps, reference.steps)
            assert np.array_equal(variant.indices, reference.indices)
