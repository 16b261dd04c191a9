"""Random numbers of scripts: their seeds and their laws."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import Hz, ms
from brian2.devices.device import reset_device
from scipy import stats
from small_network import on_the_device

__all__ = ["on_the_device"]


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
