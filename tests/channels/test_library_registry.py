"""Searching the library, and what its entries say."""

from __future__ import annotations

import inspect

import pytest
from brian2.units import cm, mS, ms, mV
from matplotlib import pyplot as plt

from dendrify_gpu.compartments import channel_library as channels
from dendrify_gpu.compartments.channel_library.registry import IONS, LibraryEntry
from dendrify_gpu.compartments.channels import Channel, IonPool
from dendrify_gpu.compartments.errors import UnitsError, UnknownNameError

ALL = list(channels.find())


def test_found_by_ion() -> None:
    sodium = channels.find(ion="na")
    assert {"Na_hh", "Na_mainen", "NaP_hay"} <= set(sodium.names)
    assert all(name.startswith("Na") for name in sodium.names)
    assert sum(len(channels.find(ion=ion)) for ion in IONS) == len(ALL)


@pytest.mark.parametrize(("written", "ion"), [("K+", "k"), ("Ca2+", "ca"), ("NA", "na")])
def test_ions_may_be_written_as_in_papers(written: str, ion: str) -> None:
    assert channels.find(ion=written).names == channels.find(ion=ion).names


def test_found_by_part_of_the_name_whatever_its_capitals() -> None:
    assert channels.find(name="bk").names == ("BK_migliore", "BK_moczydlowski")
    assert channels.find(name="Ih_").names == ("Ih_kole", "Ih_magee", "Ih_poirazi")


@pytest.mark.parametrize(
    "words", ["Mainen", "mainen 1996", "Mainen, Sejnowski 1996", "10.1038/382363a0", "Nature 1996"]
)
def test_found_by_paper(words: str) -> None:
    found = channels.find(paper=words)
    assert "Kv_mainen" in found.names
    assert {entry.source.paper.year for entry in found} == {1996}


def test_paper_of_the_text_followed_finds_it_too() -> None:
    """Pospischil's calcium channels are published by others first."""
    assert {"CaL_reuveni", "CaT_destexhe", "M_yamada", "Na_pospischil"} <= set(
        channels.find(paper="Pospischil").names
    )


def test_all_conditions_hold_together() -> None:
    assert channels.find(ion="k", paper="Hay", name="K").names == (
        "KP_hay",
        "KT_hay",
        "Kv3_hay",
        "SK_hay",
    )


def test_nothing_found_is_an_empty_table_that_says_so() -> None:
    found = channels.find(name="Na", ion="k", paper="Hodgkin")
    assert len(found) == 0
    assert found.names == ()
    assert repr(found) == "No channel of the library fits."


def test_unknown_ion_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError) as caught:
        channels.find(ion="kalium")
    assert str(caught.value) == (
        "channels.find: no channel conducts ion = 'kalium'. There are: ca, cation, k, leak, na."
    )


def test_prints_as_a_table() -> None:
    lines = repr(channels.find(name="Na_hh")).splitlines()
    assert lines == [
        "name   ion  °C   paper                 preparation",
        "Na_hh  na   6.3  Hodgkin, Huxley 1952  squid giant axon",
    ]
    assert channels.table(name="Na_hh") == "\n".join(lines)
    assert "<td>Na_hh</td>" in channels.find(name="Na_hh")._repr_html_()


def test_a_table_is_a_sequence() -> None:
    found = channels.find(ion="k")
    assert found[0] is next(iter(found))
    assert found[:2].names == found.names[:2]
    assert found[0] in found


