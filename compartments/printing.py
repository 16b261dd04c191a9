"""How compartments and models print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pprint import pformat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .compartment import Compartment
    from .ephys import EphysProperties
    from .model_view import ModelView

__all__ = ["describe_compartment", "describe_model", "in_sections"]


def in_sections(sections: Mapping[str, str]) -> str:
    """Lay out texts under underlined titles.

    Examples
    --------
    >>> print(in_sections({'EQUATIONS': 'x :1', 'EVENTS': ''}))
    EQUATIONS
    ---------
    x :1
    """
    blocks = [f"{title}\n{'-' * len(title)}\n{text}" for title, text in sections.items() if text]
    return "\n\n".join(blocks)


def _listing(values: Mapping[str, Any]) -> str:
    return pformat(dict(values), width=100) if values else ""


def _names(names: list[str]) -> str:
    return str(names) if names else ""


def _given(ephys: EphysProperties) -> str:
    """Return the passive properties that a modeller gave."""
    given = {f.name: getattr(ephys, f.name) for f in fields(ephys)}
    return _listing({name: value for name, value in given.items() if value is not None})


def describe_compartment(compartment: Compartment) -> str:
    """Text of a compartment: its equations, parameters, events and what the modeller gave."""
    return in_sections(
        {
            "OBJECT": repr(compartment),
            "EQUATIONS": compartment.equations,
            "PARAMETERS": _listing(compartment.parameters),
            "EVENTS": _names(compartment.event_names),
            "EVENT CONDITIONS": _listing(compartment.events),
            "USER PARAMETERS": _given(compartment.ephys),
        }
    )


def describe_model(model: ModelView) -> str:
    """Text of a model: its equations, parameters and events, and what a point neuron was given."""
    (first, *_) = model.description.compartments
    return in_sections(
        {
            "OBJECT": repr(model),
            "EQUATIONS": model.equations,
            "PARAMETERS": _listing(model.parameters),
            "EVENTS": _names(model.event_names),
            "EVENT CONDITIONS": _listing(model.events),
            "EVENT ACTIONS": _listing(model.event_actions),
            "USER PARAMETERS": _given(first.ephys) if model.description.is_point else "",
        }
    )
