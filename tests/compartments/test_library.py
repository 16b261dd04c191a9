"""The templates are what compartments are made of, and what Dendrify calls them."""

from __future__ import annotations

import dendrify
import pytest
from brian2.units import ms, nS

from dendrify_gpu.compartments import MEMBRANES, Compartment, PointNeuronModel
from dendrify_gpu.compartments.equation_library import library


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", sorted(dendrify.library))
def test_every_template_of_dendrify_is_there(name: str) -> None:
    assert squeezed(library[name]) == squeezed(dendrify.library[name])


@pytest.mark.parametrize("name", sorted(MEMBRANES))
def test_membranes_are_those_of_compartments_and_point_neurons(name: str) -> None:
    assert library[name].format("_dend") == Compartment("dend", model=name).equations
    assert library[name].format("") == PointNeuronModel(name).equations


@pytest.mark.parametrize("channel", ["AMPA", "NMDA", "GABA", "GABA_A"])
@pytest.mark.parametrize("t_rise", [None, 1 * ms])
def test_receptors_are_those_of_compartments(channel: str, t_rise: object) -> None:
    dend = Compartment("dend")
    before = len(dend.equations.splitlines())
    dend.synapse(channel, tag="x", g=1 * nS, t_rise=t_rise, t_decay=5 * ms)
    added = "\n".join(dend.equations.splitlines()[before:])
    assert library[channel if t_rise is None else f"{channel}_rd"].format("dend", "x") == added


def test_noise_is_that_of_compartments() -> None:
    dend = Compartment("dend")
    dend.noise()
    assert library["noise"].format("dend") == dend.equations.splitlines()[-1]


def test_the_library_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        library["passive"] = ""  # type: ignore[index]


def test_it_is_a_public_name() -> None:
    import dendrify_gpu
    import dendrify_gpu.compartments

    assert dendrify_gpu.library is dendrify_gpu.compartments.library is library
