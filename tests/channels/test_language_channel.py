"""Channels: their text in a compartment, what they need, printing, copies, and what is refused."""

from __future__ import annotations

import json
import math
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from brian2.units import cm, mS, ms, mV, nS, pF, siemens, uF, um, umolar
from language_checks import message

from dendrify_gpu.compartments import (
    Channel,
    CompartmentError,
    ConflictingParametersError,
    Dendrite,
    DimensionlessCompartmentError,
    DuplicateEquationsError,
    EquationTextError,
    Gate,
    InvalidNameError,
    MissingParameterError,
    NeuronModel,
    PointNeuronModel,
    Soma,
    UnitsError,
    UnknownNameError,
)
from dendrify_gpu.compartments.saving import from_json, to_json

CYLINDER = {
    "length": 100 * um,
    "diameter": 2 * um,
    "cm": 1 * uF / cm**2,
    "gl": 40e-6 * siemens / cm**2,
}
M = Gate("m", 3, alpha="1/ms", beta="exp(-(v - v_half)/(18*mV))/ms")
H = Gate("h", inf="1/(1 + exp((v + 62*mV)/(6*mV)))", tau=2 * ms)
NAT = Channel(
    "NaT",
    g_max=30 * nS,
    reversal="E_Na",
    gates=[M, H],
    parameters={"v_half": -40 * mV},
    ion="na",
    q10=3,
    temperature=24,
    reference="A paper (2001)",
    description="Transient sodium channel",
)


def soma(**changes: Any) -> Soma:
    return Soma("soma", **{"cm_abs": 200 * pF, "gl_abs": 10 * nS, "v_rest": -65 * mV, **changes})


def with_channels(*channels: Any, compartment: Any = None) -> Any:
    where = soma() if compartment is None else compartment
    for channel in channels:
        where.add(channel)
    return where


def lines_of(compartment: Any) -> list[str]:
    return compartment.equations.splitlines()


def test_text_in_a_compartment() -> None:
    lines = lines_of(with_channels(NAT))
    assert lines[1] == "I_soma = I_ext_soma + I_NaT_soma  :amp"
    assert lines[3:] == [
        "I_NaT_soma = g_NaT_soma * (E_Na-V_soma)  :amp",
        "g_NaT_soma = g_max_NaT_soma * m_NaT_soma**3 * h_NaT_soma  :siemens",
        "dm_NaT_soma/dt = phi_NaT_soma * (alpha_m_NaT_soma*(1-m_NaT_soma) - "
        "beta_m_NaT_soma*m_NaT_soma)  :1",
        "alpha_m_NaT_soma = 1/ms  :Hz",
        "beta_m_NaT_soma = exp(-(V_soma - v_half_NaT_soma)/(18*mV))/ms  :Hz",
        "dh_NaT_soma/dt = phi_NaT_soma * (inf_h_NaT_soma - h_NaT_soma) / tau_h_NaT_soma  :1",
        "inf_h_NaT_soma = 1/(1 + exp((V_soma + 62*mV)/(6*mV)))  :1",
    ]


def test_text_in_a_point_neuron() -> None:
    neuron = PointNeuronModel(cm_abs=200 * pF, gl_abs=10 * nS, v_rest=-65 * mV)
    neuron.add(NAT.with_(q10=None))
    lines = neuron.equations.splitlines()
    assert lines[1] == "I = I_ext + I_NaT  :amp"
    assert "I_NaT = g_NaT * (E_Na-V)  :amp" in lines
    assert "dm_NaT/dt = alpha_m_NaT*(1-m_NaT) - beta_m_NaT*m_NaT  :1" in lines
    assert "beta_m_NaT = exp(-(V - v_half_NaT)/(18*mV))/ms  :Hz" in lines
    assert neuron.parameters["g_max_NaT"] == 30 * nS
    neuron.check()


