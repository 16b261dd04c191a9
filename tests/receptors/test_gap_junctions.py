"""Gap junctions in Brian2: coupling coefficients, pairs, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, StateMonitor
from brian2.units import ms, mV, nS, pA, pF

import dendrify_gpu as dg
from dendrify_gpu.compartments import (
    CompartmentError,
    Dendrite,
    GroupArgumentError,
    NeuronModel,
    PointNeuronModel,
    Soma,
    UnitsError,
)
from dendrify_gpu.compartments.receptors import (
    AMPA,
    GapJunction,
    TsodyksMarkram,
    connect_gap_junctions,
)

Raised = Callable[..., str]


def cell(leak: float = 5, g: float = 1, compartment: str = "soma") -> NeuronModel:
    kind = Soma if compartment == "soma" else Dendrite
    part = kind(compartment, cm_abs=20 * pF, gl_abs=leak * nS, v_rest=-65 * mV)
    part.add(GapJunction("gj", g=g * nS))
    return NeuronModel(part)


def deflections(*groups: NeuronGroup, objects: tuple[Any, ...]) -> list[np.ndarray]:
    """Change of the voltages (mV) after 200 ms; 20 pA go into the first neuron of the first group."""
    (variable,) = {name for name in groups[0].variables if name.startswith("I_ext")}
    getattr(groups[0], variable)[0] = 20 * pA
    Network(*groups, *objects).run(200 * ms)
    voltages = [next(n for n in g.variables if n.startswith("V")) for g in groups]
    return [
        np.asarray(getattr(group, name)) * 1e3 + 65
        for group, name in zip(groups, voltages, strict=True)
    ]


def test_coupling_coefficient_and_input_resistance_of_two_cells() -> None:
    model = cell(leak=5, g=1)
    group = model.make_neurongroup(2)
    junctions = connect_gap_junctions(model.receptors["gap_gj_soma"], group)
    (change,) = deflections(group, objects=(junctions,))
    assert change[1] / change[0] == pytest.approx(1 / (1 + 5), rel=1e-6)
    # 20 pA into 5 nS beside 1 nS and 5 nS in series
    assert change[0] == pytest.approx(20 / (5 + 1 * 5 / (1 + 5)), rel=1e-6)


def test_what_leaves_one_cell_enters_the_other() -> None:
    model = cell()
    group = model.make_neurongroup(3)
    junctions = connect_gap_junctions(
        model.receptors["gap_gj_soma"], group, i=[0, 2], j=[1, 1], g=[1, 3] * nS
    )
    group.V_soma = [-60, -70, -50] * mV
    Network(group, junctions).run(0.1 * ms)
    current = np.asarray(group.I_gap_gj_soma) * 1e12
    assert current == pytest.approx([-10, 10 + 60, -60])
    assert current.sum() == pytest.approx(0, abs=1e-9)


def test_two_groups_of_different_models() -> None:
    first, second = cell(leak=5, g=2), cell(leak=8, g=7, compartment="dend")
    a, b = first.make_neurongroup(1), second.make_neurongroup(1)
    there, back = connect_gap_junctions(
        first.receptors["gap_gj_soma"], a, b, other_junction=second.receptors["gap_gj_dend"]
    )
    change, other = deflections(a, b, objects=(there, back))
    assert other[0] / change[0] == pytest.approx(2 / (2 + 8), rel=1e-6)


def test_point_neurons_and_changed_conductances() -> None:
    model = PointNeuronModel("passive", cm_abs=20 * pF, gl_abs=5 * nS, v_rest=-65 * mV)
    model.add(GapJunction("gj", g=1 * nS))
    assert model.equations.splitlines()[-1] == "I_gap_gj  :amp"
    model.add_params({"g_gap_gj": 4 * nS})
    group = model.make_neurongroup(2)
    junctions = connect_gap_junctions(model.receptors["gap_gj"], group)
    assert np.asarray(junctions.g_junction) == pytest.approx([4e-9, 4e-9])
    (change,) = deflections(group, objects=(junctions,))
    assert change[1] / change[0] == pytest.approx(4 / (4 + 5), rel=1e-6)


def test_all_pairs_once() -> None:
    model = cell()
    junction = model.receptors["gap_gj_soma"]
    within = connect_gap_junctions(junction, model.make_neurongroup(4))
    pairs = set(zip(within.i[:].tolist(), within.j[:].tolist(), strict=True))
    assert len(within) == 12 and pairs == {(i, j) for i in range(4) for j in range(4) if i != j}
    there, back = connect_gap_junctions(
        junction, model.make_neurongroup(2), model.make_neurongroup(3)
    )
    assert len(there) == len(back) == 6
    assert there.i[:].tolist() == back.j[:].tolist()


def test_a_fast_junction_passes_a_filtered_spike() -> None:
    """A step of one cell's voltage charges the other through g: tau = C / (g + gL)."""
    model = cell(leak=5, g=5)
    a, b = model.make_neurongroup(1), model.make_neurongroup(1)
    a.run_regularly("V_soma = -55*mV")
    there, _back = synapses = connect_gap_junctions(model.receptors["gap_gj_soma"], a, b)
    monitor = StateMonitor(b, "V_soma", record=True)
    Network(a, b, *synapses, monitor).run(10 * ms)
    t = np.asarray(monitor.t) * 1e3
    # Euler's steps of 0.1 ms, the first with the voltage from before the step
    expected = -65 + 5 * (1 - (1 - 0.1 / 2) ** np.round(t / 0.1))
    found = np.asarray(monitor.V_soma)[0] * 1e3
    assert found == pytest.approx(expected, abs=0.3)
    assert found[-1] == pytest.approx(-60, abs=0.05)
    assert there.source is a


