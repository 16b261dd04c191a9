"""The step function of a model: all steps of one window for one vector of neurons.

The loop body is Brian2's time step, rotated so that it begins with the second half of the step before:

1. of step ``s - 1``: synaptic input, second reset, resets, actions of custom events;
2. of step ``s``: samples, integration, thresholds, conditions of custom events.

Spikes of step ``s`` are thus handed to the synapses between the two halves, which makes a delay of zero
possible when a window has one step, and lets a window have one step more than the shortest delay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy

from ..program import Assignment, Program
from .coefficients import Coefficients, CoefficientTable
from .holding import hold, is_mask, needed_by
from .lowering import Lowering
from .names import identifier
from .nodes import CLOCK, Local, Node, parts
from .part_text import PartText
from .partition import is_too_large, partition
from .printer import text

__all__ = ["FLAGS_PER_WORD", "StepFunction", "build_step_function"]

#: Flags of a neuron that fit in one word: 30, so that single precision's 32-bit words hold them.
FLAGS_PER_WORD = 30

_INDENT = "    "


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
    """

    name: str
    source: str
    coefficients: Coefficients
    ports: tuple[tuple[str, ...], ...]
    recorded: tuple[tuple[str, ...], ...]
    n_flag_words: int
    n_scratch: int = 0


def port_scale(port: int) -> str:
    """Name of the constant that converts a port's integers to numbers."""
    return f"_port_scale_{port}"


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
    return _Writer(program, name, ports, recorded).function()


@dataclass(frozen=True)
class _Test:
    """The condition of a spike or an event, in three parts of which all must be true.

    `first` is tested in every step, `slow` seldom changes, and `rest` is tested where the others are true.
    """

    mask: str
    whole: sympy.Basic
    first: sympy.Basic | None
    slow: sympy.Basic | None
    rest: sympy.Basic | None
    title: str
    prefix: str


