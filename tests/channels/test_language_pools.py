"""Ion pools: equations, gain, Nernst potential, sources, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import brian2
import numpy as np
import pytest
from brian2.units import cm, mM, mole, mS, ms, mV, nA, nmolar, nS, pA, pF, second, uF, um, umolar
from language_checks import message

from dendrify_gpu.compartments import (
    CalciumPool,
    Channel,
    CompartmentError,
    ConflictingParametersError,
    Dendrite,
    DimensionlessCompartmentError,
    DuplicateEquationsError,
    Gate,
    InvalidNameError,
    IonPool,
    MissingParameterError,
    NeuronModel,
    PointNeuronModel,
    Soma,
    UnitsError,
)
from dendrify_gpu.compartments.saving import from_json, to_json

FARADAY, GAS = 96485.33, 8.314462
GAIN = 0.5 * mM / ms / nA
POOL = CalciumPool(tau=80 * ms, resting=100 * nmolar, gain=GAIN)
CAL = Channel("CaL", g_max=2 * nS, reversal="nernst", ion="ca")
CAT = Channel("CaT", g_max=2 * nS, reversal=120 * mV, ion="ca")


def dend(*things: Any, **changes: Any) -> Dendrite:
    values = {"cm_abs": 50 * pF, "gl_abs": 2 * nS, "v_rest": -65 * mV}
    compartment = Dendrite("dend", **(changes or values))
    for thing in things:
        compartment.add(thing)
    return compartment


def lines_of(compartment: Any) -> list[str]:
    return compartment.equations.splitlines()


def test_text() -> None:
    lines = lines_of(dend(POOL, CAL, CAT))
    assert lines[1] == "I_dend = I_ext_dend + I_CaT_dend + I_CaL_dend  :amp"
    assert lines[3:6] == [
        "dca_dend/dt = gain_ca_dend * (I_ca_dend + abs(I_ca_dend))/2 - "
        "(ca_dend - ca_rest_dend)/tau_ca_dend  :mmolar",
        "I_ca_dend = I_CaL_dend + I_CaT_dend  :amp",
        "E_ca_dend = RT_zF_ca_dend * log(ca_out_dend/ca_dend)  :volt",
    ]
    assert "I_CaL_dend = g_CaL_dend * (E_ca_dend-V_dend)  :amp" in lines


def test_outward_current_may_lower_the_concentration() -> None:
    lines = lines_of(dend(POOL.with_(inward_only=False)))
    assert lines[3] == (
        "dca_dend/dt = gain_ca_dend * I_ca_dend - (ca_dend - ca_rest_dend)/tau_ca_dend  :mmolar"
    )
    assert lines[4] == "I_ca_dend = 0*amp  :amp"


def test_text_in_a_point_neuron() -> None:
    neuron = PointNeuronModel(cm_abs=200 * pF, gl_abs=10 * nS, v_rest=-65 * mV)
    neuron.add(CAL)
    neuron.add(POOL)
    lines = neuron.equations.splitlines()
    assert "dca/dt = gain_ca * (I_ca + abs(I_ca))/2 - (ca - ca_rest)/tau_ca  :mmolar" in lines
    assert "I_CaL = g_CaL * (E_ca-V)  :amp" in lines
    assert neuron.initial_values()["ca"] == 100 * nmolar
    neuron.check()


def test_parameters_and_start() -> None:
    model = NeuronModel(dend(POOL))
    own = {k: v for k, v in model.parameters.items() if "_ca_" in k or k.startswith("ca_")}
    thermal = own.pop("RT_zF_ca_dend")
    assert own == {
        "tau_ca_dend": 80 * ms,
        "ca_rest_dend": 100 * nmolar,
        "ca_out_dend": 2 * mM,
        "gain_ca_dend": GAIN,
    }
    assert float(thermal / mV) == pytest.approx(1e3 * GAS * 309.15 / (2 * FARADAY), rel=1e-6)
    assert model.initial_values()["ca_dend"] == 100 * nmolar
    model.add_params({"ca_rest_dend": 50 * nmolar})
    assert model.initial_values()["ca_dend"] == 50 * nmolar
    warmer = NeuronModel(dend(POOL), temperature=20).parameters["RT_zF_ca_dend"]
    assert float(warmer / thermal) == pytest.approx(293.15 / 309.15, rel=1e-14)


def test_the_gain_of_a_shell() -> None:
    cylinder = {
        "length": 100 * um,
        "diameter": 2 * um,
        "cm": 1 * uF / cm**2,
        "gl": 0.1 * mS / cm**2,
    }
    pool = IonPool("ca", tau=80 * ms, resting=100 * nmolar, depth=0.1 * um, free_fraction=0.05)
    gain = dend(pool, **cylinder).parameters["gain_ca_dend"]
    area, depth = math.pi * 100e-6 * 2e-6, 0.1e-6
    # A current of 1 nA for 1 ms is 1 pC, of two charges per ion, in a volume of area times depth.
    expected = 0.05 * 1e-12 / (2 * FARADAY) / (area * depth)
    assert float(gain * nA * ms / mM) == pytest.approx(expected, rel=1e-6)
    chloride = pool.with_(name="cl", valence=-1, inward_only=False, free_fraction=1.0)
    gain = dend(chloride, **cylinder).parameters["gain_cl_dend"]
    assert float(gain * nA * ms / mM) == pytest.approx(-expected * 2 / 0.05, rel=1e-6)
    bare = Dendrite("dend", length=100 * um, v_rest=-65 * mV)
    bare.add(pool)
    assert "gain_ca_dend" not in bare.parameters


@pytest.mark.parametrize(
    ("pool", "temperature", "millivolt"),
    [
        # Textbook values: calcium at 37 °C, potassium and sodium of the squid axon at 20 °C.
        (CalciumPool(tau=1 * ms, resting=100 * nmolar, gain=GAIN), 37.0, 132.3),
        (
            IonPool("k", tau=1 * ms, resting=400 * mM, outside=20 * mM, valence=1, gain=GAIN),
            20.0,
            -75.7,
        ),
        (
            IonPool("na", tau=1 * ms, resting=50 * mM, outside=440 * mM, valence=1, gain=GAIN),
            20.0,
            54.9,
        ),
        (
            IonPool(
                "cl",
                **{"tau": 1 * ms, "resting": 7 * mM, "outside": 125 * mM, "gain": GAIN},
                valence=-1,
                inward_only=False,
            ),
            37.0,
            -77.0,
        ),
    ],
)
def test_nernst_potentials(pool: IonPool, temperature: float, millivolt: float) -> None:
    model = NeuronModel(dend(pool), temperature=temperature)
    group = model.make_neurongroup(1)
    brian2.run(0 * ms)
    (found,) = getattr(group, f"E_{pool.name}_dend")[:] / mV
    assert float(found) == pytest.approx(millivolt, abs=0.06)


def test_a_steady_current_raises_the_concentration_by_gain_times_tau() -> None:
    source = Channel("inward", g_max=1 * nS, driving_force="10*mV", ion="ca")
    model = NeuronModel(dend(POOL, source))
    group = model.make_neurongroup(1, method="euler", dt=0.1 * ms)
    brian2.run(1000 * ms)
    # 10 pA at 0.5 mM/ms/nA against a decay of 80 ms.
    expected = 1e-4 + 10e-3 * 0.5 * 80
    assert float(group.ca_dend[0] / mM) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(("inward_only", "expected"), [(True, 1e-4), (False, -0.0399)])
def test_an_outward_current_does_not_empty_the_pool(inward_only: bool, expected: float) -> None:
    sink = Channel("out", g_max=1 * nS, driving_force="-1*mV", ion="ca")
    model = NeuronModel(dend(POOL.with_(inward_only=inward_only), sink))
    group = model.make_neurongroup(1, method="euler", dt=0.1 * ms)
    brian2.run(1000 * ms)
    assert float(group.ca_dend[0] / mM) == pytest.approx(expected, rel=1e-3)


def test_sources_are_the_channels_of_the_ion() -> None:
    other = Channel("Na", g_max=2 * nS, reversal="E_Na", ion="na")
    assert "I_ca_dend = I_CaT_dend  :amp" in lines_of(dend(other, CAT, POOL))
    slow = CalciumPool(name="ca_slow", tau=500 * ms, resting=100 * nmolar, gain=GAIN)
    lines = lines_of(dend(CAT, POOL, slow))
    assert "I_ca_dend = I_CaT_dend  :amp" in lines
    assert "I_ca_slow_dend = I_CaT_dend  :amp" in lines


def test_chosen_sources() -> None:
    chosen = POOL.with_(sources=["CaT"])
    assert "I_ca_dend = I_CaT_dend  :amp" in lines_of(dend(CAL, CAT, chosen))
    compartment = dend(CAL)
    compartment.synapse("NMDA", tag="in", g=1 * nS, t_decay=50 * ms)
    compartment.add(POOL.with_(sources={"CaL": 1, "NMDA_in": 0.1}))
    assert "I_ca_dend = I_CaL_dend + ca_fraction_NMDA_in_dend*I_NMDA_in_dend  :amp" in lines_of(
        compartment
    )
    model = NeuronModel(compartment)
    assert model.parameters["ca_fraction_NMDA_in_dend"] == 0.1
    model.check()


def test_dendritic_spikes_are_sources() -> None:
    compartment = dend()
    compartment.dspikes("Ca")
    compartment.add(POOL.with_(sources=["Ca"]))
    assert "I_ca_dend = I_rise_Ca_dend + I_fall_Ca_dend  :amp" in lines_of(compartment)


def test_a_source_that_is_not_there_is_reported() -> None:
    model = NeuronModel(dend(POOL.with_(sources=["CaX"])))
    said = message(MissingParameterError, model.check)
    assert (
        "  I_CaX_dend (a current): on 'dend' add the source 'CaX', which feeds it"
        in said.splitlines()
    )


def test_a_shell_needs_an_area() -> None:
    shell = POOL.with_(gain=None, depth=0.1 * um)
    said = message(DimensionlessCompartmentError, dend().add, shell)
    assert said.startswith(
        "compartment 'dend', ion pool 'ca': depth = 100. nm needs a membrane area"
    )
    assert said.endswith("Give gain instead of depth, such as .with_(depth=None, gain=1*mM/ms/nA).")


def test_names_that_would_hide_others() -> None:
    neuron = PointNeuronModel(cm_abs=200 * pF, gl_abs=10 * nS, v_rest=-65 * mV)
    capital = IonPool("Ca", tau=1 * ms, resting=100 * nmolar, gain=GAIN)
    assert message(DuplicateEquationsError, neuron.add, capital) == (
        "the point neuron, ion pool 'Ca': its variable E_Ca would hide the parameter of that name. Give "
        "the pool another name, such as 'ca'."
    )
    own = Channel("ca", g_max=1 * nS, reversal=120 * mV)
    said = message(ConflictingParametersError, dend, POOL, own)
    assert said.startswith(
        "channel 'ca' has a parameter E_ca_dend, and ion pool 'ca' uses this name for something else."
    )
    said = message(DuplicateEquationsError, dend, POOL, own.with_(reversal="E_Ca"))
    assert "the variable 'I_ca_dend' is defined more than once" in said


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"name": "2ca"}, InvalidNameError, "'2ca' cannot be the name of a pool of ions"),
        (
            {"name": "v"},
            InvalidNameError,
            "'v' cannot be the name of an ion pool: it has a meaning",
        ),
        ({"ion": "c a"}, InvalidNameError, "'c a' cannot be the name of a kind of ion"),
        ({"tau": 0 * ms}, UnitsError, "ion pool 'ca': tau = 0. s must be larger than zero"),
        ({"tau": None}, UnitsError, "ion pool 'ca': tau = None must be a time"),
        ({"resting": 0 * mM}, UnitsError, "resting = 0. mM must be larger than zero"),
        ({"resting": 3 * mV}, UnitsError, "resting = 3. mV must be a concentration"),
        ({"outside": -1 * mM}, UnitsError, "must be larger than zero"),
        ({"valence": 0}, UnitsError, "valence = 0 is not the charge of an ion"),
        ({"valence": "2"}, UnitsError, "valence = '2' is not the charge of an ion"),
        (
            {"valence": -1},
            ConflictingParametersError,
            "an inward current is an ion of valence -1 that leaves. Give inward_only=False.",
        ),
        (
            {"gain": None},
            MissingParameterError,
            "ion pool 'ca': it is not said how far a current raises the concentration. Give depth, such "
            "as depth=0.1*um, where the compartment has an area, or gain, such as gain=1*mM/ms/nA.",
        ),
        ({"depth": 1 * um}, ConflictingParametersError, "are given. Give one of them."),
        ({"gain": None, "depth": 1 * ms}, UnitsError, "depth = 1. ms must be a length"),
        ({"gain": 1 * mM}, UnitsError, "gain = 1. mM must be a concentration per charge"),
        ({"free_fraction": 0.5}, UnitsError, "must be at most 1, and left out where gain is given"),
        ({"temperature": None}, MissingParameterError, "Leave it out for 36 °C."),
        ({"temperature": -300}, UnitsError, "temperature = -300 is not a temperature"),
        ({"sources": 3}, UnitsError, "sources = 3 must be names of channels, such as ['CaL']."),
        ({"sources": {"CaL": 2}}, UnitsError, "sources['CaL'] = 2 must be at most 1."),
        ({"sources": {"CaL": 0}}, UnitsError, "sources['CaL'] = 0 must be larger than zero"),
        ({"sources": ["Ca L"]}, InvalidNameError, "'Ca L' cannot be the name of a source"),
    ],
)
def test_pools_that_are_refused(
    changes: dict[str, Any], error: type[CompartmentError], text: str
) -> None:
    assert text in message(error, POOL.with_, **changes)


def test_changed_copies_equality_and_printing() -> None:
    faster = POOL.with_(tau=40 * ms)
    assert (faster.tau, POOL.tau) == (40 * ms, 80 * ms)
    assert POOL.with_(tau=0.08 * second) == POOL
    assert faster != POOL
    assert POOL.with_(sources="CaL") == POOL.with_(sources=["CaL"])
    assert POOL.with_(sources="CaL") != POOL
    scope: dict[str, Any] = {"IonPool": IonPool}
    exec("from brian2.units import *; from brian2.units.allunits import *", scope)
    small = IonPool("ca", tau=1 * ms, resting=1 * umolar, depth=1 * um, sources={"A": 0.5})
    assert eval(repr(small), scope) == small
    assert str(small).splitlines() == [
        "ion pool 'ca'",
        "  dca/dt = gain_ca * (I_ca + abs(I_ca))/2 - (ca - ca_rest)/tau_ca",
        "  I_ca = ca_fraction_A*I_A",
        "  E_ca = RT_zF_ca * log(ca_out/ca)",
        "  tau_ca = 1 ms, ca_rest = 0.001 mM, ca_out = 2 mM, depth = 1 um",
    ]


def test_pools_are_saved() -> None:
    pools = [
        POOL,
        IonPool("na", tau=1 * ms, resting=8 * mM, outside=145 * mM, valence=1, gain=GAIN),
    ]
    again = from_json(to_json(NeuronModel(dend(*pools)).description), "test")
    assert [m.pool for m in again.compartments[0].mechanisms] == pools


def test_units_of_the_gain() -> None:
    assert float(GAIN * pA * ms / (mole / cm**3)) == pytest.approx(0.5e-3 * 1e-6, rel=1e-12)
    assert np.isclose(float(GAIN * 1 * nA * 1 * ms / mM), 0.5)


def test_a_channel_that_depends_on_the_pool_starts_at_its_concentration() -> None:
    sk = Channel(
        "SK", g_max=1 * nS, reversal="E_K", gates=[Gate("q", inf="ca/(ca+0.3*uM)", tau=5 * ms)]
    )
    compartment = Soma("soma", cm_abs=50 * pF, gl_abs=2 * nS, v_rest=-65 * mV)
    compartment.add(sk)
    compartment.add(POOL)
    assert NeuronModel(compartment).initial_values()["q_SK_soma"] == pytest.approx(0.25, rel=1e-14)
