"""The same models in this library and in Dendrify: equations, parameters, events and voltages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import brian2
import dendrify
import numpy as np
import pytest
from brian2 import Equations, Network, PoissonGroup, StateMonitor, Synapses, defaultclock, second
from brian2.equations.equations import DIFFERENTIAL_EQUATION
from brian2.parsing.sympytools import str_to_sympy
from brian2.units import Hz, cm, ms, mV, nS, ohm, pA, pF, uF, um, uS
from brian2.units.fundamentalunits import get_dimensions

import dendrify_gpu.compartments as ours

BUILDERS: dict[str, Callable[[Any], Any]] = {}
GEOMETRY = {"cm": 1 * uF / cm**2, "gl": 40 * uS / cm**2, "r_axial": 150 * ohm * cm}


def model(build: Callable[[Any], Any]) -> Callable[[Any], Any]:
    BUILDERS[build.__name__] = build
    return build


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    logging.getLogger("dendrify").setLevel(logging.CRITICAL)
    target, dt = brian2.prefs.codegen.target, _default_dt()
    brian2.prefs.codegen.target = "numpy"
    defaultclock.dt = 0.1 * ms
    yield
    brian2.prefs.codegen.target = target
    defaultclock.dt = dt


def _default_dt() -> Any:
    return float(defaultclock.dt / second) * second


def absolute_pair(lib: Any, membrane: str = "leakyIF") -> tuple[Any, Any]:
    soma = lib.Soma("soma", model=membrane, cm_abs=200 * pF, gl_abs=10 * nS)
    return soma, lib.Dendrite("dend", cm_abs=50 * pF, gl_abs=2.5 * nS)


@model
def two_compartments(lib: Any) -> Any:
    soma, dend = absolute_pair(lib)
    return lib.NeuronModel([(soma, dend, 15 * nS)], v_rest=-60 * mV)


@model
def passive_soma(lib: Any) -> Any:
    soma, dend = absolute_pair(lib, "passive")
    return lib.NeuronModel([(soma, dend, 15 * nS)], v_rest=-60 * mV)


@model
def adaptive_soma(lib: Any) -> Any:
    soma, dend = absolute_pair(lib, "adaptiveIF")
    result = lib.NeuronModel([(soma, dend, 15 * nS)], v_rest=-60 * mV)
    result.add_params({"tauw_soma": 100 * ms, "a_soma": 2 * nS, "b": 60 * pA})
    return result


@model
def adex_everywhere(lib: Any) -> Any:
    soma = lib.Soma("soma", model="adex", cm_abs=200 * pF, gl_abs=10 * nS, v_rest=-70 * mV)
    dend = lib.Dendrite("dend", model="adex", cm_abs=50 * pF, gl_abs=2 * nS, v_rest=-65 * mV)
    for part in (soma, dend):
        n = "soma" if part is soma else "dend"
        part.add_params({f"tauw_{n}": 100 * ms, f"a_{n}": 2 * nS})
        part.add_params({f"Vth_{n}": -50 * mV, f"DeltaT_{n}": 2 * mV})
    return lib.NeuronModel([(soma, dend, 15 * nS)])


@model
def cadif_soma(lib: Any) -> Any:
    soma, dend = absolute_pair(lib, "cadIF")
    result = lib.NeuronModel([(soma, dend, 15 * nS)], v_rest=-60 * mV)
    result.add_params({"EA": -65 * mV, "tauA": 45 * ms, "gAmax": 0.1 * nS, "delta_gA": 5 * nS})
    return result


@model
def half_cylinders(lib: Any) -> Any:
    soma = lib.Soma("soma", length=25 * um, diameter=25 * um)
    trunk = lib.Dendrite("trunk", length=100 * um, diameter=1.5 * um)
    tuft = lib.Dendrite("tuft", length=80 * um, diameter=0.7 * um)
    pairs = [(soma, trunk), (trunk, tuft, "half_cylinders")]
    return lib.NeuronModel(pairs, v_rest=-65 * mV, **GEOMETRY)


@model
def whole_cylinders(lib: Any) -> Any:
    soma = lib.Soma("soma", length=25 * um, diameter=25 * um)
    trunk = lib.Dendrite("trunk", length=100 * um, diameter=1.5 * um)
    tuft = lib.Dendrite("tuft", length=80 * um, diameter=0.7 * um)
    pairs = [(soma, trunk, "cylinder_trunk"), (trunk, tuft, "cylinder_trunk")]
    return lib.NeuronModel(pairs, v_rest=-65 * mV, **GEOMETRY)


@model
def factors_of_the_model(lib: Any) -> Any:
    soma = lib.Soma("soma", length=25 * um, diameter=25 * um)
    trunk = lib.Dendrite("trunk", length=100 * um, diameter=1.5 * um)
    return lib.NeuronModel(
        [(soma, trunk, 8 * nS)], v_rest=-65 * mV, scale_factor=2.8, spine_factor=1.5, **GEOMETRY
    )


@model
def factors_of_the_compartments(lib: Any) -> Any:
    own = {"cm": 0.9 * uF / cm**2, "gl": 50 * uS / cm**2, "r_axial": 100 * ohm * cm}
    soma = lib.Soma("soma", length=25 * um, diameter=25 * um, scale_factor=1.2, **own)
    trunk = lib.Dendrite(
        "trunk",
        length=100 * um,
        diameter=1.5 * um,
        scale_factor=1.1,
        spine_factor=1.9,
        **own,
    )
    return lib.NeuronModel([(soma, trunk)], v_rest=-65 * mV)


@model
def model_values_win(lib: Any) -> Any:
    own = {"cm": 0.9 * uF / cm**2, "gl": 50 * uS / cm**2, "r_axial": 100 * ohm * cm}
    soma = lib.Soma("soma", length=25 * um, diameter=25 * um, v_rest=-70 * mV, **own)
    trunk = lib.Dendrite("trunk", length=100 * um, diameter=1.5 * um, v_rest=-60 * mV, **own)
    return lib.NeuronModel([(soma, trunk)], v_rest=-65 * mV, **GEOMETRY)


@model
def every_receptor(lib: Any) -> Any:
    soma, dend = absolute_pair(lib)
    soma.synapse("GABA", tag="inh", g=2 * nS, t_rise=1 * ms, t_decay=8 * ms, scale_g=True)
    for channel in ("AMPA", "NMDA", "GABA"):
        dend.synapse(channel, tag="x", g=1 * nS, t_decay=5 * ms)
        dend.synapse(channel, tag="y", g=1.5 * nS, t_rise=2 * ms, t_decay=30 * ms)
        dend.synapse(channel, tag="z", g=3 * nS, t_rise=5 * ms, t_decay=60 * ms, scale_g=True)
        dend.synapse(
            channel, tag="slow_rise", g=3 * nS, t_rise=9 * ms, t_decay=6 * ms, scale_g=True
        )
    return lib.NeuronModel([(soma, dend, 15 * nS)], v_rest=-60 * mV)


@model
def noise_in_both(lib: Any) -> Any:
    soma, dend = absolute_pair(lib, "adaptiveIF")
    soma.noise()
    dend.synapse("AMPA", tag="x", g=1 * nS, t_decay=5 * ms)
    dend.noise(tau=10 * ms, sigma=30 * pA, mean=5 * pA)
    result = lib.NeuronModel([(soma, dend, 15 * nS)], v_rest=-60 * mV)
    result.add_params({"tauw_soma": 100 * ms, "a_soma": 2 * nS})
    return result


@model
def added_and_replaced_equations(lib: Any) -> Any:
    soma, dend = absolute_pair(lib)
    soma.replace_equations("+ I_soma)", "+ I_soma - u_soma)")
    soma.add_equations("du_soma/dt = (k*(V_soma-EL_soma) - u_soma) / tau_u :amp")
    soma.add_params({"tau_u": 50 * ms})
    dend.synapse("AMPA", tag="x", g=1 * nS, t_decay=5 * ms)
    dend.replace_equations("s_AMPA_x_dend * w_AMPA_x_dend", "s_AMPA_x_dend**2")
    result = lib.NeuronModel([(soma, dend, 15 * nS)], v_rest=-60 * mV)
    result.add_params({"k": 3 * nS})
    result.add_equations("V_mean = (V_soma + V_dend)/2 :volt")
    result.replace_equations("- u_soma)", "- 2*u_soma)")
    return result


@model
def two_kinds_of_dspikes(lib: Any) -> Any:
    soma, dend = absolute_pair(lib)
    dend.dspikes(
        "Na",
        threshold=-40 * mV,
        g_rise=20 * nS,
        g_fall=10 * nS,
        duration_rise=0.25 * ms,
        duration_fall=1.25 * ms,
        reversal_rise="E_Na",
        reversal_fall="E_K",
        offset_fall=0.29 * ms,
        refractory=5 * ms,
    )
    dend.dspikes("Ca", g_rise=4 * nS, g_fall=3 * nS)
    result = lib.NeuronModel([(soma, dend, 15 * nS)], v_rest=-60 * mV)
    result.config_dspikes(
        "Ca",
        threshold=-30 * mV,
        duration_rise=20 * ms,
        duration_fall=30 * ms,
        reversal_rise=130 * mV,
        reversal_fall="E_K",
        offset_fall=10 * ms,
        refractory=60 * ms,
    )
    return result


@model
def active_tree(lib: Any) -> Any:
    soma = lib.Soma("soma", length=25 * um, diameter=25 * um)
    trunk = lib.Dendrite("trunk", length=100 * um, diameter=2.5 * um)
    prox = lib.Dendrite("prox", length=100 * um, diameter=1 * um)
    dist = lib.Dendrite("dist", length=100 * um, diameter=0.5 * um)
    trunk.dspikes("Na", g_rise=22 * nS, g_fall=14 * nS)
    prox.dspikes("Na", g_rise=9 * nS, g_fall=5.7 * nS)
    dist.dspikes("Na", g_rise=3.7 * nS, g_fall=2.4 * nS)
    prox.synapse("AMPA", tag="x", g=1 * nS, t_decay=2 * ms)
    dist.synapse("NMDA", tag="x", g=1 * nS, t_rise=2 * ms, t_decay=60 * ms, scale_g=True)
    edges = [(soma, trunk, 15 * nS), (trunk, prox, 6 * nS), (prox, dist, 2 * nS)]
    result = lib.NeuronModel(edges, v_rest=-65 * mV, scale_factor=2.8, spine_factor=1.5, **GEOMETRY)
    result.config_dspikes(
        "Na",
        threshold=-35 * mV,
        duration_rise=1.2 * ms,
        duration_fall=2.4 * ms,
        offset_fall=0.2 * ms,
        refractory=5 * ms,
        reversal_rise="E_Na",
        reversal_fall="E_K",
    )
    return result


def both(name: str) -> SimpleNamespace:
    return SimpleNamespace(ours=BUILDERS[name](ours), theirs=BUILDERS[name](dendrify))


def _expression(equation: Any) -> Any:
    return None if equation.expr is None else str_to_sympy(equation.expr.code)


@pytest.mark.parametrize("name", BUILDERS)
def test_equations_are_equal(name: str) -> None:
    pair = both(name)
    mine, theirs = Equations(pair.ours.equations), Equations(pair.theirs.equations)
    assert set(mine) == set(theirs)
    for variable in theirs:
        a, b = mine[variable], theirs[variable]
        assert (a.type, a.dim, a.flags) == (b.type, b.dim, b.flags), variable
        assert _expression(a) == _expression(b), variable
    assert any(equation.type == DIFFERENTIAL_EQUATION for equation in mine.values())


@pytest.mark.parametrize("name", BUILDERS)
def test_order_of_definitions_is_equal(name: str) -> None:
    pair = both(name)
    assert _left_sides(pair.ours.equations) == _left_sides(pair.theirs.equations)


def _left_sides(text: str) -> list[str]:
    return [line.split("=")[0].split(":")[0].strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("name", BUILDERS)
def test_parameters_are_equal(name: str) -> None:
    pair = both(name)
    mine, theirs = pair.ours.parameters, pair.theirs.parameters
    assert set(mine) == set(theirs)
    for parameter, value in theirs.items():
        assert get_dimensions(mine[parameter]) is get_dimensions(value), parameter
        np.testing.assert_allclose(
            float(mine[parameter]), float(value), rtol=1e-12, atol=0, err_msg=parameter
        )


@pytest.mark.parametrize("name", BUILDERS)
def test_events_are_equal(name: str) -> None:
    pair = both(name)
    assert pair.ours.event_names == pair.theirs.event_names
    assert _squeezed(pair.ours.events) == _squeezed(pair.theirs.events)
    assert _squeezed(pair.ours.event_actions) == _squeezed(pair.theirs.event_actions)


def _squeezed(texts: dict[str, str]) -> dict[str, str]:
    return {name: "".join(text.split()) for name, text in texts.items()}


@pytest.mark.parametrize("kinetics", [(2, 5), (5, 50), (10, 60), (0.5, 3), (9, 6)])
def test_norm_factors_are_equal(kinetics: tuple[float, float]) -> None:
    rise, decay = kinetics
    mine = ours.Compartment.g_norm_factor(rise * ms, decay * ms)
    theirs = dendrify.Compartment.g_norm_factor(rise * ms, decay * ms)
    assert mine == pytest.approx(float(theirs), rel=1e-12)


def test_defaults_are_equal() -> None:
    mine, theirs = ours.default_params(), dendrify.default_params()
    assert set(mine) == set(theirs)
    for name in theirs:
        assert get_dimensions(mine[name]) is get_dimensions(theirs[name])
        assert float(mine[name]) == float(theirs[name])


def test_geometry_of_one_compartment_is_equal() -> None:
    own = {"length": 25 * um, "diameter": 20 * um, "scale_factor": 1.3, "spine_factor": 1.7}
    mine, theirs = ours.Dendrite("d", **own, **GEOMETRY), dendrify.Dendrite("d", **own, **GEOMETRY)
    for quantity in ("area", "capacitance", "g_leakage"):
        a, b = getattr(mine, quantity), getattr(theirs, quantity)
        assert get_dimensions(a) is get_dimensions(b)
        assert float(a) == pytest.approx(float(b), rel=1e-12)
    mine_ephys = ours.EphysProperties("d", **own, **GEOMETRY)
    theirs_ephys = dendrify.EphysProperties("d", **own, **GEOMETRY)
    assert float(mine_ephys.g_cylinder) == pytest.approx(float(theirs_ephys.g_cylinder), rel=1e-12)
    assert mine.dimensionless is theirs.dimensionless is False


def test_compartments_coupled_by_hand_are_equal() -> None:
    results = []
    for lib in (ours, dendrify):
        soma, dend = absolute_pair(lib)
        soma.connect(dend, g=3 * nS)
        results.append((soma, dend))
    for mine, theirs in zip(*results, strict=True):
        assert "".join(mine.equations.split()) == "".join(theirs.equations.split())
        assert set(mine.parameters) == set(theirs.parameters)


def _simulate(lib: Any, name: str, duration: Any) -> dict[str, np.ndarray]:
    brian2.start_scope()
    brian2.seed(7)
    neuron = BUILDERS[name](lib)
    group, again = neuron.make_neurongroup(
        3,
        threshold="V_soma > -40*mV",
        reset="V_soma = 40*mV",
        second_reset="V_soma = -55*mV",
        spike_width=0.8 * ms,
        refractory=4 * ms,
    )
    source = PoissonGroup(20, rates=60 * Hz)
    inputs = Synapses(source, group, on_pre="s_AMPA_x_prox += 1; s_NMDA_x_dist += 1")
    inputs.connect("i % 3 == j")
    group.I_ext_soma = [0, 150, 300] * pA
    voltages = [f"V_{c}" for c in ("soma", "trunk", "prox", "dist")]
    traces = StateMonitor(group, [*voltages, "gate_Na_trunk", "spiketime_Na_prox"], record=True)
    Network(group, again, source, inputs, traces).run(duration)
    return {variable: np.asarray(getattr(traces, variable)) for variable in traces.record_variables}


def test_voltages_are_equal_in_a_run() -> None:
    mine = _simulate(ours, "active_tree", 150 * ms)
    theirs = _simulate(dendrify, "active_tree", 150 * ms)
    assert set(mine) == set(theirs)
    for variable, trace in theirs.items():
        np.testing.assert_allclose(mine[variable], trace, rtol=0, atol=1e-12, err_msg=variable)
    # The comparison is worth something only if somatic and dendritic spikes happened.
    assert theirs["V_soma"].max() > 0.03
    assert theirs["gate_Na_trunk"].max() == 1
    assert np.ptp(theirs["V_dist"]) > 0.01
