"""What scripts of many kinds once got wrong on the device, each as a network of a few lines."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any
from weakref import ref

import brian2
import numpy as np
import pytest
from brian2 import ms
from brian2.core.base import BrianObjectException
from brian2.devices.device import reset_device
from comparison import brian2_on

import dendrify_gpu  # noqa: F401  (makes the device known to Brian2)


@pytest.fixture(autouse=True)
def own_preferences() -> Iterator[None]:
    target = brian2.prefs.codegen.target
    yield
    reset_device()
    brian2.prefs.codegen.target = target


def on_both(build: Callable[[], tuple[brian2.Network, Callable[[], Any]]], duration: float) -> Any:
    """Run a network for `duration` ms under Brian2's numpy target and on the device; return what both gave."""
    found = []
    for device, options in (("numpy", {}), ("dendrify_gpu", {"threads": 1})):
        with brian2_on(device, options):
            network, result = build()
            network.run(duration * ms)
            found.append(result())
    return found


def with_table(gain: float, table: np.ndarray, name: str) -> brian2.Function:
    """Return ``gain * x`` plus an entry of a table, as a function of the language and in C++."""

    def value(x: Any, element: Any) -> Any:
        return gain * x + table[element]

    function = brian2.Function(value, arg_units=[1], return_unit=1, auto_vectorise=True)
    code = f"static double {name}(double x, int i) {{ return {gain} * x + _namespacetable[i]; }}"
    function.implementations.add_implementation("cpp", code, namespace={"table": table}, name=name)
    return function


@pytest.mark.parametrize("method", ["heun", "milstein"])
def test_refractoriness_with_methods_for_multiplicative_noise(method: str) -> None:
    """They have coefficients for active and for resting neurons that depend on constants alone."""

    def build() -> tuple[brian2.Network, Callable[[], Any]]:
        cells = brian2.NeuronGroup(
            5,
            "dv/dt = (1.5 - v)/(10*ms) + strength*second**-.5*xi : 1 (unless refractory)",
            threshold="v > 1",
            reset="v = 0",
            refractory=2 * ms,
            method=method,
            namespace={"strength": 0.0},
        )
        cells.v = np.linspace(0, 0.9, 5)
        spikes = brian2.SpikeMonitor(cells)
        return brian2.Network(cells, spikes), lambda: (np.array(cells.v), np.array(spikes.t_))

    (expected, times), (found, own) = on_both(build, 40)
    assert len(times) > 5
    np.testing.assert_array_equal(own, times)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


# ------------------------------------------------------------------------------------- functions that are given in C++


def test_functions_in_cpp_may_call_those_of_c() -> None:
    def build() -> tuple[brian2.Network, Callable[[], Any]]:
        wave = brian2.Function(
            lambda x: np.sin(x) + np.abs(x), arg_units=[1], return_unit=1, stateless=True
        )
        code = "static double wave(double x) { return sin(x) + fabs(x); }"
        wave.implementations.add_implementation("cpp", code, name="wave")
        cells = brian2.NeuronGroup(6, "y = wave(x) : 1\nx : 1", namespace={"wave": wave})
        cells.x = np.linspace(-2, 3, 6)
        seen = brian2.StateMonitor(cells, "y", record=True)
        return brian2.Network(cells, seen), lambda: np.array(seen.y)

    expected, found = on_both(build, 0.2)
    assert expected.shape == (6, 2)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("names", [("slope", "slope"), ("slope", "fall")])
def test_groups_may_know_different_functions_by_one_name(names: tuple[str, str]) -> None:
    def build() -> tuple[brian2.Network, Callable[[], Any]]:
        tables = (np.arange(20.0), np.ones(20))
        groups = [
            brian2.NeuronGroup(
                5,
                "dv/dt = f(v) / (10*ms) : 1",
                method="euler",
                namespace={"f": with_table(gain, table, name)},
            )
            for gain, table, name in zip((0.5, -0.5), tables, names, strict=True)
        ]
        return brian2.Network(groups), lambda: np.array([group.v[:] for group in groups])

    expected, found = on_both(build, 5)
    assert not np.allclose(expected[0], expected[1])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_functions_may_call_the_same_one() -> None:
    def build() -> tuple[brian2.Network, Callable[[], Any]]:
        @brian2.implementation("cpp", "static double half(double x) { return x / 2; }")
        @brian2.check_units(x=1, result=1)
        def half(x: Any) -> Any:
            return x / 2

        @brian2.implementation(
            "cpp", "static double up(double x) { return half(x) + 1; }", dependencies={"half": half}
        )
        @brian2.check_units(x=1, result=1)
        def up(x: Any) -> Any:
            return x / 2 + 1

        @brian2.implementation(
            "cpp",
            "static double down(double x) { return half(x) - 1; }",
            dependencies={"half": half},
        )
        @brian2.check_units(x=1, result=1)
        def down(x: Any) -> Any:
            return x / 2 - 1

        cells = brian2.NeuronGroup(
            3,
            "dv/dt = (up(v) - down(u)) / ms : 1\ndu/dt = down(u) / ms : 1",
            method="euler",
            namespace={"up": up, "down": down},
        )
        cells.v = [0, 1, 2]
        return brian2.Network(cells), lambda: np.array([cells.v[:], cells.u[:]])

    expected, found = on_both(build, 2)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("n", [1, 3, 13])
