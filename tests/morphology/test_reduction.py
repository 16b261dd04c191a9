"""Reductions conserve what they say, whatever the tree."""

from __future__ import annotations

import brian2
import numpy as np
import pytest
from brian2.units import cm, mM, mS, ms, nA, pA, um
from shapes import CM, GL, PASSIVE, RA, ball_and_stick, random_tree, swc

import dendrify_gpu as dg
from dendrify_gpu.compartments import (
    CalciumPool,
    Channel,
    Gate,
    MorphologyError,
    Soma,
    UnitsError,
    UnknownNameError,
)
from dendrify_gpu.compartments.morphology import Morphology, Reduction
from dendrify_gpu.compartments.morphology.equivalent import equivalent_cylinders
from dendrify_gpu.compartments.morphology.groups import make_groups


def reduce_random(seed: int, **options: object) -> Reduction:
    shape = Morphology.from_brian2(random_tree(seed))
    return shape.reduce(shape.regions(60 * um), **{**PASSIVE, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(8))
def test_area_input_resistance_and_attenuation_are_conserved(seed: int) -> None:
    reduction = reduce_random(seed, spine_factor={"basal": 1.7} if seed != 3 else 1.4)
    full, reduced = reduction.report.full, reduction.report.reduced
    assert len(reduction.compartments) >= 3
    assert reduced.area == pytest.approx(full.area, rel=1e-12)
    assert reduced.input_resistance == pytest.approx(full.input_resistance, rel=1e-9)
    assert reduced.attenuation == pytest.approx(full.attenuation, rel=1e-9)
    assert reduced.time_constant == pytest.approx(full.time_constant, rel=1e-6)
    assert full.attenuation[0] == 1.0
    assert min(full.attenuation) < 0.999


@pytest.mark.parametrize("seed", range(4))
def test_the_effect_of_dendritic_current_on_the_soma_is_conserved(seed: int) -> None:
    """Measured in Brian2: current into the reduced compartment, and spread over the full group."""
    shape = Morphology.from_brian2(random_tree(seed))
    groups = shape.regions(60 * um)
    reduction = shape.reduce(groups, **PASSIVE)
    name = list(reduction.compartments)[-1]
    group = reduction.model().make_neurongroup(1, method="exponential_euler")
    setattr(group, f"I_ext_{name}", 10 * pA)
    brian2.Network(group).run(500 * ms, namespace={})
    reduced = float(np.asarray(group.V_soma)[0]) + 65e-3
    from dendrify_gpu.compartments.morphology import cable_of_segments
    from dendrify_gpu.compartments.morphology.segments import refined

    segments, source = refined(shape.segments, 10e-6)
    cable = cable_of_segments(segments, segments.area * GL, segments.area * CM, RA)
    current = np.zeros(cable.n)
    chosen = groups[name][source]
    current[: segments.n][chosen] = 10e-12 * segments.area[chosen] / segments.area[chosen].sum()
    assert reduced == pytest.approx(cable.voltages(current)[0], rel=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_the_model_has_what_the_report_measured(seed: int) -> None:
    reduction = reduce_random(seed)
    model = reduction.model()
    group = model.make_neurongroup(1, method="exponential_euler")
    group.I_ext_soma = 10 * pA
    brian2.Network(group).run(500 * ms, namespace={})
    deviation = float(np.asarray(group.V_soma)[0]) + 65e-3
    assert deviation / 10e-12 == pytest.approx(reduction.report.full.input_resistance, rel=1e-6)
    parameters = model.parameters
    total = sum(float(parameters[f"C_{name}"]) for name in model.compartment_names)
    assert total == pytest.approx(reduction.report.full.area * CM, rel=1e-12)


def test_axial_resistance_of_cylinders_and_of_equal_branches_side_by_side() -> None:
    """4 r l / (pi d^2) for one, a third of it for three, whatever the segments."""
    for n in (1, 2, 30):
        tree = brian2.Soma(20 * um)
        for k in range(3):
            branch = brian2.Cylinder(diameter=2 * um, length=120 * um, n=n, type="dend")
            setattr(tree, f"d{k}", branch)
        segments = Morphology.from_brian2(tree).segments
        for chosen, parallel in (((1,), 1), ((1, 2, 3), 3)):
            rest = [k for k in (1, 2, 3) if k not in chosen]
            sections = {"soma": "soma", "d": list(chosen), "rest": rest}
            groups = make_groups(segments, {k: v for k, v in sections.items() if v})
            cylinder = equivalent_cylinders(segments, groups)[1]
            assert cylinder.length == pytest.approx(120e-6, rel=1e-12)
            axial = 4 * cylinder.length / (np.pi * cylinder.diameter**2)
            assert axial == pytest.approx(4 * 120e-6 / (np.pi * 2e-6**2) / parallel, rel=1e-12)
            area = np.pi * cylinder.length * cylinder.diameter * cylinder.scale_factor
            assert area == pytest.approx(parallel * np.pi * 2e-6 * 120e-6, rel=1e-12)


def test_a_tree_of_ralls_three_halves_law_is_its_equivalent_cylinder() -> None:
    """Rall 1962: daughters with d^(3/2) = sum of the daughters' continue the cylinder electrotonically."""
    daughter = 2 * (1 / 2) ** (2 / 3)
    space = np.sqrt(1e-6 * np.array([2.0, daughter]) / (4 * RA * GL))
    first = 0.2 * space[0] * 1e6
    second = 0.5 * space[1] * 1e6
    forked = brian2.Soma(20 * um)
    forked.d = brian2.Cylinder(diameter=2 * um, length=first * um, n=60, type="dend")
    for name in ("a", "b"):
        branch = brian2.Cylinder(diameter=daughter * um, length=second * um, n=120, type="dend")
        setattr(forked.d, name, branch)
    single = brian2.Soma(20 * um)
    length = 0.7 * space[0] * 1e6
    single.d = brian2.Cylinder(diameter=2 * um, length=length * um, n=180, type="dend")
    reports = [
        Morphology.from_brian2(tree)
        .reduce({"soma": "soma", "dend": "dend"}, **PASSIVE, longest=2 * um)
        .report
        for tree in (forked, single)
    ]
    assert reports[0].full.area == pytest.approx(reports[1].full.area, rel=1e-12)
    for one, other in zip(
        (reports[0].full, reports[0].reduced), (reports[1].full, reports[1].reduced), strict=True
    ):
        assert one.input_resistance == pytest.approx(other.input_resistance, rel=1e-4)
        assert one.impedance == pytest.approx(other.impedance, rel=1e-4)
        assert one.attenuation == pytest.approx(other.attenuation, rel=1e-4)


def test_couplings_of_half_cylinders_follow_from_the_geometry() -> None:
    shape = Morphology.from_brian2(ball_and_stick(100.0, n=10))
    groups = {"soma": "soma", "dend": "apic"}
    matched = shape.reduce(groups, **PASSIVE)
    halves = shape.reduce(groups, **PASSIVE, coupling="half_cylinders")
    ((_, _, g),) = halves.model().couplings
    soma, dend = halves.compartments.values()
    assert float(g) == pytest.approx(
        2 / (1 / float(soma.ephys.g_cylinder) + 1 / float(dend.ephys.g_cylinder))
    )
    assert float(g) == pytest.approx(halves.report.groups[1].conductance)
    assert halves.report.reduced.input_resistance != matched.report.reduced.input_resistance
    assert halves.report.reduced.input_resistance == pytest.approx(
        halves.report.full.input_resistance, rel=0.01
    )


def test_a_group_nearer_to_the_soma_than_its_carrier_is_joined_to_the_soma() -> None:
    tree = brian2.Soma(20 * um)
    tree.apic = brian2.Cylinder(diameter=3 * um, length=20 * um, n=4, type="apic")
    tree.apic.side = brian2.Cylinder(diameter=1 * um, length=15 * um, n=3, type="apic")
    tree.apic.on = brian2.Cylinder(diameter=1 * um, length=600 * um, n=60, type="apic")
    shape = Morphology.from_brian2(tree)
    sections = {"soma": "soma", "trunk": [1, 3], "side": [2]}
    report = shape.reduce(sections, **PASSIVE).report
    assert [g.joined_to for g in report.groups] == [None, "soma", "soma"]
    assert report.notes == (
        "'side' is joined to 'soma': its membrane is nearer to the soma than that of 'trunk', which carries "
        "it",
    )
    assert report.reduced.attenuation == pytest.approx(report.full.attenuation, rel=1e-9)
    assert "note: 'side' is joined to 'soma'" in str(report)


def test_compartments_are_ordinary_and_run_on_the_core(tmp_path: object) -> None:
    reduction = reduce_random(2)
    trunk = reduction.compartments["trunk"]
    trunk.add(
        Channel(
            "Ca",
            g_max=0.1 * mS / cm**2,
            reversal="E_Ca",
            ion="ca",
            gates=Gate("m", inf="0.1", tau=1 * ms),
        )
    )
    trunk.add(CalciumPool(tau=80 * ms, resting=1e-4 * mM, depth=0.1 * um))
    trunk.synapse("AMPA", tag="x", g=1 * brian2.nS, t_decay=2 * ms)
    assert isinstance(reduction.compartments["soma"], Soma)
    model = reduction.model(temperature=34)
    net = dg.Network(dt=0.01 * ms, backend="cpu", precision="float64")
    cells = net.population(model, 3)
    cells.I_ext_soma = [0, 0.1, 0.2] * nA
    report = net.cross_validate(5 * ms, variables=["V_soma", "V_trunk", "ca_trunk"])
    assert report.passed(), str(report)
    assert report.ours[cells.name]["ca_trunk"].max() > 1.1e-4


def test_a_tree_of_one_group_is_a_neuron_of_one_compartment() -> None:
    shape = Morphology.from_brian2(ball_and_stick(50, n=5))
    reduction = shape.reduce({"cell": ["soma", "apic"]}, **PASSIVE)
    assert reduction.model().compartment_names == ("cell",)
    assert reduction.report.reduced.area == pytest.approx(reduction.report.full.area)
    assert "Reduction(cell)" in repr(reduction)


@pytest.mark.parametrize(
    ("groups", "options", "error", "message"),
    [
        (
            {"soma": "soma"},
            {},
            MorphologyError,
            "10 segments are in no group, of the types apic, axon, dend",
        ),
        (
            {"soma": "soma", "a": "apic", "b": "apic"},
            {},
            MorphologyError,
            r"section \d+ \(apic\) is in the group 'a' and in the group 'b'",
        ),
        (
            {"soma": "soma", "d": "dendrite"},
            {},
            UnknownNameError,
            "no segment has the type 'dendrite'. Did you mean 'dend'",
        ),
        (
            {"soma": "soma", "d": [99]},
            {},
            UnknownNameError,
            "there is no section 99; they are numbered 0 to 7",
        ),
        (
            {"soma": "soma", "d": [True, False]},
            {},
            MorphologyError,
            "one entry for each of the 11 segments",
        ),
        ({"soma": "soma", "d": [1.5]}, {}, MorphologyError, "chooses no segments"),
        ({"soma": "soma", "d": []}, {}, MorphologyError, "the group 'd' is empty"),
        (
            {"d": ["apic", "dend", "axon"]},
            {"omit": "soma"},
            MorphologyError,
            "is left without a way to the root",
        ),
        (
            None,
            {"coupling": "matchd"},
            UnknownNameError,
            "coupling = 'matchd' is unknown. Did you mean 'matched'",
        ),
        (
            None,
            {"spine_factor": {"tufft": 2}},
            UnknownNameError,
            "spine_factor names 'tufft', which is no group. Did you mean 'tuft'",
        ),
        (None, {"spine_factor": 0}, UnitsError, "spine_factor = 0 must be larger than zero"),
        (None, {"cm": 1 * ms}, UnitsError, "reduce: cm = "),
        (None, {"longest": 0 * um}, UnitsError, "reduce: longest = "),
    ],
)
def test_bad_choices(
    groups: object,
    options: dict[str, object],
    error: type[Exception],
    message: str,
    tmp_path: object,
) -> None:
    from pathlib import Path

    shape = Morphology.from_swc(swc(Path(str(tmp_path))))
    with pytest.raises(error, match=message):
        shape.reduce(groups, **{**PASSIVE, **options})  # type: ignore[arg-type]


def test_a_group_of_soma_and_dendrite_cannot_have_spines() -> None:
    shape = Morphology.from_brian2(ball_and_stick(50, n=5))
    with pytest.raises(
        UnitsError, match=r"the group 'cell' has spine_factor = 2\.0 and consists of soma"
    ):
        shape.reduce({"cell": ["soma", "apic"]}, **PASSIVE, spine_factor=2.0)


@pytest.mark.parametrize("seed", range(3))
def test_the_longest_euler_step_is_the_border_of_stability(seed: int) -> None:
    reduction = reduce_random(seed)
    longest = reduction.report.longest_step
    ends = []
    for factor in (0.98, 1.05):
        net = dg.Network(dt=factor * longest * brian2.second, backend="cpu", precision="float64")
        cells = net.population(reduction.model(), 1)
        cells.V_soma = -55 * brian2.mV
        net.run(3000 * net.dt, progress=False)
        ends.append(abs(float(cells.V_soma[0]) + 65e-3))
    assert ends[0] < 0.02
    assert ends[1] > 1.0


@pytest.mark.parametrize("coupling", ["matched", "half_cylinders"])
def test_groups_of_a_three_halves_tree_are_those_of_its_cylinder(coupling: str) -> None:
    """Every branch is cut at the same electrotonic distance, so that nothing but the shape differs."""
    daughter = 2 * (1 / 2) ** (2 / 3)
    factor = np.sqrt(daughter / 2)
    forked, single = brian2.Soma(20 * um), brian2.Soma(20 * um)
    for tree in (forked, single):
        tree.a = brian2.Cylinder(diameter=2 * um, length=100 * um, n=10, type="near")
    single.a.b = brian2.Cylinder(diameter=2 * um, length=300 * um, n=30, type="far")
    for name in ("b", "c"):
        branch = brian2.Cylinder(diameter=daughter * um, length=300 * factor * um, n=30, type="far")
        setattr(forked.a, name, branch)
    one, other = (
        Morphology.from_brian2(tree).reduce(
            {"soma": "soma", "near": "near", "far": "far"},
            **PASSIVE,
            coupling=coupling,
            longest=100 * um,
        )
        for tree in (forked, single)
    )
    for parameter, value in other.model().parameters.items():
        if parameter.startswith(("C_", "gL_")):
            assert float(one.model().parameters[parameter]) == pytest.approx(float(value), rel=1e-9)
    ((_, _, near), (_, _, far)) = one.model().couplings
    for (_, _, g), mine in zip(other.model().couplings, (near, far), strict=True):
        assert float(mine) == pytest.approx(float(g), rel=1e-9)
    if coupling == "matched":
        assert one.report.full.input_resistance == pytest.approx(
            other.report.full.input_resistance, rel=1e-9
        )
        assert one.report.full.impedance == pytest.approx(other.report.full.impedance, rel=1e-9)
        # the forked tree has one more way to even out: between its two branches
        assert one.report.full.time_constants[1] > other.report.full.time_constants[1]


def test_a_group_that_hangs_on_two_others_is_said() -> None:
    tree = brian2.Soma(20 * um)
    tree.a = brian2.Cylinder(diameter=3 * um, length=100 * um, n=10, type="apic")
    tree.a.b = brian2.Cylinder(diameter=1 * um, length=300 * um, n=10, type="dend")
    tree.c = brian2.Cylinder(diameter=1 * um, length=100 * um, n=10, type="dend")
    shape = Morphology.from_brian2(tree)
    report = shape.reduce({"soma": "soma", "a": "apic", "d": "dend"}, **PASSIVE).report
    assert report.notes == (
        "'d' and what is behind it hang on 'a' (75%), 'soma' (25%); they are treated as if all hung on 'a'",
    )
    assert report.reduced.attenuation == pytest.approx(report.full.attenuation, rel=1e-9)


def test_what_has_the_root_cannot_continue_another_group() -> None:
    tree = brian2.Soma(20 * um)
    tree.a = brian2.Cylinder(diameter=3 * um, length=100 * um, n=10, type="apic")
    tree.a.b = brian2.Cylinder(diameter=1 * um, length=300 * um, n=10, type="dend")
    shape = Morphology.from_brian2(tree)
    with pytest.raises(
        MorphologyError,
        match=r"section 2 \(dend\) is in the group 'soma', which has the root, and continues the group 'a'",
    ):
        shape.reduce({"soma": ["soma", "dend"], "a": "apic"}, **PASSIVE)


def test_functions_choose_groups() -> None:
    shape = Morphology.from_brian2(ball_and_stick(100, n=10))
    reduction = shape.reduce(
        {
            "soma": "soma",
            "near": lambda s: ~s.is_soma & (s.distance < 40e-6),
            "far": lambda s: s.distance > 40e-6,
        },
        **PASSIVE,
    )
    assert [g.segments for g in reduction.report.groups] == [1, 4, 6]
    assert [g.joined_to for g in reduction.report.groups] == [None, "soma", "near"]


def test_a_changed_neuron_is_compared_with_the_full_tree() -> None:
    reduction = reduce_random(3)
    same = reduction.compare(reduction.model())
    assert same.reduced.input_resistance == pytest.approx(
        reduction.report.reduced.input_resistance, rel=1e-12
    )
    assert same.groups == reduction.report.groups
    changed = reduction.model()
    changed.add_params({"gL_soma": 20 * brian2.nS})
    report = reduction.compare(changed)
    assert report.full is reduction.report.full
    more = 20e-9 - float(reduction.compartments["soma"].parameters["gL_soma"])
    assert 1 / report.reduced.input_resistance == pytest.approx(
        1 / report.full.input_resistance + more, rel=1e-9
    )
    # the same compartments with couplings of their own
    soma, trunk = (reduction.compartments[name] for name in ("soma", "trunk"))
    with pytest.raises(
        UnknownNameError, match="has other compartments or couplings than the reduct"
    ):
        reduction.compare(dg.NeuronModel([(soma, trunk, 1 * brian2.nS)]))
    links = [(a, b, 5 * brian2.nS) for a, b, _ in reversed(reduction.connections)]
    other = reduction.compare(dg.NeuronModel(links))
    assert [g.conductance for g in other.groups] == [None, *[5e-9] * (len(other.groups) - 1)]
    assert [g.name for g in other.groups] == [g.name for g in report.groups]
    assert other.reduced.attenuation[0] == 1.0
