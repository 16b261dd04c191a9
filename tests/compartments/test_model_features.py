"""What belongs to a model: how it spikes, what differs between neurons, its own membranes."""

from __future__ import annotations

import itertools

import brian2
import numpy as np
import pytest
from brian2.units import ms, mV, nS, pA, pF, siemens

import dendrify_gpu as dg
from dendrify_gpu.compartments import (
    Dendrite,
    DuplicateEquationsError,
    EquationTextError,
    GroupArgumentError,
    MissingParameterError,
    NeuronModel,
    PointNeuronModel,
    Soma,
    UnitsError,
    UnknownNameError,
)

PASSIVE = {"cm_abs": 200 * pF, "gl_abs": 10 * nS, "v_rest": -60 * mV}


def two_compartments() -> NeuronModel:
    dend = Dendrite("dend", cm_abs=50 * pF, gl_abs=2.5 * nS, v_rest=-60 * mV)
    dend.synapse("AMPA", tag="x", g=1 * nS, t_decay=2 * ms)
    return NeuronModel([(Soma("soma", **PASSIVE), dend, 15 * nS)])


def test_a_varied_parameter_starts_with_its_value_and_differs_between_neurons() -> None:
    model = two_compartments()
    model.vary("gL_soma", "g_AMPA_x_dend")
    group = model.make_neurongroup(3)
    assert np.all(group.gL_soma == 10 * nS)
    assert np.all(group.g_AMPA_x_dend == 1 * nS)
    group.gL_soma = [5, 10, 20] * nS
    group.I_ext_soma = 50 * pA
    brian2.Network(group).run(800 * ms, namespace={})
    steady = np.asarray(group.V_soma)

    net = dg.Network(dt=0.1 * ms, backend="cpu", precision="float64")
    cells = net.population(model, 3)
    cells.gL_soma = [5, 10, 20] * nS
    cells.I_ext_soma = 50 * pA
    net.run(800 * ms, progress=False)
    assert np.asarray(cells.V_soma) == pytest.approx(steady, abs=1e-12)
    # Ohm's law for the two compartments in parallel, joined by 15 nS
    leak = np.array([5, 10, 20]) * 1e-9
    total = leak + 1 / (1 / 2.5e-9 + 1 / 15e-9)
    assert steady == pytest.approx(-60e-3 + 50e-12 / total, rel=1e-6)


def test_a_varied_parameter_takes_a_distribution() -> None:
    model = two_compartments()
    model.vary("gL_soma")
    net = dg.Network(dt=0.1 * ms, backend="cpu", seed=3)
    cells = net.population(model, 500)
    cells.gL_soma = dg.normal(10 * nS, 1 * nS)
    values = np.asarray(cells.gL_soma)
    assert values.std() == pytest.approx(1e-9, rel=0.15)
    assert net.cross_validate(5 * ms).passed()


def test_a_duration_in_steps_can_be_varied() -> None:
    model = PointNeuronModel(**PASSIVE)
    times = {"duration_rise": 1 * ms, "duration_fall": 2 * ms, "refractory": 5 * ms}
    model.dspikes(
        "Na",
        threshold=-55 * mV,
        g_rise=30 * nS,
        g_fall=10 * nS,
        offset_fall=0 * ms,
        reversal_rise="E_Na",
        reversal_fall="E_K",
        **times,
    )
    model.vary("duration_rise_Na")
    assert model.equations.splitlines()[-1] == "duration_rise_Na :1 (constant)"
    assert model.initial_values(0.05 * ms)["duration_rise_Na"] == 20


@pytest.mark.parametrize(
    ("names", "error", "message"),
    [
        (["gL_som"], UnknownNameError, "no parameter 'gL_som' to vary. Did you mean 'gL_soma'"),
        (["E_GABA"], UnknownNameError, "its equations have no parameter 'E_GABA' to vary"),
        (["V_soma"], UnknownNameError, "no parameter 'V_soma' to vary"),
        (["gL_soma", "gL_soma"], DuplicateEquationsError, "'gL_soma' is defined more than once"),
    ],
)
def test_what_cannot_be_varied(names: list[str], error: type[Exception], message: str) -> None:
    model = two_compartments()
    before = model.equations
    with pytest.raises(error, match=message):
        model.vary(*names)
    assert model.equations == before


