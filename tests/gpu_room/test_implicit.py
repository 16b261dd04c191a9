"""The implicit methods: the elimination, the derivatives, order, stability, refractoriness, noise."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
import sympy
from brian2.core.functions import exprel
from brian2.parsing.sympytools import str_to_sympy
from brian2.units import Hz, ms, mV, nA, ohm, siemens
from cables import Tree, branched, chain, cylinders
from scipy.linalg import expm

from dendrify_gpu.gpu import (
    CpuBackend,
    Model,
    ModelError,
    MonitorPlan,
    NetworkPlan,
    NumericalError,
    PopulationPlan,
    Simulation,
    build_program,
)
from dendrify_gpu.gpu.codegen.step_function import build_step_function
from dendrify_gpu.gpu.integrators.differentiation import slope
from dendrify_gpu.gpu.integrators.elimination import Elimination, elimination_order

REST = -54.4e-3


def simulated(
    model: Model, initial: dict, dt: float, n: int = 1, precision: int = 64, recorded=()
) -> Simulation:
    program = build_program(model, dt)
    monitors = (MonitorPlan("samples", "cells", recorded, np.arange(n), 1),) if recorded else ()
    population = PopulationPlan("cells", program, n, initial)
    plan = NetworkPlan(dt, precision, 1, (population,), monitors=monitors)
    return Simulation(plan, CpuBackend(threads=1))


def voltages(
    tree: Tree, model: Model, initial: dict, dt: float, steps: int, precision: int = 64
) -> np.ndarray:
    simulation = simulated(model, initial, dt, precision=precision)
    simulation.run(steps)
    return np.array([simulation.populations["cells"].read(f"V{k}")[0] for k in range(tree.n)])


# ------------------------------------------------------------------------ elimination


def graph(n: int, extra: int, seed: int) -> dict[str, list[str]]:
    """A random tree with some more edges, that is with loops."""
    rng = np.random.default_rng(seed)
    edges = {(int(rng.integers(0, k)), k) for k in range(1, n)}
    while len(edges) < n - 1 + extra:
        first, second = sorted(int(k) for k in rng.choice(n, 2, replace=False))
        edges.add((first, second))
    around: dict[str, list[str]] = {f"x{k}": [] for k in range(n)}
    for first, second in sorted(edges):
        around[f"x{first}"].append(f"x{second}")
        around[f"x{second}"].append(f"x{first}")
    return around


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("extra", [0, 4])
@pytest.mark.parametrize("last", [frozenset(), frozenset({"x2", "x7"})])
def test_statements_solve_linear_equations(seed: int, extra: int, last: frozenset[str]) -> None:
    around = graph(12, extra, seed)
    order = elimination_order(around, last)
    assert sorted(order) == sorted(around)
    assert set(order[len(order) - len(last) :]) == last or not last
    rng = np.random.default_rng(seed)
    matrix = np.diag(rng.uniform(3, 5, 12))
    entries = {}
    for name, others in around.items():
        row = int(name[1:])
        for other in others:
            matrix[row, int(other[1:])] = -rng.uniform(0.1, 0.9)
        for other in (name, *others):
            entries[name, other] = sympy.Float(matrix[row, int(other[1:])], 17)
    right = rng.normal(size=12)
    values: dict[sympy.Symbol, sympy.Expr] = {}

    def define(name: str, value: sympy.Expr) -> None:
        symbol = sympy.Symbol(name, real=True)
        assert symbol not in values
        values[symbol] = value.xreplace(values)

    solver = Elimination(
        {name: int(name[1:]) for name in order}, entries, define, lambda unknown, value: value
    )
    for name in order:
        solver.eliminate(name, sympy.Float(right[int(name[1:])], 17))
    for name in reversed(order):
        solver.substitute(name)
    found = [float(values[sympy.Symbol(f"_change_x{k}", real=True)]) for k in range(12)]
    assert found == pytest.approx(np.linalg.solve(matrix, right), rel=1e-12)


def test_a_tree_is_eliminated_without_new_entries() -> None:
    around = graph(40, 0, 3)
    written: list[str] = []
    entries = {
        (name, other): sympy.Symbol(f"a_{name}_{other}")
        for name, others in around.items()
        for other in (name, *others)
    }
    order = elimination_order(around)
    solver = Elimination(
        {name: int(name[1:]) for name in order},
        entries,
        lambda name, value: written.append(name),
        lambda unknown, value: value,
    )
    for name in order:
        solver.eliminate(name, sympy.Integer(1))
    assert sum(name.startswith("_factor") for name in written) == 39
    assert sum(name.startswith("_inverse") for name in written) == 40


# ------------------------------------------------------------------------- derivatives


@pytest.mark.parametrize(
    "text",
    [
        "g*(E - v)",
        "v**3*g - 2*v/g",
        "1/(1 + exp(-(v - E)/g))",
        "g**v",
        "expm1(v/g)*log1p(v**2)",
        "log(2 + v**2)*log10(3 + v)",
        "sqrt(1 + v**2)",
        "sin(v)*cos(g*v) + tan(v/3)",
        "sinh(v) - cosh(v)*tanh(v/2)",
        "abs(v - 3)",
        "clip(2*v, 0, 1)",
        "exprel(g*(v - 1))",
        "v*int(v > 0.1)",
    ],
)
@pytest.mark.parametrize("at", [0.3, 0.71])
def test_slopes_are_those_of_difference_quotients(text: str, at: float) -> None:
    v, g, level = sympy.symbols("v g E", real=True)
    expression = str_to_sympy(text)
    functions = [
        {
            "int_": lambda x: float(x),
            "exprel": lambda x: np.expm1(x) / x,
            "clip": lambda x, low, high: np.clip(x, low, high),
        },
        "numpy",
    ]
    value = sympy.lambdify([v, g, level], expression, functions)
    derivative = sympy.lambdify([v, g, level], slope(expression, v), functions)
    h = 1e-6
    quotient = (value(at + h, 1.7, 0.2) - value(at - h, 1.7, 0.2)) / (2 * h)
    assert derivative(at, 1.7, 0.2) == pytest.approx(quotient, rel=1e-8, abs=1e-8)


def test_the_slope_of_exprel_is_finite_at_its_singular_point() -> None:
    v = sympy.Symbol("v", real=True)
    derivative = sympy.lambdify(
        v, slope(exprel(v), v), [{"exprel": lambda x: 1.0 if x == 0 else np.expm1(x) / x}, "numpy"]
    )
    assert np.isfinite(derivative(0.0))
    assert derivative(1e-4) == pytest.approx(0.5, rel=1e-3)


def test_steps_and_draws_count_as_constants() -> None:
    v = sympy.Symbol("v", real=True)
    for text in ("int(v > 3)", "floor(v)", "sign(v)", "v % 2", "rand()"):
        assert slope(str_to_sympy(text), v) == 0


# ----------------------------------------------------------------- linear trees and loops


def ring(n: int, length: float) -> Tree:
    """Compartments in a ring, with one that touches two others across it."""
    tree = cylinders(chain(n), length)
    tree.conductance[0, n - 1] = tree.conductance[n - 1, 0] = tree.conductance[0, 1]
    tree.conductance[0, n // 2] = tree.conductance[n // 2, 0] = tree.conductance[0, 1] / 3
    return tree


@pytest.mark.parametrize(
    "tree", [cylinders(branched(9), 200e-6), ring(7, 200e-6)], ids=["tree", "loops"]
)
@pytest.mark.parametrize(("method", "theta"), [("implicit", 1.0), ("crank_nicolson", 0.5)])
def test_linear_equations_are_solved_to_rounding(tree: Tree, method: str, theta: float) -> None:
    dt, steps = 1e-4, 12
    start = REST + np.random.default_rng(2).uniform(0, 0.03, tree.n)
    initial = {f"V{k}": value for k, value in enumerate(start)}
    found = voltages(tree, tree.model(method=method), initial, dt, steps)
    one, matrix = np.eye(tree.n), dt * tree.matrix()
    step = np.linalg.solve(one - theta * matrix, one + (1 - theta) * matrix)
    expected = REST + np.linalg.matrix_power(step, steps) @ (start - REST)
    assert np.ptp(expected) > 1e-5
    assert np.abs(found - expected).max() < 1e-15 * steps


def orders(errors: list[float]) -> list[float]:
    return [float(np.log2(a / b)) for a, b in pairwise(errors)]


@pytest.mark.parametrize(("method", "order"), [("implicit", 1), ("crank_nicolson", 2)])
def test_order_for_a_linear_tree(method: str, order: int) -> None:
    tree = cylinders(branched(6), length=200e-6)
    start = REST + np.random.default_rng(2).uniform(0, 0.03, tree.n)
    initial = {f"V{k}": value for k, value in enumerate(start)}
    exact = REST + expm(tree.matrix() * 1e-3) @ (start - REST)
    errors = []
    for dt in (2e-5, 1e-5, 5e-6):
        found = voltages(tree, tree.model(method=method), initial, dt, round(1e-3 / dt))
        errors.append(float(np.abs(found - exact).max()))
    assert orders(errors) == pytest.approx([order, order], abs=0.1)


def test_the_steady_state_of_a_sealed_cable() -> None:
    """Rall's solution: the input resistance is that of the infinite cable times coth(L)."""
    n, length, diameter = 40, 25e-6, 1e-6
    tree = cylinders(chain(n), length, diameter)
    model = tree.model()
    model.namespace["I"] = 0.01 * nA
    found = voltages(tree, model, {f"V{k}": REST for k in range(n)}, 1e-3, 400)
    membrane, axial = 1 / (3.0 * np.pi * diameter), float(35.4e-2 * ohm) * 4 / (np.pi * diameter**2)
    space = np.sqrt(membrane / axial)
    total = n * length / space
    place = (np.arange(n) + 0.5) * length / space
    # The current enters at the middle of the first compartment: half of it has a sealed end on either side.
    first = place[0]
    exact = (
        0.01e-9
        * np.sqrt(membrane * axial)
        * np.cosh(first)
        * np.cosh(total - place)
        / np.sinh(total)
    )
    assert total > 0.5
    assert found - REST == pytest.approx(exact, rel=2e-3)


