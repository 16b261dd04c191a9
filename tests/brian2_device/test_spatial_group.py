"""Many cells of one shape in one group: as so many neurons of Brian2, and as a group of Brian2's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import (
    Cylinder,
    Network,
    NeuronGroup,
    SpatialNeuron,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
)
from brian2.units import cm, ms, msiemens, mV, nA, ohm, siemens, uF, um
from comparison import brian2_on
from spatial_cells import ACTIVE, PASSIVE, tree

from dendrify_gpu import ModelError, SpatialNeuronGroup
from dendrify_gpu.errors import IndexRangeError
from dendrify_gpu.spatial_views import CellsView, CompartmentsOfAllCells

NAMESPACE = {"g_K": 36 * msiemens / cm**2}


@pytest.fixture(autouse=True)
def time_step() -> Iterator[None]:
    brian2.defaultclock.dt = 0.1 * ms
    yield
    brian2.defaultclock.dt = 0.1 * ms


def set_cell(cell: Any, number: int) -> None:
    """Give a cell values of its own."""
    cell.v = -70 * mV
    cell.m, cell.h, cell.n = 0.05, 0.6, 0.32
    cell.g_Na = 120 * msiemens / cm**2
    cell.trunk.g_Na = 60 * msiemens / cm**2
    cell.trunk.on.left.drive[1] = (0.02 + 0.001 * number) * nA
    cell.axon.Cm = (0.9 + 0.01 * number) * uF / cm**2


OPTIONS: dict[str, Any] = {
    "threshold": "v > 0*mV",
    "refractory": "v > -40*mV",
    "reset": "g_syn += 0.1*nS",
    "method": "exponential_euler",
    "namespace": NAMESPACE,
    "Ri": 120 * ohm * cm,
}
LOCATION = 20
SYNAPSE = 9
#: Brian2 itself loses digits where compartments are short.
STRETCH = 4.0


def separate_cells(
    n: int, duration: Any, dt: Any = 0.05 * ms
) -> tuple[np.ndarray, dict[int, list[int]]]:
    """Return all states after a run of so many `SpatialNeuron` under Brian2's numpy target, and the spikes' steps."""
    with brian2_on("numpy", {}):
        brian2.defaultclock.dt = dt
        objects: list[Any] = []
        cells, monitors = [], []
        source = SpikeGeneratorGroup(n, np.arange(n), (np.arange(n) % 7 + 1) * ms)
        for number in range(n):
            cell = SpatialNeuron(
                tree(stretch=STRETCH), ACTIVE, threshold_location=LOCATION, **OPTIONS
            )
            set_cell(cell, number)
            synapses = Synapses(source, cell, on_pre="g_syn += 20*nS", delay=0.3 * ms)
            synapses.connect(i=number, j=SYNAPSE)
            monitor = SpikeMonitor(cell)
            cells.append(cell)
            monitors.append(monitor)
            objects += [cell, synapses, monitor]
        Network(source, *objects).run(duration)
        states = np.array([state_of(cell) for cell in cells])
        spikes = {k: steps_of(monitor) for k, monitor in enumerate(monitors)}
    return states, spikes


def state_of(cell: Any) -> np.ndarray:
    return np.array(
        [np.array(getattr(cell, f"{x}_")[:]) for x in ("v", "m", "h", "n", "g_syn", "Ic")]
    )


def steps_of(monitor: SpikeMonitor, index: int | None = None) -> list[int]:
    steps = np.round(np.array(monitor.t) / float(brian2.defaultclock.dt)).astype(int)
    return list(steps if index is None else steps[np.array(monitor.i) == index])


def grouped_cells(
    n: int, duration: Any, dt: Any = 0.05 * ms, **device: Any
) -> tuple[np.ndarray, dict[int, list[int]], np.ndarray]:
    """Return the same of one group on the device, and a trace."""
    dtype = brian2.prefs.core.default_float_dtype
    try:
        with brian2_on("dendrify_gpu", device):
            brian2.defaultclock.dt = dt
            source = SpikeGeneratorGroup(n, np.arange(n), (np.arange(n) % 7 + 1) * ms)
            group = SpatialNeuronGroup(
                n, tree(stretch=STRETCH), ACTIVE, threshold_location=LOCATION, **OPTIONS
            )
            for number in range(n):
                set_cell(group[number], number)
            synapses = Synapses(source, group, on_pre="g_syn += 20*nS", delay=0.3 * ms)
            synapses.connect(i=np.arange(n), j=group.main._indices()[:n] + SYNAPSE * n)
            monitor = SpikeMonitor(group.cells)
            trace = StateMonitor(group, "v", record=group[n - 1])
            Network(source, group, synapses, monitor, trace).run(duration)
            states = np.array([state_of(group[k]) for k in range(n)])
            return states, {k: steps_of(monitor, k) for k in range(n)}, np.array(trace.v)
    finally:
        brian2.prefs.core.default_float_dtype = dtype


def assert_close(found: np.ndarray, expected: np.ndarray, rtol: float) -> None:
    """Compare states relative to the largest magnitude of each variable."""
    scale = np.abs(expected).max(axis=(0, 2), keepdims=True)
    assert np.abs(found - expected).max(axis=(0, 2)) / scale[0, :, 0] == pytest.approx(0, abs=rtol)


@pytest.mark.parametrize("n", [1, 3])
def test_a_group_is_as_many_neurons_of_brian2(n: int) -> None:
    expected, spikes = separate_cells(n, 8 * ms)
    found, seen, trace = grouped_cells(n, 8 * ms, threads=1)
    assert_close(found[:, :5], expected[:, :5], 1e-12)
    # The capacitive current is the difference of two voltages over the time step, here 1 uF/cm^2 over 0.05 ms.
    error = np.abs(found[:, 5] - expected[:, 5]).max()
    assert error < 1e-12 * np.abs(expected[:, 0]).max() * 1e-2 / 5e-5
    assert seen == spikes
    assert all(len(steps) > 0 for steps in spikes.values())
    assert trace.shape == (23, 160)


def test_two_threads_give_the_same_as_one() -> None:
    one = grouped_cells(70, 6 * ms, threads=1)
    two = grouped_cells(70, 6 * ms, threads=2)
    assert np.array_equal(one[0], two[0])
    assert one[1] == two[1]
    assert np.array_equal(one[2], two[2])
    # A cell does not depend on how many there are.
    few = grouped_cells(5, 6 * ms, threads=2)
    assert np.array_equal(few[0], one[0][:5])


def test_single_precision() -> None:
    double, spikes, _ = grouped_cells(3, 4 * ms, threads=1)
    single, seen, _ = grouped_cells(3, 4 * ms, threads=1, precision="float32")
    assert single.dtype == np.float32
    assert_close(single[:, :5], double[:, :5], 2e-4)
    assert not np.array_equal(single, double)
    for k, steps in spikes.items():
        assert np.allclose(seen[k], steps, atol=1)


# ------------------------------------------------------------------------------------------------------- the interface


def passive_group(n: int = 4, **kwds: Any) -> SpatialNeuronGroup:
    group = SpatialNeuronGroup(n, tree(), PASSIVE, method="euler", **kwds)
    group.v = -70 * mV
    return group


def test_elements_are_compartments_of_all_cells() -> None:
    group = passive_group()
    assert (group.n_cells, group.n_compartments, len(group)) == (4, 23, 92)
    assert list(group.cell[:5]) == [0, 1, 2, 3, 0]
    assert list(group.compartment[:5]) == [0, 0, 0, 0, 1]
    group[2].trunk.v = -60 * mV
    assert list(np.flatnonzero(group.v_[:] > -0.065)) == [4 * k + 2 for k in range(2, 17)]
    group[2].trunk.main.v = "-50*mV + 1*mV*i"
    assert np.allclose(group[2].v[1:7] / mV, [-70, -50, -49, -48, -47, -60])
    group[1:3].v = -65 * mV
    assert np.allclose(np.array(group.v / mV).reshape(23, 4), [[-70, -65, -65, -70]] * 23)
    group[-1].v[3] = -1 * mV
    assert group.v_[15] == -0.001


def test_parts_are_taken_as_those_of_a_spatial_neuron() -> None:
    group = passive_group()
    with brian2_on("numpy", {}):
        neuron = SpatialNeuron(tree(), PASSIVE, method="euler")
    for pick in (
        lambda x: x.main,
        lambda x: x.trunk,
        lambda x: x.trunk.on.left,
        lambda x: x.trunk[2:5],
        lambda x: x.trunk[3],
        lambda x: x.axon[20 * um : 60 * um],
        lambda x: x.trunk.main,
    ):
        expected = pick(neuron)._indices()
        part = pick(group)
        assert isinstance(part, CompartmentsOfAllCells)
        assert np.array_equal(part._indices(), np.arange(expected[0] * 4, expected[-1] * 4 + 4))
        one = pick(group[1])
        assert isinstance(one, CellsView)
        assert np.array_equal(one._indices(), expected * 4 + 1)
    assert np.array_equal(
        group[group.morphology.axon[50 * um]].compartment[:],
        neuron[neuron.morphology.axon[50 * um]]._indices().repeat(4),
    )
    assert np.array_equal(group[3].distance_, neuron.distance_)
    assert np.array_equal(group[0].area_, neuron.area_)


def test_capacitances_of_compartments() -> None:
    values = np.linspace(0.5, 1.5, 23) * uF / cm**2
    assert np.array_equal(passive_group(Cm=values)[3].Cm_, np.asarray(values))


def test_the_threshold_applies_to_one_compartment_of_each_cell() -> None:
    morphology = tree()
    with brian2_on("dendrify_gpu", {"threads": 1}):
        group = SpatialNeuronGroup(
            3,
            morphology,
            PASSIVE,
            threshold="v > -45*mV",
            threshold_location=morphology.axon[45 * um],
            method="euler",
        )
        group.v = -70 * mV
        group[0].trunk.on.left.v = 0 * mV
        group[2].axon.v = 0 * mV
        spikes, everywhere = SpikeMonitor(group.cells), SpikeMonitor(group)
        Network(group, spikes, everywhere).run(0.1 * ms)
        assert list(group.cells.compartment) == [19, 19, 19]
        assert list(spikes.i) == [2]
        assert list(everywhere.i) == [19 * 3 + 2]


def test_coordinates_are_those_of_the_morphology() -> None:
    ends = [[0, 30], [0, 20], [0, 10]] * um
    morphology = Cylinder(n=3, diameter=2 * um, x=ends[0], y=ends[1], z=ends[2])
    group = SpatialNeuronGroup(3, morphology, PASSIVE, method="euler")
    with brian2_on("numpy", {}):
        neuron = SpatialNeuron(morphology, PASSIVE, method="euler")
    assert np.array_equal(group[2].y_, neuron.y_)


def test_monitors_and_synapses_of_sections() -> None:
    with brian2_on("dendrify_gpu", {"threads": 2}):
        group = passive_group(3)
        group.g = 1e-4 * siemens / cm**2
        pulses = SpikeGeneratorGroup(1, [0], [1] * ms)
        onto = Synapses(pulses, group.trunk, on_pre="v += 5*mV")
        onto.connect(condition="cell_post == 1")
        by_cell = Synapses(pulses, group, on_pre="v -= 5*mV", delay=0.5 * ms)
        by_cell.connect(i=0, j=group[2].axon)
        whole = StateMonitor(group, "v", record=True)
        of_cell = StateMonitor(group[1].trunk, "v", record=True)
        of_all = StateMonitor(group.axon, "v", record=True)
        Network(group, pulses, onto, by_cell, whole, of_cell, of_all).run(3 * ms)
    values = np.array(whole.v / mV).reshape(23, 3, -1)
    assert np.allclose(of_cell.v / mV, values[2:17, 1])
    assert np.allclose(np.array(of_all.v / mV).reshape(6, 3, -1), values[17:])
    assert np.ptp(values[:, 0]) < 1e-9
    assert values[2:17, 1, 11].min() > -68
    assert values[17:, 2, 16].max() < -72


def test_store_and_restore() -> None:
    with brian2_on("dendrify_gpu", {"threads": 1}):
        group = passive_group(2)
        group.g, group[1].I = 1e-4 * siemens / cm**2, 0.001 * nA
        network = Network(group)
        network.run(2 * ms)
        network.store()
        network.run(3 * ms)
        after = np.array(group.v)
        network.restore()
        network.run(3 * ms)
        assert np.array_equal(after, group.v_[:])
        assert np.ptp(after) > 1e-3


def test_another_device_is_refused() -> None:
    with brian2_on("numpy", {}):
        network = Network(passive_group(name="purkinje"))
        with pytest.raises(Exception, match="purkinje") as raised:
            network.run(1 * ms)
        messages = f"{raised.value}{raised.value.__cause__}"
        assert "runs on the device 'dendrify_gpu' only" in messages


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"N": 0}, ModelError, "at least 1, not 0"),
        ({"N": 2.5}, ModelError, "not 2.5"),
        ({"model": None}, ModelError, "a string or brian2.Equations, not NoneType"),
        ({"morphology": 3}, ModelError, "a brian2.Morphology, not int"),
        ({"threshold_location": 23}, IndexRangeError, "compartments 0 to 22"),
        ({"threshold_location": [1, 2]}, ModelError, "one compartment of each cell"),
    ],
)
def test_arguments_that_are_refused(
    change: dict[str, Any], error: type[Exception], says: str
) -> None:
    arguments = {"N": 2, "morphology": tree(), "model": PASSIVE, "threshold": "v > 0*mV"} | change
    with pytest.raises(error, match=says):
        SpatialNeuronGroup(**arguments)


def test_what_is_not_there_is_refused() -> None:
    group = passive_group()
    with pytest.raises(IndexRangeError, match="there are cells 0 to 3, not 4"):
        group[4]
    with pytest.raises(IndexRangeError, match="no cell in"):
        group[2:2]
    with pytest.raises(IndexRangeError, match=r"Distances belong to a section: .*\.main"):
        group[0 * um : 20 * um]
    with pytest.raises(IndexRangeError, match="compartments 0 to 5, not 6"):
        group.axon[6]
    with pytest.raises(IndexRangeError, match="are lengths"):
        group.axon[0 * ms : 2 * ms]
    with pytest.raises(IndexRangeError, match="by numbers only"):
        group[0].trunk[1:3][0 * um : 2 * um]
    with pytest.raises(IndexRangeError, match="compartments 17 to 22 of the cell, not 2 to 5"):
        group[0].axon[group.morphology.trunk]
    with pytest.raises(AttributeError, match="basal"):
        group.basal  # noqa: B018
    with pytest.raises(AttributeError, match="basal"):
        group[0].basal  # noqa: B018
    with pytest.raises(ModelError, match="Give a threshold_location"):
        group.cells  # noqa: B018
    source = NeuronGroup(1, "x : volt", threshold="x > 1*volt", name="source")
    with pytest.raises(NotImplementedError, match=r"choose the cell in connect\(j=...\)"):
        Synapses(source, group[0], on_pre="v += 1*mV")
