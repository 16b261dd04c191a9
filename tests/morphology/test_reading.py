"""SWC files: what is read; regions."""

from __future__ import annotations

from pathlib import Path

import brian2
import numpy as np
import pytest
from brian2.units import um
from shapes import GL, PASSIVE, PYRAMIDAL, RA, random_tree, swc

from dendrify_gpu.compartments import MorphologyError, UnitsError, UnknownNameError
from dendrify_gpu.compartments.morphology import Morphology, cable_of_segments


def test_a_cell_is_read(tmp_path: Path) -> None:
    shape = Morphology.from_swc(swc(tmp_path))
    assert shape.types == ("soma", "apic", "dend", "axon")
    assert [problem.kind for problem in shape.check()] == ["inside the soma"]
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


def test_no_file_and_no_morphology(tmp_path: Path) -> None:
    with pytest.raises(MorphologyError, match=r"absent\.swc' cannot be read"):
        Morphology.from_swc(tmp_path / "absent.swc")
    with pytest.raises(MorphologyError, match="'cell' is not a morphology of Brian2"):
        Morphology.from_brian2("cell")


@pytest.mark.parametrize(("joint", "spheres", "area"), [(4, 0, "730.9"), (1, 1, "1058")])
def test_a_drawn_soma_is_what_brian2_makes_of_it(
    joint: int, spheres: int, area: str, tmp_path: Path
) -> None:
    """Frusta with axial resistance, and a sphere where the first point has several branches."""
    text = (
        "1 1 0 0 0 5 -1\n2 1 0 5 0 8 1\n3 1 0 10 0 8 2\n4 1 0 15 0 4 3\n5 4 0 40 0 1 4\n"
        f"6 4 0 300 0 0.5 5\n7 3 -20 -30 0 1 {joint}\n8 3 -150 -30 0 1 7\n"
    )
    path = swc(tmp_path, text)
    tree = brian2.Morphology.from_swc_file(str(path))
    shape = Morphology.from_swc(path)
    (problem,) = (p for p in shape.check() if p.kind == "drawn soma")
    assert str(problem) == (
        f"the soma is drawn with several points: Brian2 makes {spheres} sphere(s) and 3 frusta of it, "
        f"{area} um2 altogether. If that is not its membrane, replace them by one point with the radius of "
        "a sphere that has it"
    )
    neuron = brian2.SpatialNeuron(
        tree,
        "Im = -gl*v : amp/meter**2\nI : amp (point current)\n",
        Ri=PASSIVE["r_axial"],
        namespace={"gl": PASSIVE["gl"]},
        method="exponential_euler",
    )
    segments = shape.segments
    assert float(shape.area) == pytest.approx(float(np.sum(neuron.area)), rel=1e-12)
    assert segments.is_sphere.sum() == spheres
    assert segments.distance[segments.is_soma].max() == 0
    neuron.I[0] = 20 * brian2.pA
    brian2.Network(neuron).run(400 * brian2.ms, namespace={})
    cable = cable_of_segments(segments, segments.area * GL, segments.area * 0.01, RA)
    current = np.zeros(cable.n)
    current[0] = 20e-12
    # Brian2 goes through the branches in another order than they are numbered here
    ours = np.sort(cable.voltages(current)[: segments.n])
    assert ours == pytest.approx(np.sort(np.asarray(neuron.v)), rel=1e-6)
    reduction = shape.reduce(**PASSIVE)
    report = reduction.report
    assert report.reduced.area == pytest.approx(float(shape.area), rel=1e-12)
    assert report.reduced.input_resistance == pytest.approx(report.full.input_resistance, rel=1e-9)


def test_dendrites_can_begin_at_the_surface_of_the_soma(tmp_path: Path) -> None:
    centre = Morphology.from_swc(swc(tmp_path))
    surface = Morphology.from_swc(swc(tmp_path), stems="surface")
    assert "inside the soma" not in [problem.kind for problem in surface.check()]
    segments = surface.segments
    stems = [i for i, above in enumerate(segments.parent) if above == 0]
    assert len(stems) == 3
    assert np.linalg.norm(segments.start[stems], axis=1) == pytest.approx(10e-6)
    # apic: 4 um thick over 10 um; dend: 2 um over 10 um; axon: 1 um over 10 um
    missing = np.pi * 10 * (4 + 2 + 1) * 1e-12
    assert float(centre.area - surface.area) == pytest.approx(missing, rel=1e-9)
    assert float(centre.total_length - surface.total_length) == pytest.approx(30e-6)
    with pytest.raises(UnknownNameError, match=r"stems = 'surfac' is unknown\. Did you mean 'surf"):
        Morphology.from_swc(swc(tmp_path), stems="surfac")


def test_points_inside_the_soma_are_cut_away(tmp_path: Path) -> None:
    """A branch that begins with two points in the soma, forks there, and one that does not leave it."""
    text = (
        "1 1 5 0 0 10 -1\n2 3 5 3 0 1 1\n3 3 5 6 0 1 2\n4 3 5 26 0 2 3\n5 3 35 6 0 1 3\n"
        "6 3 5 -4 0 1 1\n7 3 5 -40 0 1 4\n"
    )
    segments = Morphology.from_swc(swc(tmp_path, text), stems="surface").segments
    assert segments.parent.tolist() == [-1, 0, 1, 0]
    assert segments.start[1] * 1e6 == pytest.approx([5, 10, 0])
    assert segments.length[1] * 1e6 == pytest.approx(16)
    assert segments.start_diameter[1] * 1e6 == pytest.approx(2 + 2 * 4 / 20)
    assert segments.start[3] * 1e6 == pytest.approx([5 + 8, 6, 0])
    assert segments.length[3] * 1e6 == pytest.approx(22)
    # 7 passes through the soma on its way, but does not begin there
    assert segments.length[2] * 1e6 == pytest.approx(66)


