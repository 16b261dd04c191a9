"""Short-term plasticity: releases, their time step, and the texts for Brian2's synapses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from brian2 import Network, SpikeGeneratorGroup, StateMonitor, Synapses
from brian2.units import ms, mV, nS, pA, siemens
from clamp import clamped

import dendrify_gpu as dg
from dendrify_gpu.compartments import CompartmentError, NeuronModel, UnitsError
from dendrify_gpu.compartments.receptors import (
    AMPA,
    GABA_B,
    Alpha,
    CurrentBased,
    Custom,
    TsodyksMarkram,
)

Raised = Callable[..., str]
Driven = Callable[..., dict[str, np.ndarray]]

#: Markram, Wang & Tsodyks 1998: synapses of pyramidal cells on pyramidal cells depress, on
#: interneurons facilitate.
DEPRESSING = TsodyksMarkram(U=0.5, tau_rec=800 * ms)
FACILITATING = TsodyksMarkram(U=0.03, tau_rec=130 * ms, tau_facil=530 * ms)
MIXED = TsodyksMarkram(U=0.2, tau_rec=200 * ms, tau_facil=300 * ms)

REGULAR = np.arange(10, 400, 20.0)
IRREGULAR = np.array([3, 4.1, 11.7, 60, 61, 62.5, 200, 333.3, 334])


def releases(plasticity: TsodyksMarkram, times: np.ndarray) -> np.ndarray:
    """Return the recursion of Markram, Wang & Tsodyks 1998, equations 2 and 3; times in ms."""
    big_u, rec = plasticity.U, float(plasticity.tau_rec / ms)
    facil = None if plasticity.tau_facil is None else float(plasticity.tau_facil / ms)
    u, resources = [big_u], [1.0]
    for step in np.diff(times):
        decayed = 0.0 if facil is None else u[-1] * np.exp(-step / facil)
        recovered = np.exp(-step / rec)
        resources.append(resources[-1] * (1 - u[-1]) * recovered + 1 - recovered)
        u.append(decayed + big_u * (1 - decayed))
    return np.array(u) * np.array(resources)


def counted(plasticity: TsodyksMarkram) -> CurrentBased:
    """A receptor that never forgets: its state is the sum of all releases."""
    return CurrentBased("x", amplitude=0 * pA, t_decay=1e12 * ms, plasticity=plasticity)


@pytest.mark.parametrize("times", [REGULAR, IRREGULAR], ids=["regular", "irregular"])
@pytest.mark.parametrize("plasticity", [DEPRESSING, FACILITATING, MIXED])
def test_releases_in_both_engines(
    driven: Driven, plasticity: TsodyksMarkram, times: np.ndarray
) -> None:
    expected = releases(plasticity, times)
    assert plasticity.releases(times * ms) == pytest.approx(expected, rel=1e-13)
    model = clamped(counted(plasticity))
    state = driven(model, {"spikes_current_x_soma": times}, 400 * ms, ["s_current_x_soma"])
    theirs = np.diff(state["s_current_x_soma"])
    assert theirs[theirs > 0] == pytest.approx(expected, rel=1e-8)

    net = dg.Network(dt=0.1 * ms, backend="cpu")
    cells = net.population(model, 1, method="exponential_euler")
    source = net.spike_generator(1, np.zeros(len(times), dtype=int), times * ms)
    net.connect(source, cells, "current_x_soma")
    traces = net.record(cells, ["s_current_x_soma"])
    net.run(400 * ms, progress=False)
    ours = np.diff(np.asarray(traces.s_current_x_soma)[:, 0])
    assert ours[ours > 0] == pytest.approx(expected, rel=1e-8)
    assert np.flatnonzero(ours > 0).tolist() == np.flatnonzero(theirs > 0).tolist()


def test_published_behaviour() -> None:
    """A depressing synapse falls as 1/rate at high rates; a facilitating one grows, then falls."""
    for rate in (50, 100):
        times = np.arange(0, 5000, 1000 / rate)
        last = DEPRESSING.releases(times * ms)[-1]
        assert last == pytest.approx(1 / (rate * 0.8), rel=0.05)
    growing = FACILITATING.releases(np.arange(0, 300, 50) * ms)
    assert (np.diff(growing) > 0).all() and growing[-1] > 3 * growing[0]


def test_the_release_acts_one_step_after_the_spike(driven: Driven) -> None:
    plain = CurrentBased("plain", amplitude=0 * pA, t_decay=1e12 * ms)
    names = ["s_current_plain_soma", "s_current_x_soma", "spikes_current_x_soma"]
    found = driven(
        clamped(plain, counted(DEPRESSING)),
        {"s_current_plain_soma": [2.0], "spikes_current_x_soma": [2.0]},
        3 * ms,
        names,
    )
    first = [int(np.flatnonzero(found[name])[0]) for name in names]
    assert first == [21, 22, 21]
    assert np.count_nonzero(found["spikes_current_x_soma"]) == 1


def test_spikes_of_one_step_make_one_release_with_the_sum_of_their_weights(driven: Driven) -> None:
    model = clamped(counted(DEPRESSING))
    target = "spikes_current_x_soma"
    group = model.make_neurongroup(1)
    source = SpikeGeneratorGroup(3, [0, 1, 2], [1, 1, 1] * ms)
    synapses = Synapses(source, group, "weight :1", on_pre=f"{target} += weight")
    synapses.connect()
    synapses.weight = [0.5, 2.0, -0.25]
    Network(group, source, synapses).run(2 * ms)
    assert group.s_current_x_soma[0] == pytest.approx(2.25 * 0.5)
    assert group.R_current_x_soma[0] == pytest.approx(0.5, abs=1e-3)
    # An inhibitory weight is a release, too.
    negative = driven(model, {target: [1.0]}, 2 * ms, ["s_current_x_soma"], weight=-3.0)
    assert negative["s_current_x_soma"][-1] == pytest.approx(-1.5)


def test_a_spike_in_the_step_of_a_release_joins_it(driven: Driven) -> None:
    names = ["s_current_x_soma", "spikes_current_x_soma"]
    model = clamped(counted(DEPRESSING))
    found = driven(model, {names[1]: [1.0, 1.1]}, 2 * ms, names)
    assert found[names[0]][10:13].tolist() == [0, 0, 1]
    assert found[names[1]][10:13].tolist() == [0, 1, 0]
    apart = driven(model, {names[1]: [1.0, 1.2]}, 2 * ms, names)
    assert apart[names[0]][12] == 0.5 and 0.75 < apart[names[0]][-1] < 0.751


def test_starting_values_and_equations() -> None:
    model = clamped(AMPA("x", g=1 * nS, t_decay=2 * ms, plasticity=MIXED))
    assert model.initial_values()["R_AMPA_x_soma"] == 1.0
    assert "u_AMPA_x_soma" not in model.initial_values()
    assert model.equations.splitlines()[-3:] == [
        "du_AMPA_x_soma/dt = -u_AMPA_x_soma / tau_facil_AMPA_x_soma  :1",
        "dR_AMPA_x_soma/dt = (1-R_AMPA_x_soma) / tau_rec_AMPA_x_soma  :1",
        "spikes_AMPA_x_soma  :1",
    ]
    assert model.events == {"release_AMPA_x_soma": "spikes_AMPA_x_soma != 0"}
    assert model.event_actions["release_AMPA_x_soma"] == (
        "u_AMPA_x_soma += U_AMPA_x_soma * (1-u_AMPA_x_soma); "
        "s_AMPA_x_soma += spikes_AMPA_x_soma * u_AMPA_x_soma * R_AMPA_x_soma; "
        "R_AMPA_x_soma -= u_AMPA_x_soma * R_AMPA_x_soma; spikes_AMPA_x_soma = 0"
    )
    values = model.parameters
    assert (values["U_AMPA_x_soma"], values["tau_rec_AMPA_x_soma"]) == (0.2, 200 * ms)
    assert values["tau_facil_AMPA_x_soma"] == 300 * ms
    model.check()
    depressing = clamped(AMPA("x", g=1 * nS, t_decay=2 * ms, plasticity=DEPRESSING))
    assert "u_AMPA" not in depressing.equations
    receptor = depressing.receptors["AMPA_x_soma"]
    assert receptor.state_variable == "spikes_AMPA_x_soma"
    assert receptor.gating_variable == "s_AMPA_x_soma"


@pytest.mark.parametrize(
    "model",
    [
        GABA_B("x", g=1 * nS, plasticity=DEPRESSING),
        Alpha("x", g=1 * nS, t_peak=2 * ms, reversal="E_AMPA", plasticity=DEPRESSING),
    ],
)
def test_every_chemical_receptor_can_be_plastic(driven: Driven, model: Any) -> None:
    cell = clamped(model)
    (receptor,) = cell.receptors.values()
    s = f"s_{receptor.name}"
    found = driven(cell, {receptor.state_variable: [1.0]}, 2 * ms, [s], weight=2.0)
    assert found[s].max() == pytest.approx(1.0)


def test_the_weight_of_a_custom_receptor_keeps_its_unit() -> None:
    custom = Custom(
        "x",
        name="step",
        equations="I = s*(0*mV - v) :amp\nds/dt = -s/tau :siemens",
        parameters={"tau": 5 * ms},
        plasticity=DEPRESSING,
    )
    cell = clamped(custom)
    assert "spikes_step_x_soma  :siemens" in cell.equations
    net = dg.Network(dt=0.1 * ms, backend="cpu")
    cells = net.population(cell, 1)
    net.connect(net.spike_generator(1, [0], [1] * ms), cells, "step_x_soma", weight=4 * nS)
    report = net.cross_validate(3 * ms, variables=["s_step_x_soma", "R_step_x_soma"])
    assert report.agrees
    assert report.traces[0].scale == pytest.approx(float(2 * nS / siemens), rel=1e-3)


@pytest.mark.parametrize("plasticity", [DEPRESSING, MIXED])
def test_synapses_of_brian2_with_a_state_of_their_own(plasticity: TsodyksMarkram) -> None:
    """Two afferents that fire at different times: each depresses by itself only."""
    plain = CurrentBased("x", amplitude=0 * pA, t_decay=1e12 * ms)
    group = clamped(plain).make_neurongroup(2, method="exponential_euler")
    trains = [REGULAR, IRREGULAR + 0.5]
    source = SpikeGeneratorGroup(
        2,
        np.repeat([0, 1], [len(train) for train in trains]),
        np.concatenate(trains) * ms,
    )
    synapses = Synapses(
        source,
        group,
        model=f"{plasticity.brian2_synapses_model}\nw :1",
        on_pre=plasticity.brian2_on_pre("s_current_x_soma", weight="w"),
        namespace=plasticity.brian2_namespace,
        method="exact",
    )
    synapses.connect(i=[0, 1], j=[0, 1])
    synapses.R, synapses.w = 1, [1.0, 3.0]
    monitor = StateMonitor(group, "s_current_x_soma", record=True)
    Network(group, source, synapses, monitor).run(400 * ms)
    for neuron, (train, weight) in enumerate(zip(trains, (1.0, 3.0), strict=True)):
        steps = np.diff(np.asarray(monitor.s_current_x_soma)[neuron])
        expected = weight * releases(plasticity, train)
        assert steps[steps > 0] == pytest.approx(expected, rel=1e-8)


def test_texts_for_brian2() -> None:
    assert MIXED.brian2_synapses_model.splitlines() == [
        "du/dt = -u / tau_facil  :1 (event-driven)",
        "dR/dt = (1-R) / tau_rec  :1 (event-driven)",
    ]
    assert MIXED.brian2_on_pre(["a", "b"]).splitlines() == [
        "u += U * (1-u)",
        "a_post += u * R",
        "b_post += u * R",
        "R -= u * R",
    ]
    assert set(MIXED.brian2_namespace) == {"U", "tau_rec", "tau_facil"}
    assert set(DEPRESSING.brian2_namespace) == {"U", "tau_rec"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"U": 1.5, "tau_rec": 1 * ms}, "U = 1.5 is a fraction and cannot be above 1"),
        ({"U": 0, "tau_rec": 1 * ms}, "U = 0 must be larger than zero"),
        ({"U": 0.5, "tau_rec": 3}, "tau_rec = 3 must be a time"),
        ({"U": 0.5, "tau_rec": 1 * ms, "tau_facil": 0 * ms}, "tau_facil = 0. s must be larger"),
        ({"U": 0.5, "tau_rec": 1 * ms, "tau_facil": 5 * mV}, "tau_facil = 5. mV must be a time"),
    ],
)
def test_refused_values(raised: Raised, arguments: dict[str, Any], expected: str) -> None:
    message = raised(UnitsError, TsodyksMarkram, **arguments)
    assert message.startswith("TsodyksMarkram: ") and expected in message


def test_refused_trains_and_plasticities(raised: Raised) -> None:
    assert "must be times of spikes" in raised(UnitsError, DEPRESSING.releases, [1, 2])
    assert "do not ascend. Sort them" in raised(UnitsError, DEPRESSING.releases, [2, 1] * ms)
    message = raised(CompartmentError, AMPA, "x", plasticity=0.5)
    assert message == (
        "AMPA receptor with tag 'x': plasticity = 0.5 is no short-term plasticity. "
        "Write for example plasticity=TsodyksMarkram(U=0.5, tau_rec=800*ms)."
    )


def test_units_of_changed_parameters_are_checked(raised: Raised) -> None:
    model: NeuronModel = clamped(AMPA("x", g=1 * nS, t_decay=2 * ms, plasticity=MIXED))
    message = raised(UnitsError, model.add_params, {"tau_rec_AMPA_x_soma": 3 * mV})
    assert "tau_rec_AMPA_x_soma = 3. mV must be a time" in message
