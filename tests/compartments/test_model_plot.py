"""The drawing of a neuron: to scale, without overlaps, with its mechanisms."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from math import dist
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from brian2.units import Quantity, cm, mM, ms, mV, nS, ohm, pF, uF, um, uS
from ca1 import make_ca1_model
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Ellipse, Polygon

from dendrify_gpu.compartments import (
    Channel,
    Dendrite,
    IonPool,
    NeuronModel,
    PointNeuronModel,
    Soma,
    UnitsError,
    UnknownNameError,
)
from dendrify_gpu.compartments.model_description import ModelDescription
from dendrify_gpu.compartments.morphology_layout import PlacedCompartment, layout
from dendrify_gpu.compartments.morphology_plot import draw_morphology
from dendrify_gpu.compartments.receptors import GapJunction

PASSIVE = {
    "cm": 1 * uF / cm**2,
    "gl": 40 * uS / cm**2,
    "r_axial": 150 * ohm * cm,
    "v_rest": -65 * mV,
}


@pytest.fixture(autouse=True)
def settings_stay() -> Iterator[None]:
    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    assert dict(mpl.rcParams) == before


def placed(model: NeuronModel) -> dict[str, PlacedCompartment]:
    return {item.name: item for item in layout(model.description).compartments}


def stick(name: str, length: Quantity = 100 * um, diameter: Quantity = 1 * um) -> Dendrite:
    return Dendrite(name, length=length, diameter=diameter)


def ball() -> Soma:
    return Soma("soma", length=20 * um, diameter=16 * um)


def random_tree(seed: int, n: int, name: str) -> NeuronModel:
    chance = random.Random(seed)
    nodes: list[Any] = [ball()]
    links = []
    for k in range(n):
        new = stick(f"{name}_{k}", chance.uniform(10, 120) * um)
        links.append((chance.choice(nodes), new))
        nodes.append(new)
    return NeuronModel(links, **PASSIVE)


# ------------------------------------------------------------------------ layout


def test_lengths_and_diameters_are_true() -> None:
    model = make_ca1_model()
    for compartment in model.description.compartments:
        item = placed(model)[compartment.name]
        assert dist(item.start, item.end) == pytest.approx(float(compartment.ephys.length / um))
        assert item.diameter == pytest.approx(float(compartment.ephys.diameter / um))
    assert layout(model.description).to_scale


def test_the_layout_keeps_the_order_of_the_model() -> None:
    model = make_ca1_model()
    assert tuple(placed(model)) == model.compartment_names


def test_apical_dendrites_go_up_and_basal_ones_down() -> None:
    items = placed(make_ca1_model())
    assert {name for name, item in items.items() if item.kind == "basal"} == {"bas1", "bas2"}
    assert items["soma"].at(0.5) == pytest.approx((0, 0))
    for name, item in items.items():
        if item.kind == "basal":
            assert item.end[1] < item.start[1] < 0
        elif name != "soma":
            assert item.kind == "apical"
            assert item.end[1] > item.start[1] > 0


def test_the_trunk_goes_straight_on_and_obliques_to_the_sides() -> None:
    items = placed(make_ca1_model())
    assert items["prox"].direction == pytest.approx((0, 1))
    assert items["med"].direction == pytest.approx((0, 1))
    assert items["ob1"].direction[0] * items["ob2"].direction[0] < 0
    assert items["med"].start == items["prox"].end


def test_branches_inherit_what_their_parent_is() -> None:
    soma, first, second, third = ball(), stick("apical"), stick("d2"), stick("d3")
    axon = stick("axon")
    items = placed(
        NeuronModel([(soma, first), (first, second), (second, third), (soma, axon)], **PASSIVE)
    )
    assert [items[n].kind for n in ("apical", "d2", "d3", "axon")] == ["apical"] * 3 + ["axon"]
    assert items["axon"].direction == pytest.approx((0, -1))
    assert [n for n, item in items.items() if item.is_tip] == ["d3", "axon"]


def test_branches_without_a_telling_name_go_to_the_emptier_side() -> None:
    soma = ball()
    items = placed(
        NeuronModel([(soma, stick("apical")), (soma, stick("x1")), (soma, stick("x2"))], **PASSIVE)
    )
    assert items["x1"].kind == "dendrite"
    assert items["x1"].end[1] < 0


def test_unnamed_branches_go_in_all_directions() -> None:
    soma = ball()
    items = placed(NeuronModel([(soma, stick(f"d{k}")) for k in range(4)], **PASSIVE))
    directions = np.array([items[f"d{k}"].direction for k in range(4)])
    assert np.allclose(directions.sum(axis=0), 0)
    assert any(np.allclose(direction, (0, 1)) for direction in directions)
    for k in range(4):  # they begin on the ellipse
        x, y = items[f"d{k}"].start
        assert (x / 8) ** 2 + (y / 10) ** 2 == pytest.approx(1)


def test_a_cell_without_soma_grows_from_its_first_compartment() -> None:
    a, b = stick("basal1"), stick("b")
    items = placed(NeuronModel([(a, b)], **PASSIVE))
    assert items["basal1"].start == (0, 0)
    assert items["b"].end == pytest.approx((0, -200))
    assert items["b"].kind == "basal"


def crossing(a: PlacedCompartment, b: PlacedCompartment) -> bool:
    """Say whether two axes cross; a common end is none."""

    def side(p: Any, q: Any, r: Any) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    ends = min(dist(p, q) for p in (a.start, a.end) for q in (b.start, b.end))
    if ends < 1e-9:
        return False
    return (
        side(a.start, a.end, b.start) * side(a.start, a.end, b.end) < 0
        and side(b.start, b.end, a.start) * side(b.start, b.end, a.end) < 0
    )


@pytest.mark.parametrize("name", ["dend", "apical"])
@pytest.mark.parametrize("seed", range(5))
def test_branches_of_any_tree_do_not_cross(seed: int, name: str) -> None:
    items = layout(random_tree(seed, 40, name).description).compartments
    crossings = [(a.name, b.name) for a, b in combinations(items[1:], 2) if crossing(a, b)]
    assert crossings == []


def test_crossings_would_be_found() -> None:
    first, second = (
        PlacedCompartment(name, "dendrite", start, end, 1.0, False, True)
        for name, start, end in (("a", (0.0, 0.0), (2.0, 2.0)), ("b", (0.0, 2.0), (2.0, 0.0)))
    )
    assert crossing(first, second)


def test_a_long_chain_is_no_problem() -> None:
    sticks = [stick(f"d{k}", 1 * um) for k in range(1500)]
    chain = tuple(s.description for s in sticks)
    model = ModelDescription(chain, tuple((a.name, b.name, 1 * nS) for a, b in pairwise(sticks)))
    assert layout(model).compartments[-1].end == pytest.approx((0, 1500))


# ----------------------------------------------------------------------- drawing


def legend_of(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_cylinders_and_the_soma_are_drawn_to_scale() -> None:
    ax = draw_morphology(make_ca1_model().description)
    (soma,) = (p for p in ax.patches if isinstance(p, Ellipse))
    assert (soma.width, soma.height) == pytest.approx((30, 20))
    assert soma.angle == pytest.approx(90)
    cylinders = [p for p in ax.patches if isinstance(p, Polygon)]
    assert len(cylinders) == 8
    corners = cylinders[2].get_xy()  # prox, 100 x 2 um, straight up
    assert np.ptp(corners[:, 0]) == pytest.approx(2)
    assert np.ptp(corners[:, 1]) == pytest.approx(100)
    assert ax.get_aspect() == 1.0


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    ax = draw_morphology(make_ca1_model().description, mechanisms=False)
    (text,) = (t.get_text() for t in ax.texts if t.get_text().endswith("µm"))
    (bar,) = ax.lines
    assert np.ptp(bar.get_xdata()) == pytest.approx(float(text.split()[0])) == 100
    assert ax.get_title(loc="left") == ""


def test_compartments_and_mechanisms_are_in_the_legend() -> None:
    ax = draw_morphology(make_ca1_model().description)
    assert legend_of(ax) == [
        "soma",
        "basal",
        "apical",
        "AMPA receptor (6)",
        "NMDA receptor (6)",
        "Na dendritic spike (8)",
    ]
    markers = [line for line in ax.lines if line.get_marker() not in (None, "None", "")]
    assert len(markers) == 20
    assert sum(line.get_marker() == "*" for line in markers) == 8


def test_every_kind_of_mechanism_has_a_marker(full_dspike: dict[str, Any]) -> None:
    soma, dend = ball(), stick("apical")
    soma.add(Channel("Kdr", g_max=1 * nS, reversal="E_K"))
    soma.add(Channel("NaT", g_max=1 * nS, reversal="E_Na"))
    soma.add(IonPool("ca", tau=20 * ms, resting=1e-4 * mM, depth=1 * um))
    soma.noise()
    dend.dspikes("Na", **full_dspike)
    dend.synapse("GABA", tag="x", g=1 * nS, t_decay=5 * ms)
    dend.add(GapJunction("gj", g=0.5 * nS))
    ax = draw_morphology(NeuronModel([(soma, dend)], **PASSIVE).description)
    assert legend_of(ax)[2:] == [
        "GABA receptor (1)",
        "Kdr channel (1)",
        "NaT channel (1)",
        "ca ion pool (1)",
        "Na dendritic spike (1)",
        "gap junction (1)",
        "noise (1)",
    ]
    colors = {line.get_color() for line in ax.get_legend().get_lines() if line.get_marker() == "s"}
    assert len(colors) == 2


def test_markers_are_on_their_compartment() -> None:
    soma, dend = ball(), stick("apical", 100 * um, 2 * um)
    dend.synapse("AMPA", tag="x", g=1 * nS, t_decay=5 * ms)
    ax = draw_morphology(NeuronModel([(soma, dend)], **PASSIVE).description, labels=False)
    (marker,) = (line for line in ax.lines if line.get_marker() == "o")
    assert (marker.get_xdata()[0], marker.get_ydata()[0]) == pytest.approx((-1, 60))


def test_parts_can_be_left_out() -> None:
    description = make_ca1_model().description
    ax = draw_morphology(description, mechanisms=False, labels=False, legend=False)
    assert ax.get_legend() is None
    assert [text.get_text() for text in ax.texts] == ["100 µm"]
    assert len(ax.lines) == 1
    named = draw_morphology(description)
    assert set(make_ca1_model().compartment_names) <= {t.get_text() for t in named.texts}


def test_thicker_dendrites_are_said_to_be() -> None:
    ax = draw_morphology(make_ca1_model().description, thickness=5)
    prox = [p for p in ax.patches if isinstance(p, Polygon)][2]
    assert np.ptp(prox.get_xy()[:, 0]) == pytest.approx(10)
    assert ax.get_title(loc="left") == "diameters of dendrites × 5"


def test_colours_can_be_chosen() -> None:
    ax = draw_morphology(make_ca1_model().description, colors={"soma": "lime"})
    (soma,) = (p for p in ax.patches if isinstance(p, Ellipse))
    assert soma.get_facecolor() == to_rgba("lime")


def test_absolute_compartments_are_drawn_without_a_scale(pair: NeuronModel) -> None:
    ax = draw_morphology(pair.description)
    assert ax.get_title(loc="left") == "not to scale: no length and diameter"
    assert [text.get_text() for text in ax.texts] == ["soma", "dend"]
    assert not layout(pair.description).to_scale
    assert len(ax.lines) == 0


def test_a_point_neuron_is_a_disc() -> None:
    neuron = PointNeuronModel(cm_abs=200 * pF, gl_abs=10 * nS, v_rest=-60 * mV)
    neuron.synapse("GABA", tag="x", g=1 * nS, t_decay=5 * ms)
    ax = draw_morphology(neuron.description)
    (disc,) = ax.patches
    assert isinstance(disc, Ellipse)
    assert disc.width == disc.height
    assert list(ax.texts) == []
    assert legend_of(ax) == ["soma", "GABA receptor (1)"]


def test_wrong_arguments_are_refused(raised: Callable[..., str], pair: NeuronModel) -> None:
    text = raised(UnknownNameError, draw_morphology, pair.description, colors={"somma": "red"})
    assert text.startswith(
        "plot: colors has 'somma', which is no kind of compartment. Did you mean"
    )
    text = raised(UnitsError, draw_morphology, pair.description, thickness=0)
    assert text.startswith("plot: thickness = 0 must be larger than zero.")


def test_a_model_plots_itself(pair: NeuronModel) -> None:
    _, given = plt.subplots()
    assert pair.plot(given, mechanisms=False, thickness=2.0) is given
    assert len(given.patches) == 2
    assert pair.plot() is not given
