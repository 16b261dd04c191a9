"""Every integration method against Brian2's of the same name, and against solutions that are known."""

from __future__ import annotations

import brian2
import numpy as np
import pytest
import scipy.linalg
from brian2.units import Hz, ms, mV, nS, pA, pF, second, volt

import dendrify_gpu as dg
from dendrify_gpu import ModelError

DETERMINISTIC = ("euler", "exponential_euler", "exact", "rk2", "rk4")
SMOOTH = ("euler", "exponential_euler", "rk2", "rk4")
REST = {"El": -49 * mV, "taum": 20 * ms, "taue": 5 * ms, "taui": 10 * ms}
CUBA = """
dv/dt = (ge + gi - (v - El)) / taum : volt (unless refractory)
dge/dt = -ge / taue : volt
dgi/dt = -gi / taui : volt
"""
ADAPTIVE = """
dv/dt = (ge + w - (v - El)) / taum : volt (unless refractory)
dge/dt = -ge / taue : volt
dw/dt = (0.3*(v - El) - w) / taui : volt
"""
MORRIS_LECAR = """
dv/dt = (gL*(VL - v) + gCa*m*(VCa - v) + gK*n*(VK - v) + I_ext) / C : volt
m = 0.5*(1 + tanh((v + 1*mV)/(15*mV))) : 1
dn/dt = 0.04/ms*cosh((v - 10*mV)/(29*mV))*(0.5*(1 + tanh((v - 10*mV)/(14.5*mV))) - n) : 1
I_ext : amp
"""
MEMBRANE = {
    "gL": 2 * nS,
    "VL": -50 * mV,
    "gCa": 4 * nS,
    "VCa": 100 * mV,
    "gK": 8 * nS,
    "VK": -70 * mV,
    "C": 20 * pF,
}
SPIKING = {"threshold": "v > -50*mV", "reset": "v = -60*mV", "refractory": 5 * ms}
N = 20


def ours(equations, duration, names, namespace, initial, dt=0.1 * ms, **rules):
    net = dg.Network(dt=dt, backend="cpu", threads=1)
    cells = net.population(
        equations, N, name="cells", namespace=namespace, initial=initial, **rules
    )
    traces = net.record(cells, names)
    spikes = net.record_spikes(cells) if "threshold" in rules else None
    net.run(duration, progress=False)
    values = {name: np.asarray(traces[name]) for name in names}
    trains = (np.asarray(spikes.i), np.asarray(spikes.t / second)) if spikes is not None else ()
    return values, trains, net


def theirs(equations, duration, names, namespace, initial, dt=0.1 * ms, **rules):
    group = brian2.NeuronGroup(N, equations, namespace=namespace, dt=dt, **rules)
    for name, value in initial.items():
        setattr(group, name, value)
    traces = brian2.StateMonitor(group, names, record=True)
    spikes = brian2.SpikeMonitor(group) if "threshold" in rules else None
    brian2.Network(group, traces, *([] if spikes is None else [spikes])).run(duration)
    values = {name: np.asarray(getattr(traces, name)).T for name in names}
    trains = (
        (np.asarray(spikes.i), np.asarray(spikes.t / second)) if spikes is not None else ([], [])
    )
    return values, trains


def ramp(low: float, high: float):
    return np.linspace(low, high, N)


