"""What a run does: solutions, timing of synapses, stimuli, recordings, and what it refuses."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from brian2 import Hz, ms, mV, nS, pF, volt
from tqdm.auto import tqdm

import dendrify_gpu as dg

LIF = """
dv/dt = (drive - v) / tau : volt
drive : volt
twice = 2 * v : volt
"""
TAU = {"tau": 10 * ms}
COUNTER = "s : 1"  # changes only when synapses add to it


def network(**more: Any) -> dg.Network:
    return dg.Network(**({"dt": 0.1 * ms, "seed": 3, "backend": "cpu", "threads": 1} | more))


def recurrent(**more: Any) -> tuple[dg.Network, dg.TraceRecording, dg.SpikeRecording]:
    """Return a network with noise, refractoriness and many different weights and delays."""
    net = network(**more)
    cells = net.population(
        LIF.replace("/ tau", "/ tau + 1*mV*xi/tau**0.5"),
        150,
        namespace=TAU,
        threshold="v > 10*mV",
        reset="v = 0*mV",
        refractory=2 * ms,
        name="cells",
    )
    cells.drive = dg.uniform(9 * mV, 12 * mV)
    ext = net.poisson(100, rate=100 * Hz, name="ext")
    net.connect(ext, cells, "v", probability=0.1, weight=1 * mV, delay=0.7 * ms, name="input")
    net.connect(
        cells,
        cells,
        "v",
        in_degree=10,
        weight=dg.normal(0 * mV, 1 * mV),
        delay=dg.uniform(0.3 * ms, 4 * ms),
        name="recurrent",
    )
    traces = net.record(cells[3:40], ["v", "twice"], every=0.3 * ms, name="traces")
    return net, traces, net.record_spikes(cells, name="spikes")


def assert_same(
    first: tuple[Any, dg.TraceRecording, dg.SpikeRecording],
    other: tuple[Any, dg.TraceRecording, dg.SpikeRecording],
) -> None:
    for one, two in zip(first[1:], other[1:], strict=True):
        xr.testing.assert_identical(one.to_xarray(), two.to_xarray())


# ------------------------------------------------------------------ solutions


@pytest.mark.parametrize(
    ("method", "decay"), [("euler", 1 - 0.01), ("exponential_euler", np.exp(-0.01))]
)
def test_a_driven_neuron_follows_its_solution(method: str, decay: float) -> None:
    net = network()
    cells = net.population(LIF, 5, namespace=TAU, method=method)
    cells.drive = np.arange(5) * mV
    traces = net.record(cells, ["v", "twice"])
    net.run(30 * ms)
    assert traces.v.shape == (300, 5) and len(traces) == 300
    assert np.allclose(traces.t / ms, np.arange(300) * 0.1, rtol=1e-12)
    solution = (1 - decay ** np.arange(301))[:, None] * np.arange(5)
    assert np.allclose(traces.v / mV, solution[:-1], rtol=1e-12, atol=0)
    assert np.allclose(traces.twice / mV, 2 * solution[:-1], rtol=1e-12, atol=0)
    assert np.allclose(cells.v / mV, solution[-1], rtol=1e-12, atol=0)
    assert np.isclose(net.t / ms, 30) and net.step == 300


def test_spikes_of_driven_neurons_come_when_the_solution_says() -> None:
    net = network()
    cells = net.population(
        LIF, 40, namespace=TAU, threshold="v > 10*mV", reset="v = 0*mV", refractory=2.05 * ms
    )
    drives = np.linspace(8, 30, 40)
    cells.drive = drives * mV
    spikes = net.record_spikes(cells)
    net.run(100 * ms)
    silent = drives <= 10
    assert np.all(spikes.count[silent] == 0) and silent.any()
    trains = spikes.trains()
    for neuron in np.flatnonzero(~silent):
        # Steps from reset until v = drive (1 - 0.99^n) exceeds 10 mV.
        rise = int(np.floor(np.log(1 - 10 / drives[neuron]) / np.log(0.99))) + 1
        steps = np.round(trains[int(neuron)] / (0.1 * ms)).astype(int)
        assert steps[0] == rise - 1
        # v is not clamped here: the next spike waits for the refractory time and for the rise.
        assert np.all(np.diff(steps) == max(rise, 21))


@pytest.mark.parametrize("delay", [0, 1, 5, 17, 200])
@pytest.mark.parametrize("source", ["generator", "neurons"])
def test_a_delay_is_exact(source: str, delay: int) -> None:
    net = network()
    target = net.population(COUNTER, 3, name="target")
    emitted = [4, 20, 61]
    if source == "generator":
        pre: Any = net.spike_generator(1, [0, 0, 0], np.array(emitted) * 0.1 * ms)
    else:
        condition = " or ".join(f"t_in_timesteps == {step}" for step in emitted)
        pre = net.population("x : 1", 1, threshold=condition, reset="")
    spikes = net.record_spikes(pre)
    net.connect(pre, target[1:], "s", delay=delay * 0.1 * ms, weight=[0.5, 2.0])
    traces = net.record(target, "s")
    net.run(30 * ms)
    assert spikes.steps.tolist() == emitted
    jumps = np.diff(traces.s, axis=0)
    for neuron, weight in ((1, 0.5), (2, 2.0)):
        # Samples show the state at the beginning of a step, so a jump shows one step later.
        assert (np.flatnonzero(jumps[:, neuron]) + 1).tolist() == [
            step + delay + 1 for step in emitted
        ]
        assert np.all(jumps[jumps[:, neuron] != 0, neuron] == weight)
    assert np.all(traces.s[:, 0] == 0)


def test_every_synapse_has_its_own_delay_and_weight() -> None:
    net = network()
    target = net.population(COUNTER, 6)
    gen = net.spike_generator(2, [0, 1], [1, 2] * ms)
    i, j = [1, 0, 1, 0, 0], [5, 0, 2, 3, 3]
    weight, delay = np.array([1.0, 2.0, 4.0, 8.0, 16.0]), np.array([1, 2, 3, 4, 50])
    net.connect(gen, target, "s", i=i, j=j, weight=weight, delay=delay * 0.1 * ms)
    traces = net.record(target, "s")
    net.run(8 * ms)
    expected = np.zeros((80, 6))
    for k in range(5):
        expected[(10, 20)[i[k]] + delay[k] + 1 :, j[k]] += weight[k]
    assert np.array_equal(traces.s, expected)


def test_all_rules_deliver_what_their_tables_say() -> None:
    net = network()
    target = net.population("\n".join(f"s{k} : 1" for k in range(5)), 30, name="target")
    gen = net.spike_generator(30, np.arange(30), np.full(30, 1.0) * ms)
    rules: list[dict[str, Any]] = [
        {},
        {"one_to_one": True},
        {"probability": 0.3},
        {"in_degree": 7},
        {"i": [3, 0, 9], "j": [1, 1, 7]},
    ]
    projections = []
    for k, rule in enumerate(rules):
        pre, post = (gen[10:25], target[5:20]) if k != 1 else (gen[2:9], target[20:27])
        projections.append(net.connect(pre, post, f"s{k}", weight=k + 1.0, **rule))
    net.run(2 * ms)
    for k, syn in enumerate(projections):
        expected = np.bincount(syn.j + syn.post.first, minlength=30) * (k + 1.0)
        assert expected.any()
        assert np.array_equal(target.get(f"s{k}"), expected)


def test_one_event_reaches_all_targets_of_its_receptors() -> None:
    soma = dg.Soma("soma", model="leakyIF", cm_abs=200 * pF, gl_abs=10 * nS)
    soma.synapse("AMPA", tag="x", g=1 * nS, t_decay=5 * ms)
    soma.synapse("NMDA", tag="x", g=1 * nS, t_decay=50 * ms)
    net = network()
    cell = net.population(dg.NeuronModel(soma, v_rest=-60 * mV), 2)
    gen = net.spike_generator(1, [0], [1] * ms)
    net.connect(gen, cell, ["AMPA_x_soma", "NMDA_x_soma"], weight=3.0)
    net.run(1.1 * ms)
    assert np.all(cell.s_AMPA_x_soma == 3.0) and np.all(cell.s_NMDA_x_soma == 3.0)


# ------------------------------------------------------------- reproducibility


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_run_in_parts_is_the_same_run(precision: str) -> None:
    whole, parts = recurrent(precision=precision), recurrent(precision=precision)
    whole[0].run(60 * ms)
    for duration in (13.1, 0.1, 26.8, 20):
        parts[0].run(duration * ms)
    assert len(whole[2]) > 300
    assert_same(whole, parts)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_number_of_threads_does_not_matter(precision: str) -> None:
    one, two = recurrent(precision=precision), recurrent(precision=precision, threads=2)
    for each in (one, two):
        each[0].run(60 * ms)
    assert_same(one, two)


def test_the_seed_matters() -> None:
    one, two = recurrent(seed=1), recurrent(seed=2)
    for each in (one, two):
        each[0].run(20 * ms)
    assert not np.array_equal(one[1].v, two[1].v)


# ---------------------------------------------------------- stimuli and sources


def test_current_steps_hold_for_their_steps_only() -> None:
    net = network()
    cells = net.population(LIF, 4, namespace=TAU)
    cells.drive = 1 * mV
    net.current_step(cells[1:3], "drive", [5, 7] * mV, start=1 * ms, stop=2 * ms)
    net.current_step(cells[2:], "drive", 3 * mV, start=2 * ms, stop=2.5 * ms)
    traces = net.record(cells, ["drive", "v"])
    for duration in (0.7, 0.3, 1.2, 0.3, 1.5):  # cuts at, before and inside the steps
        net.run(duration * ms)
    expected = np.full((40, 4), 1.0)
    expected[10:20, 1], expected[10:20, 2], expected[20:25, 2:] = 5, 7, 3
    assert np.allclose(traces.drive / mV, expected, rtol=1e-12)
    v = np.zeros((41, 4))
    for k in range(40):
        v[k + 1] = v[k] + 0.01 * (expected[k] - v[k])
    assert np.allclose(traces.v / mV, v[:-1], rtol=1e-12, atol=0)
    assert np.all(cells.drive == 1 * mV)


def test_a_parameter_set_during_its_current_step_shows_afterwards() -> None:
    net = network()
    cells = net.population(LIF, 2, namespace=TAU)
    net.current_step(cells[:1], "drive", 5 * mV, start=0 * ms, stop=2 * ms)
    traces = net.record(cells, "drive")
    net.run(1 * ms)
    cells.drive = 2 * mV
    assert np.all(cells.drive == 2 * mV)
    net.run(2 * ms)
    assert np.allclose(traces.drive[:, 0] / mV, [5.0] * 20 + [2.0] * 10)
    assert np.allclose(traces.drive[:, 1] / mV, [0.0] * 10 + [2.0] * 20)
    with pytest.raises(dg.NetworkError, match="is in the past, the network is at 3"):
        net.current_step(cells, "drive", 1 * mV, start=1 * ms, stop=9 * ms)


def test_poisson_sources_have_their_rates() -> None:
    net = network()
    net.population(COUNTER, 1)
    n = 2000
    ext = net.poisson(n, rate=np.repeat([50, 50, 50, 200], 500) * Hz)
    spikes = net.record_spikes(ext)
    net.run(200 * ms)
    for members, rate in ((slice(0, 1000), 50), (slice(1000, 1500), 50), (slice(1500, 2000), 200)):
        count = spikes.count[members]
        mean = rate * 0.2
        assert abs(count.mean() - mean) < 5 * np.sqrt(mean / len(count))
        # A binomial count of 2000 steps.
        assert abs(count.var() / (mean * (1 - rate * 1e-4)) - 1) < 5 * np.sqrt(2 / len(count)) + 0.1


@pytest.mark.parametrize("rebuilt", [False, True])
def test_a_changed_rate_holds_from_then_on(rebuilt: bool) -> None:
    net = network()
    net.population(COUNTER, 1)
    ext, other = net.poisson(1000, rate=5 * Hz), net.poisson(1000, rate=20 * Hz)
    spikes, others = net.record_spikes(ext), net.record_spikes(other)
    net.run(100 * ms)
    ext.rate = np.repeat([10_000, 0], 500) * Hz  # every step, and never
    if rebuilt:
        net.record_spikes(ext)
    net.run(3 * ms)
    late = spikes.steps >= 1000
    assert np.array_equal(spikes.steps[late], np.repeat(np.arange(1000, 1030), 500))
    assert np.array_equal(spikes.i[late].reshape(30, 500), np.tile(np.arange(500), (30, 1)))
    ext.rate = 5 * Hz
    net.run(100 * ms)
    last = (spikes.steps >= 1030).sum()
    for count, mean in ((last, 500), ((~late).sum(), 500), (len(others), 20 * 1000 * 0.203)):
        assert abs(count - mean) < 5 * np.sqrt(mean)
    # The other group does not notice.
    same = network()
    same.population(COUNTER, 1)
    same.poisson(1000, rate=5 * Hz)
    undisturbed = same.record_spikes(same.poisson(1000, rate=20 * Hz))
    same.run(203 * ms)
    assert np.array_equal(undisturbed.steps, others.steps)
    assert np.array_equal(undisturbed.i, others.i)


def test_groups_of_equal_size_and_rate_are_independent() -> None:
    net = network()
    net.population(COUNTER, 1)
    recordings = [net.record_spikes(net.poisson(500, rate=100 * Hz)) for _ in range(2)]
    net.run(100 * ms)
    first, second_ = (set(zip(r.i.tolist(), r.steps.tolist(), strict=True)) for r in recordings)
    # Each spike of one group meets one of the other with probability rate * dt.
    assert len(first & second_) < len(first) * 0.01 + 5 * np.sqrt(len(first) * 0.01)


def test_a_rate_that_rises_far_does_not_overrun_the_spike_list() -> None:
    net = network()
    net.population(COUNTER, 1)
    ext = net.poisson(200_000, rate=0 * Hz)
    spikes = net.record_spikes(ext[:10])
    net.run(1 * ms)
    ext.rate = 10_000 * Hz
    net.run(3 * ms)
    assert np.all(spikes.count == 30)


# ------------------------------------------------------------------ recordings


def test_samples_keep_their_grid_across_runs() -> None:
    net = network()
    cells = net.population(LIF, 3, namespace=TAU)
    cells.drive = 1 * mV
    fine = net.record(cells, "v")
    coarse = net.record(cells[[2, 0]], "v", every=0.7 * ms)
    for duration in (1.0, 0.3, 2.4, 0.1):
        net.run(duration * ms)
    assert (coarse.t / ms).round(6).tolist() == [0, 0.7, 1.4, 2.1, 2.8, 3.5]
    assert np.array_equal(coarse.v, fine.v[::7][:, [2, 0]])
    with pytest.raises(
        dg.UnknownVariableError, match=r"traces_1 did not record 'drive'\. It has: v"
    ):
        _ = fine.drive


def test_spikes_of_slices_are_those_of_the_population() -> None:
    net, _, spikes = recurrent()
    cells = net.populations[0]
    parts = [cells[20:70], cells[[7, 149, 20]], cells[cells.drive > 11 * mV], cells[33]]
    recordings = [net.record_spikes(part) for part in parts]
    net.run(40 * ms)
    assert len(spikes) > 100
    for part, recording in zip(parts, recordings, strict=True):
        chosen = np.isin(spikes.i, part.indices)
        assert np.array_equal(recording.i, spikes.i[chosen])
        assert np.array_equal(recording.t, spikes.t[chosen])
        assert np.array_equal(recording.count, spikes.count[part.indices])
        trains = recording.trains()
        assert list(trains) == part.indices.tolist()
        assert all(np.array_equal(trains[k], spikes.t[spikes.i == k]) for k in trains)
    assert np.all(np.diff(spikes.steps) >= 0)


def test_recordings_are_labelled_and_saved(tmp_path: Path) -> None:
    net, traces, spikes = recurrent()
    report = net.run(20 * ms)
    data = traces.to_xarray()
    assert data["v"].dims == ("time", "neuron")
    assert data["v"].attrs["units"] == "V" and data["time"].attrs["units"] == "s"
    assert data["neuron"].values.tolist() == list(range(3, 40))
    assert np.array_equal(data["v"].sel(neuron=5), traces.v[:, 2] / volt)
    assert data.attrs["population"] == "cells"
    table = spikes.to_xarray()
    assert table["time"].attrs["units"] == "s" and len(table["spike"]) == len(spikes) > 0
    assert table.attrs["size"] == 150 and len(table["recorded"]) == 150
    traces.save(tmp_path / "traces.nc")
    spikes.save(tmp_path / "spikes.nc")
    net.save_recordings(tmp_path / "all.nc")
    for path, group, expected in (
        ("traces.nc", None, data),
        ("all.nc", "traces", data),
        ("spikes.nc", None, table),
        ("all.nc", "spikes", table),
    ):
        with xr.open_dataset(tmp_path / path, group=group, engine="h5netcdf") as loaded:
            xr.testing.assert_identical(loaded.load(), expected)
    with xr.open_dataset(tmp_path / "all.nc", engine="h5netcdf") as root:
        assert root.attrs["seed"] == 3 and root.attrs["duration"] == pytest.approx(0.02)
    assert report.spikes >= len(spikes)


def test_empty_recordings_are_ordinary(tmp_path: Path) -> None:
    net, traces, spikes = recurrent()
    assert len(traces) == len(spikes) == 0
    assert traces.v.shape == (0, 37) and traces.to_xarray().sizes["time"] == 0
    assert spikes.count.sum() == 0 and len(spikes.trains()) == 150
    net.save_recordings(tmp_path / "all.nc")
    with pytest.raises(dg.NetworkError, match="The network records nothing; call record or"):
        network().save_recordings(tmp_path / "none.nc")


# ------------------------------------------------------------------------ runs


def test_the_report_says_what_was_done(caplog: pytest.LogCaptureFixture) -> None:
    net, _, _ = recurrent()
    with caplog.at_level(logging.INFO, logger="dendrify_gpu"):
        first, second_ = net.run(20 * ms), net.run(5 * ms)
    lines = [item.getMessage() for item in caplog.records if item.name == "dendrify_gpu"]
    assert len(lines) == 1
    assert lines[0].startswith("Running on CPU, 1 thread, ")
    assert lines[0].endswith(": backend='cpu' was asked for.")
    assert (first.steps, second_.steps) == (200, 50) and first.duration == 20 * ms
    assert first.build_seconds > 0 and second_.build_seconds == 0
    assert first.wall_seconds > 0 and first.backend == "cpu"
    assert "after" in repr(first) and "after" not in repr(second_)
    assert "(200 steps)" in repr(first) and f"{first.spikes} spikes." in repr(first)


def test_durations_follow_brian2() -> None:
    net = network()
    net.population(COUNTER, 1)
    assert net.run(0.25 * ms).steps == 3  # a rest of a step is a step
    assert net.run(0.300001 * ms).steps == 3  # unless it is a matter of rounding
    assert net.step == 6
    for duration in (0 * ms, -1 * ms):
        with pytest.raises(dg.NetworkError, match="must be longer than zero"):
            net.run(duration)
    with pytest.raises(dg.NetworkError, match="run: duration needs in s and was given 5"):
        net.run(5)
    with pytest.raises(dg.NetworkError, match="The network is empty; add a population before run"):
        network().run(1 * ms)


def test_a_failure_keeps_what_was_recorded_and_ends_the_network() -> None:
    net = network()
    cells = net.population("dv/dt = v**2 / tau : 1", 3, namespace=TAU)
    cells.v = [0, 1, 0.1]
    traces = net.record(cells, "v")
    with pytest.raises(dg.NumericalError, match="v of neuron 1 became infinite or not a number"):
        net.run(100 * ms)
    recorded = traces.v
    assert len(recorded) > 90 and np.all(np.isfinite(recorded[:90])) and recorded[0, 1] == 1
    with pytest.raises(
        dg.SimulationError, match=r"An earlier run of this network failed: population_1: v"
    ):
        net.run(1 * ms)
    assert np.array_equal(traces.v, recorded, equal_nan=True)


@pytest.fixture
def ctrl_c_raises() -> Iterator[None]:
    """Whatever started the tests: a job in the background ignores Ctrl-C, and Brian2 hands it on."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c_raises")