def test_instantaneous_gates_powers_and_leaks() -> None:
    gates = [Gate("m", inf="1/(1 + exp(-v/(5*mV)))"), Gate("s", 1.5, inf=0.5)]
    lines = lines_of(with_channels(Channel("NaP", g_max=1 * nS, reversal=55 * mV, gates=gates)))
    assert lines[3:] == [
        "I_NaP_soma = g_NaP_soma * (E_NaP_soma-V_soma)  :amp",
        "g_NaP_soma = g_max_NaP_soma * m_NaP_soma * s_NaP_soma**1.5  :siemens",
        "m_NaP_soma = inf_m_NaP_soma  :1",
        "inf_m_NaP_soma = 1/(1 + exp(-V_soma/(5*mV)))  :1",
        "s_NaP_soma = inf_s_NaP_soma  :1",
    ]
    leak = with_channels(Channel("leak", g_max=1 * nS, reversal="E_K"))
    assert lines_of(leak)[4] == "g_leak_soma = g_max_leak_soma  :siemens"


def test_driving_forces() -> None:
    ghk = Channel(
        "CaL",
        driving_force="-v*(1 - ca/ca_o*exp(2*v/RT_F))/(1 - exp(2*v/RT_F))*1.0",
        parameters={"ca_o": 2000 * umolar},
        temperature=34,
    )
    lines = lines_of(with_channels(ghk))
    assert lines[3] == (
        "I_CaL_soma = g_CaL_soma * (0.5 * RT_F_CaL_soma * (1 - ca_soma / ca_o_CaL_soma * "
        "exp(2 * V_soma / RT_F_CaL_soma)) / exprel(2 * V_soma / RT_F_CaL_soma))  :amp"
    )
    assert ghk.concentrations == ("ca",)
    other = Channel("X", reversal="E_K", driving_force="10*mV*sinh((E - v)/(10*mV))")
    assert "(10*mV*sinh((E_K - V_soma)/(10*mV)))" in lines_of(with_channels(other))[3]


def test_parameters() -> None:
    model = NeuronModel(with_channels(NAT))
    expected = {
        "g_max_NaT_soma": 30 * nS,
        "v_half_NaT_soma": -40 * mV,
        "tau_h_NaT_soma": 2 * ms,
        "phi_NaT_soma": 1.0,
    }
    own = {name: value for name, value in model.parameters.items() if "NaT" in name}
    assert own == expected
    assert not any(value is None for value in model.parameters.values())


def test_a_density_is_multiplied_with_the_area() -> None:
    compartment = with_channels(
        NAT.with_(g_max=10 * mS / cm**2), compartment=Dendrite("d", **CYLINDER)
    )
    area = math.pi * 100e-6 * 2e-6
    assert float(compartment.parameters["g_max_NaT_d"]) == pytest.approx(100 * area, rel=1e-14)


def test_the_area_may_come_later() -> None:
    bare = Soma("soma", length=100 * um, v_rest=-65 * mV)
    bare.add(NAT.with_(g_max=10 * mS / cm**2))
    assert "g_max_NaT_soma" not in bare.parameters


def test_the_models_temperature_scales_rates() -> None:
    def factors(channel: Channel, temperature: float | None) -> dict[str, float]:
        model = NeuronModel(with_channels(channel), temperature=temperature)
        return {k: float(v) for k, v in model.parameters.items() if k.startswith("phi")}

    assert factors(NAT, 34) == pytest.approx({"phi_NaT_soma": 3.0})
    assert factors(NAT, None) == {"phi_NaT_soma": 1.0}
    several = NAT.with_(gates=[M, Gate("h", inf=H.inf, tau=H.tau, q10=2)])
    assert factors(several, 34) == pytest.approx({"phi_m_NaT_soma": 3.0, "phi_h_NaT_soma": 2.0})
    # An instantaneous gate has no factor, and does not make the others' names longer.
    assert factors(NAT.with_(gates=[M, Gate("h", inf=0.5)]), 14) == pytest.approx(
        {"phi_NaT_soma": 1 / 3}
    )


