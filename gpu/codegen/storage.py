"""States between memory and registers: loaded before the first step of a window, stored after the last."""

from __future__ import annotations

from .holding import is_mask
from .names import identifier
from .page import Page
from .traits import FLAGS_PER_WORD
from .update import Update

__all__ = ["write_loads", "write_stores"]


def write_loads(page: Page, update: Update) -> None:
    """Write what is read from memory and declared before the first step; all other sections must be written."""
    traits = page.traits
    unused = "[[maybe_unused]] " if update.parted else ""
    page.line(f"{unused}const real *const c = p->coefficient;")
    for number, expression in enumerate(page.table.per_neuron):
        page.line(f"// {expression}")
        page.line(
            f"{unused}const lane _vary_{number} = load(p->vary + p->vary_offset[{number}] + "
            f"first * p->vary_step[{number}]);"
        )
    if update.parted:
        for declaration in update.parted.views():
            page.line(declaration)
    else:
        names = traits.program.state_names
        for number, name in enumerate(names):
            page.line(f"lane {identifier(name)} = load({_row('state', number)});")
        page.line(f"ask_for_states(p, {len(names)}, {traits.n_words}, first);")
    # Where neither spikes nor events happen, compilers drop what tells of them, and must not warn of it.
    idle = "" if traits.happens else "[[maybe_unused]] "
    page.line(f"{idle}ilane _last_spike = iload(p->last_spike + first);")
    for word in range(traits.n_words):
        page.line(f"{idle}ilane _flags_{word} = iload({_row('flags', word)});")
    if traits.keeps_condition:
        page.line(f"mask _not_refractory = {_flag(len(traits.masks))};")
    if traits.happens:
        words = " || ".join(f"any_bit(_flags_{word})" for word in range(traits.n_words))
        page.line(f"bool _happened = {words}, _eventful = false;")
        for mask in traits.masks:
            page.line(f"mask {mask} = no_lane();")
        with page.block("if (_happened)"):
            for number, mask in enumerate(traits.masks):
                page.line(f"{mask} = {_flag(number)};")
    for number in range(len(traits.ports)):
        page.line(f"const Inbox _inbox_{number} = inbox_of(p, {number}, first);")
    for name, node in update.split.held:
        page.line(f"mask {name} = no_lane();" if is_mask(node) else f"lane {name} = splat(0);")
    page.line()


def write_stores(page: Page, update: Update) -> None:
    """Write what goes back to memory after the last step."""
    traits = page.traits
    page.line()
    page.line(
        "// Back to memory; numbers too small to matter become zero, so that no arithmetic on"
    )
    page.line("// subnormal numbers slows a processor down.")
    if update.parted:
        if traits.happens:
            _store_events(page)
        for statement in update.parted.ending():
            page.line(statement)
        return
    for number, name in enumerate(traits.program.state_names):
        if name not in traits.slow:
            variable = identifier(name)
            value = f"flush_tiny({variable})" if name in traits.differential else variable
            page.line(f"store({_row('state', number)}, {value});")
    if traits.happens:
        _store_events(page)
    _report_bad_values(page)


def _report_bad_values(page: Page) -> None:
    traits = page.traits
    checked = [
        (number, identifier(name))
        for number, name in enumerate(traits.program.state_names)
        if name in traits.differential
    ]
    if not checked:
        page.line("(void)_population;")
        return
    # Infinity minus infinity and any arithmetic on NaN give NaN: the sum is zero exactly when
    # all values are finite.
    terms = " + ".join(f"({variable} - {variable})" for _, variable in checked)
    with page.block(f"if (any_set(not_equal({terms}, splat(0))))"):
        for number, variable in checked:
            page.line(
                f"report_not_finite(net, _population, {number}, not_equal({variable} - {variable}, splat(0)), "
                "first);"
            )


def _store_events(page: Page) -> None:
    """Write what only spikes and custom events change, where there were any."""
    traits = page.traits
    with page.block("if (_eventful)"):
        for number, name in enumerate(traits.program.state_names):
            if name in traits.slow:
                page.line(f"store({_row('state', number)}, {identifier(name)});")
        page.line("istore(p->last_spike + first, _last_spike);")
    for word in range(traits.n_words):
        page.line(f"_flags_{word} = isplat(0);")
    if traits.keeps_condition:
        word, bit = divmod(len(traits.masks), FLAGS_PER_WORD)
        page.line(f"_flags_{word} = mask_bit(_not_refractory, {bit});")
    with page.block("if (_happened)"):
        for number, mask in enumerate(traits.masks):
            word, bit = divmod(number, FLAGS_PER_WORD)
            page.line(f"_flags_{word} = _flags_{word} | mask_bit({mask}, {bit});")
    for word in range(traits.n_words):
        page.line(f"istore({_row('flags', word)}, _flags_{word});")


def _row(array: str, number: int) -> str:
    return f"p->{array} + {number} * (int64_t)p->stride + first"


def _flag(number: int) -> str:
    word, bit = divmod(number, FLAGS_PER_WORD)
    return f"has_bit(_flags_{word}, {bit})"
