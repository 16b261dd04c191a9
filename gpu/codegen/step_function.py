"""The step function of a model: all steps of one window for one vector of neurons.

The loop body is Brian2's time step, rotated so that it begins with the second half of the step before:

1. of step ``s - 1``: synaptic input, second reset, resets, actions of custom events (`actions`);
2. of step ``s``: samples (`samples`), integration (`update`), thresholds, conditions of custom events (`happenings`).

Spikes of step ``s`` are thus handed to the synapses between the two halves, which makes a delay of zero
possible when a window has one step, and lets a window have one step more than the shortest delay.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..program import Program
from .actions import port_scale, write_events, write_synapses
from .coefficients import Coefficients
from .happenings import write_happenings
from .page import INDENT, Page
from .refractoriness import write_refractoriness
from .samples import write_samples
from .storage import write_loads, write_stores
from .traits import find_traits
from .update import Update, lower_update, write_begin_of_holding, write_integration

__all__ = ["StepFunction", "build_step_function", "port_scale"]


@dataclass(frozen=True)
class StepFunction:
    """Generated text of one model, and what the host must know to feed it.

    Attributes
    ----------
    name : str
        Name of the C function.
    source : str
        Its text.
    coefficients : Coefficients
        Numbers that the host computes for it.
    ports : tuple of tuple of str
        For each port the state variables that its input is added to.
    recorded : tuple of tuple of str
        For each monitor the names of its variables.
    n_flag_words : int
        Words per neuron that hold what happened in the last step.
    n_scratch : int
        Numbers per neuron that parts of a large model leave to each other, in rows after those of the states.
    holds : bool
        Whether values are held until an event or the clock changes them.
    """

    name: str
    source: str
    coefficients: Coefficients
    ports: tuple[tuple[str, ...], ...]
    recorded: tuple[tuple[str, ...], ...]
    n_flag_words: int
    n_scratch: int = 0
    holds: bool = False


def build_step_function(
    program: Program,
    name: str,
    ports: tuple[tuple[str, ...], ...] = (),
    recorded: tuple[tuple[str, ...], ...] = (),
) -> StepFunction:
    """Generate the step function of a program.

    Parameters
    ----------
    program : Program
        The model.
    name : str
        Name of the C function to generate.
    ports : tuple of tuple of str, optional
        For each port of synaptic input the states that it is added to.
    recorded : tuple of tuple of str, optional
        For each monitor the states, parameters or subexpressions that it samples.

    Returns
    -------
    StepFunction
    """
    page = Page(find_traits(program, name, ports, recorded))
    update = lower_update(page)
    _write_loop(page, update)
    body = page.take()
    # Only now is it known which numbers the sections of the loop want.
    write_loads(page, update)
    head = page.take()
    write_stores(page, update)
    parted = update.parted
    source = "\n".join(
        [
            f"// Model {program.name!r}, integrated by {program.method}. States:",
            *(f"//     {variable.equation}" for variable in program.states),
            *_numbers(page),
            *(parted.functions() if parted else ()),
            f"STEP_FUNCTION void {name}(const Network *net, const Population *p, int32_t _population,",
            f"{INDENT}const Window *window, int64_t first)",
            "{",
            *head,
            *body,
            *page.take(),
            "}",
            "",
        ]
    )
    n_scratch = parted.partition.n_scratch if parted else 0
    coefficients = page.table.freeze()
    n_words, holds = page.traits.n_words, bool(update.split.held)
    return StepFunction(name, source, coefficients, ports, recorded, n_words, n_scratch, holds)


def _numbers(page: Page) -> list[str]:
    """Say what the host computes for all neurons together."""
    if not page.table.shared:
        return []
    return [
        "// The host computes:",
        *(f"//     {name} = {value}" for name, value in page.table.derived.items()),
        *(f"//     c[{number}] = {value}" for value, number in page.table.shared.items()),
    ]


def _write_loop(page: Page, update: Update) -> None:
    ports, spikes = page.traits.ports, page.traits.program.threshold is not None
    page.line("const int32_t _begin = window->begin, _end = window->end;")
    page.line("const bool _flush = window->flush, _resumed = window->resumed;")
    if ports:
        page.line("int32_t _slot = (_begin - 1 + p->n_slot) % p->n_slot;")
    if spikes:
        page.line("SpikeNotes _noted = no_spikes();")
    write_begin_of_holding(page, update)
    with page.block("ROLLED for (int32_t _step = _begin;; ++_step)"):
        page.line("RELOAD_COEFFICIENTS;")
        page.line("if (_step == _end && !_flush)")
        page.line(f"{INDENT}break;")
        page.line(
            "// A run ends with a complete step: the next one must not repeat its second half."
        )
        with page.block("if (_step > _begin || !_resumed)"):
            page.line("// ---- second half of the step before")
            page.line("const int32_t _now = _step - 1;")
            write_refractoriness(page, unless_spiked=True)
            write_synapses(page)
            write_events(page, update)
            page.line("(void)_now;")
        if ports:
            page.line("_slot = _slot + 1 == p->n_slot ? 0 : _slot + 1;")
        page.line("if (_step == _end)")
        page.line(f"{INDENT}break;")
        page.line()
        page.line("// ---- first half of this step")
        page.line("const int32_t _now = _step;")
        write_samples(page)
        if not page.traits.late_refractoriness:
            write_refractoriness(page, unless_spiked=False)
        write_integration(page, update)
        write_happenings(page, update)
        page.line("(void)_now;")
    if spikes:
        page.line("append_noted(net, p, &_noted, first, _begin);")
