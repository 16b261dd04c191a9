"""The CA3 cell of Pinsky and Rinzel: its equations, and figure 2 of the paper."""

from __future__ import annotations

import numpy as np
import pytest
from brian2.units import cm, mS, ms, mV, pA, uM, um
from pinsky_rinzel_reference import derivative, integrate

import dendrify_gpu as dg
from dendrify_gpu.errors import MorphologyError
from dendrify_gpu.models import find, pinsky_rinzel

ENTRY = find("pinsky_rinzel")
VARIABLES = {
    "V_soma": mV,
    "V_dend": mV,
    "ca_dend": uM,
    "h_Na_soma": 1,
    "n_Kdr_soma": 1,
    "s_Ca_dend": 1,
    "c_KC_dend": 1,
    "q_KAHP_dend": 1,
}
SCALE = np.array([1e3, 1e3, 1e3, 1, 1, 1, 1, 1])  # of SI values, to the units of the paper


def population(
    net: dg.Network, model: dg.NeuronModel, states: np.ndarray, current: float
) -> dg.Population:
    """Add cells in given states, in the units of the paper."""
    cells = net.population(model, len(states), method=ENTRY.method)
    for (name, unit), values in zip(VARIABLES.items(), states.T, strict=True):
        cells.set(name, values * unit)
    cells.I_ext_soma = current * 100 * pA
    return cells


def states_of(cells: dg.Population) -> np.ndarray:
    return np.array([np.asarray(cells.get(name)) for name in VARIABLES]).T * SCALE


@pytest.mark.parametrize(("gc", "p"), [(2.1, 0.5), (10.5, 0.3)])
def test_the_equations_are_those_of_the_paper(gc: float, p: float) -> None:
    """One explicit step from random states gives every derivative."""
    rng = np.random.default_rng(0)
    states = rng.uniform(0, 1, (200, 8))
    states[:, :2] = rng.uniform(-80, 40, (200, 2))
    states[:, 2] = rng.uniform(0, 600, 200)
    dt = 1e-3
    net = dg.Network(dt=dt * ms)
    cells = population(net, pinsky_rinzel(gc * mS / cm**2, p=p), states, 0.75)
    cells.I_ext_dend = 30 * pA
    before = states_of(cells)
    net.run(dt * ms)
    found = (states_of(cells) - before) / dt
    expected = np.array([derivative(state, 0.75, 0.3, gc, p) for state in states])
    # The library's calcium rests at 1 nM, that of the paper at 0: 0.075 * 0.001.
    np.testing.assert_allclose(found[:, 2], expected[:, 2] + 7.5e-5, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-4)


def test_the_first_burst_is_that_of_an_independent_solution() -> None:
    start = np.array([-60, -60, 0, 0.999, 0.001, 0.009, 0.007, 0.01])
    expected = integrate(start, 2500, 0.01)[::10]
    net = dg.Network(dt=0.0005 * ms)
    cells = population(net, pinsky_rinzel(), start[None, :], 0.75)
    traces = net.record(cells, ["V_soma", "V_dend"], every=0.1 * ms)
    net.run(25 * ms)
    found = np.array([np.asarray(traces[name] / mV)[:250, 0] for name in ("V_soma", "V_dend")])
    assert expected[:, 0].max() > 20
    assert expected[:, 1].max() > 10
    # The spike rises by 100 mV/ms, and the explicit solution is some microseconds off.
    np.testing.assert_allclose(found, expected[:250, :2].T, atol=1.5)


def test_the_spikes_of_a_published_reproduction() -> None:
    """Spike times of figure 3 in NeuroML (Open Source Brain), with all gates closed at the start."""
    net = dg.Network(dt=0.0025 * ms)
    cells = population(net, pinsky_rinzel(), np.array([[-60.0, -60, 0, 0, 0, 0, 0, 0]]), 0.75)
    trace = net.record(cells, "V_soma", every=0.005 * ms)
    net.run(130 * ms)
    v = np.asarray(trace.V_soma / mV)[:, 0]
    times = np.asarray(trace.t / ms)[1:][(v[1:] > -25) & (v[:-1] <= -25)]
    np.testing.assert_allclose(times, [13.78, 16.84, 22.35, 92.48, 96.04, 102.07], atol=0.3)


