"""What can be changed in a neuron, and the Brian2 group that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from brian2 import NeuronGroup, Synapses
from brian2.core.functions import Function
from brian2.core.namespace import get_local_namespace
from brian2.units import Quantity
from brian2.utils.stringtools import get_identifiers

from .brian_group import GroupPlan, build_group, check_group_arguments
from .description import add_parameters, current_dt
from .dspikes import DendriticSpike, change_dspike
from .errors import ConflictingParametersError, UnitsError, UnknownNameError, known_names
from .model_description import (
    ModelDescription,
    model_dspikes,
    model_equations,
    model_events,
    model_needs,
    model_parameters,
    shared_parameters,
    starting_values,
)
from .quantities import is_value
from .saved_model import SavedModel
from .spiking import SpikeRule, check_spike_rule
from .text import AddText, ReplaceText, parse

__all__ = ["EditableModel"]


class EditableModel(SavedModel):
    """The part of `NeuronModel` and `PointNeuronModel` that changes it and makes Brian2 groups."""

    def add_params(self, params_dict: Mapping[str, Any]) -> None:
        """Add parameters, or replace derived and default ones.

        Parameters
        ----------
        params_dict : mapping
            Name to value.

        Raises
        ------
        InvalidNameError
            If a name cannot be used in equations.
        UnitsError
            If a parameter whose dimension is known has another one.
        """
        description = self._description
        params = add_parameters(
            description.owner, description.params, params_dict, model_needs(description)
        )
        self._set(replace(description, params=params))

    def add_equations(self, eqs: str) -> None:
        """Add equations at the end.

        A line such as ``'gL_soma :siemens'`` makes a parameter a variable, which can differ from
        neuron to neuron.

        Parameters
        ----------
        eqs : str
            One definition per line in Brian2 syntax.

        Raises
        ------
        EquationTextError
            If the text cannot be read.
        DuplicateEquationsError
            If it defines a variable that is there already.
        """
        self._edit(AddText(eqs))

    def replace_equations(self, eqs_old: str, eqs_new: str) -> None:
        """Replace text in the equations, wherever it occurs.

        Names are matched whole and white space does not matter.

        Parameters
        ----------
        eqs_old, eqs_new : str
            What to replace and by what.

        Raises
        ------
        EquationTextError
            If the text is not there, or the result cannot be read.
        DuplicateEquationsError
            If a variable is defined twice afterwards.
        """
        self._edit(ReplaceText(eqs_old, eqs_new))

    def _edit(self, edit: AddText | ReplaceText) -> None:
        self._set(replace(self._description, edits=(*self._description.edits, edit)))

    def _set(self, changed: ModelDescription) -> None:
        """Take a changed description, if its equations can be read."""
        parse(model_equations(changed), changed.owner)
        self._description = changed

    def config_dspikes(
        self,
        event_name: str,
        threshold: Quantity | None = None,
        duration_rise: Quantity | None = None,
        duration_fall: Quantity | None = None,
        reversal_rise: Quantity | str | None = None,
        reversal_fall: Quantity | str | None = None,
        offset_fall: Quantity | None = None,
        refractory: Quantity | None = None,
        g_rise: Quantity | None = None,
        g_fall: Quantity | None = None,
        tau_rise: Quantity | None = None,
        tau_fall: Quantity | None = None,
    ) -> None:
        """Set properties of one kind of dendritic spike in all compartments that have it.

        What is left out keeps its value.

        Parameters
        ----------
        event_name : str
            The label given to `Dendrite.dspikes`, such as ``'Na'``.
        threshold : Quantity, optional
            Voltage at and above which it starts.
        duration_rise, duration_fall : Quantity, optional
            Lengths of the current boxes (second).
        reversal_rise, reversal_fall : Quantity or str, optional
            Reversal potentials, or names of parameters such as ``'E_Na'``.
        offset_fall : Quantity, optional
            Time from the start to the outward box.
        refractory : Quantity, optional
            Shortest time between starts.
        g_rise, g_fall : Quantity, optional
            Conductances (siemens).
        tau_rise, tau_fall : Quantity, optional
            Time constants of `DecayingSpike` (second).

        Raises
        ------
        UnknownNameError
            If no compartment has a dendritic spike of that name, or a reversal potential names no
            voltage.
        UnitsError
            If a quantity has the wrong dimension or sign.
        """
        settings = {
            "threshold": threshold,
            "duration_rise": duration_rise,
            "duration_fall": duration_fall,
            "reversal_rise": reversal_rise,
            "reversal_fall": reversal_fall,
            "offset_fall": offset_fall,
            "refractory": refractory,
            "g_rise": g_rise,
            "g_fall": g_fall,
            "tau_rise": tau_rise,
            "tau_fall": tau_fall,
        }
        description = self._description
        known = {dspike.name for dspike in model_dspikes(description)}
        if event_name not in known:
            raise UnknownNameError(
                f"{description.owner}: no compartment has dendritic spikes called {event_name!r}. "
                f"{known_names(str(event_name), known)} "
                "Add them first with dspikes() on a Dendrite."
            )
        compartments = []
        for compartment in description.compartments:
            place = replace(compartment.place, shared=shared_parameters(description))
            operations = tuple(
                change_dspike(o, place, settings)
                if isinstance(o, DendriticSpike) and o.name == event_name
                else o
                for o in compartment.operations
            )
            compartments.append(replace(compartment, operations=operations))
        self._set(replace(description, compartments=tuple(compartments)))

    def vary(self, *names: str) -> None:
        """Let parameters differ from neuron to neuron.

        They become variables, which start with their present value. Set them on the population, as in
        ``pop.gL_soma = dg.normal(10*nS, 1*nS)``, or on the Brian2 group.

        Parameters
        ----------
        *names : str
            Parameters such as ``'gL_soma'``.

        Raises
        ------
        UnknownNameError
            If the model has no parameter of that name.
        DuplicateEquationsError
            If it is a variable already.

        Examples
        --------
        >>> from brian2.units import nS, pF, mV
        >>> from dendrify_gpu.compartments import NeuronModel, Soma
        >>> soma = Soma('soma', cm_abs=200*pF, gl_abs=10*nS, v_rest=-60*mV)
        >>> model = NeuronModel(soma)
        >>> model.vary('gL_soma')
        >>> model.equations.splitlines()[-1]
        'gL_soma :siemens (constant)'
        >>> model.initial_values()['gL_soma']
        10. * nsiemens
        """
        description = self._description
        parameters = model_parameters(description, current_dt())
        used = _identifiers(description)
        for name in names:
            if not isinstance(name, str):
                raise UnknownNameError(
                    f"{description.owner}: {name!r} is not the name of a parameter. Write for example "
                    "vary('gL_soma', 'C_soma')."
                )
            if name not in parameters or name not in used:
                raise UnknownNameError(
                    f"{description.owner}: its equations have no parameter {name!r} to vary. "
                    f"{known_names(str(name), set(parameters) & used)}"
                )
            if np.ndim(parameters[name]) or isinstance(parameters[name], Function):
                raise UnitsError(
                    f"{description.owner}: the parameter {name} = {parameters[name]!r} is not one number "
                    "and cannot differ from neuron to neuron."
                )
        for mechanism in (m for c in description.compartments for m in c.mechanisms):
            for name, derived in mechanism.computed_from.items():
                if name in names and derived not in {*names, *description.varied}:
                    raise ConflictingParametersError(
                        f"{description.owner}: {derived} was computed from {name} and would not follow it from "
                        f"neuron to neuron. Vary {derived}, too, and set both."
                    )
        changed = replace(description, varied=(*description.varied, *names))
        self._set(changed)

    def set_spiking(
        self,
        threshold: str | None = None,
        reset: str | None = None,
        second_reset: str | None = None,
        spike_width: Quantity | None = None,
        refractory: Quantity | str | bool = False,
    ) -> None:
        """Say how the neuron spikes, wherever it is used.

        `make_neurongroup` and `Network.population` take what they are not given from here.

        Parameters
        ----------
        threshold, reset : str, optional
            Condition of a spike, and statements that it executes.
        second_reset : str, optional
            Statements executed `spike_width` after a spike, to draw the spike's shape.
        spike_width : Quantity, optional
            Time from a spike to the second reset (second).
        refractory : Quantity, str or bool, default False
            How long, or while what holds, a neuron cannot spike again.

        Raises
        ------
        GroupArgumentError
            If the arguments do not fit together.
        UnitsError
            If `spike_width` is not a time.

        Examples
        --------
        >>> from brian2.units import nS, pF, mV, ms
        >>> from dendrify_gpu.compartments import NeuronModel, Soma
        >>> model = NeuronModel(Soma('soma', cm_abs=200*pF, gl_abs=10*nS, v_rest=-60*mV))
        >>> model.set_spiking('V_soma > -40*mV', 'V_soma = -50*mV', refractory=4*ms)
        >>> model.make_neurongroup(5).events['spike']
        'V_soma > -40*mV'
        """
        rule = SpikeRule(threshold, reset, second_reset, spike_width, refractory)
        check_spike_rule(self._description.owner, rule)
        self._description = replace(self._description, spiking=rule)

    def make_neurongroup(
        self,
        N: int,
        method: str | None = "euler",
        threshold: str | None = None,
        reset: str | None = None,
        second_reset: str | None = None,
        spike_width: Quantity | None = None,
        refractory: Quantity | str | bool = False,
        init_rest: bool = True,
        init_events: bool = True,
        show: bool = False,
        **kwargs: Any,
    ) -> NeuronGroup | tuple[NeuronGroup, Synapses]:
        """Make a Brian2 group of neurons.

        Parameters
        ----------
        N : int
            Number of neurons.
        method : str, default 'euler'
            Brian2's integration method.
        threshold, reset : str, optional
            Condition of a spike, and statements that it executes.
        second_reset : str, optional
            Statements executed `spike_width` after a spike, to draw the spike's shape.
        spike_width : Quantity, optional
            Time from a spike to the second reset (second).
        refractory : Quantity, str or bool, default False
            How long, or while what holds, a neuron cannot spike again. The voltage goes on.
        init_rest : bool, default True
            Start all voltages at rest; otherwise at zero.
        init_events : bool, default True
            Register what the events of dendritic spikes do.
        show : bool, default False
            Print the equations and what was set up.
        **kwargs
            Further arguments of `brian2.NeuronGroup`. Durations of dendritic spikes are counted in
            the `dt` (or `clock`) given here, or in ``brian2.defaultclock.dt`` as it is now.

        Returns
        -------
        brian2.NeuronGroup or (brian2.NeuronGroup, brian2.Synapses)
            The group; with a second reset also the object that performs it, which belongs in the
            network too.

        Raises
        ------
        GroupArgumentError
            If the arguments do not fit together.
        MissingParameterError
            If names in the equations have no value, in the model or where this is called; or if a
            compartment has no resting potential to start from.
        UnitsError
            If a value has the wrong dimension or sign.
        """
        rule = SpikeRule(threshold, reset, second_reset, spike_width, refractory)
        around = get_local_namespace(level=1)
        return self._make_group(N, method, rule, init_rest, init_events, show, kwargs, around)

    def _make_group(
        self,
        N: int,
        method: str | None,
        given_rule: SpikeRule,
        init_rest: bool,
        init_events: bool,
        show: bool,
        kwargs: dict[str, Any],
        around: Mapping[str, Any],
    ) -> NeuronGroup | tuple[NeuronGroup, Synapses]:
        """Make the group; `around` are the names where the user made it."""
        description = self._description
        rule = description.spiking.overridden(given_rule)
        check_group_arguments(description.owner, N, rule, self.events, kwargs)
        dt = kwargs.get("dt")
        if dt is None:
            clock = kwargs.get("clock")
            dt = current_dt() if clock is None else Quantity(clock.dt)
        given = dict(kwargs.get("namespace") or {})
        # Brian2 also looks names up where a run is started: scripts rely on it in thresholds.
        found = {name for name, value in around.items() if is_value(value)}
        own_events = (kwargs.get("events") or {}).values()
        self.check(*rule.statements, *own_events, dt=dt, namespace=dict.fromkeys({*given, *found}))
        constants = {**model_parameters(description, dt), **given}
        # What the equations define is a variable: Brian2 warns about a constant of its name.
        defined = parse(self.equations, description.owner).names
        namespace = {name: value for name, value in constants.items() if name not in defined}
        starting = starting_values(description, dt, self.v_rest if init_rest else {})
        plan = GroupPlan(self.equations, namespace, self.events, self.event_actions, starting)
        return build_group(plan, N, method, rule, init_events, show, kwargs)


def _identifiers(description: ModelDescription) -> set[str]:
    """Return the names in equations, events and the rule of spiking."""
    events = model_events(description)
    texts = [text for event in events for text in (event.condition, event.action)]
    found = set(parse(model_equations(description), description.owner).identifiers)
    for text in (*texts, *description.spiking.statements):
        found |= get_identifiers(text)
    return found
