"""One compartment: names, units, membranes, passive properties, printing."""

from __future__ import annotations

from collections.abc import Callable
from math import pi
from typing import Any

import pytest
from brian2 import Equations
from brian2.units import amp, cm, ms, mV, nS, ohm, pA, pF, siemens, uF, um, uS, volt

from dendrify_gpu.compartments import (
    MEMBRANES,
    Compartment,
    CompartmentError,
    Dendrite,
    DimensionlessCompartmentError,
    DuplicateEquationsError,
    EphysProperties,
    InvalidNameError,
    MissingParameterError,
    MorphologyError,
    Soma,
    UnitsError,
    UnknownNameError,
    default_params,
    update_default_params,
)

Raised = Callable[..., str]
CYLINDER = {"length": 100 * um, "diameter": 2 * um, "cm": 1 * uF / cm**2, "gl": 40 * uS / cm**2}


@pytest.mark.parametrize("name", MEMBRANES)
def test_each_membrane_defines_a_voltage_and_an_input_current(name: str) -> None:
    equations = Equations(Compartment("c", model=name).equations)
    assert equations["V_c"].dim is volt.dim
    assert equations["I_c"].dim is amp.dim
    assert equations["I_ext_c"].type == "parameter"


def test_adapting_membranes_have_their_current() -> None:
    assert "w_c" in Equations(Compartment("c", model="adex").equations).diff_eq_names
    cadif = Equations(Compartment("c", model="cadIF").equations)
    assert cadif["gA"].dim is siemens.dim
    assert cadif["w_c"].type == "subexpression"


def test_defaults_of_soma_and_dendrite() -> None:
    assert Soma("s").description.membrane.name == "leakyIF"
    assert Dendrite("d").description.membrane.name == "passive"


def test_cylinder_properties() -> None:
    c = Compartment("c", scale_factor=2.0, spine_factor=1.5, r_axial=100 * ohm * cm, **CYLINDER)
    area = pi * 100e-6 * 2e-6 * 3
    assert float(c.area) == pytest.approx(area, rel=1e-14)
    assert float(c.capacitance) == pytest.approx(area * 0.01, rel=1e-14)
    assert float(c.g_leakage) == pytest.approx(area * 0.4, rel=1e-14)
    # 4 * 1 ohm m * 100 um / (pi * (2 um)^2), and no factor enters it.
    assert float(c.ephys.g_cylinder) == pytest.approx(pi * 4e-12 / (4 * 1.0 * 1e-4), rel=1e-14)


def test_parameters_of_a_nameless_compartment() -> None:
    parameters = EphysProperties(v_rest=-60 * mV, cm_abs=1 * pF, gl_abs=1 * nS).parameters
    assert {"EL", "C", "gL", "E_AMPA"} <= set(parameters)


def test_zero_is_a_value() -> None:
    c = Dendrite("d", cm_abs=1 * pF, gl_abs=0 * nS, v_rest=0 * mV)
    c.synapse("AMPA", tag="x", g=0 * nS, t_decay=1 * ms)
    c.dspikes("Na", offset_fall=0 * ms, reversal_rise=0 * mV, g_rise=0 * nS)
    parameters = c.parameters
    for name in ("EL_d", "gL_d", "g_AMPA_x_d", "offset_fall_Na_d", "E_rise_Na", "g_rise_max_Na_d"):
        assert float(parameters[name]) == 0.0


def test_unknown_values_are_left_out_of_the_parameters() -> None:
    c = Dendrite("d", length=10 * um)
    c.dspikes("Na", threshold=-40 * mV)
    assert {"C_d", "gL_d", "EL_d", "g_rise_max_Na_d"}.isdisjoint(c.parameters)
    assert None not in c.parameters.values()


def test_added_parameters_win_over_defaults_and_derived_ones() -> None:
    c = Compartment("c", cm_abs=10 * pF, gl_abs=1 * nS)
    c.add_params({"E_AMPA": 5 * mV, "C_c": 20 * pF, "free": 3})
    assert (c.parameters["E_AMPA"], c.parameters["C_c"]) == (5 * mV, 20 * pF)
    assert c.parameters["free"] == 3
    assert default_params()["E_AMPA"] == 0 * mV


