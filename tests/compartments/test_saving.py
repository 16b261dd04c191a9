"""Models in files: readable, and equal after the round trip."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import brian2
import numpy as np
import pytest
from brian2.units import cm, mM, mS, ms, mV, nA, nS, ohm, pA, pF, uF, um, uS

from dendrify_gpu import models
from dendrify_gpu.compartments import (
    CalciumPool,
    Channel,
    CompartmentError,
    DecayingSpike,
    Dendrite,
    Gate,
    NeuronModel,
    PointNeuronModel,
    Soma,
)
from dendrify_gpu.compartments.quantities import same_value

CHANNEL = Channel(
    "K",
    g_max=3 * mS / cm**2,
    reversal="E_K",
    gates=[Gate("n", 4, inf="1/(1 + exp(-(v - v_half)/(9*mV)))", tau="2*ms")],
    parameters={"v_half": -35.1 * mV},
    q10=3,
    temperature=22,
    ion="k",
)
CALCIUM = Channel(
    "Ca",
    g_max=0.3 * mS / cm**2,
    reversal=120 * mV,
    ion="ca",
    gates=[Gate("m", 2, inf="0.25", tau=1 * ms)],
)


def everything() -> NeuronModel:
    """A model that holds every kind of thing."""
    soma = Soma("soma", "adaptiveIF", length=25 * um, diameter=25 * um)
    dend = Dendrite("a_dend", length=97.3 * um, diameter=1.7 * um, spine_factor=1.5)
    for place in (soma, dend):
        place.add(CHANNEL)
        place.synapse("AMPA", tag="x", g=1 / 3 * nS, t_decay=2 * ms)
    dend.add(CALCIUM)
    dend.add(CalciumPool(tau=80 * ms, resting=1e-4 * mM, depth=0.1 * um))
    dend.synapse("NMDA", tag="x", g=1 * nS, t_rise=2 * ms, t_decay=60 * ms, scale_g=True)
    dend.noise(tau=10 * ms, sigma=3 * pA)
    times = {"offset_fall": 0.2 * ms, "refractory": 5 * ms}
    others = {"g_rise": 20 * nS, "g_fall": 9 * nS, "reversal_rise": "E_Na", "reversal_fall": "E_K"}
    dend.dspikes(
        "Na", threshold=-40 * mV, duration_rise=1 * ms, duration_fall=2 * ms, **times, **others
    )
    dend.add(
        DecayingSpike("Ca", threshold=-35 * mV, tau_rise=1 * ms, tau_fall=2 * ms, **times, **others)
    )
    soma.add_params({"tauw_soma": 100 * ms, "a_soma": 2 * nS})
    dend.add_equations("trace = V_a_dend/mV :1")
    model = NeuronModel(
        [(soma, dend, "half_cylinders")],
        cm=1 * uF / cm**2,
        gl=40 * uS / cm**2,
        r_axial=150 * ohm * cm,
        v_rest=-65 * mV,
        temperature=34,
    )
    model.replace_equations("trace", "in_mV")
    model.add_params({"b": 1e-300 * pA, "count": 3})
    model.vary("gL_soma")
    model.set_spiking(
        "V_soma > -40*mV", "V_soma = -48*mV", "V_soma = -60*mV", 0.5 * ms, refractory=0.6 * ms
    )
    return model


def point() -> PointNeuronModel:
    model = PointNeuronModel(
        "dV{0}/dt = (gL{0}*(EL{0}-V{0}) + I{0})/C{0} :volt",
        cm_abs=200 * pF,
        gl_abs=10 * nS,
        v_rest=0 * mV,
    )
    model.synapse("GABA", tag="y", g=0 * nS, t_decay=10 * ms)
    return model


@pytest.mark.parametrize("make", [everything, point, models.ca1_pyramidal])
def test_a_model_is_equal_after_the_round_trip(
    make: Callable[[], NeuronModel | PointNeuronModel], tmp_path: Path
) -> None:
    model = make()
    path = tmp_path / "cell.json"
    model.save(path)
    again = type(model).load(path)
    assert again.equations == model.equations
    assert again.events == model.events
    assert again.event_actions == model.event_actions
    assert set(again.parameters_at(0.05 * ms)) == set(model.parameters_at(0.05 * ms))
    for name, value in model.parameters_at(0.05 * ms).items():
        assert same_value(again.parameters_at(0.05 * ms)[name], value), name
    starting = again.initial_values()
    assert all(same_value(starting[name], value) for name, value in model.initial_values().items())
    assert all(
        same_value(again.spiking.given[name], value) for name, value in model.spiking.given.items()
    )
    assert str(again) == str(model)
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == path.read_text()


def test_what_could_be_taken_for_a_quantity(tmp_path: Path) -> None:
    model = point()
    model.add(
        CHANNEL.with_(g_max=1 * nS, gates=(Gate("n", inf="A", tau=1 * ms),), parameters={"A": 0.5})
    )
    gain = 3.7 * mM / ms / nA
    model.add(CalciumPool(tau=80 * ms, resting=1e-4 * mM, gain=gain, sources={"K": 0.5}))
    model.save(tmp_path / "cell.json")
    again = PointNeuronModel.load(tmp_path / "cell.json")
    assert again.parameters["A_K"] == 0.5
    assert again.parameters["ca_fraction_K"] == 0.5
    assert same_value(again.parameters["gain_ca"], gain)


def test_a_loaded_model_can_be_changed_and_run(tmp_path: Path) -> None:
    path = tmp_path / "cell.json"
    everything().save(path)
    results = []
    for model in (everything(), NeuronModel.load(path)):
        model.config_dspikes("Na", threshold=-45 * mV)
        group, again = model.make_neurongroup(1)
        group.I_ext_soma = 30 * pA
        monitor = brian2.StateMonitor(group, ["V_soma", "ca_a_dend"], record=True)
        brian2.seed(4)
        brian2.Network(group, again, monitor).run(20 * ms, namespace={})
        results.append(np.concatenate([monitor.V_soma[0], monitor.ca_a_dend[0]]))
    assert np.array_equal(results[0], results[1])
    assert results[0].std() > 0


def test_the_file_reads_well(tmp_path: Path) -> None:
    path = tmp_path / "cell.json"
    point().save(path)
    text = path.read_text()
    assert '"cm_abs": {"pF": 200.0}' in text
    assert '"v_rest": {"mV": 0.0}' in text
    assert '"model": {"is": "GABA", "tag": "y", "g": {"nS": 0.0}, "t_decay": {"ms": 10.0}}' in text
    everything().save(path)
    assert '"cm": {"uF/cm2": 1.0}' in path.read_text()
    assert '"gl": {"uS/cm2": 40.0}' in path.read_text()
    model = point()
    model.add_params({"density": 0.05 * mS / cm**2})
    model.save(path)
    assert '"density": {"mS/cm2": 0.05}' in path.read_text()
    assert max(map(len, text.splitlines())) < 160


def edited(**changes: tuple[str, str]) -> str:
    folder = changes.pop("folder")
    path = Path(str(folder)) / "cell.json"
    everything().save(path)
    text = path.read_text()
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("dendrify_gpu neuron model, version 1", "something", "its format is 'something', not"),
        ('"is": "DSpike"', '"is": "DSpik"', "there is no class 'DSpik'. Did you mean 'DSpike'"),
        ('"refractory"', '"refractori"', "no field 'refractori'. Did you mean 'refractory'"),
        ('"adaptiveIF"', '"adptiveIF"', "no membrane 'adptiveIF'. Did you mean 'adaptiveIF'"),
        ('{"pA": 3.0}', '{"mV": 3.0}', "sigma_noise_a_dend = 3. mV must be a current"),
        ('{"pA": 3.0}', '{"pA": "much"}', "'much' is not a number"),
        ('"is": "AMPA"', '"is": "AMPB"', "there is no class 'AMPB'. Did you mean 'AMPA'"),
        ('["gL_soma"]', '["gL_soma", "nothing"]', "nothing"),
        ("{", "", "this is not JSON"),
    ],
)
def test_a_file_that_was_spoilt(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = edited(folder=tmp_path, change=(old, new))
    with pytest.raises(CompartmentError, match=r"cell\.json") as reason:
        NeuronModel.load(path)
    assert message in str(reason.value)


def test_the_wrong_class_or_no_file(tmp_path: Path) -> None:
    path = tmp_path / "cell.json"
    point().save(path)
    with pytest.raises(
        CompartmentError, match=r"holds a PointNeuronModel. Use PointNeuronModel.load"
    ):
        NeuronModel.load(path)
    with pytest.raises(CompartmentError, match=r"absent\.json' cannot be read"):
        NeuronModel.load(tmp_path / "absent.json")
    path.write_text(json.dumps({"format": json.loads(path.read_text())["format"]}))
    with pytest.raises(CompartmentError, match="there is no model in it"):
        NeuronModel.load(path)


def test_what_has_no_text_is_refused(tmp_path: Path) -> None:
    model = point()
    model.add_params({"stimulus": brian2.TimedArray([0, 1] * pA, dt=1 * ms)})
    with pytest.raises(CompartmentError, match=r"stimulus: .* cannot be written to a file"):
        model.save(tmp_path / "cell.json")
    assert not list(tmp_path.iterdir())
