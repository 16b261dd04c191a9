"""Models: the tree, overrides, parameters, completeness, printing, drawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib
import pytest
from brian2.units import cm, ms, mV, nS, ohm, pF, uF, um, uS

from dendrify_gpu.compartments import (
    Compartment,
    ConflictingParametersError,
    Dendrite,
    DimensionlessCompartmentError,
    DuplicateEquationsError,
    MissingParameterError,
    MorphologyError,
    NeuronModel,
    Soma,
    UnitsError,
    UnknownNameError,
)

Raised = Callable[..., str]
ABSOLUTE = {"cm_abs": 50 * pF, "gl_abs": 2 * nS, "v_rest": -60 * mV}
MEMBRANE = {"cm": 1 * uF / cm**2, "gl": 40 * uS / cm**2, "v_rest": -65 * mV}


def dendrites(*names: str) -> list[Dendrite]:
    return [Dendrite(name, **ABSOLUTE) for name in names]


def cylinder(name: str, **arguments: Any) -> Dendrite:
    return Dendrite(name, length=100 * um, diameter=2 * um, **arguments)


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: [s], lambda s: [(s,)]])
def test_one_compartment_is_a_model(wrap: Callable[[Soma], Any], soma: Soma) -> None:
    model = NeuronModel(wrap(soma))
    assert model.compartment_names == ("soma",)
    assert model.couplings == []
    assert model.equations == soma.equations
    assert model.parameters == soma.parameters


def test_what_a_later_layer_reads(pair: NeuronModel) -> None:
    assert pair.compartment_names == ("soma", "dend")
    assert pair.couplings == [("soma", "dend", 15 * nS)]
    assert pair.v_rest == {"soma": -60 * mV, "dend": -60 * mV}
    assert pair.initial_values() == {"V_soma": -60 * mV, "V_dend": -60 * mV}
    assert pair.receptors == {} and pair.events == {} and pair.event_actions == {}
    assert repr(pair) == "NeuronModel(soma, dend)"


def test_resting_potential_of_zero_counts() -> None:
    model = NeuronModel(Soma("s", cm_abs=1 * pF, gl_abs=1 * nS, v_rest=-60 * mV), v_rest=0 * mV)
    assert float(model.parameters["EL_s"]) == 0.0
    assert float(model.v_rest["s"]) == 0.0


def test_missing_resting_potential(raised: Raised) -> None:
    model = NeuronModel(Soma("s", cm_abs=1 * pF, gl_abs=1 * nS))
    message = raised(MissingParameterError, lambda: model.v_rest)
    assert "NeuronModel(s): no resting potential for s. Give v_rest=-65*mV" in message
    message = raised(MissingParameterError, model.check)
    assert "EL_s (a voltage): give v_rest=-65*mV to 's' or to the NeuronModel" in message
    model.add_params({"EL_s": -55 * mV})
    model.check()
    assert model.v_rest == {"s": -55 * mV}


def test_model_values_leave_other_factors_alone() -> None:
    a, b = cylinder("a", scale_factor=2.0), cylinder("b", spine_factor=1.5)
    model = NeuronModel([(a, b, 1 * nS)], **MEMBRANE)
    plain = cylinder("x", **MEMBRANE)
    c = model.parameters
    assert float(c["C_a"]) == pytest.approx(2.0 * float(plain.capacitance), rel=1e-14)
    assert float(c["gL_b"]) == pytest.approx(1.5 * float(plain.g_leakage), rel=1e-14)


def test_spine_factor_of_the_model_leaves_the_soma_alone() -> None:
    soma = Soma("soma", length=100 * um, diameter=2 * um, spine_factor=1.2)
    model = NeuronModel([(soma, cylinder("d"), 1 * nS)], **MEMBRANE, spine_factor=3, scale_factor=2)
    one = float(cylinder("x", **MEMBRANE).capacitance)
    assert float(model.parameters["C_soma"]) == pytest.approx(2.4 * one, rel=1e-14)
    assert float(model.parameters["C_d"]) == pytest.approx(6.0 * one, rel=1e-14)


def test_cylinder_couplings_with_underscores_in_names() -> None:
    a = cylinder("ap_1_x")
    b = Dendrite("b", length=50 * um, diameter=1 * um)
    expected = cylinder("x", r_axial=120 * ohm * cm).ephys.g_cylinder
    model = NeuronModel([(a, b, "cylinder_ap_1_x")], r_axial=120 * ohm * cm, **MEMBRANE)
    for name in ("g_b_ap_1_x", "g_ap_1_x_b"):
        assert float(model.parameters[name]) == pytest.approx(float(expected), rel=1e-14)


@pytest.mark.parametrize("rule", ["cylinder_c", "half_cylinder", "cylinder_", "mean"])
def test_unknown_coupling_rules(raised: Raised, rule: str) -> None:
    pairs = [(cylinder("a"), cylinder("b"), rule), (cylinder("c"), cylinder("d"))]
    message = raised(UnknownNameError, NeuronModel, pairs, r_axial=120 * ohm * cm, **MEMBRANE)
    assert f"coupling of 'a' and 'b': g = {rule!r} is not a rule for this pair" in message
    assert "'half_cylinders', 'cylinder_a', 'cylinder_b'" in message


def test_couplings_made_by_hand_follow_the_model() -> None:
    a, b = cylinder("a", r_axial=100 * ohm * cm), cylinder("b", r_axial=100 * ohm * cm)
    a.connect(b)
    by_hand = float(a.parameters["g_b_a"])
    model = NeuronModel([a, b], r_axial=200 * ohm * cm, **MEMBRANE)
    assert float(model.parameters["g_b_a"]) == pytest.approx(by_hand / 2, rel=1e-14)
    assert float(model.couplings[0][2]) == float(model.parameters["g_a_b"])
    with pytest.raises(DuplicateEquationsError, match="already has: coupling to 'b'"):
        NeuronModel([(a, b, 1 * nS)], **MEMBRANE)


def test_coupling_to_an_absent_compartment(raised: Raised) -> None:
    a, b, c = dendrites("a", "b", "c")
    a.connect(c, g=1 * nS)
    message = raised(MorphologyError, NeuronModel, [(a, b, 1 * nS)])
    assert "compartment 'a' is coupled with 'c', which is not in the NeuronModel" in message
    assert "It has: a, b. Add 'c' to the list" in message


def test_loops(raised: Raised) -> None:
    a, b, c, d = dendrites("a", "b", "c", "d")
    pairs = [(d, a, 1 * nS), (a, b, 1 * nS), (b, c, 1 * nS), (c, a, 1 * nS)]
    message = raised(MorphologyError, NeuronModel, pairs)
    assert "The compartments form a loop: c - b - a - c." in message
    assert "Remove one of its couplings, for example ('c', 'a')" in message


def test_separate_parts(raised: Raised) -> None:
    a, b, c, d = dendrites("a", "b", "c", "d")
    message = raised(MorphologyError, NeuronModel, [(a, b, 1 * nS), (c, d, 1 * nS)])
    assert "The compartments form 2 separate parts: (a, b), (c, d)." in message
    assert "Couple them" in message


def test_pairs_given_twice(raised: Raised) -> None:
    a, b = dendrites("a", "b")
    message = raised(DuplicateEquationsError, NeuronModel, [(a, b, 1 * nS), (b, a, 1 * nS)])
    assert "compartment 'b' already has: coupling to 'a'" in message


@pytest.mark.parametrize(
    ("connections", "expected"),
    [
        ([], "needs at least one compartment"),
        ("soma", "cannot be made of 'soma'"),
        (None, "cannot be made of None"),
        ([3], "cannot use the entry 3"),
        ([()], "cannot use the entry ()"),
        ([("a", "b")], "'a' in the entry ('a', 'b') is not a compartment"),
    ],
)
def test_entries_of_the_wrong_kind(raised: Raised, connections: Any, expected: str) -> None:
    message = raised(MorphologyError, NeuronModel, connections)
    assert expected in message and "triples (A, B, g)" in message


def test_names_are_unique(raised: Raised) -> None:
    a, b, other = dendrites("a", "b", "a")
    message = raised(MorphologyError, NeuronModel, [(a, b, 1 * nS), (b, other, 1 * nS)])
    assert "two different compartments have the name 'a'" in message


def test_a_compartment_with_itself(raised: Raised) -> None:
    (a,) = dendrites("a")
    message = raised(MorphologyError, NeuronModel, [(a, a, 1 * nS)])
    assert "compartment 'a' cannot be coupled with itself" in message


def test_absolute_and_geometric_compartments_do_not_mix(raised: Raised) -> None:
    (a,) = dendrites("a")
    message = raised(DimensionlessCompartmentError, NeuronModel, [(a, cylinder("c"), 1 * nS)])
    assert "absolute values (a) and with a geometry (c)" in message
    message = raised(DimensionlessCompartmentError, NeuronModel, a, cm=1 * uF / cm**2)
    assert "NeuronModel was given cm, but compartment 'a' has absolute values" in message


def test_missing_geometry_is_named(raised: Raised) -> None:
    soma = Soma("soma", length=20 * um)
    message = raised(MissingParameterError, NeuronModel, [(soma, cylinder("d"), 1 * nS)])
    assert "'soma' lacks diameter, cm, gl; 'd' lacks cm, gl" in message
    message = raised(MissingParameterError, NeuronModel, [(cylinder("c"), cylinder("d"))])
    assert "compartment 'c': its axial conductance needs r_axial" in message
    assert "Give r_axial=150*ohm*cm" in message
    message = raised(MissingParameterError, NeuronModel, Soma("s", cm_abs=1 * pF))
    assert "'s' lacks gl_abs" in message


def test_wrong_units_for_the_model(raised: Raised, soma: Soma) -> None:
    message = raised(UnitsError, NeuronModel, soma, v_rest=-65)
    assert "v_rest = -65 must be a voltage" in message
    with pytest.raises(UnitsError, match=r"coupling of 'a' and 'b': g = 3. mV must be a conduct"):
        NeuronModel([(*dendrites("a", "b"), 3 * mV)])


def test_compartments_share_one_namespace(raised: Raised) -> None:
    a, b = dendrites("a", "b")
    a.add_params({"tau": 3 * ms})
    b.add_params({"tau": 3 * ms})
    assert NeuronModel([(a, b, 1 * nS)]).parameters["tau"] == 3 * ms
    b.add_params({"tau": 4 * ms})
    message = raised(ConflictingParametersError, NeuronModel, [(a, b, 1 * nS)])
    assert "the parameter 'tau' is 3. ms in 'a' but 4. ms in 'b'" in message
    assert "'tau_a' and 'tau_b'" in message


def test_parameters_added_to_the_model_win() -> None:
    (a,) = dendrites("a")
    a.add_params({"E_AMPA": 1 * mV, "k": 1})
    model = NeuronModel(a)
    model.add_params({"k": 2, "C_a": 7 * pF})
    assert model.parameters["E_AMPA"] == 1 * mV
    assert (model.parameters["k"], model.parameters["C_a"]) == (2, 7 * pF)
    with pytest.raises(
        UnitsError, match=r"NeuronModel\(a\): the parameter C_a = 7. nS must be a cap"
    ):
        model.add_params({"C_a": 7 * nS})


def test_everything_without_a_value_is_listed(raised: Raised) -> None:
    soma = Soma("soma", model="adex", **ABSOLUTE)
    dend = Dendrite("dend", **ABSOLUTE)
    dend.synapse("AMPA", tag="x")
    dend.dspikes("Na", threshold=-40 * mV, g_rise=1 * nS)
    dend.add_equations("u = k*V_dend :volt")
    model = NeuronModel([(soma, dend, 1 * nS)])
    message = raised(MissingParameterError, model.check, "V_soma > Vt", "V_soma = Vr; z = 1; y = z")
    names = [line.split()[0].rstrip(":") for line in message.splitlines() if line.startswith("  ")]
    assert names == [
        "DeltaT_soma",
        "E_fall_Na",
        "E_rise_Na",
        "Vr",
        "Vt",
        "Vth_soma",
        "a_soma",
        "duration_fall_Na_dend",
        "duration_rise_Na_dend",
        "g_AMPA_x_dend",
        "g_fall_max_Na_dend",
        "k",
        "offset_fall_Na_dend",
        "refractory_Na_dend",
        "t_AMPA_decay_x_dend",
        "tauw_soma",
    ]
    assert message.startswith("NeuronModel(soma, dend): 16 name(s) in the equations have no value")
    assert "Vth_soma (a voltage): the 'adex' membrane of 'soma' needs it: add_params(" in message
    assert "synapse('AMPA', tag='x', g=1*nS, ...)" in message
    assert (
        "dspikes('Na', offset_fall=1*ms, ...) or on the model config_dspikes('Na', off" in message
    )
    assert "k: add_params({'k': ...})" in message


def test_complete_models_pass_the_check(pair: NeuronModel) -> None:
    pair.check("V_soma > -40*mV and not_refractory", "V_soma = -50*mV; t_last = t; I_ext_soma *= 2")
    pair.add_equations("dx/dt = -x/tau_x + sigma*xi/sqrt(tau_x) + rand()*0 + i*0 :1")
    pair.check(namespace={"tau_x": 3 * ms, "sigma": 1})
    with pytest.raises(MissingParameterError, match="2 name"):
        pair.check()


def test_a_misspelt_name_is_recognised(raised: Raised, pair: NeuronModel) -> None:
    pair.add_params({"Vreset": -50 * mV})
    message = raised(MissingParameterError, pair.check, "V_soma = Vrest")
    assert "Vrest: Did you mean 'Vreset'" in message


def test_units_are_checked_again_with_the_whole_model(soma: Soma) -> None:
    # At the compartment nobody can know yet that the model will have such a coupling.
    soma.add_params({"g_d_soma": 3 * mV})
    model = NeuronModel([(soma, *dendrites("d"), 1 * nS)])
    with pytest.raises(UnitsError, match=r"the parameter g_d_soma = 3. mV must be a conductance"):
        model.check()


def test_printing_shows_everything(full_dspike: dict[str, Any]) -> None:
    (a,) = dendrites("a")
    a.dspikes("Na", **full_dspike)
    text = str(NeuronModel(a))
    for part in ("OBJECT", "EQUATIONS", "PARAMETERS", "EVENTS", "EVENT ACTIONS"):
        assert f"{part}\n{'-' * len(part)}\n" in text
    assert "spiketime_Na_a = t_in_timesteps" in text and "'duration_rise_Na_a': 12" in text


def test_descriptions_are_immutable(pair: NeuronModel, soma: Soma) -> None:
    for description in (pair.description, soma.description, soma.ephys):
        with pytest.raises(AttributeError):
            description.name = "x"
    before = pair.description
    pair.add_params({"x": 1})
    assert "x" not in before.params
    with pytest.raises(TypeError):
        pair.description.params["y"] = 2


def test_drawing() -> None:
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    soma = Soma("soma", **ABSOLUTE)
    a, b = dendrites("a", "b")
    model = NeuronModel([(a, soma, 1 * nS), (a, b, 1 * nS)])
    axes = model.as_graph(seed=1, figsize=[3, 2], scale_nodes=2, color_soma="#ff0000")
    assert sorted(text.get_text() for text in axes.texts) == ["a", "b", "soma"]
    assert tuple(axes.figure.get_size_inches()) == (3, 2)
    positions = {text.get_text(): text.get_position() for text in axes.texts}
    assert positions["soma"] == (0, 0) and positions["a"] != (0, 0)
    again = model.as_graph(seed=1, ax=plt.figure().add_subplot())
    assert {t.get_text(): t.get_position() for t in again.texts} == positions
    alone = NeuronModel(Compartment("only", **ABSOLUTE)).as_graph()
    assert [text.get_text() for text in alone.texts] == ["only"]
    plt.close("all")


def test_a_coupling_may_wait_for_what_the_model_gives() -> None:
    """As in Dendrify's first tutorial: connect() before the axial resistivity is known."""
    soma = Soma("soma", length=25 * um, diameter=25 * um)
    dend = Dendrite("dend", length=100 * um, diameter=2 * um)
    soma.connect(dend)
    passive = {"cm": 1 * uF / cm**2, "gl": 40 * uS / cm**2, "v_rest": -65 * mV}
    with pytest.raises(MissingParameterError, match="axial conductance needs r_axial"):
        NeuronModel([soma, dend], **passive)
    late = NeuronModel([soma, dend], **passive, r_axial=150 * ohm * cm)
    known = {**passive, "r_axial": 150 * ohm * cm}
    a = Soma("soma", length=25 * um, diameter=25 * um, **known)
    b = Dendrite("dend", length=100 * um, diameter=2 * um, **known)
    early = NeuronModel([(a, b)])
    assert late.equations == early.equations
    assert late.parameters["g_dend_soma"] == early.parameters["g_dend_soma"]
