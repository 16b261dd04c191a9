"""From expressions to lane operations: the right value, in few operations, with nothing left for the step."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy
from models import active

from dendrify_gpu.gpu import build_program
from dendrify_gpu.gpu.codegen.coefficients import CoefficientTable
from dendrify_gpu.gpu.codegen.lowering import Lowering
from dendrify_gpu.gpu.codegen.nodes import (
    Add,
    And,
    Call,
    Coefficient,
    Compare,
    Divide,
    Fma,
    Literal,
    Local,
    MaskName,
    Multiply,
    Node,
    Not,
    Or,
    PerNeuron,
    Select,
    Subtract,
)  # fmt: skip
from dendrify_gpu.gpu.codegen.printer import text
from dendrify_gpu.gpu.codegen.step_function import build_step_function

X, Y, A, B, P = (sympy.Symbol(name, real=True) for name in "xyabp")
FUNCTIONS = {
    "lane_exp": math.exp, "lane_sqrt": math.sqrt, "lane_abs": abs, "lane_pow": math.pow,
    "lane_floor": math.floor, "lane_int": math.trunc, "lane_tanh": math.tanh, "lane_max": max,
}  # fmt: skip
COMPARISONS = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


def lower(expression: sympy.Expr, around: str | None = None) -> tuple[Lowering, Node]:
    lowering = Lowering(frozenset("xy"), CoefficientTable(frozenset("p")), [])
    return lowering, lowering.value(expression, around)


def interpret(lowering: Lowering, node: Node, values: dict[str, float]) -> float:
    """Carry out lowered operations in Python, as an independent reading of what they mean."""
    coefficients = lowering.table.freeze()
    shared = coefficients.evaluate_shared(values)
    own = coefficients.evaluate_per_neuron(values)
    scope: dict[str, float] = dict(values)

    def go(item: Node) -> float | bool:
        match item:
            case Literal(value):
                return value
            case Coefficient(index):
                return shared[index]
            case PerNeuron(index):
                return float(own[index])
            case Local(name) | MaskName(name):
                return scope[name]
            case Add(left, right):
                return go(left) + go(right)
            case Subtract(left, right):
                return go(left) - go(right)
            case Multiply(left, right):
                return go(left) * go(right)
            case Divide(left, right):
                return go(left) / go(right)
            case Fma(left, right, addend):
                return go(left) * go(right) + go(addend)
            case Call(function, arguments):
                return FUNCTIONS[function](*(go(argument) for argument in arguments))
            case Compare(operator, left, right):
                return COMPARISONS[operator](go(left), go(right))
            case And(left, right):
                return go(left) and go(right)
            case Or(left, right):
                return go(left) or go(right)
            case Not(value):
                return not go(value)
            case Select(mask, then, otherwise):
                return go(then) if go(mask) else go(otherwise)
        raise AssertionError(item)

    for name, definition in lowering.definitions:
        scope[name] = go(definition)
    return float(go(node))


int_ = sympy.Function("int_")
EXPRESSIONS = [
    A * X + B,
    (A * (B - X) + P * Y * (B - X)) / (A + B),
    X * sympy.exp(-A * X) / (1 + B * sympy.exp(-A * X)) * Y,
    (X - A) * (Y - B) * (X + B),
    (X - A) ** 3 / (Y + 2) ** 2,
    sympy.sqrt(X**2 + A),
    1 / sympy.sqrt(Y**2 + A),
    (2 + X) ** Y,
    sympy.Abs(X - Y) * sympy.Abs(X - Y),
    int_(sympy.StrictGreaterThan(X, Y)) * (A - X) * Y,
    int_(sympy.And(X > 0, sympy.Not(Y > X))) * int_(X > 0) * A,
    sympy.floor(X * 3) + int_(5 * X),
    sympy.Max(X, Y, A),
    sympy.exp(A) * sympy.exp(X),
    X - X,
    A * B,
    sympy.Integer(0),
    P * X + A * Y - X * P,
]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
@pytest.mark.parametrize("around", [None, "x"])
def test_lowered_operations_have_the_value_of_the_expression(
    expression: sympy.Expr, around: str | None
) -> None:
    rng = np.random.default_rng(1)
    for _ in range(5):
        values = dict(zip("xyabp", rng.uniform(0.1, 2.0, 5), strict=True))
        replaced = expression.subs({sympy.Symbol(k, real=True): v for k, v in values.items()})
        expected = float(replaced.replace(int_, lambda arg: _truncate(arg)))
        lowering, node = lower(expression, around)
        assert interpret(lowering, node, values) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def _truncate(argument: sympy.Basic) -> sympy.Integer:
    if argument in (sympy.true, sympy.false):
        return sympy.Integer(int(bool(argument)))
    return sympy.Integer(math.trunc(float(argument)))


@pytest.mark.parametrize(
    "expression", [X + A * (B * (P - X) + Y) / B, X * (1 - A), X, A + B * Y, X * Y + X]
)
def test_an_update_is_the_old_value_plus_an_increment(expression: sympy.Expr) -> None:
    values = {"x": 0.7, "y": 0.3, "a": 0.01, "b": 2.0, "p": 5.0}
    expected = float(expression.subs({sympy.Symbol(k, real=True): v for k, v in values.items()}))
    lowering = Lowering(frozenset("xy"), CoefficientTable(frozenset("p")), [])
    node = lowering.updated(expression, "x")
    assert interpret(lowering, node, values) == pytest.approx(expected, rel=1e-14)


def test_a_decay_keeps_the_accuracy_of_its_rate() -> None:
    lowering = Lowering(frozenset("xy"), CoefficientTable(frozenset("p")), [])
    node = lowering.updated(X - A * X / B, "x")
    assert text(node) == "lane_fma(x, splat(c[0]), x)"
    assert lowering.table.freeze().shared == (-A / B,)


def test_a_linear_equation_becomes_one_multiply_add_for_each_variable() -> None:
    _, node = lower(X + A * (B * (P - X) + Y) / B, "x")
    assert text(node) == "lane_fma(x, splat(c[0]), lane_fma(y, splat(c[1]), _vary_0))"


def test_what_depends_on_parameters_alone_is_left_to_the_host() -> None:
    lowering, node = lower(X * sympy.exp(-A / B) / sympy.sqrt(A + B) + sympy.exp(P))
    assert text(node) == "lane_fma(x, splat(c[0]), _vary_0)"
    assert not lowering.definitions


def test_equal_intermediate_results_are_computed_once() -> None:
    gate = 1 / (1 + sympy.exp(-A * X))
    lowering, _ = lower(gate * Y * (B - X), "x")
    assert sum("lane_exp" in text(node) for _, node in lowering.definitions) == 1


def test_products_of_differences_are_not_multiplied_out() -> None:
    """Near a root, (x - a)*(x - b) keeps its accuracy; x*x - (a + b)*x + a*b would lose it."""
    lowering, node = lower((X - A) * (X - B), "x")
    x, a, b = 1.0000001, 1.0, 1.0000002
    assert interpret(lowering, node, {"x": x, "y": 0.0, "a": a, "b": b, "p": 0.0}) == pytest.approx(
        (x - a) * (x - b), rel=1e-6
    )


def test_random_numbers_of_one_statement_are_one_draw_and_of_two_are_two() -> None:
    noise = sympy.Function("randn")(sympy.Symbol("_placeholder_arg"))
    lowering, _ = lower(A * noise * (B + X))
    lowering.value(A * noise)
    assert lowering.draws == ["normal", "normal"]


def test_conditions_on_the_steps_since_an_event_share_their_number() -> None:
    now = sympy.Symbol("t_in_timesteps", real=True)
    condition = sympy.And(now <= Y + A, now >= Y + B)
    variables = frozenset({"t_in_timesteps", "y"})
    lowering = Lowering(variables, CoefficientTable(frozenset("p")), [])
    node = lowering.condition(condition)
    assert [text(definition) for _, definition in lowering.definitions] == ["(t_in_timesteps - y)"]
    for x, y, a, b in [(5, 2, 3, 1), (6, 2, 3, 1), (2, 2, 3, 1), (3, 2, 3, 1)]:
        values = {"t_in_timesteps": x, "y": y, "a": a, "b": b, "p": 0}
        assert interpret(lowering, Select(node, Literal(1), Literal(0)), values) == (
            b <= x - y <= a
        )


def test_other_conditions_are_not_rearranged_because_rounding_decides_ties() -> None:
    lowering = Lowering(frozenset("xy"), CoefficientTable(frozenset("p")), [])
    node = lowering.condition(X < Y + B)
    assert not lowering.definitions
    values = {"x": 0.7, "y": 0.2, "a": 0, "b": 0.5, "p": 0}
    assert interpret(lowering, Select(node, Literal(1), Literal(0)), values) == (0.7 < 0.2 + 0.5)
    assert (0.7 - 0.2 < 0.5) != (0.7 < 0.2 + 0.5)


def test_no_value_and_no_name_of_a_parameter_is_in_the_text() -> None:
    first = build_step_function(build_program(active(), 1e-4), "step", (("s",),))
    changed = {**active().namespace, "C": 3 * active().namespace["C"], "duration": 24}
    second = build_step_function(build_program(active(namespace=changed), 5e-5), "step", (("s",),))
    assert first.source == second.source


def test_the_text_is_the_same_in_every_process(tmp_path: object) -> None:
    import subprocess
    import sys
    from pathlib import Path

    script = (
        "from models import active\n"
        "from dendrify_gpu.gpu import build_program\n"
        "from dendrify_gpu.gpu.codegen.step_function import build_step_function\n"
        "import hashlib\n"
        "source = build_step_function(build_program(active(), 1e-4), 'step', (('s',),)).source\n"
        "print(hashlib.sha256(source.encode()).hexdigest())\n"
    )
    folder = str(Path(__file__).resolve().parent.parent / "shared")
    digests = set()
    for seed in ("0", "1", "12345"):
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": folder, "PATH": "/usr/bin:/bin"}
        command = [sys.executable, "-c", script]
        result = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        )
        digests.add(result.stdout)
    assert len(digests) == 1


def test_names_that_mean_something_in_c_are_renamed() -> None:
    from dendrify_gpu.gpu import Model

    model = Model("ddouble/dt = -double*window/(1*ms) : 1\nwindow : 1", name="words")
    source = build_step_function(build_program(model, 1e-4), "step").source
    assert "lane double_ = load" in source


def test_a_step_function_reads_as_its_equations() -> None:
    source = build_step_function(
        build_program(active(), 1e-4), "step", (("s",),), (("V", "I_nmda"),)
    ).source
    assert "// input to s" in source
    assert "second reset" in source
    assert "// spike when V > Vth" in source
    assert "dV/dt = (gL*(EL - V) + I) / C" in source
