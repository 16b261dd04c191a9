"""Rall's ball and stick against the closed solutions of the cable equation."""

from __future__ import annotations

from math import cosh, pi, sqrt, tan, tanh

import numpy as np
import pytest
from brian2.units import ms, mV, pA, um

import dendrify_gpu as dg
from dendrify_gpu.errors import MorphologyError, UnitsError
from dendrify_gpu.models import ball_and_stick

# The default cell, in SI units.
D, LENGTH, G_L, R_A, C_M = 4e-6, 1e-3, 0.5, 2.0, 0.01
LAMBDA = sqrt(D / (4 * R_A * G_L))
L = LENGTH / LAMBDA
G_INFINITE = pi / 2 * D**1.5 * sqrt(G_L / R_A)
G_SOMA = pi * 25e-6**2 * G_L


def matrix(model: dg.NeuronModel) -> np.ndarray:
    """Return A of dV/dt = A (V - E), from the parameters of the model."""
    names = model.compartment_names
    values = model.parameters
    a = np.zeros((len(names), len(names)))
    for k, name in enumerate(names):
        a[k, k] -= float(values[f"gL_{name}"])
        for j, other in enumerate(names):
            if f"g_{other}_{name}" in values:
                a[k, j] += float(values[f"g_{other}_{name}"])
                a[k, k] -= float(values[f"g_{other}_{name}"])
        a[k] /= float(values[f"C_{name}"])
    return a


def steady_state(model: dg.NeuronModel) -> np.ndarray:
    """Return the depolarisation of all compartments per ampere into the soma."""
    drive = np.zeros(len(model.compartment_names))
    drive[0] = 1 / float(model.parameters["C_soma"])
    return np.linalg.solve(matrix(model), -drive)


def roots(count: int) -> np.ndarray:
    """Solve tan(alpha L) = -alpha G_S / G_infinite by bisection, one root on each branch."""
    found = []
    for k in range(1, count + 1):
        low, high = (k - 0.5) * pi / L + 1e-9, k * pi / L
        for _ in range(100):
            middle = (low + high) / 2
            if tan(middle * L) + middle * G_SOMA / G_INFINITE > 0:
                high = middle
            else:
                low = middle
        found.append(low)
    return np.array(found)


def test_the_cable_is_one_length_constant_long() -> None:
    assert pytest.approx(1) == L


def test_input_resistance_and_attenuation() -> None:
    """Rall 1959: 1/(G_S + G_inf tanh L), and cosh(L - X)/cosh L along the dendrite."""
    errors = []
    for n in (5, 10, 20, 40):
        depolarisation = steady_state(ball_and_stick(n))
        resistance = 1 / (G_SOMA + G_INFINITE * tanh(L))
        centres = (np.arange(n) + 0.5) * L / n
        attenuation = np.cosh(L - centres) / cosh(L)
        errors.append(
            max(
                abs(depolarisation[0] / resistance - 1),
                float(np.abs(depolarisation[1:] / depolarisation[0] / attenuation - 1).max()),
            )
        )
    assert errors[-1] < 2e-4
    # Of second order: twice the compartments, a quarter of the error.
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 4, rtol=0.1)


def test_time_constants() -> None:
    """Rall 1969: tau/(1 + alpha_k^2), the slowest that of the membrane itself."""
    found = -1e3 / np.linalg.eigvals(matrix(ball_and_stick(200)))
    tau = 1e3 * C_M / G_L
    expected = tau / (1 + np.r_[0, roots(3)] ** 2)
    np.testing.assert_allclose(np.sort(found.real)[::-1][:4], expected, rtol=2e-4)


def test_a_cylinder_alone_has_rall_s_ratio_of_time_constants() -> None:
    """Rall 1969: tau_0/tau_1 = 1 + (pi/L)^2 for a closed cylinder, 10.87 for L = 1."""
    model = ball_and_stick(200, soma_diameter=0.01 * um)
    rates = np.sort(-np.linalg.eigvals(matrix(model)).real)
    assert rates[1] / rates[0] == pytest.approx(10.87, rel=1e-3)


def test_a_simulation_charges_and_decays_as_the_closed_solution() -> None:
    n = 10
    net = dg.Network(dt=0.025 * ms)
    cell = net.population(ball_and_stick(n), 1)
    net.current_step(cell, "I_ext_soma", 100 * pA, start=0 * ms, stop=200 * ms)
    names = ["V_soma", f"V_dend{n}"]
    traces = net.record(cell, names)
    net.run(260 * ms)
    traces_mV = [np.asarray(traces[name] / mV)[:, 0] + 65 for name in names]
    resistance = 1 / (G_SOMA + G_INFINITE * tanh(L))
    steady = 100e-12 * resistance * 1e3
    far = steady * cosh(L / (2 * n)) / cosh(L)
    np.testing.assert_allclose([trace[7990] for trace in traces_mV], [steady, far], rtol=2e-3)
    # Long after the end of the current only the membrane's own time constant, 20 ms, is left.
    late = traces_mV[0][[9200, 10000]]
    assert late[0] / late[1] == pytest.approx(np.exp(20 / 20), rel=2e-3)


@pytest.mark.parametrize("n", [0, -3, 2.5, True, "4"])
def test_a_number_of_compartments_is_a_positive_whole_number(n: object) -> None:
    with pytest.raises(MorphologyError, match="whole number of at least 1, such as n=10"):
        ball_and_stick(n)  # type: ignore[arg-type]


def test_sizes_have_units() -> None:
    with pytest.raises(UnitsError, match="diameter"):
        ball_and_stick(3, diameter=4 * mV)