def test_functions_are_called_for_elements_only(n: int) -> None:
    with brian2_on("dendrify_gpu", {"threads": 1}):
        calls = np.zeros(n + 64, dtype=np.int32)
        function = brian2.Function(
            lambda element: 0.0 * element, arg_units=[], return_unit=1, auto_vectorise=True
        )
        function.implementations.add_implementation(
            "cpp",
            "static double counted(int i) { _namespacecalls[i] += 1; return i; }",
            namespace={"calls": calls},
            name="counted",
        )
        cells = brian2.NeuronGroup(n, "v : 1", namespace={"counted": function})
        cells.run_regularly("v = counted()")
        brian2.Network(cells).run(1 * ms)
        assert calls[:n].tolist() == [10] * n
        assert not calls[n:].any()
        assert np.array(cells.v).tolist() == list(range(n))


# ------------------------------------------------------------------------------------------- values of a whole group


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("chosen = int(floor(rand()*4))", {0, 1, 2, 3}),
        ("chosen = int(rand() < 0.5)", {0, 1}),
        ("chosen = int(sign(randn()))", {-1, 1}),
        ("chosen = clip(poisson(1.5), 0, 2)", {0, 1, 2}),
        ("chosen = int(up)\nup = rand() < 0.5", {0, 1}),
        ("chosen = int(ceil(exp(rand())))", {2, 3}),
    ],
)
def test_a_value_of_the_group_is_drawn_once_for_all(statement: str, values: set[int]) -> None:
    with brian2_on("dendrify_gpu", {"threads": 1}):
        brian2.seed(3)
        cells = brian2.NeuronGroup(
            5, "chosen : integer (shared)\nup : boolean (shared)\nseen : 1\nnoise : 1"
        )
        cells.run_regularly(f"{statement}\nseen = chosen\nnoise = rand()")
        trace = brian2.StateMonitor(cells, ["chosen", "seen", "noise"], record=True)
        brian2.Network(cells, trace).run(20 * ms)
        seen = np.array(trace.seen)
        assert set(np.array(trace.chosen[0, 1:]).tolist()) == values
        assert (seen == seen[0]).all()
        np.testing.assert_array_equal(seen[0], np.array(trace.chosen[0]))
        # The draws of the elements are their own.
        assert np.unique(np.array(trace.noise)[:, 1:]).size == 5 * 199


# ------------------------------------------------------------------------------------------------------------ memory


def test_a_network_that_nobody_holds_is_freed() -> None:
    def run_one() -> ref[brian2.NeuronGroup]:
        cells = brian2.NeuronGroup(3, "dv/dt = -v/ms : 1", method="euler")
        brian2.Network(cells).run(1 * ms)
        return ref(cells)

    with brian2_on("dendrify_gpu", {"threads": 1}):
        held = run_one()
        gc.collect()
        assert held() is None
        assert brian2.get_device().explain()[-1] == "the network is gone"


# -------------------------------------------------------------------------------------------------------- integrators


@pytest.mark.parametrize("target", ["auto", "cython"])
def test_integrators_of_the_gsl_are_refused(target: str) -> None:
    with brian2_on("dendrify_gpu", {"threads": 1}):
        brian2.prefs.codegen.target = target
        cells = brian2.NeuronGroup(2, "dv/dt = -v/ms : 1", method="gsl_rkf45", name="cells")
        cells.v = 1
        with pytest.raises(BrianObjectException) as caught:
            brian2.Network(cells).run(1 * ms)
        assert isinstance(caught.value.__cause__, NotImplementedError)
        assert "cells: integrators of the GSL" in str(caught.value.__cause__)


@pytest.mark.parametrize("when", ["on_post", "on_pre"])
@pytest.mark.parametrize(
    "code", ["x += 0.25; w += x_post*0.5", "x += 0.25; x_post *= 0.75; w += x"]
)
def test_a_variable_with_two_names_is_one_variable(when: str, code: str) -> None:
    """In Clopath et al. (2010), a weight depends on ``v_post``, which the same statements have raised as ``v``."""

    def build(code: str) -> tuple[brian2.Network, Callable[[], Any]]:
        cells = brian2.NeuronGroup(
            2, "x : 1\ncount : 1", threshold="count >= 3 + i", reset="count = 0", name="cells"
        )
        cells.run_regularly("count += 1")
        cells.x = [0.5, 1.5]
        synapses = brian2.Synapses(cells, cells, "w : 1", **{when: code})
        synapses.connect("i != j")
        network = brian2.Network(cells, synapses)
        return network, lambda: np.concatenate([synapses.w[:], cells.x[:]])

    # Where both names are written, Brian2's own targets disagree: the reference has one.
    reference, _ = on_both(lambda: build(code.replace("x_post", "x")), 2)
    numpy_target, found = on_both(lambda: build(code), 2)
    assert (reference > 0.6).all()
    np.testing.assert_allclose(found, reference, rtol=1e-14)
    if "x_post *=" not in code:
        np.testing.assert_allclose(found, numpy_target, rtol=1e-14)
