"""How compartments and models print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pprint import pformat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .compartment import Compartment
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


def describe_compartment(compartment: Compartment) -> str:
    """Text of a compartment: its equations, parameters, events and what the modeller gave."""
    ephys = compartment.ephys
    given = {f.name: getattr(ephys, f.name) for f in fields(ephys)}
    events = getattr(compartment, "events", {})
    return in_sections(
        {
            "OBJECT": repr(compartment),
            "EQUATIONS": compartment.equations,
            "PARAMETERS": _listing(compartment.parameters),
            "EVENTS": _listing(events),
            "USER PARAMETERS": _listing({k: v for k, v in given.items() if v is not None}),
        }
    )


def describe_model(model: ModelView) -> str:
    """Text of a model: its equations, parameters and events."""
    return in_sections(
        {
            "OBJECT": repr(model),
            "EQUATIONS": model.equations,
            "PARAMETERS": _listing(model.parameters),
            "EVENTS": _listing(model.events),
            "EVENT ACTIONS": _listing(model.event_actions),
        }
    )
