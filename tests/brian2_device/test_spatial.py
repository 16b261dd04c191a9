"""The cable equation on the device: against exact sums and analytic cables."""

from __future__ import annotations

from collections.abc import Iterator
from math import erfc
from typing import Any

import brian2
import mpmath
import numpy as np
import pytest
from brian2 import Cylinder, Network, SpatialNeuron
from brian2.units import cm, ms, mV, nA, ohm, siemens, uF, um
from comparison import brian2_on
from spatial_cells import PASSIVE, tree

from dendrify_gpu.brian2_device.spatial import tree_of


@pytest.fixture(autouse=True)
def time_step() -> Iterator[None]:
    brian2.defaultclock.dt = 0.1 * ms
    yield
    brian2.defaultclock.dt = 0.1 * ms


def exact_step(cell: SpatialNeuron, v: np.ndarray) -> list[Any]:
    """Solve Brian2's equations for a passive cell with 40 digits; the point at each section's end is an unknown."""
    mpmath.mp.dps = 40
    shape = cell.flat_morphology
    n, dt = shape.n, mpmath.mpf(float(brian2.defaultclock.dt))
    names = ("area", "Cm", "g", "I", "r_length_1", "r_length_2")
    area, capacity, g, current, to_start, to_end = (
        [mpmath.mpf(float(x)) for x in cell.variables[name].get_value()] for name in names
    )
    resistivity = mpmath.mpf(float(cell.variables["Ri"].get_value()[0]))
    unknowns = n + len(shape.starts)
    matrix, right = mpmath.zeros(unknowns, unknowns), mpmath.zeros(unknowns, 1)

    def couple(a: int, b: int, conductance: Any) -> None:
        for one, other in ((a, b), (b, a)):
            matrix[one, one] += conductance
            matrix[one, other] -= conductance

    for k in range(n):
        matrix[k, k] += area[k] * (capacity[k] / dt + g[k])
        right[k] += area[k] * (capacity[k] / dt * mpmath.mpf(float(v[k])) - g[k] * mpmath.mpf(0.07))
        right[k] += current[k]
    for section, (above, start, stop) in enumerate(
        zip(shape.morph_parent_i, shape.starts, shape.ends, strict=True)
    ):
        for k in range(start + 1, stop):
            couple(k - 1, k, 1 / (resistivity * (1 / to_end[k - 1] + 1 / to_start[k])))
        couple(stop - 1, n + section, to_end[stop - 1] / resistivity)
        if above > 0:
            couple(n + int(above) - 1, start, to_start[start] / resistivity)
    solution = mpmath.lu_solve(matrix, right)
    return [solution[k] for k in range(n)]


@pytest.mark.parametrize("soma", [False, True])
def test_a_step_is_exact_to_rounding(soma: bool) -> None:
    with brian2_on("dendrify_gpu", {"threads": 1}):
        cell = SpatialNeuron(tree(soma), PASSIVE, method="euler", Ri=110 * ohm * cm)
        n = len(cell)
        cell.v = np.linspace(-80, 20, n) * mV
        cell.g = np.linspace(1e-5, 1e-3, n) * siemens / cm**2
        cell.Cm = np.linspace(0.7, 1.3, n) * uF / cm**2
        cell.I[2] = 0.3 * nA
        before = np.array(cell.v)
        network = Network(cell)
        network.run(0.1 * ms)
        for _ in range(2):
            expected = exact_step(cell, before)
            scale = max(abs(x) for x in expected)
            errors = [abs(a - e) / scale for a, e in zip(cell.v_[:], expected, strict=True)]
            assert max(errors) < 2e-15
            rates = (cell.v_[:] - before) / float(brian2.defaultclock.dt)
            assert np.allclose(cell.Ic_[:], cell.Cm_[:] * rates, rtol=1e-9, atol=1e-12)
            # What depends on parameters and on the time step is computed anew for each run.
            cell.Cm, cell.Ri = 0.8 * uF / cm**2, 200 * ohm * cm
            brian2.defaultclock.dt = 0.05 * ms
            before = np.array(cell.v)
            network.run(0.05 * ms)


def test_the_tree_has_points_only_where_sections_branch() -> None:
    with brian2_on("numpy", {}):
        shape = SpatialNeuron(tree(), PASSIVE, method="euler").flat_morphology
    conductances = np.full((shape.n, 1), 2.0)
    found = tree_of(shape, conductances, 3 * conductances)
    # The root's end has two daughters, that of `on` three; that of `trunk` has one.
    assert (found.compartment == -1).sum() == 2
    assert sorted(found.compartment[found.compartment >= 0]) == list(range(shape.n))
    assert (found.parent[1:] < np.arange(1, len(found.parent))).all()
    assert found.parent[0] == -1
    # Two halves in series within sections and between one daughter and its mother, else one half.
    assert set(found.conductance[1:, 0].round(12)) == {1.5, 2.0, 6.0}


def test_a_steady_current_into_the_end_of_a_cable() -> None:
    n, diameter, length = 400, 2 * um, 1000 * um
    g, resistivity, current = 1e-4 * siemens / cm**2, 150 * ohm * cm, 0.05 * nA
    with brian2_on("dendrify_gpu", {"threads": 1}):
        cell = SpatialNeuron(
            Cylinder(diameter=diameter, length=length, n=n), PASSIVE, method="euler", Ri=resistivity
        )
        cell.v, cell.g, cell.I[0] = -70 * mV, g, current
        brian2.defaultclock.dt = 1 * ms
        Network(cell).run(400 * ms)
        found = np.array(cell.v / mV) + 70
        position = np.array(cell.distance)
    space = np.sqrt(float(diameter / (4 * g * resistivity)))
    whole = float(4 * resistivity / (np.pi * diameter**2)) * space * float(current)
    expected = whole * np.cosh((1e-3 - position) / space) / np.sinh(1e-3 / space) * 1e3
    # Compartments are of second order in their length; the current enters at the middle of the first one.
    assert np.allclose(found, expected, rtol=2e-3)
    assert np.allclose(found[50:], expected[50:], rtol=1e-3)


def test_a_step_of_current_into_the_middle_of_a_long_cable() -> None:
    n, diameter, current = 501, 1 * um, 0.01 * nA
    g, resistivity, capacity = 1e-4 * siemens / cm**2, 100 * ohm * cm, 1 * uF / cm**2
    with brian2_on("dendrify_gpu", {"threads": 1}):
        cell = SpatialNeuron(
            Cylinder(diameter=diameter, length=5000 * um, n=n),
            PASSIVE,
            method="euler",
            Ri=resistivity,
            Cm=capacity,
        )
        cell.v, cell.g, cell.I[n // 2] = -70 * mV, g, current
        brian2.defaultclock.dt = 0.005 * ms
        Network(cell).run(8 * ms)
        found = np.array(cell.v / mV) + 70
        position = np.abs(np.array(cell.distance) - float(cell.distance[n // 2]))
    space = np.sqrt(float(diameter / (4 * g * resistivity)))
    duration = float(8 * ms / (capacity / g))
    x = position / space
    scale = float(4 * resistivity / (np.pi * diameter**2)) * space * float(current) / 4 * 1e3
    root = np.sqrt(duration)
    expected = scale * np.array(
        [
            np.exp(-a) * erfc(a / (2 * root) - root) - np.exp(a) * erfc(a / (2 * root) + root)
            for a in x
        ]
    )
    assert np.abs(found - expected).max() < 1e-3 * expected.max()
    assert found.max() > 1
