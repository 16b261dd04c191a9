"""`Network.to_brian2`: the exported network does what the network does, whatever things are called."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2.units import Hz, ms, mV

import dendrify_gpu as dg

LIF = "dv/dt = (I - v)/(10*ms) : volt\nI : volt"
SPIKING = {"threshold": "v > 10*mV", "reset": "v = 0*mV", "refractory": 2 * ms}


def close(values: Any, others: Any) -> bool:
    """Compare quantities to the last digits of SI values of the order of 0.01."""
    return np.allclose(np.asarray(values), np.asarray(others), rtol=0, atol=1e-16)


def driven_cells(n: int = 6) -> dg.Network:
    """Cells with Poisson input and a current step between samples."""
    net = dg.Network(dt=0.1 * ms, seed=2, backend="cpu")
    cells = net.population(LIF + "\nlag = I - v : volt", n, name="cells", **SPIKING)
    cells.I = np.linspace(7, 14, n) * mV
    noise = net.poisson(n, rate=300 * Hz, name="noise")
    net.connect(noise, cells, "v", one_to_one=True, weight=1 * mV, delay=0.5 * ms)
    net.current_step(cells[2:], "I", 18 * mV, start=2.3 * ms, stop=30.1 * ms)
    return net


def test_second_resets_come_after_the_input_of_their_step_in_every_population() -> None:
    net = dg.Network(dt=0.1 * ms, backend="cpu")
    for name in ("p", "q", "r"):
        cells = net.population(
            LIF,
            2,
            name=name,
            threshold="v > 10*mV",
            reset="v = 30*mV",
            second_reset="v = 0*mV",
            spike_width=0.8 * ms,
            refractory=4 * ms,
        )
        cells.I = 15 * mV
    for cells in net.populations:
        net.connect(cells, cells, "v", one_to_one=True, weight=3 * mV, delay=0.8 * ms)
    report = net.cross_validate(60 * ms)
    assert [item.theirs for item in report.spikes] == [10, 10, 10]
    assert report.passed(), str(report)


@pytest.mark.parametrize("weight", [1 * mV, dg.uniform(0.5 * mV, 1.5 * mV)], ids=["common", "each"])
def test_a_variable_of_the_cell_is_not_taken_for_the_weight(weight: Any) -> None:
    net = dg.Network(dt=0.1 * ms, seed=1, backend="cpu")
    equations = "dv/dt = (synaptic_weight - v)/(10*ms) : volt\nsynaptic_weight : volt"
    cells = net.population(equations, 4, name="cells", **SPIKING)
    cells.synaptic_weight = 12 * mV
    net.connect(cells, cells, "v", all_to_all=True, weight=weight, delay=1 * ms)
    report = net.cross_validate(60 * ms)
    assert report.spikes[0].theirs > 8
    assert report.passed(), str(report)


@pytest.mark.parametrize("form", ["recording", "pair"])
def test_given_input_spikes_are_replayed(form: str) -> None:
    net = driven_cells()
    noise = net.record_spikes(net.sources[0])
    spikes = net.record_spikes(net.populations[0])
    net.run(60 * ms, progress=False)
    given: Any = noise if form == "recording" else (noise.i, noise.t)
    exported = driven_cells().to_brian2({"noise": given})
    assert isinstance(exported.groups["noise"], brian2.SpikeGeneratorGroup)
    exported.network.run(60 * ms)
    theirs = exported.monitors["cells"]
    assert len(spikes) > 20
    assert np.array_equal(theirs.i, spikes.i)
    assert np.array_equal(np.rint(theirs.t / net.dt), spikes.steps)


def test_recordings_have_their_monitors_with_the_same_samples() -> None:
    net = dg.Network(dt=0.1 * ms, backend="cpu")
    cells = net.population(LIF + "\nlag = I - v : volt", 6, name="cells", **SPIKING)
    cells.I = np.linspace(7, 14, 6) * mV
    given = net.spike_generator(2, [0, 1, 0], [1, 2, 3] * ms, name="given")
    net.connect(given, cells[:2], "v", one_to_one=True, weight=1 * mV)
    net.current_step(cells[2:], "I", 18 * mV, start=2.3 * ms, stop=30 * ms)
    traces = net.record(cells[[4, 1]], ["v", "lag", "I"], every=0.5 * ms, name="traces")
    net.record_spikes(given[:1])
    exported = net.to_brian2()
    assert set(exported.monitors) == {"traces", "cells", "given"}
    exported.network.run(40 * ms)
    net.run(40 * ms, progress=False)
    theirs = exported.monitors["traces"]
    assert close(theirs.t, traces.t)
    assert np.array_equal(theirs.I, traces.I.T)
    for variable in ("v", "lag"):
        assert close(getattr(theirs, variable), traces[variable].T)
    assert exported.monitors["given"].num_spikes == 3


def test_the_export_starts_with_the_present_description() -> None:
    net = driven_cells()
    net.run(20 * ms, progress=False)
    cells = net.populations[0]
    cells.v = np.arange(6) * mV
    net.projections[0].weight = 2 * mV
    exported = net.to_brian2()
    assert close(exported.groups["cells"].v[:], np.arange(6) * mV)
    report = net.cross_validate(40 * ms)
    assert report.passed(), str(report)
    assert net.t == 20 * ms
    assert np.array_equal(np.asarray(cells.v), np.arange(6) * 1e-3)


def test_nothing_gets_into_the_magic_network_or_the_random_numbers() -> None:
    before, random = brian2.collect(), np.random.get_state()[1].copy()  # noqa: NPY002
    net = driven_cells()
    net.record(net.populations[0], ["v"])
    exported = net.to_brian2()
    net.cross_validate(5 * ms)
    assert brian2.collect() == before
    assert np.array_equal(np.random.get_state()[1], random)  # noqa: NPY002
    exported.network.run(1 * ms)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"nois": ([0], [1] * ms)}, "no Poisson group 'nois'. Did you mean 'noise'"),
        ({"cells": ([0], [1] * ms)}, "no Poisson group 'cells'"),
        ({"noise": 3}, "give a spike recording, or a pair of indices and times"),
        ({"noise": ([0, 1], [1] * ms)}, "2 indices and 1 times were given"),
        ({"noise": ([0.5], [1] * ms)}, "indices are numbers of sources, not float64"),
        ({"noise": ([6], [1] * ms)}, "there is no source 6; the group has 6"),
        ({"noise": ([0], [-1] * ms)}, "the time -1 ms is negative"),
        ({"noise": ([0], [1] * mV)}, "input_spikes of 'noise': times"),
        ({"noise": ([4, 4], [1, 1.01] * ms)}, "source 4 spikes twice in step 10"),
    ],
)
def test_input_spikes_that_make_no_sense_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(dg.NetworkError, match=message):
        driven_cells().to_brian2(given)
