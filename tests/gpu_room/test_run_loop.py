"""Runs that are interrupted, at any moment, can be continued as if nothing had happened."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from models import lif

from dendrify_gpu.gpu import (
    CpuBackend,
    MonitorPlan,
    NetworkPlan,
    PoissonPlan,
    PopulationPlan,
    ProjectionPlan,
    Simulation,
    build_program,
)
from dendrify_gpu.gpu.engine.interrupts import deferred_interrupts
from dendrify_gpu.gpu.engine.pace import MOST_WINDOWS, Pace

DT = 1e-4
STEPS = 40_000


def plan() -> NetworkPlan:
    rng = np.random.default_rng(3)
    n, each = 4000, 20
    return NetworkPlan(
        DT,
        64,
        5,
        (PopulationPlan("cells", build_program(lif(), DT), n, {"I": rng.uniform(0, 18e-3, n)}),),
        (PoissonPlan("noise", n, 50.0, 7),),
        (),
        (
            ProjectionPlan("input", "noise", "cells", ("g",), "one_to_one", n, n, 2e-3, 0),
            ProjectionPlan(
                "recurrent",
                "cells",
                "cells",
                ("g",),
                "explicit",
                n,
                n,
                1e-4,
                15,
                row=np.arange(n + 1) * each,
                target=np.sort(rng.integers(0, n, (n, each)), axis=1).ravel().astype(np.int32),
            ),
        ),
        (MonitorPlan("m", "cells", ("v",), np.arange(0, n, 100), 5),),
        ("cells",),
    )


def parts(simulation: Simulation) -> tuple[bytes, ...]:
    memory = simulation.populations["cells"]
    spikes = simulation.spikes.of(*simulation.source_range("cells"))
    arrays = (*spikes, simulation.samples("m").values, memory.state.read()[:, : memory.n])
    return tuple(array.tobytes() for array in arrays)


@pytest.fixture(scope="module")
def reference() -> tuple[bytes, ...]:
    simulation = Simulation(plan(), CpuBackend())
    simulation.run(STEPS)
    assert len(simulation.spikes) > 5000
    return parts(simulation)


@pytest.fixture
def usual_ctrl_c() -> Iterator[None]:
    """Whatever started the tests: a job in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_at_any_moment(reference: tuple[bytes, ...], usual_ctrl_c: None) -> None:
    simulation = Simulation(plan(), CpuBackend())
    rng = np.random.default_rng(8)
    stops = []
    while simulation.step < STEPS:
        delay = float(rng.uniform(0.0, 0.05))
        sender = threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT))
        try:
            sender.start()
            simulation.run(STEPS - simulation.step)
            sender.join()
            # What comes after the run is nothing to do with it.
            time.sleep(0.01)
        except KeyboardInterrupt:
            sender.join()
        stops.append(simulation.step)
        samples = simulation.samples("m")
        assert len(samples.steps) == -(-simulation.step // 5)
        assert np.isfinite(samples.values).all()
    assert len(stops) > 1  # it was interrupted
    assert parts(simulation) == reference


def test_ctrl_c_is_answered_soon(usual_ctrl_c: None) -> None:
    simulation = Simulation(plan(), CpuBackend())
    simulation.run(1000)
    sent = []

    def send() -> None:
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    sender = threading.Timer(0.5, send)
    sender.start()
    with pytest.raises(KeyboardInterrupt):
        simulation.run(10**7)
    # Generous: a batch takes about 0.4 s.
    assert time.perf_counter() - sent[0] < 2.0


def test_an_exception_of_the_progress_callback_leaves_a_network_that_goes_on(
    reference: tuple[bytes, ...],
) -> None:
    simulation = Simulation(plan(), CpuBackend())

    def fail(done: int) -> None:
        raise RuntimeError("the window was closed")

    for _ in range(3):
        with pytest.raises(RuntimeError, match="the window was closed"):
            simulation.run(STEPS - simulation.step, fail)
    assert 0 < simulation.step < STEPS
    simulation.run(STEPS - simulation.step)
    assert parts(simulation) == reference


def test_runs_in_other_threads_need_no_signals(reference: tuple[bytes, ...]) -> None:
    simulation = Simulation(plan(), CpuBackend())
    thread = threading.Thread(target=simulation.run, args=(STEPS,))
    thread.start()
    thread.join()
    assert parts(simulation) == reference


def test_interrupts_wait_until_they_are_delivered(usual_ctrl_c: None) -> None:
    reached = False
    with pytest.raises(KeyboardInterrupt), deferred_interrupts() as interrupts:
        assert not interrupts.pending
        with deferred_interrupts() as inner:
            signal.raise_signal(signal.SIGINT)
            assert inner is interrupts
        assert interrupts.pending
        reached = True
    assert reached
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_ignored_ctrl_c_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with deferred_interrupts() as interrupts:
            signal.raise_signal(signal.SIGINT)
            assert not interrupts.pending
    finally:
        signal.signal(signal.SIGINT, before)


def test_batches_settle_at_a_fixed_duration() -> None:
    pace = Pace()
    lengths = []
    for _ in range(10):
        lengths.append(pace.windows)
        pace.note(pace.windows, pace.windows * 1e-3)
    assert lengths == [1, 4, 16, 64, 256, 400, 400, 400, 400, 400]
    pace.note(pace.windows, 1e-9)
    for _ in range(5):
        pace.note(pace.windows, 1e-9)
    assert pace.windows == MOST_WINDOWS - 1
    pace.note(pace.windows, 100.0)
    assert 1 <= pace.windows < 20


def test_the_longest_batch_may_begin_with_a_window_that_only_makes_input() -> None:
    """A network so fast that a second run is one batch: the input of its first window is not made yet."""
    small = NetworkPlan(
        DT,
        64,
        5,
        (PopulationPlan("cells", build_program(lif(), DT), 1, {"I": 16e-3}),),
        (PoissonPlan("noise", 1, 50.0, 7),),
        (),
        (ProjectionPlan("input", "noise", "cells", ("g",), "one_to_one", 1, 1, 2e-3, 0),),
        (),
        ("cells",),
    )
    steps = 2 * MOST_WINDOWS * 16
    whole, halves = Simulation(small, CpuBackend()), Simulation(small, CpuBackend())
    whole.run(steps)
    halves.run(steps // 2)
    halves._loop._pace.note(MOST_WINDOWS, 1e-9)
    halves.run(steps // 2)
    assert len(whole.spikes) > 0
    assert [a.tobytes() for a in whole.spikes.of(*whole.source_range("cells"))] == [
        a.tobytes() for a in halves.spikes.of(*halves.source_range("cells"))
    ]
