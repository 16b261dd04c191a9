"""Several runs on the fast road, with changes between them, interruptions, chance, and what it says of itself."""

from __future__ import annotations

import fast_road_device
import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    PoissonGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    prefs,
)
from brian2.devices.device import get_device
from brian2.units import Hz, Quantity, ms
from comparison import Comparison, Difference, assert_equal, brian2_on, take_record
from emulated_device import EmulatedDriver, emulated_device
from fast_road_networks import TWO, both, cells_of, on_the_fast_road, wired

from dendrify_gpu.fast_road import GeneralRoadNeeded, Reason
from dendrify_gpu.gpu import CudaBackend

__all__ = ["emulated_device"]

DEVICE = fast_road_device.DEVICE

# --------------------------------------------------------------------------- several runs and changes


def test_changed_parameters_and_weights() -> None:
    simulations = []

    def run(network: Network, duration: Quantity) -> None:
        cells, synapses = network["cells"], network["synapses"]
        for change in (None, "drive", "states", "weight", "delay"):
            if change == "drive":
                cells.drive = "1.1 + 0.02*i"
            elif change == "states":
                cells.v[5:] = 0.3
                cells.lastspike = -1 * ms
            elif change == "weight":
                synapses.w = "0.04 + 0.001*i"
            elif change == "delay":
                # Brian2 keeps the time of arrival of what is on its way; there is nothing on its way here.
                network["cells"].drive = 0
                network.run(10 * ms)
                synapses.delay = "0.2*ms + 0.1*ms*(j % 4)"
                cells.drive = "1.2 + 0.02*i"
            network.run(duration / 5)
            if DEVICE.plan is not None:
                simulations.append(DEVICE.plan.kept.simulations)

    assert_equal(both(wired, duration=60, run=run))
    assert simulations[-5:] == [1, 1, 1, 2, 3]


def test_constants_change_without_another_simulation() -> None:
    def run(network: Network, duration: Quantity) -> None:
        for top in (1.0, 0.7, 1.3):
            network.run(duration / 3, namespace={"top": top})

    def build() -> Network:
        cells = cells_of(10, threshold="v > top", refractory="top*2*ms")
        return Network(cells, SpikeMonitor(cells, name="spikes"))

    assert_equal(both(build, run=run))
    assert DEVICE.plan is not None and DEVICE.plan.kept.simulations == 1


def test_store_and_restore() -> None:
    def run(network: Network, duration: Quantity) -> None:
        network.run(duration / 2)
        network.store()
        network.run(duration)
        network.restore()
        network.run(duration / 2)

    assert_equal(both(wired, run=run))


def test_a_pathway_that_joins_later_has_nothing_on_its_way() -> None:
    def run(network: Network, duration: Quantity) -> None:
        network["more"].active = False
        network.run(duration / 2)
        network["more"].active = True
        network.run(duration / 2)

    def build() -> Network:
        network = wired(3 * ms)
        cells = network["cells"]
        more = Synapses(cells, cells, on_pre="g += 0.1", delay=4 * ms, name="more")
        more.connect(j="i")
        network.add(more)
        return network

    assert_equal(both(build, run=run))


def test_an_interrupted_run_goes_on() -> None:
    class Enough(Exception):
        pass

    def stop(steps: int) -> None:
        raise Enough

    with on_the_fast_road():
        network = wired()
        DEVICE.progress = stop
        try:
            with pytest.raises(Enough):
                network.run(40 * ms)
        finally:
            DEVICE.progress = None
        done = float(network.t)
        assert 0 < done < 0.04
        network.run(40 * ms - network.t)
        found = take_record(network)
    with brian2_on("numpy", {}):
        network = wired()
        network.run(40 * ms)
        expected = take_record(network)
    assert_equal(Comparison("interrupted", "fast road", (), expected, found))


def test_on_the_cuda_backend(emulated_device: EmulatedDriver) -> None:
    def run(network: Network, duration: Quantity) -> None:
        if get_device() is DEVICE:
            DEVICE.backend = CudaBackend()
        network.run(duration / 2)
        network["cells"].v[::2] = 1.2
        network.run(duration / 2)

    comparison = both(wired, duration=6, run=run)
    assert comparison.spikes("spikes") > 5
    assert_equal(comparison)


