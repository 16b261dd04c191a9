"""Two-compartment cells of the neocortex.

Mainen and Sejnowski's: spike times of the authors' program for figure 2 of the paper (ModelDB 2488),
run in NEURON 8.2.7 with variable steps (tolerances 1e-8 and 1e-7) and without tables, from -70 mV,
with 0.1 nA from 300 ms on. Naud and Sprekeler's: an independent solution of the paper's equations.
"""

from __future__ import annotations

import numpy as np
import pytest
from brian2.units import Mohm, ms, mV, nS, pA
from naud_sprekeler_reference import simulate

import dendrify_gpu as dg
from dendrify_gpu.errors import MorphologyError, UnitsError
from dendrify_gpu.models import find, mainen_sejnowski, naud_sprekeler

METHOD = find("mainen_sejnowski").method


def respond(cells: list[tuple[float, float]], dt: float, duration: float) -> list[np.ndarray]:
    """Return spike times in ms after the onset of 0.1 nA, for cells of some (rho, kappa in Mohm)."""
    net = dg.Network(dt=dt * ms)
    spikes = []
    for rho, kappa in cells:
        model = mainen_sejnowski(rho, kappa * Mohm)
        cell = net.population(model, 1, method=METHOD)
        net.current_step(cell, "I_ext_soma", 100 * pA, start=300 * ms, stop=(300 + duration) * ms)
        spikes.append(net.record_spikes(cell))
    net.run((300 + duration) * ms)
    return [np.asarray(recorded.t / ms) - 300 for recorded in spikes]


def test_spike_times_of_the_published_program() -> None:
    found = respond([(165, 10), (100, 10), (20, 10)], 0.001, 130)
    np.testing.assert_allclose(found[0], [26.06, 31.32, 115.98], atol=0.4)
    np.testing.assert_allclose(found[1], [12.80, 36.90, 63.50, 93.07, 125.67], atol=0.3)
    expected = [2.60, 13.75, 24.94, 36.15, 47.40, 58.68, 69.99, 81.34, 92.71, 104.11, 115.53]
    np.testing.assert_allclose(found[2][:11], expected, atol=0.6)


def test_the_resting_potential_of_the_published_program() -> None:
    net = dg.Network(dt=find("mainen_sejnowski").dt)
    cell = net.population(mainen_sejnowski(), 1, method=METHOD)
    net.run(300 * ms)
    assert float(cell.V_soma[0] / mV) == pytest.approx(-70.4878, abs=1e-4)
    assert float(cell.V_dend[0] / mV) == pytest.approx(-70.4739, abs=1e-4)


def test_the_size_of_the_dendrite_decides_how_the_cell_fires() -> None:
    """At the recommended step: fast spiking, adapting, and bursting, as in the published program."""
    fast, adapting, bursting = respond([(20, 10), (100, 10), (200, 10)], 0.01, 900)
    assert len(fast) == pytest.approx(77, abs=3)
    intervals = np.diff(fast)
    assert intervals[-1] / intervals[0] < 1.1
    assert len(adapting) == 23
    intervals = np.diff(adapting)
    assert intervals[0] == pytest.approx(24.1, abs=0.6)
    assert intervals[-1] == pytest.approx(42.0, abs=0.7)
    assert np.all(np.diff(intervals[:8]) > 0)
    intervals = np.diff(bursting)
    assert np.all((intervals < 5) | (intervals > 250))
    assert np.sum(intervals < 5) > 8
    assert np.sum(intervals > 250) >= 1


def test_a_tighter_coupling_takes_the_first_doublet_away() -> None:
    """NEURON: 31 ms and 36 ms with 10 Mohm, 33 ms and 93 ms with 1 Mohm."""
    loose, tight = respond([(165, 10), (165, 1)], 0.001, 100)
    np.testing.assert_allclose(loose[:2], [26.06, 31.32], atol=0.2)
    np.testing.assert_allclose(tight, [33.43, 92.83], atol=1)