class _Writer:
    """Writes one step function from top to bottom."""

    def __init__(
        self,
        program: Program,
        name: str,
        ports: tuple[tuple[str, ...], ...],
        recorded: tuple[tuple[str, ...], ...],
    ) -> None:
        self.program = program
        self.name = name
        self.ports = ports
        self.recorded = recorded
        self.table = CoefficientTable(frozenset(program.parameter_names))
        self.draws: list[str] = []
        self.lines: list[str] = []
        self.depth = 1
        self.keeps_condition = (
            program.refractory is not None and program.refractory.kind == "condition"
        )
        self.masks = ["_spiked", *(f"_happened_{event.name}" for event in program.events)]
        self.n_words = -(-(len(self.masks) + self.keeps_condition) // FLAGS_PER_WORD)
        self.happens = program.threshold is not None or bool(program.events)
        differential = {statement.target for statement in program.update}
        reached = {name for port in ports for name in port}
        self.slow = frozenset(program.state_names) - differential - reached
        self.late_refractoriness = (
            program.refractory is not None
            and not self.keeps_condition
            and not program.clamped & differential
            and not program.uses("not_refractory")
        )

    def function(self) -> StepFunction:
        self._lower_update()
        self._loop()
        body = self.lines
        self.lines = []
        self._load()
        head = self.lines
        self.lines = []
        self._store()
        tail = self.lines
        equations = [f"//     {variable.equation}" for variable in self.program.states]
        source = "\n".join(
            [
                f"// Model {self.program.name!r}, integrated by {self.program.method}. States:",
                *equations,
                *(self.parted.functions() if self.parted else ()),
                f"DEVICE void {self.name}(const Network *net, const Population *p, int32_t _population,",
                f"{_INDENT}const Window *window, int64_t first)",
                "{",
                *head,
                *body,
                *tail,
                "}",
                "",
            ]
        )
        return StepFunction(
            self.name,
            source,
            self.table.freeze(),
            self.ports,
            self.recorded,
            self.n_words,
            self.parted.partition.n_scratch if self.parted else 0,
        )

    # ------------------------------------------------------------------ writing

    def _line(self, line: str = "") -> None:
        self.lines.append(f"{_INDENT * self.depth}{line}" if line else "")

    def _lowering(self, prefix: str = "_") -> Lowering:
        names = {*self.program.state_names, "t", "t_in_timesteps", "i"}
        return Lowering(frozenset(names), self.table, self.draws, prefix, self.slow)

    def _definitions(self, lowering: Lowering, done: int = 0) -> int:
        for name, node in lowering.definitions[done:]:
            self._line(f"const lane {identifier(name)} = {text(node)};")
        return len(lowering.definitions)

    def _times(self, expressions: Iterable[sympy.Basic], clocked: bool = True) -> None:
        """Declare the time and the index of the neurons where a section uses them."""
        names = {str(symbol) for value in expressions for symbol in value.free_symbols}
        functions = {
            call.func.__name__ for value in expressions for call in value.atoms(sympy.Function)
        }
        if clocked and CLOCK in names:
            self._line("const lane t_in_timesteps = splat((real)_now);")
        if "t" in names:
            self._line("const lane t = splat((real)((double)_now * net->dt));")
        if "i" in names:
            self._line("const lane i = to_real(isplat((integer)first) + lane_iota());")
        if functions & {"rand", "randn"}:
            self._line("const ulane _index = as_unsigned(isplat((integer)first) + lane_iota());")

    # ----------------------------------------------------------------- sections

    def _load(self) -> None:
        unused = "[[maybe_unused]] " if self.parted else ""
        self._line(f"{unused}const real *const c = p->coefficient;")
        for number, expression in enumerate(self.table.per_neuron):
            self._line(f"// {expression}")
            self._line(
                f"{unused}const lane _vary_{number} = load(p->vary + p->vary_offset[{number}] + "
                f"first * p->vary_step[{number}]);"
            )
        if self.parted:
            for declaration in self.parted.views():
                self._line(declaration)
        else:
            self._load_states()
        self._line("ilane _last_spike = iload(p->last_spike + first);")
        for word in range(self.n_words):
            self._line(
                f"ilane _flags_{word} = iload(p->flags + {word} * (int64_t)p->stride + first);"
            )
        if self.keeps_condition:
            word, bit = divmod(len(self.masks), FLAGS_PER_WORD)
            self._line(f"mask _not_refractory = has_bit(_flags_{word}, {bit});")
        if self.happens:
            words = " || ".join(f"any_bit(_flags_{word})" for word in range(self.n_words))
            self._line(f"bool _happened = {words}, _eventful = false;")
            for mask in self.masks:
                self._line(f"mask {mask} = no_lane();")
            self._line("if (_happened) {")
            self.depth += 1
            for number, mask in enumerate(self.masks):
                word, bit = divmod(number, FLAGS_PER_WORD)
                self._line(f"{mask} = has_bit(_flags_{word}, {bit});")
            self.depth -= 1
            self._line("}")
        for number in range(len(self.ports)):
            self._line(f"const Inbox _inbox_{number} = inbox_of(p, {number}, first);")
        for name, node in self.split.held:
            self._line(f"mask {name} = no_lane();" if is_mask(node) else f"lane {name} = splat(0);")
        self._line()

    def _load_states(self) -> None:
        for number, name in enumerate(self.program.state_names):
            self._line(
                f"lane {identifier(name)} = load(p->state + {number} * (int64_t)p->stride + first);"
            )

    def _store(self) -> None:
        self._line()
        self._line(
            "// Back to memory; numbers too small to matter become zero, so that no arithmetic on"
        )
        self._line("// subnormal numbers slows a processor down.")
        differential = {statement.target for statement in self.program.update}
        checked = [name for name in self.program.state_names if name in differential]
        if self.parted:
            if self.happens:
                self._store_events()
            for statement in self.parted.ending():
                self._line(statement)
            return
        for number, name in enumerate(self.program.state_names):
            if name not in self.slow:
                variable = identifier(name)
                value = f"flush_tiny({variable})" if name in differential else variable
                self._line(f"store(p->state + {number} * (int64_t)p->stride + first, {value});")
        if self.happens:
            self._store_events()
        if not checked:
            self._line("(void)_population;")
            return
        # Infinity minus infinity and any arithmetic on NaN give NaN: the sum is zero exactly when
        # all values are finite.
        terms = " + ".join(f"({identifier(name)} - {identifier(name)})" for name in checked)
        self._line(f"if (any_set(not_equal({terms}, splat(0)))) {{")
        self.depth += 1
        for number, name in enumerate(self.program.state_names):
            if name in differential:
                variable = identifier(name)
                self._line(
                    f"report_not_finite(net, _population, {number}, not_equal({variable} - {variable}, splat(0)), "
                    "first);"
                )
        self.depth -= 1
        self._line("}")

    def _store_events(self) -> None:
        """Write what only spikes and custom events change, where there were any."""
        self._line("if (_eventful) {")
        self.depth += 1
        for number, name in enumerate(self.program.state_names):
            if name in self.slow:
                self._line(
                    f"store(p->state + {number} * (int64_t)p->stride + first, {identifier(name)});"
                )
        self._line("istore(p->last_spike + first, _last_spike);")
        self.depth -= 1
        self._line("}")
        for word in range(self.n_words):
            self._line(f"_flags_{word} = isplat(0);")
        if self.keeps_condition:
            word, bit = divmod(len(self.masks), FLAGS_PER_WORD)
            self._line(f"_flags_{word} = mask_bit(_not_refractory, {bit});")
        self._line("if (_happened) {")
        self.depth += 1
        for number, mask in enumerate(self.masks):
            word, bit = divmod(number, FLAGS_PER_WORD)
            self._line(f"_flags_{word} = _flags_{word} | mask_bit({mask}, {bit});")
        self.depth -= 1
        self._line("}")
        for word in range(self.n_words):
            self._line(f"istore(p->flags + {word} * (int64_t)p->stride + first, _flags_{word});")

    def _loop(self) -> None:
        spikes = self.program.threshold is not None
        self._line("const int32_t _begin = window->begin, _end = window->end;")
        self._line("const bool _flush = window->flush, _resumed = window->resumed;")
        if self.ports:
            self._line("int32_t _slot = (_begin - 1 + p->n_slot) % p->n_slot;")
        if spikes:
            self._line("SpikeNotes _noted = no_spikes();")
        self._begin_holding()
        self._line("ROLLED for (int32_t _step = _begin;; ++_step) {")
        self.depth += 1
        self._line("RELOAD_COEFFICIENTS;")
        self._line("if (_step == _end && !_flush)")
        self._line(f"{_INDENT}break;")
        self._line(
            "// A run ends with a complete step: the next one must not repeat its second half."
        )
        self._line("if (_step > _begin || !_resumed) {")
        self.depth += 1
        self._line("// ---- second half of the step before")
        self._line("const int32_t _now = _step - 1;")
        self._refractoriness(unless_spiked=True)
        self._synapses()
        self._events()
        self._line("(void)_now;")
        self.depth -= 1
        self._line("}")
        if self.ports:
            self._line("_slot = _slot + 1 == p->n_slot ? 0 : _slot + 1;")
        self._line("if (_step == _end)")
        self._line(f"{_INDENT}break;")
        self._line()
        self._line("// ---- first half of this step")
        self._line("const int32_t _now = _step;")
        self._samples()
        if not self.late_refractoriness:
            self._refractoriness(unless_spiked=False)
        self._integration()
        self._happenings()
        self._line("(void)_now;")
        self.depth -= 1
        self._line("}")
        if spikes:
            self._line("append_noted(net, p, &_noted, first, _begin);")

    def _needs_refractoriness(self, unless_spiked: bool) -> bool:
        if self.program.refractory is None:
            return False
        if unless_spiked:
            targets = {name for port in self.ports for name in port}
            targets |= {statement.target for statement in self.program.second_reset}
            return bool(targets & self.program.clamped)
        return True

    def _refractoriness(self, unless_spiked: bool) -> None:
        """Compute which neurons are not refractory at `_now`."""
        if not self._needs_refractoriness(unless_spiked):
            return
        refractory = self.program.refractory
        assert refractory is not None
        if refractory.kind == "condition":
            if unless_spiked:
                return  # the kept mask already is what the last step left
            lowering = self._lowering("_refractory_")
            self._times([refractory.expression])
            condition = lowering.condition(refractory.expression)
            self._definitions(lowering)
            self._line(f"// refractory while {refractory.expression}")
            self._line(f"_not_refractory = _not_refractory | mask_not({text(condition)});")
            return
        lowering = self._lowering("_refractory_")
        steps = lowering.value(refractory.expression)
        self._definitions(lowering)
        waiting = "mask_not(_spiked) & " if unless_spiked else ""
        self._line(
            f"const mask _not_refractory = {waiting}greater_equal(to_real(isplat((integer)_now) - "
            f"_last_spike), {text(steps)});"
        )

    def _synapses(self) -> None:
        if not self.ports:
            return
        for number, targets in enumerate(self.ports):
            scale = text(self.table.node(sympy.Symbol(port_scale(number), real=True)))
            self._line(f"{{  // input to {', '.join(targets)}")
            self.depth += 1
            self._line(f"const lane _amount = take_input(&_inbox_{number}, _slot);")
            for name in targets:
                self._assign(
                    name, f"lane_fma(_amount, {scale}, {identifier(name)})", None, clamp=True
                )
            self.depth -= 1
            self._line("}")

    def _events(self) -> None:
        """Write what spikes and custom events do; most vectors skip all of it with one test."""
        program = self.program
        if program.second_reset:
            self._line(
                "const mask _second = iequal(isplat((integer)_now - p->spike_width), _last_spike);"
            )
            self._line("if (any_set(_second)) {")
            self.depth += 1
            self._actions([("second reset", "_second", program.second_reset, True)])
            self.depth -= 1
            self._line("}")
        blocks = [("reset", "_spiked", program.reset, False)] if program.reset else []
        for event in program.events:
            if event.actions:
                mask = f"_happened_{event.name}"
                blocks.append((f"event {event.name}", mask, event.actions, False))
        if blocks:
            self._line("if (_happened) {")
            self.depth += 1
            self._actions(blocks)
            self.depth -= 1
            self._line("}")

    def _actions(self, blocks: list[tuple[str, str, tuple[Assignment, ...], bool]]) -> None:
        for title, mask, statements, clamp in blocks:
            self._block(title, mask, statements, clamp)
        self._line("_eventful = true;")
        written = {statement.target for _, _, block, _ in blocks for statement in block}
        if self.split.held and written & self.slow:
            self._line("_changing = true;")

    def _block(
        self, title: str, mask: str, statements: tuple[Assignment, ...], clamp: bool = False
    ) -> None:
        """Write statements that are carried out one after another where a mask is set."""
        self._line(f"if (any_set({mask})) {{  // {title}")
        self.depth += 1
        self._times([statement.value for statement in statements])
        local: set[str] = set()
        for number, statement in enumerate(statements):
            lowering = self._lowering(f"_{number}_")
            lowering.variables |= local
            value = lowering.value(statement.value, statement.target)
            self._definitions(lowering)
            if statement.target in self.program.state_names:
                self._assign(statement.target, text(value), mask, clamp)
            elif statement.target in local:
                self._line(f"{identifier(statement.target)} = {text(value)};")
            else:
                local.add(statement.target)
                self._line(f"lane {identifier(statement.target)} = {text(value)};")
        self.depth -= 1
        self._line("}")

    def _assign(self, name: str, value: str, mask: str | None, clamp: bool) -> None:
        variable = identifier(name)
        if clamp and name in self.program.clamped and self.program.refractory is not None:
            mask = "_not_refractory" if mask is None else f"{mask} & _not_refractory"
        if mask is not None:
            value = f"select({mask}, {value}, {variable})"
        self._line(f"{variable} = {value};")

    def _samples(self) -> None:
        for number, names in enumerate(self.recorded):
            self._line(f"if (sample_due(&p->monitor[{number}], first, _step)) {{")
            self.depth += 1
            values = [self._recorded(name) for name in names]
            self._times(values)
            lowering = self._lowering("_recorded_")
            done = 0
            for place, (name, value) in enumerate(zip(names, values, strict=True)):
                node = lowering.value(value)
                done = self._definitions(lowering, done)
                self._line(
                    f"sample(&p->monitor[{number}], {place}, {text(node)}, first, _step);  // {name}"
                )
            self.depth -= 1
            self._line("}")

    def _recorded(self, name: str) -> sympy.Expr:
        if name in self.program.subexpressions:
            return self.program.subexpressions[name]
        return sympy.Symbol(name, real=True)

    def _lower_update(self) -> None:
        """Lower the update, and what is slow in conditions, first: other sections must know what is held."""
        lowering = self._lowering()
        states = self.program.state_names
        self.updated: list[Assignment] = []
        results: list[Node] = []
        for statement in self.program.update:
            if statement.target in states:
                self.updated.append(statement)
                results.append(lowering.updated(statement.value, statement.target))
            else:
                lowering.define(statement.target, statement.value)
        self.parted = self._parted(lowering, results)
        held = frozenset() if self.parted else self.slow
        self.tests = self._split_conditions(held)
        ready = [test for test in self.tests if test.slow is not None]
        results += [lowering.condition(test.slow) for test in ready]
        self.split = hold(() if self.parted else lowering.definitions, results, held)
        self.next_values = self.split.results[: len(self.updated)]
        self.ready = dict(zip(ready, self.split.results[len(self.updated) :], strict=True))

    def _parted(self, lowering: Lowering, results: list[Node]) -> PartText | None:
        """Cut the update of a model that does not fit in registers into parts."""
        program = self.program
        changes = [(item.target, node) for item, node in zip(self.updated, results, strict=True)]
        if not is_too_large(lowering.definitions, changes, program.state_names):
            return None
        with_mask = program.refractory is not None and not self.late_refractoriness
        masked = program.clamped if with_mask else frozenset()
        return PartText(
            self.name,
            partition(lowering.definitions, changes, program.state_names, masked),
            {name: number for number, name in enumerate(program.state_names)},
            masked,
            with_mask,
            {item.target: str(item) for item in self.updated},
        )

    def _split_conditions(self, slow_states: frozenset[str]) -> list[_Test]:
        """Split conditions into what states decide, what is slow, and the rest."""
        program = self.program
        named: list[tuple[str, sympy.Basic, str, str]] = []
        if program.threshold is not None:
            named.append(("_spiked", program.threshold, "spike", "_threshold_"))
        for event in program.events:
            named.append(
                (f"_happened_{event.name}", event.condition, event.name, f"_{event.name}_")
            )
        fixed = {*program.parameter_names, *program.constants, CLOCK}
        tests = []
        for mask, condition, title, prefix in named:
            conjuncts = condition.args if isinstance(condition, sympy.And) else (condition,)
            first: list[sympy.Basic] = []
            slow: list[sympy.Basic] = []
            rest: list[sympy.Basic] = []
            for part in conjuncts:
                names = {str(symbol) for symbol in part.free_symbols}
                if (
                    names & slow_states
                    and names <= slow_states | fixed
                    and not part.atoms(sympy.Function)
                ):
                    slow.append(part)
                elif names & {"t", CLOCK, "not_refractory"}:
                    rest.append(part)
                else:
                    first.append(part)
            both = [sympy.And(*chosen) if chosen else None for chosen in (first, slow, rest)]
            tests.append(_Test(mask, condition, both[0], both[1], both[2], title, prefix))
        return tests

    def _integration(self) -> None:
        update, split = self.program.update, self.split
        if not update:
            return
        if self.parted:
            for call in self.parted.calls():
                self._line(call)
            return
        self._line("{")
        self.depth += 1
        self._hold()
        everywhere = [*split.results, *(node for _, node in split.definitions)]
        clocked = any(Local(CLOCK) in parts(node) for node in everywhere)
        self._times([statement.value for statement in update], clocked)
        waiting = list(split.definitions)
        definitions = dict(split.definitions)
        for statement, node in zip(self.updated, self.next_values, strict=True):
            wanted = needed_by(node, definitions)
            for name, value in [item for item in waiting if item[0] in wanted]:
                self._define(name, value)
            waiting = [item for item in waiting if item[0] not in wanted]
            self._line(f"// {statement.target} = {statement.value}")
            self._line(f"const lane _next_{statement.target} = {text(node)};")
        for statement in self.updated:
            self._assign(statement.target, f"_next_{statement.target}", None, clamp=True)
        self.depth -= 1
        self._line("}")

    def _define(self, name: str, node: Node) -> None:
        self._line(
            f"const {'mask' if is_mask(node) else 'lane'} {identifier(name)} = {text(node)};"
        )

    def _begin_holding(self) -> None:
        """Write whether held values can change in this window without an event."""
        split = self.split
        if not split.held:
            return
        self._line(
            "// What seldom changes is held while neither an event nor the clock can change it."
        )
        self._line("bool _changing = true;")

    def _hold(self) -> None:
        """Write the values that are held."""
        split = self.split
        if not split.held:
            return
        self._line("if (!HOLDS || _changing) {")
        self.depth += 1
        if split.turns:
            self._line(f"const lane {CLOCK} = splat((real)_now);")
        for name, node in split.slow_definitions:
            self._define(name, node)
        for name, node in split.held:
            self._line(f"{name} = {text(node)};")
        turning = "false"
        if split.turns:
            turning = f"any_set({' | '.join(text(turn) for turn in split.turns)})"
        self._line("if (_now == _begin)")
        self._line(f"{_INDENT}_changing = {turning};")
        self.depth -= 1
        self._line("}")

    def _happenings(self) -> None:
        """Write the tests for spikes and custom events.

        What depends on states is tested in every step, the rest of a condition only where that test succeeded
        for some lane: hardly ever.
        """
        if not self.tests:
            return
        self._line("{")
        self.depth += 1
        if not self.program.update:
            self._hold()
        self._times([test.first for test in self.tests if test.first is not None])
        for test in self.tests:
            lowering = self._lowering(test.prefix)
            conditions = [] if test.first is None else [text(lowering.condition(test.first))]
            self._definitions(lowering)
            if test.slow is not None:
                conditions.append(text(self.ready[test]))
            if test.mask == "_spiked" and self._tests_refractoriness():
                conditions.append("_not_refractory")
            self._line(f"// {test.title} when {test.whole}")
            self._line(f"const mask _now{test.mask} = {' & '.join(conditions) or 'every_lane()'};")
        if self._needs_refractoriness(unless_spiked=True) and not self.keeps_condition:
            self._line("_spiked = _now_spiked;")
        self._line(f"_happened = any_set({' | '.join(f'_now{test.mask}' for test in self.tests)});")
        self._line("if (_happened) {")
        self.depth += 1
        for test in self.tests:
            self._line(f"{test.mask} = _now{test.mask};")
        self._times([test.rest for test in self.tests if test.rest is not None])
        for test in self.tests:
            if test.rest is not None:
                lowering = self._lowering(test.prefix)
                condition = text(lowering.condition(test.rest))
                self._definitions(lowering)
                self._line(f"{test.mask} = {test.mask} & {condition};")
            if test.mask == "_spiked":
                self._spike()
        self._line("_eventful = true;")
        self.depth -= 1
        self._line("}")
        self.depth -= 1
        self._line("}")

    def _tests_refractoriness(self) -> bool:
        return self.program.refractory is not None and not self.late_refractoriness

    def _spike(self) -> None:
        """Write what a spike leaves for later steps; refractory neurons do not spike."""
        if self.late_refractoriness:
            self._refractoriness(unless_spiked=False)
            self._line("_spiked = _spiked & _not_refractory;")
        self._line("_last_spike = iselect(_spiked, isplat((integer)_now), _last_spike);")
        if self.keeps_condition:
            self._line("_not_refractory = _not_refractory & mask_not(_spiked);")
        self._line("note_spikes(&_noted, _spiked, _now - _begin);")
