"""The cable equation: against the ball and stick's closed form and Brian2's SpatialNeuron."""

from __future__ import annotations

import brian2
import numpy as np
import pytest
from brian2.units import amp, cm, meter, ms, mV, nS, pA, pF, siemens, uF, um, volt
from shapes import CM, GL, PASSIVE, RA, ball_and_stick, random_tree

from dendrify_gpu.compartments import (
    Dendrite,
    MorphologyError,
    NeuronModel,
    PointNeuronModel,
    Soma,
)
from dendrify_gpu.compartments.morphology import (
    Cable,
    Morphology,
    cable_of_model,
    cable_of_segments,
)
from dendrify_gpu.compartments.morphology.segments import Segments, refined


def cable_of(segments: Segments) -> Cable:
    return cable_of_segments(segments, segments.area * GL, segments.area * CM, RA)


def at(cable: Cable, node: int) -> np.ndarray:
    weights = np.zeros(cable.n)
    weights[node] = 1.0
    return weights


@pytest.mark.parametrize("frequency", [0.0, 10.0, 300.0])
@pytest.mark.parametrize("length", [150.0, 900.0])
def test_ball_and_stick(length: float, frequency: float) -> None:
    """Rall 1959: a sealed cable of electrotonic length L conducts G_inf tanh(L), with complex constants."""
    segments = Morphology.from_brian2(ball_and_stick(length)).segments
    cable = cable_of(segments)
    diameter, area = 2e-6, np.pi * 20e-6**2
    y = GL + 2j * np.pi * frequency * CM
    space = np.sqrt(diameter / (4 * RA * y))
    infinite = np.pi * diameter * space * y
    conductance = area * y + infinite * np.tanh(length * 1e-6 / space)
    assert cable.impedance(at(cable, 0), frequency) == pytest.approx(1 / conductance, rel=2e-5)
    voltage = cable.voltages(at(cable, 0), frequency)[: segments.n]
    x = segments.distance[1:]
    expected = np.cosh((length * 1e-6 - x) / space) / np.cosh(length * 1e-6 / space)
    assert voltage[1:] / voltage[0] == pytest.approx(expected, rel=2e-4)


def test_the_uniform_membrane_has_its_own_time_constant() -> None:
    for tree in (ball_and_stick(n=40), random_tree(1)):
        assert cable_of(Morphology.from_brian2(tree).segments).time_constant() == pytest.approx(
            CM / GL, rel=1e-9
        )
    single = Cable(np.array([2e-9]), np.array([1e-10]), *np.zeros((2, 0), dtype=int), np.zeros(0))
    assert single.time_constant() == pytest.approx(0.05)


def test_uneven_leaks_give_the_time_constant_of_a_dense_solution() -> None:
    segments = Morphology.from_brian2(random_tree(5)).segments
    leak = segments.area * GL * np.random.default_rng(0).uniform(0.2, 3, segments.n)
    cable = cable_of_segments(segments, leak, segments.area * CM, RA)
    root = np.sqrt(cable.capacitance)
    dense = root[:, None] * np.linalg.inv(cable.admittance().toarray()) * root
    assert cable.time_constant() == pytest.approx(np.linalg.eigvalsh(dense)[-1], rel=1e-9)


def test_size_and_axial_resistance_are_those_that_brian2_computes() -> None:
    from brian2.spatialneuron.spatialneuron import FlatMorphology

    for tree in (ball_and_stick(n=7), random_tree(2), random_tree(3)):
        flat = FlatMorphology(tree)
        segments = Morphology.from_brian2(tree).segments
        dendrite = ~segments.is_soma
        assert segments.n == flat.n
        assert segments.area == pytest.approx(flat.area, rel=1e-12)
        assert segments.distance[dendrite] == pytest.approx(flat.distance[dendrite], rel=1e-12)
        assert 1 / segments.near[dendrite] == pytest.approx(flat.r_length_1[dendrite], rel=1e-12)
        assert 1 / segments.far[dendrite] == pytest.approx(flat.r_length_2[dendrite], rel=1e-12)


@pytest.mark.parametrize("seed", [3, 4])
def test_steady_potentials_are_those_of_brian2s_spatial_neuron(seed: int) -> None:
    tree = random_tree(seed, 25)
    neuron = brian2.SpatialNeuron(
        tree,
        "Im = gl*(-65*mV - v) : amp/meter**2\nI : amp (point current)\n",
        Cm=1 * uF / cm**2,
        Ri=PASSIVE["r_axial"],
        namespace={"gl": PASSIVE["gl"]},
        method="exponential_euler",
    )
    neuron.v = -65e-3 * volt
    segments = Morphology.from_brian2(tree).segments
    cable = cable_of(segments)
    network = brian2.Network(neuron)
    for node in (0, segments.n - 1):
        neuron.I = 0 * amp
        neuron.I[node] = 20 * pA
        network.run(400 * ms, namespace={})
        deviation = np.asarray(neuron.v) + 65e-3
        assert deviation == pytest.approx(
            20e-12 * cable.voltages(at(cable, node))[: segments.n], rel=1e-6
        )


