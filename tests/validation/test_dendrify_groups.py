"""Dendrify's groups, point neurons, errors and whole scripts, here and there: what they do in Brian2."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import brian2
import dendrify
import numpy as np
import pytest
from brian2 import defaultclock
from brian2.units import Hz, ms, mV, nA, nS, pA, pF, um
from brian2.units.fundamentalunits import get_dimensions
from dendrify_pair import (
    ABSOLUTE,
    AXIAL,
    EDITS,
    GEOMETRY,
    PACKAGES,
    assert_same_result,
    quiet_packages,
    ready,
    squeezed,
    tree,
)

import dendrify_gpu


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with quiet_packages():
        yield


# --------------------------------------------------------------------- groups in Brian2


GROUPS: dict[str, Callable[[Any], Any]] = {
    "only the number": lambda m: m.make_neurongroup(2),
    "by position": lambda m: m.make_neurongroup(
        2, "euler", "V_soma > -40*mV", "V_soma = 40*mV", "V_soma = -55*mV", 0.8 * ms, 4 * ms
    ),
    "by keyword": lambda m: m.make_neurongroup(
        N=2,
        method="euler",
        threshold="V_soma > -40*mV",
        reset="V_soma = -55*mV",
        refractory="V_soma > -50*mV",
    ),
    "without starting values": lambda m: m.make_neurongroup(2, init_rest=False),
    "without events": lambda m: m.make_neurongroup(2, init_events=False),
    "another method": lambda m: m.make_neurongroup(2, method="rk2"),
    "arguments of Brian2": lambda m: m.make_neurongroup(
        2, threshold="V_soma > -40*mV", reset="V_soma = -55*mV", name="cells_of_mine", order=3
    ),
}


@pytest.mark.parametrize("way", GROUPS)
def test_groups_do_the_same(way: str) -> None:
    runs = []
    for package in PACKAGES:
        brian2.start_scope()
        made = GROUPS[way](ready(package))
        group, *rest = made if isinstance(made, tuple) else (made,)
        assert isinstance(group, brian2.NeuronGroup)
        assert all(isinstance(item, brian2.Synapses) for item in rest)
        variables = ["V_soma", "V_trunk", "V_tuft", "gate_Na_trunk", "I_soma"]
        traces = brian2.StateMonitor(group, variables, record=True)
        network = brian2.Network(group, *rest, traces)
        network.run(5 * ms, namespace={})
        group.I_ext_soma = [100, 500] * pA
        group.I_ext_trunk = 400 * pA
        network.run(40 * ms, namespace={})
        runs.append({name: np.asarray(getattr(traces, name)) for name in variables} | {"n": rest})
    theirs, mine = runs
    assert len(mine.pop("n")) == len(theirs.pop("n")) == (way == "by position")
    for name, trace in theirs.items():
        largest = np.abs(trace).max()
        np.testing.assert_allclose(mine[name], trace, rtol=0, atol=1e-12 * largest, err_msg=name)
    assert np.ptp(theirs["V_trunk"]) > 0.02
    assert theirs["gate_Na_trunk"].max() == (way != "without events")


def test_parameters_can_be_overruled_by_equations_of_the_user() -> None:
    def make(lib: Any) -> Any:
        model = ready(lib)
        model.add_equations("gL_soma :siemens")
        group = model.make_neurongroup(3)
        group.gL_soma = [2, 4, 8] * nS
        group.I_ext_soma = 20 * pA
        brian2.Network(group).run(20 * ms, namespace={})
        return np.asarray(group.V_soma)

    # Theirs warns that the namespace has a constant of the variable's name.
    brian2.BrianLogger.suppress_name("resolution_conflict")
    theirs, mine = (make(package) for package in PACKAGES)
    assert len(set(theirs)) == 3
    np.testing.assert_allclose(mine, theirs, rtol=1e-12)


# ------------------------------------------------------------------------- point neurons

POINT_PARAMETERS = {
    "leakyIF": {},
    "adaptiveIF": {"tauw": 100 * ms, "a": 2 * nS},
    "cadIF": {"tauA": 50 * ms, "gAmax": 0.1 * nS, "EA": -65 * mV},
    "adex": {"tauw": 100 * ms, "a": 2 * nS, "Vth": -50 * mV, "DeltaT": 2 * mV},
    "passive": {},
}
SIZED = {**GEOMETRY, "v_rest": -65 * mV}


def point(lib: Any, model: str, given: Mapping[str, Any]) -> Any:
    neuron = lib.PointNeuronModel(model, **given)
    neuron.synapse("AMPA", "x", 1 * nS, t_decay=2 * ms)
    neuron.synapse("NMDA", tag="y", g=1 * nS, t_rise=2 * ms, t_decay=60 * ms, scale_g=True)
    neuron.add_params(POINT_PARAMETERS[model])
    neuron.add_equations("I_sum = I_AMPA_x + I_NMDA_y :amp")
    return neuron


@pytest.mark.parametrize("model", POINT_PARAMETERS)
@pytest.mark.parametrize("given", [ABSOLUTE, SIZED, {"length": 10 * um, "diameter": 10 * um}])
def test_point_neurons(model: str, given: dict[str, Any]) -> None:
    mine, theirs = assert_same_result(lambda lib: point(lib, model, given))
    assert mine.dimensionless == theirs.dimensionless
    if len(given) == 5:
        for quantity in ("area", "capacitance", "g_leakage"):
            a, b = getattr(mine, quantity), getattr(theirs, quantity)
            assert float(a) == pytest.approx(float(b), rel=1e-12), quantity


def test_a_point_neuron_by_position_and_its_noise() -> None:
    def make(lib: Any) -> Any:
        neuron = lib.PointNeuronModel("leakyIF", *GEOMETRY.values(), None, None, -65 * mV)
        neuron.noise(5 * ms, 20 * pA, 1 * pA)
        return neuron

    assert_same_result(make)


@pytest.mark.parametrize("model", POINT_PARAMETERS)
@pytest.mark.parametrize("method", [None, "euler"])
def test_groups_of_point_neurons(model: str, method: str | None) -> None:
    """Without a method Brian2 chooses one, the same for both."""
    runs = []
    for package in PACKAGES:
        brian2.start_scope()
        chosen = {} if method is None else {"method": method}
        group = point(package, model, ABSOLUTE).make_neurongroup(
            N=3, threshold="V > -45*mV", reset="V = -60*mV", refractory=2 * ms, **chosen
        )
        assert isinstance(group, brian2.NeuronGroup)
        group.I_ext = [0, 0.1, 0.2] * nA
        spikes = brian2.SpikeMonitor(group)
        traces = brian2.StateMonitor(group, "V", record=True)
        brian2.Network(group, spikes, traces).run(60 * ms, namespace={})
        runs.append((np.asarray(spikes.t), np.asarray(traces.V), group.state_updater.abstract_code))
    (their_t, their_v, their_update), (my_t, my_v, my_update) = runs
    assert len(their_t) > 0
    assert np.array_equal(my_t, their_t)
    np.testing.assert_allclose(my_v, their_v, rtol=0, atol=1e-14)
    assert their_update
    assert squeezed(my_update) == squeezed(their_update)


# ------------------------------------------------------------------- errors and warnings


def _dend(lib: Any) -> Any:
    return lib.Dendrite("dend", **ABSOLUTE)


def _twice(command: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def call(lib: Any) -> None:
        thing = _dend(lib)
        command(thing)
        command(thing)

    return call


REFUSED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "receptor twice": ("DuplicateEquationsError", _twice(EDITS["synapse that decays"])),
    "dendritic spike twice": ("DuplicateEquationsError", _twice(EDITS["dendritic spike"])),
    "noise twice": ("DuplicateEquationsError", _twice(EDITS["noise"])),
    "size and absolute values": (
        "DimensionlessCompartmentError",
        lambda lib: lib.Soma("s", length=1 * um, **ABSOLUTE),
    ),
    "size and absolute values of a point": (
        "DimensionlessCompartmentError",
        lambda lib: lib.PointNeuronModel(length=1 * um, **ABSOLUTE),
    ),
    "half cylinders without size": (
        "DimensionlessCompartmentError",
        lambda lib: lib.Soma("soma", **ABSOLUTE).connect(_dend(lib)),
    ),
    "capacitance per area without size": (
        "DimensionlessCompartmentError",
        lambda lib: lib.NeuronModel(
            [(lib.Soma("soma", **ABSOLUTE), _dend(lib), 1 * nS)], cm=GEOMETRY["cm"]
        ),
    ),
    "with and without size": (
        "DimensionlessCompartmentError",
        lambda lib: lib.NeuronModel([(lib.Soma("s", **GEOMETRY, **AXIAL), _dend(lib), 1 * nS)]),
    ),
    "a number as coupling": (
        "ValueError",
        lambda lib: lib.Soma("soma", **ABSOLUTE).connect(_dend(lib), g=3),
    ),
    "one name for two": ("ValueError", lambda lib: _dend(lib).connect(_dend(lib), 1 * nS)),
    "second reset without width": (
        "ValueError",
        lambda lib: ready(lib).make_neurongroup(
            1, threshold="V_soma > 0*mV", reset="V_soma = 0*mV", second_reset="V_soma = 0*mV"
        ),
    ),
    "width without second reset": (
        "ValueError",
        lambda lib: ready(lib).make_neurongroup(
            1, threshold="V_soma > 0*mV", reset="V_soma = 0*mV", spike_width=1 * ms
        ),
    ),
    "unknown reversal potential": (
        "ValueError",
        lambda lib: _dend(lib).dspikes("Na", reversal_rise="E_nothing"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_dendrify_refuses_is_refused_with_an_error_of_that_name(case: str) -> None:
    name, command = REFUSED[case]
    for package in PACKAGES:
        with pytest.raises(Exception) as caught:
            command(package)
        assert name in [kind.__name__ for kind in type(caught.value).__mro__]


LOGGED: dict[str, Callable[[Any], Any]] = {
    "membrane": lambda lib: lib.Soma("s", model="nothing"),
    "membrane of a point": lambda lib: lib.PointNeuronModel("nothing"),
    "text to replace": lambda lib: _dend(lib).replace_equations("nothing", "something"),
    "coupling": lambda lib: tree(lib, "nothing"),
    "cylinder": lambda lib: tree(lib, "cylinder_nothing"),
    "dendritic spike": lambda lib: tree(lib).config_dspikes("Ca", threshold=-40 * mV),
    "decay": lambda lib: _dend(lib).synapse("AMPA", "x", g=1 * nS, t_rise=1 * ms),
}


@pytest.mark.parametrize("case", LOGGED)
def test_what_dendrify_only_logs_is_an_error_here(case: str) -> None:
    """The deliberate differences, as docs/differences.md lists them."""
    LOGGED[case](dendrify)
    with pytest.raises(dendrify_gpu.CompartmentError):
        LOGGED[case](dendrify_gpu)


# ---------------------------------------------------------------------------- playground


def test_the_playground_takes_the_same_settings() -> None:
    for package in PACKAGES:
        playground = package.Playground()
        assert playground.set_model_params({"C": 100 * pF, "gL": 4 * nS}) is None
        assert playground.set_slider_params({"current": [0, 300, 150, 5, pA]}) is None
        for command in (playground.set_model_params, playground.set_slider_params):
            with pytest.raises(KeyError, match="nothing"):
                command({"nothing": 1 * pF})


def test_the_playground_opens_with_the_same_sliders_and_traces() -> None:
    mine = dendrify_gpu.Playground()
    for name, (lowest, highest, initial, step, unit) in dendrify.Playground.SLIDER_PARAMS.items():
        slider = mine.slider_params[name]
        assert slider[:3] == [lowest, highest, initial], name
        assert np.array_equal(slider[3], step)
        assert get_dimensions(slider[4]) is get_dimensions(unit)
        assert float(slider[4]) == float(unit)
    assert dict(mine.model_params) == dict(dendrify.Playground.MODEL_PARAMS)
    assert mine.run(timeit=False) is None
    assert mine.panel is not None
    shown = np.asarray(mine.panel.voltage_axes.lines[0].get_ydata())
    np.testing.assert_allclose(shown, _their_playground(), rtol=0, atol=1e-9)


def _their_playground() -> np.ndarray:
    """The published experiment of the playground in Brian2, in mV, from its public tables."""
    there = dendrify.Playground
    namespace = {name: entry[2] * entry[4] for name, entry in there.SLIDER_PARAMS.items()}
    namespace |= there.MODEL_PARAMS
    group = brian2.NeuronGroup(
        1, there.EQUATIONS, method="euler", events=there.EVENT, namespace=namespace
    )
    group.run_on_event("dspike", "spiketime = t; check = 1")
    group.V = namespace["EL"]
    trace = brian2.StateMonitor(group, "V", record=True)
    network = brian2.Network(group, trace)
    before, during, after = there.SIMULATION_PARAMS.values()
    network.run(before, namespace={})
    group.I_ext = namespace["current"]
    network.run(during, namespace={})
    group.I_ext = 0 * pA
    network.run(after, namespace={})
    return np.asarray(trace.V[0]) * 1e3


# -------------------------------------------------------------------------- whole scripts

SCRIPT = """
import brian2 as b
from brian2.units import Hz, ms, mV, nS, pA, pF
from {package} import Dendrite, NeuronModel, PointNeuronModel, Soma, default_params
from {package} import library, update_default_params

