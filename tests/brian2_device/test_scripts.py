"""The device as a script sees it: runs one after another, interruptions, Python in between."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms, mV
from brian2.devices.device import get_device, reset_device
from small_network import assert_same, network, on_the_device, seen, two_alike

import dendrify_gpu

__all__ = ["on_the_device"]


def test_pieces_are_one_run() -> None:
    whole, pieces = two_alike()
    whole.run(60 * ms)
    for piece in (13.7, 0.1, 26.2, 20.0):
        pieces.run(piece * ms)
    assert len(whole["spikes"].i) > 100
    assert_same(seen(whole), seen(pieces))


def test_stored_and_restored() -> None:
    net = network()
    net.run(20 * ms)
    net.store()
    net.run(30 * ms)
    first = seen(net)
    net.restore()
    assert float(net.t / ms) == pytest.approx(20)
    net.run(30 * ms)
    assert_same(first, seen(net))


def test_stored_in_a_file_and_restored_to_another_network(tmp_path: Any) -> None:
    first, second = two_alike()
    first.run(20 * ms)
    first.store(filename=str(tmp_path / "state"))
    first.run(10 * ms)
    second.restore(filename=str(tmp_path / "state"))
    second.run(10 * ms)
    assert_same(seen(first), seen(second))


def test_the_magic_network() -> None:
    net = network()
    net.run(15 * ms)
    brian2.seed(7)
    brian2.start_scope()
    cells = brian2.NeuronGroup(
        1, "dv/dt = (2 - v) / (10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact"
    )
    spikes = brian2.SpikeMonitor(cells)
    brian2.run(30 * ms)
    # v reaches 1 after 10 ms * ln 2.
    np.testing.assert_allclose(np.diff(spikes.t / ms), 6.9 + 0.1, atol=0.11)


def test_delays_changed_between_runs_keep_what_is_under_way() -> None:
    """A spike that is on its way arrives when it was to arrive, as with Brian2's queue."""
    arrivals = []
    for device in ("runtime", "dendrify_gpu"):
        brian2.set_device(device)
        source = brian2.SpikeGeneratorGroup(2, [0, 1, 0], [1, 2, 12] * ms)
        target = brian2.NeuronGroup(2, "v : 1")
        link = brian2.Synapses(source, target, on_pre="v_post += 1")
        link.connect(j="i")
        link.delay = [4, 7] * ms
        trace = brian2.StateMonitor(target, "v", record=True)
        net = brian2.Network(source, target, link, trace)
        net.run(3 * ms)
        link.delay = [1, 1] * ms
        net.run(12 * ms)
        arrivals.append(np.array(trace.v))
        reset_device()
    np.testing.assert_array_equal(arrivals[0], arrivals[1])
    assert arrivals[1][:, -1].tolist() == [2, 1]


def test_a_longer_time_step_keeps_what_is_under_way() -> None:
    """A spike of 1 ms with a delay of 4 ms arrives at 5 ms, whatever the time step has become."""
    clock = brian2.Clock(0.1 * ms)
    source = brian2.SpikeGeneratorGroup(1, [0], [1] * ms, clock=clock)
    target = brian2.NeuronGroup(1, "v : 1", clock=clock)
    link = brian2.Synapses(source, target, on_pre="v_post += 1", clock=clock, delay=4 * ms)
    link.connect()
    trace = brian2.StateMonitor(target, "v", record=True, clock=clock)
    net = brian2.Network(source, target, link, trace)
    net.run(2 * ms)
    clock.dt = 0.5 * ms
    net.run(10 * ms)
    # Recorded at the beginning of a step.
    assert trace.t[np.flatnonzero(trace.v[0])[0]] / ms == pytest.approx(5.5)


def test_changes_compile_nothing() -> None:
    device = get_device()
    net = network()
    net.run(5 * ms)
    before = device.compilations
    assert before > 0
    net["cells"].drive = 30 * mV
    net["synapses"].w = 0.1 * mV
    net["synapses"].delay = 1 * ms
    net.run(7 * ms)
    net["synapses"].delay = "rand()*ms"
    net.run(3 * ms)
    brian2.seed(1)
    larger = network(n=200)
    larger.run(5 * ms)
    assert device.compilations == before