def test_a_timed_array_cannot_be_varied() -> None:
    model = two_compartments()
    model.add_equations("drive = stimulus(t) :amp")
    model.add_params({"stimulus": brian2.TimedArray([0, 1] * pA, dt=1 * ms)})
    with pytest.raises(UnitsError, match=r"the parameter stimulus = .* is not one number"):
        model.vary("stimulus")


def test_spiking_belongs_to_the_model_and_can_be_overridden() -> None:
    model = two_compartments()
    model.set_spiking("V_soma > -50*mV", "V_soma = -55*mV", refractory=5 * ms)
    assert model.spiking.given.keys() == {"threshold", "reset", "refractory"}
    counts = []
    for overrides in ({}, {"refractory": 30 * ms}, {"reset": "V_soma = -90*mV"}):
        group = model.make_neurongroup(1, **overrides)
        group.I_ext_soma = 300 * pA
        spikes = brian2.SpikeMonitor(group)
        brian2.Network(group, spikes).run(100 * ms, namespace={})
        net = dg.Network(dt=0.1 * ms, backend="cpu", precision="float64")
        cells = net.population(model, 1, **overrides)
        cells.I_ext_soma = 300 * pA
        recorded = net.record_spikes(cells)
        net.run(100 * ms, progress=False)
        assert np.array_equal(np.rint(spikes.t / (0.1 * ms)), recorded.steps)
        counts.append(len(recorded))
    assert counts[0] > counts[1] > 2
    assert counts[0] > counts[2] > 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"threshold": 5}, "threshold = 5 is not text"),
        ({"threshold": "V > 1*mV", "refractory": 5 * mV}, "refractory = .* is neither a time nor"),
        ({"threshold": " "}, "threshold = ' ' is not text"),
        ({"reset": "V = 0*mV"}, "a reset is given without a threshold"),
        ({"threshold": "V > 1*mV", "second_reset": "V = 0*mV"}, "second_reset is given alone"),
    ],
)
def test_rules_that_make_no_sense(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(GroupArgumentError, match=message):
        two_compartments().set_spiking(**arguments)  # type: ignore[arg-type]


def test_unknown_names_of_the_rule_are_found_when_a_group_is_made() -> None:
    model = two_compartments()
    model.set_spiking("V_soma > Vthresh")
    with pytest.raises(MissingParameterError, match="Vthresh: add_params"):
        model.make_neurongroup(1)


def test_dendritic_spikes_on_a_soma() -> None:
    soma = Soma("soma", **PASSIVE)
    soma.dspikes(
        "Na",
        threshold=-50 * mV,
        g_rise=50 * nS,
        g_fall=25 * nS,
        duration_rise=1 * ms,
        duration_fall=2 * ms,
        offset_fall=0.2 * ms,
        refractory=5 * ms,
        reversal_rise="E_Na",
        reversal_fall="E_K",
    )
    net = dg.Network(dt=0.1 * ms, backend="cpu", precision="float64")
    cells = net.population(NeuronModel(soma), 2)
    cells.I_ext_soma = [50, 200] * pA
    trace = net.record(cells, ["V_soma"])
    net.run(50 * ms, progress=False)
    peaks = np.asarray(trace["V_soma"]).max(axis=0)
    assert peaks[0] < -50e-3
    assert peaks[1] > -30e-3
    assert net.cross_validate(50 * ms).passed()


def test_a_membrane_of_the_users_own() -> None:
    """A quadratic integrate-and-fire membrane, in the suffixed and in the literal form."""
    suffixed = "dV{0}/dt = (k{0}*(V{0}-EL{0})*(V{0}-Vt{0}) + I{0}) / C{0} :volt"
    literal = "dV_s/dt = (k_s*(V_s-EL_s)*(V_s-Vt_s) + I_s) / C_s :volt"
    values = {"k_s": 1 * nS / mV, "Vt_s": -40 * mV}
    models = []
    for text in (suffixed, literal):
        soma = Soma("s", text, cm_abs=100 * pF, v_rest=-60 * mV)
        soma.synapse("AMPA", tag="x", g=1 * nS, t_decay=2 * ms)
        soma.add_params(values)
        models.append(NeuronModel(soma))
    assert models[0].equations == models[1].equations
    assert "I_s = I_ext_s + I_AMPA_x_s  :amp" in models[0].equations
    point = PointNeuronModel(suffixed, cm_abs=100 * pF, v_rest=-60 * mV)
    point.add_params({"k": 1 * nS / mV, "Vt": -40 * mV})
    group = point.make_neurongroup(1, method="euler")
    group.V = -50 * mV
    step = group.clock.dt
    brian2.Network(group).run(step, namespace={})
    # k (V-EL)(V-Vt) = 1 nS/mV * 10 mV * -10 mV = -100 pA, for 0.1 ms into 100 pF
    assert group.V[0] / mV == pytest.approx(-50.1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dU{0}/dt = -U{0}/(5*ms) :volt", "define no 'V_s'. They define: U_s"),
        ("dV{0}/dt = -V{0}/(5*ms)", "the equations cannot be read"),
    ],
)
def test_a_membrane_that_is_none(text: str, message: str) -> None:
    with pytest.raises(EquationTextError, match=message):
        Soma("s", text)


