"""Receptors as reusable things: names, texts, what is shared and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from brian2.units import Quantity, mmolar, ms, mV, nS, pA, pF
from clamp import clamped

from dendrify_gpu.compartments import (
    CompartmentError,
    Dendrite,
    DuplicateEquationsError,
    InvalidNameError,
    MissingParameterError,
    NeuronModel,
    PointNeuronModel,
    Soma,
    UnitsError,
    UnknownNameError,
    receptors,
    update_default_params,
)
from dendrify_gpu.compartments.receptors import (
    AMPA,
    GABA,
    GABA_A,
    GABA_B,
    NMDA,
    Alpha,
    CurrentBased,
    DualExponential,
    GapJunction,
    ReceptorModel,
)

Raised = Callable[..., str]
ALL: tuple[ReceptorModel, ...] = (
    AMPA("x", g=1 * nS, t_decay=2 * ms),
    NMDA("x", g=1 * nS, t_rise=2 * ms, t_decay=60 * ms),
    GABA("x", g=1 * nS, t_decay=5 * ms),
    GABA_A("x", g=1 * nS, t_decay=5 * ms),
    GABA_B("x", g=1 * nS),
    Alpha("x", g=1 * nS, t_peak=2 * ms, reversal="E_AMPA"),
    DualExponential("x", g=1 * nS, t_rise=1 * ms, t_decay=5 * ms, reversal=-75 * mV),
    CurrentBased("x", amplitude=20 * pA, t_decay=5 * ms),
    GapJunction("x", g=1 * nS),
)


@pytest.mark.parametrize("channel", ["AMPA", "NMDA", "GABA", "GABA_A"])
@pytest.mark.parametrize("rise", [None, 1 * ms])
def test_adding_is_the_same_as_synapse(channel: str, rise: Quantity | None) -> None:
    settings = {"g": 2 * nS, "t_rise": rise, "t_decay": 5 * ms, "scale_g": rise is not None}
    by_name, by_model = Dendrite("d"), Dendrite("d")
    by_name.synapse(channel, tag="x", **settings)
    by_model.add(getattr(receptors, channel)("x", **settings))
    assert by_name.equations == by_model.equations
    assert by_name.parameters == by_model.parameters
    assert f"g_{channel}_x_d * (E_{channel}-V_d)" in by_model.equations


def test_every_receptor_has_names_of_its_own() -> None:
    soma = Soma("soma", cm_abs=1 * pF, gl_abs=1 * nS, v_rest=-65 * mV)
    point = PointNeuronModel("passive", cm_abs=1 * pF, gl_abs=1 * nS, v_rest=-65 * mV)
    for model in ALL:
        soma.add(model)
        point.add(model)
    names = "AMPA NMDA GABA GABA_A GABA_B alpha dualexp current gap".split()
    model = NeuronModel(soma)
    assert list(model.receptors) == [f"{name}_x_soma" for name in names]
    assert list(point.receptors) == [f"{name}_x" for name in names]
    for name in names[:-1]:
        assert model.receptors[f"{name}_x_soma"].state_variable == f"s_{name}_x_soma"
        assert point.receptors[f"{name}_x"].currents == (f"I_{name}_x",)
    model.check()
    point.check()
    assert len(model.make_neurongroup(2)) == 2
    assert "_soma" not in point.equations


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.channel)
def test_a_receptor_is_added_once_for_each_tag(raised: Raised, model: ReceptorModel) -> None:
    soma = Soma("soma")
    soma.add(model)
    before = soma.equations
    assert model.label in raised(DuplicateEquationsError, soma.add, model)
    assert soma.equations == before


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.channel)
def test_every_parameter_says_how_it_is_set(model: ReceptorModel) -> None:
    cell = clamped(model)
    (receptor,) = cell.receptors.values()
    own = set(cell.parameters) - set(clamped().parameters)
    assert own and own <= set(receptor.needs)
    for name in own:
        need = receptor.needs[name]
        assert need.remedy and need.kind.fits(cell.parameters[name]), name


def test_a_shared_reversal_potential_is_one_parameter() -> None:
    soma = Soma("soma")
    soma.add(GABA_B("a", g=1 * nS))
    soma.add(GABA_B("b", g=1 * nS, reversal=-100 * mV))
    soma.add(GABA_B("c", g=1 * nS, reversal="E_K"))
    values = soma.parameters
    assert values["E_GABA_B"] == -95 * mV and values["E_GABA_B_b_soma"] == -100 * mV
    assert "g_GABA_B_c_soma * (E_K-V_soma)" in soma.equations
    update_default_params({"E_GABA_B": -90 * mV})
    try:
        assert soma.parameters["E_GABA_B"] == -90 * mV
    finally:
        from dendrify_gpu.compartments import defaults

        del defaults._defaults["E_GABA_B"]
    soma.add_params({"E_GABA_B": -92 * mV})
    assert soma.parameters["E_GABA_B"] == -92 * mV


def test_synapse_knows_gaba_b(raised: Raised) -> None:
    dend = Dendrite("d")
    dend.synapse("GABA_B", tag="x", g=2 * nS)
    dend.synapse("GABA_B", tag="y", g=2 * nS, scale_g=True)
    assert dend.parameters["g_GABA_B_x_d"] == 2 * nS
    assert dend.parameters["g_GABA_B_y_d"] > 1e4 * 2 * nS
    message = raised(CompartmentError, dend.synapse, "GABA_B", tag="z", g=1 * nS, t_decay=3 * ms)
    assert message.startswith("compartment 'd', GABA_B receptor with tag 'z': t_decay = 3. ms does")
    message = raised(MissingParameterError, dend.synapse, "GABA_B", tag="z")
    assert "g is not given. Give it, for example g=1*nS." in message
    message = raised(UnitsError, dend.synapse, "GABA_B", tag="z", g=3 * mV)
    assert message.startswith("compartment 'd', GABA_B receptor with tag 'z': g = 3. mV")
    message = raised(UnknownNameError, dend.synapse, "GABA_C", tag="z")
    assert "There are: AMPA, GABA, GABA_A, GABA_B, NMDA." in message


@pytest.mark.parametrize(
    ("kind", "arguments", "error", "expected"),
    [
        (AMPA, {"g": 1 * mV}, UnitsError, "AMPA receptor with tag 'x': g = 1. mV must be a cond"),
        (NMDA, {"t_rise": 1 * ms}, MissingParameterError, "t_rise = 1. ms is given but t_decay"),
        (GABA_A, {"scale_g": True}, MissingParameterError, "scale_g=True needs a conductance"),
        (GABA, {"reversal": 3}, UnitsError, "reversal = 3 must be a voltage"),
        (GABA_B, {"g": -1 * nS}, UnitsError, "GABA_B receptor with tag 'x': g = -1. nS"),
        (GABA_B, {"g": 1 * nS, "K1": 3 / ms}, UnitsError, "K1 = 3. kHz must be a rate per conc"),
        (GABA_B, {"g": 1 * nS, "KD": 100 * mmolar}, UnitsError, "must be a concentration to the"),
        (GABA_B, {"g": 1 * nS, "K4": 0 / ms}, UnitsError, "K4 = 0. Hz must be larger than zero"),
        (GABA_B, {"g": 1 * nS, "reversal": 1 * nS}, UnitsError, "reversal = 1. nS must be a volt"),
        (
            Alpha,
            {"g": 1 * nS, "t_peak": 0 * ms, "reversal": 0 * mV},
            UnitsError,
            "alpha conductance with tag 'x': t_peak = 0. s must be larger than zero",
        ),
        (
            Alpha,
            {"g": 1 * nS, "t_peak": 2 * ms, "reversal": None},
            UnitsError,
            "reversal = None must be a voltage",
        ),
        (
            DualExponential,
            {"g": 1 * nS, "t_rise": 1 * ms, "t_decay": 1, "reversal": 0 * mV},
            UnitsError,
            "dual-exponential conductance with tag 'x': t_decay = 1 must be a time",
        ),
        (
            CurrentBased,
            {"amplitude": 1 * nS, "t_decay": 1 * ms},
            UnitsError,
            "current-based synapse with tag 'x': amplitude = 1. nS must be a current",
        ),
        (
            CurrentBased,
            {"amplitude": 1 * pA, "t_decay": 1 * ms, "t_rise": -1 * ms},
            UnitsError,
            "t_rise = -1. ms must be larger than zero",
        ),
    ],
)
def test_refused_values(
    raised: Raised,
    kind: type[ReceptorModel],
    arguments: dict[str, Any],
    error: type[Exception],
    expected: str,
) -> None:
    assert expected in raised(error, kind, "x", **arguments)


@pytest.mark.parametrize("tag", ["a b", "", None])
def test_refused_tags(raised: Raised, tag: Any) -> None:
    message = raised(InvalidNameError, CurrentBased, tag, amplitude=1 * pA, t_decay=1 * ms)
    assert f"{tag!r} cannot be the tag of a receptor (current)" in message


@pytest.mark.parametrize(
    "model",
    [
        AMPA("x", reversal="E_AMAP"),
        GABA_B("x", g=1 * nS, reversal="E_AMAP"),
        Alpha("x", g=1 * nS, t_peak=1 * ms, reversal="E_AMAP"),
    ],
)
def test_a_reversal_potential_that_does_not_exist(raised: Raised, model: ReceptorModel) -> None:
    soma = Soma("soma")
    message = raised(UnknownNameError, soma.add, model)
    assert message.startswith(f"compartment 'soma', {model.label}: reversal = 'E_AMAP' is not")
    assert "Did you mean 'E_AMPA'" in message and "add it first with add_params" in message
    soma.add_params({"E_AMAP": 5 * mV})
    soma.add(model)
    assert "(E_AMAP-V_soma)" in soma.equations


def test_receptors_do_not_change() -> None:
    model = AMPA("x", g=1 * nS, t_decay=2 * ms)
    with pytest.raises(AttributeError):
        model.g = 2 * nS  # type: ignore[misc]
    first, second = Soma("a"), Soma("b")
    first.add(model)
    second.add(model)
    first.add_params({"g_AMPA_x_a": 5 * nS})
    assert second.parameters["g_AMPA_x_b"] == 1 * nS
