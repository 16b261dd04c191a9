"""The examples of neurons with compartments: published numbers on every engine."""

from __future__ import annotations

import compartmental_examples as examples
import numpy as np
import pytest
import seeded_examples as seeded
from brian2.units import Hz, ms
from example_engines import ENGINES, Result, assert_same, run

import dendrify_gpu

EVERY_ENGINE = pytest.mark.parametrize("engine", ENGINES)


def highest(result: Result, variable: str) -> float:
    """Largest value in mV."""
    return float(result.traces[variable].max() * 1e3)


# ------------------------------------------------------------------------- amplification


def amplification(active: bool, engine: str) -> Result:
    """Brian2 draws the input; the core gets the same spikes."""
    if engine == "core":
        return run(seeded.amplification(active, "brian2").replay, "core")
    return seeded.amplification(active, engine).result


@EVERY_ENGINE
def test_dendritic_spikes_amplify_input_to_a_distal_dendrite(engine: str) -> None:
    passive, active = amplification(False, engine), amplification(True, engine)
    assert passive.count == 0
    assert active.steps.tolist() == [1994, 2437, 4521, 4726]
    assert highest(passive, "V_dend") == pytest.approx(-28.12, abs=0.005)
    assert highest(active, "V_dend") == pytest.approx(0.225, abs=0.0005)


@pytest.mark.parametrize("active", [False, True])
def test_amplification_is_the_same_everywhere(active: bool) -> None:
    theirs, mine, core = (amplification(active, engine) for engine in ENGINES)
    assert_same(mine, theirs)
    assert_same(core, theirs)


# ------------------------------------------------------- action potentials that travel back


@EVERY_ENGINE
def test_action_potentials_travel_back_into_the_dendrites(engine: str) -> None:
    result = examples.back_propagation(engine)
    assert result.steps.tolist() == [570, 687, 802, 917, 1032]
    dendrites = {"trunk": (-7.464, 5), "prox": (-10.998, 5), "dist": (-36.220, 0)}
    for name, (peak, dspikes) in dendrites.items():
        assert highest(result, f"V_{name}") == pytest.approx(peak, abs=0.0005), name
        assert len(result.onsets(f"Na_{name}")) == dspikes, name


def test_the_further_from_the_soma_the_later_the_dendritic_spike() -> None:
    result = examples.back_propagation("brian2")
    trunk, prox = result.onsets("Na_trunk"), result.onsets("Na_prox")
    for somatic, near, far in zip(result.steps, trunk, prox, strict=True):
        assert somatic < near < far


def test_back_propagation_is_the_same_everywhere() -> None:
    theirs, mine, core = (examples.back_propagation(engine) for engine in ENGINES)
    assert_same(mine, theirs)
    assert_same(core, theirs)


# --------------------------------------------------------------- phases of a dendritic spike


@EVERY_ENGINE
def test_six_dendritic_spikes_at_the_published_steps(engine: str) -> None:
    result = examples.phases(engine)
    # A spike in step k is seen in the sample of step k + 1, which is what was published.
    first_seen = [step + 1 for step in result.onsets("Na_dend")]
    assert first_seen == [1231, 1312, 1381, 1445, 1505, 1563]
    assert highest(result, "V_dend") == pytest.approx(-2.268, abs=0.0005)


@EVERY_ENGINE
def test_phases_have_the_lengths_that_were_asked_for(engine: str) -> None:
    result = examples.phases(engine)
    rise, fall = (result.traces[f"g_{name}_Na_dend"][0] for name in ("rise", "fall"))
    for onset in result.onsets("Na_dend"):
        # 1.2 ms of inward current; from 0.5 ms on outward current for 2.4 ms, both ends included.
        assert np.flatnonzero(rise[onset : onset + 50]).tolist() == list(range(1, 13))
        assert np.flatnonzero(fall[onset : onset + 50]).tolist() == list(range(5, 30))
    assert set(np.round(rise * 1e9, 9)) == {0, 30}
    assert set(np.round(fall * 1e9, 9)) == {0, 15}


def test_phases_are_the_same_everywhere() -> None:
    theirs, mine, core = (examples.phases(engine) for engine in ENGINES)
    assert_same(mine, theirs)
    assert_same(core, theirs)


# --------------------------------------------------------------------------------- a network


@pytest.mark.parametrize("active", [False, True])
def test_the_network_is_the_same_everywhere(active: bool) -> None:
    theirs, mine = (seeded.network(active, package) for package in seeded.PACKAGES)
    assert theirs.result.count > 200
    assert_same(mine.result, theirs.result)
    assert_same(run(mine.replay, "core"), theirs.result)


@pytest.mark.parametrize(
    ("active", "published"), [(False, [387, 349, 291]), (True, [3322, 3325, 3294])]
)
def test_spikes_of_the_network_are_as_many_as_published(active: bool, published: list[int]) -> None:
    """The published script draws its synapses unseeded: three of its runs, and four of ours."""
    counts = [seeded.network(active, "brian2", seed).result.count for seed in (1, 2, 3, 4)]
    # Runs differ by about 70 spikes (standard deviation), a mean of three or four by half of that.
    assert abs(np.mean(counts) - np.mean(published)) < 3 * 70 * (1 / 3 + 1 / 4) ** 0.5


def test_a_network_with_its_own_random_numbers_spikes_as_much() -> None:
    """Blocks of input are runs with another rate; Brian2 gives 3450 spikes with a deviation of 94."""
    counts = [_active_network_on_the_core(seed) for seed in range(4)]
    assert len(set(counts)) > 1
    assert abs(np.mean(counts) - 3450) < 3 * 94 * (1 / 4 + 1 / 16) ** 0.5


def _active_network_on_the_core(seed: int) -> int:
    net = dendrify_gpu.Network(seed=seed, backend="cpu")
    size = examples.NETWORK_SIZE
    cells = net.population(examples.network_model(dendrify_gpu, True), size, **examples.TWO_RESETS)
    source = net.poisson(size, rate=0 * Hz)
    net.connect(source, cells, "AMPA_external_dend", probability=0.2)
    net.connect(cells, cells, "AMPA_recurrent_dend", probability=0.1)
    spikes = net.record_spikes(cells)
    for rate in (*examples.RATES, examples.RATE_AFTERWARDS):
        source.rate = rate * Hz
        net.run(50 * ms)
    return len(spikes)