def test_public_names_are_the_entries() -> None:
    assert set(channels.__all__) - {
        "ChannelTable",
        "LibraryEntry",
        "draw",
        "find",
        "table",
    } == {entry.name for entry in ALL}
    assert all(getattr(channels, entry.name) is entry.make for entry in ALL)


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.name)
def test_entry_says_what_it_is(entry: LibraryEntry) -> None:
    made = entry()
    source = entry.source
    assert isinstance(made, Channel if entry.kind == "channel" else IonPool)
    assert source.paper.authors and 1950 < source.paper.year < 2030 and source.paper.journal
    assert source.paper.doi or source.paper.year == 1989  # a chapter without one
    assert source.preparation
    assert made.reference == str(source.paper)
    if entry.kind == "channel":
        assert made.name == entry.name
        assert made.ion == (entry.ion if entry.ion in ("na", "k", "ca") else None)
    assert entry.summary.endswith(".")
    assert entry.family in entry.make.__module__


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.name)
def test_description_is_complete(entry: LibraryEntry) -> None:
    text = inspect.getdoc(entry.make) or ""
    assert ".. math::" in text
    for section in ("Parameters", "Returns", "Notes", "Examples"):
        assert f"\n{section}\n{'-' * len(section)}\n" in text
    for name in inspect.signature(entry.make).parameters:
        assert f"\n{name} : " in text
    assert str(entry.source.paper) in text
    assert ">>> " in text


@pytest.mark.parametrize(
    "entry", [entry for entry in ALL if entry.kind == "channel"], ids=lambda entry: entry.name
)
def test_conductance_and_name_can_be_given(entry: LibraryEntry) -> None:
    made = entry(g_max=1.5 * mS / cm**2, name="mine")
    assert made.name == "mine"
    assert made.g_max == 1.5 * mS / cm**2
    assert {gate.name for gate in made.gates} == {gate.name for gate in entry().gates}


@pytest.mark.parametrize("temperature", [-300, 36 * mV, "warm"])
def test_temperature_is_checked(temperature: object) -> None:
    with pytest.raises(UnitsError, match="temperature"):
        channels.Na_hh(temperature=temperature)


def test_shift_is_checked() -> None:
    with pytest.raises(UnitsError, match="v_shift = "):
        channels.Na_hh(v_shift=5 * ms)


def test_temperature_scales_as_q10_says() -> None:
    cold, warm = channels.Na_hh(), channels.Na_hh(temperature=16.3)
    v = -50 * mV
    assert float(cold.time_constant("m", v) / warm.time_constant("m", v)) == pytest.approx(3)
    # A model at another temperature than the one that was asked for scales on from there.
    assert float(
        warm.time_constant("m", v) / warm.time_constant("m", v, temperature=26.3)
    ) == pytest.approx(3)


WITH_GATES = [entry.name for entry in ALL if entry.kind == "channel" and entry().gates]


@pytest.mark.parametrize("name", WITH_GATES)
def test_drawn_curves_are_the_gates(name: str) -> None:
    channel = getattr(channels, name)()
    figure = channels.draw(name)
    try:
        steady, times = figure.axes[0::2], figure.axes[1::2]
        drawn = {line.get_label().split(" ")[0] for axes in steady for line in axes.lines}
        assert drawn == {gate.name for gate in channel.gates}
        slow = {line.get_label().split(" ")[0] for axes in times for line in axes.lines}
        assert slow == {gate.name for gate in channel.gates if not gate.is_instantaneous}
        assert steady[0].get_title() == name
    finally:
        plt.close(figure)


def test_drawn_over_calcium_where_the_voltage_does_not_matter() -> None:
    figure = channels.draw("SK_hay")
    x, y = figure.axes[0].lines[0].get_data()
    plt.close(figure)
    assert figure.axes[0].get_xscale() == "log"
    assert float(x[abs(y - 0.5).argmin()]) == pytest.approx(0.43, rel=0.05)  # uM


def test_unknown_channel_cannot_be_drawn() -> None:
    with pytest.raises(UnknownNameError) as caught:
        channels.draw("K_hhh")
    assert str(caught.value).startswith(
        "channels.draw: the library has no channel 'K_hhh'. Did you mean 'K_hh'"
    )


def test_channel_without_gates_cannot_be_drawn() -> None:
    with pytest.raises(UnknownNameError) as caught:
        channels.draw("leak_hh")
    assert str(caught.value) == (
        "channels.draw: leak_hh has no gates; its conductance is constant. Draw another channel."
    )