@pytest.fixture(scope="module")
def figure2() -> dict[str, np.ndarray]:
    """Spikes of figure 2 from 700 ms on, by panel: (I_s, g_c) = (0.75, 2.1), (2.5, 2.1), (2.5, 10.5)."""
    panels = {"A": (75, 2.1), "C": (250, 2.1), "D": (250, 10.5)}
    net = dg.Network(dt=ENTRY.dt)
    spikes = {}
    for name, (current, gc) in panels.items():
        cells = net.population(pinsky_rinzel(gc * mS / cm**2), 1, method=ENTRY.method, name=name)
        cells.I_ext_soma = current * pA
        spikes[name] = net.record_spikes(cells)
    net.run(2500 * ms)
    times = {name: np.asarray(recorded.t / ms) for name, recorded in spikes.items()}
    return {name: t[t > 700] for name, t in times.items()}


def test_figure_2a_bursts_of_very_low_frequency(figure2: dict[str, np.ndarray]) -> None:
    """A burst every 495 ms; the published reproduction has 496.5 ms."""
    intervals = np.diff(figure2["A"])
    between, within = intervals[intervals > 100], intervals[intervals <= 100]
    np.testing.assert_allclose(within, 3.7, atol=0.1)
    pauses = between + within[0]
    assert len(pauses) >= 3
    np.testing.assert_allclose(pauses, 495.0, rtol=0.01)


def test_figure_2c_somatic_spiking_of_high_frequency(figure2: dict[str, np.ndarray]) -> None:
    """A stronger current: no bursts, a spike every 22.7 ms in the end; the reproduction has 22.8 ms."""
    late = np.diff(figure2["C"][figure2["C"] > 1500])
    assert late.mean() == pytest.approx(22.7, rel=0.02)
    assert late.min() > 15


def test_figure_2d_a_tight_coupling_leaves_single_spikes(figure2: dict[str, np.ndarray]) -> None:
    """Soma and dendrite spike together every 100.7 ms; the published reproduction has 101.7 ms."""
    late = np.diff(figure2["D"][figure2["D"] > 1500])
    np.testing.assert_allclose(late, 100.7, rtol=0.025)


def test_dendritic_current_bursts_at_a_higher_frequency_than_somatic() -> None:
    """8 to 20 Hz with a steady dendritic current, below 8 Hz with a somatic one (abstract)."""
    net = dg.Network(dt=ENTRY.dt)
    cells = net.population(pinsky_rinzel(), 4, method=ENTRY.method)
    cells.I_ext_soma = [75, 100, -50, -50] * pA
    cells.I_ext_dend = [0, 0, 290, 310] * pA
    spikes = net.record_spikes(cells)
    net.run(2500 * ms)
    rates = []
    for k in range(4):
        t = np.asarray(spikes.t / ms)[np.asarray(spikes.i) == k]
        onsets = t[np.r_[True, np.diff(t) > 20]]
        onsets = onsets[onsets > 1000]
        rates.append(1000 / np.diff(onsets).mean())
        assert len(t[t > 1000]) >= 2 * (len(onsets) - 1)  # bursts, not single spikes
    assert max(rates[:2]) < 8
    assert min(rates[2:]) > 8 and max(rates[2:]) < 20


def test_the_area_scales_everything() -> None:
    small, large = pinsky_rinzel(area=1000 * um**2), pinsky_rinzel()
    for name in ("C_soma", "gL_dend", "g_dend_soma", "g_max_Na_soma", "g_max_KC_dend"):
        assert large.parameters[name] / small.parameters[name] == pytest.approx(10), name
    assert float(large.parameters["C_soma"]) == pytest.approx(150e-12)


@pytest.mark.parametrize("p", [0, 1, 1.5])
def test_a_part_outside_zero_to_one_is_refused(p: float) -> None:
    with pytest.raises(MorphologyError, match=f"p={p} is not the part of the membrane"):
        pinsky_rinzel(p=p)
