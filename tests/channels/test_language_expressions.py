"""Expressions of channels: names, units, removable poles, and poles that are refused."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from brian2.units import hertz, mM, ms, mV, volt
from brian2.units.fundamentalunits import get_dimensions
from language_checks import message

from dendrify_gpu.compartments import (
    Channel,
    CompartmentError,
    EquationTextError,
    Gate,
    UnitsError,
    UnknownNameError,
)
from dendrify_gpu.compartments.channels.expressions import (
    FUNCTIONS,
    Expression,
    dimensions_of,
    free_names,
)
from dendrify_gpu.compartments.channels.singularities import without_removable_poles
from dendrify_gpu.gpu.functions import SUPPORTED_FUNCTIONS

CONSTANTS = {"vh": -41.1 * mV, "k": 4.7 * mV, "RT_F": 25.7 * mV}
FORTY = "(v + 40*mV)/(10*mV)"

#: Expression, where its removable pole is (mV), and the limit there.
REMOVABLE = [
    ("0.1*(25 - v/mV)/(exp((25 - v/mV)/10) - 1)", 25, 1),
    ("0.1*(25-v/mV)/(exp((25-v/mV)/10)-1)/ms", 25, 1e3),
    ("0.1/mV/ms*(v + 40*mV)/(1 - exp(-(v + 40*mV)/(10*mV)))", -40, 1e3),
    ("-0.01*(v/mV + 55)/(exp(-(v/mV + 55)/10) - 1)/ms", -55, 100),
    ("1/(exp(v/(5*mV)) - 1)*v/mV", 0, 5),
    ("v/mV/expm1(v/(10*mV))", 0, 10),
    ("v/mV/sinh(v/(10*mV))", 0, 10),
    ("v/mV/tanh(v/(10*mV))", 0, 10),
    (f"({FORTY})/(exp({FORTY}) - exp(-{FORTY}))", -40, 0.5),
    (f"(exp({FORTY}) - 1)/(v/mV + 40)", -40, 0.1),
    ("sinh(v/(10*mV))/(v/mV)", 0, 0.1),
    (f"({FORTY}/(exp({FORTY}) - 1))**2", -40, 1),
    (f"((exp({FORTY}) - 1)/(v/mV + 40))**-3", -40, 1e3),
    (f"exp({FORTY})*(v/mV + 40)/(exp({FORTY}) - 1)", -40, 10),
    ("(v/mV + 40)/(2*exp((v + 40*mV)/(5*mV)) - 2)", -40, 2.5),
    ("(v/mV + 40)/(1 - exp(-0.1*(v + 40*mV)/mV))", -40, 10),
    ("(v/mV + 40)/(exp(v/(10*mV) + 4) - 1)", -40, 10),
    ("(v/mV + 40)/(exp(v/(10*mV))*exp(4) - 1)", -40, 10),
    ("(v/mV + 40)/(exp(v/(10*mV)) - exp(-4))", -40, 10 * np.exp(4)),
    ("(v/mV - 13.1)/(1 - 1/exp((v/mV - 13.1)/4))", 13.1, 4),
    # Decimals that are equal on paper, and not when rounded to binary.
    ("(0.2816*v/mV + 7.8848)/(exp((v/mV + 28)/9.3) - 1)", -28, 0.2816 * 9.3),
    ("(v/mV/3.7 + 6.756756756756757)/(exp((v/mV + 25)/5) - 1)", -25, 5 / 3.7),
    # One place in two units.
    ("(v + 0.04*volt)/(exp((v + 40*mV)/(10*mV)) - 1)", -40, 0.01),
    # Parameters, as long as they are the same in both.
    ("(v - vh)/(exp((v - vh)/k) - 1)/mV", -41.1, 4.7),
    # The Goldman-Hodgkin-Katz equation.
    ("v*(1 - ca/(2*mM)*exp(2*v/RT_F))/(exp(2*v/RT_F) - 1)/mV", 0, 12.85 * (1 - 0.3 / 2)),
    # Inside something else.
    (f"1/(({FORTY})/(1 - exp(-{FORTY})) + 1)", -40, 0.5),
    (f"clip(({FORTY})/(1 - exp(-{FORTY})), 0, 5)*int(v > -50*mV)", -40, 1),
]


def evaluated(text: str, millivolt: Any) -> np.ndarray:
    values = {name: float(value) for name, value in CONSTANTS.items()}
    numbers = {**values, "v": np.asarray(millivolt) / 1e3, "ca": 0.3}
    return Expression(text, (), free_names(text))(numbers)


def safe(text: str) -> str:
    return without_removable_poles(text, free_names(text) - set(CONSTANTS))


@pytest.mark.parametrize(("text", "pole", "limit"), REMOVABLE)
def test_a_removable_pole_has_its_limit(text: str, pole: float, limit: float) -> None:
    rewritten = safe(text)
    assert float(evaluated(rewritten, pole)) == pytest.approx(limit, rel=1e-13)


@pytest.mark.parametrize(("text", "pole", "limit"), REMOVABLE)
def test_a_rewritten_expression_is_equal_elsewhere(text: str, pole: float, limit: float) -> None:
    millivolt = np.setdiff1d(np.arange(-150.0, 100.0, 1.7), [pole])
    distance = np.abs(millivolt - pole)
    expected, found = evaluated(text, millivolt), evaluated(safe(text), millivolt)
    # What cancels in the original, close to the pole, is its own loss.
    tolerance = 1e-13 * (1 + 100 / distance)
    assert np.all(np.abs(found - expected) <= tolerance * np.abs(expected))


@pytest.mark.parametrize(("text", "pole", "limit"), REMOVABLE)
def test_a_rewritten_expression_keeps_its_unit(text: str, pole: float, limit: float) -> None:
    units = {**CONSTANTS, "v": volt, "ca": mM}
    assert dimensions_of(safe(text), units) is dimensions_of(text, units)


def test_close_to_the_pole_no_digits_are_lost() -> None:
    text = "0.1/mV*(v + 40*mV)/(1 - exp(-(v + 40*mV)/(10*mV)))"
    with mpmath.workdps(40):
        for volts in (-0.04 + 1e-9, -0.04 - 1e-12, -0.04 + 1e-6, -0.04, 0.1, -0.15):
            x = (mpmath.mpf(volts) + mpmath.mpf("0.04")) * 100
            exact = x / (1 - mpmath.exp(-x))
            assert float(evaluated(safe(text), volts * 1e3)) == pytest.approx(
                float(exact), rel=1e-14
            )


def test_two_poles_are_removed_from_one_product() -> None:
    text = "(v/mV + 40)*(v/mV - 20)/((1 - exp(-(v + 40*mV)/(10*mV)))*(exp((v - 20*mV)/(5*mV)) - 1))"
    rewritten = safe(text)
    assert rewritten.count("exprel") == 2
    at_forty = 10 * -60 / (np.exp(-12) - 1)
    at_twenty = 60 / (1 - np.exp(-6)) * 5
    assert evaluated(rewritten, [-40, 20]) == pytest.approx([at_forty, at_twenty], rel=1e-13)


def test_the_text_reads_well() -> None:
    text = "0.1*(25-v/mV)/(exp((25-v/mV)/10)-1)/ms"
    assert safe(text) == "1 / exprel((25 - v / mV) / 10) / ms"
    text = "0.32/mV/ms*(v - vh)/(1 - exp(-(v - vh)/k))"
    assert safe(text) == "0.32 * k / mV / ms / exprel(-(v - vh) / k)"


@pytest.mark.parametrize(
    "text",
    [
        "1/(1+exp(-(v+40*mV)/(5*mV)))",
        "ca/(ca + kd)",  # two pools are not one
        "(v/mV)*exp(v/(5*mV))/(1 + exp(v/(5*mV)))",
        "0.5",
    ],
)
def test_what_has_no_pole_stays_as_it_was_written(text: str) -> None:
    assert without_removable_poles(text, free_names(text)) == text


def channel(part: str = "inf", text: Any = "0.5", **parameters: Any) -> Channel:
    parts = {"alpha": 1 * hertz, "beta": 1 * hertz} if part in ("alpha", "beta") else {"inf": 0.5}
    return Channel("X", gates=[Gate("m", **{**parts, part: text})], parameters=parameters)


HALF = "1/(1 + exp(-v/(5*mV)))"


@pytest.mark.parametrize(
    ("part", "text", "where"),
    [
        ("inf", "1/(v/mV + 40)", "v = -40 mV, where v / mV + 40 is zero"),
        ("tau", "1*ms/(cosh(v/(10*mV)) - 1)", "v = 0 mV, where cosh(v / (10 * mV)) - 1 is zero"),
        ("tau", "1*ms/(v/mV + 40.03)**2", "v = -40.03 mV"),
        ("tau", "1*ms/((v/mV)**2 - 2*v/mV + 1)", "v = 1 mV"),
        ("alpha", "1/ms/(exp((v + 33.3*mV)/(10*mV)) - 1)", "v = -33.3 mV"),
        ("alpha", "1/ms + v/mV/(v/mV - 12)/ms", "v = 12 mV"),
        ("alpha", "1/ms*(1 + 1/(exp(v/mV) - 1))", "v = 0 mV"),
        ("alpha", "(v/mV)**2/(exp(v/mV) - 1)**3/ms", "v = 0 mV"),
        ("tau", "1*ms/(ca - 1*uM)*uM", "ca = 0.001 mM"),
    ],
)
def test_a_true_pole_is_refused(part: str, text: str, where: str) -> None:
    said = message(EquationTextError, channel, part, text)
    assert said.startswith(f"channel 'X', {part} of gate 'm': {text!r} has a pole at {where}")
    assert said.endswith(
        "Write it so that it has a finite value from -150 to 100 mV, and from 1 nM to 10 mM of each "
        "ion pool. Numerator and denominator may vanish together, as in "
        "(v + 40*mV)/(1 - exp(-(v + 40*mV)/(10*mV)))."
    )


def test_a_pole_outside_the_working_range_is_accepted() -> None:
    assert channel("inf", "0.001/(v/mV + 500)").gates[0].inf == "0.001/(v/mV + 500)"


def test_a_jump_is_no_pole() -> None:
    assert channel("tau", "1*ms/(int(v > -40*mV) - 0.25)**2").kinetics


def test_constants_that_were_rounded_apart_are_refused() -> None:
    text = "0.32/ms*(v/mV + 13.1)/(1 - exp(-(v/mV + 13.10001)/4))"
    said = message(EquationTextError, channel, "alpha", text)
    assert "pole at v = -13.10001 mV" in said
    assert (
        "The numerator v / mV + 13.1 is zero at -13.1 mV: write both with the same numbers and the same "
        "parameters." in said
    )


def test_a_pole_that_vanishes_for_one_value_of_a_parameter_only_is_refused() -> None:
    text = "0.32/ms*(v/mV + 13.1)/(1 - exp(-(v - v_half)/(4*mV)))"
    said = message(EquationTextError, channel, "alpha", text, v_half=-13.1 * mV)
    assert "pole at v = -13.1 mV" in said
    assert "write both with the same numbers and the same parameters" in said


def test_division_by_a_zero_that_does_not_move() -> None:
    said = message(EquationTextError, channel, "inf", "0.5/k", k=0)
    assert said == "channel 'X', inf of gate 'm': '0.5/k' divides by k, which is zero."


def test_values_that_are_not_finite_are_refused() -> None:
    said = message(EquationTextError, channel, "inf", "log(v/mV)")
    assert said == (
        "channel 'X', inf of gate 'm': 'log(v/mV)' has no finite value at v = -150 mV. Write it so that "
        "it has one from -150 to 100 mV, and from 1 nM to 10 mM of each ion pool."
    )


@pytest.mark.parametrize(
    ("text", "error", "parts"),
    [
        ("1/(1 +", EquationTextError, ["cannot be read", "Write it in Brian2 syntax, with * for"]),
        (
            "v > -40*mV",
            EquationTextError,
            ["is a condition", "Write int(v > -40*mV) for one or zero"],
        ),
        (
            "0.5 if v > 0*mV else 1",
            EquationTextError,
            ["cannot be read because of", "+ - * / ** %"],
        ),
        ("v.dim", EquationTextError, ["because of 'v.dim'"]),
        ("1//2", EquationTextError, ["because of '1 // 2'"]),
        ("-50*mV < v < 0*mV", EquationTextError, ["because of"]),
        ("'m'", EquationTextError, ["because of \"'m'\""]),
        ("exp", EquationTextError, ["it is a function"]),
        ("exp(v/mV, 1)", EquationTextError, ["called with 2 parameters, needs 1"]),
        ("v**v/mV", EquationTextError, ["cannot be read"]),
        ("arctan(v/mV)", UnknownNameError, ["the function 'arctan'", "Did you mean 'tan'", "tanh"]),
        ("rand()", UnknownNameError, ["the function 'rand'", "There are: abs, ceil"]),
        ("t/second", UnknownNameError, ["depends on 't'", "on v, on concentrations of ion pools"]),
        ("v", UnitsError, ["must be a number without units (no unit), but it has unit V"]),
        ("exp(v)", UnitsError, ["the units in 'exp(v)' do not fit"]),
        ("1 + v", UnitsError, ["'v' has unit V"]),
        (
            "1/(1 + exp((v - v_hlf)/(5*mV)))",
            UnitsError,
            ["Taken for concentrations of ion pools (mM): v_hlf (Did you mean 'v_half'?)."],
        ),
        (
            "1/(1 + exp((v - v_half)/(5*mv)))",
            UnitsError,
            ["Taken for concentrations of ion pools (mM): mv (Did you mean 'mV'"],
        ),
        ("ca", UnitsError, ["it has unit mM. Taken for concentrations of ion pools (mM): ca."]),
    ],
)
def test_what_cannot_be_read(text: str, error: type[CompartmentError], parts: list[str]) -> None:
    said = message(error, channel, "inf", text, v_half=-40 * mV)
    assert said.startswith("channel 'X', inf of gate 'm': ")
    for part in parts:
        assert part in said


def test_an_empty_expression() -> None:
    said = message(EquationTextError, channel, "alpha", " ")
    assert said == (
        "channel 'X', alpha of gate 'm': ' ' is not an expression. Give text in Brian2 syntax, such as "
        "'0.1/ms*exp(-v/(20*mV))', or a quantity such as 0.1/ms."
    )


def test_expressions_may_span_lines() -> None:
    one = channel("inf", "1/(1 +\n   exp(-v/(5*mV)))")
    assert one.kinetics[0].expressions["inf"].text == "1/(1 + exp(-v/(5*mV)))"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int(v > -50*mV and not v > 0*mV)", [0, 1, 0]),
        ("int(v < -50*mV or v > 0*mV)", [1, 0, 1]),
        ("clip(v/(100*mV), 0, 1)", [0, 0, 0.2]),
        ("exprel(0*v/mV)", [1, 1, 1]),
        ("1 % 0.75", [0.25, 0.25, 0.25]),
        ("0.5*(1 + sign(v))", [0, 0, 1]),
        ("exp(-(v/(40*mV))**2)", np.exp([-(2.25**1), -0.0625, -0.25])),
    ],
)
def test_numbers_of_the_functions(text: str, expected: list[float]) -> None:
    found = channel("inf", text).steady_state("m", [-60, -10, 20] * mV)
    assert found == pytest.approx(np.asarray(expected), abs=1e-15)


def test_only_functions_that_the_kernels_know() -> None:
    assert SUPPORTED_FUNCTIONS - {"rand", "randn", "poisson"} == FUNCTIONS


def test_units_of_each_part() -> None:
    for part, unit in (("alpha", "rate"), ("beta", "rate"), ("tau", "time"), ("inf", "number")):
        said = message(UnitsError, channel, part, "v**2")
        assert f"{part} of gate 'm': 'v**2' must be a {unit}" in said
    assert get_dimensions(1 / ms) is get_dimensions(hertz)