# ----------------------------------------------------------------------------- channels

MEMBRANE = """
dV/dt = (gl*(El - V) + gNa*m**3*h*(ENa - V) + gs*s/(1 + exp(-V/(16*mV))/3.57)*(0*mV - V)
         + I0*sin(2*pi*f*t)**2)/C : volt
dm/dt = (0.1*10/exprel(-(V + 40*mV)/(10*mV))*(1 - m) - 4*exp(-(V + 65*mV)/(18*mV))*m)/ms : 1
dh/dt = (0.07*exp(-(V + 65*mV)/(20*mV))*(1 - h) - h/(exp(-(V + 35*mV)/(10*mV)) + 1))/ms : 1
ds/dt = (x - s)/td : 1
dx/dt = -x/tr : 1
"""
VALUES = {
    "gl": 3 * siemens, "El": -70 * mV, "gNa": 60 * siemens, "ENa": 50 * mV, "gs": 3 * siemens,
    "I0": 0.06 * siemens * 1000 * mV, "f": 50 * Hz, "C": 0.01 * siemens / Hz, "td": 2 * ms,
    "tr": 1 * ms,
}  # fmt: skip


def membrane(method: str, dt: float) -> np.ndarray:
    model = Model(MEMBRANE, VALUES, method=method)
    alpha_m, beta_m = 0.1 * 30 / np.expm1(3.0), 4 * np.exp(5 / 18)
    alpha_h, beta_h = 0.07 * np.exp(5 / 20), 1 / (np.exp(3.5) + 1)
    initial = {
        "V": -70e-3,
        "m": alpha_m / (alpha_m + beta_m),
        "h": alpha_h / (alpha_h + beta_h),
    }
    simulation = simulated(model, initial, dt)
    simulation.run(round(8e-3 / dt))
    return simulation.populations["cells"].read("V")[0]