@pytest.mark.parametrize("rho", [0, -1.0])
def test_a_ratio_of_areas_is_positive(rho: float) -> None:
    with pytest.raises(MorphologyError, match=f"rho={rho} is not a ratio of areas"):
        mainen_sejnowski(rho)


def test_the_coupling_is_a_resistance() -> None:
    with pytest.raises(UnitsError, match="g = "):
        mainen_sejnowski(kappa=10 * nS)


# --------------------------------------------------------------------------- Naud and Sprekeler

PROTOCOL = [  # current into the soma and the dendrite in pA
    (500, 0),
    (500, 250),
    (0, 400),
    (700, 200),
    (400, 500),
]


def test_the_equations_are_those_of_the_paper() -> None:
    """Spikes and voltages equal those of an independent solution with the same method."""
    onset, steps = 100, 6000
    net = dg.Network(dt=0.1 * ms)
    cells = net.population(naud_sprekeler(), len(PROTOCOL))
    for name, column in (("soma", 0), ("dend", 1)):
        currents = [pair[column] for pair in PROTOCOL] * pA
        net.current_step(cells, f"I_ext_{name}", currents, start=10 * ms, stop=600 * ms)
    spikes, traces = net.record_spikes(cells), net.record(cells, ["V_soma", "V_dend"])
    net.run(600 * ms)
    for k, (soma, dendrite) in enumerate(PROTOCOL):
        expected, voltages = simulate(
            lambda step, amount=soma: amount * (step >= onset),
            lambda step, amount=dendrite: amount * (step >= onset),
            steps,
        )
        assert spikes.steps[np.asarray(spikes.i) == k].tolist() == expected
        found = np.array([np.asarray(traces[name] / mV)[:, k] for name in ("V_soma", "V_dend")]).T
        np.testing.assert_allclose(found, voltages, atol=1e-7)
    assert spikes.count[0] > 2


def test_bac_firing() -> None:
    """A somatic pulse alone gives a spike, a dendritic one alone none, both together a burst."""
    net = dg.Network(dt=0.1 * ms)
    cells = net.population(naud_sprekeler(), 4)
    net.current_step(cells, "I_ext_soma", [2000, 0, 2000, 2000] * pA, start=100 * ms, stop=105 * ms)
    net.current_step(cells[:3], "I_ext_dend", [0, 600, 600] * pA, start=102 * ms, stop=112 * ms)
    net.current_step(cells[3], "I_ext_dend", 600 * pA, start=172 * ms, stop=182 * ms)
    spikes, trace = net.record_spikes(cells), net.record(cells, "V_dend")
    net.run(250 * ms)
    assert spikes.count.tolist() == [1, 0, 2, 1]
    burst = np.asarray(spikes.t / ms)[np.asarray(spikes.i) == 2]
    assert np.diff(burst)[0] < 16
    peaks = np.asarray(trace.V_dend / mV).max(axis=0)
    assert peaks[2] > -10  # a calcium spike
    assert peaks[[0, 1, 3]].max() < -35


def test_dendritic_input_makes_bursts_and_not_more_events() -> None:
    """The paper's code: dendritic input raises the share of bursts, somatic input the event rate."""
    net = dg.Network(dt=0.1 * ms)
    cells = net.population(naud_sprekeler(), 4)
    cells.I_ext_soma = [500, 500, 700, 700] * pA
    cells.I_ext_dend = [0, 250, 0, 250] * pA
    spikes = net.record_spikes(cells)
    net.run(2000 * ms)
    events, in_bursts = [], []
    for k in range(4):
        intervals = np.diff(np.asarray(spikes.t / ms)[np.asarray(spikes.i) == k])
        events.append(1 + int(np.sum(intervals > 16)))
        in_bursts.append(float(np.mean(intervals <= 16)))
    assert in_bursts[0] == in_bursts[2] == 0
    assert min(in_bursts[1], in_bursts[3]) > 0.7
    assert events[2] > 2 * events[0]
    assert events[1] <= events[0]