def test_unknown_types_are_what_they_continue(tmp_path: Path) -> None:
    text = PYRAMIDAL.replace("5 4 0 60", "5 5 0 60").replace("13 2 0 -60", "13 6 0 -60")
    shape = Morphology.from_swc(swc(tmp_path, text))
    (problem,) = (p for p in shape.check() if p.kind == "unknown type")
    assert problem.lines == (6, 14)
    assert str(problem) == (
        "2 segment(s) have none of the types 1 to 4: they are called 'unknown' "
        "(sections 2, 9; lines 6, 14)"
    )
    found = shape.regions(120 * um)
    assert set(found) == {"soma", "trunk", "oblique", "tuft", "basal", "axon"}
    plain = Morphology.from_swc(swc(tmp_path)).regions(120 * um)
    for name, mask in plain.items():
        assert shape.segments.length[found[name]].sum() == pytest.approx(
            shape.segments.length[mask].sum()
        ), name


def test_sections_without_a_type_are_what_they_are_called() -> None:
    tree = brian2.Soma(20 * um)
    for name in ("apic", "axon", "left"):
        setattr(tree, name, brian2.Cylinder(diameter=1 * um, length=50 * um, n=2))
    assert Morphology.from_brian2(tree).types == ("soma", "apic", "axon", "dend")


def test_a_long_row_of_branch_points_is_read(tmp_path: Path) -> None:
    lines = ["1 1 0 0 0 7 -1"]
    for k in range(520):
        lines.append(f"{2 * k + 2} 2 {k + 10} 0 0 0.5 {2 * k if k else 1}")
        lines.append(f"{2 * k + 3} 2 {k + 10} 5 0 0.5 {2 * k + 2}")
    shape = Morphology.from_swc(swc(tmp_path, "\n".join(lines)))
    assert shape.segments.n == 1041
    assert float(shape.total_length / um) == pytest.approx(529 + 520 * 5)


@pytest.fixture
def forked() -> Morphology:
    """An apical dendrite of 10 um pieces up to 300 um, with obliques at 50, 150 and 250 um."""
    tree = brian2.Soma(20 * um)
    tree.dend = brian2.Cylinder(diameter=1 * um, length=100 * um, n=10)
    tree.apic = stem = brian2.Cylinder(diameter=3 * um, length=50 * um, n=5, type="apic")
    for length in (100, 100, 50):
        stem.side = brian2.Cylinder(diameter=1 * um, length=30 * um, n=3, type="apic")
        stem.on = brian2.Cylinder(diameter=3 * um, length=length * um, n=length // 10, type="apic")
        stem = stem.on
    stem.a = brian2.Cylinder(diameter=1 * um, length=100 * um, n=10, type="apic")
    stem.b = brian2.Cylinder(diameter=1 * um, length=90 * um, n=9, type="apic")
    return Morphology.from_brian2(tree)


def test_regions_are_divided_by_distance(forked: Morphology) -> None:
    found = forked.regions(300 * um, {"trunk": [100, 200] * um, "basal": 50 * um})
    counts = {name: int(mask.sum()) for name, mask in found.items()}
    assert counts == {
        "soma": 1,
        "trunk_1": 10,
        "trunk_2": 10,
        "trunk_3": 10,
        "oblique_1": 3,
        "oblique_2": 3,
        "oblique_3": 3,
        "tuft": 19,
        "basal_1": 5,
        "basal_2": 5,
    }
    report = forked.reduce(found, **PASSIVE).report
    assert {g.name: g.joined_to for g in report.groups} == {
        "soma": None,
        "trunk_1": "soma",
        "trunk_2": "trunk_1",
        "trunk_3": "trunk_2",
        "oblique_1": "trunk_1",
        "oblique_2": "trunk_2",
        "oblique_3": "trunk_3",
        "tuft": "trunk_3",
        "basal_1": "soma",
        "basal_2": "basal_1",
    }
    assert report.reduced.attenuation == pytest.approx(report.full.attenuation, rel=1e-9)
    # finer groups keep more of what is fast
    coarse = forked.reduce(forked.regions(300 * um), **PASSIVE).report
    wrong = [abs(r.reduced.impedance[1] / r.full.impedance[1] - 1) for r in (coarse, report)]
    assert wrong[1] < wrong[0]


@pytest.mark.parametrize(
    ("boundaries", "error", "message"),
    [
        (
            {"trunc": 100 * um},
            UnknownNameError,
            "boundaries names 'trunc', which cannot be divided. Did you mean 'trunk'",
        ),
        ({"oblique": 100 * um}, UnknownNameError, "boundaries names 'oblique', which cannot be"),
        (
            {"trunk": [200, 100] * um},
            MorphologyError,
            "the boundaries of 'trunk' are 200, 100 um. Give distances that increase",
        ),
        (
            {"basal": 500 * um},
            MorphologyError,
            "part 2 of 'basal' is empty. Its segments are between 5 um and 95 um from the soma",
        ),
        ({"trunk": 3}, UnitsError, "regions, 'trunk': boundaries = 3 must be a length"),
    ],
)
def test_bad_boundaries(
    boundaries: dict[str, object], error: type[Exception], message: str, forked: Morphology
) -> None:
    with pytest.raises(error, match=message):
        forked.regions(300 * um, boundaries)  # type: ignore[arg-type]
