"""Populations: variables, constants, selections, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from brian2 import Equations, amp, mV, nS, pA, pF, volt
from brian2.units import ms

import dendrify_gpu as dg

EQUATIONS = """
dv/dt = (E - v) / tau + drive / C + leak : volt
drive : amp
leak = -rate * v : volt/second
rate : Hz
"""
NAMESPACE = {"tau": 10 * ms, "C": 100 * pF, "E": -70 * mV}


@pytest.fixture
def net() -> dg.Network:
    return dg.Network(dt=0.1 * ms, seed=3, backend="cpu", threads=1)


@pytest.fixture
def cells(net: dg.Network) -> dg.Population:
    return net.population(
        EQUATIONS, 10, namespace=NAMESPACE, threshold="v > -50*mV", reset="v = E", name="cells"
    )


def two_compartments() -> dg.NeuronModel:
    soma = dg.Soma("soma", model="leakyIF", cm_abs=200 * pF, gl_abs=10 * nS)
    dend = dg.Dendrite("dend", cm_abs=50 * pF, gl_abs=2.5 * nS)
    dend.synapse("AMPA", tag="input", g=1 * nS, t_decay=5 * ms)
    dend.synapse("NMDA", tag="input", g=1 * nS, t_rise=2 * ms, t_decay=60 * ms)
    return dg.NeuronModel([(soma, dend, 15 * nS)], v_rest=-60 * mV)


def test_values_are_quantities_one_per_neuron(cells: dg.Population) -> None:
    assert cells.variables == ("v", "drive", "rate")
    assert cells.v.shape == (10,) and cells.v.dim is volt.dim
    cells.v = -65 * mV
    assert np.all(cells.v == -65 * mV)
    cells.drive = np.arange(10) * pA
    assert np.array_equal(cells.drive / pA, np.arange(10))
    cells.drive = 0  # a plain zero has every unit, as in Brian2
    assert np.all(cells.drive == 0 * pA)


def test_selections_set_and_read_some_neurons(cells: dg.Population) -> None:
    cells[2:5].v = [1, 2, 3] * mV
    cells[[9, 0]].v = [9, 4] * mV
    assert (cells.v / mV).round(9).tolist() == [4, 0, 1, 2, 3, 0, 0, 0, 0, 9]
    assert (cells[[9, 3]].v / mV).round(9).tolist() == [9, 2]
    assert (cells[-1].v / mV).round(9).tolist() == [9]
    cells[cells.v > 2.5 * mV].v = 0 * mV
    assert (cells.v / mV).round(9).tolist() == [0, 0, 1, 2, 0, 0, 0, 0, 0, 0]
    cells[::-1].v = np.arange(10) * mV
    assert (cells.v / mV).round(9).tolist() == list(range(9, -1, -1))
    assert cells[2:5].contiguous and not cells[::2].contiguous
    assert repr(cells[2:5]) == "<cells[2:5], 3 of 10>"
    assert "v" in dir(cells[2:5]) and "drive" in dir(cells)


def test_distributions_are_drawn_once_per_neuron_and_by_seed() -> None:
    def drawn(seed: int) -> Any:
        cells = dg.Network(seed=seed).population("v : volt", 500)
        cells.v = dg.uniform(-70 * mV, -50 * mV)
        first = cells.v
        cells[:250].v = dg.normal(0 * mV, 1 * mV)
        assert np.array_equal(cells.v[250:], first[250:])
        return cells.v

    assert np.array_equal(drawn(1), drawn(1))
    assert not np.array_equal(drawn(1), drawn(2))
    assert len(np.unique(drawn(1))) == 500


def test_constants(cells: dg.Population) -> None:
    assert dict(cells.constants) == NAMESPACE
    cells.set_constant("tau", 20 * ms)
    assert cells.constants["tau"] == 20 * ms
    assert cells.model.namespace["tau"] == 20 * ms
    assert NAMESPACE["tau"] == 10 * ms


def test_a_neuron_model_brings_rest_events_and_receptors(net: dg.Network) -> None:
    pyr = net.population(
        two_compartments(), 3, threshold="V_soma > -40*mV", reset="V_soma = -50*mV"
    )
    assert np.all(pyr.V_soma == -60 * mV) and np.all(pyr.V_dend == -60 * mV)
    assert dict(pyr.receptors) == {
        "AMPA_input_dend": ("s_AMPA_input_dend",),
        "NMDA_input_dend": ("s_NMDA_input_dend",),
    }
    assert pyr.constants["gL_soma"] == 10 * nS
    other = net.population(two_compartments(), 3, initial={"V_soma": [1, 2, 3] * mV})
    assert (other.V_soma / mV).round(9).tolist() == [1, 2, 3]


def test_brian2_equations_are_accepted(net: dg.Network) -> None:
    cells = net.population(Equations("dv/dt = -v/tau : 1"), 2, namespace={"tau": 1 * ms})
    assert cells.variables == ("v",)
    assert isinstance(cells.v, np.ndarray)


def test_a_variable_named_like_an_attribute(net: dg.Network) -> None:
    cells = net.population("size : 1", 4)
    cells.set("size", [1, 2, 3, 4])
    assert cells.get("size").tolist() == [1, 2, 3, 4]
    assert cells.size == 4
    with pytest.raises(
        dg.NetworkError, match=r"'size' is an attribute of every population.*set\('size'"
    ):
        cells.size = 3


def test_names_are_given_and_unique(net: dg.Network) -> None:
    first, second_ = net.population("v : 1", 1), net.population("v : 1", 1)
    assert (first.name, second_.name) == ("population_1", "population_2")
    net.population("v : 1", 1, name="cells")
    with pytest.raises(
        dg.NetworkError, match="has an object named 'cells' already; names are unique"
    ):
        net.population("v : 1", 1, name="cells")
    for name in ("my cells", "1", ""):
        with pytest.raises(dg.NetworkError, match="use letters, digits and underscores"):
            net.population("v : 1", 1, name=name)
    # A refused object leaves its name free.
    with pytest.raises(dg.ModelError):
        net.population("dv/dt = -v : 1", 1, name="later")
    net.population("v : 1", 1, name="later")
    assert [item.name for item in net.populations] == [
        "population_1",
        "population_2",
        "cells",
        "later",
    ]


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (
            lambda c: setattr(c, "v", 1 * pA),
            dg.NetworkError,
            r"cells\.v needs in V and was given 1\. \* pamp, which is in A\.",
        ),
        (lambda c: setattr(c, "v", 1.0), dg.NetworkError, "which is a number without unit"),
        (
            lambda c: setattr(c, "v", [1, 2] * mV),
            dg.NetworkError,
            r"cells\.v was given values of the shape \(2,\); .* one for each of the 10 neurons",
        ),
        (
            lambda c: setattr(c[:3], "v", [1, 2] * mV),
            dg.NetworkError,
            r"cells\[0:3\]\.v was given values of the shape \(2,\).* each of the 3 neurons",
        ),
        (lambda c: setattr(c, "v", np.nan * mV), dg.NetworkError, "every value must be finite"),
        (
            lambda c: setattr(c, "v", "rand()*mV"),
            dg.NetworkError,
            r"cells\.v was given the text 'rand\(\)\*mV'.*dg\.uniform",
        ),
        (lambda c: setattr(c, "v", object()), dg.NetworkError, "which is not a number"),
        (
            lambda c: setattr(c, "drve", 1 * pA),
            dg.UnknownVariableError,
            r"cells has no variable 'drve'\. Did you mean 'drive'\? It has: drive, rate, v\.",
        ),
        (lambda c: c.volt, AttributeError, "cells has no variable 'volt'"),
        (lambda c: c.leak, dg.UnknownVariableError, r"cells\.leak is a subexpression, leak = "),
        (
            lambda c: c.tau,
            dg.UnknownVariableError,
            r"cells\.tau is a constant that all neurons share",
        ),
        (
            lambda c: c.set_constant("tua", 1 * ms),
            dg.UnknownVariableError,
            r"cells has no constant 'tua'\. Did you mean 'tau'\?",
        ),
        (
            lambda c: c.set_constant("drive", 1 * pA),
            dg.UnknownVariableError,
            r"It is a variable: set it with cells\.drive = \.\.\.",
        ),
        (lambda c: c.set_constant("tau", 1 * mV), dg.NetworkError, "constant 'tau' needs in s"),
        (
            lambda c: c.set_constant("tau", [1, 2] * ms),
            dg.NetworkError,
            "is shared by all neurons; give one value",
        ),
        (lambda c: c[10], dg.IndexRangeError, r"cells has 10 neurons; there is no index 10\."),
        (lambda c: c[-11], IndexError, r"there is no index -11\."),
        (lambda c: c[:11], dg.IndexRangeError, r"cells has 10 neurons; the slice asks for 11\."),
        (lambda c: c[5:5], dg.NetworkError, r"cells: slice\(5, 5, None\) selects no neuron"),
        (lambda c: c[[1, 2, 1]], dg.NetworkError, "cells: index 1 is given twice"),
        (lambda c: c[0.5], dg.NetworkError, "0.5 is no index"),
        (
            lambda c: c[np.ones(3, dtype=bool)],
            dg.IndexRangeError,
            r"the mask has the shape \(3,\)",
        ),
    ],
)
def test_what_a_population_refuses(
    cells: dg.Population, action: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        action(cells)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"size": 0}, dg.NetworkError, r"bad: 0 neurons were asked for; at least one is needed\."),
        ({"size": -3}, dg.NetworkError, "-3 neurons were asked for"),
        ({"size": 2.5}, dg.NetworkError, r"2\.5 is not a number of neurons"),
        ({"size": 2**31}, dg.NetworkError, "more than one object can have"),
        (
            {"cell": 5},
            dg.ModelError,
            "bad: 5 is no neuron model; give a NeuronModel, a PointNeuronModel",
        ),
        ({"cell": "dv/dt = -v : volt"}, dg.ModelError, "bad: "),
        ({"reset": "v = 0*mV"}, dg.ModelError, "reset is given without a threshold"),
        ({"initial": {"w": 1}}, dg.UnknownVariableError, "bad has no variable 'w'"),
        ({"initial": {"v": 1 * amp}}, dg.NetworkError, r"bad\.v needs in V"),
        ({"method": "gsl"}, dg.ModelError, "unknown integration method 'gsl'"),
    ],
)
def test_populations_that_are_refused(
    net: dg.Network, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    given = {"cell": "dv/dt = -v/tau : volt", "size": 3, "namespace": {"tau": 1 * ms}} | arguments
    with pytest.raises(error, match=message):
        net.population(given.pop("cell"), given.pop("size"), name="bad", **given)
    assert net.populations == ()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dt": 0.1 * mV}, "Network: dt needs in s"),
        ({"dt": 0.1}, "Network: dt needs in s and was given 0.1"),
        ({"dt": 0 * ms}, "must be longer than zero"),
        ({"dt": [1, 2] * ms}, "give one time"),
        ({"precision": "double"}, "precision='double' is unknown; use 'float32' or 'float64'"),
        ({"seed": -1}, r"seed=-1 is not a whole number from 0 to 2\^32 - 1"),
        ({"seed": 1.5}, "seed=1.5 is not a whole number"),
        ({"backend": "gpu"}, "backend='gpu' is unknown; use one of: auto, cuda, cpu"),
        ({"threads": 0}, "threads=0: give a number of threads from 1 on"),
        ({"threads": 2, "backend": "cuda"}, "threads=2 concerns the CPU backend"),
    ],
)
def test_networks_that_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(dg.NetworkError, match=message):
        dg.Network(**arguments)


def test_a_population_is_no_sequence_of_neurons(cells: dg.Population) -> None:
    with pytest.raises(TypeError):
        list(cells)  # type: ignore[call-overload]
    assert len(cells) == 10
