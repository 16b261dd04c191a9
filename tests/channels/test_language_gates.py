"""Gates: the numbers of Hodgkin & Huxley, ranges, temperature, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from brian2.units import hertz, mM, ms, mV, nmolar, nS, second, umolar
from language_checks import message

from dendrify_gpu.compartments import (
    Channel,
    ConflictingParametersError,
    EquationTextError,
    Gate,
    InvalidNameError,
    MissingParameterError,
    UnitsError,
    UnknownNameError,
)

M = Gate(
    "m",
    3,
    alpha="0.1*(25 - u)/(exp((25 - u)/10) - 1)/ms".replace("u", "(v/mV + 65)"),
    beta="4*exp(-(v/mV + 65)/18)/ms",
)
H = Gate(
    "h",
    alpha="0.07*exp(-(v/mV + 65)/20)/ms",
    beta="1/(exp((30 - (v/mV + 65))/10) + 1)/ms",
)
N = Gate(
    "n",
    4,
    alpha="0.01*(10 - u)/(exp((10 - u)/10) - 1)/ms".replace("u", "(v/mV + 65)"),
    beta="0.125*exp(-(v/mV + 65)/80)/ms",
)
SQUID = Channel("squid", gates=[M, H, N], temperature=6.3, q10=3)

POTENTIALS = np.array([-100.0, -77.0, -65.0, -40.5, -20.0, 0.0, 50.0])


def squid_rates(gate: str, millivolt: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rates per millisecond in Hodgkin & Huxley (1952), with the depolarisation u from rest."""
    u = millivolt + 65
    return {
        "m": (0.1 * (25 - u) / (np.exp((25 - u) / 10) - 1), 4 * np.exp(-u / 18)),
        "h": (0.07 * np.exp(-u / 20), 1 / (np.exp((30 - u) / 10) + 1)),
        "n": (0.01 * (10 - u) / (np.exp((10 - u) / 10) - 1), 0.125 * np.exp(-u / 80)),
    }[gate]


@pytest.mark.parametrize("gate", ["m", "h", "n"])
def test_squid_steady_states_and_time_constants(gate: str) -> None:
    alpha, beta = squid_rates(gate, POTENTIALS)
    steady = SQUID.steady_state(gate, POTENTIALS * mV)
    assert steady == pytest.approx(alpha / (alpha + beta), rel=1e-13)
    tau = SQUID.time_constant(gate, POTENTIALS * mV)
    assert np.asarray(tau / ms) == pytest.approx(1 / (alpha + beta), rel=1e-13)


def test_squid_gates_at_rest_and_at_their_singular_points() -> None:
    # The textbook values at rest.
    rest = [round(float(SQUID.steady_state(gate, -65 * mV)), 3) for gate in "mhn"]
    assert rest == [0.053, 0.596, 0.318]
    # At u = 25 mV alpha_m is 1/ms exactly, at u = 10 mV alpha_n is 0.1/ms.
    beta_m = 4 * np.exp(-25 / 18)
    assert SQUID.steady_state("m", -40 * mV) == pytest.approx(1 / (1 + beta_m), rel=1e-14)
    beta_n = 0.125 * np.exp(-10 / 80)
    assert SQUID.time_constant("n", -55 * mV) / ms == pytest.approx(1 / (0.1 + beta_n), rel=1e-14)


def test_shapes_broadcast() -> None:
    gate = Gate("q", inf="ca/(ca + 1*uM)", tau="1*ms + 0.1*ms*(v/mV)**2")
    channel = Channel("X", gates=[gate])
    v = np.array([[-60.0], [-50.0], [-40.0]]) * mV
    ca = [0.5, 1.0] * umolar
    assert channel.steady_state("q", v, ca=ca).shape == (3, 2)
    assert channel.steady_state("q", v, ca=ca)[2] == pytest.approx([1 / 3, 1 / 2], rel=1e-15)
    assert channel.time_constant("q", v, ca=ca).shape == (3, 2)
    assert channel.steady_state("q", -60 * mV, ca=1 * umolar).shape == ()


def test_q10_scales_time_constants_and_not_steady_states() -> None:
    ratio = SQUID.time_constant("m", -50 * mV) / SQUID.time_constant(
        "m", -50 * mV, temperature=16.3
    )
    assert float(ratio) == pytest.approx(3, rel=1e-14)
    assert SQUID.steady_state("m", -50 * mV, temperature=16.3) == SQUID.steady_state("m", -50 * mV)


def test_a_gate_has_its_own_q10() -> None:
    channel = Channel(
        "X",
        gates=[M, Gate("h", inf=0.5, tau=2 * ms, q10=2), Gate("s", inf="0.5", tau="4*ms", q10=1)],
        q10=3,
        temperature=20,
    )
    assert channel.time_constant("h", 0 * mV, temperature=30) / ms == pytest.approx(1, rel=1e-15)
    assert channel.time_constant("s", 0 * mV, temperature=30) / ms == pytest.approx(4, rel=1e-15)
    factors = [channel.rate_factor(gate, 30.0) for gate in channel.gates]
    assert factors == pytest.approx([3, 2, 1], rel=1e-15)
    assert [channel.rate_factor(gate, None) for gate in channel.gates] == [1, 1, 1]


