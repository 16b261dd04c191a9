"""make_neurongroup: what it makes, how events behave, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import (
    Clock,
    EventMonitor,
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    defaultclock,
)
from brian2.units import ms, mV, nS, pA, pF

from dendrify_gpu.compartments import (
    Dendrite,
    GroupArgumentError,
    MissingParameterError,
    NeuronModel,
    Soma,
    UnitsError,
)

Raised = Callable[..., str]
SPIKING = {
    "threshold": "V_soma > -40*mV",
    "reset": "V_soma = 40*mV",
    "second_reset": "V_soma = -55*mV",
    "spike_width": 0.8 * ms,
    "refractory": 4 * ms,
}


@pytest.fixture
def active(soma: Soma, dend: Dendrite, full_dspike: dict[str, Any]) -> NeuronModel:
    dend.dspikes("Na", **full_dspike)
    return NeuronModel([(soma, dend, 15 * nS)])


def test_a_group_without_a_second_reset(pair: NeuronModel) -> None:
    group = pair.make_neurongroup(3, threshold="V_soma > -40*mV", reset="V_soma = -60*mV")
    assert isinstance(group, NeuronGroup) and len(group) == 3
    assert group.method_choice == "euler"
    np.testing.assert_array_equal(np.asarray(group.V_soma), [-0.06] * 3)


def test_start_at_zero(pair: NeuronModel) -> None:
    group = pair.make_neurongroup(2, init_rest=False)
    np.testing.assert_array_equal(np.asarray(group.V_dend), [0.0, 0.0])


def test_starting_at_zero_needs_no_resting_potential() -> None:
    model = NeuronModel(Soma("s", cm_abs=1 * pF, gl_abs=1 * nS))
    model.add_equations("EL_s :volt")
    model.make_neurongroup(1, init_rest=False)
    with pytest.raises(MissingParameterError, match="no resting potential for s"):
        model.make_neurongroup(1)


def test_a_voltage_that_is_no_longer_a_state(soma: Soma, dend: Dendrite) -> None:
    dend.replace_equations(
        "dV_dend/dt = (gL_dend * (EL_dend-V_dend) + I_dend) / C_dend", "V_dend = V_soma"
    )
    model = NeuronModel([(soma, dend, 15 * nS)])
    model.add_equations("gL_soma = 2*nS + 0*nS*V_soma/mV :siemens")
    assert model.initial_values() == {"V_soma": -60 * mV}
    group = model.make_neurongroup(2)
    np.testing.assert_array_equal(np.asarray(group.V_dend[:]), [-0.06] * 2)
    np.testing.assert_allclose(np.asarray(group.gL_soma[:]), 2e-9, rtol=1e-15)


def test_second_reset(pair: NeuronModel) -> None:
    pair.add_params({"Vr2": -55 * mV})
    group, again = pair.make_neurongroup(1, **{**SPIKING, "second_reset": "V_soma = Vr2"})
    assert isinstance(again, Synapses)
    traces, spikes = StateMonitor(group, "V_soma", record=True), SpikeMonitor(group)
    group.I_ext_soma = 600 * pA
    Network(group, again, traces, spikes).run(20 * ms)
    step = round(float(spikes.t[0] / (0.1 * ms)))
    voltage = np.asarray(traces.V_soma[0])
    assert voltage[step + 1] == pytest.approx(0.04, abs=1e-15)
    assert voltage[step + 8] > -0.04
    assert voltage[step + 9] == pytest.approx(-0.055, abs=1e-15)


def test_events_run_after_resets_and_can_be_scheduled_with_others(active: NeuronModel) -> None:
    group, again = active.make_neurongroup(2, **SPIKING)
    group.run_regularly("I_ext_dend = 0*pA", when="after_resets", order=1)
    network = Network(group, again)
    lines = str(network.scheduling_summary()).splitlines()
    (line,) = [row for row in lines if "spike_Na_dend_resetter" in row]
    assert "after_resets" in line and line.split("|")[4].strip() == "0"
    network.run(1 * ms)


def test_a_dendritic_spike_step_by_step(active: NeuronModel) -> None:
    """Rise for 12 steps from the next step on, fall for 24 + 1 steps from the offset of 2 steps."""
    group = active.make_neurongroup(1)
    variables = ["g_rise_Na_dend", "g_fall_Na_dend", "gate_Na_dend"]
    traces = StateMonitor(group, variables, record=True)
    events = EventMonitor(group, "spike_Na_dend")
    group.V_dend = -20 * mV
    Network(group, traces, events).run(4.5 * ms)
    assert [round(float(t / (0.1 * ms))) for t in events.t] == [0]
    np.testing.assert_array_equal(np.flatnonzero(traces.g_rise_Na_dend[0]), np.arange(1, 13))
    np.testing.assert_array_equal(np.flatnonzero(traces.g_fall_Na_dend[0]), np.arange(2, 27))
    np.testing.assert_allclose(np.asarray(traces.g_rise_Na_dend[0]).max(), 20e-9, rtol=1e-15)


def test_events_can_be_left_without_action(active: NeuronModel) -> None:
    group = active.make_neurongroup(1, init_events=False)
    group.V_dend = 0 * mV
    Network(group).run(0.2 * ms)
    assert group.gate_Na_dend[0] == 0


def test_durations_follow_the_time_step_of_the_group(active: NeuronModel) -> None:
    assert active.make_neurongroup(1).namespace["duration_rise_Na_dend"] == 12
    group, again = active.make_neurongroup(1, dt=0.05 * ms, **SPIKING)
    assert group.namespace["duration_rise_Na_dend"] == 24
    assert again.pre.clock.dt == 0.05 * ms
    clocked = active.make_neurongroup(1, clock=Clock(dt=0.02 * ms))
    assert clocked.namespace["duration_rise_Na_dend"] == 60
    defaultclock.dt = 0.2 * ms
    assert active.make_neurongroup(1).namespace["duration_rise_Na_dend"] == 6


def test_parameters_that_differ_between_neurons(pair: NeuronModel) -> None:
    pair.add_equations("gL_soma :siemens (constant)")
    assert pair.initial_values()["gL_soma"] == 10 * nS
    group = pair.make_neurongroup(2)
    assert "gL_soma" not in group.namespace
    np.testing.assert_allclose(np.asarray(group.gL_soma), 10e-9, rtol=1e-15)
    group.gL_soma = [5, 20] * nS
    group.I_ext_soma = 20 * pA
    Network(group).run(5 * ms)
    assert group.V_soma[0] > group.V_soma[1]


def test_names_from_the_calling_script(pair: NeuronModel, raised: Raised) -> None:
    Vt = -40 * mV
    pair.add_equations("I_in = wave(t) :amp")
    message = raised(MissingParameterError, pair.make_neurongroup, 1, threshold="V_soma > Vt")
    assert "2 name(s)" in message and "Vt: " in message and "wave: " in message
    wave = TimedArray([0, 100] * pA, dt=1 * ms)
    group = pair.make_neurongroup(1, threshold="V_soma > Vt")
    Network(group).run(0.1 * ms)
    assert Vt is not None and wave is not None


def test_names_from_the_namespace_argument(pair: NeuronModel) -> None:
    threshold = "V_soma > V_limit"
    group = pair.make_neurongroup(
        1, threshold=threshold, namespace={"V_limit": -61 * mV, "EL_soma": -50 * mV}
    )
    assert group.namespace["EL_soma"] == -50 * mV
    spikes = SpikeMonitor(group)
    Network(group, spikes).run(0.3 * ms)
    assert spikes.num_spikes == 3


def test_other_arguments_reach_brian(pair: NeuronModel) -> None:
    group = pair.make_neurongroup(
        2, method="heun", name="cells", events={"mine": "V_dend > 0*mV"}, order=3
    )
    assert group.name == "cells" and group.order == 3
    assert group.method_choice == "heun"
    assert set(group.events) == {"mine"}


def test_show_prints_the_equations_and_the_set_up(
    active: NeuronModel, capsys: pytest.CaptureFixture[str]
) -> None:
    active.make_neurongroup(1, **SPIKING)
    assert capsys.readouterr().out == ""
    active.make_neurongroup(1, show=True, **SPIKING)
    text = capsys.readouterr().out
    assert "EQUATIONS\n---------\ndV_soma/dt" in text
    assert "V_dend = -60. mV" in text
    assert "run_on_event('spike_Na_dend', 'spiketime_Na_dend = t_in_timesteps" in text
    assert "on_pre='V_soma = -55*mV', delay=0.8 ms" in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"N": 0}, "N = 0 is not a number of neurons"),
        ({"N": 2.0}, "N = 2.0 is not a number of neurons"),
        ({"N": True}, "N = True is not a number of neurons"),
        ({"N": 3 * mV}, "is not a number of neurons"),
        (
            {"threshold": "V_soma > 0*mV", "second_reset": "V_soma = 0*mV"},
            "second_reset is given alone",
        ),
        (
            {"threshold": "V_soma > 0*mV", "spike_width": 1 * ms},
            "spike_width is given alone",
        ),
        ({"reset": "V_soma = 0*mV"}, "a reset is given without a threshold"),
        ({"events": {"spike_Na_dend": "V_soma > 0*mV"}}, "the events spike_Na_dend are the dend"),
        ({"model": "x :1"}, "model= cannot be given"),
    ],
)
def test_arguments_that_do_not_fit(
    raised: Raised, active: NeuronModel, arguments: dict[str, Any], expected: str
) -> None:
    message = raised(GroupArgumentError, active.make_neurongroup, **{"N": 1, **arguments})
    assert message.startswith("NeuronModel(soma, dend): ") and expected in message


def test_spike_width_is_a_time(raised: Raised, pair: NeuronModel) -> None:
    message = raised(UnitsError, pair.make_neurongroup, 1, **{**SPIKING, "spike_width": 0.8})
    assert "spike_width = 0.8 must be a time" in message


STANDALONE = """
import sys
import numpy as np
from brian2 import Network, StateMonitor, device, prefs, set_device
from brian2.units import ms, mV, nS, pA, pF
from dendrify_gpu.compartments import Dendrite, NeuronModel, Soma

