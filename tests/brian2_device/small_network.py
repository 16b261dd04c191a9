"""A small network, and the device for every test of a module that imports `on_the_device`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms
from brian2.devices.device import reset_device

import dendrify_gpu  # noqa: F401  (makes the device known to Brian2)

__all__ = ["CELL", "assert_same", "network", "on_the_device", "seen", "two_alike"]

CELL = """
dv/dt = (drive - v) / (10*ms) : volt (unless refractory)
dg/dt = -g / (5*ms) : volt
drive : volt (constant)
"""


@pytest.fixture(autouse=True)
def on_the_device() -> Iterator[None]:
    dtype = brian2.prefs.core.default_float_dtype
    brian2.set_device("dendrify_gpu", threads=1)
    brian2.seed(7)
    yield
    reset_device()
    brian2.prefs.core.default_float_dtype = dtype


def network(n: int = 120, **kwds: Any) -> brian2.Network:
    cells = brian2.NeuronGroup(
        n,
        CELL,
        threshold="v > 20*mV",
        reset="v = 0*mV",
        refractory=2 * ms,
        method="exact",
        name="cells",
    )
    cells.v = "rand() * 20*mV"
    cells.drive = "(21 + 2*rand())*mV"
    synapses = brian2.Synapses(cells, cells, "w : volt", on_pre="v_post += w", name="synapses")
    synapses.connect(p=0.2)
    synapses.w = "0.3*rand()*mV"
    synapses.delay = "6*rand()*ms"
    spikes = brian2.SpikeMonitor(cells, name="spikes")
    trace = brian2.StateMonitor(cells, "v", record=[0, 5], name="trace")
    return brian2.Network(cells, synapses, spikes, trace)


def seen(net: brian2.Network) -> list[np.ndarray]:
    return [
        np.array(values)
        for values in (
            net["spikes"].i,
            net["spikes"].t_,
            net["trace"].v_,
            net["trace"].t_,
            net["cells"].v_,
        )
    ]


def assert_same(first: list[np.ndarray], second: list[np.ndarray]) -> None:
    for left, right in zip(first, second, strict=True):
        np.testing.assert_array_equal(left, right)


def two_alike() -> tuple[brian2.Network, brian2.Network]:
    nets = []
    for _ in range(2):
        brian2.seed(7)
        nets.append(network())
    return nets[0], nets[1]
