"""Every channel of the library in a compartment: the same voltages here and in Brian2."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from brian2.units import cm, meter, mM, ms, mV, ohm, second, siemens, uF, um, uS, volt
from brian2.units.constants import faraday_constant, gas_constant

import dendrify_gpu as dg
from dendrify_gpu.compartments import NeuronModel, Soma
from dendrify_gpu.compartments import channel_library as channels
from dendrify_gpu.compartments.channel_library.registry import LibraryEntry

ENTRIES = [entry for entry in channels.find() if entry.kind == "channel"]
FAMILIES = {
    family: list(members)
    for family, members in itertools.groupby(
        sorted(ENTRIES, key=lambda entry: entry.family), key=lambda entry: entry.family
    )
}
POOLS = [entry for entry in channels.find() if entry.kind == "pool"]


def cell_with(things: list[Any], **options: Any) -> NeuronModel:
    """A spherical cell with a small leak and the given channels and pools."""
    soma = Soma("soma", model="passive", length=20 * um, diameter=20 * um)
    for thing in things:
        soma.add(thing)
    return NeuronModel(
        soma,
        cm=1 * uF / cm**2,
        gl=50 * uS / cm**2,
        r_axial=150 * ohm * cm,
        v_rest=-65 * mV,
        **options,
    )


def validated(cell: NeuronModel, precision: str) -> Any:
    """Run cells that start at voltages from -95 to 45 mV for forty steps, in both engines."""
    net = dg.Network(dt=0.005 * ms, precision=precision, backend="cpu")
    cells = net.population(cell, 24, name="cells")
    cells.V_soma = np.linspace(-95, 45, 24) * mV
    return net.cross_validate(0.2 * ms, neurons=range(24))


def test_every_channel_is_in_a_family() -> None:
    assert sorted(e.name for members in FAMILIES.values() for e in members) == sorted(
        e.name for e in ENTRIES
    )


@pytest.mark.parametrize("family", sorted(FAMILIES))
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_family_runs_as_in_brian2(family: str, precision: str) -> None:
    things = [entry(g_max=20 * uS / cm**2) for entry in FAMILIES[family]]
    cell = cell_with([*things, channels.pool_pospischil()])
    report = validated(cell, precision)
    compared = {item.variable for item in report.traces}
    gates = {
        f"{k.gate.name}_{channel.name}_soma"
        for channel in things
        for k in channel.kinetics
        if not k.gate.is_instantaneous
    }
    assert compared == gates | {"V_soma", "ca_soma"}
    if precision == "float64":
        assert report.passed(), str(report)
    else:
        assert report.passed(voltage=1e-6 * volt, relative=1e-5), str(report)


@pytest.mark.parametrize("pool", POOLS, ids=lambda entry: entry.name)
def test_pool_runs_as_in_brian2(pool: LibraryEntry) -> None:
    things = [
        channels.CaHVA_hay(reversal="nernst"),
        channels.CaT_huguenard(),
        channels.SK_hay(),
        pool(),
    ]
    assert validated(cell_with(things), "float64").passed()


@pytest.mark.parametrize("v", [-70, -20, 0, 30])
def test_current_of_a_permeability_is_that_of_goldman_hodgkin_and_katz(v: float) -> None:
    permeability, inside, outside, celsius = 3e-4 * cm / second, 2e-4 * mM, 1.7 * mM, 33.0
    channel = channels.CaT_huguenard(
        permeability=permeability, outside=outside, temperature=celsius
    )
    thermal = float(gas_constant * (celsius + 273.15) / faraday_constant)  # V
    values = {"v": v * 1e-3, "ca": float(inside), "ca_out": float(outside), "RT_F": thermal}
    found = float(channel.g_max / (siemens / meter**2)) * float(channel.force(values))
    x = 2 * v * 1e-3 / thermal
    # P z F x ([in] - [out] e^-x)/(1 - e^-x), and its limit at zero; outward positive.
    per_mole = float(permeability) * 2 * float(faraday_constant)
    flow = (
        x * (float(inside) - float(outside) * np.exp(-x)) / -np.expm1(-x)
        if x
        else float(inside) - float(outside)
    )
    assert found == pytest.approx(-per_mole * flow, rel=1e-9)


@pytest.mark.parametrize(
    "name",
    ["CaN_migliore", "CaT_migliore", "CaL_poirazi", "CaT_poirazi", "CaT_huguenard"],
)
def test_driving_force_vanishes_at_the_nernst_potential(name: str) -> None:
    channel = getattr(channels, name)()
    thermal = float(channel.thermal_voltage())
    inside, outside = 1e-4, float(channel.parameters["ca_out"])
    nernst = thermal / 2 * np.log(outside / inside)
    values = {"ca": inside, "ca_out": outside, "RT_F": thermal}
    assert abs(float(channel.force({**values, "v": nernst}))) < 1e-9
    assert float(channel.force({**values, "v": -0.07})) > 0.05  # inward, as with E - v
    assert float(channel.force({**values, "v": nernst + 0.02})) < 0
