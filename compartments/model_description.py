"""A neuron as data, and the equations, parameters and events that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from brian2.units import Quantity, volt
from brian2.units.fundamentalunits import get_dimensions

from .defaults import default_params
from .description import (
    CompartmentDescription,
    compartment_equations,
    compartment_events,
    compartment_needs,
    compartment_parameters,
    current_dt,
)
from .dspikes import DendriticSpike
from .mechanism import Mechanism, MechanismEvent, ParameterContext, ParameterNeed
from .naming import suffixed
from .quantities import same_value, unit_text
from .receptors import Receptor
from .spiking import SpikeRule
from .text import AddText, ReplaceText, parse, rename

__all__ = [
    "ModelDescription",
    "model_dspikes",
    "model_equations",
    "model_events",
    "model_needs",
    "model_parameters",
    "model_receptors",
    "resting_potentials",
    "shared_parameters",
    "starting_values",
]

# Compartments that a neuron's name in messages lists.
_NAMED = 12


@dataclass(frozen=True, eq=False)
class ModelDescription:
    """A neuron: a tree of compartments and what was added to the whole.

    Attributes
    ----------
    compartments : tuple of CompartmentDescription
        In order of first appearance.
    couplings : tuple of (str, str, Quantity)
        Each pair once, with its conductance.
    edits : tuple
        Equations added and replacements, in order.
    params : mapping
        Parameters that the modeller added to the model.
    varied : tuple of str
        Parameters that differ from neuron to neuron.
    spiking : SpikeRule
        How it spikes, unless a group or population says otherwise.
    temperature : float or None
        Temperature in degrees Celsius; None leaves every channel at its own.
    """

    compartments: tuple[CompartmentDescription, ...]
    couplings: tuple[tuple[str, str, Quantity], ...]
    edits: tuple[AddText | ReplaceText, ...] = ()
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    varied: tuple[str, ...] = ()
    spiking: SpikeRule = field(default_factory=SpikeRule)
    temperature: float | None = None

    @property
    def owner(self) -> str:
        """How error messages call it."""
        if self.is_point:
            return "PointNeuronModel"
        names = [compartment.name for compartment in self.compartments]
        if len(names) > _NAMED:
            names = [*names[:_NAMED], f"... {len(names)} compartments"]
        return f"NeuronModel({', '.join(names)})"

    @property
    def is_point(self) -> bool:
        """Whether it is a point neuron, whose variables carry no suffix."""
        return not self.compartments[0].name

    @property
    def user_params(self) -> dict[str, Any]:
        """All parameters that the modeller added; the model's win over the compartments'."""
        values: dict[str, Any] = {}
        for compartment in self.compartments:
            values.update(compartment.params)
        return {**values, **self.params}


def shared_parameters(model: ModelDescription) -> dict[str, Any]:
    """Parameters that can be referred to by name: the defaults and the modeller's own."""
    return {**default_params(), **model.user_params}


def model_dspikes(model: ModelDescription) -> tuple[DendriticSpike, ...]:
    """All dendritic spikes of a model."""
    return tuple(
        d for compartment in model.compartments for d in compartment.of_type(DendriticSpike)
    )


def model_events(model: ModelDescription) -> tuple[MechanismEvent, ...]:
    """All events of a model's mechanisms."""
    return tuple(event for c in model.compartments for event in compartment_events(c))


def model_receptors(model: ModelDescription) -> dict[str, Receptor]:
    """Name to receptor, such as ``'AMPA_input_dend'``."""
    return {r.name: r for compartment in model.compartments for r in compartment.of_type(Receptor)}


def _own_reversals(model: ModelDescription) -> dict[str, dict[str, str]]:
    """Compartment to the reversal potentials that need a name of their own there.

    A label such as Na names one reversal potential as long as all compartments agree about its
    value.
    """
    shared = shared_parameters(model)
    values: dict[str, list[tuple[DendriticSpike, Any]]] = {}
    for dspike in model_dspikes(model):
        reversals = (dspike.reversal_rise, dspike.reversal_fall)
        for name, reversal in zip(dspike.reversal_names, reversals, strict=True):
            value = shared[reversal] if isinstance(reversal, str) else reversal
            values.setdefault(name, []).append((dspike, value))
    renames: dict[str, dict[str, str]] = {c.name: {} for c in model.compartments}
    for name, entries in values.items():
        agree = all(same_value(value, entries[0][1]) for _, value in entries)
        # Names of their own stay once a parameter of that name is varied.
        varied = any(f"{name}_{dspike.compartment}" in model.varied for dspike, _ in entries)
        if (not agree or varied) and name not in model.user_params:
            for dspike, _ in entries:
                renames[dspike.compartment][name] = f"{name}_{dspike.compartment}"
    return renames