def test_the_core_refuses_it(raised: Raised) -> None:
    net = dg.Network(dt=0.1 * ms, backend="cpu")
    message = raised(CompartmentError, net.population, cell(), 10)
    assert message == (
        "gap junction with tag 'gj' on compartment 'soma': 'gap_gj_soma' takes no spikes. Its current "
        "is a sum over the voltages of neighbours (a summed variable), which the library's own core "
        "does not have yet. Run the neurons in Brian2: make_neurongroup, and "
        "receptors.connect_gap_junctions."
    )
    assert not net.populations


def test_refused_groups(raised: Raised) -> None:
    model = cell()
    junction, group = model.receptors["gap_gj_soma"], model.make_neurongroup(3)
    plain = Soma("soma", cm_abs=20 * pF, gl_abs=5 * nS, v_rest=-65 * mV)
    plain.add(AMPA("x", g=1 * nS, t_decay=2 * ms))
    other = NeuronModel(plain)
    without = other.make_neurongroup(2)
    message = raised(GroupArgumentError, connect_gap_junctions, junction, group, without)
    assert "has no variable 'I_gap_gj_soma'" in message
    assert "Give a group of neurons whose model has the gap junction with tag 'gj'." in message
    wrong = other.receptors["AMPA_x_soma"]
    message = raised(GroupArgumentError, connect_gap_junctions, wrong, group)
    assert (
        "is no gap junction of a model. Give for example cell.receptors['gap_gj_soma']" in message
    )


@pytest.mark.parametrize(
    ("arguments", "error", "expected"),
    [
        ({"i": [0]}, GroupArgumentError, "give both i and j, or none of them"),
        ({"i": [0, 1], "j": [1]}, GroupArgumentError, "are no list of pairs"),
        ({"i": [0.5], "j": [1]}, GroupArgumentError, "are no list of pairs"),
        ({"i": [True], "j": [False]}, GroupArgumentError, "are no list of pairs"),
        ({"i": [0], "j": [3]}, GroupArgumentError, "j = 3 is no neuron of a group of 3"),
        ({"i": [-1], "j": [1]}, GroupArgumentError, "i = -1 is no neuron of a group of 3"),
        ({"i": [2], "j": [2]}, GroupArgumentError, "neuron 2 cannot be coupled with itself"),
        ({"i": [0, 1], "j": [1, 0]}, GroupArgumentError, "the pair 0, 1 is given twice"),
        ({"g": 3 * mV}, UnitsError, "g = 3. mV must be a conductance"),
        ({"g": -1 * nS}, UnitsError, "g = -1. nS must be zero or larger"),
        ({"g": [1, 2] * nS}, UnitsError, "for each of the 3 pairs, or one for all"),
        ({"g": [1, 2, -3] * nS}, UnitsError, "must be one conductance of zero or more"),
    ],
)
def test_refused_pairs(
    raised: Raised, arguments: dict[str, Any], error: type[Exception], expected: str
) -> None:
    model = cell()
    group = model.make_neurongroup(3)
    junction = model.receptors["gap_gj_soma"]
    message = raised(error, connect_gap_junctions, junction, group, **arguments)
    assert message.startswith("connect_gap_junctions, gap junction with tag 'gj': ")
    assert expected in message


def test_refused_values(raised: Raised) -> None:
    assert "g = -1. nS must be zero or larger" in raised(UnitsError, GapJunction, "x", g=-1 * nS)
    plastic = TsodyksMarkram(U=0.5, tau_rec=100 * ms)
    message = raised(CompartmentError, GapJunction, "x", g=1 * nS, plasticity=plastic)
    assert "gap junction with tag 'x': a gap junction releases no transmitter" in message
    model = cell()
    model.add_equations("g_gap_gj_soma :siemens")
    group = model.make_neurongroup(2)
    junction = model.receptors["gap_gj_soma"]
    message = raised(GroupArgumentError, connect_gap_junctions, junction, group)
    assert "g_gap_gj_soma differs from neuron to neuron. Give g" in message
