"""Neurons made of channels against equations written by hand, in Brian2, and on the compiled core."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2.units import cm, mM, mS, ms, mV, nA, nmolar, nS, pA, pF, uF, um

from dendrify_gpu.compartments import (
    CalciumPool,
    Channel,
    Gate,
    NeuronModel,
    PointNeuronModel,
    Soma,
)
from dendrify_gpu.gpu import (
    CpuBackend,
    Model,
    MonitorPlan,
    NetworkPlan,
    PopulationPlan,
    Simulation,
    build_program,
)

AREA = 20000 * um**2
DT = 0.025 * ms
GATES = {
    "m": Gate(
        "m",
        3,
        alpha="0.1/mV/ms*(v + 40*mV)/(1 - exp(-(v + 40*mV)/(10*mV)))",
        beta="4/ms*exp(-(v + 65*mV)/(18*mV))",
    ),
    "h": Gate(
        "h",
        alpha="0.07/ms*exp(-(v + 65*mV)/(20*mV))",
        beta="1/ms/(1 + exp(-(v + 35*mV)/(10*mV)))",
    ),
    "n": Gate(
        "n",
        4,
        alpha="0.01/mV/ms*(v + 55*mV)/(1 - exp(-(v + 55*mV)/(10*mV)))",
        beta="0.125/ms*exp(-(v + 65*mV)/(80*mV))",
    ),
}
#: Hodgkin & Huxley (1952) as one writes it in Brian2, with the limits at the singular points.
SQUID_BY_HAND = """
dv/dt = (gl*(El - v) + gna*m**3*h*(ENa - v) + gk*n**4*(EK - v) + I)/Cm : volt
dm/dt = alpham*(1-m) - betam*m : 1
dh/dt = alphah*(1-h) - betah*h : 1
dn/dt = alphan*(1-n) - betan*n : 1
alpham = 1/ms/exprel(-(v + 40*mV)/(10*mV)) : Hz
betam = 4/ms*exp(-(v + 65*mV)/(18*mV)) : Hz
alphah = 0.07/ms*exp(-(v + 65*mV)/(20*mV)) : Hz
betah = 1/ms/(1 + exp(-(v + 35*mV)/(10*mV))) : Hz
alphan = 0.1/ms/exprel(-(v + 55*mV)/(10*mV)) : Hz
betan = 0.125/ms*exp(-(v + 65*mV)/(80*mV)) : Hz
I : amp
"""


def squid(compartment: Any) -> Any:
    compartment.add(
        Channel("Na", g_max=120 * mS / cm**2, reversal=50 * mV, gates=[GATES["m"], GATES["h"]])
    )
    compartment.add(Channel("K", g_max=36 * mS / cm**2, reversal=-77 * mV, gates=GATES["n"]))
    return compartment


def size() -> dict[str, Any]:
    diameter = (AREA / np.pi) ** 0.5
    return {"length": diameter, "diameter": diameter, "cm": 1 * uF / cm**2, "gl": 0.3 * mS / cm**2}


@pytest.mark.parametrize("method", ["euler", "exponential_euler"])
def test_a_squid_neuron_fires_as_one_written_by_hand(method: str) -> None:
    model = NeuronModel(squid(Soma("soma", **size(), v_rest=-54.4 * mV)))
    group = model.make_neurongroup(1, method=method, dt=DT)
    area = model.parameters["C_soma"] / (1 * uF / cm**2)
    namespace = {
        "gl": 0.3 * mS / cm**2 * area,
        "gna": 120 * mS / cm**2 * area,
        "gk": 36 * mS / cm**2 * area,
        "El": -54.4 * mV,
        "ENa": 50 * mV,
        "EK": -77 * mV,
        "Cm": 1 * uF / cm**2 * area,
    }
    by_hand = brian2.NeuronGroup(1, SQUID_BY_HAND, method=method, dt=DT, namespace=namespace)
    by_hand.v = -54.4 * mV
    for gate in "mhn":
        alpha, beta = getattr(by_hand, f"alpha{gate}")[:], getattr(by_hand, f"beta{gate}")[:]
        setattr(by_hand, gate, alpha / (alpha + beta))
    by_hand.I = group.I_ext_soma = 3 * nA
    ours = brian2.StateMonitor(group, "V_soma", record=0, dt=DT)
    theirs = brian2.StateMonitor(by_hand, "v", record=0, dt=DT)
    brian2.run(30 * ms)
    v = np.asarray(theirs.v[0])
    assert np.count_nonzero((v[1:] > 0) & (v[:-1] <= 0)) == 2
    assert np.abs(np.asarray(ours.V_soma[0]) - v).max() < 1e-12


CALCIUM_BY_HAND = """
dv/dt = (10*nS*(-70*mV - v) + ICa + IK + I)/(100*pF) : volt
ICa = 4*nS*m**2*(ECa - v) : amp
IK = 20*nS*q*(-85*mV - v) : amp
dm/dt = (1/(1 + exp(-(v + 35*mV)/(6*mV))) - m)/(2*ms) : 1
dq/dt = 2*(ca**2/(ca**2 + (0.5*uM)**2) - q)/(5*ms + 1*ms/(1 + ca/uM)) : 1
dca/dt = 0.02*mM/ms/nA*ICa - (ca - 0.1*uM)/(60*ms) : mmolar
ECa = thermal*log(2*mM/ca) : volt
thermal : volt (constant, shared)
I : amp
"""


def calcium_neuron() -> PointNeuronModel:
    neuron = PointNeuronModel(
        "leakyIF", cm_abs=100 * pF, gl_abs=10 * nS, v_rest=-70 * mV, temperature=34
    )
    m = Gate("m", 2, inf="1/(1 + exp(-(v + 35*mV)/(6*mV)))", tau=2 * ms)
    q = Gate("q", inf="ca**2/(ca**2 + (0.5*uM)**2)", tau="5*ms + 1*ms/(1 + ca/uM)")
    neuron.add(Channel("CaL", g_max=4 * nS, reversal="nernst", gates=[m], ion="ca"))
    sk = Channel("SK", g_max=20 * nS, reversal=-85 * mV, gates=[q], ion="k", q10=2, temperature=24)
    neuron.add(sk)
    neuron.add(CalciumPool(tau=60 * ms, resting=100 * nmolar, gain=0.02 * mM / ms / nA))
    return neuron


def test_a_calcium_dependent_channel_as_one_written_by_hand() -> None:
    neuron = calcium_neuron()
    group = neuron.make_neurongroup(1, method="euler", dt=DT)
    by_hand = brian2.NeuronGroup(1, CALCIUM_BY_HAND, method="euler", dt=DT, namespace={})
    by_hand.v, by_hand.ca = -70 * mV, 100 * nmolar
    by_hand.m = 1 / (1 + np.exp(35 / 6))
    by_hand.q = 0.01 / (0.01 + 0.25)
    by_hand.thermal = neuron.parameters["RT_zF_ca"]
    by_hand.I = group.I_ext = 400 * pA
    ours = brian2.StateMonitor(group, ["V", "ca", "q_SK"], record=0, dt=DT)
    theirs = brian2.StateMonitor(by_hand, ["v", "ca", "q"], record=0, dt=DT)
    brian2.run(100 * ms)
    ca = np.asarray(theirs.ca[0] / mM)
    assert ca.max() > 5e-4, "the calcium channel must open for the comparison to say anything"
    assert np.abs(np.asarray(ours.V[0]) - np.asarray(theirs.v[0])).max() < 1e-12
    assert np.asarray(ours.ca[0]) == pytest.approx(ca, rel=1e-11)
    assert np.asarray(ours.q_SK[0]) == pytest.approx(np.asarray(theirs.q[0]), rel=1e-11)


def on_the_core(
    neuron: Any,
    method: str,
    steps: int,
    current: float,
    names: tuple[str, ...],
    dt: float = float(DT),
) -> Any:
    model = Model(
        equations=neuron.equations, namespace=dict(neuron.parameters), method=method, name="neuron"
    )
    starting = {name: np.asarray(value) for name, value in neuron.initial_values().items()}
    plan = NetworkPlan(
        dt,
        64,
        1,
        (PopulationPlan("neurons", build_program(model, dt), 2, {**starting, "I_ext": current}),),
        monitors=(MonitorPlan("samples", "neurons", names, np.arange(1), 1),),
    )
    simulation = Simulation(plan, CpuBackend())
    simulation.run(steps)
    return simulation.samples("samples").values[:, :, 0]


@pytest.mark.parametrize("method", ["euler", "exponential_euler"])
@pytest.mark.parametrize("kind", ["squid", "calcium"])
def test_the_compiled_core_gives_what_brian2_gives(kind: str, method: str) -> None:
    if kind == "squid":
        neuron, names = squid(PointNeuronModel(**size(), v_rest=-54.4 * mV)), ("V", "m_Na", "n_K")
        current = 1.5e-9
    else:
        neuron, names, current = calcium_neuron(), ("V", "ca", "q_SK"), 4e-10
    group = neuron.make_neurongroup(1, method=method, dt=DT)
    group.I_ext = current * 1e9 * nA
    monitor = brian2.StateMonitor(group, list(names), record=0, dt=DT)
    brian2.run(20 * ms)
    core = on_the_core(neuron, method, 800, current, names)
    for column, name in enumerate(names):
        expected = np.asarray(getattr(monitor, name)[0])
        assert np.ptp(expected) > 0
        assert np.abs(core[:, column] - expected).max() < 1e-11 * np.abs(expected).max()


def test_the_squid_axon_fires_at_the_known_rate() -> None:
    # 10 uA/cm2 at 6.3 degrees: an interval of 14.6 ms between later spikes.
    neuron = squid(PointNeuronModel(**size(), v_rest=-54.387 * mV))
    current = float(neuron.area) * 0.1
    v = on_the_core(neuron, "exponential_euler", 10000, current, ("V",), dt=1e-5)[:, 0]
    intervals = np.diff(np.flatnonzero((v[1:] > 0) & (v[:-1] <= 0))) * 0.01
    assert len(intervals) >= 5
    assert intervals[1:] == pytest.approx(np.full(len(intervals) - 1, 14.6), abs=0.15)


def test_a_neuron_may_rest_at_a_singular_point() -> None:
    neuron = PointNeuronModel(cm_abs=100 * pF, gl_abs=10 * nS, v_rest=-40 * mV)
    neuron.add(Channel("Na", g_max=0 * nS, reversal=50 * mV, gates=[GATES["m"]]))
    assert neuron.initial_values()["m_Na"] == pytest.approx(
        1 / (1 + 4 * np.exp(-25 / 18)), rel=1e-14
    )
    values = on_the_core(neuron, "exponential_euler", 10, 0.0, ("V", "m_Na"))
    assert values[:, 0] == pytest.approx(np.full(10, -0.04))
    assert values[:, 1] == pytest.approx(np.full(10, 1 / (1 + 4 * np.exp(-25 / 18))), rel=1e-13)
