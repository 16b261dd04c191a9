"""The device as a script sees it: options, runs one after another, interruptions, messages."""

from __future__ import annotations

import io
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import Hz, ms, mV
from brian2.core.base import BrianObjectException
from brian2.devices.device import get_device, reset_device
from scipy import stats

import dendrify_gpu
from dendrify_gpu.brian2_device.general_road import GeneralRoad, RandomState
from dendrify_gpu.gpu.backends.cpu import CpuBackend

CELL = """
dv/dt = (drive - v) / (10*ms) : volt (unless refractory)
dg/dt = -g / (5*ms) : volt
drive : volt (constant)
"""


@pytest.fixture(autouse=True)
def on_the_device() -> Iterator[None]:
    dtype = brian2.prefs.core.default_float_dtype
    brian2.set_device("dendrify_gpu", threads=1)
    brian2.seed(7)
    yield
    reset_device()
    brian2.prefs.core.default_float_dtype = dtype


def network(n: int = 120, **kwds: Any) -> brian2.Network:
    cells = brian2.NeuronGroup(
        n,
        CELL,
        threshold="v > 20*mV",
        reset="v = 0*mV",
        refractory=2 * ms,
        method="exact",
        name="cells",
    )
    cells.v = "rand() * 20*mV"
    cells.drive = "(21 + 2*rand())*mV"
    synapses = brian2.Synapses(cells, cells, "w : volt", on_pre="v_post += w", name="synapses")
    synapses.connect(p=0.2)
    synapses.w = "0.3*rand()*mV"
    synapses.delay = "6*rand()*ms"
    spikes = brian2.SpikeMonitor(cells, name="spikes")
    trace = brian2.StateMonitor(cells, "v", record=[0, 5], name="trace")
    return brian2.Network(cells, synapses, spikes, trace)


def seen(net: brian2.Network) -> list[np.ndarray]:
    return [
        np.array(values)
        for values in (
            net["spikes"].i,
            net["spikes"].t_,
            net["trace"].v_,
            net["trace"].t_,
            net["cells"].v_,
        )
    ]


def assert_same(first: list[np.ndarray], second: list[np.ndarray]) -> None:
    for left, right in zip(first, second, strict=True):
        np.testing.assert_array_equal(left, right)


def two_alike() -> tuple[brian2.Network, brian2.Network]:
    nets = []
    for _ in range(2):
        brian2.seed(7)
        nets.append(network())
    return nets[0], nets[1]


# ---------------------------------------------------------------------------------------------------------- runs


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


# -------------------------------------------------------------------------------------------------- random numbers


def noisy(n: int = 500) -> tuple[brian2.Network, brian2.NeuronGroup]:
    cells = brian2.NeuronGroup(
        n, "dv/dt = -v / (10*ms) + 0.1*xi / sqrt(10*ms) : 1", method="euler", name="noisy"
    )
    return brian2.Network(cells), cells


def test_equal_seeds_give_equal_noise_and_pieces_change_nothing() -> None:
    ends = []
    for pieces in ((20.0,), (5.0, 15.0)):
        brian2.seed(11)
        net, cells = noisy()
        for piece in pieces:
            net.run(piece * ms)
        ends.append(np.array(cells.v))
    np.testing.assert_array_equal(*ends)
    net, cells = noisy()
    net.run(20 * ms)
    assert np.abs(np.array(cells.v) - ends[0]).min() > 0


@pytest.mark.parametrize("runs", [(5,), (), (5, "again from 0 s")])
def test_restoring_draws_other_numbers_unless_asked(runs: tuple[Any, ...]) -> None:
    net, cells = noisy()
    net.store("beginning")
    for duration in runs[:1]:
        net.run(duration * ms)
    if runs[1:]:
        net.restore("beginning")
    net.store()
    net.run(5 * ms)
    first = np.array(cells.v)
    net.restore(restore_random_state=True)
    net.run(5 * ms)
    np.testing.assert_array_equal(np.array(cells.v), first)
    net.restore()
    net.run(5 * ms)
    assert np.abs(np.array(cells.v) - first).max() > 0


def test_runs_leave_the_random_numbers_of_scripts_alone() -> None:
    drawn = []
    for device in ("runtime", "dendrify_gpu"):
        brian2.set_device(device)
        brian2.seed(5)
        cells = brian2.NeuronGroup(5, "v : 1")
        brian2.Network(cells).run(1 * ms)
        cells.v = "rand()"
        drawn.append(np.array(cells.v))
        reset_device()
    np.testing.assert_array_equal(*drawn)


def test_trials_without_a_seed_of_their_own_differ() -> None:
    ends = []
    for _ in range(2):
        net, cells = noisy()
        net.run(5 * ms)
        ends.append(np.array(cells.v))
    assert np.abs(ends[0] - ends[1]).min() > 0