def test_gates_start_at_their_steady_state() -> None:
    model = NeuronModel(with_channels(NAT))
    starting = model.initial_values()
    beta = math.exp(25 / 18)
    assert starting["m_NaT_soma"] == pytest.approx(1 / (1 + beta), rel=1e-14)
    assert starting["h_NaT_soma"] == pytest.approx(1 / (1 + math.exp(-3 / 6)), rel=1e-14)
    # A parameter that was replaced counts.
    model.add_params({"v_half_NaT_soma": -65 * mV})
    assert model.initial_values()["m_NaT_soma"] == pytest.approx(0.5, rel=1e-15)
    group = model.make_neurongroup(3)
    assert np.asarray(group.m_NaT_soma) == pytest.approx([0.5] * 3)


def test_what_is_missing_is_reported_with_a_remedy() -> None:
    gate = Gate("q", inf="ca/(ca + cl)")
    sk = Channel("SK", gates=[gate])
    cal = Channel("CaL", g_max=1 * nS, reversal="nernst", ion="ca")
    model = NeuronModel(with_channels(sk, cal))
    said = message(MissingParameterError, model.check)
    assert said.splitlines()[1:-1] == [
        "  E_SK_soma (a voltage): on 'soma' add the channel 'SK' with .with_(reversal=-80*mV)",
        "  E_ca_soma (a voltage): on 'soma' "
        "add(CalciumPool(tau=100*ms, resting=100*nmolar, depth=0.1*um))",
        "  ca_soma (a concentration): on 'soma' "
        "add(CalciumPool(tau=100*ms, resting=100*nmolar, depth=0.1*um))",
        "  cl_soma (a concentration): on 'soma' "
        "add(IonPool('cl', tau=100*ms, resting=100*nmolar, depth=0.1*um))",
        "  g_max_SK_soma (a conductance): on 'soma' add the channel 'SK' with a conductance, such as "
        ".with_(g_max=10*nS)",
    ]


def test_a_gate_cannot_start_without_its_pool() -> None:
    sk = Channel(
        "SK", g_max=1 * nS, reversal="E_K", gates=[Gate("q", inf="ca/(ca+1*uM)", tau=1 * ms)]
    )
    model = NeuronModel(with_channels(sk))
    assert message(MissingParameterError, model.initial_values) == (
        "channel 'SK' starts at its steady state, which depends on ca_soma (a concentration), and that "
        "has no value: on 'soma' add(CalciumPool(tau=100*ms, resting=100*nmolar, depth=0.1*um))."
    )
    # A constant concentration will do.
    model.add_params({"ca_soma": 1 * umolar})
    assert model.initial_values()["q_SK_soma"] == pytest.approx(0.5)
    model.check()


def test_units_of_parameters_that_are_replaced() -> None:
    model = NeuronModel(with_channels(NAT))
    for name, wrong in (("v_half_NaT_soma", 3 * ms), ("g_max_NaT_soma", 3 * mV), ("ca_soma", 1)):
        if name == "ca_soma":
            model = NeuronModel(with_channels(Channel("S", gates=[Gate("q", inf="ca/(ca+1*uM)")])))
        said = message(UnitsError, model.add_params, {name: wrong})
        assert f"the parameter {name} = " in said


def test_reversal_potentials() -> None:
    named = with_channels(Channel("K", g_max=1 * nS, reversal="E_K"))
    assert "E_K_soma" not in named.parameters
    own = with_channels(Channel("K", g_max=1 * nS, reversal=-77 * mV))
    assert own.parameters["E_K_soma"] == -77 * mV
    said = message(UnknownNameError, soma().add, Channel("K", g_max=1 * nS, reversal="E_k"))
    assert said.startswith(
        "compartment 'soma', channel 'K': reversal = 'E_k' is not a parameter that holds a voltage. Did "
        "you mean 'E_K'"
    )
    assert said.endswith("'nernst', or add it first with add_params.")
    compartment = soma()
    compartment.add_params({"E_h": -43 * mV})
    compartment.add(Channel("Ih", g_max=1 * nS, reversal="E_h"))
    assert lines_of(compartment)[3] == "I_Ih_soma = g_Ih_soma * (E_h-V_soma)  :amp"


