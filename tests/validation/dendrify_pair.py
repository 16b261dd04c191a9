"""The same built with Dendrify and with this library, and compared: what the tests of the interface share."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dendrify
import matplotlib.pyplot as plt
import pytest
from brian2.units import cm, ms, mV, nS, ohm, pA, pF, uF, um, uS
from brian2.units.fundamentalunits import get_dimensions

import dendrify_gpu

PACKAGES = (dendrify, dendrify_gpu)
GEOMETRY = {
    "length": 100 * um,
    "diameter": 2 * um,
    "cm": 1 * uF / cm**2,
    "gl": 40 * uS / cm**2,
}
AXIAL = {"r_axial": 150 * ohm * cm, "v_rest": -65 * mV}
ABSOLUTE = {"cm_abs": 50 * pF, "gl_abs": 2.5 * nS, "v_rest": -60 * mV}
NA = {
    "threshold": -40 * mV,
    "g_rise": 30 * nS,
    "g_fall": 14 * nS,
    "duration_rise": 1.2 * ms,
    "duration_fall": 2.4 * ms,
    "reversal_rise": "E_Na",
    "reversal_fall": "E_K",
    "offset_fall": 0.2 * ms,
    "refractory": 5 * ms,
}


@contextmanager
def quiet_packages() -> Iterator[None]:
    """Silence what Dendrify logs, and restore the default parameters and matplotlib's settings."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "dendrify"]
    levels = {name: logging.getLogger(name).level for name in names}
    before = [dict(package.default_params()) for package in PACKAGES]
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with plt.rc_context():
        yield
    plt.close("all")
    for package, values in zip(PACKAGES, before, strict=True):
        package.update_default_params(values)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def squeezed(text: str) -> list[str]:
    """Lines that are not empty, without white space."""
    return [line for line in ("".join(line.split()) for line in text.splitlines()) if line]


def assert_same_parameters(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    """What is not set yet is None there, and absent here."""
    known = {name: value for name, value in theirs.items() if value is not None}
    assert set(mine) == set(known)
    for name, value in known.items():
        assert get_dimensions(mine[name]) is get_dimensions(value), name
        assert float(mine[name]) == pytest.approx(float(value), rel=1e-12, abs=0), name


def assert_same_text(mine: Any, theirs: Any) -> None:
    """Equations and parameters, and events where there are any."""
    assert squeezed(mine.equations) == squeezed(theirs.equations)
    assert_same_parameters(mine.parameters, theirs.parameters)
    if hasattr(theirs, "events"):
        assert list(mine.event_names) == list(theirs.event_names)
        assert mine.events.keys() == theirs.events.keys()
        for name, condition in theirs.events.items():
            assert squeezed(mine.events[name]) == squeezed(condition)


def assert_same_result(make: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Build the same with both packages, and compare; return what ours and theirs is."""
    theirs, mine = (make(package) for package in PACKAGES)
    assert_same_text(mine, theirs)
    return mine, theirs


# ------------------------------------------------------- what is added, and a model

EDITS: dict[str, Callable[[Any], Any]] = {
    "synapse by position": lambda d: d.synapse("AMPA", "x", 1 * nS, 2 * ms, 5 * ms, True),
    "synapse that decays": lambda d: d.synapse("NMDA", tag="x", g=1 * nS, t_decay=60 * ms),
    "synapse that rises": lambda d: d.synapse("GABA", "x", g=1 * nS, t_rise=1 * ms, t_decay=8 * ms),
    "synapse without values": lambda d: d.synapse("AMPA", "x"),
    "a tag with underscores": lambda d: d.synapse("AMPA", "path_1", 1 * nS, t_decay=2 * ms),
    "two tags": lambda d: (
        d.synapse("AMPA", "x", g=1 * nS, t_decay=2 * ms),
        d.synapse("AMPA", "y", g=2 * nS, t_decay=3 * ms),
    ),
    "noise": lambda d: d.noise(),
    "noise by position": lambda d: d.noise(10 * ms, 30 * pA, 5 * pA),
    "equations": lambda d: d.add_equations("dz/dt = -z/(5*ms) :1"),
    "parameters": lambda d: d.add_params({"tau_z": 5 * ms, "k": 2}),
    "replaced equations": lambda d: d.replace_equations("+ I_dend)", "+ I_dend + I_more)"),
    "replaced by position": lambda d: (
        d.synapse("AMPA", "x", g=1 * nS, t_decay=2 * ms),
        d.replace_equations("s_AMPA_x_dend * w_AMPA_x_dend", "s_AMPA_x_dend"),
    ),
    "dendritic spike": lambda d: d.dspikes("Na", **NA),
    "dendritic spike by position": lambda d: d.dspikes("Na", *NA.values()),
    "dendritic spike without values": lambda d: d.dspikes("Na"),
    "reversal potentials as values": lambda d: d.dspikes(
        "Ca", **{**NA, "reversal_rise": 120 * mV, "reversal_fall": -95 * mV}
    ),
    "two kinds": lambda d: (d.dspikes("Na", **NA), d.dspikes("Ca", g_rise=4 * nS)),
}


def parts(lib: Any) -> tuple[Any, Any, Any]:
    soma = lib.Soma("soma", length=25 * um, diameter=25 * um)
    trunk = lib.Dendrite("trunk", length=100 * um, diameter=2 * um)
    tuft = lib.Dendrite("tuft", length=80 * um, diameter=1 * um)
    return soma, trunk, tuft


def tree(lib: Any, g: Any = None, **changes: Any) -> Any:
    soma, trunk, tuft = parts(lib)
    trunk.dspikes("Na", **{key: NA[key] for key in ("g_rise", "g_fall")})
    trunk.synapse("AMPA", tag="x", g=1 * nS, t_decay=2 * ms)
    tuft.synapse("NMDA", tag="x", g=1 * nS, t_rise=2 * ms, t_decay=60 * ms)
    first = (soma, trunk) if g is None else (soma, trunk, g)
    own = {"cm": GEOMETRY["cm"], "gl": GEOMETRY["gl"], **AXIAL, **changes}
    return lib.NeuronModel([first, (trunk, tuft, 2 * nS)], **own)


MODEL_EDITS: dict[str, Callable[[Any], Any]] = {
    "parameters": lambda m: m.add_params({"E_AMPA": 5 * mV, "Vth": -40 * mV}),
    "equations": lambda m: m.add_equations("V_mean = (V_soma + V_trunk)/2 :volt"),
    "replaced equations": lambda m: m.replace_equations("+ I_tuft)", "+ I_tuft - I_out)"),
    "dendritic spikes": lambda m: m.config_dspikes(
        "Na", **{key: value for key, value in NA.items() if key not in ("g_rise", "g_fall")}
    ),
    "dendritic spikes by position": lambda m: m.config_dspikes(
        "Na", -35 * mV, 1 * ms, 2 * ms, 60 * mV, -85 * mV, 0.3 * ms, 4 * ms
    ),
    "dendritic spikes in two calls": lambda m: (
        m.config_dspikes("Na", threshold=-35 * mV, refractory=4 * ms),
        m.config_dspikes("Na", -30 * mV, 1 * ms, 2 * ms, "E_Ca", "E_K", 0.3 * ms, 4 * ms),
    ),
}


def ready(lib: Any) -> Any:
    model = tree(lib, 15 * nS, scale_factor=2.8, spine_factor=1.5)
    MODEL_EDITS["dendritic spikes"](model)
    return model
