"""The examples of measurements on model neurons: published numbers on every engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import validation_examples as examples
from example_engines import ENGINES, assert_same

EVERY_ENGINE = pytest.mark.parametrize("engine", ENGINES)


@EVERY_ENGINE
def test_attenuation_along_the_dendrite_and_input_resistance(engine: str) -> None:
    result = examples.attenuation(engine)
    voltages = [result.traces[f"V_{name}"][0] for name in ("soma", "trunk", "prox", "dist")]
    depth = np.array([voltage.min() - voltage[0] for voltage in voltages])
    assert depth / depth[0] == pytest.approx([1, 0.942209, 0.858637, 0.804135], abs=5e-7)
    assert depth[0] / -10e-12 == pytest.approx(670.28e6, abs=5e3)


@EVERY_ENGINE
def test_the_ninth_synapse_brings_a_dendritic_spike(engine: str) -> None:
    result = examples.dendritic_input_output(engine)
    voltage = result.traces["V_dend"]
    peaks = (voltage.max(axis=1) - voltage[0, 0]) * 1e3
    assert peaks[7] == pytest.approx(27.278, abs=0.0005)
    assert peaks[8] == pytest.approx(58.074, abs=0.0005)
    # Before the jump the sum is nearly that of its parts, and every part adds a little less.
    assert np.all(np.diff(peaks[:8], 2) < 0)
    assert peaks[7] / (8 * peaks[0]) > 0.8
    spiking = [bool(result.onsets("Na_dend", neuron)) for neuron in range(examples.SYNAPSES)]
    assert spiking == [False] * 8 + [True] * 7


@EVERY_ENGINE
def test_spikes_against_current(engine: str) -> None:
    counts = examples.rate_against_current(engine).counts(len(examples.CURRENTS))
    expected = "0 0 0 0 0 0 21 30 38 46 53 61 68 75 82 89 96 103 110 116 123"
    assert counts == [int(count) for count in expected.split()]


@EVERY_ENGINE
@pytest.mark.parametrize(("factor", "megohm"), [(1.0, 50.0), (1.2, 41.6667), (0.8, 62.5)])
def test_input_resistance_of_a_point_neuron(engine: str, factor: float, megohm: float) -> None:
    voltage = examples.input_resistance(engine, factor).traces["V"][0]
    assert (voltage.min() - voltage[500]) / -20e-12 == pytest.approx(megohm * 1e6, abs=50)


@EVERY_ENGINE
@pytest.mark.parametrize(("adapts", "milliseconds"), [(False, 12.4499), (True, 11.2829)])
def test_time_constant_from_a_fit(engine: str, adapts: bool, milliseconds: float) -> None:
    voltage = examples.time_constant(engine, adapts).traces["V"][0]
    fitted = examples.fitted_time_constant(voltage, start=200, dt=0.1)
    assert fitted == pytest.approx(milliseconds, abs=5e-5)


@pytest.mark.parametrize(
    "experiment",
    [
        ("attenuation",),
        ("dendritic_input_output",),
        ("rate_against_current",),
        *(("input_resistance", factor) for factor in (1.0, 1.2, 0.8)),
        *(("time_constant", adapts) for adapts in (False, True)),
    ],
)
def test_every_engine_gives_the_same(experiment: tuple[Any, ...]) -> None:
    name, *arguments = experiment
    theirs, mine, core = (getattr(examples, name)(engine, *arguments) for engine in ENGINES)
    assert_same(mine, theirs)
    assert_same(core, theirs)
