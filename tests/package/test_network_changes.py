"""Changes between runs: what goes on undisturbed, and what takes effect when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import Hz, ms, mV, volt

import dendrify_gpu as dg
from dendrify_gpu.gpu.engine import carry_over

COUNTER = "s : 1"


def network(**more: Any) -> dg.Network:
    return dg.Network(**({"dt": 0.1 * ms, "seed": 3, "backend": "cpu", "threads": 1} | more))


def rich(**more: Any) -> tuple[dg.Network, dict[str, Any]]:
    """Return a network with every kind of source, rule, flag and delay, and its objects."""
    net = network(**more)
    cells = net.population(
        """
        dv/dt = (drive - v) / tau + 1*mV*xi/tau**0.5 : volt (unless refractory)
        du/dt = -u / tau : 1
        drive : volt
        fired : 1
        """,
        90,
        namespace={"tau": 10 * ms},
        threshold="v > 10*mV",
        reset="v = 0*mV",
        refractory=3 * ms,
        second_reset="v = -3*mV",
        spike_width=1 * ms,
        events={"high": "u > 2"},
        event_actions={"high": "fired += 1; u = 0"},
        name="cells",
    )
    cells.drive = dg.uniform(9 * mV, 13 * mV)
    # A condition that keeps a neuron refractory needs a flag of its own.
    others = net.population(
        "dv/dt = (12*mV - v) / tau : volt\nds/dt = -s / tau : volt",
        40,
        namespace={"tau": 10 * ms},
        threshold="v > 10*mV",
        reset="v = -5*mV",
        refractory="v < 0*mV",
        name="others",
    )
    others.v = dg.uniform(0 * mV, 9 * mV)
    ext = net.poisson(60, rate=80 * Hz, name="ext")
    gen = net.spike_generator(3, [0, 1, 2, 0], [1, 17.3, 17.4, 33] * ms, name="gen")
    connect = net.connect
    objects: dict[str, Any] = {
        "cells": cells,
        "others": others,
        "ext": ext,
        "input": connect(ext, cells, "v", probability=0.2, weight=1 * mV, delay=7 * ms),
        "given": connect(gen, cells, "v", delay=3 * ms, weight=2 * mV),
        "events": connect(ext[10:50], cells[:40], "u", one_to_one=True, delay=2.5 * ms),
        "recurrent": connect(
            cells,
            cells,
            "v",
            in_degree=9,
            weight=dg.normal(0 * mV, 1 * mV),
            delay=dg.uniform(0.3 * ms, 8 * ms),
            autapses=False,
        ),
        "back": connect(others[5:], cells[10:30], "v", weight=0.2 * mV, delay=5 * ms),
        "traces": net.record(cells[:50], ["v", "u", "fired"], every=0.3 * ms),
        "other_traces": net.record(others, "v", every=0.7 * ms),
        "spikes": net.record_spikes(cells),
        "other_spikes": net.record_spikes(others),
        "ext_spikes": net.record_spikes(ext[5:50]),
    }
    return net, objects


RECORDED = ("traces", "other_traces", "spikes", "other_spikes", "ext_spikes")


def assert_undisturbed(
    precision: str, change: Callable[[dg.Network, dict[str, Any]], None]
) -> None:
    """Check that changes at 20.1 ms and at 23 ms leave all recordings as they are without."""
    whole, expected = rich(precision=precision)
    whole.run(60 * ms)
    assert len(expected["spikes"]) > 100 and len(expected["other_spikes"]) > 50
    assert expected["traces"].fired.max() > 0
    net, objects = rich(precision=precision)
    net.run(20.1 * ms)
    change(net, objects)
    net.run(2.9 * ms)
    change(net, objects)
    net.run(37 * ms)
    for name in RECORDED:
        for attribute in ("indices", "t", "i"):
            if hasattr(expected[name], attribute):
                one, two = (getattr(each[name], attribute) for each in (expected, objects))
                assert np.array_equal(one, two), (name, attribute)
        for variable in getattr(expected[name], "variables", ()):
            assert np.array_equal(expected[name][variable], objects[name][variable]), variable


def add_a_recording(net: dg.Network, objects: dict[str, Any]) -> None:
    net.record(objects["cells"][[1, 60]], "u")


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_rebuild_disturbs_nothing(precision: str) -> None:
    assert_undisturbed(precision, add_a_recording)


def test_more_populations_sources_and_longer_delays_disturb_nothing() -> None:
    # More objects shift the numbers of spiking objects; a longer delay changes the length of the buffers.
    def add_objects(net: dg.Network, objects: dict[str, Any]) -> None:
        more = net.population(COUNTER, 13)
        ext = net.poisson(7, rate=100 * Hz)
        net.connect(ext, more, "s", delay=20 * ms)
        net.connect(ext, objects["cells"], "v", weight=0 * mV, delay=31 * ms)

    assert_undisturbed("float64", add_objects)


def test_equal_values_disturb_nothing() -> None:
    def set_again(net: dg.Network, objects: dict[str, Any]) -> None:
        for name in ("input", "given", "events", "recurrent", "back"):
            projection = objects[name]
            projection.weight = projection.weight
            projection.delay = projection.delay

    assert_undisturbed("float64", set_again)


def test_spikes_on_their_way_are_delivered_in_chunks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = carry_over._on_their_way
    chunks: list[int] = []

    def counted(*given: Any) -> list[Any]:
        found = list(whole(*given))
        chunks.append(len(found))
        return found

    monkeypatch.setattr(carry_over, "_on_their_way", counted)
    assert_undisturbed("float64", add_a_recording)
    at_once = sum(chunks)
    chunks.clear()
    monkeypatch.setattr(carry_over, "_CHUNK", 37)
    assert_undisturbed("float64", add_a_recording)
    assert sum(chunks) > 2 * at_once > 0


# ------------------------------------------------------------- against Brian2


def weights_and_delays_in_brian2(changes: list[tuple[float, str, Any]]) -> np.ndarray:
    brian2.start_scope()
    gen = brian2.SpikeGeneratorGroup(2, I, T * ms)
    target = brian2.NeuronGroup(3, COUNTER)
    syn = brian2.Synapses(gen, target, "w : 1", on_pre="s_post += w")
    syn.connect()
    syn.w = np.arange(1, 7)
    syn.delay = 2 * ms
    monitor = brian2.StateMonitor(target, "s", record=True)
    net = brian2.Network(gen, target, syn, monitor)
    now = 0.0
    for at, what, value in changes:
        net.run((at - now) * ms)
        now = at
        if what == "weight":
            syn.w = value
        else:
            syn.delay = value * ms
    net.run((20 - now) * ms)
    return np.array(monitor.s).T


I = [0, 1, 0, 1, 0, 1, 0]  # noqa: E741
T = np.array([0.5, 1.2, 3.9, 4.0, 4.1, 5.6, 8.8])


@pytest.mark.parametrize(
    "changes",
    [
        [(4.0, "weight", [6, 5, 4, 3, 2, 1])],
        [(4.1, "weight", 7.0), (5.5, "weight", [1, 2, 3, 4, 5, 6])],
        [(4.0, "delay", 0.5)],
        [(4.0, "delay", 5.0)],
        [(4.0, "delay", [1, 2, 3, 4, 5, 6])],
        [(4.2, "delay", 6.0), (5.0, "delay", 0.1), (5.7, "delay", 2.0), (9.0, "weight", 0.0)],
        [(0.1, "delay", 4.0), (4.0, "weight", -1.0), (4.1, "delay", [0, 5, 0, 5, 0, 5])],
    ],
)
def test_spikes_on_their_way_keep_their_delay_and_take_the_new_weight(
    changes: list[tuple[float, str, Any]],
) -> None:
    net = network()
    target = net.population(COUNTER, 3)
    gen = net.spike_generator(2, I, T * ms)
    syn = net.connect(gen, target, "s", weight=np.arange(1.0, 7), delay=2 * ms)
    traces = net.record(target, "s")
    now = 0.0
    for at, what, value in changes:
        net.run((at - now) * ms)
        now = float(net.t / ms)
        if what == "weight":
            syn.weight = value
        else:
            syn.delay = value * ms
    net.run((20 - now) * ms)
    expected = weights_and_delays_in_brian2(changes)
    assert len(np.unique(expected)) > 5
    assert np.array_equal(traces.s, expected[: len(traces)])


def test_spikes_on_their_way_keep_a_delay_longer_than_all_new_ones() -> None:
    # Brian2 2.9 loses count here: its new queue is too short for them.
    net = network()
    target = net.population(COUNTER, 1)
    syn = net.connect(net.spike_generator(2, [0, 1], [1.2, 1.5] * ms), target, "s", delay=4 * ms)
    traces = net.record(target, "s")
    net.run(1.4 * ms)
    syn.delay = [0.1, 0.2] * ms
    net.run(5 * ms)
    assert np.flatnonzero(np.diff(traces.s[:, 0])).tolist() == [17, 52]


# ------------------------------------------------------- what takes effect when


def test_variables_and_constants_change_between_runs() -> None:
    net = network()
    cells = net.population(
        "dv/dt = (drive - v) / tau : volt\ndrive : volt", 2, namespace={"tau": 10 * ms}
    )
    traces = net.record(cells, "v")
    net.run(1 * ms)
    cells.v = [3, 4] * mV
    net.run(1 * ms)
    cells[1].drive = 2 * mV
    cells.set_constant("tau", 5 * ms)
    net.run(1 * ms)
    v = np.zeros((31, 2))
    for k in range(30):
        if k == 10:
            v[k] = [3, 4]
        drive, rate = (np.array([0, 2]), 0.02) if k >= 20 else (np.zeros(2), 0.01)
        v[k + 1] = v[k] + rate * (drive - v[k])
    assert np.allclose(traces.v / mV, v[:-1], rtol=1e-12, atol=0)
    assert np.allclose(cells.v / mV, v[-1], rtol=1e-12, atol=0)


def test_values_survive_a_rebuild_and_a_parameter_that_becomes_a_state() -> None:
    net = network()
    cells = net.population("dv/dt = -v / tau : 1\nx : 1\ny : 1", 3, namespace={"tau": 10 * ms})
    cells.v, cells.x, cells.y = [1, 2, 3], [4, 5, 6], 7
    net.run(1 * ms)
    v = cells.v
    gen = net.spike_generator(1, [0], [1.5] * ms)
    net.connect(gen, cells, "x", weight=10.0)
    cells[1].y = 8
    assert np.array_equal(cells.v, v) and cells.x.tolist() == [4, 5, 6]
    cells[2].x = 0
    net.run(1 * ms)
    assert cells.x.tolist() == [14, 15, 10] and cells.y.tolist() == [7, 8, 7]
    assert np.allclose(cells.v, [0.99**20, 2 * 0.99**20, 3 * 0.99**20], rtol=1e-12)


def test_new_objects_start_now() -> None:
    net = network()
    cells = net.population(COUNTER, 2)
    early = net.record(cells, "s")
    net.run(1 * ms)
    with pytest.raises(
        dg.NetworkError, match=r"generator_1: a spike at 0\.9 \* msecond comes too late"
    ):
        net.spike_generator(1, [0], [0.9] * ms)
    gen = net.spike_generator(1, [0, 0], [1, 1.2] * ms)
    ext = net.poisson(50, rate=10_000 * Hz)
    net.connect(gen, cells, "s")
    late = net.record(cells, "s", every=0.3 * ms)
    spikes = net.record_spikes(ext)
    net.run(1 * ms)
    assert early.s[:, 0].tolist() == [0] * 11 + [1, 1] + [2] * 7
    assert (late.t / ms).round(6).tolist() == [1.2, 1.5, 1.8] and late.s[:, 0].tolist() == [1, 2, 2]
    assert spikes.steps.min() == 10 and np.all(spikes.count == 10)


def test_a_failed_rebuild_can_be_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, expected = rich()
    whole.run(30 * ms)
    net, objects = rich()
    net.run(20 * ms)
    net.record(objects["cells"], "v")
    monkeypatch.setattr("dendrify_gpu.gpu.CpuBackend.free_memory", lambda self: 10)
    with pytest.raises(dg.NetworkTooLargeError):
        net.run(10 * ms)
    monkeypatch.undo()
    assert net.step == 200 and len(objects["spikes"]) > 0
    objects["cells"].drive = objects["cells"].drive
    net.run(10 * ms)
    assert np.array_equal(objects["traces"].v, expected["traces"].v)
    assert np.array_equal(objects["ext_spikes"].t, expected["ext_spikes"].t)


def test_a_rate_that_changes_while_there_is_no_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network()
    net.population(COUNTER, 1)
    ext = net.poisson(20, rate=0 * Hz)
    spikes = net.record_spikes(ext)
    net.run(1 * ms)
    net.population(COUNTER, 1)
    monkeypatch.setattr("dendrify_gpu.gpu.CpuBackend.free_memory", lambda self: 10)
    with pytest.raises(dg.NetworkTooLargeError):
        net.run(1 * ms)
    monkeypatch.undo()
    ext.rate = 10_000 * Hz
    net.run(1 * ms)
    assert np.all(spikes.count == 10) and spikes.steps.min() == 10


def test_units_of_volts_survive() -> None:
    net = network()
    cells = net.population("dv/dt = -v / tau : volt", 1, namespace={"tau": 10 * ms})
    cells.v = 1 * mV
    net.run(1 * ms)
    assert cells.v.dim is volt.dim


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_spikes_that_nobody_records_are_forgotten_once_they_have_arrived(precision: str) -> None:
    """They still are delivered, also across a change of the network."""

    def bare() -> tuple[dg.Network, dict[str, Any]]:
        net, objects = rich(precision=precision)
        for name in ("spikes", "other_spikes", "ext_spikes"):
            net._recordings.remove(objects[name])
        net._changed()
        return net, objects

    whole, expected = rich(precision=precision)
    whole.run(60 * ms)
    net, objects = bare()
    total = net.run(20.1 * ms).spikes
    for duration in (0.1, 2.8, 37):
        net._changed()
        total += net.run(duration * ms).spikes
    for variable in ("v", "u", "fired"):
        assert np.array_equal(expected["traces"][variable], objects["traces"][variable])
    assert total > 900
    simulation = net._session.simulation
    assert simulation is not None
    assert len(simulation.spikes) == 0
    # What may still be on its way is kept: at most 8 ms.
    _, steps = simulation.spikes.of(0, 10**6)
    assert len(steps) > 0
    assert steps.min() >= simulation.step - 81