def test_threads_change_nothing() -> None:
    results = []
    for threads in (1, 2, 3):
        brian2.set_device("dendrify_gpu", threads=threads)
        brian2.seed(7)
        net = network()
        net.run(50 * ms)
        results.append(seen(net))
        reset_device()
    assert_same(results[0], results[1])
    assert_same(results[0], results[2])


def test_network_operations_see_and_change_the_state() -> None:
    cells = brian2.NeuronGroup(3, "v : 1\ndw/dt = 1/second : 1", method="euler")
    times: list[float] = []

    @brian2.network_operation(dt=5 * ms)
    def watch(t: Any) -> None:
        times.append(float(t / ms))
        cells.v += cells.w[0] * 1000

    net = brian2.Network(cells, watch)
    net.run(20 * ms)
    assert times == pytest.approx([0, 5, 10, 15])
    np.testing.assert_allclose(cells.v, 0 + 5 + 10 + 15)


def test_a_run_can_be_stopped() -> None:
    net = network()

    @brian2.network_operation(dt=1 * ms)
    def stop(t: Any) -> None:
        if t > 6.5 * ms:
            net.stop()

    net.add(stop)
    net.run(50 * ms)
    assert float(net.t / ms) == pytest.approx(7.1)
    assert len(net["trace"].t) == 71
    other = network()
    other.run(7.1 * ms)
    np.testing.assert_array_equal(net["trace"].t, other["trace"].t)


def test_an_interrupted_run_goes_on() -> None:
    whole, cut = two_alike()
    cut.run(0.1 * ms)
    timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))

    def begin(elapsed: Any, completed: float, start: Any, duration: Any) -> None:
        # The first report comes when the steps begin, however long it took to prepare them.
        if completed == 0:
            timer.start()

    # Since 2.9, Brian2's own answer to the first Ctrl-C is to stop after the current step.
    with suppress(KeyboardInterrupt):
        cut.run(1e7 * ms, report=begin)
    timer.join()
    done = round(10 * float(cut.t / ms))
    assert 10 < done < 1e8
    assert len(cut["trace"].t) == done
    cut.run(5 * ms)
    whole.run((done + 50) * 0.1 * ms)
    assert_same(seen(whole), seen(cut))


def test_both_roads_give_the_same_and_say_so() -> None:
    results = []
    for road in ("general", "fast", "auto"):
        brian2.set_device("dendrify_gpu", threads=1, road=road)
        brian2.seed(7)
        net = network()
        net.run(30 * ms)
        net.run(20 * ms)
        results.append(seen(net))
        told = get_device().explain()
        assert told[0].startswith(
            "fast road: fused core, CPU" if road == "fast" else "general road"
        )
        assert ("set_device(..., road='fast')" in told[-1]) == (road != "fast")
        reset_device()
    assert len(results[0][0]) > 100
    assert_same(results[0], results[2])
    np.testing.assert_array_equal(results[0][0], results[1][0])
    for left, right in zip(results[0], results[1], strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-15)


def test_single_precision_keeps_arrays_and_results_single() -> None:
    brian2.set_device("dendrify_gpu", threads=1, precision="float32")
    net = network()
    assert net["cells"].variables["v"].dtype == np.float32
    net.run(20 * ms)
    assert len(net["spikes"].i) > 20
    assert "float32" in get_device().last_report[0]
    reset_device()


def test_one_network_of_a_script_on_the_core_and_on_brian2_by_turns() -> None:
    brian2.set_device("runtime")
    results = []
    for by_turns in (False, True):
        brian2.seed(7)
        net = network()
        core = dendrify_gpu.from_brian2(net, threads=1)
        for number, piece in enumerate((17.3, 9.0, 14.0)):
            (core if by_turns and number % 2 == 0 else net).run(piece * ms)
        results.append(seen(net))
    assert len(results[0][0]) > 50
    for left, right in zip(*results, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-15)
    assert core.report[0].startswith("general road")
    brian2.set_device("dendrify_gpu")


