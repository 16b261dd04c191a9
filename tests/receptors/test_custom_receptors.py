"""Receptors from a modeller's own equations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from brian2.units import ms, mV, nS
from clamp import clamped

from dendrify_gpu.compartments import (
    CompartmentError,
    Dendrite,
    DuplicateEquationsError,
    EquationTextError,
    InvalidNameError,
    PointNeuronModel,
    Soma,
    UnitsError,
    UnknownNameError,
)
from dendrify_gpu.compartments.receptors import AMPA, Custom, TsodyksMarkram

Raised = Callable[..., str]

KINETIC = """
    I = g*(E - v)*o  :amp      # Destexhe, Mainen & Sejnowski 1994
    do/dt = alpha*T*(1 - o) - beta*o  :1
    T = s  :1
    ds/dt = -s/tau  :1
"""
VALUES = {"g": 1 * nS, "E": 0 * mV, "alpha": 1 / ms, "beta": 0.2 / ms, "tau": 1 * ms}


def custom(text: str = KINETIC, **changes: Any) -> Custom:
    arguments = {"name": "kin", "equations": text, "parameters": VALUES, **changes}
    return Custom("x", **arguments)


def test_equations_get_the_names_of_the_place() -> None:
    dend = Dendrite("dend")
    dend.add(custom())
    dend.add(Custom("y", name="kin", equations=KINETIC, parameters=VALUES))
    assert dend.equations.splitlines()[3:7] == [
        "I_kin_x_dend = g_kin_x_dend*(E_kin_x_dend - V_dend)*o_kin_x_dend  :amp",
        "do_kin_x_dend/dt = alpha_kin_x_dend*T_kin_x_dend*(1 - o_kin_x_dend) - "
        "beta_kin_x_dend*o_kin_x_dend  :1",
        "T_kin_x_dend = s_kin_x_dend  :1",
        "ds_kin_x_dend/dt = -s_kin_x_dend/tau_kin_x_dend  :1",
    ]
    assert dend.equations.splitlines()[1] == (
        "I_dend = I_ext_dend + I_kin_y_dend + I_kin_x_dend  :amp"
    )
    assert dend.parameters["alpha_kin_y_dend"] == 1 / ms
    point = PointNeuronModel("passive")
    point.add(custom())
    assert "I_kin_x = g_kin_x*(E_kin_x - V)*o_kin_x  :amp" in point.equations


def test_it_follows_its_equations(after_one_spike: Callable[..., Any]) -> None:
    t, current = after_one_spike(custom(), 20 * ms)
    # Independent: Euler with steps of a microsecond
    o, s, expected = 0.0, 1.0, []
    for _ in range(20_000):
        expected.append(o)
        o, s = o + 1e-3 * (s * (1 - o) - 0.2 * o), s - 1e-3 * s
    assert current == pytest.approx(60e-12 * np.array(expected)[::50], abs=60e-12 * 5e-4)
    assert len(t) == 400


def test_flags_units_and_starting_values() -> None:
    text = """
    I = a*(0*mV - v)*level*s  :amp
    ds/dt = -s/tau  :1 (unless refractory)
    level  :1 (constant)
    dc/dt = (c_rest - c)/tau :mmolar
    a :siemens/meter**2*meter**2
    """
    from brian2.units import mmolar

    model = clamped(
        custom(
            text,
            parameters={"tau": 5 * ms, "c_rest": 0.1 * mmolar},
            initial={"level": 0.5, "c": 1 * mmolar, "a": 2 * nS},
        )
    )
    assert "ds_kin_x_soma/dt = -s_kin_x_soma/tau_kin_x_soma  :1 (unless refractory)" in (
        model.equations
    )
    assert "level_kin_x_soma  :1 (constant)" in model.equations
    starting = model.initial_values()
    assert starting["level_kin_x_soma"] == 0.5
    assert starting["c_kin_x_soma"] == 1 * mmolar
    group = model.make_neurongroup(
        2, threshold="V_soma > 0*mV", reset="V_soma = -60*mV", refractory=1 * ms
    )
    assert group.c_kin_x_soma[1] == 1 * mmolar
    assert group.a_kin_x_soma[0] == 2 * nS


def test_a_definition_may_go_over_several_lines(raised: Raised) -> None:
    text = """

    # a comment
    I = g*(E -
           v)*s  :amp   # and another

    ds/dt = (
        -s/tau
    )  :1"""
    parameters = {key: VALUES[key] for key in ("g", "E", "tau")}
    assert clamped(custom(text, parameters=parameters)).equations.splitlines()[-2:] == [
        "I_kin_x_soma = g_kin_x_soma*(E_kin_x_soma - V_soma)*s_kin_x_soma  :amp",
        "ds_kin_x_soma/dt = ( -s_kin_x_soma/tau_kin_x_soma )  :1",
    ]
    message = raised(EquationTextError, custom, text.replace("v)*s", "v*s"), parameters=parameters)
    assert "line 4 cannot be read: 'I = g*(E - v*s :amp # and another'" in message
    message = raised(UnitsError, custom, text, parameters={**parameters, "tau": 3})
    assert "the units of line 7 ('ds/dt = (') do not fit" in message


def test_names_of_the_roles_can_be_chosen() -> None:
    text = "J = g*(E - v)*y :amp\ndy/dt = -y/tau :1"
    parameters = {key: VALUES[key] for key in ("g", "E", "tau")}
    model = clamped(custom(text, target="y", current="J", parameters=parameters))
    receptor = model.receptors["kin_x_soma"]
    assert receptor.state_variable == "y_kin_x_soma"
    assert receptor.currents == ("J_kin_x_soma",)


def test_parameters_of_the_model_stand_in(raised: Raised) -> None:
    shared = custom(parameters={**VALUES, "g": "g_all", "E": "E_mine"})
    soma = Soma("soma")
    message = raised(UnknownNameError, soma.add, shared)
    assert message.startswith(
        "compartment 'soma', kin receptor with tag 'x': g = 'g_all' is not a parameter."
    )
    assert "Add it first with add_params, or give a value." in message
    soma.add_params({"E_mine": 3 * mV, "g_all": 3 * mV})
    message = raised(UnitsError, soma.add, shared)
    assert message.startswith("compartment 'soma', kin receptor with tag 'x': the units of line 2 ")
    soma.add_params({"g_all": 3 * nS})
    soma.add(shared)
    assert "I_kin_x_soma = g_all*(E_mine - V_soma)*o_kin_x_soma  :amp" in soma.equations


def test_a_receptor_can_be_used_again_and_does_not_change() -> None:
    parameters = dict(VALUES)
    model = custom(parameters=parameters)
    parameters["g"] = 99 * nS
    first, second = Soma("a"), Soma("b")
    first.add(model)
    second.add(model)
    assert first.parameters["g_kin_x_a"] == second.parameters["g_kin_x_b"] == 1 * nS
    with pytest.raises(TypeError):
        model.parameters["g"] = 5 * nS  # type: ignore[index]
    with pytest.raises(AttributeError):
        model.name = "other"  # type: ignore[misc]


LINE = "kin receptor with tag 'x': "


@pytest.mark.parametrize(
    ("changes", "error", "expected"),
    [
        ({"text": ""}, EquationTextError, "'' is not equation text"),
        ({"text": 3}, EquationTextError, "3 is not equation text"),
        (
            {"text": "I = g*(E-v)*s :amp\nds/dt = -s/tau"},
            EquationTextError,
            "line 2 cannot be read: 'ds/dt = -s/tau'",
        ),
        (
            {"text": "I = g*(E-v)*s :amp\nds/dt = -s/tau :1\ns = 3 :1"},
            DuplicateEquationsError,
            "the variable 's' is defined more than once",
        ),
        ({"text": "dv/dt = -v/tau :volt"}, InvalidNameError, "line 1 ('dv/dt = -v/tau :volt')"),
        (
            {"text": "I = 3*pA :amp\nt :second"},
            EquationTextError,
            "line 2 cannot be read: 't :second': 't' has a special meaning in equations",
        ),
        ({"text": "s : boolean"}, UnitsError, "declares 's' boolean or integer"),
        (
            {"text": "ds/dt = -s/tau + xi/tau**0.5 :1"},
            EquationTextError,
            "the white noise xi would be the same in all equations",
        ),
        (
            {"text": KINETIC + "dz/dt = (s - z)/tau2 :1"},
            UnknownNameError,
            "line 6 ('dz/dt = (s - z)/tau2 :1') uses 'tau2', which has no meaning. "
            "Did you mean 'tau'?",
        ),
        (
            {"parameters": {**VALUES, "tauu": 1 * ms}},
            UnknownNameError,
            "the parameter 'tauu' is not in the equations. Did you mean 'tau'?",
        ),
        (
            {"parameters": {**VALUES, "s": 1}},
            InvalidNameError,
            "'s' is a parameter and also a variable of the equations",
        ),
        (
            {"parameters": {**VALUES, "v": 1}},
            InvalidNameError,
            "'v' is a parameter and also given already",
        ),
        (
            {"parameters": {**VALUES, "tau": [1, 2] * ms}},
            UnitsError,
            "must be one finite number or quantity, or the name of a parameter",
        ),
        (
            {"parameters": {**VALUES, "tau": float("nan") * ms}},
            UnitsError,
            "must be one finite number",
        ),
        (
            {"parameters": {**VALUES, "tau": 1 * mV}},
            UnitsError,
            "the units of line 5 ('ds/dt = -s/tau  :1') do not fit",
        ),
        (
            {"text": KINETIC.replace("(E - v)", "(E - 3)")},
            UnitsError,
            "the units of line 2",
        ),
        (
            {"text": KINETIC.replace(":amp", ":volt")},
            UnitsError,
            "the current 'I' must be in ampere, but line 2",
        ),
        (
            {"target": "q"},
            UnknownNameError,
            "target = 'q' is no state variable or parameter of the equations. There are: o, s.",
        ),
        ({"target": "T"}, UnknownNameError, "target = 'T' is no state variable"),
        ({"current": "i"}, UnknownNameError, "current = 'i' is no variable of the equations."),
        ({"initial": {"q": 1}}, UnknownNameError, "initial = 'q' is no state variable"),
        ({"initial": {"s": 1 * mV}}, UnitsError, "the starting value s = 1. mV must have the unit"),
        ({"initial": {"s": "a"}}, UnitsError, "s = 'a' must be one finite number or quantity."),
    ],
)
def test_refused_definitions(
    raised: Raised, changes: dict[str, Any], error: type[Exception], expected: str
) -> None:
    message = raised(error, custom, **changes)
    assert message.startswith(LINE)
    assert expected in message


def test_wrong_units_name_what_is_known_and_the_remedy(raised: Raised) -> None:
    message = raised(UnitsError, custom, parameters={**VALUES, "beta": 3})
    assert "the units of line 3 ('do/dt = alpha*T*(1 - o) - beta*o  :1') do not fit" in message
    assert "The left side, do/dt, is in Hz." in message
    assert "Known units: T in 1, alpha in Hz, beta in 1, o in 1." in message
    assert "Correct the right side, the unit behind the colon, or the parameter." in message


def test_refused_names(raised: Raised) -> None:
    assert "cannot be the name of a receptor" in raised(InvalidNameError, custom, name="a b")
    assert "'1 2' cannot be the tag of a receptor (kin)" in raised(
        InvalidNameError, Custom, "1 2", name="kin", equations=KINETIC, parameters=VALUES
    )
    plastic = TsodyksMarkram(U=0.5, tau_rec=100 * ms)
    text = KINETIC.replace("tau", "R")
    parameters = {**{k: v for k, v in VALUES.items() if k != "tau"}, "R": 1 * ms}
    message = raised(InvalidNameError, custom, text=text, parameters=parameters, plasticity=plastic)
    assert "'R' is a variable of the short-term plasticity. Give yours another name." in message
    assert custom(text=text, parameters=parameters).parameters["R"] == 1 * ms


@pytest.mark.parametrize("argument", ["parameters", "initial"])
def test_refused_mappings(raised: Raised, argument: str) -> None:
    message = raised(CompartmentError, custom, **{argument: [1]})
    assert f"{argument} = [1] must map names to values, such as {{'tau': 5*ms}}." in message


def test_the_same_twice_is_refused(raised: Raised) -> None:
    soma = Soma("soma")
    soma.add(custom())
    message = raised(DuplicateEquationsError, soma.add, custom())
    assert "compartment 'soma' already has: kin receptor with tag 'x'." in message
    # Another kind whose names happen to be the same
    soma.add(AMPA("y_x", g=1 * nS, t_decay=1 * ms))
    clash = Custom("x", name="AMPA_y", equations=KINETIC, parameters=VALUES)
    message = raised(DuplicateEquationsError, soma.add, clash)
    assert "the variable 'I_AMPA_y_x_soma' is defined more than once" in message


def test_units_of_changed_parameters_are_checked(raised: Raised) -> None:
    model = clamped(custom())
    message = raised(UnitsError, model.add_params, {"tau_kin_x_soma": 1 * mV})
    assert "tau_kin_x_soma = 1. mV must be" in message and "1. ms" in message
