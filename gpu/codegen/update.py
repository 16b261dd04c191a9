"""The update of a step: what is held, what is computed in every step, and what is cut into parts."""

from __future__ import annotations

from dataclasses import dataclass

from ..program import Assignment
from .conditions import Test, split_conditions
from .holding import Held, hold, is_mask, needed_by
from .lowering import Lowering
from .names import identifier
from .nodes import CLOCK, Local, Node, parts
from .page import INDENT, Page
from .part_text import PartText
from .partition import is_too_large, partition
from .printer import text
from .traits import Traits

__all__ = ["Update", "lower_update", "write_begin_of_holding", "write_held", "write_integration"]


@dataclass(frozen=True)
class Update:
    """The lowered update of a model, and what is slow in its conditions.

    Attributes
    ----------
    statements : tuple of Assignment
        One for each state that the update changes.
    next_values : tuple of Node
        The new value of each.
    split : Held
        What is held and what is computed in every step.
    tests : tuple of Test
        Conditions of spikes and custom events.
    ready : dict of Test to Node
        The held value of the slow part of a condition, where it has one.
    parted : PartText or None
        For a model that is too large for registers: its parts.
    """

    statements: tuple[Assignment, ...]
    next_values: tuple[Node, ...]
    split: Held
    tests: tuple[Test, ...]
    ready: dict[Test, Node]
    parted: PartText | None


def lower_update(page: Page) -> Update:
    """Lower the update, before anything is written: other sections must know what is held.

    Parameters
    ----------
    page : Page
        Where the step function will be written; its table of coefficients is filled.

    Returns
    -------
    Update
    """
    traits = page.traits
    lowering = page.lowering()
    updated: list[Assignment] = []
    results: list[Node] = []
    for statement in traits.program.update:
        if statement.target in traits.program.state_names:
            updated.append(statement)
            results.append(lowering.updated(statement.value, statement.target))
        else:
            lowering.define(statement.target, statement.value)
    parted = _in_parts(traits, lowering, updated, results)
    held = frozenset() if parted else traits.slow
    tests = split_conditions(traits, held)
    ready = [(test, test.slow) for test in tests if test.slow is not None]
    results += [lowering.condition(slow) for _, slow in ready]
    split = hold(() if parted else lowering.definitions, results, held)
    n = len(updated)
    return Update(
        tuple(updated),
        split.results[:n],
        split,
        tests,
        dict(zip((test for test, _ in ready), split.results[n:], strict=True)),
        parted,
    )


def _in_parts(
    traits: Traits, lowering: Lowering, updated: list[Assignment], results: list[Node]
) -> PartText | None:
    """Cut the update of a model that does not fit in registers into parts."""
    program = traits.program
    changes = [(item.target, node) for item, node in zip(updated, results, strict=True)]
    if not is_too_large(lowering.definitions, changes, program.state_names):
        return None
    with_mask = program.refractory is not None and not traits.late_refractoriness
    masked = program.clamped if with_mask else frozenset()
    return PartText(
        traits.name,
        partition(lowering.definitions, changes, program.state_names, masked),
        {name: number for number, name in enumerate(program.state_names)},
        masked,
        with_mask,
        {item.target: str(item) for item in updated},
    )


def write_integration(page: Page, update: Update) -> None:
    """Write the new values of all states, from the old ones."""
    if not page.traits.program.update:
        return
    if update.parted:
        for call in update.parted.calls():
            page.line(call)
        return
    split = update.split
    with page.block():
        write_held(page, update)
        everywhere = [*split.results, *(node for _, node in split.definitions)]
        clocked = any(Local(CLOCK) in parts(node) for node in everywhere)
        page.times([statement.value for statement in page.traits.program.update], clocked)
        waiting = list(split.definitions)
        definitions = dict(split.definitions)
        for statement, node in zip(update.statements, update.next_values, strict=True):
            wanted = needed_by(node, definitions)
            for name, value in [item for item in waiting if item[0] in wanted]:
                _define(page, name, value)
            waiting = [item for item in waiting if item[0] not in wanted]
            page.line(f"// {statement.target} = {statement.value}")
            page.line(f"const lane _next_{statement.target} = {text(node)};")
        for statement in update.statements:
            page.assign(statement.target, f"_next_{statement.target}", None, clamp=True)


def write_begin_of_holding(page: Page, update: Update) -> None:
    """Write what says when held values must be computed again."""
    if not update.split.held:
        return
    page.line("// What seldom changes is held until an event or the clock changes it.")
    page.line("bool _changed = true;")
    if update.split.turns:
        page.line("// Bit k: the clock may change it k steps from now.")
        page.line("uint32_t _turns = 0;")


def write_held(page: Page, update: Update) -> None:
    """Write the values that are held."""
    split = update.split
    if not split.held:
        return
    due = " || (_turns & 1)" if split.turns else ""
    with page.block(f"if (!HOLDS || _changed{due})"):
        if split.turns:
            page.line(f"const lane {CLOCK} = splat((real)_now);")
        for name, node in split.slow_definitions:
            _define(page, name, node)
        for name, node in split.held:
            page.line(f"{name} = {text(node)};")
        if split.turns:
            page.line("if (HOLDS && _changed)")
            turns = " | ".join(f"steps_left({text(turn)})" for turn in split.turns)
            page.line(f"{INDENT}_turns = bits_of_any({turns});")
        page.line("_changed = false;")
    if split.turns:
        page.line("_turns >>= 1;")


def _define(page: Page, name: str, node: Node) -> None:
    kind = "mask" if is_mask(node) else "lane"
    page.line(f"const {kind} {identifier(name)} = {text(node)};")