@pytest.mark.parametrize(("method", "order"), [("implicit", 1), ("crank_nicolson", 2)])
def test_order_with_staggered_gates(method: str, order: int) -> None:
    exact = membrane("crank_nicolson", 2.5e-7)
    assert exact > -60e-3
    errors = [abs(membrane(method, dt) - exact) for dt in (4e-5, 2e-5, 1e-5)]
    assert orders(errors) == pytest.approx([order, order], abs=0.15)


def test_a_current_that_is_not_linear_in_the_voltage_is_of_order_two() -> None:
    """A quadratic membrane has the solution ``tan``; its steps are Rosenbrock steps."""
    model = Model("dv/dt = (v**2/volt + volt)/second : volt", {}, method="crank_nicolson")
    errors = []
    for dt in (0.02, 0.01, 0.005):
        simulation = simulated(model, {"v": 0.0}, dt)
        simulation.run(round(1 / dt))
        errors.append(abs(simulation.populations["cells"].read("v")[0] - np.tan(1.0)))
    assert orders(errors) == pytest.approx([2, 2], abs=0.1)


# ---------------------------------------------------------------------------- stability


@pytest.mark.parametrize("precision", [32, 64])
def test_thin_dendrites_are_stable_where_euler_explodes(precision: int) -> None:
    """Compartments of 0.2 um that settle within a microsecond, at a step of 100 us."""
    tree = cylinders(branched(8), length=5e-6, diameter=0.2e-6)
    dt, steps = 1e-4, 30
    assert dt * np.abs(np.linalg.eigvals(tree.matrix())).max() > 10
    initial = {f"V{k}": REST + 0.002 * k for k in range(tree.n)}
    with pytest.raises(NumericalError, match="method='implicit' often helps"):
        voltages(tree, tree.model(method="euler"), initial, dt, 300, precision)
    exact = REST + expm(tree.matrix() * dt * steps) @ (0.002 * np.arange(tree.n))
    assert exact.min() > REST + 2e-3
    found = voltages(tree, tree.model(method="implicit"), initial, dt, steps, precision)
    assert np.abs(found - exact).max() < 1e-4
    # Crank-Nicolson does not explode either, but what is faster than its step decays too slowly.
    found = voltages(tree, tree.model(method="crank_nicolson"), initial, dt, steps, precision)
    assert np.abs(found - exact).max() < 0.014
    settled = voltages(tree, tree.model(method="crank_nicolson"), initial, dt, 600, precision)
    assert settled == pytest.approx(REST, abs=1e-6)