def test_the_thermal_voltage_follows_the_temperature() -> None:
    gate = Gate("m", inf="1/(1 + exp(-2*(v + 40*mV)/RT_F))")
    channel = Channel("X", gates=[gate], temperature=20)
    for celsius in (20, 37):
        thermal = 8.31446261815324 * (celsius + 273.15) / 96485.33212331
        expected = 1 / (1 + np.exp(-2 * 0.01 / thermal))
        given = None if celsius == 20 else celsius
        found = channel.steady_state("m", -30 * mV, temperature=given)
        assert found == pytest.approx(expected, rel=1e-6)


def test_instantaneous_gates_have_no_time_constant() -> None:
    channel = Channel("X", gates=[Gate("m", inf="0.5")])
    assert channel.gates[0].is_instantaneous
    assert float(channel.time_constant("m", [-60, 0] * mV)[1] / second) == 0


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({}, MissingParameterError, "gate 'm': nothing describes it. Give alpha and beta"),
        ({"alpha": "1/ms"}, MissingParameterError, "gate 'm': only alpha is given."),
        ({"tau": 1 * ms}, MissingParameterError, "gate 'm': only tau is given."),
        (
            {"alpha": "1/ms", "beta": "1/ms", "inf": 0.5},
            ConflictingParametersError,
            "gate 'm': alpha, beta, inf are given. Give alpha and beta (rates), inf and tau (steady "
            "state and time constant), or inf alone for an instantaneous gate.",
        ),
        ({"inf": 0.5, "q10": 2}, ConflictingParametersError, "q10 = 2 is given, but an instant"),
        ({"inf": 0.5, "tau": 3 * mV}, UnitsError, "gate 'm': tau = 3. mV must be a time (unit s)"),
        ({"inf": 0.5, "tau": 0 * ms}, UnitsError, "must be larger than zero"),
        ({"alpha": -1 * hertz, "beta": 1 * hertz}, UnitsError, "must be zero or larger"),
        (
            {"inf": ["0.5"]},
            EquationTextError,
            "gate 'm': inf = ['0.5'] is no expression. Give text",
        ),
        ({"inf": 0.5, "power": 0}, UnitsError, "gate 'm': power = 0 must be larger than zero"),
        ({"inf": 0.5, "tau": 1 * ms, "q10": -2}, UnitsError, "q10 = -2 must be larger than zero"),
    ],
)
def test_gates_that_are_refused(arguments: Any, error: type[Exception], text: str) -> None:
    assert text in message(error, Gate, "m", **arguments)


def test_names_of_gates() -> None:
    assert "'2m' cannot be the name of a gate" in message(InvalidNameError, Gate, "2m", inf=0.5)
    gate = Gate("g", inf=0.5)
    said = message(InvalidNameError, Channel, "X", gates=[gate])
    assert "channel 'X': 'g' cannot be the name of a gate" in said


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"inf": 1.4}, "the steady state is 1.4 at every voltage, but must be from 0 to 1."),
        ({"inf": "1.1/(1 + exp(-v/(5*mV)))"}, "the steady state is 1.0"),
        ({"inf": "0.5 + 10*v/volt"}, "the steady state is -1 at v = -150 mV"),
        (
            {"inf": 0.5, "tau": "1*ms*(v/mV + 40)"},
            "the time constant tau is -0.11 s at v = -150 mV, but must be larger than zero.",
        ),
        (
            {"alpha": "v/mV/ms", "beta": "1/ms"},
            "the rate alpha is -150000 Hz at v = -150 mV, but must be zero or larger.",
        ),
        ({"alpha": "0/ms", "beta": "0/ms"}, "alpha + beta is 0 Hz at every voltage, but must be"),
        (
            {"inf": "1.5*ca/(ca + 1*uM)"},
            "the steady state is 1.13962 at ca = 0.00316228 mM",
        ),
        ({"inf": "ca/(1*mM)"}, "the steady state is 1.77828 at ca = 1.77828 mM"),
    ],
)
def test_ranges_are_checked(arguments: Any, text: str) -> None:
    gate = Gate("m", **arguments)
    said = message(UnitsError, Channel, "X", gates=[gate])
    assert said.startswith("channel 'X', gate 'm': ")
    assert text in said


def test_rounding_does_not_break_the_range() -> None:
    gate = Gate("m", inf="(1 + 1e-12)/(1 + exp(-v/(5*mV)))")
    assert Channel("X", gates=[gate]).gates == (gate,)


def test_asking_for_what_a_gate_does_not_have() -> None:
    sk = Channel("SK", gates=[Gate("q", inf="ca/(ca + 1*uM)")])
    said = message(UnknownNameError, sk.steady_state, "p", 0 * mV)
    assert said == "channel 'SK' has no gate 'p'. There are: q."
    said = message(MissingParameterError, sk.steady_state, "q", 0 * mV)
    assert said == (
        "channel 'SK', gate 'q' depends on the concentration 'ca'. Give for example ca=100*nmolar."
    )
    said = message(UnknownNameError, sk.steady_state, "q", 0 * mV, ca=1 * mM, na=1 * mM)
    assert said == (
        "channel 'SK', gate 'q' does not depend on the concentration 'na'. There are: ca."
    )
    said = message(UnitsError, sk.time_constant, "q", 0 * ms, ca=1 * mM)
    assert said == (
        "channel 'SK', gate 'q': v = 0. s must be a voltage (unit V), such as v=-65*mV."
    )
    said = message(UnitsError, sk.steady_state, "q", 0 * mV, ca=3 * nS)
    assert "ca = 3. nS must be a concentration (unit mM), such as ca=100*nmolar." in said
    assert float(sk.steady_state("q", 0 * mV, ca=1000 * nmolar)) == pytest.approx(0.5)