def test_an_interrupted_run_can_go_on() -> None:
    whole, stopped = recurrent(), recurrent()
    whole[0].run(2000 * ms)
    net = stopped[0]
    usual = signal.getsignal(signal.SIGINT)

    class Bar(tqdm):  # type: ignore[type-arg]
        def update(self, n: float | None = 1) -> bool | None:
            signal.raise_signal(signal.SIGINT)
            assert net.step > 0  # Ctrl-C waits until the state is consistent
            return super().update(n)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dendrify_gpu.progress.tqdm", Bar)
        with pytest.raises(KeyboardInterrupt):
            net.run(2000 * ms, progress=False)
    assert 0 < net.step < 20_000
    assert signal.getsignal(signal.SIGINT) is usual
    net.run((20_000 - net.step) * 0.1 * ms)
    assert_same(whole, stopped)


def test_the_progress_bar_is_shown_where_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    net, _, _ = recurrent()
    net.run(10 * ms)
    assert capsys.readouterr().err == ""  # no terminal
    net.run(10 * ms, progress=True)
    assert "cpu: 100%" in capsys.readouterr().err
    net.run(10 * ms, progress=False)
    assert capsys.readouterr() == ("", "")


def test_a_network_too_large_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network()
    net.population(LIF, 100_000, namespace=TAU)
    monkeypatch.setattr("dendrify_gpu.gpu.CpuBackend.free_memory", lambda self: 1000)
    with pytest.raises(dg.NetworkTooLargeError, match="The network needs about"):
        net.run(1 * ms)
    monkeypatch.undo()
    assert net.run(1 * ms).steps == 10


