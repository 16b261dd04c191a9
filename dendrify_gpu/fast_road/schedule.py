"""Whether a network consists of known parts that take their turns as Brian2's default schedule has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brian2.core.base import BrianObject
from brian2.core.clocks import Clock
from brian2.core.operations import NetworkOperation
from brian2.groups.group import CodeRunner
from brian2.groups.neurongroup import (
    NeuronGroup,
    Resetter,
    StateUpdater,
    SubexpressionUpdater,
    Thresholder,
)
from brian2.groups.subgroup import Subgroup
from brian2.input.poissongroup import PoissonGroup
from brian2.input.poissoninput import PoissonInput
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup
from brian2.monitors.ratemonitor import PopulationRateMonitor
from brian2.monitors.spikemonitor import EventMonitor, SpikeMonitor
from brian2.monitors.statemonitor import StateMonitor
from brian2.synapses.synapses import StateUpdater as SynapticStateUpdater
from brian2.synapses.synapses import SummedVariableUpdater, Synapses, SynapticPathway

from .reason import Reason

__all__ = ["root_name", "schedule_reasons"]

#: Groups, whose parts do the work.
_GROUPS = (NeuronGroup, PoissonGroup, Subgroup, Synapses)

#: Where each kind of object has its turn: its slot, and the rank of its turn within a step. What happens within a rank
#: does not depend on the order.
_TURNS: dict[type, tuple[str, int]] = {
    StateMonitor: ("start", 0),
    StateUpdater: ("groups", 1),
    Thresholder: ("thresholds", 2),
    SpikeGeneratorGroup: ("thresholds", 2),
    SpikeMonitor: ("thresholds", 3),
    SynapticPathway: ("synapses", 4),
    Resetter: ("resets", 5),
    PopulationRateMonitor: ("end", 6),
}

_STRANGERS: dict[type, str] = {
    NetworkOperation: "calls a Python function during the run",
    SynapticStateUpdater: "has synaptic equations that change in every step (clock-driven)",
    SubexpressionUpdater: "has subexpressions that are constant over dt",
    PoissonInput: "adds random input in every step (PoissonInput)",
    EventMonitor: "records custom events",
    CodeRunner: "runs statements regularly (run_regularly)",
}


def root_name(group: Any) -> str:
    """Return the name of a group, or of the group that a subgroup belongs to."""
    return str(group.source.name if isinstance(group, Subgroup) else group.name)


def schedule_reasons(objects: Sequence[BrianObject], clock: Clock) -> list[Reason]:
    """Return what is unknown or takes its turn elsewhere than by default.

    Parameters
    ----------
    objects : sequence of BrianObject
        Active objects in the order in which a step carries them out.
    clock : Clock

    Returns
    -------
    list of Reason
    """
    known = [item for item in objects if type(item) in _TURNS or type(item) in _GROUPS]
    familiar = {id(item) for item in known}
    reasons = [_stranger(item) for item in objects if id(item) not in familiar]
    reasons += _clock_reasons(known, clock)
    reasons += _turn_reasons([item for item in known if type(item) in _TURNS])
    present = {id(item) for item in objects}
    for item in known:
        for part in item.contained_objects:
            if id(part) not in present:
                reasons.append(Reason(item.name, f"its part {part.name!r} is switched off"))
    return reasons


def _stranger(item: BrianObject) -> Reason:
    if type(item) is SummedVariableUpdater:
        text = f"sums the variable {item.target_varname!r} over synapses"
    else:
        text = _STRANGERS.get(type(item), f"is a {type(item).__name__}")
    return Reason(item.name, text)


def _clock_reasons(objects: Sequence[BrianObject], clock: Clock) -> list[Reason]:
    reasons: list[Reason] = []
    told: set[int] = set()
    for item in objects:
        # A part of a group has the group's clock.
        if id(item) in told:
            continue
        if type(item.clock) is not Clock:
            text = "has a clock without a regular time step"
        elif type(item) is not StateMonitor and not _together(item.clock, clock):
            text = f"has a clock of its own, with dt = {float(item.clock.dt_)} s"
        else:
            continue
        reasons.append(Reason(item.name, text))
        told |= {id(part) for part in item.contained_objects}
    return reasons


def _together(own: Clock, clock: Clock) -> bool:
    """Return whether two clocks tick at the same times."""
    return all(
        own.variables[name].get_value()[0] == clock.variables[name].get_value()[0]
        for name in ("dt", "timestep")
    )


def _turn_reasons(objects: Sequence[BrianObject]) -> list[Reason]:
    reasons = []
    for item in objects:
        if type(item) is SynapticPathway and item.prepost == "post":
            reasons.append(Reason(item.name, "reacts to spikes of the target (on_post)"))
        elif item.when != _TURNS[type(item)][0]:
            reasons.append(
                Reason(
                    item.name,
                    f"has its turn at {item.when!r} instead of {_TURNS[type(item)][0]!r}",
                )
            )
    if not reasons:
        ranks = [_TURNS[type(item)][1] for item in objects]
        for item, rank, before in zip(objects[1:], ranks[1:], ranks[:-1], strict=True):
            if rank < before:
                text = "has its turn earlier or later than by default, by its order or by the schedule of the network"
                reasons.append(Reason(item.name, text))
    return reasons
