"""The examples of point neurons: published numbers on every engine."""

from __future__ import annotations

import numpy as np
import point_examples as examples
import pytest
import seeded_examples as seeded
from brian2.units import ms, nA
from example_engines import ENGINES, Result, assert_same, run

import dendrify_gpu

EVERY_ENGINE = pytest.mark.parametrize("engine", ENGINES)


# ------------------------------------------------------------------------ two adaptations


@EVERY_ENGINE
def test_only_a_current_drives_the_voltage_below_rest(engine: str) -> None:
    current = examples.adaptation(engine, "current")
    conductance = examples.adaptation(engine, "conductance")
    assert (current.count, conductance.count) == (8, 10)
    assert current.traces["V"].min() * 1e3 == pytest.approx(-82.164, abs=0.0005)
    assert conductance.traces["V"].min() * 1e3 == pytest.approx(-65.0, abs=1e-9)


@pytest.mark.parametrize("kind", ["current", "conductance"])
def test_adaptation_is_the_same_everywhere(kind: str) -> None:
    theirs, mine, core = (examples.adaptation(engine, kind) for engine in ENGINES)
    assert_same(mine, theirs)
    assert_same(core, theirs)


# ----------------------------------------------------------------------------------- AdEx


@EVERY_ENGINE
def test_adex_spikes_further_and_further_apart(engine: str) -> None:
    result = examples.adex(engine)
    assert result.steps.tolist() == [318, 455, 614, 801, 1021]
    assert np.all(np.diff(result.steps, 2) > 0)


def test_adex_is_the_same_everywhere() -> None:
    theirs, mine, core = (examples.adex(engine) for engine in ENGINES)
    assert_same(mine, theirs)
    assert_same(core, theirs)


def test_seeded_noise_gives_the_published_spikes() -> None:
    theirs, mine = (seeded.noisy_adex(package) for package in seeded.PACKAGES)
    assert theirs.steps.tolist() == [280, 369, 576, 714, 890, 1174]
    assert_same(mine, theirs)


def test_noise_of_the_core_has_the_same_effect() -> None:
    """A thousand noisy neurons in Brian2, and a thousand with other random numbers on the core."""
    size = 1000
    theirs, mine = seeded.noisy_adex("brian2", size), _noisy_on_the_core(size)
    for statistic in (_spikes_per_neuron, _first_steps):
        a, b = statistic(mine, size), statistic(theirs, size)
        assert len(a) > 0.9 * size
        assert abs(a.mean() - b.mean()) < 4 * np.sqrt(a.var() / len(a) + b.var() / len(b))
        assert a.std() == pytest.approx(b.std(), rel=0.15)
    # Without noise a neuron spikes five times, at 31.8 ms first.
    assert _spikes_per_neuron(mine, size).mean() > 5.5
    assert len(set(mine.steps)) > 500


def _noisy_on_the_core(size: int) -> Result:
    net = dendrify_gpu.Network(seed=1, backend="cpu")
    cells = net.population(examples.noisy_adex_model(dendrify_gpu), size, **examples.ADEX_SPIKES)
    net.current_step(cells, "I_ext", 1 * nA, start=20 * ms, stop=120 * ms)
    spikes = net.record_spikes(cells)
    net.run(140 * ms)
    return Result({}, spikes.i, spikes.steps)


def _spikes_per_neuron(result: Result, size: int) -> np.ndarray:
    return np.array(result.counts(size))


def _first_steps(result: Result, size: int) -> np.ndarray:
    _, first = np.unique(result.i, return_index=True)
    return result.steps[first]


def test_a_layer_of_adex_neurons_spikes_as_published() -> None:
    theirs, synapses = seeded.adex_layer("dendrify")
    mine, again = seeded.adex_layer("brian2")
    assert (synapses, again) == (5046, 5046)
    assert theirs.result.count == 674
    assert_same(mine.result, theirs.result)
    assert_same(run(mine.replay, "core"), theirs.result)


# ----------------------------------------------------------------------------- inhibition


def _inhibition_on_the_core() -> tuple[Result, Result]:
    """The spikes and synapses of the Brian2 run, with synapses added between two runs."""
    drawn = seeded.inhibition("brian2")
    net = dendrify_gpu.Network(backend="cpu")
    cells = net.population(
        examples.lif_with_inhibition(dendrify_gpu),
        examples.INHIBITORY + examples.EXCITATORY,
        **examples.LIF_SPIKES,
    )
    inhibitory, excitatory = cells[: examples.INHIBITORY], cells[examples.INHIBITORY :]
    source = net.spike_generator(examples.INHIBITION_SOURCES, *drawn.inputs)

    def connect(pre: object, post: object, receptor: str, pairs: tuple[object, object]) -> None:
        net.connect(pre, post, receptor, i=pairs[0], j=pairs[1])

    connect(source, excitatory, "AMPA_ext", drawn.to_excitatory)
    connect(inhibitory, excitatory, "GABA_inh", drawn.inhibition)
    spikes = net.record_spikes(cells)
    net.run(250 * ms)
    connect(source, inhibitory, "AMPA_ext", drawn.to_inhibitory)
    net.run(250 * ms)
    inhibits = spikes.i < examples.INHIBITORY

    def part(which: np.ndarray, first: int) -> Result:
        i, steps = spikes.i[which] - first, spikes.steps[which]
        order = np.lexsort((i, steps))
        return Result({}, i[order], steps[order])

    return part(~inhibits, examples.INHIBITORY), part(inhibits, 0)


def _inhibition(engine: str) -> tuple[Result, Result]:
    if engine == "core":
        return _inhibition_on_the_core()
    drawn = seeded.inhibition(engine)
    return drawn.excitatory, drawn.inhibitory


@EVERY_ENGINE
def test_inhibition_that_is_connected_later_silences_the_others(engine: str) -> None:
    excitatory, inhibitory = _inhibition(engine)
    before = int((excitatory.steps < 2500).sum())
    assert (before, excitatory.count - before, inhibitory.count) == (1832, 243, 864)
    assert inhibitory.steps.min() > 2500


def test_inhibition_is_the_same_everywhere() -> None:
    theirs, mine, core = (_inhibition(engine) for engine in ENGINES)
    for kind in (0, 1):
        assert_same(mine[kind], theirs[kind])
        assert_same(core[kind], theirs[kind])
