"""add_equations and replace_equations, on a compartment and on a model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from brian2.units import ms, nS, pF

from dendrify_gpu.compartments import (
    Dendrite,
    DuplicateEquationsError,
    EquationTextError,
    NeuronModel,
    Soma,
)
from dendrify_gpu.compartments.text import ReplaceText, add_currents

Raised = Callable[..., str]


@pytest.mark.parametrize(
    ("old", "text", "expected"),
    [
        ("I_a", "I_a = I_ab + xI_a :amp", "NEW = I_ab + xI_a :amp"),
        ("I_a=I_ext_a", "I_a   =  I_ext_a  :amp", "NEW  :amp"),
        ("V", "dV/dt = -V/tau :volt", "dNEW/dt = -NEW/tau :volt"),
        ("V", "x = dV + V :volt", "x = dV + NEW :volt"),
        ("a * b", "x = a*b + a *b2 :1", "x = NEW + a *b2 :1"),
        ("+ b)", "x = (a + b) :1", "x = (a NEW :1"),
    ],
)
def test_what_replacement_matches(old: str, text: str, expected: str) -> None:
    assert ReplaceText(old, "NEW").apply(text, "model") == expected


def test_replacement_text_is_literal() -> None:
    assert ReplaceText("a", r"\1").apply("a", "model") == r"\1"


def test_replaced_text_that_is_not_there(raised: Raised, dend: Dendrite, pair: NeuronModel) -> None:
    message = raised(EquationTextError, dend.replace_equations, "I_soma", "x")
    assert "compartment 'dend': replace_equations did not find 'I_soma'" in message
    assert "dV_dend/dt" in message
    message = raised(EquationTextError, pair.replace_equations, "V_som", "x")
    assert message.startswith("NeuronModel(soma, dend): replace_equations did not find 'V_som'")


def test_edits_that_are_not_text(raised: Raised, dend: Dendrite) -> None:
    assert "add_equations: 3 is not equation text" in raised(
        EquationTextError, dend.add_equations, 3
    )
    assert "add_equations: ' ' is not" in raised(EquationTextError, dend.add_equations, " ")
    message = raised(EquationTextError, dend.replace_equations, "", "x")
    assert "cannot replace '' by 'x'" in message


def test_text_that_cannot_be_read(raised: Raised, dend: Dendrite, pair: NeuronModel) -> None:
    before = dend.equations
    for target in (dend, pair):
        message = raised(EquationTextError, target.add_equations, "x = 3")
        assert "the equations cannot be read" in message
        assert "Write one definition per line" in message
    raised(EquationTextError, dend.replace_equations, "I_dend", "I_dend = (")
    assert dend.equations == before
    assert "x = 3" not in pair.equations


def test_definitions_are_unique(raised: Raised, dend: Dendrite, pair: NeuronModel) -> None:
    dend.add_equations("u :amp")
    message = raised(DuplicateEquationsError, dend.add_equations, "u = 3*pA :amp")
    assert "compartment 'dend': the variable 'u' is defined more than once" in message
    assert "u :amp\nu = 3*pA :amp" in message
    message = raised(DuplicateEquationsError, pair.add_equations, "I_dend :amp")
    assert message.startswith("NeuronModel(soma, dend): the variable 'I_dend'")
    assert "replace_equations" in message


def test_names_that_collide_across_compartments(raised: Raised) -> None:
    absolute = {"cm_abs": 1 * pF, "gl_abs": 1 * nS}
    first, second = Soma("b", **absolute), Dendrite("a_b", **absolute)
    first.synapse("AMPA", tag="x_a", g=1 * nS, t_decay=1 * ms)
    second.synapse("AMPA", tag="x", g=1 * nS, t_decay=1 * ms)
    message = raised(DuplicateEquationsError, NeuronModel, [(first, second, 1 * nS)])
    assert "the variable 'I_AMPA_x_a_b' is defined more than once" in message
    assert "Rename a compartment, tag or variable" in message


def test_mechanisms_can_follow_edits() -> None:
    d = Dendrite("d")
    d.replace_equations("I_d = I_ext_d", "I_d = I_ext_d + I_mine")
    d.add_equations("I_mine = 3*pA :amp")
    d.noise()
    d.replace_equations("I_noise_d + I_mine", "0.5*I_noise_d + I_mine")
    assert "I_d = I_ext_d + 0.5*I_noise_d + I_mine" in d.equations


def test_currents_find_a_rewritten_sum(raised: Raised) -> None:
    d = Dendrite("d")
    d.replace_equations("I_d = I_ext_d", "I_d = 2*I_ext_d")
    d.noise()
    assert "I_d = I_noise_d + 2*I_ext_d" in d.equations
    message = raised(EquationTextError, add_currents, "x :1", "d", ("I_new",), "someone")
    assert "someone adds I_new to the input current" in message
    assert "no equation begins with 'I_d = '" in message
    lost = Dendrite("d")
    lost.replace_equations("I_d = I_ext_d", "J_d = I_ext_d")
    with pytest.raises(EquationTextError, match="noise current, adds I_noise_d"):
        lost.noise()
    assert "noise" not in lost.equations


def test_a_model_edits_all_of_its_text(pair: NeuronModel) -> None:
    pair.add_equations("V_mean = (V_soma + V_dend)/2 :volt")
    pair.replace_equations("V_mean", "V_middle")
    pair.replace_equations("I_ext_dend", "I_in")
    assert "V_middle = (V_soma + V_dend)/2 :volt" in pair.equations
    assert "I_dend = I_in + I_soma_dend  :amp\nI_in  :amp" in pair.equations


def test_later_changes_of_compartments_do_not_reach_the_model(
    pair: NeuronModel, dend: Dendrite
) -> None:
    dend.noise()
    dend.add_params({"x": 1})
    assert "noise" not in pair.equations and "x" not in pair.parameters
    assert "I_soma_dend" not in dend.equations
