"""In single precision times stay in double precision: long runs are as good as short ones."""

from __future__ import annotations

from collections.abc import Iterator

import brian2
import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    second,
)
from comparison import brian2_on

import dendrify_gpu  # noqa: F401  (makes the device known to Brian2)


@pytest.fixture(autouse=True)
def precision() -> Iterator[None]:
    dtype = brian2.prefs.core.default_float_dtype
    yield
    brian2.prefs.core.default_float_dtype = dtype


def after_a_long_time(precision: str) -> dict[str, np.ndarray]:
    """Return what plastic synapses and adapting cells come to in the last of 2000 seconds."""
    with brian2_on("dendrify_gpu", {"precision": precision, "road": "general", "threads": 1}):
        brian2.defaultclock.dt = 5 * ms
        start = 1999 * second
        times = np.arange(start / second + 0.05, 2000, 0.045) * second
        source = SpikeGeneratorGroup(2, np.arange(len(times)) % 2, times, name="source")
        cells = NeuronGroup(
            2,
            """dv/dt = (1.3 - v)/(40*ms) : 1 (unless refractory)
            since : 1
            theta = exp(-(t - lastspike)/(90*ms)) : 1""",
            threshold="v > 1 + 0.1*theta",
            reset="v = 0",
            refractory=11 * ms,
            method="exact",
            name="cells",
        )
        cells.run_regularly("since = theta", when="end", name="note")
        link = Synapses(
            source,
            cells,
            """w : 1
            dpre/dt = -pre/(20*ms) : 1 (event-driven)
            dpost/dt = -post/(30*ms) : 1 (event-driven)""",
            on_pre="pre += 1\nw += post",
            on_post="post += 1\nw += pre",
            method="exact",
            name="link",
        )
        link.connect()
        spikes = SpikeMonitor(cells, variables="v", name="spikes")
        states = StateMonitor(cells, ["since", "lastspike"], record=True, dt=50 * ms, name="states")
        network = Network(source, cells, link)
        for item in (cells, link, source):
            item.active = False
        network.run(start)
        for item in (cells, link, source):
            item.active = True
        link.lastupdate = start
        cells.lastspike = start - 50 * ms
        network.add(spikes, states)
        network.run(1 * second)
        return {
            "w": np.asarray(link.w[:], float),
            "t": np.asarray(spikes.t),
            "since": np.asarray(states.since[:], float),
            "lastspike": np.asarray(states.lastspike[:]),
        }


def test_times_are_not_rounded() -> None:
    double, single = after_a_long_time("float64"), after_a_long_time("float32")
    assert len(double["t"]) > 20
    assert np.ptp(double["w"]) > 0.1
    # The same to the last bit: at 2000 s, neighbours in single precision are 0.12 ms apart.
    assert np.array_equal(single["t"], double["t"])
    assert np.array_equal(single["lastspike"], double["lastspike"])
    np.testing.assert_allclose(single["w"], double["w"], rtol=2e-6)
    np.testing.assert_allclose(single["since"], double["since"], rtol=2e-6)
