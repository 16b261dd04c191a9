"""The second half of a step: synaptic input, resets, and what custom events do."""

from __future__ import annotations

from ..program import Assignment
from .names import identifier
from .page import Page
from .printer import text
from .update import Update

__all__ = ["port_scale", "write_events", "write_synapses"]


def port_scale(port: int) -> str:
    """Name of the constant that converts a port's integers to numbers."""
    return f"_port_scale_{port}"


def write_synapses(page: Page) -> None:
    """Write how the input that has arrived is added to states."""
    for number, targets in enumerate(page.traits.ports):
        scale = text(page.node(port_scale(number)))
        with page.block(f"  // input to {', '.join(targets)}"):
            page.line(f"const lane _amount = take_input(&_inbox_{number}, _slot);")
            for name in targets:
                value = f"lane_fma(_amount, {scale}, {identifier(name)})"
                page.assign(name, value, None, clamp=True)


def write_events(page: Page, update: Update) -> None:
    """Write what spikes and custom events do; most vectors skip all of it with one test."""
    program = page.traits.program
    if program.second_reset:
        page.line(
            "const mask _second = iequal(isplat((integer)_now - p->spike_width), _last_spike);"
        )
        with page.block("if (any_set(_second))"):
            _actions(page, update, [("second reset", "_second", program.second_reset, True)])
    blocks = [("reset", "_spiked", program.reset, False)] if program.reset else []
    for event in program.events:
        if event.actions:
            mask = f"_happened_{event.name}"
            blocks.append((f"event {event.name}", mask, event.actions, False))
    if blocks:
        with page.block("if (_happened)"):
            _actions(page, update, blocks)


def _actions(
    page: Page,
    update: Update,
    blocks: list[tuple[str, str, tuple[Assignment, ...], bool]],
) -> None:
    for title, mask, statements, clamp in blocks:
        _statements(page, title, mask, statements, clamp)
    page.line("_eventful = true;")
    written = {statement.target for _, _, block, _ in blocks for statement in block}
    if update.split.held and written & page.traits.slow:
        page.line("_changed = true;")


def _statements(
    page: Page, title: str, mask: str, statements: tuple[Assignment, ...], clamp: bool
) -> None:
    """Write statements that are carried out one after another where a mask is set."""
    with page.block(f"if (any_set({mask}))  // {title}"):
        page.times([statement.value for statement in statements])
        local: set[str] = set()
        for number, statement in enumerate(statements):
            lowering = page.lowering(f"_{number}_")
            lowering.variables |= local
            value = lowering.value(statement.value, statement.target)
            page.definitions(lowering)
            if statement.target in page.traits.program.state_names:
                page.assign(statement.target, text(value), mask, clamp)
            elif statement.target in local:
                page.line(f"{identifier(statement.target)} = {text(value)};")
            else:
                local.add(statement.target)
                page.line(f"lane {identifier(statement.target)} = {text(value)};")