def test_noise_has_its_law() -> None:
    """The stationary variance of an Ornstein-Uhlenbeck process, in Euler's scheme: sigma^2 / (2 - dt/tau)."""
    net, cells = noisy(20_000)
    net.run(100 * ms)
    values = np.array(cells.v)
    expected = 0.1**2 / (2 - 0.01)
    # Five standard errors.
    assert abs(values.mean()) < 5 * np.sqrt(expected / len(values))
    assert abs(values.var() / expected - 1) < 5 * np.sqrt(2 / len(values))


# ------------------------------------------------------------------------------------------------ Python in between


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


# ------------------------------------------------------------------------------------------------------- messages


def test_what_ran_where() -> None:
    net = network()
    told = io.StringIO()
    with redirect_stdout(told):
        net.run(5 * ms, report="text")
    assert "5. ms (100%) simulated" in told.getvalue()
    lines = get_device().last_report
    assert (
        lines[0].startswith("general road: ") and "1 thread" in lines[0] and "float64" in lines[0]
    )
    assert lines[0] in told.getvalue()
    assert "synapses_pre (synaptic events): one after another, shared among threads: 1" in lines


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


def test_what_keeps_a_network_from_the_fused_core() -> None:
    def learning() -> brian2.Network:
        cells = brian2.NeuronGroup(4, "v : 1", threshold="v > 1", reset="v = 0", name="cells")
        link = brian2.Synapses(cells, cells, "w : 1", on_pre="v_post += w\nw += 0.1", name="link")
        link.connect()
        return brian2.Network(cells, link)

    assert get_device().explain() is not None
    net = learning()
    net.run(1 * ms)
    assert any(line.startswith("not on the fused core: link") for line in get_device().explain())
    brian2.set_device("dendrify_gpu", road="fast")
    with pytest.raises(NotImplementedError, match=r"road='fast': the fused core cannot run .*link"):
        learning().run(1 * ms)
    reset_device()


def test_cuda_is_not_there_and_is_not_replaced() -> None:
    if dendrify_gpu.gpu.cuda_unavailable() is None:
        pytest.skip("there is a device")
    brian2.set_device("dendrify_gpu", backend="cuda")
    net = network()
    with pytest.raises(dendrify_gpu.ToolchainError):
        net.run(1 * ms)
    reset_device()


def test_why_events_cannot_be_shared() -> None:
    cells = brian2.NeuronGroup(4, "v : 1", threshold="v > 1", reset="v = 0")
    both = brian2.Synapses(cells, cells, on_pre="v_post += 0.1\nv_pre -= 0.1", name="both")
    both.connect()
    brian2.Network(cells, both).run(0.1 * ms)
    assert any(
        "both_pre" in line and "by one thread because it changes" in line
        for line in get_device().last_report
    )


def test_profiles() -> None:
    net = network()
    net.run(20 * ms, profile=True)
    names = {name for name, _ in net.profiling_info}
    assert {"cells_stateupdater", "synapses_pre", "cells_spike_thresholder"} <= names
    assert sum(float(taken) for _, taken in net.profiling_info) > 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"precision": "float16"},
            "precision='float16' does not exist; there are 'float64' and 'float32'",
        ),
        ({"backend": "opencl"}, "backend='opencl' is unknown; use one of: auto, cuda, cpu"),
        (
            {"road": "scenic"},
            "road='scenic' does not exist; there are 'auto', 'general' and 'fast'",
        ),
    ],
)
def test_options_that_do_not_exist(options: dict[str, str], says: str) -> None:
    with pytest.raises((dendrify_gpu.ModelError, dendrify_gpu.NetworkError), match=says):
        brian2.set_device("dendrify_gpu", **options)


def test_functions_in_python_only_are_refused_by_name() -> None:
    @brian2.check_units(x=1, result=1)
    def twice(x: Any) -> Any:
        return 2 * x

    cells = brian2.NeuronGroup(
        2,
        "v : 1",
        threshold="twice(v) > 1",
        reset="v = 0",
        namespace={"twice": twice},
        name="cells",
    )
    with pytest.raises((NotImplementedError, BrianObjectException)) as caught:
        brian2.Network(cells).run(1 * ms)
    chain = f"{caught.value} {caught.value.__cause__}"
    assert "cells calls 'twice', which has no implementation in C++" in chain


def test_single_precision_keeps_arrays_and_results_single() -> None:
    brian2.set_device("dendrify_gpu", threads=1, precision="float32")
    net = network()
    assert net["cells"].variables["v"].dtype == np.float32
    net.run(20 * ms)
    assert len(net["spikes"].i) > 20
    assert "float32" in get_device().last_report[0]
    reset_device()


# ----------------------------------------------------------------------------------------------------- one network


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