@pytest.mark.parametrize("method", DETERMINISTIC)
def test_cuba_neurons(method) -> None:
    initial = {"v": ramp(-60, -51) * mV, "ge": ramp(0, 10) * mV}
    given = (CUBA, 100 * ms, ["v", "ge"], REST, initial)
    values, spikes, _ = ours(*given, method=method, **SPIKING)
    expected, trains = theirs(*given, method=method, **SPIKING)
    assert len(trains[0]) > 30
    for k in (0, 1):
        np.testing.assert_array_equal(spikes[k], trains[k])
    for name, value in expected.items():
        np.testing.assert_allclose(values[name], value, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("method", SMOOTH)
def test_a_variable_that_stands_still_is_seen_to_stand_still_by_every_stage(method) -> None:
    """The adaptation follows the clamped voltage while the neuron is refractory."""
    initial = {"v": ramp(-60, -51) * mV, "ge": ramp(0, 10) * mV}
    given = (ADAPTIVE, 100 * ms, ["v", "w"], REST, initial)
    values, spikes, _ = ours(*given, method=method, **SPIKING)
    expected, trains = theirs(*given, method=method, **SPIKING)
    assert len(trains[0]) > 20
    np.testing.assert_array_equal(spikes[1], trains[1])
    for name, value in expected.items():
        np.testing.assert_allclose(values[name], value, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("method", ["euler", "rk2", "rk4"])
def test_a_membrane_that_is_not_linear(method) -> None:
    initial = {"v": -50 * mV, "I_ext": ramp(0, 300) * pA}
    given = (MORRIS_LECAR, 50 * ms, ["v", "n"], MEMBRANE, initial)
    values, _, _ = ours(*given, method=method)
    expected, _ = theirs(*given, method=method)
    assert np.ptp(expected["v"]) > 0.03
    for name, value in expected.items():
        np.testing.assert_allclose(values[name], value, rtol=1e-10, atol=1e-14)


def test_the_refractory_flag_costs_no_exponential() -> None:
    *_, net = ours(CUBA, 1 * ms, ["v"], REST, {}, method="exact", **SPIKING)
    step = net.code("cpu").split("first half of this step")[1]
    assert "lane_exp(" not in step
    assert "select(_not_refractory, splat(c[" in step


@pytest.mark.parametrize(
    ("method", "order"),
    [
        ("euler", 1),
        ("exponential_euler", 1),
        ("rk2", 2),
        ("rk4", 4),
        ("heun", 1),
        ("milstein", 1),
    ],
)
def test_order_of_convergence(method, order) -> None:
    """Two coupled linear compartments against the matrix exponential; half the step, 2^-order of the error."""
    equations = """
    dv/dt = (-a*v + b*u) : volt
    du/dt = (c*v - d*u) : volt
    """
    rates = {"a": 300 * Hz, "b": 200 * Hz, "c": 150 * Hz, "d": 400 * Hz}
    matrix = np.array([[-300.0, 200.0], [150.0, -400.0]])
    exact = scipy.linalg.expm(matrix * 8e-3) @ [10e-3, -5e-3]
    errors = []
    for steps in (16, 32):
        dt = 8 * ms / steps
        initial = {"v": 10 * mV, "u": -5 * mV}
        net = dg.Network(dt=dt, backend="cpu", threads=1)
        cells = net.population(equations, 1, namespace=rates, initial=initial, method=method)
        net.run(8 * ms, progress=False)
        errors.append(abs(float(cells.v[0] / volt) - exact[0]))
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.25)


def test_the_exact_method_is_exact() -> None:
    initial = {"v": -60 * mV, "ge": 8 * mV}
    names = ["v", "ge"]
    values, _, _ = ours(CUBA, 50 * ms, names, REST, initial, dt=1 * ms, method="exact")
    matrix = np.array([[-50.0, 50.0], [0.0, -200.0]])
    start = np.array([-60e-3 + 49e-3, 8e-3])
    for step in (1, 10, 49):
        v, ge = scipy.linalg.expm(matrix * step * 1e-3) @ start
        assert values["v"][step, 0] == pytest.approx(v - 49e-3, rel=1e-12)
        assert values["ge"][step, 0] == pytest.approx(ge, rel=1e-12)


@pytest.mark.parametrize("method", ["heun", "milstein"])
def test_multiplicative_noise_has_the_moments_of_stratonovich(method) -> None:
    """dx = -a x dt + s x dW in the sense of Stratonovich: E x = exp((s^2/2 - a) t), log x is normal."""
    net = dg.Network(dt=0.2 * ms, backend="cpu", seed=5)
    size = 20_000
    cells = net.population(
        "dx/dt = -a*x + s*x*xi : 1",
        size,
        namespace={"a": 2 * Hz, "s": 4 * Hz**0.5},
        initial={"x": 1.0},
        method=method,
    )
    net.run(50 * ms, progress=False)
    logarithm = np.log(np.asarray(cells.x))
    spread = 4 * np.sqrt(0.05)
    assert logarithm.mean() == pytest.approx(-0.1, abs=4 * spread / np.sqrt(size) + 0.005)
    assert logarithm.std() == pytest.approx(spread, rel=0.03)


@pytest.mark.parametrize(
    ("method", "rate", "order"), [("heun", 20, 1), ("milstein", 0, 1), ("milstein", 20, 0.5)]
)
def test_strong_order_of_convergence_with_noise(method, rate, order) -> None:
    """Paths of dx = -a x dt + s x dW in the sense of Stratonovich against x = exp(s W - a t) of the same W.

    Brian2's Milstein step takes the slope of the noise between x and a value that the drift has moved, too. Over
    dt**0.5 this gives s f dt**1.5 / 2 in each step, so that the order is 1 without drift only.
    """

    def final(equations: str, steps: int, **arguments) -> np.ndarray:
        # Noise is a function of seed, population, neuron and step: both networks have the same.
        net = dg.Network(dt=50 * ms / steps, backend="cpu", seed=5)
        cells = net.population(equations, 20_000, **arguments)
        net.run(50 * ms, progress=False)
        return np.asarray(cells.x)

    errors = []
    for steps in (25, 50, 100):
        path = final("dx/dt = xi : second**0.5", steps, method="euler")
        assert path.std() == pytest.approx(np.sqrt(50e-3), rel=0.03)
        values = final(
            "dx/dt = -a*x + s*x*xi : 1",
            steps,
            namespace={"a": rate * Hz, "s": 4 * Hz**0.5},
            initial={"x": 1.0},
            method=method,
        )
        errors.append(np.mean(np.abs(values - np.exp(4 * path - rate * 50e-3))))
    assert np.diff(np.log2(errors)) == pytest.approx([-order, -order], abs=0.15)


def test_a_method_that_cannot_integrate_names_those_that_may() -> None:
    net = dg.Network(backend="cpu")
    with pytest.raises(ModelError, match=r"'exact' cannot integrate these equations: .*rk4"):
        net.population("dv/dt = -v**2/(volt*ms) : volt", 1, method="exact")
        net.run(1 * ms, progress=False)