def test_printing_shows_everything(full_dspike: dict[str, Any]) -> None:
    c = Dendrite("d", length=100 * um)
    c.dspikes("Na", **full_dspike)
    text = str(c)
    for part in ("OBJECT", "EQUATIONS", "PARAMETERS", "EVENTS", "USER PARAMETERS"):
        assert f"{part}\n{'-' * len(part)}\n" in text
    assert "Dendrite('d', model='passive')" in text
    assert "dV_d/dt" in text and "'Vth_Na_d': -40. * mvolt" in text
    assert "spike_Na_d" in text and "'length': 100. * umetre" in text


@pytest.mark.parametrize(
    ("argument", "value", "expected"),
    [
        ("length", 3 * ms, "must be a length (unit m), but it has unit s"),
        ("diameter", 3, "must be a length (unit m), but it has no unit"),
        ("diameter", 0 * um, "must be larger than zero"),
        ("cm", 1 * uF, "must be a capacitance per membrane area"),
        ("gl", 1 * nS, "must be a conductance per membrane area"),
        ("gl", -1 * uS / cm**2, "must be zero or larger"),
        ("cm_abs", 1 * nS, "must be a capacitance (unit F), but it has unit S"),
        ("gl_abs", "10 nS", "must be a conductance"),
        ("r_axial", 1 * ohm, "must be an axial resistivity"),
        ("v_rest", -65, "must be a voltage (unit V), but it has no unit"),
        ("v_rest", [1, 2] * mV, "must be one finite value"),
        ("v_rest", float("nan") * mV, "must be one finite value"),
        ("scale_factor", 0, "must be larger than zero"),
        ("spine_factor", 2 * mV, "must be a number without units"),
        ("spine_factor", None, "must be a number without units"),
    ],
)
def test_wrong_values(raised: Raised, argument: str, value: Any, expected: str) -> None:
    message = raised(UnitsError, Compartment, "soma", **{argument: value})
    assert message.startswith(f"compartment 'soma': {argument} = ")
    assert expected in message
    assert f"Write for example {argument}=" in message


@pytest.mark.parametrize("name", ["1st", "a b", "mV", "exp", "_x", "lambda", "é", "", 3, None])
def test_names_that_equations_refuse(raised: Raised, name: Any) -> None:
    message = raised(InvalidNameError, Compartment, name)
    assert message.startswith(f"{name!r} cannot be the name of a compartment")
    assert "begin with a letter" in message


def test_unknown_membrane(raised: Raised) -> None:
    message = raised(UnknownNameError, Soma, "soma", model="leakyif")
    assert "compartment 'soma': there is no membrane model 'leakyif'" in message
    assert "Did you mean 'leakyIF'?" in message
    assert "adaptiveIF, adex, cadIF, cadex, leakyIF, passive" in message


def test_absolute_values_and_geometry_do_not_mix(raised: Raised) -> None:
    message = raised(
        DimensionlessCompartmentError, Soma, "s", cm_abs=1 * pF, length=3 * um, scale_factor=2
    )
    assert "compartment 's' has absolute values" in message
    assert "length=3. um, scale_factor=2" in message and "Remove these" in message
    with pytest.raises(DimensionlessCompartmentError, match=r"'s'.*its area is not defined"):
        _ = Soma("s", cm_abs=1 * pF).area


@pytest.mark.parametrize(
    ("attribute", "given", "missing"),
    [
        ("area", {"length": 1 * um}, "its area needs diameter. Give diameter=30*um"),
        ("capacitance", {"length": 1 * um}, "needs cm and diameter"),
        ("g_leakage", CYLINDER | {"gl": None}, "its leak conductance needs gl"),
        ("capacitance", {"gl_abs": 1 * nS}, "its capacitance needs cm_abs"),
        ("g_leakage", {"cm_abs": 1 * pF}, "its leak conductance needs gl_abs"),
    ],
)
def test_missing_properties(
    raised: Raised, attribute: str, given: dict[str, Any], missing: str
) -> None:
    compartment = Compartment("c", **given)
    message = raised(MissingParameterError, lambda: getattr(compartment, attribute))
    assert message.startswith("compartment 'c': ") and missing in message


