"""From Brian2's language to a Program, and what is refused on the way."""

from __future__ import annotations

import pytest
import sympy
from brian2.units import ms, mV, nS, second
from models import ACTIVE, active, lif

from dendrify_gpu.gpu import Model, ModelError, build_program, integration_methods

DT = 1e-4


def symbol(name: str) -> sympy.Symbol:
    """A symbol as Brian2 makes it: the time step is known to be positive."""
    return sympy.Symbol(name, real=True, positive=True if name == "dt" else None)


def test_states_and_parameters_are_told_apart_by_what_writes_them() -> None:
    program = build_program(active(), DT)
    assert program.state_names == ("V", "s", "spiketime", "gate")
    assert program.parameter_names == ("I_ext",)
    written = build_program(active(), DT, written=["I_ext"])
    assert "I_ext" in written.state_names


def test_constants_are_in_si_units_and_include_the_time_step() -> None:
    program = build_program(active(), DT)
    assert program.constants["C"] == pytest.approx(20e-12, rel=1e-15)
    assert program.constants["mV"] == 1e-3
    assert program.constants["dt"] == DT
    assert program.constants["_refractory"] == 4e-3


def test_the_update_is_the_euler_step() -> None:
    program = build_program(lif(), DT)
    update = {statement.target: statement.value for statement in program.update}
    v, current, tau, dt = (symbol(name) for name in ("v", "I", "tau", "dt"))
    assert sympy.simplify(update["v"] - (v + dt * (current - v) / tau)) == 0


def test_the_exponential_euler_update_is_exact_for_a_linear_equation() -> None:
    program = build_program(lif(method="exponential_euler"), DT)
    update = {statement.target: statement.value for statement in program.update}
    s, tau, dt = (symbol(name) for name in ("g", "tau_s", "dt"))
    assert sympy.simplify(update["g"] - s * sympy.exp(-dt / tau)) == 0


def test_subexpressions_are_expanded_in_conditions() -> None:
    model = Model(
        "dv/dt = -v/(10*ms) : volt\nu = 2*v : volt", threshold="u > 3*mV", reset="v = 0*mV"
    )
    program = build_program(model, DT)
    assert {str(s) for s in program.threshold.free_symbols} == {"v", "mV"}


def test_the_program_prints_every_part() -> None:
    text = str(build_program(active(), DT))
    for part in ("states:", "V : V", "update:", "threshold:", "second reset:", "event spike_Na:"):
        assert part in text


def test_methods_are_listed() -> None:
    assert {"euler", "exponential_euler"} <= set(integration_methods())


REFUSED = [
    (active(method="eulr"), r"unknown integration method 'eulr'. Did you mean 'euler'"),
    (
        active(threshold="Vsoma > Vth"),
        r"'Vsoma', used in the threshold, is neither a variable of the model nor in its namespace",
    ),
    (active(threshold="V"), r"threshold 'V' is not a condition"),
    (active(threshold="V > 3"), r"threshold 'V > 3' is wrong"),
    (active(reset="V = 3"), r"inconsistent units in the reset"),
    (active(reset="W += 1"), r"reset changes 'W', which is not a variable of the model"),
    (active(reset="I = 0*pA"), r"reset sets 'I', which is a subexpression"),
    (active(spike_width=None), r"spike_width is missing"),
    (active(spike_width=3 * mV), r"spike_width=.* is not a time"),
    (active(refractory=3 * mV), r"is not a time|units of seconds"),
    (active(refractory=-1 * ms), r"refractory=.* is negative"),
    (active(event_actions={"spike_K": "gate = 1"}), r"'spike_K' but no such event.*'spike_Na'"),
    (
        Model("dv/dt = -v/tau : volt"),
        r"'tau', used in the equations, is neither a variable of the model nor in its namespace",
    ),
    (Model("dv/dt = -v : volt"), r"inconsistent units in the equations"),
    (Model("dv/dt = -v/(1*ms : volt"), r"do not parse"),
    (
        Model("dv/dt = -v/tau : volt\nn : integer", {"tau": 1 * ms}),
        r"'n' is declared boolean or integer",
    ),
    (
        Model("dv/dt = -v/tau + randn()*x/second : 1\nx : 1 (shared)", {"tau": 1 * ms}),
        r"flag 'shared'",
    ),
    (Model("dv/dt = arctan(v)/second : 1"), r"calls 'atan'|calls 'arctan'"),
    (
        Model("dv/dt = 1/(1 + exp(v))*exp(v**2)/second : 1", method="exponential_euler"),
        r"cannot integrate",
    ),
]


@pytest.mark.parametrize(("model", "message"), REFUSED)
def test_bad_models_are_refused_with_the_reason(model: Model, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        build_program(model, DT)


def test_nearest_names_help_with_a_typing_error() -> None:
    with pytest.raises(ModelError, match="Did you mean 'spiketime'"):
        build_program(active(reset="spikctime = 3"), DT)


def test_a_group_leaves_no_trace_in_brian2() -> None:
    import brian2

    before = {id(item) for item in brian2.NeuronGroup.__instances__()}
    build_program(Model(ACTIVE, active().namespace), DT)
    left = [item for item in brian2.NeuronGroup.__instances__() if id(item) not in before]
    assert not [item for item in left if item().add_to_magic_network]


def test_a_refractory_expression_of_parameters_counts_steps() -> None:
    model = lif(refractory="ref", namespace={**lif().namespace, "ref": 3 * ms})
    program = build_program(model, DT)
    assert program.refractory.kind == "steps"
    steps = program.refractory.expression.subs({symbol("ref"): 3e-3, symbol("dt"): DT})
    assert int(steps) == 30


def test_a_refractory_condition_stays_a_condition() -> None:
    program = build_program(lif(refractory="v > 5*mV"), DT)
    assert program.refractory.kind == "condition"


def test_unused_names_in_the_namespace_do_no_harm() -> None:
    namespace = {**active().namespace, "unused": 3 * nS, "other": 2 * second}
    program = build_program(active(namespace=namespace), DT)
    assert "unused" not in program.constants