def test_what_cannot_be_imported() -> None:
    with pytest.raises(dendrify_gpu.ModelError, match=r"this script runs on DendrifyGpuDevice"):
        dendrify_gpu.from_brian2(network())
    with pytest.raises(dendrify_gpu.ModelError, match=r"takes a brian2.Network, not str"):
        dendrify_gpu.from_brian2("cells")  # type: ignore[arg-type]


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("n", [100_003])
def test_normal_numbers_of_neighbours_are_independent(precision: str, n: int) -> None:
    """Numbers are drawn in pairs, 32 elements apart: both follow the law, and do not know of each other."""
    brian2.set_device("dendrify_gpu", precision=precision, threads=2)
    cells = brian2.NeuronGroup(n, "v : 1")
    cells.run_regularly("v = randn()")
    brian2.Network(cells).run(0.1 * ms)
    values = np.array(cells.v, dtype=float)
    assert stats.kstest(values, "norm").pvalue > 1e-3
    assert len(np.unique(values)) > 0.99 * n
    for lag in (1, 8, 16, 32, 64):
        pairs = values[:-lag] * values[lag:]
        assert abs(pairs.mean()) < 4.5 / np.sqrt(len(pairs))
        squares = (values[:-lag] ** 2 - 1) * (values[lag:] ** 2 - 1)
        assert abs(squares.mean()) < 4.5 * 2 / np.sqrt(len(squares))
    reset_device()


@pytest.mark.parametrize("probability", [0.0, 1 / 300, 0.25, 0.9, 1.0])
def test_chances_have_their_probabilities(probability: float) -> None:
    cells = brian2.NeuronGroup(
        20_011, "p : 1 (constant)\ncount : integer", threshold="rand() < p", reset="count += 1"
    )
    cells.p = probability
    brian2.Network(cells).run(20 * ms)
    counts = np.array(cells.count)
    n = 200
    variance = n * probability * (1 - probability)
    assert abs(counts.mean() - n * probability) <= 5 * np.sqrt(variance / len(counts))
    if variance:
        assert abs(counts.var() / variance - 1) < 5 * np.sqrt(2 / len(counts))
        # Elements that share the bytes of one counter.
        for lag in (1, 8, 16, 128):
            centred = counts - counts.mean()
            correlation = (centred[:-lag] * centred[lag:]).mean() / variance
            assert abs(correlation) < 5 / np.sqrt(len(counts))
    else:
        assert (counts == n * probability).all()


def test_integrators_of_the_gsl_are_refused_by_name() -> None:
    cells = brian2.NeuronGroup(2, "v : 1", name="cells")

    class Foreign:
        template_name = "gsl_stateupdate"

    foreign = Foreign()
    cells.code_objects.append(foreign)
    with pytest.raises(
        NotImplementedError, match="cells: code objects of the kind 'gsl_stateupdate'"
    ):
        GeneralRoad([cells], CpuBackend(1), RandomState(1))


def test_poisson_input_and_groups_have_their_rates() -> None:
    cells = brian2.NeuronGroup(400, "v : 1")
    drive = brian2.PoissonInput(cells, "v", N=50, rate=20 * Hz, weight=1)
    group = brian2.PoissonGroup(400, 30 * Hz)
    spikes = brian2.SpikeMonitor(group)
    net = brian2.Network(cells, drive, group, spikes)
    net.run(500 * ms)
    expected = 50 * 20 * 0.5
    assert abs(np.mean(cells.v) - expected) < 5 * np.sqrt(expected / 400)
    assert abs(np.var(cells.v) / expected - 1) < 5 * np.sqrt(2 / 400)
    assert abs(spikes.num_spikes - 400 * 15) < 5 * np.sqrt(400 * 15)


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


def test_gsl_integrators_are_refused_before_the_run() -> None:
    cells = brian2.NeuronGroup(2, "dv/dt = -v/(10*ms) : 1", method="gsl", name="cells")
    with pytest.raises((NotImplementedError, BrianObjectException)) as caught:
        brian2.Network(cells).run(1 * ms)
    assert "cells" in f"{caught.value} {caught.value.__cause__}"
    assert "GSL" in f"{caught.value} {caught.value.__cause__}"


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


def test_arrays_that_python_makes_longer_in_a_run_are_refused() -> None:
    cells = brian2.NeuronGroup(4, "v : 1", threshold="v > 1", reset="v = 0")
    link = brian2.Synapses(cells, cells, "w : 1", on_pre="v_post += w", name="link")
    link.connect(i=0, j=1)

    @brian2.network_operation(dt=1 * ms, name="growth")
    def growth() -> None:
        link.connect(i=2, j=3)

    with pytest.raises(
        NotImplementedError, match=r"growth has changed the size of link\.\w+ in the middle"
    ):
        brian2.Network(cells, link, growth).run(5 * ms)


def test_the_fused_core_takes_no_profile() -> None:
    brian2.set_device("dendrify_gpu", road="fast")
    with pytest.raises(
        NotImplementedError, match=r"the time of each object is wanted \(profile=True\)\. Leave"
    ):
        network().run(1 * ms, profile=True)
    reset_device()


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
