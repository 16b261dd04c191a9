"""Mistakes that were once there: each would be silent, or a message that helps nobody."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import brian2
import numpy as np
import pytest
from brian2.units import mM, ms, mV, nA, nS, pA, pF

import dendrify_gpu as dg
from dendrify_gpu.compartments import (
    CalciumPool,
    Channel,
    CompartmentError,
    ConflictingParametersError,
    GroupArgumentError,
    InvalidNameError,
    IonPool,
    NeuronModel,
    PointNeuronModel,
    Soma,
    UnitsError,
    UnknownNameError,
)
from dendrify_gpu.compartments import Gate as G

PASSIVE = {"cm_abs": 100 * pF, "gl_abs": 5 * nS, "v_rest": -60 * mV}
SPIKE = {
    "g_rise": 20 * nS,
    "g_fall": 9 * nS,
    "duration_rise": 1 * ms,
    "duration_fall": 2 * ms,
    "offset_fall": 0.2 * ms,
    "refractory": 5 * ms,
    "reversal_rise": "E_Na",
    "reversal_fall": "E_K",
}


@pytest.mark.parametrize("method", ["euler", "exponential_euler"])
def test_a_neuron_that_rests_at_the_pole_of_a_rate(method: str) -> None:
    """With decimal numbers sympy once turned exprel back into (exp(x) - 1)/x: not a number at x = 0."""
    alpha = "0.1/ms*(v + 40.0*mV)/mV/(1 - exp(-(v + 40.0*mV)/(10.0*mV)))"
    model = PointNeuronModel(cm_abs=100 * pF, gl_abs=5 * nS, v_rest=-40 * mV)
    gate = G("m", alpha=alpha, beta="1/ms")
    model.add(Channel("X", g_max=0 * nS, reversal=0 * mV, gates=gate))
    assert model.initial_values()["m_X"] == pytest.approx(0.5, rel=1e-12)
    group = model.make_neurongroup(1, method=method)
    brian2.Network(group).run(1 * ms, namespace={})
    net = dg.Network(dt=0.1 * ms, backend="cpu", precision="float64")
    cells = net.population(model, 1, method=method)
    net.run(1 * ms, progress=False)
    for gate_value in (group.m_X[0], cells.m_X[0]):
        assert float(gate_value) == pytest.approx(0.5, rel=1e-9)


def test_a_comment_does_not_swallow_the_next_line() -> None:
    gate = G("m", alpha="1/ms # fast\n+ 2/ms", beta="1/ms")
    channel = Channel("X", gates=gate)
    assert channel.steady_state("m", -60 * mV) == pytest.approx(0.75)


def test_gates_cannot_hide_each_others_parts() -> None:
    gates = [G("m", inf="0.5", tau=1 * ms), G("tau_m", inf="0.5", tau=1 * ms)]
    with pytest.raises(InvalidNameError, match="it is what belongs to the gate 'm'"):
        Channel("X", gates=gates)


@pytest.mark.parametrize("name", ["C", "gL", "EL"])
def test_a_pool_cannot_be_called_like_a_passive_property(name: str) -> None:
    with pytest.raises(InvalidNameError, match="cannot be the name of an ion pool"):
        IonPool(name, tau=1 * ms, resting=1 * mM, gain=1 * mM / ms / nA)


def test_thresholds_of_events_and_units_of_any_kind_can_be_varied() -> None:
    model = PointNeuronModel(**PASSIVE)
    model.dspikes("Na", threshold=-50 * mV, **SPIKE)
    model.add(CalciumPool(tau=80 * ms, resting=1e-4 * mM, gain=1e-6 * mM / ms / nA))
    model.set_spiking("V > top", "V = -60*mV")
    model.add_params({"top": 20 * mV})
    model.vary("Vth_Na", "gain_ca", "top")
    net = dg.Network(dt=0.1 * ms, backend="cpu", precision="float64")
    cells = net.population(model, 2)
    cells.Vth_Na = [-50, 0] * mV
    cells.I_ext = 150 * pA
    trace = net.record(cells, ["V"])
    net.run(30 * ms, progress=False)
    peaks = np.asarray(trace["V"]).max(axis=0)
    assert peaks[0] > -20e-3 > peaks[1]
    assert net.cross_validate(20 * ms).passed()


def test_what_was_computed_from_a_parameter_must_be_varied_with_it() -> None:
    model = PointNeuronModel(**PASSIVE)
    shape = {"t_rise": 1 * ms, "t_decay": 5 * ms, "reversal": 0 * mV}
    model.add(dg.receptors.DualExponential("x", g=1 * nS, **shape))
    model.synapse("AMPA", tag="y", g=1 * nS, t_rise=1 * ms, t_decay=5 * ms, scale_g=True)
    names = {name for name in model.parameters if "t_decay" in name or "decay_y" in name}
    assert len(names) == 2
    for name in names:
        with pytest.raises(ConflictingParametersError, match=f"was computed from {name} and would"):
            model.vary(name)
    model.vary("t_AMPA_decay_y", "g_AMPA_y")


@pytest.mark.parametrize("names", [["gL"], 5])
def test_only_names_can_be_varied(names: Any) -> None:
    with pytest.raises(
        UnknownNameError, match=r"is not the name of a parameter\. Write for example"
    ):
        PointNeuronModel(**PASSIVE).vary(names)


def test_a_refused_change_leaves_the_model_as_it_was() -> None:
    dendrites = [dg.Dendrite(n, cm_abs=30 * pF, gl_abs=1 * nS, v_rest=-60 * mV) for n in "ab"]
    for dendrite, value in zip(dendrites, (60, 70), strict=True):
        spike = {**SPIKE, "reversal_rise": value * mV}
        dendrite.dspikes("Na", threshold=-50 * mV, **spike)
    model = NeuronModel([(*dendrites, 5 * nS)])
    model.vary("E_rise_Na_a")
    model.config_dspikes("Na", reversal_rise=65 * mV)
    assert "E_rise_Na_a :volt (constant)" in model.equations
    assert model.initial_values()["E_rise_Na_a"] == 65 * mV


@pytest.mark.parametrize("value", [np.nan * nS, np.inf * nS, [1, 2] * nS, 1j])
def test_parameters_are_finite_numbers(value: Any) -> None:
    model = PointNeuronModel(**PASSIVE)
    with pytest.raises(UnitsError, match=r"the parameter gL"):
        model.add_params({"gL": value})
    with pytest.raises(UnitsError, match="add_params needs names and values, not None"):
        model.add_params(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("refractory", [-1 * ms, np.nan * ms, True, "", [1, 2] * ms])
def test_refractory_periods_that_are_none(refractory: Any) -> None:
    with pytest.raises((GroupArgumentError, UnitsError), match="refractory = "):
        PointNeuronModel(**PASSIVE).set_spiking("V > -40*mV", refractory=refractory)


def test_a_factor_for_spines_is_checked_where_there_are_none() -> None:
    from brian2.units import cm, uF, um, uS

    size = {"length": 20 * um, "diameter": 20 * um, "cm": 1 * uF / cm**2, "gl": 50 * uS / cm**2}
    with pytest.raises(UnitsError, match="spine_factor = -1 must be larger than zero"):
        NeuronModel(Soma("s", **size), spine_factor=-1)


def test_models_can_be_copied_and_sent_to_other_processes() -> None:
    soma = Soma("soma", **PASSIVE)
    soma.add(dg.channels.K_traub_miles(g_max=10 * nS))
    model = NeuronModel(soma)
    for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert again.equations == model.equations
        again.add_equations("x :1")
        assert again.equations != model.equations
    other = copy.deepcopy(soma)
    other.noise()
    assert other.equations != soma.equations
    channel = dg.channels.K_traub_miles()
    assert copy.deepcopy(channel) == channel


def test_changed_defaults_are_saved_with_the_model(tmp_path: Path) -> None:
    before = dg.default_params()["E_AMPA"]
    model = PointNeuronModel(**PASSIVE)
    model.synapse("AMPA", tag="x", g=1 * nS, t_decay=2 * ms)
    try:
        dg.update_default_params({"E_AMPA": 10 * mV})
        model.save(tmp_path / "cell.json")
    finally:
        dg.update_default_params({"E_AMPA": before})
    assert PointNeuronModel.load(tmp_path / "cell.json").parameters["E_AMPA"] == 10 * mV
    model.save(tmp_path / "other.json")
    assert "defaults" not in (tmp_path / "other.json").read_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"ms": 2.0}', '{"SI": 3}'),
        ('{"ms": 2.0}', '{"names": 3}'),
        ('"is": "AMPA"', '"is": []'),
        ('"compartment": ""', '"compartment": "soma"'),
    ],
)
def test_spoilt_files_are_refused_in_words(old: str, new: str, tmp_path: Path) -> None:
    model = PointNeuronModel(**PASSIVE)
    model.synapse("AMPA", tag="x", g=1 * nS, t_decay=2 * ms)
    path = tmp_path / "cell.json"
    model.save(path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(CompartmentError, match=r"cell\.json"):
        PointNeuronModel.load(path)
