"""The neuron that a modeller builds from compartments: `NeuronModel`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from brian2 import NeuronGroup, Synapses
from brian2.core.namespace import get_local_namespace
from brian2.units import Quantity

from .brian_group import GroupPlan, build_group, check_group_arguments
from .compartment import Compartment
from .description import add_parameters, current_dt
from .dspikes import DSpike, change_dspike
from .errors import UnknownNameError, known_names
from .model_builder import build_model
from .model_description import (
    model_dspikes,
    model_equations,
    model_needs,
    model_parameters,
    shared_parameters,
    starting_values,
)
from .model_view import ModelView
from .quantities import is_value
from .text import AddText, ReplaceText, parse

__all__ = ["NeuronModel"]

Connection = (
    Compartment
    | tuple[Compartment, Compartment]
    | tuple[Compartment, Compartment, Quantity | str | None]
)


class NeuronModel(ModelView):
    """A neuron: compartments, and the couplings that make them one tree.

    The compartments are taken as they are now; later changes to them do not reach the model.

    Parameters
    ----------
    connections : Compartment or list
        One compartment, or a list of pairs ``(A, B)`` and triples ``(A, B, g)``. The coupling `g`
        is a conductance, ``'half_cylinders'`` (the default: the axial resistance between the two
        centres) or ``'cylinder_<name>'`` (the axial resistance of the whole of one of the two).
    cm, gl, r_axial, v_rest : Quantity, optional
        Passive properties of all compartments, in place of their own: capacitance per area
        (farad/metre**2), leak per area (siemens/metre**2), axial resistivity (ohm*metre) and
        resting potential (volt).
    scale_factor : float, optional
        Factor of the membrane area of all compartments, in place of their own.
    spine_factor : float, optional
        Factor of the membrane area of all compartments but somata, in place of their own.

    Raises
    ------
    MorphologyError
        If the entries are not compartments, two share a name, or they do not form one tree.
    DimensionlessCompartmentError
        If compartments with absolute values are mixed with others, or given a geometry.
    MissingParameterError
        If a passive property or something that a coupling rule needs is missing.
    DuplicateEquationsError
        If a pair is coupled twice or two equations define one variable.
    ConflictingParametersError
        If two compartments were given different values for one parameter.
    UnknownNameError
        If a coupling is none of the rules.
    UnitsError
        If a value has the wrong dimension or sign.

    Examples
    --------
    >>> from brian2.units import nS, pF, mV
    >>> from dendrify_gpu.compartments import Dendrite, NeuronModel, Soma
    >>> soma = Soma('soma', cm_abs=200*pF, gl_abs=10*nS)
    >>> dend = Dendrite('dend', cm_abs=50*pF, gl_abs=2.5*nS)
    >>> model = NeuronModel([(soma, dend, 15*nS)], v_rest=-60*mV)
    >>> model
    NeuronModel(soma, dend)
    >>> model.parameters['g_dend_soma']
    15. * nsiemens
    """

    def __init__(
        self,
        connections: Compartment | Sequence[Connection],
        cm: Quantity | None = None,
        gl: Quantity | None = None,
        r_axial: Quantity | None = None,
        v_rest: Quantity | None = None,
        scale_factor: float | None = None,
        spine_factor: float | None = None,
    ) -> None:
        overrides = {
            "cm": cm,
            "gl": gl,
            "r_axial": r_axial,
            "v_rest": v_rest,
            "scale_factor": scale_factor,
            "spine_factor": spine_factor,
        }
        super().__init__(build_model(connections, overrides))

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
        self._description = replace(description, params=params)

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
        changed = replace(self._description, edits=(*self._description.edits, edit))
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
        }
        description = self._description
        known = {dspike.name for dspike in model_dspikes(description)}
        if event_name not in known:
            raise UnknownNameError(
                f"{description.owner}: no compartment has dendritic spikes called {event_name!r}. "
                f"{known_names(str(event_name), known)} "
                "Add them first with dspikes() on a Dendrite."
            )
        shared = shared_parameters(description)
        compartments = []
        for compartment in description.compartments:
            operations = tuple(
                change_dspike(o, shared, settings)
                if isinstance(o, DSpike) and o.name == event_name
                else o
                for o in compartment.operations
            )
            compartments.append(replace(compartment, operations=operations))
        self._description = replace(description, compartments=tuple(compartments))

    def make_neurongroup(
        self,
        N: int,
        method: str = "euler",
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
        description = self._description
        check_group_arguments(
            description.owner, N, threshold, reset, second_reset, spike_width, self.events, kwargs
        )
        dt = kwargs.get("dt")
        if dt is None:
            clock = kwargs.get("clock")
            dt = current_dt() if clock is None else Quantity(clock.dt)
        given = dict(kwargs.get("namespace") or {})
        # Brian2 also looks names up where a run is started: scripts rely on it in thresholds.
        around = get_local_namespace(level=1)
        found = {name for name, value in around.items() if is_value(value)}
        own_events = (kwargs.get("events") or {}).values()
        texts = (threshold, reset, second_reset, refractory, *own_events)
        statements = [text for text in texts if isinstance(text, str)]
        self.check(*statements, dt=dt, namespace=dict.fromkeys({*given, *found}))
        constants = {**model_parameters(description, dt), **given}
        # What the equations define is a variable: Brian2 warns about a constant of its name.
        defined = parse(self.equations, description.owner).names
        namespace = {name: value for name, value in constants.items() if name not in defined}
        starting = starting_values(description, dt, self.v_rest if init_rest else {})
        plan = GroupPlan(self.equations, namespace, self.events, self.event_actions, starting)
        return build_group(
            plan,
            N,
            method,
            threshold,
            reset,
            second_reset,
            spike_width,
            refractory,
            init_events,
            show,
            kwargs,
        )