def test_a_name_that_two_mechanisms_use_differently_is_refused() -> None:
    neuron = PointNeuronModel(cm_abs=200 * pF, gl_abs=10 * nS, v_rest=-65 * mV)
    neuron.add(Channel("A", g_max=1 * nS, reversal="E_K"))
    said = message(
        ConflictingParametersError, neuron.add, Channel("K", g_max=1 * nS, reversal=-77 * mV)
    )
    assert said == (
        "channel 'K' has a parameter E_K, and channel 'A' uses this name for something else. Rename one "
        "of the two. If it is a reversal potential that both share, let the channel refer to it: "
        "reversal='E_K'."
    )
    # The order does not matter.
    neuron = PointNeuronModel(cm_abs=200 * pF, gl_abs=10 * nS, v_rest=-65 * mV)
    neuron.add(Channel("K", g_max=1 * nS, reversal=-77 * mV))
    message(ConflictingParametersError, neuron.add, Channel("A", g_max=1 * nS, reversal="E_K"))


def test_one_channel_in_many_compartments_and_only_once_in_each() -> None:
    first, second = soma(), Dendrite("dend", cm_abs=50 * pF, gl_abs=2 * nS)
    first.add(NAT)
    second.add(NAT)
    assert "I_NaT_dend" in second.equations
    said = message(DuplicateEquationsError, first.add, NAT)
    assert said.startswith("compartment 'soma' already has: channel 'NaT'.")


def test_a_density_needs_an_area() -> None:
    said = message(DimensionlessCompartmentError, soma().add, NAT.with_(g_max=10 * mS / cm**2))
    assert said.startswith("compartment 'soma', channel 'NaT': g_max = ")
    assert said.endswith(
        "is per membrane area, but the compartment has absolute values (cm_abs, gl_abs) and no area. "
        "Give an absolute conductance, for example .with_(g_max=10*nS), or describe the compartment by "
        "length and diameter."
    )


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"name": "2Na"}, InvalidNameError, "'2Na' cannot be the name of a channel"),
        ({"g_max": 3 * mV}, UnitsError, "channel 'NaT': g_max = 3. mV must be a conductance"),
        ({"g_max": -3 * nS}, UnitsError, "must be zero or larger"),
        ({"reversal": 3 * nS}, UnitsError, "channel 'NaT': reversal = 3. nS must be a voltage"),
        ({"reversal": "E Na"}, InvalidNameError, "'E Na' cannot be the name of a reversal"),
        (
            {"reversal": "nernst", "ion": None},
            MissingParameterError,
            "channel 'NaT': reversal='nernst' needs an ion. Give for example ion='ca'.",
        ),
        ({"ion": "2+"}, InvalidNameError, "'2+' cannot be the name of a kind of ion"),
        ({"gates": [M, M, H]}, DuplicateEquationsError, "two gates have the name 'm'"),
        ({"gates": ["m"]}, UnknownNameError, "channel 'NaT': 'm' is not a gate. Write for example"),
        ({"gates": 3}, UnknownNameError, "channel 'NaT': 3 is not a gate."),
        ({"parameters": {"g": 1}}, InvalidNameError, "'g' cannot be the name of a parameter"),
        ({"parameters": {"tau_h": 1 * ms}}, InvalidNameError, "'tau_h' cannot be the name"),
        ({"parameters": {"gates": 1}}, InvalidNameError, "'gates' cannot be the name"),
        ({"parameters": {"mV": 1}}, InvalidNameError, "'mV' cannot be the name of a parameter"),
        ({"parameters": {"v_half": None}}, UnitsError, "v_half = None must be one finite number"),
        ({"parameters": {"v_half": [1, 2] * mV}}, UnitsError, "must be one finite number"),
        ({"parameters": {"v_half": math.nan * mV}}, UnitsError, "must be one finite number"),
        ({"parameters": [1]}, UnitsError, "parameters = [1] must be a dictionary"),
        (
            {"parameters": {"v_half": -40 * mV, "k": 5 * mV}},
            UnknownNameError,
            "channel 'NaT': no expression uses the parameter 'k'. Remove it, or correct the name.",
        ),
        ({"q10": 0}, UnitsError, "q10 = 0 must be larger than zero"),
        (
            {"temperature": None},
            MissingParameterError,
            "channel 'NaT': a q10 needs the temperature at which the rates hold. Give for example "
            "temperature=23.",
        ),
        ({"temperature": 300}, UnitsError, "temperature = 300 is not a temperature"),
        (
            {"gates": Gate("m", inf="1/(1 + exp(v_half/mV))")},
            ConflictingParametersError,
            "channel 'NaT': q10 = 3 is given, but none of its gates has a rate. Leave out q10.",
        ),
        (
            {"driving_force": "1*mV"},
            ConflictingParametersError,
            "channel 'NaT': reversal = 'E_Na' is given, but the driving force '1*mV' does not use E. "
            "Leave out reversal.",
        ),
        ({"driving_force": "E"}, None, ""),
        ({"driving_force": "(E - v)*nS"}, UnitsError, "channel 'NaT', driving_force: '(E - v)*nS'"),
        ({"driving_force": "E*mV/v"}, EquationTextError, "has a pole at v = 0 mV"),
        ({"reference": 1952}, EquationTextError, "channel 'NaT': reference = 1952 must be text."),
        ({"colour": 1}, UnknownNameError, "channel 'NaT' has nothing called 'colour' to change."),
    ],
)
def test_channels_that_are_refused(
    changes: dict[str, Any], error: type[CompartmentError] | None, text: str
) -> None:
    if error is None:
        assert NAT.with_(**changes)
    else:
        assert text in message(error, NAT.with_, **changes)


