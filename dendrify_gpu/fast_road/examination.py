"""Whether the fused core can run a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from brian2 import prefs
from brian2.core.base import BrianObject
from brian2.core.clocks import Clock
from brian2.groups.neurongroup import NeuronGroup
from brian2.input.poissongroup import PoissonGroup
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup
from brian2.monitors.ratemonitor import PopulationRateMonitor
from brian2.monitors.spikemonitor import SpikeMonitor
from brian2.monitors.statemonitor import StateMonitor
from brian2.synapses.synapses import SynapticPathway

from .kept import Kept
from .neurons import Neurons, read_neurons
from .plan import FastPlan
from .projections import weight_reasons
from .reason import Reason
from .recordings import States, read_state_monitor, spike_monitor_reasons
from .schedule import root_name, schedule_reasons
from .sources import generator_reasons, poisson_reasons
from .synapses import AdditivePathway, read_pathway, written_variables
from .values import value_reasons

__all__ = ["examine"]

#: What runs have left, by the first group of neurons of the network.
_kept: WeakKeyDictionary[NeuronGroup, Kept] = WeakKeyDictionary()


def examine(
    objects: Sequence[BrianObject], clock: Clock, run_namespace: Mapping[str, Any]
) -> FastPlan | tuple[Reason, ...]:
    """Return how the fused core runs a network, or all that keeps it from doing so.

    Parameters
    ----------
    objects : sequence of BrianObject
        Active objects in the order in which a step carries them out, after `Network.before_run`.
    clock : Clock
        The clock of the network.
    run_namespace : mapping
        Where names are looked up that groups do not define.

    Returns
    -------
    FastPlan or tuple of Reason
    """
    reasons = schedule_reasons(objects, clock)
    groups = _of(objects, NeuronGroup)
    poisson, generators = _of(objects, PoissonGroup), _of(objects, SpikeGeneratorGroup)
    if not groups:
        reasons.append(Reason("network", "has no NeuronGroup"))
    if reasons:
        return _distinct(reasons)
    step = int(clock.variables["timestep"].get_value()[0])
    for item in poisson:
        reasons += poisson_reasons(item)
    for item in generators:
        reasons += generator_reasons(item, step)
    sources = {item.name for item in (*groups, *poisson, *generators)}
    reasons += _absent(objects, sources, {item.name for item in groups})
    if reasons:
        return _distinct(reasons)
    pathways = _pathways(objects, clock, run_namespace, reasons)
    neurons = _neurons(groups, objects, run_namespace, reasons)
    programs = {item.name: item.program for item in neurons}
    states: list[States] = []
    if not reasons:
        for item in _of(objects, StateMonitor):
            _sort(read_state_monitor(item, programs, clock), states, reasons)
    monitors = _of(objects, SpikeMonitor)
    for item in monitors:
        reasons += spike_monitor_reasons(item)
    precision = 8 * np.dtype(prefs["core.default_float_dtype"]).itemsize
    reasons += weight_reasons(pathways, precision)
    if reasons:
        return _distinct(reasons)
    return FastPlan(
        clock=clock,
        clocks=tuple(
            {
                id(item.clock): item.clock for item in objects if type(item) is not StateMonitor
            }.values()
        ),
        neurons=tuple(neurons),
        poisson=tuple(poisson),
        generators=tuple(generators),
        pathways=tuple(pathways),
        states=tuple(states),
        spikes=tuple(monitors),
        rates=tuple(_of(objects, PopulationRateMonitor)),
        kept=_kept.setdefault(groups[0], Kept()),
    )


def _of(objects: Sequence[BrianObject], kind: type) -> list[Any]:
    return [item for item in objects if type(item) is kind]


def _distinct(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons))


def _sort(found: Any, wanted: list[Any], reasons: list[Reason]) -> None:
    (reasons if isinstance(found, Reason) else wanted).append(found)


def _absent(
    objects: Sequence[BrianObject], sources: set[str], populations: set[str]
) -> list[Reason]:
    """Return what is connected to or recorded from groups that do not take part."""
    reasons = []
    for item in objects:
        kind = type(item)
        if kind is SynapticPathway and root_name(item.target) not in populations:
            text = f"acts on {root_name(item.target)!r}, which is no NeuronGroup that takes part in the run"
            reasons.append(Reason(item.name, text))
        if kind in (SynapticPathway, SpikeMonitor, PopulationRateMonitor):
            name = root_name(item.source)
            if name not in sources:
                text = f"gets its spikes from {name!r}, which does not take part in the run"
                reasons.append(Reason(item.name, text))
    return reasons


def _pathways(
    objects: Sequence[BrianObject],
    clock: Clock,
    run_namespace: Mapping[str, Any],
    reasons: list[Reason],
) -> list[AdditivePathway]:
    found: list[AdditivePathway] = []
    for item in _of(objects, SynapticPathway):
        _sort(read_pathway(item, float(clock.dt_), run_namespace), found, reasons)
    return found


def _neurons(
    groups: Sequence[NeuronGroup],
    objects: Sequence[BrianObject],
    run_namespace: Mapping[str, Any],
    reasons: list[Reason],
) -> list[Neurons]:
    """Read the groups, with the variables that synapses add to as states."""
    written: dict[str, frozenset[str]] = {}
    for pathway in _of(objects, SynapticPathway):
        names = written_variables(pathway)
        if not isinstance(names, Reason):
            post = root_name(pathway.target)
            written[post] = written.get(post, frozenset()) | names
    found: list[Neurons] = []
    for group in groups:
        _sort(
            read_neurons(group, written.get(group.name, frozenset()), run_namespace), found, reasons
        )
    for item in found:
        reasons += value_reasons(item, int(item.group.clock.variables["timestep"].get_value()[0]))
    return found
