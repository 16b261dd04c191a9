"""Channels that an event opens: boxes are `dspikes()`, and decaying conductances do what they say."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2.units import mM, ms, mV, nS, pA, pF, um

import dendrify_gpu as dg
from dendrify_gpu.compartments import (
    BoxSpike,
    Channel,
    CompartmentError,
    DecayingSpike,
    Dendrite,
    DuplicateEquationsError,
    MissingParameterError,
    NeuronModel,
    PointNeuronModel,
    Soma,
    UnitsError,
    UnknownNameError,
)

COMMON = {
    "threshold": -45 * mV,
    "g_rise": 20 * nS,
    "g_fall": 9 * nS,
    "offset_fall": 0.2 * ms,
    "refractory": 5 * ms,
    "reversal_rise": "E_Na",
    "reversal_fall": "E_K",
}
DECAYING = DecayingSpike("Na", tau_rise=0.6 * ms, tau_fall=1.2 * ms, **COMMON)
BOXES = BoxSpike("Na", duration_rise=1 * ms, duration_fall=2 * ms, **COMMON)


def cell(*channels: Channel) -> PointNeuronModel:
    model = PointNeuronModel(cm_abs=100 * pF, gl_abs=5 * nS, v_rest=-60 * mV)
    for channel in channels:
        model.add(channel)
    return model


def test_boxes_are_what_dspikes_adds() -> None:
    short, long = Dendrite("dend"), Dendrite("dend")
    short.dspikes("Na", duration_rise=1 * ms, duration_fall=2 * ms, **COMMON)
    long.add(BOXES)
    assert long.equations == short.equations
    assert long.events == short.events
    assert {k: repr(v) for k, v in long.parameters.items()} == {
        k: repr(v) for k, v in short.parameters.items()
    }
    with pytest.raises(DuplicateEquationsError, match="dendritic spike 'Na'"):
        long.add(BOXES)


def test_they_are_channels() -> None:
    for channel in (BOXES, DECAYING):
        assert isinstance(channel, Channel)
        assert channel.gates == ()
    assert repr(DECAYING).startswith(
        "DecayingSpike('Na', threshold=-45. * mvolt, g_rise=20. * nsiemens"
    )
    assert "dg_rise_Na/dt = -g_rise_Na / tau_rise_Na  :siemens" in str(DECAYING)
    assert "fall_Na: falling_Na > 0.5 and" in str(DECAYING)
    changed = DECAYING.with_(name="Ca", g_rise=1 * nS)
    assert (changed.name, changed.g_rise, changed.g_fall) == ("Ca", 1 * nS, 9 * nS)
    with pytest.raises(
        UnknownNameError, match=r"nothing called 'g_ris' to change\. Did you mean 'g_rise'"
    ):
        DECAYING.with_(g_ris=1 * nS)


def test_conductances_jump_and_decay() -> None:
    """Against the sum of exponentials from the recorded jumps: Euler multiplies by 1 - dt/tau."""
    model = cell(DECAYING)
    net = dg.Network(dt=0.1 * ms, backend="cpu", precision="float64")
    cells = net.population(model, 1)
    cells.I_ext = 250 * pA
    trace = net.record(cells, ["V", "g_rise_Na", "g_fall_Na", "spiketime_Na"])
    net.run(40 * ms, progress=False)
    v, rise, fall = (np.asarray(trace[x])[:, 0] for x in ("V", "g_rise_Na", "g_fall_Na"))
    # what the first spike should do: the sample of step k + 1 is the first with the jump of step k
    start = int(np.argmax(v > -45e-3)) - 1
    assert np.all(rise[: start + 1] == 0)
    after = np.arange(1, 30)
    assert rise[start + after] == pytest.approx(20e-9 * (1 - 0.1 / 0.6) ** (after - 1), rel=1e-12)
    outward = 3  # steps: strictly later than the offset of two
    assert np.all(fall[: start + outward + 1] == 0)
    assert fall[start + outward + after] == pytest.approx(
        9e-9 * (1 - 0.1 / 1.2) ** (after - 1), rel=1e-12
    )
    starts = np.flatnonzero(np.diff(rise) > 1e-9)
    assert len(starts) > 2
    assert np.diff(starts).min() > 50  # strictly longer than the refractory period


def test_core_and_brian2_agree() -> None:
    soma = Soma("soma", cm_abs=100 * pF, gl_abs=5 * nS, v_rest=-60 * mV)
    dend = Dendrite("dend", cm_abs=30 * pF, gl_abs=1 * nS, v_rest=-60 * mV)
    dend.add(DECAYING)
    dend.add(DECAYING.with_(name="Ca", threshold=-30 * mV, tau_rise=3 * ms, reversal_rise="E_Ca"))
    net = dg.Network(dt=0.1 * ms, backend="cpu", precision="float64")
    cells = net.population(NeuronModel([(soma, dend, 10 * nS)]), 4)
    cells.I_ext_dend = [0, 150, 250, 400] * pA
    report = net.cross_validate(100 * ms, variables=["V_dend", "g_rise_Na_dend", "g_rise_Ca_dend"])
    assert report.passed(), str(report)
    assert report.ours[cells.name]["g_rise_Ca_dend"].max() > 15e-9


def test_shared_reversal_potentials_belong_to_their_compartment_where_they_differ() -> None:
    dendrites = [Dendrite(n, cm_abs=30 * pF, gl_abs=1 * nS, v_rest=-60 * mV) for n in "ab"]
    dendrites[0].add(DECAYING)
    dendrites[1].add(DECAYING.with_(reversal_rise=40 * mV))
    model = NeuronModel([(*dendrites, 5 * nS)])
    assert model.parameters["E_rise_Na_a"] == 70 * mV
    assert model.parameters["E_rise_Na_b"] == 40 * mV
    assert model.parameters["E_fall_Na"] == -89 * mV


def test_settings_can_come_from_the_model() -> None:
    dend = Dendrite("dend", cm_abs=30 * pF, gl_abs=1 * nS, v_rest=-60 * mV)
    dend.add(DecayingSpike("Na", g_rise=20 * nS, g_fall=9 * nS))
    model = NeuronModel(dend)
    with pytest.raises(MissingParameterError) as reason:
        model.check()
    for remedy in ("tau_rise=1*ms", "threshold=-40*mV", "offset_fall=1*ms", "reversal_rise='E_Na'"):
        assert remedy in str(reason.value)
    settings = {k: v for k, v in COMMON.items() if not k.startswith("g_")}
    model.config_dspikes("Na", tau_rise=0.6 * ms, tau_fall=1.2 * ms, **settings)
    model.check()
    assert model.parameters["tau_fall_Na_dend"] == 1.2 * ms
    with pytest.raises(UnknownNameError, match="this kind of dendritic spike has no duration_rise"):
        model.config_dspikes("Na", duration_rise=1 * ms)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"tau_rise": 0 * ms}, UnitsError, "channel 'Na', dendritic spike 'Na': tau_rise = 0"),
        ({"g_rise": 1 * mV}, UnitsError, "g_rise = .* must be a conductance"),
        ({"reversal_rise": 1 * ms}, UnitsError, "reversal_rise = .* must be a voltage"),
    ],
)
def test_wrong_values_are_refused_at_once(
    arguments: dict[str, Any], error: type[CompartmentError], message: str
) -> None:
    with pytest.raises(error, match=message):
        DecayingSpike("Na", **arguments)


def test_an_unknown_reversal_is_refused_where_it_is_added() -> None:
    with pytest.raises(
        UnknownNameError, match="reversal_rise = 'E_Nna' is not a parameter that holds"
    ):
        cell(DECAYING.with_(reversal_rise="E_Nna"))


def test_a_calcium_spike_feeds_a_pool() -> None:
    """The charge of the spike's current, over the charge and volume of the ions."""
    dend = Dendrite("dend", length=100 * um, diameter=2 * um)
    dend.add(DECAYING.with_(name="ca", reversal_rise="E_Ca"))
    dend.add(dg.CalciumPool(tau=1e6 * ms, resting=1e-4 * mM, depth=0.1 * um, sources=["rise_ca"]))
    uF_cm2 = brian2.uF / brian2.cm**2
    model = NeuronModel(dend, cm=1 * uF_cm2, gl=50 * brian2.uS / brian2.cm**2, v_rest=-60 * mV)
    net = dg.Network(dt=0.1 * ms, backend="cpu", precision="float64")
    cells = net.population(model, 1)
    cells.V_dend = -40 * mV
    trace = net.record(cells, ["ca_dend", "I_rise_ca_dend"])
    net.run(15 * ms, progress=False)
    current = np.asarray(trace["I_rise_ca_dend"])[:, 0]
    charge = np.maximum(current, 0)[:-1].sum() * 1e-4
    area = np.pi * 100e-6 * 2e-6
    expected = charge / (2 * 96485.33 * area * 0.1e-6)
    assert expected > 0
    risen = np.asarray(trace["ca_dend"])[-1, 0] - 1e-4
    assert risen == pytest.approx(expected, rel=1e-4)
