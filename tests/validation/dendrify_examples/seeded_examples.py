"""The examples with random input, in Brian2 with its seeds; what was drawn can be replayed.

Numbers are drawn in the order of the published scripts, so that the same seed gives the same spikes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import brian2
import compartmental_examples as compartmental
import dendrify
import numpy as np
import point_examples as point
from brian2.units import Hz, ms, nA
from example_engines import Experiment, Result, make_group

import dendrify_gpu

PACKAGES = {"dendrify": dendrify, "brian2": dendrify_gpu}


@dataclass(frozen=True, eq=False)
class Seeded:
    """What Brian2 gave, and the experiment with the same spikes and synapses as plain data."""

    result: Result
    replay: Experiment


def _spikes(monitor: Any) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(monitor.i).copy(), np.asarray(monitor.t).copy() * brian2.second


def _result(traces: Any, names: Iterable[str], spikes: Any) -> Result:
    values = {name: np.asarray(getattr(traces, name)).copy() for name in names}
    i, t = _spikes(spikes)
    steps = np.rint(np.asarray(t / (0.1 * ms))).astype(np.int64)
    order = np.lexsort((i, steps))
    return Result(values, i[order].astype(np.int64), steps[order])


def _pairs(synapses: Any) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(synapses.i).copy(), np.asarray(synapses.j).copy()


@cache
def amplification(active: bool, package: str) -> Seeded:
    """Five sources of 20 Hz on the dendrite of one neuron, seed 123."""
    brian2.start_scope()
    described = compartmental.amplification(active, 5, [], [] * ms)
    group, (again,) = make_group(described, PACKAGES[package])
    source = brian2.PoissonGroup(5, rates=20 * Hz)
    synapses = brian2.Synapses(source, group, on_pre="s_AMPA_x_dend += 1; s_NMDA_x_dend += 1")
    synapses.connect(p=1)
    traces = brian2.StateMonitor(group, described.record, record=True)
    spikes, inputs = brian2.SpikeMonitor(group), brian2.SpikeMonitor(source)
    brian2.seed(123)
    brian2.Network(group, again, source, synapses, traces, spikes, inputs).run(
        500 * ms, namespace={}
    )
    replay = compartmental.amplification(active, 5, *_spikes(inputs))
    return Seeded(_result(traces, described.record, spikes), replay)


@cache
def network(active: bool, package: str, synapse_seed: int = 1) -> Seeded:
    """Blocks of input and silence to a recurrent network; the input has seed 123."""
    brian2.start_scope()
    brian2.seed(synapse_seed)
    size = compartmental.NETWORK_SIZE
    nothing = (np.zeros(0, dtype=int), np.zeros(0, dtype=int))
    described = compartmental.network(active, [], [] * ms, nothing, nothing)
    group, (again,) = make_group(described, PACKAGES[package])
    stimulus = brian2.TimedArray(compartmental.RATES * Hz, dt=compartmental.BLOCK)
    source = brian2.PoissonGroup(size, rates="stimulus(t)", namespace={"stimulus": stimulus})
    outside = brian2.Synapses(source, group, on_pre="s_AMPA_external_dend += 1")
    outside.connect(p=0.2)
    inside = brian2.Synapses(group, group, on_pre="s_AMPA_recurrent_dend += 1")
    inside.connect(p=0.1)
    brian2.seed(123)
    spikes, inputs = brian2.SpikeMonitor(group), brian2.SpikeMonitor(source)
    brian2.Network(group, again, source, outside, inside, spikes, inputs).run(
        550 * ms, namespace={}
    )
    replay = compartmental.network(active, *_spikes(inputs), _pairs(outside), _pairs(inside))
    return Seeded(_result(None, (), spikes), replay)


@cache
def noisy_adex(package: str, size: int = 1) -> Result:
    """A neuron with a noise current, seed 1234."""
    brian2.start_scope()
    brian2.seed(1234)
    described = point.adex_step(point.noisy_adex_model, size)
    group, _ = make_group(described, PACKAGES[package])
    traces, spikes = brian2.StateMonitor(group, "V", record=0), brian2.SpikeMonitor(group)
    run = brian2.Network(group, traces, spikes)
    run.run(20 * ms, namespace={})
    group.I_ext = 1 * nA
    run.run(100 * ms, namespace={})
    group.I_ext = 0 * nA
    run.run(20 * ms, namespace={})
    return _result(traces, ("V",), spikes)


@cache
def adex_layer(package: str) -> tuple[Seeded, int]:
    """A hundred neurons and 200 sources of 100 Hz, seed 1234; also the number of synapses."""
    brian2.start_scope()
    brian2.seed(1234)
    described = point.adex_layer([], [] * ms, (np.zeros(0, dtype=int), np.zeros(0, dtype=int)))
    group, _ = make_group(described, PACKAGES[package])
    source = brian2.PoissonGroup(200, rates=100 * Hz)
    synapses = brian2.Synapses(source, group, on_pre="s_AMPA_x += 1; s_NMDA_x += 1")
    synapses.connect(p=0.25)
    traces = brian2.StateMonitor(group, "V", record=True)
    spikes, inputs = brian2.SpikeMonitor(group), brian2.SpikeMonitor(source)
    brian2.Network(group, source, synapses, traces, spikes, inputs).run(200 * ms, namespace={})
    replay = point.adex_layer(*_spikes(inputs), _pairs(synapses))
    return Seeded(_result(traces, ("V",), spikes), replay), len(synapses)


@dataclass(frozen=True, eq=False)
class Inhibition:
    """Spikes of the two kinds of neuron, and what is needed to run the same on the core."""

    excitatory: Result
    inhibitory: Result
    inputs: tuple[np.ndarray, Any]
    to_excitatory: tuple[np.ndarray, np.ndarray]
    to_inhibitory: tuple[np.ndarray, np.ndarray]
    inhibition: tuple[np.ndarray, np.ndarray]


@cache
def inhibition(package: str) -> Inhibition:
    """Inhibitory neurons get their input only in the second quarter of a second, seed 123."""
    brian2.start_scope()
    brian2.seed(123)
    model = point.lif_with_inhibition(PACKAGES[package])
    size = point.EXCITATORY + point.INHIBITORY
    group = model.make_neurongroup(N=size, method="euler", **point.LIF_SPIKES)
    inhibitory, excitatory = group[: point.INHIBITORY], group[point.INHIBITORY :]
    source = brian2.PoissonGroup(point.INHIBITION_SOURCES, rates=90 * Hz)
    excites = brian2.Synapses(source, excitatory, on_pre="s_AMPA_ext += 1")
    excites.connect(p=0.2)
    later = brian2.Synapses(source, inhibitory, on_pre="s_AMPA_ext += 1")
    later.connect(p=0)
    inhibits = brian2.Synapses(inhibitory, excitatory, on_pre="s_GABA_inh += 1")
    inhibits.connect(p=0.15)
    monitors = [brian2.SpikeMonitor(what) for what in (excitatory, inhibitory, source)]
    run = brian2.Network(group, source, excites, later, inhibits, *monitors)
    run.run(250 * ms, namespace={})
    later.connect(p=0.2)
    run.run(250 * ms, namespace={})
    return Inhibition(
        _result(None, (), monitors[0]),
        _result(None, (), monitors[1]),
        _spikes(monitors[2]),
        _pairs(excites),
        _pairs(later),
        _pairs(inhibits),
    )
