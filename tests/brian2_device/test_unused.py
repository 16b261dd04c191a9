"""Brian2 warns of objects that are in no network; looking for them takes time only where there may be some."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from unittest.mock import patch

import brian2
import pytest
from brian2 import ms
from brian2.core.base import BrianObject
from brian2.core.tracking import InstanceFollower, InstanceTrackerSet
from brian2.devices.device import reset_device
from brian2.groups.subgroup import Subgroup
from brian2.utils.logger import catch_logs

import dendrify_gpu  # noqa: F401 - registers the device


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Brian2 knows of nothing yet: what other tests have left alive is not of this one's making.
    monkeypatch.setitem(InstanceFollower.instance_sets, BrianObject, InstanceTrackerSet())
    # Nothing is collected by chance.
    gc.disable()
    brian2.set_device("dendrify_gpu", threads=1)
    yield
    reset_device()
    gc.enable()
    gc.collect()


def network() -> brian2.Network:
    """Return a network with all kinds of objects that belong to others."""
    source = brian2.NeuronGroup(4, "dv/dt = (2 - v)/(10*ms) : 1", threshold="v > 1", reset="v = 0")
    target = brian2.NeuronGroup(3, "x : 1")
    synapses = brian2.Synapses(source[1:], target[:2], on_pre="x_post += 1")
    synapses.connect()
    return brian2.Network(source, target, synapses, brian2.StateMonitor(source[:2], "v", record=0))


def collections(run: brian2.Network) -> int:
    """Return how often a run collects what nobody refers to."""
    with patch("dendrify_gpu.brian2_device.unused.gc.collect", wraps=gc.collect) as collect:
        run.run(0.2 * ms)
    return collect.call_count


def warned_of(messages: list[tuple[str, str, str]]) -> list[str]:
    return [said.split("'")[1] for _, _, said in messages if "never included in a network" in said]


def test_a_run_with_all_there_is_looks_for_nothing(device: None) -> None:
    own = network()
    with catch_logs() as messages:
        assert collections(own) == 0
        assert collections(own) == 0
    assert not warned_of(messages)


@pytest.mark.parametrize("in_a_circle", [True, False])
def test_a_forgotten_object_is_warned_of(device: None, in_a_circle: bool) -> None:
    own = network()

    def forget() -> None:
        held = [brian2.NeuronGroup(5, "x : 1", name="forgotten")]
        if in_a_circle:
            held.append(held)

    with catch_logs() as messages:
        forget()
        assert collections(own) == in_a_circle
    assert warned_of(messages) == ["forgotten"]
    with catch_logs() as messages:
        assert collections(own) == 0
    assert not warned_of(messages)


def test_what_an_earlier_network_held_is_freed(device: None) -> None:
    earlier = network()
    assert collections(earlier) == 0
    circle = [earlier]
    circle.append(circle)
    del earlier, circle
    own = network()
    assert collections(own) == 1
    assert collections(own) == 0


@pytest.mark.parametrize(
    "make",
    [lambda group: brian2.SpikeMonitor(group, "nothing"), lambda group: Subgroup(group[:2], 0, 1)],
)
def test_an_object_whose_constructor_raised_is_no_trouble(
    device: None, make: Callable[[brian2.NeuronGroup], object]
) -> None:
    """A notebook keeps the last traceback, and with it what was half made."""
    group = brian2.NeuronGroup(4, "x : 1", threshold="x > 1")
    with pytest.raises((ValueError, AssertionError)) as raised:
        make(group)
    brian2.Network(group).run(0.2 * ms)
    assert raised.value.__traceback__ is not None
