"""From a neuron to a Brian2 group that is ready to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brian2 import NeuronGroup, Quantity, Synapses

from .errors import GroupArgumentError
from .printing import in_sections
from .spiking import SpikeRule, check_spike_rule

__all__ = ["GroupPlan", "build_group", "check_group_arguments"]


@dataclass(frozen=True, eq=False)
class GroupPlan:
    """Everything that a Brian2 group of one neuron model needs.

    Attributes
    ----------
    equations : str
        Equations in Brian2 syntax.
    namespace : mapping
        Name to value of the constants.
    events, event_actions : mapping
        Event to condition, and event to statements.
    initial_values : mapping
        Variable to starting value.
    """

    equations: str
    namespace: Mapping[str, Any]
    events: Mapping[str, str]
    event_actions: Mapping[str, str]
    initial_values: Mapping[str, Any]


def check_group_arguments(
    owner: str,
    N: Any,
    rule: SpikeRule,
    model_events: Mapping[str, str],
    options: Mapping[str, Any],
) -> None:
    """Check that the arguments of `NeuronModel.make_neurongroup` fit together.

    Raises
    ------
    GroupArgumentError
        If they do not.
    UnitsError
        If `spike_width` is not a time.
    """
    whole = isinstance(N, int) or (hasattr(N, "__index__") and not isinstance(N, Quantity))
    if not whole or isinstance(N, bool) or int(N) < 1:
        raise GroupArgumentError(f"{owner}: N = {N!r} is not a number of neurons. Give 1 or more.")
    check_spike_rule(owner, rule)
    clash = sorted(set(options.get("events") or {}) & set(model_events))
    if clash:
        raise GroupArgumentError(
            f"{owner}: the events {', '.join(clash)} are the dendritic spikes of the model. "
            "Give your own events other names."
        )
    if "model" in options:
        raise GroupArgumentError(
            f"{owner}: model= cannot be given, the equations are those of the NeuronModel. "
            "Use add_equations or replace_equations to change them."
        )


def build_group(
    plan: GroupPlan,
    N: int,
    method: str | None,
    rule: SpikeRule,
    init_events: bool,
    show: bool,
    options: Mapping[str, Any],
) -> NeuronGroup | tuple[NeuronGroup, Synapses]:
    """Make the Brian2 objects of a plan.

    The arguments are those of `NeuronModel.make_neurongroup`.
    """
    options = dict(options)
    if method is not None:
        options["method"] = method
    events = {**plan.events, **(options.pop("events", None) or {})}
    options.pop("namespace", None)
    group = NeuronGroup(
        N,
        model=plan.equations,
        threshold=rule.threshold,
        reset=rule.reset,
        refractory=rule.refractory,
        events=events,
        namespace=dict(plan.namespace),
        **options,
    )
    done = []
    for variable, value in plan.initial_values.items():
        setattr(group, variable, value)
        done.append(f"{variable} = {value}")
    if init_events:
        for event, action in plan.event_actions.items():
            # The default slot, after_resets, with a number for the order inside it.
            group.run_on_event(event, action)
            done.append(f"run_on_event({event!r}, {action!r})")
    result: NeuronGroup | tuple[NeuronGroup, Synapses] = group
    if rule.second_reset is not None:
        again = Synapses(
            group,
            group,
            on_pre=rule.second_reset,
            delay=rule.spike_width,
            namespace=dict(plan.namespace),
            clock=group.clock,
        )
        again.connect(j="i")
        done.append(
            f"Synapses(on_pre={rule.second_reset!r}, delay={rule.spike_width}).connect(j='i')"
        )
        result = (group, again)
    if show:
        print(in_sections({"EQUATIONS": plan.equations, "SET UP": "\n".join(done)}))
    return result