def test_the_thermal_voltage_needs_a_temperature() -> None:
    gate = Gate("m", inf="1/(1 + exp(-v/RT_F))")
    assert message(MissingParameterError, Channel, "X", gates=[gate]) == (
        "channel 'X': RT_F in its expressions needs a temperature. Give for example temperature=36."
    )
    channel = Channel("X", gates=[gate], g_max=1 * nS, reversal="E_K", temperature=20)
    values = [
        NeuronModel(with_channels(channel), temperature=t).parameters["RT_F_X_soma"] / mV
        for t in (None, 36)
    ]
    assert [float(value) for value in values] == pytest.approx([25.262, 26.640], abs=1e-3)
    slow = channel.with_(gates=[Gate("m", inf=gate.inf, tau=1 * ms)])
    warm = NeuronModel(with_channels(slow), temperature=36).initial_values()["m_X_soma"]
    assert warm == pytest.approx(1 / (1 + math.exp(65 / 26.640)), rel=1e-4)
    assert warm == slow.steady_state("m", -65 * mV, temperature=36)


def test_changed_copies() -> None:
    changed = NAT.with_(g_max=5 * nS, v_half=-35 * mV)
    assert changed.g_max == 5 * nS
    assert changed.parameters["v_half"] == -35 * mV
    assert (NAT.g_max, NAT.parameters["v_half"]) == (30 * nS, -40 * mV)
    assert changed.steady_state("m", -35 * mV) == pytest.approx(0.5)
    assert "v_half = 3. ms has other units" in message(UnitsError, NAT.with_, v_half=3 * ms)
    with pytest.raises(AttributeError):
        NAT.g_max = 1 * nS  # type: ignore[misc]
    with pytest.raises(TypeError):
        NAT.parameters["v_half"] = 1 * mV  # type: ignore[index]


def test_equality_is_that_of_values() -> None:
    again = NAT.with_(g_max=0.03 * 1000 * nS)
    assert again == NAT
    assert hash(again) == hash(NAT)
    assert NAT.with_(g_max=31 * nS) != NAT
    assert NAT.with_(gates=[M]) != NAT
    assert NAT.with_(v_half=-41 * mV) != NAT
    assert NAT != "NaT"
    assert Gate("m", inf="0.5") != Gate("m", inf="0.6")


def test_repr_can_be_read_back() -> None:
    scope = {"Channel": Channel, "Gate": Gate}
    exec("from brian2.units import *; from brian2.units.allunits import *", scope)
    assert eval(repr(NAT), scope) == NAT
    assert repr(Gate("m", 3, inf="0.5")) == "Gate('m', power=3, inf='0.5')"
    assert repr(Channel("K", reversal="E_K")) == "Channel('K', reversal='E_K')"


