"""Poisson's and the binomial distribution: outcomes are as likely as they should be, the same on every backend."""

from __future__ import annotations

from pathlib import Path

import brian2
import numpy as np
import pytest
from brian2 import BinomialFunction, ms
from lane_harness import REAL, apply
from scipy.stats import binom, chisquare, kstest, norm, poisson

import dendrify_gpu as dg
from dendrify_gpu.gpu import (
    CpuBackend,
    Model,
    ModelError,
    NetworkPlan,
    PopulationPlan,
    Simulation,
    build_program,
)

N = 200_000


def index(precision: int) -> np.ndarray:
    return np.arange(N).astype(REAL[precision])


def expression(call: str) -> str:
    """Return a draw of the neuron whose number is x: the low bits of x + 1.5 * 2^k, where k is the number of digits."""
    low = "as_unsigned(as_integer(x + splat(ROUNDER)) & isplat(0x3fffff))"
    return call.replace("INDEX", low)


POISSON_MEANS = [0.0, 1e-6, 0.01, 0.7, 3.0, 9.99, 10.0, 12.5, 60.0, 1e3, 1e6]
BINOMIALS = [
    *((1, 0.0), (1, 1.0), (1, 0.3), (5, 0.5), (10, 0.9), (40, 0.1), (1000, 0.001)),
    *((1000, 0.999), (30, 0.5), (100, 0.3), (100, 0.8), (10**6, 1e-7), (10**6, 0.4), (20, 0.5)),
]


def poisson_of(mean: float) -> str:
    return expression(f"random_poisson(splat((real){mean!r}), INDEX, 9u, 1u, 5u, 2u)")


def binomial_of(n: int, p: float) -> str:
    return expression(
        f"random_binomial(splat((real){n}), splat((real){p!r}), INDEX, 9u, 1u, 5u, 2u)"
    )


SPECIAL = [
    *(
        f"random_poisson({mean}, INDEX, 9u, 1u, 5u, 2u)"
        for mean in ("splat(-1)", "splat(INFINITE)", "not_a_number()")
    ),
    *(
        f"random_binomial({n}, {p}, INDEX, 9u, 1u, 5u, 2u)"
        for n, p in (
            ("splat(-1)", "splat((real)0.5)"),
            ("splat((real)2.5)", "splat((real)0.5)"),
            ("splat(4)", "splat((real)1.5)"),
            ("splat(4)", "splat((real)-0.5)"),
            ("not_a_number()", "splat((real)0.5)"),
        )
    ),
]
MIXED = [
    expression("random_poisson(lane_abs(y), INDEX, 3u, 0u, 1u, 7u)"),
    expression("random_binomial(lane_floor(lane_abs(y)), splat((real)0.3), INDEX, 3u, 0u, 1u, 7u)"),
]
#: The outcome above which lies a probability of at most x: of Poisson's distribution with the mean y, of binomial ones.
POISSON_TAIL = (
    "outcome_of(x, Outcomes{lane_exp(splat(0) - y), splat(0) - lane_expm1(splat(0) - y), y, splat(0), "
    "splat(MOST_TERMS)})"
)


def binomial_tail(n: int, p: float) -> str:
    none, odds = (1 - p) ** n, p / (1 - p)
    numbers = (f"splat((real){value!r})" for value in (none, 1 - none, odds * (n + 1), -odds, n))
    return f"outcome_of(x, Outcomes{{{', '.join(numbers)}}})"


