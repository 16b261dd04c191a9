"""The examples of receptors: published numbers on every engine."""

from __future__ import annotations

from typing import Any

import pytest
import synapse_examples as examples
from example_engines import ENGINES, assert_same

EVERY_ENGINE = pytest.mark.parametrize("engine", ENGINES)


@EVERY_ENGINE
@pytest.mark.parametrize(
    ("receptor", "slow", "fast", "voltage"),
    [("AMPA", 64.280, 60.0, -57.468), ("GABA", -21.43, -20.0, -60.844)],
)
def test_currents_with_and_without_a_rise(
    engine: str, receptor: str, slow: float, fast: float, voltage: float
) -> None:
    result = examples.one_spike_each(engine, receptor)
    sign = 1 if slow > 0 else -1
    slow_peak = (sign * result.traces[f"I_{receptor}_slow_dend1"][0]).max() * sign * 1e12
    fast_peak = (sign * result.traces[f"I_{receptor}_fast_dend2"][1]).max() * sign * 1e12
    extreme = (sign * result.traces["V_dend1"][0]).max() * sign * 1e3
    assert slow_peak == pytest.approx(slow, abs=0.005)
    assert fast_peak == pytest.approx(fast, abs=1e-9)
    assert extreme == pytest.approx(voltage, abs=0.0005)


@EVERY_ENGINE
def test_a_receptor_without_a_rise_peaks_when_the_spike_arrives(engine: str) -> None:
    result = examples.one_spike_each(engine, "AMPA")
    slow, fast = (result.traces[f"I_AMPA_{name}"] for name in ("slow_dend1", "fast_dend2"))
    assert fast[1].argmax() == 101
    assert slow[0].argmax() > 120
    # A neuron that gets no spike has no current.
    assert not slow[1].any()
    assert not fast[0].any()


@EVERY_ENGINE
def test_nmda_current_grows_with_depolarisation(engine: str) -> None:
    result = examples.nmda_at_two_voltages(engine)
    current = result.traces["I_NMDA_foo_dend"].max(axis=1) * 1e12
    voltage = result.traces["V_dend"].max(axis=1) * 1e3
    assert current == pytest.approx([52.98, 131.52], abs=0.005)
    assert voltage == pytest.approx([-65.110, -37.871], abs=0.0005)


@pytest.mark.parametrize(
    "experiment",
    [("one_spike_each", "AMPA"), ("one_spike_each", "GABA"), ("nmda_at_two_voltages",)],
)
def test_every_engine_gives_the_same(experiment: tuple[Any, ...]) -> None:
    name, *arguments = experiment
    theirs, mine, core = (getattr(examples, name)(engine, *arguments) for engine in ENGINES)
    assert_same(mine, theirs)
    assert_same(core, theirs)
