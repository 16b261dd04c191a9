"""What notebooks show of compartments and models."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from brian2 import TimedArray
from brian2.units import cm, ms, mV, nS, ohm, pA, pF, uF, um, uS

from dendrify_gpu.compartments import Compartment, Dendrite, NeuronModel, PointNeuronModel, Soma
from dendrify_gpu.compartments.html_view import compartment_html, model_html


@pytest.fixture
def active(full_dspike: dict[str, Any]) -> NeuronModel:
    soma = Soma("soma", model="adaptiveIF", length=20 * um, diameter=20 * um)
    dend = Dendrite("dend", length=150 * um, diameter=1.5 * um)
    dend.dspikes("Na", **full_dspike)
    dend.synapse("AMPA", tag="x", g=1 * nS, t_decay=2 * ms)
    soma.noise()
    geometry = {"cm": 1 * uF / cm**2, "gl": 40 * uS / cm**2, "r_axial": 150 * ohm * cm}
    model = NeuronModel([(soma, dend)], v_rest=-65 * mV, **geometry)
    model.add_params({"tauw_soma": 100 * ms, "a_soma": 2 * nS})
    return model


def page(html: str) -> ET.Element:
    """Read it as XML: every tag is closed, and every special character is escaped."""
    return ET.fromstring(html)


def rows(html: str) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in page(html).iter("tr")]


def unfolded(html: str) -> dict[str, str]:
    found = {}
    for details in page(html).iter("details"):
        summary, pre = details
        found[summary.text or ""] = pre.text or ""
    return found


def test_a_model_is_a_table_of_its_compartments(active: NeuronModel) -> None:
    head, soma, dend = rows(model_html(active))
    assert head == "compartment membrane length diameter C gL EL mechanisms".split()
    assert soma[:4] == ["soma", "adaptiveIF", "20 um", "20 um"]
    assert soma[4:] == ["12.566371 pF", "0.502655 nS", "-65 mV", "noise current"]
    assert dend[:4] == ["dend", "passive", "150 um", "1.5 um"]
    assert dend[7] == "dendritic spike 'Na'; AMPA receptor with tag 'x'"


def test_the_rest_unfolds(active: NeuronModel) -> None:
    parts = unfolded(model_html(active))
    titles = [re.sub(r" \(\d+\)", "", title) for title in parts]
    assert titles == ["equations", "parameters", "couplings", "events", "event actions"]
    assert parts[next(iter(parts))] == active.equations
    text = "\n".join(parts.values())
    assert "tauw_soma = 100 ms" in text
    assert "Mg_con = 1\n" in text
    assert "spike_Na_dend = V_dend >= Vth_Na_dend" in text
    n_parameters = len(active.parameters)
    assert f"parameters ({n_parameters})" in parts
    assert len(parts[f"parameters ({n_parameters})"].splitlines()) == n_parameters


def test_values_of_the_modeller_are_the_ones_shown(active: NeuronModel) -> None:
    active.add_params({"C_soma": 7 * pF})
    assert rows(model_html(active))[1][4] == "7 pF"


def test_a_compartment_shows_what_is_known_of_it() -> None:
    dend = Dendrite("dend", length=50 * um)
    assert rows(compartment_html(dend))[1] == ["dend", "passive", "50 um", "–", "–", "–", "–", ""]
    assert "events" not in compartment_html(dend)


def test_a_point_neuron_has_one_row() -> None:
    neuron = PointNeuronModel("adex", cm_abs=200 * pF, gl_abs=10 * nS, v_rest=-60 * mV)
    _, only = rows(model_html(neuron))
    assert only == ["(point neuron)", "adex", "–", "–", "200 pF", "10 nS", "-60 mV", ""]
    assert "couplings" not in model_html(neuron)


def test_text_is_escaped() -> None:
    dend = Compartment("dend")
    dend.add_equations("x = int(V_dend < 0*mV and V_dend > -70*mV) :1")
    html = compartment_html(dend)
    assert "V_dend &lt; 0*mV" in html
    assert dend.equations in unfolded(html).values()


def test_values_without_a_unit_to_choose_are_shown_too() -> None:
    dend = Compartment("dend")
    dend.add_params({"stimulus": TimedArray([1, 2] * pA, dt=1 * ms), "k": 1.23456789})
    text = "\n".join(unfolded(compartment_html(dend)).values())
    assert "k = 1.23457\n" in text
    assert text.endswith("stimulus = TimedArray")


def test_nothing_is_loaded_and_colours_are_those_of_the_page(active: NeuronModel) -> None:
    html = model_html(active)
    assert re.findall(r"<(script|link|img|style|iframe)|https?:|url\(", html) == []
    styles = ";".join(re.findall(r'style="([^"]*)"', html))
    colours = re.findall(r"(?:color|background)\s*:\s*([^;]+)", styles)
    assert set(colours) == {"inherit", "transparent"}


def test_notebooks_ask_for_it(active: NeuronModel, dend: Dendrite) -> None:
    assert active._repr_html_() == model_html(active)
    assert dend._repr_html_() == compartment_html(dend)
