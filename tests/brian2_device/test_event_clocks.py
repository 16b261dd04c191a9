"""Clocks of given times, which Brian2 has since 2.10, beside those of regular time steps."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import Clock, Network, NetworkOperation, NeuronGroup, StateMonitor, ms, second
from brian2.core import clocks
from brian2.devices.device import get_device
from comparison import assert_equal, brian2_on, run_both
from emulated_device import EmulatedDriver, emulated_device

import dendrify_gpu  # noqa: F401  (makes the device known to Brian2)

__all__ = ["emulated_device"]

since_2_10 = pytest.mark.skipif(
    not hasattr(clocks, "EventClock"), reason="Brian2 has clocks of given times since version 2.10"
)


class EventClock(Clock):
    """Stands for Brian2's where there is none: the same name and variables, for this device only."""

    dt, dt_ = Clock.dt, Clock.dt_  # Brian2 looks for them in the class itself

    def __init__(self, times: Any) -> None:
        super().__init__(dt=1 * second)
        self._times = np.append(np.sort(np.asarray(times, dtype=float)), np.inf)
        self.variables.add_array(
            "times", size=len(self._times), values=self._times, dimensions=second.dim
        )

    def set_interval(self, start: Any, end: Any) -> None:
        step, self._i_end = np.searchsorted(self._times, [float(start), float(end)])
        self.variables["timestep"].set_value(step)
        self.variables["t"].set_value(self._times[step])


def at(*times: float) -> Any:
    """Return a clock of times in ms."""
    return getattr(clocks, "EventClock", EventClock)(np.array(times) * ms)


@pytest.mark.parametrize("backend", ["cpu", "cuda"])
def test_what_is_due_when(backend: str, emulated_device: EmulatedDriver) -> None:
    """Alone between two steps, together with a step, at the border of two runs, and together with each other."""
    seen: list[tuple[float, float]] = []
    with brian2_on("dendrify_gpu", {"backend": backend, "road": "general"}):
        group = NeuronGroup(3, "steps : 1", name="group")
        group.run_regularly("steps += 1", when="start")
        monitor = StateMonitor(
            group, "steps", record=[1], clock=at(0, 1.03, 1.1, 2.5, 2.96, 7), when="end"
        )
        operation = NetworkOperation(
            lambda: seen.append(
                (monitor.clock.variables["t"].get_value().item(), float(group.steps[0]))
            ),
            clock=at(1.03, 2.0, 2.5),
            when="after_end",
        )
        network = Network(group, monitor, operation)
        network.run(1.1 * ms)
        assert np.array_equal(monitor.steps[0], [1, 11])
        network.run(1.9 * ms)
        assert get_device().explain()[0].startswith("general road")
    assert np.array_equal(monitor.t_, np.array([0, 1.03, 1.1, 2.5, 2.96]) * 1e-3)
    assert np.array_equal(monitor.steps[0], [1, 11, 12, 26, 30])
    # At 2 ms the monitor's clock stands at the time that comes next.
    assert seen == [(1.03e-3, 11), (2.5e-3, 21), (2.5e-3, 26)]


@since_2_10
def test_the_same_as_the_numpy_target() -> None:
    def build() -> Network:
        cells = NeuronGroup(
            3,
            "dv/dt = (1.5 - v)/(10*ms) : 1\nx : 1",
            threshold="v > 1",
            reset="v = 0",
            method="exact",
            name="cells",
        )
        cells.v = [0, 0.3, 0.6]
        first = [0, 1.03, 1.1, 2.5, 2.50001, 7.2, 50] * ms
        cells.run_at("x += v + t*dt/ms**2", first, name="first")
        cells.run_at("x *= 1.5", [0.1, 1.1, 3.33, 7.2] * ms, when="end", name="second")
        some = StateMonitor(cells, ["v", "x"], record=True, clock=at(0, 0.5, 1.1, 4.1), name="some")
        every = StateMonitor(cells, "x", record=True, name="every")
        return Network(cells, some, every)

    module: Any = SimpleNamespace(build=build, MONITORS=("some", "every"), __name__="event clocks")
    comparison = run_both(module, 12, pieces=2)
    assert comparison.reference.arrays["some.t"].shape == (4,)
    assert np.ptp(comparison.reference.arrays["cells.x"]) > 0
    assert_equal(comparison)


def test_networks_of_event_clocks_alone_run() -> None:
    with brian2_on("dendrify_gpu", {}):
        seen: list[float] = []
        operation = NetworkOperation(lambda: seen.append(1), clock=at(1, 2, 30))
        Network(operation).run(10 * ms)
        assert "no clock with a regular time step" in get_device().explain()[-1]
    assert len(seen) == 2


class Odd(Clock):
    """A clock that somebody has made."""

    dt, dt_ = Clock.dt, Clock.dt_


def test_other_clocks_are_refused() -> None:
    with brian2_on("dendrify_gpu", {}):
        group = NeuronGroup(1, "x : 1", clock=Odd(0.1 * ms, name="odd"))
        group.run_regularly("x += 1", when="start")
        with pytest.raises(
            NotImplementedError, match=r"odd: clocks of the type Odd.*brian2\.Clock"
        ):
            Network(group).run(1 * brian2.ms)