def test_single_precision_keeps_the_resting_potential_of_tightly_coupled_compartments() -> None:
    """Ohm's law is computed from differences: rounding must not look like a leak."""
    tree = cylinders(chain(16), length=2e-6)
    assert 1e-4 * np.abs(tree.matrix()).max() > 100
    model = tree.model()
    found = voltages(tree, model, {f"V{k}": -70e-3 for k in range(16)}, 1e-4, 5000, precision=32)
    assert found == pytest.approx(REST, abs=2e-6)


# ------------------------------------------------------------------------ refractoriness


@pytest.mark.parametrize("held", ["V0", "V1", "all"])
def test_a_refractory_voltage_is_a_boundary_for_its_neighbours(held: str) -> None:
    """Against a dense solver that replaces the rows of the clamped voltages."""
    tree = cylinders(chain(4), 100e-6)
    whole = tree.model()
    names = [f"V{k}" for k in range(4)] if held == "all" else [held]
    text = str(whole.equations)
    for name in names:
        text = re.sub(rf"(d{name}/dt = .*: volt)", r"\1 (unless refractory)", text)
    model = Model(
        text,
        {**whole.namespace, "I": 0.2 * nA},
        method="implicit",
        threshold="V0 > -40*mV",
        reset="V0 = -60*mV",
        refractory=2 * ms,
    )
    simulation = simulated(
        model, {f"V{k}": REST for k in range(4)}, 1e-4, recorded=("V0", "V1", "V2", "V3")
    )
    simulation.run(300)
    samples = simulation.samples("samples").values[:, :, 0]
    spikes = simulation.spikes.of(*simulation.source_range("cells"))[1]
    assert len(spikes) > 3
    clamped = [int(name[1:]) for name in names]
    system = np.eye(4) - 1e-4 * tree.matrix()
    injected = np.zeros(4)
    injected[0] = 0.2e-9 / (tree.area[0] * 1e-2)
    value, last = np.full(4, REST), -(10**6)
    found = []
    for step in range(300):
        assert samples[step] == pytest.approx(value, abs=1e-13)
        matrix, right = system.copy(), 1e-4 * (tree.matrix() @ (value - REST) + injected)
        if step - last < 20:
            for k in clamped:
                matrix[k], right[k] = np.eye(4)[k], 0.0
        value = value + np.linalg.solve(matrix, right)
        if value[0] > -40e-3 and step - last >= 20:
            found.append(step)
            last = step
            value[0] = -60e-3
    assert list(spikes) == found


def test_a_flag_without_refractoriness_changes_nothing() -> None:
    plain = Model("dv/dt = -v/(10*ms) : volt", {}, method="implicit")
    flagged = Model("dv/dt = -v/(10*ms) : volt (unless refractory)", {}, method="implicit")
    assert build_program(plain, 1e-4).update == build_program(flagged, 1e-4).update


# --------------------------------------------------------------------------------- noise


