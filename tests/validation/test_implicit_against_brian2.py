"""Implicit cables side by side with Brian2's `SpatialNeuron`, which solves the same equations by another road."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2.units import cm, ms, mV, nA, nS, ohm, pF, uF, um
from cables import NAMESPACE, Tree

import dendrify_gpu as dg
from dendrify_gpu.gpu import (
    CpuBackend,
    MonitorPlan,
    NetworkPlan,
    PopulationPlan,
    Simulation,
    build_program,
)

DT = 1e-4

PASSIVE = """
Im = gl*(El - v) : amp/meter**2
I : amp (point current)
"""
ACTIVE = """
Im = gl*(El - v) + gNa*m**3*h*(ENa - v) + gK*n**4*(EK - v) : amp/meter**2
I : amp (point current)
dm/dt = 0.1*10/exprel(-(v + 40*mV)/(10*mV))/ms*(1 - m) - 4*exp(-(v + 65*mV)/(18*mV))/ms*m : 1
dh/dt = 0.07*exp(-(v + 65*mV)/(20*mV))/ms*(1 - h) - 1/(exp(-(v + 35*mV)/(10*mV)) + 1)/ms*h : 1
dn/dt = 0.01*10/exprel(-(v + 55*mV)/(10*mV))/ms*(1 - n) - 0.125*exp(-(v + 65*mV)/(80*mV))/ms*n : 1
"""


def unbranched() -> brian2.Morphology:
    return brian2.Cylinder(n=6, length=600 * um, diameter=2 * um)


def branched() -> brian2.Morphology:
    morphology = brian2.Cylinder(n=3, length=240 * um, diameter=3 * um)
    morphology.left = brian2.Cylinder(n=3, length=300 * um, diameter=2 * um)
    morphology.right = brian2.Cylinder(n=2, length=200 * um, diameter=1 * um)
    return morphology


#: Compartments of the sections of `branched`, and the section that each hangs on.
SECTIONS = ((range(0, 3), None), (range(3, 6), 0), (range(6, 8), 0))


def tree_of(morphology: brian2.Morphology, sections) -> Tree:
    """Return areas and axial conductances, from lengths and diameters alone.

    Where sections meet there is a point without a membrane. It is removed from the equations (star-mesh), which
    couples all compartments around it with one another: a graph with a loop.
    """
    length = np.asarray(morphology.length / brian2.metre) if sections is None else None
    if sections is None:
        n, flat = len(length), [(range(len(length)), None)]
        diameter = np.asarray(morphology.diameter / brian2.metre)
    else:
        flat = list(sections)
        parts = [morphology, morphology.left, morphology.right]
        length = np.concatenate([np.asarray(part.length / brian2.metre) for part in parts])
        diameter = np.concatenate([np.asarray(part.diameter / brian2.metre) for part in parts])
        n = len(length)
    half = np.pi * diameter**2 / 4 / (float(100 * ohm * cm) * length / 2)
    conductance = np.zeros((n, n))
    meeting: dict[int, list[int]] = {}
    for number, (members, parent) in enumerate(flat):
        for first, second in zip(members, list(members)[1:], strict=False):
            value = half[first] * half[second] / (half[first] + half[second])
            conductance[first, second] = conductance[second, first] = value
        if parent is not None:
            meeting.setdefault(parent, [flat[parent][0][-1]]).append(flat[number][0][0])
    for around in meeting.values():
        total = half[around].sum()
        for first in around:
            for second in around:
                if first != second:
                    conductance[first, second] = half[first] * half[second] / total
    return Tree(np.pi * diameter * length, conductance)


def brian_voltages(morphology, equations: str, current, steps: int) -> np.ndarray:
    neuron = brian2.SpatialNeuron(
        morphology,
        equations,
        Cm=1 * uF / cm**2,
        Ri=100 * ohm * cm,
        method="exponential_euler",
        namespace={key: value for key, value in NAMESPACE.items() if key not in ("I", "Cm")},
        dt=DT * brian2.second,
    )
    neuron.v = -65 * mV
    if "dm/dt" in equations:
        neuron.m, neuron.h, neuron.n = 0.0529324853, 0.5961207535, 0.3176769141
    neuron.I[0] = current
    monitor = brian2.StateMonitor(neuron, "v", record=True, dt=DT * brian2.second)
    network = brian2.Network(neuron, monitor)
    network.run(steps * DT * brian2.second)
    return np.asarray(monitor.v / brian2.volt).T


def core_voltages(tree: Tree, active, current, steps: int, **changes) -> np.ndarray:
    model = tree.model(active, **changes)
    model.namespace["I"] = current
    program = build_program(model, DT)
    names = tuple(f"V{k}" for k in range(tree.n))
    plan = NetworkPlan(
        DT,
        64,
        1,
        (PopulationPlan("cells", program, 1, tree.resting(active)),),
        monitors=(MonitorPlan("samples", "cells", names, np.arange(1), 1),),
    )
    simulation = Simulation(plan, CpuBackend(threads=1))
    simulation.run(steps)
    return simulation.samples("samples").values[:, :, 0]


@pytest.mark.parametrize("shape", ["unbranched", "branched"])
@pytest.mark.parametrize("kind", ["passive", "active"])
def test_voltages_are_those_of_a_spatial_neuron(shape: str, kind: str) -> None:
    morphology = unbranched() if shape == "unbranched" else branched()
    tree = tree_of(morphology, None if shape == "unbranched" else SECTIONS)
    active = range(tree.n) if kind == "active" else ()
    current = (1.0 if kind == "active" else 0.05) * nA
    steps = 400
    theirs = brian_voltages(morphology, ACTIVE if kind == "active" else PASSIVE, current, steps)
    ours = core_voltages(tree, active, current, steps)
    assert np.ptp(theirs[:, -1]) > (0.08 if kind == "active" else 1e-3)
    assert np.abs(ours - theirs).max() < 1e-9 * np.abs(theirs).max()


def test_spikes_of_an_active_cable_are_those_of_a_spatial_neuron() -> None:
    tree = tree_of(unbranched(), None)
    threshold = {"threshold": "V5 > 0*mV", "refractory": "V5 > -10*mV"}
    model = tree.model(range(6), **threshold)
    model.namespace["I"] = 1.0 * nA
    plan = NetworkPlan(
        DT,
        64,
        1,
        (PopulationPlan("cells", build_program(model, DT), 1, tree.resting(range(6))),),
    )
    simulation = Simulation(plan, CpuBackend(threads=1))
    simulation.run(500)
    steps = simulation.spikes.of(*simulation.source_range("cells"))[1]
    neuron = brian2.SpatialNeuron(
        unbranched(),
        ACTIVE,
        Cm=1 * uF / cm**2,
        Ri=100 * ohm * cm,
        method="exponential_euler",
        threshold="v > 0*mV",
        threshold_location=5,
        refractory="v > -10*mV",
        namespace={key: value for key, value in NAMESPACE.items() if key not in ("I", "Cm")},
        dt=DT * brian2.second,
    )
    neuron.v = -65 * mV
    neuron.m, neuron.h, neuron.n = 0.0529324853, 0.5961207535, 0.3176769141
    neuron.I[0] = 1.0 * nA
    spikes = brian2.SpikeMonitor(neuron)
    brian2.Network(neuron, spikes).run(50 * ms)
    assert len(steps) > 2
    assert list(steps) == [round(float(time) / DT) for time in spikes.t]


def two_compartments(method: str, dt: float = 0.1) -> tuple[dg.Network, Any]:
    """Somata with a receptor on a dendrite that is joined to them by a thick neck, and what is recorded."""
    soma = dg.Soma("soma", cm_abs=100 * pF, gl_abs=5 * nS)
    dend = dg.Dendrite("dend", cm_abs=5 * pF, gl_abs=0.5 * nS)
    dend.synapse("AMPA", tag="in", g=5 * nS, t_decay=2 * ms)
    cell = dg.NeuronModel([(soma, dend, 800 * nS)], v_rest=-70 * mV)
    net = dg.Network(dt=dt * ms, backend="cpu", precision="float64")
    cells = net.population(
        cell,
        3,
        method=method,
        name="cells",
        threshold="V_soma > -50*mV",
        reset="V_soma = -60*mV",
        refractory=2 * ms,
    )
    given = net.spike_generator(3, [0, 1, 1, 2], np.array([1, 1, 4, 6]) * ms, name="given")
    net.connect(given, cells, "AMPA_in_dend", one_to_one=True, weight=10.0)
    return net, net.record(cells, ["V_soma", "V_dend"], every=0.1 * ms)


def test_a_neuron_model_runs_implicitly_at_a_step_that_euler_cannot_take() -> None:
    with pytest.raises(dg.NumericalError, match="method='implicit' often helps"):
        two_compartments("euler")[0].run(60 * ms, progress=False)
    runs = []
    for dt in (0.1, 0.05, 0.001):
        net, traces = two_compartments("implicit", dt)
        spikes = net.record_spikes(net.populations[0])
        net.run(20 * ms, progress=False)
        first = round(min(spikes.t / ms) / 0.1)
        runs.append((np.bincount(spikes.i, minlength=3), first, np.asarray(traces["V_soma"])))
    counts, firsts, values = zip(*runs, strict=True)
    assert counts[0].min() > 0
    assert all(np.array_equal(count, counts[0]) for count in counts)
    errors = [np.abs(value - values[2])[: min(firsts)].max() for value in values[:2]]
    assert errors[0] < 4e-3
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.2)


def test_brian2_is_asked_for_a_method_that_it_has() -> None:
    with pytest.raises(
        dg.NetworkError,
        match=r"cells: Brian2 has no method 'implicit' for a NeuronGroup\. Name one of its own, such as "
        r"net\.to_brian2\(method='exponential_euler'\)",
    ):
        two_compartments("implicit")[0].to_brian2()
    with pytest.raises(dg.NetworkError, match="Brian2 has no method 'crank_nicolson'"):
        two_compartments("crank_nicolson")[0].cross_validate(5 * ms)
    with pytest.raises(dg.NetworkError, match=r"Brian2 has no method 'implizit'\. It has: .*euler"):
        two_compartments("implicit")[0].to_brian2(method="implizit")


def test_an_implicit_network_goes_to_brian2_with_a_method_that_is_named() -> None:
    net, traces = two_compartments("implicit", 0.001)
    exported = net.to_brian2(method="euler")
    exported.network.run(8 * ms)
    spikes = net.record_spikes(net.populations[0])
    net.run(8 * ms, progress=False)
    assert len(spikes) > 1
    assert np.array_equal(exported.monitors["cells"].i, spikes.i)
    theirs = np.asarray(exported.monitors[traces.name].V_dend).T
    assert np.abs(theirs - np.asarray(traces["V_dend"])).max() < 1e-3
