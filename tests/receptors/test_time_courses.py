"""The course of each receptor after a spike, against formulas and independent integration."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from brian2.units import ms, mV, nS, pA
from clamp import clamped

from dendrify_gpu.compartments.receptors import (
    AMPA,
    GABA,
    GABA_A,
    GABA_B,
    NMDA,
    Alpha,
    CurrentBased,
    DualExponential,
)

Course = Callable[..., tuple[np.ndarray, np.ndarray]]
#: Driving force of the clamped neuron at -60 mV for a reversal potential of 0 mV.
FORCE = 60e-3


def difference(t: np.ndarray, rise: float, decay: float) -> np.ndarray:
    """Difference of two exponentials with a peak of one, normalised by its sampled maximum."""
    fine = np.linspace(0, 10 * (rise + decay), 2_000_001)
    shape = np.exp(-fine / decay) - np.exp(-fine / rise)
    sign = 1.0 if decay > rise else -1.0
    return (np.exp(-t / decay) - np.exp(-t / rise)) / (sign * (sign * shape).max())


@pytest.mark.parametrize(("rise", "decay"), [(1, 5), (5, 1), (0.5, 80)])
def test_dual_exponential(after_one_spike: Course, rise: float, decay: float) -> None:
    model = DualExponential("x", g=2 * nS, t_rise=rise * ms, t_decay=decay * ms, reversal="E_AMPA")
    t, current = after_one_spike(model, 8 * max(rise, decay) * ms)
    g = current / FORCE
    assert np.abs(g - 2e-9 * difference(t, rise * 1e-3, decay * 1e-3)).max() < 2e-9 * 2e-5
    peak = rise * decay / (decay - rise) * math.log(decay / rise)
    assert t[g.argmax()] * 1e3 == pytest.approx(peak, abs=0.05)
    assert g.max() == pytest.approx(2e-9, rel=1e-3)
    norm = math.exp(peak / rise)
    assert np.trapezoid(g, t) == pytest.approx(2e-9 * norm * rise * 1e-3, rel=2e-3)


@pytest.mark.parametrize("kind", ["alpha", "dual", "current"])
def test_alpha_function(after_one_spike: Course, kind: str) -> None:
    tau = 3e-3
    models = {
        "alpha": Alpha("x", g=2 * nS, t_peak=3 * ms, reversal=0 * mV),
        "dual": DualExponential("x", g=2 * nS, t_rise=3 * ms, t_decay=3 * ms, reversal=0 * mV),
        "current": CurrentBased("x", amplitude=120 * pA, t_rise=3 * ms, t_decay=3 * ms),
    }
    t, current = after_one_spike(models[kind], 60 * ms)
    expected = 120e-12 * t / tau * np.exp(1 - t / tau)
    assert np.abs(current - expected).max() < 120e-12 * 1e-6
    assert t[current.argmax()] == pytest.approx(tau, abs=1e-9)
    assert current.max() == pytest.approx(120e-12, rel=1e-6)
    assert np.trapezoid(current, t) == pytest.approx(120e-12 * math.e * tau, rel=1e-4)


def test_nearly_equal_time_constants_are_no_special_case(after_one_spike: Course) -> None:
    for off in (1e-3, 1e-7, 1e-12):
        model = CurrentBased("x", amplitude=1 * pA, t_rise=3 * ms, t_decay=3 * (1 + off) * ms)
        _, current = after_one_spike(model, 10 * ms)
        assert current.max() == pytest.approx(1e-12, rel=1e-6)


def test_current_based_synapses_do_not_see_the_voltage(after_one_spike: Course) -> None:
    model = CurrentBased("x", amplitude=-20 * pA, t_decay=4 * ms)
    t, currents = after_one_spike(model, 20 * ms, voltage=[-90, 20] * mV, weight=1.5)
    for current in currents:
        assert current == pytest.approx(-30e-12 * np.exp(-t / 4e-3), rel=1e-5)


def test_ionotropic_receptors_without_and_with_rise(after_one_spike: Course) -> None:
    t, current = after_one_spike(AMPA("x", g=1 * nS, t_decay=2 * ms), 20 * ms)
    assert current == pytest.approx(60e-12 * np.exp(-t / 2e-3), rel=1e-5)
    scaled = GABA("x", g=1 * nS, t_rise=4 * ms, t_decay=4 * ms, scale_g=True)
    t, current = after_one_spike(scaled, 20 * ms)
    expected = -20e-12 * t / 4e-3 * np.exp(1 - t / 4e-3)
    assert np.abs(current - expected).max() < 20e-12 * 1e-6


@pytest.mark.parametrize(
    ("model", "reversal"),
    [
        (AMPA("x", g=1 * nS, t_decay=2 * ms), 0),
        (GABA("x", g=1 * nS, t_decay=2 * ms), -80),
        (GABA_A("x", g=1 * nS, t_decay=2 * ms), -70),
        (GABA_A("x", g=1 * nS, t_decay=2 * ms, reversal=-75 * mV), -75),
        (GABA_A("x", g=1 * nS, t_decay=2 * ms, reversal="E_K"), -89),
        (Alpha("x", g=1 * nS, t_peak=2 * ms, reversal="E_GABA"), -80),
    ],
)
def test_the_current_reverses_where_it_should(
    after_one_spike: Course, model: Any, reversal: float
) -> None:
    voltages = np.array([reversal - 5, reversal, reversal + 5])
    _, currents = after_one_spike(model, 3 * ms, voltage=voltages * mV)
    inward, none, outward = currents
    assert inward.max() > 3e-12 and np.abs(none).max() < 1e-21 and outward.min() < -3e-12


def test_magnesium_block(after_one_spike: Course) -> None:
    """Fraction of the conductance at 1 mM magnesium: Jahr & Stevens 1990, equation 4a."""
    voltages = np.array([-90, -60, -30, 0, 40])
    model = NMDA("x", g=1 * nS, t_decay=50 * ms, reversal=100 * mV)
    _, currents = after_one_spike(model, 0.05 * ms, voltage=voltages * mV)
    unblocked = currents[:, 0] / (1e-9 * (100 - voltages) * 1e-3)
    assert unblocked == pytest.approx([0.0133, 0.0796, 0.3572, 0.7812, 0.9771], abs=5e-5)


def test_no_magnesium_no_block(after_one_spike: Course) -> None:
    model = NMDA("x", g=1 * nS, t_decay=50 * ms)
    _, current = after_one_spike(model, 0.05 * ms, params={"Mg_con": 0.0})
    assert current[0] == pytest.approx(60e-12, rel=1e-12)


# ------------------------------------------------------------------------ GABA-B


def cascade(times: list[float], duration: float, step: float = 0.02) -> tuple[np.ndarray, ...]:
    """Transmitter, bound receptor, G-protein (uM) by Runge-Kutta in milliseconds; t too."""
    k1, k2, k3, k4, t_max, tau = 0.52, 0.0013, 0.098, 0.033, 0.075, 2.0

    def slope(y: np.ndarray) -> np.ndarray:
        s, r, g = y
        return np.array([-s / tau, k1 * t_max * s * (1 - r) - k2 * r, k3 * r - k4 * g])

    arrivals = {round(time / step) for time in times}
    y, course = np.zeros(3), []
    for k in range(round(duration / step)):
        if k in arrivals:
            y = y + np.array([1.0, 0, 0])
        course.append(y)
        a = slope(y)
        b = slope(y + step / 2 * a)
        c = slope(y + step / 2 * b)
        y = y + step / 6 * (a + 2 * b + 2 * c + slope(y + step * c))
    return np.arange(len(course)) * step, *np.array(course).T


def opened(g: np.ndarray) -> np.ndarray:
    return g**4 / (g**4 + 100)


def test_gaba_b_follows_its_cascade(after_one_spike: Course) -> None:
    time, _, bound, messenger = cascade([0], 160, step=0.05)
    model = GABA_B("x", g=1 * nS)
    for variable, expected, unit in (("bound", bound, 1.0), ("G", messenger, 1e-3)):
        t, values = after_one_spike(
            model, 150 * ms, dt=0.1 * ms, variable=f"{variable}_GABA_B_x_soma"
        )
        assert values / unit == pytest.approx(np.interp(t * 1e3, time, expected), abs=1e-6)
    t, current = after_one_spike(model, 150 * ms, dt=0.1 * ms)
    expected = 1e-9 * -35e-3 * opened(np.interp(t * 1e3, time, messenger))
    assert np.abs(current - expected).max() < 1e-4 * np.abs(expected).max()


def test_gaba_b_is_slow_as_published(after_one_spike: Course) -> None:
    """It peaks at 100 ms (ModelDB 18198), where a linear cascade does: ln(K4/K2) / (K4 - K2)."""
    t, current = after_one_spike(GABA_B("x", g=1 * nS, scale_g=True), 900 * ms, dt=0.2 * ms)
    assert t[current.argmin()] * 1e3 == pytest.approx(math.log(33 / 1.3) / 31.7e-3, abs=2.5)
    g = current / -35e-3
    peak = g.argmax()
    rising = t[:peak] * 1e3
    rise = np.interp([0.1, 0.9], g[:peak] / g.max(), rising)
    # Otis, De Koninck & Mody 1993: it begins after some 20 ms, and rises in about 50 ms.
    assert 15 < rise[0] < 25 and 35 < rise[1] - rise[0] < 60
    assert g[-1] / g.max() < 0.05


def test_the_transmitter_acts_as_the_published_pulse() -> None:
    """0.5 mM for 0.3 ms, after which receptor and G-protein decay as two exponentials."""
    bound = 1 - math.exp(-0.52 * 0.5 * 0.3)
    t = np.linspace(0, 300, 3001)
    pulse = bound * 0.098 / (0.033 - 0.0013) * (np.exp(-0.0013 * t) - np.exp(-0.033 * t))
    time, *_, messenger = cascade([0], 300)
    assert messenger.max() == pytest.approx(pulse.max(), rel=3e-3)
    assert time[messenger.argmax()] == pytest.approx(t[pulse.argmax()], abs=2.5)


def test_gaba_b_with_scaled_conductance_peaks_at_g(after_one_spike: Course) -> None:
    for model in (
        GABA_B("x", g=0.3 * nS, scale_g=True),
        GABA_B("x", g=0.3 * nS, scale_g=True, t_transmitter=5 * ms, K4=0.1 / ms),
    ):
        _, current = after_one_spike(model, 200 * ms)
        assert current.min() == pytest.approx(0.3e-9 * -35e-3, rel=2e-4)
    *_, messenger = cascade([0], 110)
    expected = opened(messenger).max()
    assert GABA_B("x", g=1 * nS).open_after_one_spike == pytest.approx(expected, rel=1e-4)
    assert expected == pytest.approx(1.45e-5, rel=1e-2)  # the documented fraction


def test_gaba_b_answers_to_bursts(driven: Callable[..., dict[str, np.ndarray]]) -> None:
    peaks = {}
    for spikes in (1, 10):
        times = [1 + 5.0 * k for k in range(spikes)]
        found = driven(
            clamped(GABA_B("x", g=1 * nS)),
            {"s_GABA_B_x_soma": times},
            250 * ms,
            ["open_GABA_B_x_soma"],
            method="euler",
        )["open_GABA_B_x_soma"]
        *_, messenger = cascade(times, 250)
        peaks[spikes] = found.max()
        assert peaks[spikes] == pytest.approx(opened(messenger).max(), rel=0.01)
    assert peaks[10] > 1000 * peaks[1]


def test_a_peak_follows_time_constants_that_are_changed(after_one_spike: Course) -> None:
    model = DualExponential("x", g=1 * nS, t_rise=1 * ms, t_decay=5 * ms, reversal=0 * mV)
    _, current = after_one_spike(model, 60 * ms, params={"t_decay_dualexp_x_soma": 20 * ms})
    assert current.max() == pytest.approx(60e-12, rel=1e-3)
    model_ = CurrentBased("x", amplitude=1 * pA, t_rise=1 * ms, t_decay=5 * ms)
    _, current = after_one_spike(model_, 60 * ms, params={"t_rise_current_x_soma": 9 * ms})
    assert current.max() == pytest.approx(1e-12, rel=1e-3)


def test_default_reversal_potentials_can_be_changed_for_a_model(after_one_spike: Course) -> None:
    model = GABA_A("x", g=1 * nS, t_decay=2 * ms)
    _, current = after_one_spike(model, 1 * ms, params={"E_GABA_A": -50 * mV})
    assert current[0] == pytest.approx(10e-12)
