"""From what a user calls a cell to the core's model of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brian2 import second
from brian2.equations import Equations

from .compartments import ModelView, SpikeRule
from .errors import ModelError
from .gpu import Model

__all__ = ["Cell", "make_cell"]


@dataclass(frozen=True, eq=False)
class Cell:
    """A model, the values that its variables start with, and its receptors."""

    model: Model
    initial: Mapping[str, Any]
    receptors: Mapping[str, tuple[str, ...]]


def make_cell(
    cell: Any,
    name: str,
    dt: float,
    namespace: Mapping[str, Any] | None,
    events: Mapping[str, str] | None,
    event_actions: Mapping[str, str] | None,
    initial: Mapping[str, Any] | None,
    **rules: Any,
) -> Cell:
    """Return the model of a population.

    Parameters
    ----------
    cell : NeuronModel, PointNeuronModel, Equations or str
        The neuron, or its equations in Brian2's language.
    name : str
        Name of the population.
    dt : float
        Time step in seconds.
    namespace, events, event_actions, initial : mapping, optional
        Added to those of `cell`, and taken where both have a name.
    **rules
        The further arguments of `Model`.

    Returns
    -------
    Cell

    Raises
    ------
    CompartmentError
        If a name in the equations or statements of a NeuronModel has no value.
    ModelError
        If `cell` is something else, or a reset is given without a threshold.
    """
    if isinstance(cell, ModelView):
        given = SpikeRule(**{key: rules.pop(key) for key in tuple(vars(SpikeRule()))})
        rules.update(vars(cell.spiking.overridden(given)))
    if rules.get("threshold") is None:
        for what in ("reset", "second_reset"):
            if rules.get(what) is not None:
                raise ModelError(
                    f"{name}: {what} is given without a threshold, so it would never happen. Give "
                    "also threshold, for example 'V_soma > -40*mV'."
                )
    own: tuple[Mapping[str, Any], ...] = ({}, {}, {}, {})
    receptors: Mapping[str, tuple[str, ...]] = {}
    if isinstance(cell, ModelView):
        equations: Any = cell.equations
        step = dt * second
        said = {key: text for key, text in rules.items() if key != "method"}
        texts = [*said.values(), *(events or {}).values(), *(event_actions or {}).values()]
        statements = [text for text in texts if isinstance(text, str)]
        cell.check(*statements, dt=step, namespace=namespace)
        defined = Equations(equations).names
        constants = {
            key: value for key, value in cell.parameters_at(step).items() if key not in defined
        }
        own = (constants, cell.events, cell.event_actions, cell.initial_values(step))
        receptors = {key: (item.state_variable,) for key, item in cell.receptors.items()}
    elif isinstance(cell, (str, Equations)):
        equations = cell
    else:
        raise ModelError(
            f"{name}: {cell!r} is no neuron model; give a NeuronModel, a PointNeuronModel or equations as text."
        )
    added = (namespace, events, event_actions, initial)
    space, conditions, actions, start = (
        {**old, **(new or {})} for old, new in zip(own, added, strict=True)
    )
    model = Model(equations, space, events=conditions, event_actions=actions, name=name, **rules)
    return Cell(model, start, receptors)
