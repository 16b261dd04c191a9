"""SWC files: what is read, what is repaired, what is refused; regions and figures."""

from __future__ import annotations

from pathlib import Path

import brian2
import matplotlib.pyplot as plt
import numpy as np
import pytest
from brian2.units import um
from shapes import PASSIVE, PYRAMIDAL, ball_and_stick, random_tree, swc

from dendrify_gpu.compartments import MorphologyError, UnitsError
from dendrify_gpu.compartments.morphology import Morphology


def test_a_cell_is_read(tmp_path: Path) -> None:
    shape = Morphology.from_swc(swc(tmp_path))
    assert shape.types == ("soma", "apic", "dend", "axon")
    assert shape.check() == []
    # soma of three points: a sphere of 20 um
    soma = shape.segments.is_soma
    assert soma.sum() == 1
    assert shape.segments.area[soma] == pytest.approx(np.pi * 20e-6**2)
    straight = 15 + 45 + 50 + 2 * 50 + np.hypot(40, 10) + np.hypot(10, 20) + 50 + 15 + 45
    assert float(shape.total_length / um) == pytest.approx(straight, rel=1e-6)
    assert repr(shape).startswith("Morphology(11 segments in 8 sections, ")
    tip = shape.segments.end[np.array(shape.segments.kind) == "dend"][-1]
    assert tip * 1e6 == pytest.approx([40, -60, 0])


def test_a_soma_of_one_point_is_the_same_sphere(tmp_path: Path) -> None:
    lines = PYRAMIDAL.splitlines()
    text = "\n".join(line for line in lines if not line.startswith(("2 ", "3 ")))
    one, three = (Morphology.from_swc(swc(tmp_path, text)) for text in (text, PYRAMIDAL))
    assert float(one.area) == pytest.approx(float(three.area))


def test_regions_by_type_and_distance(tmp_path: Path) -> None:
    shape = Morphology.from_swc(swc(tmp_path))
    lengths = {
        name: shape.segments.length[mask].sum() * 1e6
        for name, mask in shape.regions(120 * um).items()
    }
    assert lengths == {
        "soma": pytest.approx(20),
        "trunk": pytest.approx(15 + 45 + 50),
        "oblique": pytest.approx(np.hypot(40, 10)),
        "tuft": pytest.approx(100),
        "basal": pytest.approx(np.hypot(10, 20) + 50),
        "axon": pytest.approx(60),
    }
    short = shape.regions(20 * um)
    assert shape.segments.length[short["trunk"]].sum() * 1e6 == pytest.approx(15)
    assert "oblique" not in short
    default = shape.regions()
    assert shape.segments.length[default["trunk"]].sum() * 1e6 == pytest.approx(110)
    with pytest.raises(UnitsError, match="regions: tuft_from = 3"):
        shape.regions(3)


@pytest.mark.parametrize("seed", range(4))
def test_regions_are_disjoint_and_complete(seed: int) -> None:
    shape = Morphology.from_brian2(random_tree(seed))
    together = np.sum(list(shape.regions(50 * um).values()), axis=0)
    assert np.array_equal(together, np.ones(shape.segments.n))


def test_no_apical_dendrite_no_trunk() -> None:
    tree = brian2.Soma(20 * um)
    tree.d = brian2.Cylinder(diameter=2 * um, length=100 * um, n=4, type="dend")
    assert set(Morphology.from_brian2(tree).regions()) == {"soma", "basal"}


def test_points_twice_are_left_out_and_said(tmp_path: Path) -> None:
    text = PYRAMIDAL + "14 3 40 -60 0 1 11\n15 3 60 -90 0 1 14\n"
    shape = Morphology.from_swc(swc(tmp_path, text))
    assert shape.check() == ["1 segments of no length were left out"]
    report = shape.reduce(**PASSIVE).report
    assert "1 segments of no length were left out" in str(report)
    assert np.isfinite(report.full.input_resistance)


@pytest.mark.parametrize(
    ("scale", "doubt"),
    [(0.01, "are the coordinates micrometres?"), (1000, "are thicker than 20 um")],
)
def test_sizes_that_no_neuron_has_are_doubted(scale: float, doubt: str, tmp_path: Path) -> None:
    lines = [line.split() for line in PYRAMIDAL.splitlines() if not line.startswith("#")]
    text = "\n".join(
        " ".join([n, kind, *(f"{float(value) * scale}" for value in size), parent])
        for n, kind, *size, parent in lines
    )
    assert doubt in " ".join(Morphology.from_swc(swc(tmp_path, text)).check())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("5 4 0 60 0 1.5 4", "5 4 0 60 0 0 4", r"has the diameter 0 um at its segment"),
        ("5 4 0 60 0 1.5 4", "5 4 0 60 0 -1 4", r"has the diameter -2 um"),
        ("5 4 0 60 0 1.5 4", "5 4 0 60 0 1.5", "is not one tree that Brian2 can read"),
        ("5 4 0 60 0 1.5 4", "5 4 zero 60 0 1.5 4", "Every line needs seven numbers"),
        ("5 4 0 60 0 1.5 4", "5 4 0 60 0 1.5 77", "is not one tree"),
    ],
)
def test_files_that_cannot_be_a_neuron(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in PYRAMIDAL
    with pytest.raises(MorphologyError, match=message) as reason:
        Morphology.from_swc(swc(tmp_path, PYRAMIDAL.replace(old, new)))
    assert "the SWC file" in str(reason.value)
    assert "cell.swc" in str(reason.value)


def test_no_file_and_no_morphology(tmp_path: Path) -> None:
    with pytest.raises(MorphologyError, match=r"absent\.swc' cannot be read"):
        Morphology.from_swc(tmp_path / "absent.swc")
    with pytest.raises(MorphologyError, match="'cell' is not a morphology of Brian2"):
        Morphology.from_brian2("cell")


def test_figures(tmp_path: Path) -> None:
    shape = Morphology.from_swc(swc(tmp_path))
    ax = shape.plot()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(shape.types)
    assert len(ax.patches) == 1
    assert ax.patches[0].get_radius() == pytest.approx(10)
    drawn = sum(len(collection.get_segments()) for collection in ax.collections)
    assert drawn == shape.segments.n - 1
    assert ax.get_ylim()[1] >= 150
    _, given = plt.subplots()
    regions = shape.regions(120 * um)
    assert shape.plot(regions, given) is given
    assert [text.get_text() for text in given.get_legend().get_texts()] == list(regions)
    report = shape.reduce(regions, **PASSIVE).report
    ax = report.plot()
    assert ax.get_xlabel() == "path from the soma (um)"
    assert len(ax.lines) == 1 + 2 * len(regions)
    assert ax.lines[1].get_ydata()[0] == report.reduced.attenuation[0]
    with pytest.raises(MorphologyError, match="has no coordinates, so there is nothing to draw"):
        Morphology.from_brian2(ball_and_stick(50, n=3)).plot()
