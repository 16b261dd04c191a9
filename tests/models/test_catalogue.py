"""Every model of the collection is found, runs as it says, and agrees with Brian2."""

from __future__ import annotations

import numpy as np
import pytest
from brian2.units import ms, pA

import dendrify_gpu as dg
from dendrify_gpu import models
from dendrify_gpu.compartments import NeuronModel
from dendrify_gpu.errors import UnknownNameError

#: Current into the soma at which each model has something to show within the time given, in ms.
DRIVE = {
    "ball_and_stick": (100, 50),
    "pinsky_rinzel": (75, 20),
    "dendrify_passive": (400, 100),
    "dendrify_active": (150, 100),
    "ca1_pyramidal": (350, 100),
    "mainen_sejnowski": (400, 10),
    "naud_sprekeler": (800, 100),
}


def noiseless(name: str) -> NeuronModel:
    return models.find(name)(**({"noise": 0 * pA} if name == "dendrify_passive" else {}))


def test_all_models_are_listed() -> None:
    made = {name for name in models.__all__ if name.islower() and name != "find"}
    assert set(models.MODELS) == made == set(DRIVE)
    for name, entry in models.MODELS.items():
        assert entry.name == name
        assert models.find(name) is entry
        assert entry.doi.startswith("10.")
        assert entry.doi in entry.make.__doc__
        assert entry.doi in str(entry)


@pytest.mark.parametrize("name", list(models.MODELS))
def test_an_entry_says_what_the_model_is(name: str) -> None:
    entry = models.find(name)
    model = entry()
    assert isinstance(model, NeuronModel)
    assert len(model.compartment_names) == entry.compartments
    assert (model.spiking.threshold is None) == (name == "ball_and_stick")


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"no model 'pinsky'.*pinsky_rinzel"):
        models.find("pinsky")


@pytest.mark.parametrize("name", list(models.MODELS))
def test_brian2_agrees(name: str) -> None:
    """Both engines, with the recommended method and step: the same spikes and voltages."""
    entry = models.find(name)
    current, duration = DRIVE[name]
    net = dg.Network(dt=entry.dt)
    cells = net.population(noiseless(name), 2, method=entry.method, name="cells")
    cells.I_ext_soma = [0, current] * pA
    report = net.cross_validate(duration * ms)
    assert report.agrees, str(report)
    if cells.program.threshold is not None:
        assert len(report.our_spikes["cells"][0]) > 0


@pytest.mark.parametrize("name", list(models.MODELS))
def test_single_precision_is_stable(name: str) -> None:
    """Twice the recommended time: no state becomes infinite, and the rest stays a rest."""
    entry = models.find(name)
    net = dg.Network(dt=entry.dt, precision="float32")
    cells = net.population(noiseless(name), 2, method=entry.method)
    cells.I_ext_soma = [0, DRIVE[name][0]] * pA
    net.run(2 * DRIVE[name][1] * ms)
    voltages = [np.asarray(cells.get(v)) for v in cells.variables if v.startswith("V_")]
    assert np.all(np.abs(voltages) < 0.15)
    assert all(-0.08 < values[0] < -0.055 for values in voltages)