def model_equations(model: ModelDescription) -> str:
    """Equations of a model in Brian2 syntax.

    Parameters
    ----------
    model : ModelDescription
        The model.

    Returns
    -------
    str
        The compartments' equations, separated by blank lines, and what was added.
    """
    renames = _own_reversals(model)
    blocks = [rename(compartment_equations(c), renames[c.name]) for c in model.compartments]
    text = "\n\n".join(blocks)
    for edit in model.edits:
        separated = "\n" if isinstance(edit, AddText) else ""
        text = edit.apply(text + separated, model.owner)
    if model.varied:
        text += "\n\n" + "\n".join(_declaration(model, name) for name in model.varied)
    return text


def _declaration(model: ModelDescription, name: str) -> str:
    """Return the line that makes a parameter differ from neuron to neuron."""
    # The unit does not depend on the time step; the number of steps of a duration has none.
    value = model_parameters(model, current_dt())[name]
    return f"{name} :{unit_text(get_dimensions(value))} (constant)"


def model_parameters(model: ModelDescription, dt: Quantity) -> dict[str, Any]:
    """Parameters of a model.

    Parameters
    ----------
    model : ModelDescription
        The model.
    dt : Quantity
        Time step in which durations of dendritic spikes are counted.

    Returns
    -------
    dict
        Name to value. The modeller's values win over derived ones, and these over the defaults.
    """
    context = ParameterContext(dt, shared_parameters(model), temperature=model.temperature)
    renames = _own_reversals(model)
    values = default_params()
    for compartment in model.compartments:
        names = renames[compartment.name]
        derived = compartment_parameters(compartment, context)
        values.update({names.get(name, name): value for name, value in derived.items()})
    return {**values, **model.user_params}


def model_needs(model: ModelDescription) -> dict[str, ParameterNeed]:
    """Return the parameters that the library's equations use, with how to set them."""
    renames = _own_reversals(model)
    needs: dict[str, ParameterNeed] = {}
    for compartment in model.compartments:
        names = renames[compartment.name]
        own = compartment_needs(compartment)
        needs.update({names.get(name, name): need for name, need in own.items()})
    return needs


def resting_potentials(model: ModelDescription) -> dict[str, Quantity | None]:
    """Return the resting potential of each compartment; None where it is not known.

    A leak reversal ``EL_<compartment>`` stands in for a ``v_rest`` that was not given.
    """
    added = model.user_params
    potentials = {}
    for compartment in model.compartments:
        v_rest = compartment.ephys.v_rest
        potentials[compartment.name] = (
            added.get(suffixed("EL", compartment.name)) if v_rest is None else v_rest
        )
    return potentials


def starting_values(
    model: ModelDescription, dt: Quantity, resting: Mapping[str, Quantity]
) -> dict[str, Any]:
    """Return the values that variables start with.

    Parameters
    ----------
    model : ModelDescription
        The model.
    dt : Quantity
        Time step in which durations of dendritic spikes are counted.
    resting : mapping
        Compartment to the potential that it starts at.

    Returns
    -------
    dict
        Variable to value: the potentials of the compartments whose voltage is a state, and the
        value of each parameter that the modeller declared as a variable.
    """
    equations = parse(model_equations(model), model.owner)
    settable = equations.diff_eq_names | equations.parameter_names
    parameters = model_parameters(model, dt)
    starting = {suffixed("V", name): potential for name, potential in resting.items()}
    known = {
        **parameters,
        **{suffixed("V", c.name): 0 * volt for c in model.compartments},
        **starting,
    }
    for mechanism in _in_order_of_dependence(model):
        values = mechanism.initial_values(known)
        starting.update(values)
        known.update(values)
    values = {**starting, **parameters}
    return {name: value for name, value in values.items() if name in settable}


def _in_order_of_dependence(model: ModelDescription) -> list[Mechanism]:
    """Return all mechanisms, with those first that others' gates depend on: ion pools."""
    mechanisms = [m for compartment in model.compartments for m in compartment.mechanisms]
    return sorted(mechanisms, key=lambda mechanism: not mechanism.concentrations)