def test_noise_parameters_and_errors(raised: Raised) -> None:
    c = Compartment("c")
    c.noise(sigma=3 * pA)
    assert c.parameters["sigma_noise_c"] == 3 * pA
    assert c.parameters["tau_noise_c"] == 20 * ms
    message = raised(DuplicateEquationsError, c.noise)
    assert "compartment 'c' already has: noise current." in message
    with pytest.raises(UnitsError, match=r"noise current: tau = 0. s must be larger than zero"):
        Compartment("c").noise(tau=0 * ms)
    with pytest.raises(UnitsError, match=r"sigma = 3. nS must be a current"):
        Compartment("c").noise(sigma=3 * nS)


def test_coupling_by_hand_is_refused_where_it_cannot_be(
    raised: Raised, soma: Soma, dend: Dendrite
) -> None:
    message = raised(DimensionlessCompartmentError, soma.connect, dend)
    assert "g = 'half_cylinders' needs a geometry, which 'soma' and 'dend' lack" in message
    assert "Give a conductance such as 10*nS" in message
    with pytest.raises(MorphologyError, match="'soma' cannot be coupled with itself"):
        soma.connect(soma, g=1 * nS)
    with pytest.raises(CompartmentError, match="only with a Compartment, not with 'dend'"):
        soma.connect("dend", g=1 * nS)
    with pytest.raises(UnitsError, match="coupling of 'soma' and 'dend': g = 3 must be a conduct"):
        soma.connect(dend, g=3)
    soma.connect(dend, g=1 * nS)
    before = dend.equations
    with pytest.raises(DuplicateEquationsError, match="already has: coupling to 'dend'"):
        soma.connect(dend, g=1 * nS)
    assert dend.equations == before


def test_added_parameters_are_checked(raised: Raised) -> None:
    c = Compartment("c", model="adex")
    assert "'5x' cannot be the name of a parameter" in raised(
        InvalidNameError, c.add_params, {"5x": 3}
    )
    message = raised(UnitsError, c.add_params, {"tauw_c": 3 * mV})
    assert "compartment 'c': the parameter tauw_c = 3. mV must be a time" in message
    assert "E_K = 3. has other units" not in message
    assert "has other units than its default" in raised(UnitsError, c.add_params, {"E_K": 3})
    assert "is not a value" in raised(UnitsError, c.add_params, {"x": "3*mV"})
    assert "tauw_c" not in c.parameters and c.parameters["E_K"] == -89 * mV


def test_default_parameters_can_be_changed(raised: Raised) -> None:
    copy = default_params()
    copy["E_AMPA"] = 99 * mV
    assert default_params()["E_AMPA"] == 0 * mV
    update_default_params({"E_AMPA": 2 * mV, "E_Cl": -70 * mV})
    assert Compartment("c").parameters["E_AMPA"] == 2 * mV
    assert Compartment("c").parameters["E_Cl"] == -70 * mV
    message = raised(UnitsError, update_default_params, {"E_Cl": 3 * mV, "E_AMPA": 3 * nS})
    assert "E_AMPA = 3. nS has other units than the value it replaces" in message
    assert default_params()["E_Cl"] == -70 * mV
    assert "E_Cl = '3' is not a value" in raised(UnitsError, update_default_params, {"E_Cl": "3"})
    with pytest.raises(InvalidNameError, match="'mV' cannot be the name of a default parameter"):
        update_default_params({"mV": 3})


def test_all_errors_have_one_base() -> None:
    import dendrify_gpu.compartments as room

    errors = [getattr(room, name) for name in room.__all__ if name.endswith("Error")]
    assert len(errors) == 11
    assert all(issubclass(error, CompartmentError) for error in errors)
    assert issubclass(CompartmentError, ValueError)