def test_functions_of_two_groups_may_have_one_name() -> None:
    """Names belong to groups: each calls its own function."""

    def made(factor: int) -> Any:
        @brian2.implementation("cpp", f"double f(double x) {{ return {factor}*x; }}")
        @brian2.check_units(x=1, result=1)
        def f(x: Any) -> Any:
            return factor * x

        return f

    groups = []
    for factor in (2, 3):
        group = brian2.NeuronGroup(3, "v : 1", namespace={"f": made(factor)})
        group.v = 1
        group.run_regularly("v = f(v)")
        groups.append(group)
    brian2.Network(groups).run(0.1 * ms)
    assert [float(group.v[0]) for group in groups] == [2, 3]


def test_functions_take_shared_values_and_values_of_elements() -> None:
    @brian2.implementation(
        "cpp", "double f(double a, double b, double c) { return a + 10*b + 100*c; }"
    )
    @brian2.check_units(a=1, b=1, c=1, result=1)
    def f(a: Any, b: Any, c: Any) -> Any:
        return a + 10 * b + 100 * c

    group = brian2.NeuronGroup(3, "v : 1\nw : 1\nx0 : 1 (shared)", namespace={"f": f, "x1": 3})
    group.v, group.x0 = [1, 2, 4], 7
    group.run_regularly("w = f(x0, v, x1)")
    brian2.Network(group).run(0.1 * ms)
    assert list(np.asarray(group.w)) == [317, 327, 347]


class _Earlier:
    """Says that spikes were earlier than they were."""

    def __init__(self, cells: Any) -> None:
        self._cells = cells

    def change(self) -> None:
        self._cells.lastspike = self._cells.lastspike - 2 * ms


@pytest.mark.parametrize("changed_by_python", [False, True])
def test_steps_since_the_last_spike_are_those_of_the_right_clock(changed_by_python: bool) -> None:
    """The core counts them; a slower clock has longer steps, and Python may set the times."""
    found = []
    for device in ("runtime", "dendrify_gpu"):
        brian2.set_device(device)
        cells = brian2.NeuronGroup(
            3,
            "dv/dt = (1.5 - v) / (10*ms) : 1 (unless refractory)\nx : integer",
            threshold="v > 1",
            reset="v = 0",
            refractory=3 * ms,
            method="exact",
        )
        cells.v = [0, 0.3, 0.6]
        cells.run_regularly("x = timestep(t - lastspike, dt)", dt=1 * ms)
        trace = brian2.StateMonitor(cells, ["x", "v"], record=True)
        net = brian2.Network(cells, trace)
        if changed_by_python:
            net.add(brian2.NetworkOperation(_Earlier(cells).change, dt=7 * ms))
        net.run(60 * ms)
        found.append((np.array(trace.x), np.array(trace.v)))
        reset_device()
    assert len(np.unique(found[0][0])) > 10
    np.testing.assert_array_equal(found[0][0], found[1][0])
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-12, atol=1e-14)


def test_clocks_tick_where_nothing_is_active() -> None:
    brian2.set_device("dendrify_gpu")
    cells = brian2.NeuronGroup(2, "dv/dt = 1/ms : 1", method="euler", dt=0.2 * ms)
    other = brian2.NeuronGroup(2, "dv/dt = 1/ms : 1", method="euler", dt=0.1 * ms)
    network = brian2.Network(cells, other)
    other.active = False
    network.run(3 * ms)
    cells.active = False
    network.run(3 * ms)
    assert np.asarray(cells.v) == pytest.approx(3)
    assert np.asarray(other.v) == pytest.approx(0)
    assert float(other.t / ms) == pytest.approx(6) and float(cells.t / ms) == pytest.approx(6)
    cells.active = True
    reset_device()
    brian2.set_device("dendrify_gpu", road="fast")
    with pytest.raises(NotImplementedError, match="clocks tick on which no active object hangs"):
        network.run(1 * ms)
    reset_device()
