"""Dendritic spikes: settings, durations in steps, reversal potentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from brian2 import defaultclock
from brian2.units import ms, mV, nS, pF

from dendrify_gpu.compartments import (
    Dendrite,
    DuplicateEquationsError,
    InvalidNameError,
    NeuronModel,
    Soma,
    UnitsError,
    UnknownNameError,
)

Raised = Callable[..., str]
ABSOLUTE = {"cm_abs": 50 * pF, "gl_abs": 2 * nS, "v_rest": -60 * mV}


@pytest.fixture
def tree(full_dspike: dict[str, Any]) -> Callable[..., NeuronModel]:
    """Return a function that builds a soma with two dendrites, whose dSpike settings may differ."""

    def build(a: dict[str, Any] | None = None, b: dict[str, Any] | None = None) -> NeuronModel:
        soma = Soma("soma", **ABSOLUTE)
        first, second = Dendrite("a", **ABSOLUTE), Dendrite("b_b", **ABSOLUTE)
        first.dspikes("Na", **{**full_dspike, **(a or {})})
        second.dspikes("Na", **{**full_dspike, **(b or {})})
        return NeuronModel([(soma, first, 5 * nS), (first, second, 5 * nS)])

    return build


def test_a_partial_configuration_keeps_the_rest(tree: Callable[..., NeuronModel]) -> None:
    model = tree()
    before = model.parameters
    model.config_dspikes("Na", threshold=-30 * mV)
    after = model.parameters
    assert after["Vth_Na_a"] == after["Vth_Na_b_b"] == -30 * mV
    assert set(after) == set(before)
    assert {n for n in after if float(after[n]) != float(before[n])} == {"Vth_Na_a", "Vth_Na_b_b"}


def test_zero_can_be_configured(tree: Callable[..., NeuronModel]) -> None:
    model = tree()
    model.config_dspikes("Na", offset_fall=0 * ms, reversal_fall=0 * mV, threshold=0 * mV)
    for name in ("offset_fall_Na_a", "E_fall_Na", "Vth_Na_b_b"):
        assert float(model.parameters[name]) == 0.0


def test_durations_follow_the_time_step(tree: Callable[..., NeuronModel]) -> None:
    model = tree({"duration_rise": 1.25 * ms})
    assert model.parameters["duration_rise_Na_a"] == 12
    assert model.parameters_at(0.05 * ms)["duration_rise_Na_a"] == 25
    assert model.parameters_at(0.05 * ms)["refractory_Na_b_b"] == 100
    assert type(model.parameters["refractory_Na_a"]) is int
    defaultclock.dt = 0.02 * ms
    assert model.parameters["duration_rise_Na_a"] == 62
    with pytest.raises(UnitsError, match=r"dt = 0. s must be larger than zero"):
        model.parameters_at(0 * ms)


def test_shared_reversal_potentials(tree: Callable[..., NeuronModel]) -> None:
    model = tree({"reversal_rise": "E_Na"}, {"reversal_rise": 70 * mV})
    assert model.parameters["E_rise_Na"] == 70 * mV
    assert "E_rise_Na_a" not in model.parameters
    assert model.equations.count("(E_rise_Na-V_") == 2


def test_differing_reversal_potentials_have_their_own_names(
    tree: Callable[..., NeuronModel],
) -> None:
    model = tree({"reversal_rise": 60 * mV})
    parameters = model.parameters
    assert "E_rise_Na" not in parameters
    assert parameters["E_rise_Na_a"] == 60 * mV and parameters["E_rise_Na_b_b"] == 70 * mV
    assert parameters["E_fall_Na"] == -89 * mV
    assert "(E_rise_Na_a-V_a)" in model.equations
    assert "(E_rise_Na_b_b-V_b_b)" in model.equations
    assert model.equations.count("(E_fall_Na-V_") == 2
    model.check()
    model.config_dspikes("Na", reversal_rise="E_Ca")
    assert model.parameters["E_rise_Na"] == 136 * mV
    assert "E_rise_Na_a" not in model.equations


def test_an_added_reversal_potential_wins(tree: Callable[..., NeuronModel]) -> None:
    model = tree({"reversal_rise": 60 * mV})
    model.add_params({"E_rise_Na": 40 * mV})
    assert model.parameters["E_rise_Na"] == 40 * mV
    assert "E_rise_Na_a" not in model.equations
    named = tree()
    named.add_params({"E_Na": 45 * mV})
    assert named.parameters["E_rise_Na"] == 45 * mV


def test_reversal_potentials_can_name_added_parameters(
    raised: Raised, tree: Callable[..., NeuronModel]
) -> None:
    model = tree()
    message = raised(UnknownNameError, model.config_dspikes, "Na", reversal_rise="E_mine")
    assert "compartment 'a', dendritic spike 'Na': reversal_rise = 'E_mine'" in message
    assert "E_AMPA, E_Ca, E_GABA, E_K, E_NMDA, E_Na" in message and "Mg_con" not in message
    model.add_params({"E_mine": 33 * mV})
    model.config_dspikes("Na", reversal_rise="E_mine")
    assert model.parameters["E_rise_Na"] == 33 * mV


@pytest.mark.parametrize(
    ("argument", "value", "expected"),
    [
        ("threshold", 3 * ms, "threshold = 3. ms must be a voltage"),
        ("g_rise", -1 * nS, "g_rise = -1. nS must be zero or larger"),
        ("g_fall", 1, "g_fall = 1 must be a conductance"),
        ("duration_rise", 12, "duration_rise = 12 must be a time"),
        ("duration_fall", -1 * ms, "duration_fall = -1. ms must be zero or larger"),
        ("offset_fall", 1 * mV, "offset_fall = 1. mV must be a time"),
        ("refractory", "5 ms", "refractory = '5 ms' must be a time"),
        ("reversal_rise", 70, "reversal_rise = 70 must be a voltage"),
    ],
)
def test_wrong_settings(
    raised: Raised,
    tree: Callable[..., NeuronModel],
    argument: str,
    value: Any,
    expected: str,
) -> None:
    message = raised(UnitsError, Dendrite("d").dspikes, "Na", **{argument: value})
    assert message.startswith("compartment 'd', dendritic spike 'Na': ") and expected in message
    if not argument.startswith("g_"):
        assert expected in raised(UnitsError, tree().config_dspikes, "Na", **{argument: value})


def test_names_of_dendritic_spikes(raised: Raised, tree: Callable[..., NeuronModel]) -> None:
    d = Dendrite("d")
    assert "'1' cannot be the name of a dendritic spike" in raised(InvalidNameError, d.dspikes, "1")
    d.dspikes("Na")
    message = raised(DuplicateEquationsError, d.dspikes, "Na")
    assert "compartment 'd' already has: dendritic spike 'Na'" in message
    message = raised(UnknownNameError, tree().config_dspikes, "na", threshold=0 * mV)
    assert "no compartment has dendritic spikes called 'na'. Did you mean 'Na'?" in message
    assert "dspikes() on a Dendrite" in message
    assert "There are none." in raised(
        UnknownNameError, NeuronModel(Soma("s", **ABSOLUTE)).config_dspikes, "Na"
    )


def test_events(tree: Callable[..., NeuronModel]) -> None:
    model = tree()
    assert model.event_names == ["spike_Na_a", "spike_Na_b_b"]
    assert model.events["spike_Na_b_b"] == (
        "V_b_b >= Vth_Na_b_b and "
        "t_in_timesteps >= spiketime_Na_b_b + refractory_Na_b_b * gate_Na_b_b"
    )
    assert model.event_actions["spike_Na_a"] == "spiketime_Na_a = t_in_timesteps; gate_Na_a = 1"