def test_printing() -> None:
    assert str(NAT).splitlines() == [
        "channel 'NaT' (na) at 24 °C",
        "  Transient sodium channel",
        "  A paper (2001)",
        "  I = g * (E - v)",
        "  g = g_max * m**3 * h",
        "  dm/dt = phi * (alpha_m*(1-m) - beta_m*m)",
        "  alpha_m = 1/ms",
        "  beta_m = exp(-(v - v_half)/(18*mV))/ms",
        "  dh/dt = phi * (inf_h - h) / tau_h",
        "  inf_h = 1/(1 + exp((v + 62*mV)/(6*mV)))",
        "  phi = 3**((T - 24)/10)",
        "  g_max = 30 nS, E = E_Na, v_half = -40. mV, tau_h = 2. ms",
    ]
    dense = Channel("leak", g_max=0.3 * mS / cm**2)
    assert str(dense).splitlines()[-1] == "  g_max = 0.3 mS/cm²"


class Delayed(Channel):
    """A channel that is stated as a class."""

    gates = (Gate("n", 4, inf="1/(1 + exp(-(v - v_half)/(9*mV)))", tau=3 * ms),)
    reversal = "E_K"
    ion = "k"
    parameters = {"v_half": -20 * mV}  # noqa: RUF012
    g_max = 5 * nS


def test_channels_may_be_classes() -> None:
    channel = Delayed()
    assert (channel.name, channel.ion, channel.g_max) == ("Delayed", "k", 5 * nS)
    assert Delayed("Kdr", g_max=2 * nS).name == "Kdr"
    changed = Delayed(g_max=2 * nS).with_(v_half=-25 * mV)
    assert type(changed) is Delayed
    assert changed.steady_state("n", -25 * mV) == pytest.approx(0.5)
    assert "n_Delayed_soma**4" in with_channels(channel).equations


def test_a_wrong_class_is_refused_when_it_is_defined() -> None:
    def define() -> None:
        class Wrong(Channel):
            gates = (Gate("n", inf="1/(v/mV + 40)"),)

    assert "channel 'Wrong', inf of gate 'n'" in message(EquationTextError, define)


def test_models_with_channels_are_saved(tmp_path: Any) -> None:
    model = NeuronModel(with_channels(NAT, Delayed(g_max=2 * nS)))
    text = to_json(model.description)
    assert json.loads(text)
    again = from_json(text, "test")
    (first, second) = (m.channel for m in again.compartments[0].mechanisms)
    assert first == NAT
    assert second == Delayed(g_max=2 * nS)


def test_plot() -> None:
    left, right = NAT.plot()
    m, h = (line.get_ydata() for line in left.lines)
    v = left.lines[0].get_xdata() * mV
    assert np.allclose(m, NAT.steady_state("m", v), rtol=1e-15)
    assert np.allclose(h, NAT.steady_state("h", v), rtol=1e-15)
    assert np.allclose(right.lines[1].get_ydata(), 2, rtol=1e-14)
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["m", "h"]
    assert left.get_ylabel() == "steady state"
    warm = NAT.plot(v=[-60, -50] * mV, temperature=34, axes=(left, right))[1].lines[-1]
    assert np.allclose(warm.get_ydata(), 2 / 3, rtol=1e-14)
    plt.close("all")


def test_plot_of_a_gate_that_depends_on_calcium() -> None:
    sk = Channel("SK", gates=[Gate("q", inf="ca/(ca + 1*uM)", tau=1 * ms)])
    left, _ = sk.plot()
    assert [line.get_label() for line in left.lines] == [
        "q (ca = 0.1 µM)",
        "q (ca = 1 µM)",
        "q (ca = 10 µM)",
    ]
    left, _ = sk.plot(ca=3 * umolar)
    assert np.allclose(left.lines[0].get_ydata(), 0.75)
    said = message(UnknownNameError, sk.plot, na=3 * umolar)
    assert said == (
        "channel 'SK' has no gate that depends on the concentration 'na'. There are: ca."
    )
    plt.close("all")