b.start_scope()
b.seed(11)
update_default_params({{'E_GABA': -75*mV}})
soma = Soma('soma', model='adaptiveIF', cm_abs=200*pF, gl_abs=10*nS)
dend = Dendrite('dend', cm_abs=50*pF, gl_abs=2.5*nS)
dend.synapse('AMPA', tag='x', g=3*nS, t_decay=2*ms)
dend.synapse('NMDA', tag='x', g=3*nS, t_rise=5*ms, t_decay=60*ms, scale_g=True)
soma.synapse('GABA', tag='y', g=2*nS, t_decay=8*ms)
dend.dspikes('Na', g_rise=30*nS, g_fall=14*nS)
dend.noise(mean=0*pA, sigma=20*pA, tau=5*ms)
model = NeuronModel([(soma, dend, 15*nS)], v_rest=-60*mV)
model.config_dspikes('Na', threshold=-35*mV, duration_rise=1.2*ms, duration_fall=2.4*ms,
                     offset_fall=0.2*ms, refractory=5*ms, reversal_rise='E_Na',
                     reversal_fall='E_K')
model.add_params({{'tauw_soma': 100*ms, 'a_soma': 1*nS, 'b_w': 40*pA}})
cells, again = model.make_neurongroup(20, threshold='V_soma > -40*mV',
                                      reset='V_soma = 40*mV; w_soma += b_w',
                                      second_reset='V_soma = -50*mV', spike_width=0.8*ms,
                                      refractory=4*ms)