folder = sys.argv[1]
if folder == 'none':
    prefs.codegen.target = 'numpy'
else:
    set_device('cpp_standalone', directory=folder, build_on_run=True, debug=False)
soma = Soma('soma', cm_abs=200*pF, gl_abs=10*nS)
dend = Dendrite('dend', cm_abs=50*pF, gl_abs=2.5*nS)
dend.dspikes('Na', threshold=-40*mV, g_rise=20*nS, g_fall=10*nS, duration_rise=1.2*ms,
             duration_fall=2.4*ms, reversal_rise='E_Na', reversal_fall='E_K', offset_fall=0*ms,
             refractory=5*ms)
model = NeuronModel([(soma, dend, 15*nS)], v_rest=-60*mV)
group, again = model.make_neurongroup(
    2, threshold='V_soma > -40*mV', reset='V_soma = 40*mV', second_reset='V_soma = -55*mV',
    spike_width=0.8*ms, refractory=4*ms)
group.I_ext_soma = [300, 600]*pA
traces = StateMonitor(group, ['V_soma', 'V_dend'], record=True)
Network(group, again, traces).run(60*ms)
np.save(sys.argv[2], np.stack([traces.V_soma, traces.V_dend]))
"""


@pytest.mark.slow
def test_second_reset_in_a_standalone_program(tmp_path: Path) -> None:
    """The group and its second reset compile to a C++ program that gives the same voltages."""
    results = []
    for name, folder in (("numpy", "none"), ("standalone", str(tmp_path / "program"))):
        output = tmp_path / f"{name}.npy"
        command = [sys.executable, "-c", STANDALONE, folder, str(output)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        results.append(np.load(output))
    np.testing.assert_allclose(results[1], results[0], rtol=0, atol=1e-12)
    assert results[0][0].max() > 0.03
