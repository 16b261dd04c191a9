"""The first half of a step ends with the tests for spikes and custom events."""

from __future__ import annotations

from .conditions import Test
from .page import Page
from .printer import text
from .refractoriness import needs_refractoriness, write_refractoriness
from .update import Update, write_held

__all__ = ["write_happenings"]


def write_happenings(page: Page, update: Update) -> None:
    """Write the tests for spikes and custom events.

    What depends on states is tested in every step, the rest of a condition only where that test succeeded
    for some lane: hardly ever.
    """
    tests, traits = update.tests, page.traits
    if not tests:
        return
    with page.block():
        if not traits.program.update:
            write_held(page, update)
        page.times([test.first for test in tests if test.first is not None])
        for test in tests:
            _write_first(page, update, test)
        if needs_refractoriness(traits, unless_spiked=True) and not traits.keeps_condition:
            page.line("_spiked = _now_spiked;")
        page.line(f"_happened = any_set({' | '.join(f'_now{test.mask}' for test in tests)});")
        with page.block("if (_happened)"):
            for test in tests:
                page.line(f"{test.mask} = _now{test.mask};")
            page.times([test.rest for test in tests if test.rest is not None])
            for test in tests:
                if test.rest is not None:
                    lowering = page.lowering(test.prefix)
                    condition = text(lowering.condition(test.rest))
                    page.definitions(lowering)
                    page.line(f"{test.mask} = {test.mask} & {condition};")
                if test.mask == "_spiked":
                    _write_spike(page)
            page.line("_eventful = true;")


def _write_first(page: Page, update: Update, test: Test) -> None:
    """Write what of a condition is tested in every step."""
    traits = page.traits
    lowering = page.lowering(test.prefix)
    conditions = [] if test.first is None else [text(lowering.condition(test.first))]
    page.definitions(lowering)
    if test.slow is not None:
        conditions.append(text(update.ready[test]))
    refractory = traits.program.refractory is not None and not traits.late_refractoriness
    if test.mask == "_spiked" and refractory:
        conditions.append("_not_refractory")
    page.line(f"// {test.title} when {test.whole}")
    page.line(f"const mask _now{test.mask} = {' & '.join(conditions) or 'every_lane()'};")


def _write_spike(page: Page) -> None:
    """Write what a spike leaves for later steps; refractory neurons do not spike."""
    traits = page.traits
    if traits.late_refractoriness:
        write_refractoriness(page, unless_spiked=False)
        page.line("_spiked = _spiked & _not_refractory;")
    page.line("_last_spike = iselect(_spiked, isplat((integer)_now), _last_spike);")
    if traits.keeps_condition:
        page.line("_not_refractory = _not_refractory & mask_not(_spiked);")
    page.line("note_spikes(&_noted, _spiked, _now - _begin);")
