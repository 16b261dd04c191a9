"""`PointNeuronModel`: the same as Dendrify's, and everything that a neuron with compartments can do."""

from __future__ import annotations

import brian2
import dendrify
import numpy as np
import pytest
from brian2.units import cm, ms, mV, nA, nS, pA, pF, uF, um, uS

from dendrify_gpu.compartments import (
    DuplicateEquationsError,
    MissingParameterError,
    PointNeuronModel,
    UnitsError,
    UnknownNameError,
)

MEMBRANES = ["leakyIF", "adaptiveIF", "cadIF", "adex"]
PASSIVE = {"cm_abs": 200 * pF, "gl_abs": 10 * nS, "v_rest": -60 * mV}


def words(text: str) -> list[str]:
    return "".join(text.split(" ")).splitlines()


@pytest.mark.parametrize("membrane", MEMBRANES)
def test_equations_and_parameters_are_those_of_dendrify(membrane: str) -> None:
    models = []
    for package in (dendrify.PointNeuronModel, PointNeuronModel):
        neuron = package(membrane, **PASSIVE)
        neuron.synapse("AMPA", tag="x", g=1 * nS, t_decay=2 * ms)
        neuron.synapse("NMDA", tag="x", g=1 * nS, t_rise=2 * ms, t_decay=60 * ms, scale_g=True)
        neuron.synapse("GABA", tag="y", g=0.5 * nS, t_decay=10 * ms)
        neuron.noise(tau=2 * ms, sigma=30 * pA)
        neuron.add_params({"tauw": 100 * ms, "a": 2 * nS, "b": 1 * pA})
        neuron.add_equations("z :1")
        models.append(neuron)
    theirs, ours = models
    assert [line for line in words(ours.equations) if line] == [
        line for line in words(theirs.equations) if line
    ]
    assert set(ours.parameters) == set(theirs.parameters)
    for name, value in theirs.parameters.items():
        assert np.asarray(ours.parameters[name]) == pytest.approx(np.asarray(value), rel=1e-15)


def test_geometry_gives_what_dendrify_gives() -> None:
    size = {"length": 20 * um, "diameter": 15 * um, "cm": 1 * uF / cm**2, "gl": 50 * uS / cm**2}
    theirs, ours = dendrify.PointNeuronModel(**size), PointNeuronModel(**size)
    assert (ours.area, ours.capacitance, ours.g_leakage) == (
        theirs.area,
        theirs.capacitance,
        theirs.g_leakage,
    )
    assert not ours.dimensionless


def test_spikes_are_those_of_dendrify() -> None:
    times = []
    for package in (dendrify.PointNeuronModel, PointNeuronModel):
        brian2.start_scope()
        neuron = package("adex", **PASSIVE)
        neuron.add_params(
            {"tauw": 100 * ms, "a": 2 * nS, "DeltaT": 2 * mV, "Vth": -50 * mV, "b": 50 * pA}
        )
        group = neuron.make_neurongroup(
            2, threshold="V > 0*mV", reset="V = -60*mV; w += b", method="euler"
        )
        group.I_ext = [0.5, 1] * nA
        spikes = brian2.SpikeMonitor(group)
        network = brian2.Network(group, spikes)
        network.run(150 * ms, namespace={})
        times.append((np.asarray(spikes.i), np.asarray(spikes.t)))
    assert len(times[0][0]) > 10
    assert np.array_equal(times[0][0], times[1][0])
    assert np.array_equal(times[0][1], times[1][1])


def test_a_second_reset_needs_no_compartments() -> None:
    """What Dendrify's users asked for: one interface for both kinds of neuron."""
    neuron = PointNeuronModel(**PASSIVE)
    neuron.set_spiking(
        "V > -50*mV",
        "V = 20*mV",
        second_reset="V = -55*mV",
        spike_width=0.5 * ms,
        refractory=3 * ms,
    )
    group, again = neuron.make_neurongroup(1, method="euler")
    group.I_ext = 200 * pA
    monitor = brian2.StateMonitor(group, "V", record=True)
    network = brian2.Network(group, again, monitor)
    network.run(40 * ms, namespace={})
    voltage = np.asarray(monitor.V[0])
    peak = int(np.argmax(voltage))
    assert voltage[peak] == pytest.approx(20e-3)
    assert voltage[peak + 5] == pytest.approx(-55e-3)


def test_dendritic_spikes_and_replacement_work_without_compartments() -> None:
    neuron = PointNeuronModel(**PASSIVE)
    neuron.dspikes(
        "Na",
        threshold=-45 * mV,
        g_rise=30 * nS,
        g_fall=15 * nS,
        duration_rise=1 * ms,
        duration_fall=2 * ms,
        offset_fall=0.2 * ms,
        refractory=5 * ms,
        reversal_rise="E_Na",
        reversal_fall="E_K",
    )
    assert neuron.event_names == ["spike_Na"]
    assert neuron.events["spike_Na"].startswith("V >= Vth_Na and t_in_timesteps >= spiketime_Na")
    neuron.replace_equations("dV/dt = (gL", "dV/dt = (1.5*gL")
    group = neuron.make_neurongroup(1, method="euler")
    group.I_ext = 400 * pA
    monitor = brian2.StateMonitor(group, "V", record=True)
    brian2.Network(group, monitor).run(40 * ms, namespace={})
    assert monitor.V[0].max() > -20 * mV


def test_what_is_missing_or_wrong_is_named() -> None:
    neuron = PointNeuronModel("adaptiveIF", cm_abs=200 * pF, gl_abs=10 * nS)
    with pytest.raises(MissingParameterError, match="v_rest=-65\\*mV") as reason:
        neuron.make_neurongroup(1)
    assert "PointNeuronModel" in str(reason.value)
    assert "add_params({'tauw': 5*ms})" in str(reason.value)
    with pytest.raises(UnitsError, match="the point neuron, AMPA receptor with tag 'x': g = "):
        neuron.synapse("AMPA", tag="x", g=3 * mV)
    with pytest.raises(
        UnknownNameError, match="PointNeuronModel: there is no membrane model 'LIF'"
    ):
        PointNeuronModel("LIF")
    neuron.noise()
    with pytest.raises(
        DuplicateEquationsError, match="the point neuron already has: noise current"
    ):
        neuron.noise()
