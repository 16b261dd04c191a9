"""Receptors: equations, scaling and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from brian2.units import ms, mV, nS, pF

from dendrify_gpu.compartments import (
    RECEPTOR_KINDS,
    Compartment,
    Dendrite,
    DuplicateEquationsError,
    InvalidNameError,
    MissingParameterError,
    NeuronModel,
    UnitsError,
    UnknownNameError,
)

Raised = Callable[..., str]


@pytest.mark.parametrize("channel", RECEPTOR_KINDS)
def test_state_variables(channel: str) -> None:
    d = Dendrite("d")
    d.synapse(channel, tag="x", g=1 * nS, t_decay=5 * ms)
    d.synapse(channel, tag="y", g=1 * nS, t_rise=1 * ms, t_decay=5 * ms)
    text = d.equations
    assert f"ds_{channel}_x_d/dt" in text and f"dx_{channel}_x_d/dt" not in text
    assert f"ds_{channel}_y_d/dt" in text and f"dx_{channel}_y_d/dt" in text
    assert d.parameters[f"t_{channel}_decay_x_d"] == 5 * ms
    assert d.parameters[f"w_{channel}_x_d"] == 1.0


def _numerical_peak(rise: float, decay: float) -> float:
    """Peak of x for dx/dt = -x/decay + s, ds/dt = -s/rise, s(0) = 1, in milliseconds."""
    t = np.linspace(0, 20 * max(rise, decay), 400_001)
    step = t[1]
    s = np.exp(-t / rise)
    # Exact for s linear inside a step: x is a discrete convolution with the decay.
    x = 0.0
    peak = 0.0
    decayed = math.exp(-step / decay)
    for before, after in pairwise(s.tolist()):
        x = x * decayed + step * 0.5 * (before * decayed + after)
        peak = max(peak, x)
    return peak


@pytest.mark.parametrize(("rise", "decay"), [(2, 5), (5, 5), (7, 3)])
def test_norm_factor_is_one_over_the_peak(rise: float, decay: float) -> None:
    factor = Compartment.g_norm_factor(rise * ms, decay * ms)
    assert factor * _numerical_peak(rise, decay) == pytest.approx(1, rel=1e-6)


def test_norm_factor_has_no_gap_at_equal_constants() -> None:
    exact = math.e / 5
    assert Compartment.g_norm_factor(5 * ms, 5 * ms) == pytest.approx(exact, rel=1e-15)
    for off in (1e-3, 1e-6, 1e-9, 1e-12, 1e-15):
        near = Compartment.g_norm_factor(5 * ms, 5 * (1 + off) * ms)
        assert near == pytest.approx(exact, rel=2 * off + 1e-14)


def test_scaling() -> None:
    d = Dendrite("d")
    d.synapse("GABA", tag="a", g=2 * nS, t_rise=1 * ms, t_decay=8 * ms, scale_g=True)
    d.synapse("GABA", tag="b", g=2 * nS, t_rise=1 * ms, t_decay=8 * ms)
    d.synapse("GABA", tag="c", g=2 * nS, t_decay=8 * ms, scale_g=True)
    d.synapse("GABA", tag="d", g=2 * nS, t_rise=8 * ms, t_decay=8 * ms, scale_g=True)
    values = {tag: float(d.parameters[f"g_GABA_{tag}_d"] / nS) for tag in "abcd"}
    assert values["a"] == pytest.approx(2.6918003852647124, rel=1e-12)
    assert values["b"] == values["c"] == 2.0
    assert values["d"] == pytest.approx(2 * math.e / 8, rel=1e-12)


def test_receptors_of_a_model() -> None:
    d = Dendrite("d", cm_abs=1 * pF, gl_abs=1 * nS)
    d.synapse("AMPA", tag="input", g=1 * nS, t_decay=5 * ms)
    d.synapse("NMDA", tag="input", g=2 * nS, t_rise=1 * ms, t_decay=50 * ms)
    receptors = NeuronModel(d).receptors
    assert list(receptors) == ["AMPA_input_d", "NMDA_input_d"]
    nmda = receptors["NMDA_input_d"]
    assert nmda.state_variable == "s_NMDA_input_d"
    assert nmda.gating_variable == "x_NMDA_input_d"
    assert receptors["AMPA_input_d"].gating_variable == "s_AMPA_input_d"
    assert (nmda.compartment, nmda.channel, nmda.tag) == ("d", "NMDA", "input")
    assert nmda.peak_conductance == 2 * nS


def test_unknown_channel(raised: Raised) -> None:
    message = raised(UnknownNameError, Dendrite("d").synapse, "AMAP", tag="x")
    assert "compartment 'd': there is no receptor 'AMAP'. Did you mean 'AMPA'?" in message
    assert "There are: AMPA, GABA, GABA_A, GABA_B, NMDA." in message


def test_same_channel_and_tag_twice(raised: Raised) -> None:
    d = Dendrite("d")
    d.synapse("AMPA", tag="x", t_decay=1 * ms)
    d.synapse("NMDA", tag="x", t_decay=1 * ms)
    before = d.equations
    message = raised(DuplicateEquationsError, d.synapse, "AMPA", tag="x", t_decay=2 * ms)
    assert "compartment 'd' already has: AMPA receptor with tag 'x'." in message
    assert "Use another tag" in message and "NMDA receptor with tag 'x'" in message
    assert d.equations == before


@pytest.mark.parametrize(
    ("arguments", "error", "expected"),
    [
        ({"t_rise": 1 * ms}, MissingParameterError, "t_rise = 1. ms is given but t_decay is not"),
        ({"scale_g": True}, MissingParameterError, "scale_g=True needs a conductance"),
        ({"g": 1 * mV}, UnitsError, "g = 1. mV must be a conductance"),
        ({"g": -1 * nS}, UnitsError, "g = -1. nS must be zero or larger"),
        ({"t_decay": 5}, UnitsError, "t_decay = 5 must be a time"),
        ({"t_decay": 0 * ms}, UnitsError, "t_decay = 0. s must be larger than zero"),
        ({"t_rise": 1 * mV, "t_decay": 1 * ms}, UnitsError, "t_rise = 1. mV must be a time"),
    ],
)
def test_refused_arguments(
    raised: Raised, arguments: dict[str, Any], error: type[Exception], expected: str
) -> None:
    message = raised(error, Dendrite("d").synapse, "AMPA", tag="x", **arguments)
    assert message.startswith("compartment 'd', AMPA receptor with tag 'x': ")
    assert expected in message


@pytest.mark.parametrize("tag", ["a b", "", "x-y", None, 3])
def test_tags_that_cannot_be_in_a_name(raised: Raised, tag: Any) -> None:
    message = raised(InvalidNameError, Dendrite("d").synapse, "AMPA", tag=tag)
    assert f"{tag!r} cannot be the tag of a receptor (AMPA on compartment 'd')" in message