inhibitor = PointNeuronModel(model='leakyIF', cm_abs=100*pF, gl_abs=10*nS, v_rest=-65*mV)
inhibitor.synapse('AMPA', tag='z', g=4*nS, t_decay=3*ms)
others = inhibitor.make_neurongroup(5, threshold='V > -50*mV', reset='V = -65*mV', method='euler')
inputs = b.PoissonGroup(40, rates=30*Hz)
excite = b.Synapses(inputs, cells, on_pre='s_AMPA_x_dend += 1; s_NMDA_x_dend += 1')
excite.connect(p=0.2)
recruit = b.Synapses(cells, others, on_pre='s_AMPA_z += 1', delay=1*ms)
recruit.connect(p=0.5)
inhibit = b.Synapses(others, cells, on_pre='s_GABA_y_soma += 1', delay=0.5*ms)
inhibit.connect(p=0.5)
traces = b.StateMonitor(cells, ['V_soma', 'V_dend', 'w_soma', 'I_noise_dend'], record=True)
spikes, inhibitory = b.SpikeMonitor(cells), b.SpikeMonitor(others)
dendritic = b.EventMonitor(cells, 'spike_Na_dend')
b.run(200*ms)
text = str(model)
known = default_params()['E_GABA'], len(library)
"""


def test_a_script_runs_after_a_change_of_its_import() -> None:
    results = []
    for package in ("dendrify", "dendrify_gpu"):
        names: dict[str, Any] = {"__name__": "script"}
        exec(compile(SCRIPT.format(package=package), package, "exec"), names)
        results.append(names)
    theirs, mine = results
    for monitor in ("spikes", "inhibitory", "dendritic"):
        assert len(theirs[monitor].t) > 10, monitor
        assert np.array_equal(mine[monitor].i, theirs[monitor].i), monitor
        assert np.array_equal(mine[monitor].t, theirs[monitor].t), monitor
    for variable in theirs["traces"].record_variables:
        a, b = (np.asarray(getattr(names["traces"], variable)) for names in (mine, theirs))
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12 * np.abs(b).max(), err_msg=variable)
    assert mine["known"][0] == theirs["known"][0] == -75 * mV
    assert mine["known"][1] >= theirs["known"][1]
    assert "EQUATIONS" in mine["text"]
    assert float(defaultclock.dt / ms) == 0.1
    assert Hz is brian2.Hz
