"""Every public name of Dendrify 2.2, with the same arguments, here and there: equations and parameters."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import brian2
import dendrify
import matplotlib.pyplot as plt
import numpy as np
import pytest
from brian2.units import cm, ms, mV, nS, ohm, uF, um, uS
from brian2.units.fundamentalunits import get_dimensions
from dendrify_pair import (
    ABSOLUTE,
    AXIAL,
    EDITS,
    GEOMETRY,
    MODEL_EDITS,
    PACKAGES,
    assert_same_parameters,
    assert_same_result,
    assert_same_text,
    parts,
    quiet_packages,
    squeezed,
    tree,
)
from matplotlib.collections import PathCollection

import dendrify_gpu

CLASSES = (
    "Compartment",
    "Soma",
    "Dendrite",
    "EphysProperties",
    "NeuronModel",
    "PointNeuronModel",
    "Playground",
)
NAMES = (*CLASSES, "library", "default_params", "update_default_params", "__version__")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with quiet_packages():
        yield


# --------------------------------------------------------------------- names and arguments


@pytest.mark.parametrize("name", NAMES)
def test_the_name_is_public(name: str) -> None:
    assert hasattr(dendrify, name)
    assert hasattr(dendrify_gpu, name)


def _members(kind: str) -> list[str]:
    """The commands and properties of a class; tables of numbers are its own affair."""
    owner = getattr(dendrify, kind)
    public = [name for name in dir(owner) if name == "__init__" or not name.startswith("_")]
    return [
        name
        for name in public
        if callable(getattr(owner, name))
        or isinstance(inspect.getattr_static(owner, name), property)
    ]


@pytest.mark.parametrize(
    ("kind", "member"), [(kind, member) for kind in CLASSES for member in _members(kind)]
)
def test_members_take_the_same_arguments(kind: str, member: str) -> None:
    theirs = inspect.getattr_static(getattr(dendrify, kind), member)
    assert hasattr(getattr(dendrify_gpu, kind), member)
    mine = inspect.getattr_static(getattr(dendrify_gpu, kind), member)
    assert isinstance(mine, property) == isinstance(theirs, property)
    if not isinstance(theirs, property):
        assert_same_arguments(*(getattr(getattr(package, kind), member) for package in PACKAGES))


@pytest.mark.parametrize("name", ["default_params", "update_default_params"])
def test_functions_take_the_same_arguments(name: str) -> None:
    assert_same_arguments(*(getattr(package, name) for package in PACKAGES))


def assert_same_arguments(theirs: Callable[..., Any], mine: Callable[..., Any]) -> None:
    """Same names, places and defaults; more arguments may follow."""
    expected, present = (list(inspect.signature(f).parameters.values()) for f in (theirs, mine))
    assert len(present) >= len(expected)
    for wanted, given in zip(expected, present, strict=False):
        if wanted.kind is inspect.Parameter.VAR_KEYWORD:
            # Ours may name some of what theirs hands on to Brian2.
            assert present[-1].kind is inspect.Parameter.VAR_KEYWORD
            continue
        assert given.name == wanted.name
        assert given.kind == wanted.kind
        if isinstance(wanted.default, (list, tuple)):
            assert list(given.default) == list(wanted.default)
        else:
            assert given.default is wanted.default or bool(given.default == wanted.default)


def test_the_library_of_equations_is_the_same() -> None:
    assert set(dendrify.library) <= set(dendrify_gpu.library)
    for name, template in dendrify.library.items():
        assert squeezed(dendrify_gpu.library[name]) == squeezed(template), name


def test_templates_of_the_library_are_completed_as_there() -> None:
    membrane, receptor = (
        {package: package.library[name].format(*words) for package in PACKAGES}
        for name, words in (("adaptiveIF", ("_soma",)), ("NMDA_rd", ("dend", "x")))
    )
    assert squeezed(membrane[dendrify_gpu]) == squeezed(membrane[dendrify])
    assert squeezed(receptor[dendrify_gpu])[1].startswith("dx_NMDA_x_dend/dt=")
    assert squeezed(receptor[dendrify_gpu]) == squeezed(receptor[dendrify])


# ------------------------------------------------------------------------- default values


def test_default_parameters_can_be_updated() -> None:
    for package in PACKAGES:
        assert package.update_default_params({"E_AMPA": 5 * mV, "Mg_con": 1.5}) is None
        assert package.default_params()["E_AMPA"] == 5 * mV
    mine, _ = assert_same_result(lambda lib: lib.Soma("soma", **ABSOLUTE))
    assert mine.parameters["Mg_con"] == 1.5


def test_updated_values_hold_for_what_is_made_afterwards_and_before() -> None:
    made = [package.Soma("soma", **ABSOLUTE) for package in PACKAGES]
    for package in PACKAGES:
        package.update_default_params({"E_GABA": -70 * mV})
    theirs, mine = (soma.parameters["E_GABA"] for soma in made)
    assert mine == theirs == -70 * mV


# ------------------------------------------------------------------- passive properties


@pytest.mark.parametrize("name", ["soma", None])
@pytest.mark.parametrize("given", [{**GEOMETRY, **AXIAL}, ABSOLUTE])
def test_ephys_properties(name: str | None, given: dict[str, Any]) -> None:
    theirs, mine = (package.EphysProperties(name, **given) for package in PACKAGES)
    assert_same_parameters(mine.parameters, theirs.parameters)
    for quantity in ("area", "g_cylinder") if "length" in given else ():
        a, b = getattr(mine, quantity), getattr(theirs, quantity)
        assert get_dimensions(a) is get_dimensions(b)
        assert float(a) == pytest.approx(float(b), rel=1e-12)
    assert float(mine.capacitance) == pytest.approx(float(theirs.capacitance), rel=1e-12)
    assert float(mine.g_leakage) == pytest.approx(float(theirs.g_leakage), rel=1e-12)


def test_ephys_properties_by_position_and_their_coupling() -> None:
    values = [*GEOMETRY.values(), None, None, *AXIAL.values(), 1.5, 2.0]
    couplings = []
    for package in PACKAGES:
        a = package.EphysProperties("a", *values)
        b = package.EphysProperties("b", length=50 * um, diameter=1 * um, r_axial=100 * ohm * cm)
        couplings.append(package.EphysProperties.g_couple(a, b))
        assert float(a.area) == pytest.approx(np.pi * 200e-12 * 3.0)
    assert float(couplings[1]) == pytest.approx(float(couplings[0]), rel=1e-12)


# ------------------------------------------------------------------------- compartments


@pytest.mark.parametrize("kind", ["Compartment", "Soma", "Dendrite"])
@pytest.mark.parametrize("model", [None, "passive", "leakyIF", "adaptiveIF", "cadIF", "adex"])
@pytest.mark.parametrize(
    "given",
    [
        ABSOLUTE,
        {**GEOMETRY, **AXIAL},
        {**GEOMETRY, **AXIAL, "scale_factor": 1.2, "spine_factor": 1.5},
        {"length": 100 * um, "diameter": 2 * um},
        {},
    ],
)
def test_compartments(kind: str, model: str | None, given: dict[str, Any]) -> None:
    chosen = {} if model is None else {"model": model}
    mine, theirs = assert_same_result(lambda lib: getattr(lib, kind)("part", **chosen, **given))
    assert mine.dimensionless == theirs.dimensionless
    if "cm" in given:
        for quantity in ("area", "capacitance", "g_leakage"):
            a, b = getattr(mine, quantity), getattr(theirs, quantity)
            assert float(a) == pytest.approx(float(b), rel=1e-12), quantity


def test_a_compartment_by_position() -> None:
    values = [*GEOMETRY.values(), None, None, *AXIAL.values(), 1.1, 1.4]
    for kind in ("Compartment", "Soma", "Dendrite"):
        assert_same_result(lambda lib, kind=kind: getattr(lib, kind)("part", "adex", *values))


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_added_to_a_compartment(edit: str) -> None:
    def make(lib: Any) -> Any:
        dend = lib.Dendrite("dend", **ABSOLUTE)
        before = dend.equations, dict(dend.parameters)
        EDITS[edit](dend)
        assert (dend.equations, dict(dend.parameters)) != before
        return dend

    assert_same_result(make)


@pytest.mark.parametrize("g", [None, 3 * nS, "half_cylinders", "cylinder_a", "cylinder_b"])
def test_coupling_by_hand(g: Any) -> None:
    pairs = []
    for package in PACKAGES:
        a = package.Soma("a", **GEOMETRY, **AXIAL)
        b = package.Dendrite("b", **{**GEOMETRY, "diameter": 1 * um}, **AXIAL)
        assert (a.connect(b) if g is None else a.connect(b, g)) is None
        pairs.append((a, b))
    for theirs, mine in zip(*pairs, strict=True):
        assert_same_text(mine, theirs)


@pytest.mark.parametrize("owner", ["Compartment", "Soma", "Dendrite", "PointNeuronModel"])
def test_norm_factor(owner: str) -> None:
    theirs, mine = (getattr(p, owner).g_norm_factor(2 * ms, 30 * ms) for p in PACKAGES)
    assert mine == pytest.approx(float(theirs), rel=1e-12)


# ------------------------------------------------------------------------------- models


@pytest.mark.parametrize("g", [None, 7 * nS, "half_cylinders", "cylinder_trunk", "cylinder_soma"])
def test_models_and_couplings(g: Any) -> None:
    mine, theirs = assert_same_result(lambda lib: tree(lib, g))
    assert mine.event_actions.keys() == theirs.event_actions.keys()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"scale_factor": 2.8, "spine_factor": 1.5},
        {"scale_factor": 1.3},
        {"spine_factor": 1.9},
        {"cm": 0.9 * uF / cm**2, "gl": 30 * uS / cm**2, "r_axial": 120 * ohm * cm},
        {"v_rest": -71 * mV},
        {"v_rest": None},
    ],
)
def test_values_for_the_whole_model(changes: dict[str, Any]) -> None:
    assert_same_result(lambda lib: tree(lib, **changes))


def test_a_model_by_position() -> None:
    values = [GEOMETRY["cm"], GEOMETRY["gl"], *AXIAL.values(), 2.8, 1.5]

    def make(lib: Any) -> Any:
        soma, trunk, tuft = parts(lib)
        return lib.NeuronModel([(soma, trunk), (trunk, tuft)], *values)

    assert_same_result(make)


def test_compartments_keep_out_of_models_made_of_them() -> None:
    def make(lib: Any) -> Any:
        soma, trunk, _ = parts(lib)
        alone = soma.equations
        model = lib.NeuronModel(
            [(soma, trunk, 5 * nS)], cm=GEOMETRY["cm"], gl=GEOMETRY["gl"], **AXIAL
        )
        assert soma.equations == alone
        trunk.noise()
        assert "noise" not in model.equations
        return model

    assert_same_result(make)


@pytest.mark.parametrize("edit", MODEL_EDITS)
def test_what_is_changed_in_a_model(edit: str) -> None:
    def make(lib: Any) -> Any:
        model = tree(lib)
        before = model.equations, dict(model.parameters)
        MODEL_EDITS[edit](model)
        assert (model.equations, dict(model.parameters)) != before
        return model

    assert_same_result(make)


def test_a_drawing_has_the_same_compartments_and_colours() -> None:
    drawn = []
    for package in PACKAGES:
        plt.close("all")
        tree(package).as_graph([5, 3], 12, "yellow", 1.5, "green", "orange", 0.8, 2, seed=1)
        axes = plt.gca()
        labels = {text.get_text(): text.get_position() for text in axes.texts}
        assert {text.get_color() for text in axes.texts} == {"yellow"}
        assert {text.get_fontsize() for text in axes.texts} == {12}
        assert plt.gcf().get_size_inches().tolist() == [5, 3]
        # One scatter for all nodes, or one for each kind; edges are lines.
        scatters = [item for item in axes.collections if isinstance(item, PathCollection)]
        colours = {tuple(c) for item in scatters for c in item.get_facecolors().round(6)}
        drawn.append((labels.keys(), labels["soma"], colours))
    assert drawn[0] == drawn[1]


# ------------------------------------------------------------------------------ printing


def _printed(thing: Any) -> tuple[set[str], str]:
    """Underlined titles, and the text without white space, quotation marks and breaks."""
    text = str(thing)
    return set(re.findall(r"^([A-Z ]+)\n-+$", text, re.MULTILINE)), re.sub(r"[\s']", "", text)


PRINTED: dict[str, Callable[[Any], Any]] = {
    "soma": lambda lib: lib.Soma("soma", **GEOMETRY, **AXIAL),
    "dendrite": lambda lib: EDITS["dendritic spike"](d := lib.Dendrite("dend", **ABSOLUTE)) or d,
    "model": tree,
    "point": lambda lib: lib.PointNeuronModel("adex", **ABSOLUTE),
}


@pytest.mark.parametrize("what", PRINTED)
def test_printing_shows_the_same(what: str) -> None:
    theirs, mine = (PRINTED[what](package) for package in PACKAGES)
    (titles, _), (my_titles, my_text) = _printed(theirs), _printed(mine)
    assert {"OBJECT", "EQUATIONS", "PARAMETERS"} <= titles <= my_titles
    for line in squeezed(theirs.equations):
        assert line in my_text
    for name, value in theirs.parameters.items():
        if value is not None:
            assert f"{name}:{value!r}".replace(" ", "") in my_text, name
    for name, condition in getattr(theirs, "events", {}).items():
        # A long condition is broken into several lines; quotation marks and spaces are gone here.
        assert f"{name}:{''.join(condition.split())}" in my_text


def test_what_was_given_is_printed() -> None:
    for make in (PRINTED["dendrite"], PRINTED["point"]):
        _, text = _printed(make(dendrify_gpu))
        given = text[text.index("USERPARAMETERS") :]
        for name, value in ABSOLUTE.items():
            assert f"{name}:{value!r}".replace(" ", "") in given


@pytest.mark.parametrize("second", [False, True])
def test_show_prints_what_was_set_up(capsys: pytest.CaptureFixture[str], second: bool) -> None:
    spiking = {"threshold": "V_soma > -40*mV", "reset": "V_soma = 40*mV"}
    if second:
        spiking |= {"second_reset": "V_soma = -55*mV", "spike_width": 1 * ms}
    shown = []
    for package in PACKAGES:
        model = tree(package)
        MODEL_EDITS["dendritic spikes"](model)
        made = model.make_neurongroup(2, show=True, **spiking)
        brian2.Network(made).run(0.1 * ms, namespace={})
        shown.append(capsys.readouterr().out)
    theirs, mine = shown
    assert "run_on_event('spike_Na_trunk'" in theirs
    for line in filter(None, theirs.splitlines()):
        left = line.split(" = ")[0] if line.startswith("V_") else line
        assert "".join(left.split()) in "".join(mine.split())
    silent = dendrify_gpu.NeuronModel(parts(dendrify_gpu)[0], **AXIAL, **_densities())
    brian2.Network(silent.make_neurongroup(1)).run(0.1 * ms, namespace={})
    assert capsys.readouterr().out == ""


def _densities() -> dict[str, Any]:
    return {"cm": GEOMETRY["cm"], "gl": GEOMETRY["gl"]}