def test_the_leak_that_a_membrane_uses_is_still_asked_for() -> None:
    soma = Soma("s", "dV{0}/dt = (gL{0}*(EL{0}-V{0}) + I{0})/C{0} :volt", cm_abs=100 * pF)
    with pytest.raises(MissingParameterError, match="'s' lacks gl_abs"):
        NeuronModel(soma)


def test_cadex_adapts_by_a_conductance() -> None:
    """Gorski et al. 2021, against the steady state of its adaptation at a held voltage."""
    point = PointNeuronModel("cadex", **PASSIVE)
    point.add_params(
        {
            "Vth": -50 * mV,
            "DeltaT": 2 * mV,
            "gAmax": 10 * nS,
            "tauA": 20 * ms,
            "EA": -70 * mV,
            "VA": -55 * mV,
            "DeltaA": 5 * mV,
        }
    )
    point.set_spiking("V > -30*mV", "V = -60*mV; gA += 1*nS", refractory=5 * ms)
    net = dg.Network(dt=0.1 * ms, backend="cpu", precision="float64")
    cells = net.population(point, 3)
    cells.I_ext = [0, 100, 600] * pA
    spikes = net.record_spikes(cells)
    net.run(400 * ms, progress=False)
    v, g = np.asarray(cells.V)[0], np.asarray(cells.gA)[0]
    assert g == pytest.approx(10e-9 / (1 + np.exp((-55e-3 - v) / 5e-3)), rel=1e-6)
    leak, start = 10e-9 * (-60e-3 - v), 10e-9 * 2e-3 * np.exp((v + 50e-3) / 2e-3)
    assert leak + start - g * (v + 70e-3) == pytest.approx(0, abs=1e-15)
    intervals = np.diff(np.sort(spikes.steps[spikes.i == 2]))
    assert len(intervals) > 5
    assert intervals[-1] > intervals[0]
    assert net.cross_validate(100 * ms).passed()
    gAmax = point.parameters["gAmax"]
    assert gAmax / siemens == pytest.approx(10e-9)


@pytest.mark.parametrize("temperature", [-300, 200, 36 * mV, "warm"])
def test_temperatures(temperature: object) -> None:
    for make in (lambda **k: NeuronModel(Soma("s", **PASSIVE), **k), PointNeuronModel):
        with pytest.raises(UnitsError, match=r"temperature = .*temperature=36"):
            make(temperature=temperature)


def test_messages_about_large_neurons_stay_readable() -> None:
    names = [f"d{k}" for k in range(40)]
    dendrites = [Dendrite(n, cm_abs=30 * pF, gl_abs=1 * nS, v_rest=-60 * mV) for n in names]
    for dendrite in dendrites:
        dendrite.synapse("AMPA", tag="x")
    model = NeuronModel([(a, b, 5 * nS) for a, b in itertools.pairwise(dendrites)])
    with pytest.raises(MissingParameterError, match="and 60 more: ") as reason:
        model.check()
    text = str(reason.value)
    assert text.startswith("NeuronModel(d0, d1, d2,")
    assert "d11, ... 40 compartments): 80 name(s)" in text
    assert len(text.splitlines()) == 23