# Brian2 compares states of single precision with a number beyond their range after each run.
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
def test_single_precision() -> None:
    before = prefs["core.default_float_dtype"]
    prefs["core.default_float_dtype"] = np.float32
    try:
        comparison = both(wired, duration=10)
    finally:
        prefs["core.default_float_dtype"] = before
    assert comparison.other.arrays["cells.v"].dtype == np.float32
    large = [entry for entry in comparison.differences(2e-5) if not np.isinf(entry.size)]
    assert large == [], large


# --------------------------------------------------------------------------------------------- chance


def poisson_network() -> Network:
    source = PoissonGroup(500, np.linspace(0, 200, 500) * Hz, name="source")
    cells = cells_of(10, TWO)
    synapses = Synapses(source, cells, on_pre="g += 0.01", delay=0.3 * ms, name="synapses")
    synapses.connect(j="i % 10")
    return Network(source, cells, synapses, SpikeMonitor(source, name="input"))


def poisson_record(pieces: int, seed: int = 7) -> dict[str, np.ndarray]:
    with on_the_fast_road(), fast_road_device.seed_of_runs(seed):
        network = poisson_network()
        for _ in range(pieces):
            network.run(400 / pieces * ms)
        return take_record(network).arrays


def test_poisson_groups_fire_at_their_rates() -> None:
    arrays = poisson_record(1)
    rates = np.linspace(0, 200, 500)
    # Each step is a trial of its own: the variance is n*p*(1 - p).
    p = rates * 1e-4
    count = arrays["input.count"]
    assert count[0] == 0
    assert abs(count.sum() - 4000 * p.sum()) < 4 * np.sqrt((4000 * p * (1 - p)).sum())
    low, high = count[:250].sum(), count[250:].sum()
    assert 2.5 < high / low < 3.5
    assert np.array_equal(
        np.lexsort((arrays["input.i"], arrays["input.t"])), np.arange(count.sum())
    )


def test_chance_goes_on_from_run_to_run() -> None:
    once, in_pieces, other = poisson_record(1), poisson_record(4), poisson_record(1, seed=8)
    for name in ("input.i", "input.t", "cells.v", "cells.g"):
        assert np.array_equal(once[name], in_pieces[name]), name
    assert not np.array_equal(once["cells.g"], other["cells.g"])


def test_changed_rates() -> None:
    with on_the_fast_road():
        network = poisson_network()
        network.run(20 * ms)
        before = network["input"].num_spikes
        network["source"].rates = 0 * Hz
        network.run(20 * ms)
        assert network["input"].num_spikes == before > 0
        network["source"].rates = 1e5 * Hz
        network.run(1 * ms)
        assert network["input"].num_spikes == before + 10 * 500


# ---------------------------------------------------------------------------------------------- runs


def test_a_run_that_becomes_infinite_leaves_everything_as_it_was() -> None:
    with on_the_fast_road():
        cells = NeuronGroup(3, "dv/dt = v**2/ms : 1", method="euler", name="cells")
        cells.v = [0.1, 0.2, 5]
        spy = StateMonitor(cells, "v", record=True)
        network = Network(cells, spy)
        with pytest.raises(GeneralRoadNeeded) as caught:
            network.run(20 * ms)
        assert cells.v[:].tolist() == [0.1, 0.2, 5]
        assert spy.v.shape == (3, 0)
    (reason,) = caught.value.reasons
    assert reason.object_name == "cells"
    assert reason.feature.startswith("v of neuron 2 became infinite or not a number between")


def test_words_for_what_runs_where() -> None:
    with on_the_fast_road():
        network = wired()
        network.run(1 * ms)
    assert DEVICE.plan is not None
    assert DEVICE.plan.describe() == [
        "cells: 30 neurons, exact, fused core",
        "synapses_pre: 200 synapses onto g, h, delays of 0 to 44 steps, fused core",
        "trace: states recorded by the fused core",
        "spikes: spikes recorded by the fused core",
        "rate: rates counted from spikes after the run",
    ]


def test_a_reason_in_words() -> None:
    assert str(Reason("synapses", "does much")) == "synapses: does much"
    assert str(GeneralRoadNeeded([Reason("a", "b"), Reason("c", "d")])) == "a: b; c: d"


def test_a_wrong_comparison_would_be_seen() -> None:
    comparison = both(lambda: wired(0 * ms), duration=5)
    comparison.other.arrays["cells.v"][3] += 1e-9
    (found,) = comparison.differences(1e-12)
    assert isinstance(found, Difference) and found.what == "cells.v"
