"""Small networks for the tests of the fast road."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import fast_road_device
import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
)
from brian2.units import Quantity, ms
from comparison import Comparison, brian2_on, run_both

DEVICE = fast_road_device.DEVICE
LEAKY = "dv/dt = (drive - v)/(10*ms) : 1 (unless refractory)\ndrive : 1 (constant)"
TWO = """
dv/dt = (drive - v + g - h)/(10*ms) : 1 (unless refractory)
dg/dt = -g/(4*ms) : 1
dh/dt = -h/(7*ms) : 1
drive : 1 (constant)
"""


def cells_of(n: int, equations: str = LEAKY, name: str = "cells", **options: Any) -> NeuronGroup:
    """Return cells that pace themselves, each at its own rate."""
    options = {
        "threshold": "v > 1",
        "reset": "v = 0",
        "refractory": 2 * ms,
        "method": "exact",
    } | options
    group = NeuronGroup(n, equations, name=name, **options)
    if "drive" in group.variables:
        group.drive = np.linspace(0.9, 2.2, n)
    if "v" in group.variables:
        group.v = np.linspace(0, 0.95, n)[::-1]
    return group


def both(
    build: Callable[[], Network],
    duration: float = 40,
    pieces: int = 1,
    run: Callable[[Network, Quantity], None] = Network.run,
) -> Comparison:
    """Compare a network on the fast road with Brian2's numpy target."""
    module = SimpleNamespace(build=build, run=run, MONITORS=(), __name__="a network")
    return run_both(module, duration, device=fast_road_device.NAME, pieces=pieces)  # type: ignore[arg-type]


def on_the_fast_road() -> Any:
    return brian2_on(fast_road_device.NAME, {})


def wired(delay: Any = None, n: int = 30) -> Network:
    """Return cells with weights and, unless there is one delay, delays of their own, in no order."""
    rng = np.random.default_rng(4)
    cells = cells_of(n, TWO)
    synapses = Synapses(
        cells, cells, "w : 1", on_pre="g += w\nh += 0.3*w", delay=delay, name="synapses"
    )
    pairs = rng.permutation(n * n)[:200]
    synapses.connect(i=pairs // n, j=pairs % n)
    synapses.w = 0.05 + 0.2 * rng.random(200)
    if delay is None:
        synapses.delay = rng.integers(0, 45, 200) * 0.1 * ms
    return Network(
        cells,
        synapses,
        SpikeMonitor(cells, name="spikes"),
        StateMonitor(cells, ["v", "g", "h"], record=[3, 1, 3], name="trace"),
        PopulationRateMonitor(cells, name="rate"),
    )


Parts = Callable[[NeuronGroup], Any]


def plain_cells(
    equations: str = "dv/dt = (1.2 - v)/(10*ms) : 1\nx : 1", **options: Any
) -> NeuronGroup:
    options = {"threshold": "v > 1", "reset": "v = 0", "method": "exact", "name": "cells"} | options
    return NeuronGroup(4, equations, **options)


def refusal(build: Callable[[], list[Any]], change: Callable[[Network], None] | None = None) -> str:
    """Return why a network is refused."""
    with brian2_on(fast_road_device.NAME, {}):
        network = Network(build())
        if change is not None:
            change(network)
        with pytest.raises(fast_road_device.Refused) as caught:
            network.run(1 * ms)
        return str(caught.value)


def with_group(further: Parts) -> Callable[[], list[Any]]:
    def build() -> list[Any]:
        cells = plain_cells()
        return [cells, *further(cells)]

    return build
