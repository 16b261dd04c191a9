"""Steady states and time constants of every channel of the library against the published formulas."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from brian2.units import mM, ms, mV
from library_reference import FORMULAS

from dendrify_gpu.compartments import channel_library as channels
from dendrify_gpu.compartments.channels import Channel

#: Every 0.1 mV, and the voltages between at which a formula is 0/0.
VOLTAGES = np.union1d(
    np.arange(-1200, 601) / 10, [-27.01, 19.26, 19.88, -154.9, -148.5, 5e-324, -64.4]
)
CALCIUM = np.array([1e-6, 5e-5, 1e-4, 4.3e-4, 1e-3, 1e-2, 0.025, 0.3])[:, np.newaxis]
CHANNELS = tuple(entry.name for entry in channels.find() if entry.kind == "channel")


def made(name: str, **arguments: Any) -> Channel:
    return getattr(channels, name)(**arguments)


def temperatures(name: str) -> tuple[float, ...]:
    """The default, and others where the channel can be asked for them."""
    parameters = inspect.signature(getattr(channels, name)).parameters
    if "temperature" not in parameters:
        return (0.0,)
    return (parameters["temperature"].default, 21.0, 30.5, 37.0)


def assert_agrees(channel: Channel, gates: dict[str, Any]) -> None:
    """Compare all gates of a channel with the numbers of a formula."""
    assert {gate.name for gate in channel.gates} == set(gates)
    for kinetics in channel.kinetics:
        gate = kinetics.gate.name
        given = {"ca": CALCIUM * mM} if kinetics.concentrations else {}
        inf, tau = gates[gate]
        found = channel.steady_state(gate, VOLTAGES * mV, **given)
        np.testing.assert_allclose(np.broadcast_to(found, inf.shape), inf, rtol=1e-9, atol=1e-200)
        if tau is None:
            assert kinetics.gate.is_instantaneous
        else:
            found = np.asarray(channel.time_constant(gate, VOLTAGES * mV, **given) / ms)
            np.testing.assert_allclose(np.broadcast_to(found, tau.shape), tau, rtol=1e-9)


def test_every_channel_has_a_published_formula() -> None:
    assert set(CHANNELS) == set(FORMULAS)


def test_library_is_large_enough() -> None:
    assert len(CHANNELS) >= 25


@pytest.mark.parametrize("name", CHANNELS)
def test_channel_has_the_published_kinetics(name: str) -> None:
    for celsius in temperatures(name):
        arguments = {"temperature": celsius} if celsius else {}
        v, ca = np.broadcast_arrays(VOLTAGES, CALCIUM)
        assert_agrees(made(name, **arguments), _formula(name, v, ca, celsius))


def _formula(name: str, v: Any, ca: Any, celsius: float, **more: float) -> dict[str, Any]:
    gates = FORMULAS[name](v, ca, celsius, **more)
    if name == "KA_connor":  # the paper's steady state exceeds one far above rest
        inf, tau = gates["a"]
        return {**gates, "a": (np.minimum(inf, 1), tau)}
    return gates


@pytest.mark.parametrize("name", CHANNELS)
def test_shift_moves_every_gate(name: str) -> None:
    parameters = inspect.signature(getattr(channels, name)).parameters
    if "v_shift" not in parameters:
        used = {n for kinetics in made(name).kinetics for n in kinetics.names}
        assert "v" not in used, "a channel that depends on the voltage has no v_shift"
        return
    celsius = parameters["temperature"].default if "temperature" in parameters else 0.0
    v, ca = np.broadcast_arrays(VOLTAGES - 7.25, CALCIUM)
    assert_agrees(made(name, v_shift=7.25 * mV), _formula(name, v, ca, celsius))


@pytest.mark.parametrize("name", ["Na_migliore", "Na_soma_poirazi", "Na_dendrite_poirazi"])
@pytest.mark.parametrize("left", [0.0, 0.4])
def test_slow_inactivation_leaves_the_given_part(name: str, left: float) -> None:
    v, ca = np.broadcast_arrays(VOLTAGES, CALCIUM)
    gates = FORMULAS[name](v, ca, 34, left)  # type: ignore[call-arg]
    # With nothing left, the steady state of the formula is 1 - 1 far above its half voltage.
    channel = made(name, recovery=left)
    found = channel.steady_state("s", VOLTAGES * mV)
    np.testing.assert_allclose(
        np.broadcast_to(found, v.shape), gates["s"][0], rtol=1e-9, atol=1e-15
    )


@pytest.mark.parametrize(
    "name", ["Na_traub_miles", "K_traub_miles", "Na_pospischil", "K_pospischil"]
)
def test_threshold_parameter_moves_the_gates(name: str) -> None:
    default = inspect.signature(getattr(channels, name)).parameters["V_T"].default
    moved = made(name, V_T=default + 5 * mV)
    for gate in moved.gates:
        np.testing.assert_allclose(
            moved.steady_state(gate.name, (VOLTAGES + 5) * mV),
            made(name).steady_state(gate.name, VOLTAGES * mV),
            rtol=1e-9,
        )


# What the papers say in their text, figures or tables, apart from the formulas. The squid's values at
# rest, alpha and beta in 1/ms at zero depolarisation, are those that Hodgkin and Huxley tabulate by their
# formulas: 0.2236, 4, 0.07, 0.0474, 0.0582, 0.125.
ANCHORS = [
    ("Na_hh", "m", -65, 0.0529, 0.2368),
    ("Na_hh", "h", -65, 0.5961, 8.516),
    ("K_hh", "n", -65, 0.3177, 5.459),
    ("Na_mainen", "h", -60, 0.5, None),
    ("NaP_hay", "m", -52.6, 0.5, None),
    ("NaP_hay", "h", -48.8, 0.5, None),
    ("NaTa_hay", "h", -66, 0.5, None),
    ("KT_hay", "m", -10, 0.5, None),
    ("KT_hay", "h", -76, 0.5, None),
    ("KP_hay", "m", -11, 0.5, None),
    ("KP_hay", "h", -64, 0.5, None),
    ("CaLVA_hay", "m", -40, 0.5, None),
    ("CaLVA_hay", "h", -90, 0.5, None),
    ("Kv3_hay", "m", 18.7, 0.5, None),
    ("M_hay", "m", -35, 0.5, 1000 / 6.6 / 2.3**1.3),
    ("Km_mainen", "n", -30, 0.5, 1000 / 18 / 2.3**1.4),
    ("M_yamada", "p", -35, 0.5, 1000 / 4.3),
    ("KA_proximal_migliore", "n", 11, 0.5, None),
    ("KA_distal_migliore", "n", -1, 0.5, None),
    ("KA_proximal_migliore", "l", -56, 0.5, 2),
    ("KA_proximal_migliore", "l", 0, None, 13),
    ("Kdr_migliore", "n", 13, 0.5, 25),
    ("Ih_magee", "l", -81, 0.5, None),
    ("CaT_destexhe", "h", -83, 0.5, None),
    ("CaT_huguenard", "m", -59, 0.5, None),
]


@pytest.mark.parametrize(("name", "gate", "v", "inf", "tau"), ANCHORS)
def test_known_points(name: str, gate: str, v: float, inf: float | None, tau: float | None) -> None:
    channel = made(name)
    if inf is not None:
        assert float(channel.steady_state(gate, v * mV)) == pytest.approx(inf, abs=5e-5)
    if tau is not None:
        assert float(channel.time_constant(gate, v * mV) / ms) == pytest.approx(tau, rel=2e-4)


def test_calcium_opens_half_of_the_channels_where_the_papers_say() -> None:
    assert made("SK_hay").steady_state("z", -60 * mV, ca=0.00043 * mM) == pytest.approx(0.5)
    assert made("KAHP_poirazi").steady_state("m", -60 * mV, ca=0.025 * mM) == pytest.approx(0.5)