def test_a_network_of_sources_alone_runs() -> None:
    net = network()
    spikes = net.record_spikes(net.spike_generator(3, [2, 0], [0.3, 1.7] * ms))
    net.run(2 * ms)
    assert spikes.i.tolist() == [2, 0] and spikes.steps.tolist() == [3, 17]


def test_auto_takes_the_cpu_where_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "dendrify_gpu.backend_choice.cuda_unavailable", lambda: "there is no device"
    )
    chosen = dg.choose_backend("auto", threads=1)
    assert chosen.backend.name == "cpu"
    assert str(chosen).endswith("backend='auto' found no GPU: there is no device.")
    net = network(backend="auto")
    net.population(COUNTER, 1)
    assert "found no GPU: there is no device" in net.run(1 * ms).reason


def test_cuda_that_was_asked_for_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "dendrify_gpu.gpu.backends.cuda.cuda_unavailable", lambda: "there is no device"
    )
    net = network(backend="cuda", threads=None)
    net.population(COUNTER, 1)
    with pytest.raises(dg.ToolchainError, match="there is no device"):
        net.run(1 * ms)


def test_auto_takes_a_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Device:
        name = "cuda"
        description = "a device"

        def __init__(self, number: int) -> None:
            assert number == 0

    monkeypatch.setattr("dendrify_gpu.backend_choice.cuda_unavailable", lambda: None)
    monkeypatch.setattr("dendrify_gpu.backend_choice.CudaBackend", Device)
    assert (
        str(dg.choose_backend()) == "Running on a device: backend='auto' found PyCUDA and a device."
    )
    assert dg.choose_backend("cpu").backend.name == "cpu"
