"""Conditions of spikes and custom events, split by how often each part of them must be computed."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from .nodes import CLOCK
from .traits import Traits

__all__ = ["Test", "split_conditions"]


@dataclass(frozen=True)
class Test:
    """The condition of a spike or of a custom event, in three parts of which all must be true.

    Attributes
    ----------
    mask : str
        Variable that says where it is true.
    whole : sympy.Basic
        The condition.
    first : sympy.Basic or None
        What is tested in every step.
    slow : sympy.Basic or None
        What seldom changes.
    rest : sympy.Basic or None
        What is tested where the others are true: hardly ever.
    title, prefix : str
        Its name for readers, and for intermediate results.
    """

    __test__ = False  # not a test of pytest

    mask: str
    whole: sympy.Basic
    first: sympy.Basic | None
    slow: sympy.Basic | None
    rest: sympy.Basic | None
    title: str
    prefix: str


def split_conditions(traits: Traits, slow_states: frozenset[str]) -> tuple[Test, ...]:
    """Split the conditions of a model.

    Parameters
    ----------
    traits : Traits
        The model.
    slow_states : frozenset of str
        States that only spikes and custom events change.

    Returns
    -------
    tuple of Test
        The spike first, then custom events in their order.
    """
    program = traits.program
    named: list[tuple[str, sympy.Basic, str, str]] = []
    if program.threshold is not None:
        named.append(("_spiked", program.threshold, "spike", "_threshold_"))
    for event in program.events:
        named.append((f"_happened_{event.name}", event.condition, event.name, f"_{event.name}_"))
    fixed = {*program.parameter_names, *program.constants, CLOCK}
    return tuple(
        Test(mask, whole, *_split(whole, slow_states, fixed), title, prefix)
        for mask, whole, title, prefix in named
    )


def _split(
    condition: sympy.Basic, slow_states: frozenset[str], fixed: set[str]
) -> tuple[sympy.Basic | None, sympy.Basic | None, sympy.Basic | None]:
    conjuncts = condition.args if isinstance(condition, sympy.And) else (condition,)
    first: list[sympy.Basic] = []
    slow: list[sympy.Basic] = []
    rest: list[sympy.Basic] = []
    for part in conjuncts:
        names = {str(symbol) for symbol in part.free_symbols}
        seldom = names & slow_states and names <= slow_states | fixed
        if seldom and not part.atoms(sympy.Function):
            slow.append(part)
        elif names & {"t", CLOCK, "not_refractory"}:
            rest.append(part)
        else:
            first.append(part)
    return _all_of(first), _all_of(slow), _all_of(rest)


def _all_of(parts: list[sympy.Basic]) -> sympy.Basic | None:
    return sympy.And(*parts) if parts else None