@pytest.mark.parametrize("precision", [32, 64])
def test_noise_has_the_variance_that_theory_gives(precision: int) -> None:
    """Of an Ornstein-Uhlenbeck voltage under each method, and of one beside the voltages, which is exact."""
    dt, tau, sigma, n = 1e-3, 5e-3, 2e-3, 20_000
    equations = """
    dv/dt = -v/tau + sigma*xi_1*tau**-0.5 : volt
    dx/dt = -x/tau + s*xi_2*tau**-0.5 : 1
    """
    gain = dt / tau
    variance = {
        "implicit": sigma**2 * gain / ((1 + gain) ** 2 - 1),
        "crank_nicolson": sigma**2 / 2,
    }
    for method, expected in variance.items():
        model = Model(equations, {"tau": 5 * ms, "sigma": 2 * mV, "s": 1}, method=method)
        simulation = simulated(model, {}, dt, n, precision)
        simulation.run(100)
        cells = simulation.populations["cells"]
        spread = 4 * np.sqrt(2 / n)
        assert np.var(cells.read("v")) == pytest.approx(expected, rel=spread)
        assert np.var(cells.read("x")) == pytest.approx(0.5, rel=spread)
        assert abs(np.corrcoef(cells.read("v"), cells.read("x"))[0, 1]) < 4 / np.sqrt(n)


def test_equations_that_name_the_same_noise_share_it() -> None:
    equations = """
    dv/dt = -v/tau + 1*mV*xi_shared*tau**-0.5 : volt
    dw/dt = -w/tau + 2*mV*xi_shared*tau**-0.5 : volt
    """
    model = Model(equations, {"tau": 5 * ms}, method="implicit")
    simulation = simulated(model, {}, 1e-4, 50)
    simulation.run(20)
    cells = simulation.populations["cells"]
    assert np.ptp(cells.read("v")) > 1e-4
    assert cells.read("w") == pytest.approx(2 * cells.read("v"), rel=1e-12)


# ------------------------------------------------------------------------ generated text


def test_the_elimination_of_a_passive_tree_is_left_to_the_host() -> None:
    """No division is left in the step; a soma with channels needs one."""
    tree = cylinders(branched(12))
    passive = build_step_function(build_program(tree.model(), 1e-4), "step_tree")
    assert " / " not in passive.source.split("{", 1)[1].replace("//", "")
    without_gates = build_program(tree.model((0,)), 1e-4)
    inverses = [item.target for item in without_gates.update if item.target.startswith("_inverse")]
    assert len(inverses) == 12
    soma = build_step_function(without_gates, "step_tree").source
    assert [name for name in inverses if f"lane {name} " in soma] == ["_inverse_V0"]


def test_groups_that_are_not_coupled_are_solved_by_themselves() -> None:
    equations = "\n".join(
        f"dv{a}/dt = (v{b} - v{a})/tau : volt" for a, b in ((0, 2), (1, 3), (2, 0), (3, 1))
    )
    model = Model(equations, {"tau": 0.1 * ms}, method="implicit")
    program = build_program(model, 1e-4)
    targets = [statement.target for statement in program.update]
    assert len(targets) == len(set(targets))
    simulation = simulated(model, {"v0": 1.0, "v1": 2.0, "v2": 3.0, "v3": 6.0}, 1e-4)
    simulation.run(1)
    cells = simulation.populations["cells"]
    # Backward Euler halves nothing but the difference: by 1/(1 + 2 dt/tau) = 1/3.
    found = [cells.read(f"v{k}")[0] for k in range(4)]
    assert found == pytest.approx([2 - 1 / 3, 4 - 2 / 3, 2 + 1 / 3, 4 + 2 / 3])


def test_the_same_model_gives_the_same_text() -> None:
    texts = {
        build_step_function(build_program(cylinders(branched(9)).model((0, 2)), 1e-4), "f").source
        for _ in range(3)
    }
    assert len(texts) == 1


# -------------------------------------------------------------------------------- errors


@pytest.mark.parametrize("method", ["implicit", "crank_nicolson"])
def test_equations_without_voltages_are_refused(method: str) -> None:
    model = Model("dx/dt = -x/(10*ms) : 1", {}, method=method, name="gate")
    with pytest.raises(
        ModelError,
        match=rf"gate: the method '{method}' cannot integrate these equations: it solves for membrane "
        r"voltages, and none of the differential equations is in volts\. Use one of: euler",
    ):
        build_program(model, 1e-4)


def test_multiplicative_noise_is_refused() -> None:
    model = Model("dv/dt = -v/(10*ms) + v*xi/ms**0.5 : volt", {}, method="implicit", name="noisy")
    with pytest.raises(
        ModelError,
        match=r"the noise in the equation of 'v' is multiplied by 'v'; this method takes additive",
    ):
        build_program(model, 1e-4)
