"""Every reference network gives on the device what it gives under Brian2's numpy target."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import brian2_networks
import numpy as np
import pytest
from brian2 import prefs
from comparison import Comparison, Record, assert_equal, run_both, run_one
from scipy.stats import ks_2samp

import dendrify_gpu  # noqa: F401  (makes the device known to Brian2)

pytestmark = pytest.mark.filterwarnings(
    # Numbers that leave the range of an exponential under numpy do so on purpose in a few rates.
    "ignore:overflow encountered:RuntimeWarning",
)
DEVICE = "dendrify_gpu"


def compared(name: str, device: str = DEVICE, **changes: Any) -> Comparison:
    module = brian2_networks.load(name)
    arguments = dict(module.TEST) | changes
    return run_both(module, arguments.pop("duration"), device=device, **arguments)


@pytest.mark.parametrize("name", brian2_networks.names())
def test_the_same_as_the_numpy_target(name: str) -> None:
    comparison = compared(name)
    assert comparison.other.road.startswith("general road")
    assert_equal(comparison, getattr(brian2_networks.load(name), "RTOL", 1e-12))
    arrays = comparison.reference.arrays
    for monitor in comparison.monitors:
        if f"{monitor}.i" in arrays:
            assert comparison.spikes(monitor) > 1, f"{monitor} has seen nothing"
        else:
            recorded = [
                values
                for key, values in arrays.items()
                if key.startswith(f"{monitor}.")
                and np.shape(values)[:1] == arrays[f"{monitor}.t"].shape
            ]
            assert any(np.ptp(values, axis=0).any() for values in recorded if values.ndim == 2) or (
                monitor.endswith("rate") and arrays[f"{monitor}.rate"].any()
            ), f"{monitor} has seen nothing change"


@pytest.mark.parametrize("name", ["cuba", "brunel_hakim_delays", "nonadditive"])
def test_two_threads_and_a_run_in_pieces_give_the_same(name: str) -> None:
    assert_equal(compared(name, options={"threads": 2}, pieces=2))


@pytest.mark.parametrize("name", ["brunel_hakim", "poisson_inputs"])
def test_its_own_random_numbers_give_the_same_rates(name: str) -> None:
    comparison = compared(name, replayed=False)
    expected = comparison.spikes("spikes")
    found = len(comparison.other.arrays["spikes.i"])
    # Trains of a network are no more irregular than a few times Poisson's.
    assert abs(found - expected) < 8 * np.sqrt(expected)


def test_its_own_random_numbers_give_the_same_distributions() -> None:
    """How often neurons spike, and after which intervals; each side with noise of its own."""
    comparison = compared("brunel_hakim", replayed=False, duration=1500)
    ours, theirs = (side.arrays for side in (comparison.other, comparison.reference))
    assert not np.array_equal(ours["spikes.i"], theirs["spikes.i"])
    assert ks_2samp(np.bincount(ours["spikes.i"]), np.bincount(theirs["spikes.i"])).pvalue > 1e-3
    intervals, expected = intervals_of(ours), intervals_of(theirs)
    assert len(expected) > 2000
    assert ks_2samp(intervals, expected).pvalue > 1e-3
    # The test would see intervals that are a fifth longer.
    assert ks_2samp(1.2 * intervals, expected).pvalue < 1e-3


def intervals_of(arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Return the times between spikes of one neuron, of all neurons."""
    order = np.lexsort((arrays["spikes.t"], arrays["spikes.i"]))
    neurons, times = arrays["spikes.i"][order], arrays["spikes.t"][order]
    return np.diff(times)[np.diff(neurons) == 0]


def record_of(**arrays: Any) -> Record:
    return Record({f"cells.{name}": np.asarray(values) for name, values in arrays.items()}, {})


def comparison_of(reference: Record, other: Record) -> Comparison:
    return Comparison("network", "device", ("cells",), reference, other)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({"i": [0, 2, 1], "v": [0.0, 1.0]}, r"cells\.i\[1\]: 1 and 2, 2 differ"),
        ({"i": [0, 1], "v": [0.0, 1.0]}, r"cells\.i: int64\(3,\) and int64\(2,\)"),
        ({"i": [0, 1, 2], "v": [0.0, 1.0 + 1e-11]}, r"cells\.v\[1\].* at most 1e-11 of 1"),
        ({"i": [0, 1, 2], "v": [0.0, np.nan]}, r"cells\.v\[1\].*nan"),
        ({"i": [0, 1, 2]}, r"cells\.v: only in the reference"),
    ],
)
def test_the_comparison_sees_a_difference(found: dict[str, Any], says: str) -> None:
    expected = record_of(i=[0, 1, 2], v=[0.0, 1.0])
    with pytest.raises(AssertionError, match=says):
        assert_equal(comparison_of(expected, record_of(**found)))


def test_the_comparison_allows_rounding_relative_to_the_largest_value() -> None:
    expected = record_of(v=[0.0, 1000.0])
    assert_equal(comparison_of(expected, record_of(v=[5e-10, 1000.0])))
    with pytest.raises(AssertionError, match="at most 2e-12"):
        assert_equal(comparison_of(expected, record_of(v=[2e-9, 1000.0])))


def test_the_comparison_sees_spikes_on_their_way() -> None:
    expected = replace(record_of(), waiting={"synapses_pre": [[], [3, 1]]})
    other = replace(record_of(), waiting={"synapses_pre": [[], [1, 3]]})
    with pytest.raises(AssertionError, match="synapses_pre: spikes on their way differ"):
        assert_equal(comparison_of(expected, other))


def test_the_comparison_sees_another_network() -> None:
    module = brian2_networks.load("gap_junctions")
    one = run_one(module, 20, "numpy", {}, {"scale": 0.5})
    other = run_one(module, 20.1, "numpy", {}, {"scale": 0.5})
    differing = {entry.what for entry in comparison_of(one, other).differences()}
    assert {"trace.v", "cells.v"} <= differing
    assert prefs.codegen.target == "numpy"
