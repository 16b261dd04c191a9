"""How compartments and models look in a notebook: HTML of its own, without scripts or style sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2.core.functions import Function
from brian2.units import Quantity

from .coupling import Coupling
from .description import CompartmentDescription
from .naming import suffixed

if TYPE_CHECKING:
    from .compartment import Compartment
    from .model_view import ModelView

__all__ = ["compartment_html", "model_html"]

_HEADINGS = ("compartment", "membrane", "length", "diameter", "C", "gL", "EL", "mechanisms")

# Colours are those of the page, so that it can be read on a dark one, too.
_CELL = "text-align:left;vertical-align:top;padding:2px 10px 2px 0;border:none"
_TABLE = "border-collapse:collapse;border:none;background:transparent;color:inherit"
_PRE = "margin:2px 0 6px 1em;white-space:pre-wrap;background:transparent;color:inherit"


def compartment_html(compartment: Compartment) -> str:
    """Return a compartment as HTML: a table, and what is behind it to unfold.

    Parameters
    ----------
    compartment : Compartment
        The compartment.

    Returns
    -------
    str
        HTML that needs nothing else.

    Examples
    --------
    >>> from dendrify_gpu.compartments import Soma
    >>> html = compartment_html(Soma('soma'))
    >>> '<script' in html, 'dV_soma/dt' in html
    (False, True)
    """
    return _page(
        repr(compartment),
        (compartment.description,),
        compartment.parameters,
        _code("equations", compartment.equations),
        _values("parameters", compartment.parameters),
        _values("events", compartment.events),
    )


def model_html(model: ModelView) -> str:
    """Return a neuron as HTML: a table of its compartments, and what is behind it to unfold.

    Parameters
    ----------
    model : NeuronModel or PointNeuronModel
        The neuron.

    Returns
    -------
    str
        HTML that needs nothing else.
    """
    couplings = {f"{a} – {b}": g for a, b, g in model.couplings}
    return _page(
        repr(model),
        model.description.compartments,
        model.parameters,
        _code("equations", model.equations),
        _values("parameters", model.parameters),
        _values("couplings", couplings),
        _values("events", model.events),
        _values("event actions", model.event_actions),
    )


def _page(
    title: str,
    compartments: Iterable[CompartmentDescription],
    parameters: Mapping[str, Any],
    *details: str,
) -> str:
    rows = [_row("th", _HEADINGS), *(_row("td", _cells(c, parameters)) for c in compartments)]
    table = f'<table style="{_TABLE}">{"".join(rows)}</table>'
    return f"<div><b>{escape(title)}</b>{table}{''.join(details)}</div>"


def _cells(compartment: CompartmentDescription, parameters: Mapping[str, Any]) -> Sequence[str]:
    """Return the columns of `_HEADINGS`; the parameters are those that hold in the equations."""
    name, ephys = compartment.name, compartment.ephys
    mechanisms = [m.label for m in compartment.mechanisms if not isinstance(m, Coupling)]
    passive = [parameters.get(suffixed(base, name)) for base in ("C", "gL", "EL")]
    return [
        name or "(point neuron)",
        compartment.membrane.name,
        *map(_shown, (ephys.length, ephys.diameter, *passive)),
        "; ".join(mechanisms),
    ]


def _row(tag: str, cells: Iterable[str]) -> str:
    filled = (f'<{tag} style="{_CELL}">{escape(cell)}</{tag}>' for cell in cells)
    return f'<tr style="background:transparent">{"".join(filled)}</tr>'


def _code(title: str, text: str) -> str:
    lines = sum(bool(line.strip()) for line in text.splitlines())
    return _details(f"{title} ({lines})", text)


def _values(title: str, values: Mapping[str, Any]) -> str:
    """Return what unfolds to names and values; nothing if there are none."""
    if not values:
        return ""
    lines = [f"{name} = {_shown(value)}" for name, value in sorted(values.items())]
    return _details(f"{title} ({len(values)})", "\n".join(lines))


def _details(title: str, text: str) -> str:
    inside = f'<pre style="{_PRE}">{escape(text)}</pre>'
    return f"<details><summary>{escape(title)}</summary>{inside}</details>"


def _shown(value: Any) -> str:
    """Return a value as text: a quantity in its best unit, a dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, Quantity):
        return str(value.in_best_unit(precision=6)).replace(". ", " ")
    if isinstance(value, (int, float, np.number)):
        return f"{value:.6g}"
    if isinstance(value, Function):
        return type(value).__name__
    return str(value)
