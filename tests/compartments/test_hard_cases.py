"""Combinations that users make and that single features' tests do not: everything at once, and odd input."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from brian2 import NeuronGroup
from brian2.units import (
    Hz,
    Quantity,
    amp,
    cm,
    farad,
    mM,
    mS,
    ms,
    mV,
    nA,
    nmolar,
    nS,
    ohm,
    pA,
    pF,
    second,
    uF,
    um,
    uS,
)
from brian2.units.fundamentalunits import get_dimensions

import dendrify_gpu as dg
from dendrify_gpu import channels as published
from dendrify_gpu import receptors
from dendrify_gpu.compartments import (
    CalciumPool,
    Channel,
    Compartment,
    CompartmentError,
    ConflictingParametersError,
    DecayingSpike,
    Dendrite,
    DuplicateEquationsError,
    EquationTextError,
    Gate,
    IonPool,
    MissingParameterError,
    NeuronModel,
    PointNeuronModel,
    Soma,
    UnitsError,
    UnknownNameError,
)
from dendrify_gpu.compartments.quantities import same_value

GEOMETRY: dict[str, Any] = {
    "length": 30 * um,
    "diameter": 20 * um,
    "cm": 1 * uF / cm**2,
    "gl": 50 * uS / cm**2,
    "v_rest": -65 * mV,
}
ABSOLUTE: dict[str, Any] = {"cm_abs": 200 * pF, "gl_abs": 10 * nS, "v_rest": -65 * mV}
BOX: dict[str, Any] = {
    "threshold": -35 * mV,
    "g_rise": 20 * nS,
    "g_fall": 10 * nS,
    "duration_rise": 1.2 * ms,
    "duration_fall": 2 * ms,
    "offset_fall": 0.2 * ms,
    "refractory": 5 * ms,
    "reversal_rise": "E_Na",
    "reversal_fall": "E_K",
}
LEAK = Channel("L", g_max=1 * nS, reversal=-70 * mV)
POOL: dict[str, Any] = {"tau": 10 * ms, "resting": 100 * nmolar}


def fill(where: Compartment | PointNeuronModel) -> None:
    """Add one mechanism of every kind that both engines run."""
    plastic = receptors.TsodyksMarkram(0.5, 200 * ms, 50 * ms)
    rising: dict[str, Any] = {"g": 1 * nS, "t_rise": 1 * ms, "t_decay": 5 * ms}
    for thing in (
        published.Na_hh(),
        published.K_hh(),
        published.CaL_poirazi(g_max=1 * mS / cm**2),
        published.pool_poirazi(),
        published.SK_hay(g_max=1 * mS / cm**2),
        receptors.AMPA("x", **rising, scale_g=True, plasticity=plastic),
        receptors.AMPA("y", g=1 * nS, t_decay=5 * ms, reversal="E_GABA"),
        receptors.NMDA("x", **rising, plasticity=plastic),
        receptors.GABA_B("x", g=1 * nS, scale_g=True),
        receptors.Alpha("x", g=1 * nS, t_peak=2 * ms, reversal="E_AMPA", plasticity=plastic),
        receptors.DualExponential("x", **rising, reversal=-3 * mV),
        receptors.CurrentBased("x", amplitude=-3 * pA, t_decay=5 * ms, t_rise=2 * ms),
        receptors.Custom(
            "x",
            name="kainate",
            equations="I = g*(E - v)*s*k :amp\nds/dt = -s/tau :1\ndk/dt = (1 - k)/tau :1",
            parameters={"g": 1 * nS, "tau": 5 * ms, "E": "E_AMPA"},
            initial={"k": 0.5},
            plasticity=plastic,
        ),
        DecayingSpike(
            "Ca",
            threshold=-30 * mV,
            g_rise=5 * nS,
            g_fall=3 * nS,
            tau_rise=1 * ms,
            tau_fall=2 * ms,
            offset_fall=0.5 * ms,
            refractory=10 * ms,
            reversal_rise=100 * mV,
            reversal_fall="E_K",
        ),
    ):
        where.add(thing)
    where.dspikes("Na", **BOX)


def full_cell() -> NeuronModel:
    soma, dend = Soma("so_ma", **GEOMETRY), Dendrite("a_b", **GEOMETRY)
    fill(soma)
    soma.connect(dend, 15 * nS)
    dend.synapse("NMDA", tag="in_1", g=1 * nS, t_rise=1 * ms, t_decay=50 * ms)
    model = NeuronModel([soma, dend], temperature=20)
    model.set_spiking("V_so_ma > -20*mV", "V_so_ma = 0*mV", "V_so_ma = -70*mV", 0.5 * ms, 3 * ms)
    return model


def full_point() -> PointNeuronModel:
    model = PointNeuronModel("leakyIF", **GEOMETRY)
    fill(model)
    return model


# ------------------------------------------------------------------------------ everything at once


@pytest.mark.parametrize("make", [full_cell, full_point])
def test_a_model_with_everything_survives_a_file(make: Any, tmp_path: Path) -> None:
    model = make()
    soma = "_so_ma" if make is full_cell else ""
    model.vary(f"gL{soma}", f"g_max_Na_hh{soma}", f"w_AMPA_x{soma}")
    model.add_equations("dzz/dt = -zz/(5*ms) :1")
    model.replace_equations("zz", "qq")
    model.add_params({f"tau_ca{soma}": 33 * ms, "mine": np.float32(2.5), "many": np.int64(3)})
    model.save(tmp_path / "cell.json")
    again = type(model).load(tmp_path / "cell.json")
    assert again.equations == model.equations
    assert (again.events, again.event_actions) == (model.events, model.event_actions)
    assert again.spiking.given.keys() == model.spiking.given.keys()
    for mine, theirs in (
        (model.parameters, again.parameters),
        (model.initial_values(), again.initial_values()),
    ):
        assert mine.keys() == theirs.keys()
        assert [name for name in mine if not same_value(mine[name], theirs[name])] == []
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == (tmp_path / "cell.json").read_text()


@pytest.mark.parametrize("method", ["euler", "exponential_euler"])
def test_a_point_neuron_with_everything_agrees_in_both_engines(method: str) -> None:
    model = full_point()
    varied = ["gL", "C", "g_max_Na_hh", "tau_ca", "E_Na", "g_AMPA_x", "w_AMPA_x", "RT_zF_ca"]
    varied += ["Mg_con", "tau_rec_NMDA_x", "duration_rise_Na", "phi_K_hh", "K1_GABA_B_x"]
    model.vary(*varied)
    parameters = model.parameters
    net = dg.Network(dt=0.01 * ms, seed=3, backend="cpu")
    cells = net.population(model, 2, method=method)
    for name in varied:
        setattr(cells, name, np.array([1, 1.2]) * Quantity(parameters[name]))
    inputs = net.poisson(10, rate=300 * Hz)
    net.connect(inputs, cells, "AMPA_x", probability=0.7, weight=5.0)
    net.connect(inputs, cells, "alpha_x", probability=0.7)
    net.connect(inputs, cells, "kainate_x", probability=0.7, weight=2.0)
    report = net.cross_validate(4 * ms)
    assert report.agrees, str(report)


@pytest.mark.parametrize("dt", [0.1, 0.07, 0.33])
def test_events_and_second_resets_keep_their_order_whatever_the_step(dt: float) -> None:
    soma, dend = (
        Soma("soma", **ABSOLUTE),
        Dendrite("d", cm_abs=50 * pF, gl_abs=2 * nS, v_rest=-65 * mV),
    )
    dend.dspikes("Na", **BOX | {"threshold": -40 * mV})
    plastic = receptors.TsodyksMarkram(0.5, 100 * ms)
    dend.add(receptors.AMPA("x", g=10 * nS, t_decay=3 * ms, plasticity=plastic))
    model = NeuronModel([(soma, dend, 15 * nS)])
    model.set_spiking("V_soma > -45*mV", "V_soma = 40*mV", "V_soma = -55*mV", 0.5 * ms, 4 * ms)
    net = dg.Network(dt=dt * ms, seed=2, backend="cpu")
    cells = net.population(model, 3)
    inputs = net.poisson(30, rate=60 * Hz)
    net.connect(inputs, cells, "AMPA_x_d", probability=0.5, delay=1 * ms)
    net.connect(cells, cells, "AMPA_x_d", probability=0.9, delay=1.5 * ms)
    cells.I_ext_soma = np.array([100, 300, 500]) * pA
    report = net.cross_validate(50 * ms)
    assert report.agrees, str(report)


def test_every_parameter_can_be_overridden_at_both_levels_in_its_own_units_only() -> None:
    soma = Soma("soma", **GEOMETRY)
    fill(soma)
    soma.noise()
    model = NeuronModel(soma)
    before = model.parameters
    for name, value in before.items():
        changed = value * 1.5 + Quantity(1e-3, dim=get_dimensions(value))
        for owner in (soma, model):
            with pytest.raises(UnitsError, match=rf"\b{name} = "):
                owner.add_params({name: 3 * amp * second**5})
            owner.add_params({name: changed})
    for values in (soma.parameters, model.parameters, NeuronModel(soma).parameters):
        assert [name for name in before if same_value(values[name], before[name])] == []


def test_the_models_factors_and_temperature_reach_densities_and_pools() -> None:
    channel = Channel(
        "L",
        g_max=1 * mS / cm**2,
        reversal="nernst",
        ion="ca",
        q10=3,
        temperature=26,
        gates=[Gate("m", alpha="1/ms", beta="1/ms")],
    )
    soma = Soma("soma", length=30 * um, diameter=20 * um, scale_factor=7)
    dend = Dendrite("d", length=100 * um, diameter=2 * um, spine_factor=9)
    for compartment in (soma, dend):
        compartment.add(channel)
        compartment.add(CalciumPool(**POOL, depth=0.1 * um))
    parameters = NeuronModel(
        [(soma, dend)],
        cm=1 * uF / cm**2,
        gl=50 * uS / cm**2,
        r_axial=150 * ohm * cm,
        v_rest=-65 * mV,
        scale_factor=2,
        spine_factor=3,
        temperature=36,
    ).parameters
    areas = {"soma": np.pi * 600 * 2, "d": np.pi * 200 * 6}
    for name, area in areas.items():
        assert float(parameters[f"g_max_L_{name}"]) == pytest.approx(area * 1e-12 * 10)
        gain = 1 / (2 * 96485.33212 * area * 1e-12 * 0.1e-6)
        assert float(parameters[f"gain_ca_{name}"]) == pytest.approx(gain)
        assert parameters[f"phi_L_{name}"] == pytest.approx(3.0)
        thermal = 8.31446261815324 * 309.15 / (2 * 96485.33212)
        assert float(parameters[f"RT_zF_ca_{name}"]) == pytest.approx(thermal)


# ------------------------------------------------------------------------------------ start values


def test_gates_start_at_the_steady_state_of_overridden_parameters_and_voltages() -> None:
    gate = Gate("m", inf="1/(1 + exp(-(v - vh)/(5*mV)))", tau=1 * ms)
    soma = Soma("soma", **ABSOLUTE)
    soma.add(Channel("X", g_max=1 * nS, reversal=0 * mV, parameters={"vh": -40 * mV}, gates=[gate]))
    soma.add(CalciumPool(**POOL, gain=1 * mM / ms / nA))
    model = NeuronModel(soma)
    model.add_params({"vh_X_soma": -65 * mV, "ca_rest_soma": 0.3 * mM})
    expected = {
        "V_soma": -65 * mV,
        "m_X_soma": 0.5,
        "ca_soma": 0.3 * mM,
    }
    cells = dg.Network(backend="cpu").population(model, 1)
    group = model.make_neurongroup(1)
    assert isinstance(group, NeuronGroup)
    for name, value in expected.items():
        assert float(model.initial_values()[name]) == pytest.approx(float(value))
        assert float(np.asarray(getattr(cells, name))[0]) == pytest.approx(float(value))
        assert float(np.asarray(getattr(group, name)[:])[0]) == pytest.approx(float(value))
    at_zero = model.make_neurongroup(1, init_rest=False, init_events=False)
    assert at_zero.V_soma[0] == 0 * mV
    assert at_zero.m_X_soma[0] == pytest.approx(1 / (1 + np.exp(-13)))


def test_varied_durations_start_with_the_steps_of_the_run() -> None:
    soma = Soma("soma", **ABSOLUTE)
    soma.dspikes("Na", **BOX)
    model = NeuronModel(soma)
    model.vary("duration_rise_Na_soma")
    cells = dg.Network(dt=0.025 * ms, backend="cpu").population(model, 1)
    group = model.make_neurongroup(1, dt=0.025 * ms)
    assert cells.duration_rise_Na_soma[0] == group.duration_rise_Na_soma[0] == 48


# ------------------------------------------------------------------------------------ name clashes


@pytest.mark.parametrize(
    ("things", "error", "name"),
    [
        ([LEAK.with_(name="ext")], DuplicateEquationsError, "I_ext_soma"),
        ([LEAK.with_(name="noise"), "noise"], DuplicateEquationsError, "I_noise_soma"),
        ([LEAK.with_(name="rise_Na"), "dspikes"], DuplicateEquationsError, "I_rise_Na_soma"),
        ([LEAK.with_(name="AMPA_x"), "synapse"], DuplicateEquationsError, "I_AMPA_x_soma"),
        ([LEAK, LEAK.with_(name="max_L")], ConflictingParametersError, "g_max_L_soma"),
        ([LEAK, LEAK], DuplicateEquationsError, "channel 'L'"),
        (
            [IonPool("V", **POOL, gain=1 * mM / ms / nA)],
            DuplicateEquationsError,
            "V_soma",
        ),
    ],
)
def test_two_meanings_of_one_name_are_refused(
    things: list[Any], error: type[CompartmentError], name: str
) -> None:
    soma = Soma("soma", **ABSOLUTE)
    with pytest.raises(error, match=re.escape(name)):
        for thing in things:
            if thing == "noise":
                soma.noise()
            elif thing == "dspikes":
                soma.dspikes("Na", **BOX)
            elif thing == "synapse":
                soma.synapse("AMPA", "x", g=1 * nS, t_decay=1 * ms)
            else:
                soma.add(thing)
        NeuronModel(soma)


def test_channels_spikes_and_receptors_may_share_a_label() -> None:
    soma = Soma("soma", **ABSOLUTE)
    soma.add(LEAK.with_(name="Na"))
    soma.dspikes("Na", **BOX)
    soma.add(LEAK.with_(name="AMPA"))
    soma.synapse("AMPA", "x", g=1 * nS, t_decay=1 * ms)
    soma.add(LEAK.with_(name="soma"))
    model = NeuronModel(soma)
    model.check()
    assert model.parameters["E_Na_soma"] == -70 * mV
    assert model.parameters["E_Na"] == 70 * mV
    assert model.parameters["E_AMPA"] == 0 * mV


def test_a_parameter_called_like_a_pool_is_not_the_pool() -> None:
    soma = Soma("soma", **ABSOLUTE)
    gate = Gate("m", inf="ca/(ca + 1*mM)")
    soma.add(Channel("X", g_max=1 * nS, reversal=0 * mV, parameters={"ca": 1 * mM}, gates=[gate]))
    soma.add(Channel("Y", g_max=1 * nS, reversal=0 * mV, gates=[Gate("ca", inf="ca/(ca + 1*mM)")]))
    soma.add(CalciumPool(**POOL, gain=1 * mM / ms / nA))
    equations = NeuronModel(soma).equations
    assert "inf_m_X_soma = ca_X_soma/(ca_X_soma + 1*mM)" in equations
    assert "inf_ca_Y_soma = ca_soma/(ca_soma + 1*mM)" in equations


# ------------------------------------------------------------------------------- edits of the text


def test_edits_of_channels_and_pools_survive_what_is_added_afterwards(tmp_path: Path) -> None:
    soma = Soma("soma", **ABSOLUTE)
    soma.add(LEAK.with_(name="CaL", ion="ca"))
    soma.add(CalciumPool(**POOL, gain=1 * mM / ms / nA))
    soma.replace_equations("I_ca_soma = I_CaL_soma", "I_ca_soma = 0.5*I_CaL_soma")
    soma.replace_equations("(E_CaL_soma-V_soma)", "(E_CaL_soma-V_soma)*2")
    soma.add(LEAK.with_(name="CaT", ion="ca"))
    soma.synapse("AMPA", "x", g=1 * nS, t_decay=1 * ms)
    model = NeuronModel(soma)
    model.replace_equations("I_CaT_soma", "I_T")
    model.vary("gL_soma")
    lines = model.equations.splitlines()
    assert "I_ca_soma = 0.5*I_CaL_soma + I_T  :amp" in lines
    assert "I_CaL_soma = g_CaL_soma * (E_CaL_soma-V_soma)*2  :amp" in lines
    assert "I_soma = I_ext_soma + I_AMPA_x_soma + I_T + I_CaL_soma  :amp" in lines
    model.save(tmp_path / "cell.json")
    assert NeuronModel.load(tmp_path / "cell.json").equations == model.equations
    model.make_neurongroup(1)


def test_what_a_channel_lacks_is_named_by_both_engines() -> None:
    soma = Soma("soma", **ABSOLUTE)
    soma.add(published.Na_hh(g_max=None))
    soma.add(Channel("SK", g_max=1 * nS, reversal="E_K", gates=[Gate("q", inf="ca/(ca + 1*mM)")]))
    model = NeuronModel(soma)
    for run in (
        lambda: model.make_neurongroup(1),
        lambda: dg.Network(backend="cpu").population(model, 1),
    ):
        with pytest.raises(MissingParameterError) as raised:
            run()
        assert "g_max_Na_hh_soma" in str(raised.value)
        assert "add(CalciumPool(" in str(raised.value)


# ------------------------------------------------------------------------------------------- poles

#: Ways to write rates whose quotient has a limit where it cannot be computed, with the potential in mV.
REMOVABLE = {
    "(v+40*mV)/(1-exp(-(v+40*mV)/(10*mV)))/mV/ms": -40,
    "0.1*(v/mV+40.0)/(1-exp(-(v/mV+40.0)/10.0))/ms": -40,
    "-0.1*(v/mV+40)/(exp(-0.1*(v/mV+40))-1)/ms": -40,
    "0.1/ms*(v/mV+40)/(1-exp(-4-0.1*v/mV))": -40,
    "0.1/ms*(v/mV+40)/(1-exp(-4)*exp(-0.1*v/mV))": -40,
    "(4+v/(10*mV))/(1-exp(-v/(10*mV)-4))/ms": -40,
    "1/((1-exp(-(v+40*mV)/(10*mV)))/(0.1*(v+40*mV)/mV))/ms": -40,
    "0.1/ms*((v+40*mV)/mV)*(1/(1-exp(-(v+40*mV)/(10*mV))))": -40,
    "0.1/ms*(v+40*mV)/mV*(1-exp(-(v+40*mV)/(10*mV)))**-1": -40,
    "1/ms/exprel(-(v+40*mV)/(10*mV))": -40,
    "0.1/ms*(v+40*mV)/mV/-expm1(-(v+40*mV)/(10*mV))": -40,
    "0.05/ms*(v+40*mV)/mV*exp((v+40*mV)/(20*mV))/sinh((v+40*mV)/(20*mV))": -40,
    "0.1*(-40-v/mV)/(exp((-40-v/mV)/10)-1.0)*1e3*Hz": -40,
    "0.32*(13.1-(v/mV+63))/(exp((13.1-(v/mV+63))/4)-1)/ms": -49.9,
    "0.28*((v/mV+63)-40.1)/(exp(((v/mV+63)-40.1)/5)-1)/ms": -22.9,
    "15.69*(-1*v/mV+81.5)/(exp((-1*v/mV+81.5)/10)-1)/ms": 81.5,
    "0.1/ms*(v/mV+40)*exp((v/mV+40)/10)/(exp((v/mV+40)/10)-1)": -40,
    "((v+40*mV)/mV)**2/(1-exp(-(v+40*mV)/(10*mV)))**2/ms": -40,
    "(v/mV+40)/(10-10*exp(-(v/mV+40)/10))/ms": -40,
    "(v/mV+40)/(10*ms*(1-exp(-(v/mV+40)/10)))": -40,
    "(v/mV+40)/10/(1-1/exp((v/mV+40)/10))/ms": -40,
    "(v/mV+40)/10/(1-exp(-(v/mV+40)/20)**2)/ms": -40,
    "(1-exp(-(v+40*mV)/(10*mV)))/(v+40*mV)*mV/ms": -40,
    "abs(v/mV+40)/(1-exp(-abs(v/mV+40)/10))/ms": -40,
    "0.1/ms*(v+40*mV)/mV/(1-exp(-(v+40*mV)/(1*mV)))*int(v<0*mV) + int(v>=0*mV)/ms": -40,
    "6.0e-3*(v/mV+41)/(1-exp(-(v/mV+41)/9.6))/ms": -41,
    "1.6e-4*(-48.4-v/mV)/(exp(0.1*(-48.4-v/mV))-1)/ms": -48.4,
    "(0.055/ms*(27*mV+v)/mV)/(1 - exp(-(27*mV+v)/(3.8*mV)))": -27,
}


def _exact(text: str, v: float) -> float:
    """Evaluate a rate in eighty digits; at the pole by its limit."""
    exact = mpmath.mpf
    scope: dict[str, Any] = {
        "Hz": 1,
        "abs": abs,
        "exact": exact,
        "exp": mpmath.exp,
        "expm1": mpmath.expm1,
        "exprel": lambda x: mpmath.expm1(x) / x,
        "int": lambda condition: exact(bool(condition)),
        "mV": exact("1e-3"),
        "ms": exact("1e-3"),
        "sinh": mpmath.sinh,
    }
    number = re.compile(r"(?<![\w.*])(\d+\.?\d*(?:e-?\d+)?)")
    code = number.sub(r"exact('\1')", text)
    with mpmath.workdps(80):
        try:
            return float(eval(code, scope | {"v": exact(v)}))
        except ZeroDivisionError:
            return float(eval(code, scope | {"v": exact(v) + exact("1e-40")}))


@pytest.mark.parametrize("text", REMOVABLE)
def test_a_rate_has_all_its_digits_at_and_around_its_removable_pole(text: str) -> None:
    channel = Channel("X", gates=[Gate("m", alpha=text, beta="1/ms")])
    alpha = channel.kinetics[0].expressions["alpha"]
    pole = REMOVABLE[text] * 1e-3
    for distance in (0, 1e-16, -1e-13, 1e-10, 1e-8, -1e-6, 1e-4, -1e-2, 0.05):
        v = pole + distance
        assert float(alpha({"v": v})) == pytest.approx(_exact(text, v), rel=1e-12), distance


@pytest.mark.parametrize(("precision", "digits"), [("float64", 1e-12), ("float32", 5e-6)])
def test_rates_have_their_limit_in_the_compiled_kernel_too(precision: str, digits: float) -> None:
    texts = [text for text, pole in REMOVABLE.items() if pole == -40]
    cell = PointNeuronModel(cm_abs=1e6 * farad, gl_abs=0 * nS, v_rest=-40 * mV)
    gates = [Gate(f"m{n}", alpha=text, beta="1/ms") for n, text in enumerate(texts)]
    cell.add(Channel("X", g_max=0 * nS, reversal=0 * mV, gates=gates))
    volts = [-40, np.nextafter(-40, 0), -40 + 1e-9, -40 - 1e-6, -40.001, -39.9, -150, -100, -5, 40]
    net = dg.Network(dt=0.01 * ms, precision=precision, backend="cpu")
    cells = net.population(cell, len(volts))
    cells.V = np.array(volts) * mV
    names = [f"alpha_m{n}_X" for n in range(len(texts))]
    traces = net.record(cells, names)
    net.run(0.01 * ms)
    # What a single-precision voltage holds is what its rate is compared at.
    kind = np.dtype(precision)
    held = [float(kind.type(v * 1e-3)) for v in volts]
    for name, text in zip(names, texts, strict=True):
        found = np.asarray(getattr(traces, name)).reshape(-1, len(volts))[0]
        assert found == pytest.approx([_exact(text, v) for v in held], rel=digits, abs=1e-6), text


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("v", UnitsError, "must be a number without units"),
        ("v/mV", UnitsError, "the steady state is -150 at v = -150 mV"),
        ("2", UnitsError, "the steady state is 2 at every voltage"),
        ("v > 0*mV", EquationTextError, "Write int(v > 0*mV)"),
        ("1 if v > 0*mV else 0", EquationTextError, "comparisons inside int()"),
        ("v.real", EquationTextError, "'v.real'"),
        ("__import__('os')", EquationTextError, "cannot be read"),
        ("rand()", UnknownNameError, "'rand'"),
        ("exp(v)", UnitsError, "exp"),
        ("exp()", EquationTextError, "needs 1"),
        ("sqrt(v/mV)", EquationTextError, "no finite value at v = -150 mV"),
        ("0/0", EquationTextError, "divides by 0"),
        ("inf", EquationTextError, "no finite value"),
        ("t/second", UnknownNameError, "'t'"),
        ("1/(1 + exp(v/mv))", UnitsError, "Did you mean 'mV'"),
        ("1/(1 + exp((v + v_half)/mV))", UnitsError, "Taken for concentrations"),
        ("V_soma/mV", UnitsError, "Taken for concentrations of ion pools (mM): V_soma"),
    ],
)
def test_an_expression_that_cannot_work_is_refused_when_given(
    text: str, error: type[CompartmentError], says: str
) -> None:
    with pytest.raises(error) as raised:
        Channel("X", gates=[Gate("m", inf=text)])
    assert says in str(raised.value)
    assert "channel 'X'" in str(raised.value)