BINOMIAL_TAILS = [(1, 0.5), (5, 0.25), (18, 0.5), (1024, 2.0**-8)]
ALL = (
    POISSON_TAIL,
    *(binomial_tail(n, p) for n, p in BINOMIAL_TAILS),
    *map(poisson_of, POISSON_MEANS),
    *(binomial_of(n, p) for n, p in BINOMIALS),
    *map(expression, SPECIAL),
    *MIXED,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("draws")


def assert_distributed(values: np.ndarray, distribution) -> None:
    """Compare frequencies with probabilities: chi-square over outcomes, or ranges of them, of 20 and more each."""
    assert np.all(values == np.floor(values))
    mean, deviation = distribution.mean(), distribution.std()
    if deviation == 0:
        assert np.all(values == mean)
        return
    assert abs(values.mean() - mean) < 5 * deviation / np.sqrt(len(values)) + 1e-12
    low, high = int(values.min()), int(values.max())
    edges = np.unique(np.linspace(low, high + 1, min(high + 2 - low, 400)).astype(int))
    counts, _ = np.histogram(values, np.append(edges, high + 2))
    bounds = np.append(edges, high + 2)
    probability = distribution.cdf(bounds[1:] - 1) - distribution.cdf(bounds[:-1] - 1)
    probability[0] += distribution.cdf(low - 1)
    probability[-1] += distribution.sf(high + 1)
    grouped_counts, grouped = [0.0], [0.0]
    for count, expected in zip(counts, probability * len(values), strict=True):
        if grouped[-1] >= 20:
            grouped_counts.append(0.0)
            grouped.append(0.0)
        grouped_counts[-1] += count
        grouped[-1] += expected
    if len(grouped) > 1 and grouped[-1] < 20:
        last_count, last = grouped_counts.pop(), grouped.pop()
        grouped_counts[-1] += last_count
        grouped[-1] += last
    if len(grouped) > 1:
        expected = np.array(grouped) * (sum(grouped_counts) / sum(grouped))
        assert chisquare(grouped_counts, expected).pvalue > 1e-4


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("mean", POISSON_MEANS)
def test_poisson(mean: float, precision: int, folder: Path) -> None:
    x = index(precision)
    values = apply(poisson_of(mean), x, precision=precision, folder=folder, among=ALL)
    assert_distributed(values.astype(float), poisson(float(REAL[precision](mean))))


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize(("n", "p"), BINOMIALS)
def test_binomial(n: int, p: float, precision: int, folder: Path) -> None:
    x = index(precision)
    values = apply(binomial_of(n, p), x, precision=precision, folder=folder, among=ALL)
    assert values.min() >= 0 and values.max() <= n
    assert_distributed(values.astype(float), binom(n, float(REAL[precision](p))))


def assert_quantiles(values: np.ndarray, u: np.ndarray, distribution, precision: int) -> None:
    """Compare with the exact outcomes, but for the rounding of probabilities."""
    slack = 1e-4 if precision == 32 else 1e-10
    falling = -distribution.sf(np.arange(120))
    assert np.all(values <= np.searchsorted(falling, -u.astype(float) * (1 - slack)))
    assert np.all(values >= np.searchsorted(falling, -u.astype(float) * (1 + slack)))


@pytest.mark.parametrize("precision", [32, 64])
def test_outcomes_are_right_to_the_least_probability(precision: int, folder: Path) -> None:
    """As rare as the generator can make them, which no sample shows."""
    least = -32 if precision == 32 else -53
    u = np.exp2(np.linspace(least, 0, 5000)).astype(REAL[precision])
    how = {"precision": precision, "folder": folder, "among": ALL}
    for mean in (0.0, 1e-30, 1e-3, 0.1, 1.0, 3.0, 7.5, 9.99):
        y = np.full(len(u), mean, dtype=u.dtype)
        assert_quantiles(apply(POISSON_TAIL, u, y, **how), u, poisson(float(y[0])), precision)
    for n, p in BINOMIAL_TAILS:
        assert_quantiles(apply(binomial_tail(n, p), u, **how), u, binom(n, p), precision)


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("call", SPECIAL)
def test_parameters_without_meaning_give_nan(call: str, precision: int, folder: Path) -> None:
    x = index(precision)[:100]
    result = apply(expression(call), x, precision=precision, folder=folder, among=ALL)
    assert np.all(np.isnan(result))


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("number", range(len(MIXED)))
@pytest.mark.parametrize(
    ("target", "options"),
    [
        *(("cpu", (f"-DVECTOR_BYTES={size}",)) for size in (16, 32, 64)),
        *(("cpu", ("-O1",)), ("cuda", ()), ("cuda", ("-O1",))),
    ],
)
def test_same_bits(
    target: str, options: tuple[str, ...], number: int, precision: int, folder: Path
) -> None:
    """With means that differ from lane to lane, so that the methods meet in one vector."""
    x = index(precision)[:20_000]
    y = np.random.default_rng(3).choice([0.0, 0.3, 5.0, 11.0, 400.0], len(x)).astype(x.dtype)
    how = {"precision": precision, "folder": folder, "among": ALL}
    reference = apply(MIXED[number], x, y, **how)
    result = apply(MIXED[number], x, y, target=target, options=options, **how)
    np.testing.assert_array_equal(result, reference)
    assert len(np.unique(reference)) > 50


# ------------------------------------------------------------------- language


def values_of(statement: str, n: int = 20_000, **namespace: object) -> np.ndarray:
    """Return what a variable is after one step in which it is set."""
    model = Model(
        "dv/dt = -v/ms : 1\nw : 1\nu : 1\nm : 1",
        namespace,
        threshold="v < 2",
        reset=statement,
        name="drawn",
    )
    plan = NetworkPlan(
        1e-4,
        64,
        3,
        (PopulationPlan("drawn", build_program(model, 1e-4), n, {"m": np.linspace(0, 20, n)}),),
    )
    simulation = Simulation(plan, CpuBackend())
    simulation.run(1)
    memory = simulation.populations["drawn"]
    return np.array([memory.read("w"), memory.read("u")])


def test_poisson_in_statements() -> None:
    w, u = values_of("w = poisson(3.5); u = poisson(m)")
    assert_distributed(w, poisson(3.5))
    m = np.linspace(0, 20, len(u))
    assert abs(np.sum(u - m)) < 5 * np.sqrt(m.sum())
    assert abs(np.corrcoef(w, u - m)[0, 1]) < 0.03


def test_binomials_in_statements() -> None:
    rare = BinomialFunction(12, 0.25, approximate=False)
    same = BinomialFunction(12, 0.25, approximate=False)
    w, u = values_of("w = rare() + 100*same(); u = rare()", rare=rare, same=same)
    assert_distributed(u, binom(12, 0.25))
    assert_distributed(w % 100, binom(12, 0.25))
    assert_distributed(w // 100, binom(12, 0.25))
    # Each function and each statement has numbers of its own.
    for one, other in ((w % 100, w // 100), (w % 100, u)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.03


def test_approximated_binomials_are_normal_as_in_brian2() -> None:
    many = BinomialFunction(100, 0.3)
    also = BinomialFunction(200, 0.5)
    w, u = values_of("w = many(); u = many() - also()", many=many, also=also)
    assert kstest(w, norm(30, np.sqrt(21)).cdf).pvalue > 1e-3
    assert kstest(u, norm(-70, np.sqrt(71)).cdf).pvalue > 1e-3


def test_approximated_binomials_are_not_the_normal_numbers_beside_them() -> None:
    many = BinomialFunction(100, 0.3)
    w, _ = values_of("w = many() + sqrt(21)*randn(); u = 0", many=many)
    assert kstest(w, norm(30, np.sqrt(42)).cdf).pvalue > 1e-3


def test_actions_of_events_draw() -> None:
    net = dg.Network(backend="cpu", seed=4)
    cells = net.population(
        "dv/dt = 1/ms : 1\nw : 1\nu : 1",
        20_000,
        namespace={"some": BinomialFunction(7, 0.4, approximate=False)},
        events={"high": "v > 0.5"},
        event_actions={"high": "v = 0; w += poisson(0.8); u += some()"},
        name="cells",
    )
    net.run(1.3 * ms)
    # Two events: two Poisson numbers are one of twice the mean, two binomial ones one of twice the trials.
    assert_distributed(np.asarray(cells.w), poisson(1.6))
    assert_distributed(np.asarray(cells.u), binom(14, 0.4))


@pytest.mark.parametrize("method", ["rk4", "heun", "exponential_euler"])
def test_methods_draw_as_brian2_does(method: str) -> None:
    """A rate that depends on the state, in methods that evaluate the equation several times."""
    equations = "dv/dt = (-v + poisson(0.1*v + 3))/(10*ms) : 1"
    net = dg.Network(backend="cpu", seed=4)
    cells = net.population(equations, 4000, method=method, name="cells")
    net.run(40 * ms)
    group = brian2.NeuronGroup(4000, equations, method=method)
    brian2.Network(group).run(40 * ms)
    ours, theirs = np.asarray(cells.v), np.asarray(group.v)
    spread = np.sqrt((ours.var() + theirs.var()) / 4000)
    assert abs(ours.mean() - theirs.mean()) < 5 * spread
    # The standard error of a variance of normal numbers is sqrt(2 / n) of it.
    assert abs(np.log(ours.var() / theirs.var())) < 5 * np.sqrt(2 * 2 / 4000)


def test_networks_draw_and_brian2_agrees() -> None:
    """Input of many unreliable synapses: the mean and the variance of the voltage in both."""
    release = BinomialFunction(20, 0.1, approximate=False)
    equations = "dv/dt = -v/(10*ms) + (release() + poisson(0.5))/ms : 1"
    net = dg.Network(backend="cpu", seed=4)
    cells = net.population(equations, 4000, namespace={"release": release}, name="cells")
    net.run(100 * ms)
    ours = np.asarray(cells.v)
    group = brian2.NeuronGroup(4000, equations, namespace={"release": release}, method="euler")
    brian2.Network(group).run(100 * ms)
    theirs = np.asarray(group.v)
    # Mean tau * (2 + 0.5), variance of a first-order filter of white input.
    decay = 1 - 0.01
    variance = (20 * 0.1 * 0.9 + 0.5) * 0.01 / (1 - decay**2)
    for values in (ours, theirs):
        assert abs(values.mean() - 25) < 5 * np.sqrt(variance / 4000)
        assert abs(values.var() / variance - 1) < 0.15
    made = net.to_brian2()
    made.network.run(100 * ms)
    exported = np.asarray(made.groups["cells"].v)
    assert abs(exported.mean() - 25) < 5 * np.sqrt(variance / 4000)


def test_unknown_functions_are_still_refused() -> None:
    gamma = brian2.Function(np.random.standard_gamma, arg_units=[1], return_unit=1)
    model = Model("dv/dt = (gamma(2) - v)/ms : 1", {"gamma": gamma}, name="drawn")
    with pytest.raises(ModelError, match="calls 'gamma', which the core cannot compute"):
        build_program(model, 1e-4)


def test_two_calls_in_one_expression_are_refused() -> None:
    with pytest.raises(
        ModelError, match=r"drawn: The expression .* contains more than one call of poisson"
    ):
        values_of("w = poisson(1) - poisson(2)")
