"""Which neurons are refractory."""

from __future__ import annotations

from .page import Page
from .printer import text
from .traits import Traits

__all__ = ["needs_refractoriness", "write_refractoriness"]


def needs_refractoriness(traits: Traits, unless_spiked: bool) -> bool:
    """Return whether a half of a step must know which neurons are refractory.

    Parameters
    ----------
    traits : Traits
    unless_spiked : bool
        True for the second half, in which those that have just spiked count as refractory.

    Returns
    -------
    bool
    """
    program = traits.program
    if program.refractory is None:
        return False
    if unless_spiked:
        targets = {name for port in traits.ports for name in port}
        targets |= {statement.target for statement in program.second_reset}
        return bool(targets & program.clamped)
    return True


def write_refractoriness(page: Page, unless_spiked: bool) -> None:
    """Write which neurons are not refractory at `_now`."""
    traits = page.traits
    if not needs_refractoriness(traits, unless_spiked):
        return
    refractory = traits.program.refractory
    assert refractory is not None
    lowering = page.lowering("_refractory_")
    if refractory.kind == "condition":
        if unless_spiked:
            return  # the kept mask already is what the last step left
        page.times([refractory.expression])
        condition = lowering.condition(refractory.expression)
        page.definitions(lowering)
        page.line(f"// refractory while {refractory.expression}")
        page.line(f"_not_refractory = _not_refractory | mask_not({text(condition)});")
        return
    steps = lowering.value(refractory.expression)
    page.definitions(lowering)
    waiting = "mask_not(_spiked) & " if unless_spiked else ""
    page.line(
        f"const mask _not_refractory = {waiting}greater_equal(to_real(isplat((integer)_now) - "
        f"_last_spike), {text(steps)});"
    )