def test_finer_pieces_are_the_same_shape() -> None:
    segments = Morphology.from_brian2(random_tree(6)).segments
    pieces, source = refined(segments, 3e-6)
    assert pieces.length[~pieces.is_soma].max() <= 3e-6 * (1 + 1e-9)
    assert np.bincount(source, weights=pieces.area) == pytest.approx(segments.area, rel=1e-12)
    assert np.bincount(source, weights=pieces.length) == pytest.approx(segments.length, rel=1e-12)
    resistance = np.bincount(source, weights=pieces.near + pieces.far)
    # a frustum's resistance does not depend on where it is cut
    dendrite = ~segments.is_soma
    a, b = segments.start_diameter[dendrite], segments.end_diameter[dendrite]
    whole = 4 * segments.length[dendrite] / (np.pi * a * b)
    assert resistance[dendrite] == pytest.approx(whole, rel=1e-9)
    coarse, fine = cable_of(segments), cable_of(pieces)
    assert fine.impedance(at(fine, 0)) == pytest.approx(coarse.impedance(at(coarse, 0)), rel=1e-3)


def test_impedances_are_reciprocal() -> None:
    cable = cable_of(Morphology.from_brian2(random_tree(7)).segments)
    a, b = at(cable, 3), at(cable, 40)
    for frequency in (0.0, 50.0):
        there = b @ cable.voltages(a, frequency)
        assert a @ cable.voltages(b, frequency) == pytest.approx(there, rel=1e-9)
    assert cable.admittance(5.0).shape == (cable.n, cable.n)


@pytest.mark.parametrize("n", [100, 400])
def test_the_time_constants_of_a_sealed_cylinder(n: int) -> None:
    """Rall 1969: tau / (1 + (k pi / L)^2), L being the electrotonic length; full and sparse matrices."""
    length, diameter = 600e-6, 1e-6
    shape = Morphology.from_brian2(brian2.Cylinder(diameter=1 * um, length=600 * um, n=n))
    assert shape.types == ("dend",)
    electrotonic = length / np.sqrt(diameter / (4 * RA * GL))
    expected = CM / GL / (1 + (np.arange(4) * np.pi / electrotonic) ** 2)
    assert cable_of(shape.segments).time_constants(4) == pytest.approx(expected, rel=2e-3)
    single = Cable(np.array([2e-9]), np.array([1e-10]), *np.zeros((2, 0), dtype=int), np.zeros(0))
    assert single.time_constants(3) == pytest.approx([0.05])


def test_the_slowest_decay_is_that_of_brian2s_spatial_neuron() -> None:
    """With an uneven leak, so that it is not the membrane's own."""
    tree = random_tree(8, 6)
    segments = Morphology.from_brian2(tree).segments
    leak = GL * np.random.default_rng(1).uniform(0.3, 3, segments.n)
    neuron = brian2.SpatialNeuron(
        tree,
        "Im = -gl*v : amp/meter**2\ngl : siemens/meter**2 (constant)",
        Cm=PASSIVE["cm"],
        Ri=PASSIVE["r_axial"],
        method="exponential_euler",
        dt=0.01 * ms,
    )
    neuron.gl = leak * siemens / meter**2
    neuron.v = 10e-3 * volt
    network = brian2.Network(neuron)
    network.run(30 * ms, namespace={})
    before = float(np.asarray(neuron.v)[0])
    network.run(10 * ms, namespace={})
    measured = 10e-3 / np.log(before / float(np.asarray(neuron.v)[0]))
    cable = cable_of_segments(segments, segments.area * leak, segments.area * CM, RA)
    assert measured == pytest.approx(cable.time_constant(), rel=1e-3)
    assert abs(measured / (CM / leak.mean()) - 1) > 0.01


def test_the_circuit_of_a_model() -> None:
    soma = Soma("soma", cm_abs=200 * pF, gl_abs=10 * nS)
    dend = Dendrite("dend", cm_abs=50 * pF, gl_abs=5 * nS)
    tip = Dendrite("tip", cm_abs=20 * pF, gl_abs=1 * nS)
    model = NeuronModel([(soma, dend, 15 * nS), (tip, dend, 4 * nS)], v_rest=-65 * mV)
    branch = 5 + 1 / (1 / 4 + 1 / 1)
    expected = 10 + 1 / (1 / 15 + 1 / branch)
    cable = cable_of_model(model)
    assert 1e9 / cable.impedance(at(cable, 0)) == pytest.approx(expected)
    assert cable.capacitance.tolist() == pytest.approx([200e-12, 50e-12, 20e-12])
    model.add_params({"gL_soma": 20 * nS})
    assert cable_of_model(model).leak[0] == pytest.approx(20e-9)
    model.add_params({"g_dend_soma": 8 * nS})
    with pytest.raises(
        MorphologyError, match=r"g_dend_soma = 8\. nS and g_soma_dend = 15\. nS diff"
    ):
        cable_of_model(model)
    point = PointNeuronModel(cm_abs=100 * pF, gl_abs=4 * nS, v_rest=-65 * mV)
    assert cable_of_model(point).time_constant() == pytest.approx(25e-3)
