"""The CA1 cell of figure 4 of the Dendrify paper, with both kinds of dendritic spikes.

`tests/compartments/test_ca1_cell.py` has the experiments with current boxes. Here the decaying
conductances of the paper are compared with its notebook, run with Dendrify 1.0.9 and Brian2 2.9.
"""

from __future__ import annotations

import numpy as np
import pytest
from brian2.units import ms, mV, pA
from protocols import growing_input

import dendrify_gpu as dg
from dendrify_gpu.errors import UnknownNameError
from dendrify_gpu.models import (
    CA1_CURRENTS,
    CA1_SPIKE_COUNTS,
    CA1_SPIKING,
    ca1_pyramidal,
)


@pytest.fixture(scope="module")
def steps() -> tuple[dg.SpikeRecording, dg.TraceRecording]:
    """Currents of panels b to d for 1000 ms: -350 and -10 pA, then those of the curve."""
    net = dg.Network(dt=0.1 * ms)
    cells = net.population(ca1_pyramidal("decaying"), 8)
    currents = [-350, -10, *np.asarray(CA1_CURRENTS / pA)] * pA
    net.current_step(cells, "I_ext_soma", currents, start=50 * ms, stop=1050 * ms)
    spikes = net.record_spikes(cells)
    traces = net.record(cells[:2], ["V_soma", "V_prox", "V_med", "V_dist1"])
    net.run(1050 * ms)
    return spikes, traces


def test_figure_4_spikes_against_current(
    steps: tuple[dg.SpikeRecording, dg.TraceRecording],
) -> None:
    spikes, _ = steps
    assert tuple(spikes.count.tolist()) == (0, 0, *CA1_SPIKE_COUNTS)
    first = [np.asarray(spikes.t / ms)[np.asarray(spikes.i) == k][:2] for k in (4, 7)]
    np.testing.assert_allclose(first, [[68.0, 170.6], [56.3, 86.9]], atol=1e-6)


def test_figure_4_steady_attenuation(
    steps: tuple[dg.SpikeRecording, dg.TraceRecording],
) -> None:
    _, traces = steps
    depth = {name: 65 + np.asarray(traces[name] / mV).min(axis=0) for name in traces.variables}
    ratios = [depth[name][1] / depth["V_soma"][1] for name in ("V_prox", "V_med", "V_dist1")]
    np.testing.assert_allclose(ratios, [0.84853, 0.70780, 0.60726], atol=1e-5)
    assert depth["V_soma"][0] == pytest.approx(-36.33548, abs=1e-5)


def test_figure_4gh_the_fourteenth_synapse_starts_a_dendritic_spike() -> None:
    """Peaks of the oblique dendrite, and the steepest rise of the soma in V/s."""
    oblique, soma = growing_input(
        ca1_pyramidal("decaying"),
        ["AMPA_ca3_ob1", "NMDA_ca3_ob1"],
        (5 + 0.1 * np.arange(24)) * ms,
        ["V_ob1", "V_soma"],
        150 * ms,
    )
    peaks = oblique.max(axis=0) + 65
    np.testing.assert_allclose(
        peaks[[0, 12, 13, 23]], [2.0201, 21.4951, 63.3953, 64.6585], atol=6e-5
    )
    rises = np.diff(soma, axis=0).max(axis=0) / 0.1
    np.testing.assert_allclose(rises[[0, 12, 13, 23]], [0.1038, 1.0920, 3.0750, 3.2025], atol=6e-5)


def test_the_model_knows_how_it_spikes() -> None:
    assert ca1_pyramidal().spiking.given == dict(CA1_SPIKING)
    assert ca1_pyramidal("decaying").spiking.given == dict(CA1_SPIKING)


def test_the_two_kinds_differ_in_their_dendritic_spikes_only() -> None:
    boxes, decaying = ca1_pyramidal(), ca1_pyramidal("decaying")
    shared = set(boxes.parameters) & set(decaying.parameters)
    other = {name for name in shared if boxes.parameters[name] != decaying.parameters[name]}
    assert other == {
        f"g_{phase}_max_Na_{name}"
        for phase in ("rise", "fall")
        for name in boxes.compartment_names
        if name != "soma"
    }
    assert decaying.parameters["tau_rise_Na_prox"] == 0.5 * ms
    assert "tau_rise_Na_prox" not in boxes.parameters


def test_another_kind_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"dspikes='steps'.*'boxes', 'decaying'"):
        ca1_pyramidal("steps")  # type: ignore[arg-type]
