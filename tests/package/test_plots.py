"""Figures: what they show, and that they leave matplotlib's settings alone."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from brian2.units import Hz, ms, mV, pA

import dendrify_gpu as dg
from dendrify_gpu import plots
from dendrify_gpu.models import CA1_CURRENTS, CA1_SPIKE_COUNTS, ca1_pyramidal


@pytest.fixture(autouse=True)
def settings_stay() -> Iterator[None]:
    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    assert dict(mpl.rcParams) == before


def recordings() -> tuple[dg.TraceRecording, dg.SpikeRecording]:
    net = dg.Network(seed=1, backend="cpu")
    cells = net.population("dv/dt = -v/(10*ms) : volt", 30, threshold="v > 3*mV", reset="v = 0*mV")
    noise = net.poisson(30, rate=400 * Hz)
    net.connect(noise, cells, "v", one_to_one=True, weight=1.5 * mV)
    traces, spikes = net.record(cells[:3], ["v"]), net.record_spikes(cells)
    net.run(50 * ms, progress=False)
    return traces, spikes


def test_a_cell_is_drawn_with_every_compartment_and_coupling() -> None:
    cell = ca1_pyramidal()
    ax = plots.plot_cell(cell)
    assert {text.get_text() for text in ax.texts} == set(cell.compartment_names)
    assert len(ax.lines) == len(cell.couplings) == 8
    places = [tuple(text.get_position()) for text in ax.texts]
    assert len(set(places)) == 9


def test_traces_are_in_millivolt_over_milliseconds() -> None:
    traces, _ = recordings()
    _, given = plt.subplots()
    ax = plots.plot_traces(traces, ax=given)
    assert ax is given
    assert ax.get_xlabel() == "time (ms)"
    assert ax.get_ylabel() == "v (mV)"
    assert len(ax.lines) == 3
    assert np.allclose(ax.lines[1].get_ydata(), np.asarray(traces.v[:, 1] / mV))


def test_a_raster_has_one_point_for_each_spike() -> None:
    _, spikes = recordings()
    ax = plots.plot_raster(spikes)
    assert len(spikes) > 10
    assert len(ax.lines[0].get_xdata()) == len(spikes)


def test_a_current_frequency_curve_is_in_picoampere() -> None:
    ax = plots.plot_fi(CA1_CURRENTS, CA1_SPIKE_COUNTS, label="published")
    assert np.allclose(ax.lines[0].get_xdata(), [100, 150, 200, 250, 300, 350])
    assert ax.lines[0].get_ydata().tolist() == list(CA1_SPIKE_COUNTS)
    assert ax.get_legend().get_texts()[0].get_text() == "published"
    assert plots.plot_fi([1] * pA, [0]).get_legend() is None
