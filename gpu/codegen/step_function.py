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
from .lowering import Lowering
from .names import identifier
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
    """

    name: str
    source: str
    coefficients: Coefficients
    ports: tuple[tuple[str, ...], ...]
    recorded: tuple[tuple[str, ...], ...]
    n_flag_words: int


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
        if self.keeps_condition:
            self.masks.append("_not_refractory")
        self.n_words = -(-len(self.masks) // FLAGS_PER_WORD)

    def function(self) -> StepFunction:
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
            self.name, source, self.table.freeze(), self.ports, self.recorded, self.n_words
        )

    # ------------------------------------------------------------------ writing

    def _line(self, line: str = "") -> None:
        self.lines.append(f"{_INDENT * self.depth}{line}" if line else "")

    def _lowering(self, prefix: str = "_") -> Lowering:
        names = {*self.program.state_names, "t", "t_in_timesteps", "i"}
        return Lowering(frozenset(names), self.table, self.draws, prefix)

    def _definitions(self, lowering: Lowering, done: int = 0) -> int:
        for name, node in lowering.definitions[done:]:
            self._line(f"const lane {identifier(name)} = {text(node)};")
        return len(lowering.definitions)

    def _times(self, expressions: Iterable[sympy.Basic]) -> None:
        """Declare the time and the index of the neurons where a section uses them."""
        names = {str(symbol) for value in expressions for symbol in value.free_symbols}
        functions = {
            call.func.__name__ for value in expressions for call in value.atoms(sympy.Function)
        }
        if "t_in_timesteps" in names:
            self._line("const lane t_in_timesteps = splat((real)_now);")
        if "t" in names:
            self._line("const lane t = splat((real)((double)_now * net->dt));")
        if "i" in names:
            self._line("const lane i = to_real(isplat((integer)first) + lane_iota());")
        if functions & {"rand", "randn"}:
            self._line("const ulane _index = (ulane)(isplat((integer)first) + lane_iota());")

    # ----------------------------------------------------------------- sections

    def _load(self) -> None:
        self._line("const real *const c = p->coefficient;")
        for number, expression in enumerate(self.table.per_neuron):
            self._line(f"// {expression}")
            self._line(
                f"const lane _vary_{number} = load(p->vary + p->vary_offset[{number}] + "
                f"first * p->vary_step[{number}]);"
            )
        for number, name in enumerate(self.program.state_names):
            self._line(
                f"lane {identifier(name)} = load(p->state + {number} * (int64_t)p->stride + first);"
            )
        self._line("ilane _last_spike = iload(p->last_spike + first);")
        for word in range(self.n_words):
            self._line(
                f"ilane _flags_{word} = iload(p->flags + {word} * (int64_t)p->stride + first);"
            )
        for number, mask in enumerate(self.masks):
            word, bit = divmod(number, FLAGS_PER_WORD)
            self._line(f"mask {mask} = has_bit(_flags_{word}, {bit});")
        self._line()

    def _store(self) -> None:
        self._line()
        self._line(
            "// Back to memory; numbers too small to matter become zero, so that no arithmetic on"
        )
        self._line("// subnormal numbers slows a processor down.")
        differential = {statement.target for statement in self.program.update}
        checked = [name for name in self.program.state_names if name in differential]
        for number, name in enumerate(self.program.state_names):
            variable = identifier(name)
            value = f"flush_tiny({variable})" if name in differential else variable
            self._line(f"store(p->state + {number} * (int64_t)p->stride + first, {value});")
        self._line("istore(p->last_spike + first, _last_spike);")
        for word in range(self.n_words):
            bits = [
                f"mask_bit({mask}, {number % FLAGS_PER_WORD})"
                for number, mask in enumerate(self.masks)
                if number // FLAGS_PER_WORD == word
            ]
            self._line(
                f"istore(p->flags + {word} * (int64_t)p->stride + first, {' | '.join(bits)});"
            )
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

    def _loop(self) -> None:
        self._line("for (int32_t _step = window->begin;; ++_step) {")
        self.depth += 1
        self._line("if (_step == window->end && !window->flush)")
        self._line(f"{_INDENT}break;")
        self._line(
            "// A run ends with a complete step: the next one must not repeat its second half."
        )
        self._line("if (_step > window->begin || !window->resumed) {")
        self.depth += 1
        self._line("// ---- second half of the step before")
        self._line("const int32_t _now = _step - 1;")
        self._refractoriness(unless_spiked=True)
        self._synapses()
        self._events()
        self._line("(void)_now;")
        self.depth -= 1
        self._line("}")
        self._line("if (_step == window->end)")
        self._line(f"{_INDENT}break;")
        self._line()
        self._line("// ---- first half of this step")
        self._line("const int32_t _now = _step;")
        self._samples()
        self._refractoriness(unless_spiked=False)
        self._integration()
        self._threshold()
        self._conditions()
        self._line("(void)_now;")
        self.depth -= 1
        self._line("}")

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
        self._line("const int64_t _slot = (_now + p->n_slot) % p->n_slot;")
        for number, targets in enumerate(self.ports):
            scale = self.table.node(sympy.Symbol(port_scale(number), real=True))
            self._line(
                f"if (input_pending(p, first, {number}, _slot)) {{  // input to {', '.join(targets)}"
            )
            self.depth += 1
            self._line(
                f"const lane _amount = take_input(p, first, {number}, _slot) * {text(scale)};"
            )
            for name in targets:
                self._assign(name, f"{identifier(name)} + _amount", None, clamp=True)
            self.depth -= 1
            self._line("}")

    def _events(self) -> None:
        """Write what spikes and custom events do; most vectors skip all of it with one test."""
        blocks: list[tuple[str, str, tuple[Assignment, ...], bool]] = []
        if self.program.second_reset:
            self._line(
                "const mask _second = iequal(isplat((integer)_now - p->spike_width), _last_spike);"
            )
            blocks.append(("second reset", "_second", self.program.second_reset, True))
        if self.program.reset:
            blocks.append(("reset", "_spiked", self.program.reset, False))
        for event in self.program.events:
            if event.actions:
                mask = f"_happened_{event.name}"
                blocks.append((f"event {event.name}", mask, event.actions, False))
        if not blocks:
            return
        self._line(f"if (any_set({' | '.join(mask for _, mask, _, _ in blocks)})) {{")
        self.depth += 1
        for title, mask, statements, clamp in blocks:
            self._block(title, mask, statements, clamp)
        self.depth -= 1
        self._line("}")

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

    def _integration(self) -> None:
        update = self.program.update
        if not update:
            return
        self._line("{")
        self.depth += 1
        self._times([statement.value for statement in update])
        lowering = self._lowering()
        states = self.program.state_names
        done = 0
        for statement in update:
            if statement.target in states:
                node = lowering.updated(statement.value, statement.target)
                done = self._definitions(lowering, done)
                self._line(f"// {statement.target} = {statement.value}")
                self._line(f"const lane _next_{statement.target} = {text(node)};")
            else:
                lowering.define(statement.target, statement.value)
                done = self._definitions(lowering, done)
        for statement in update:
            if statement.target in states:
                self._assign(statement.target, f"_next_{statement.target}", None, clamp=True)
        self.depth -= 1
        self._line("}")

    def _threshold(self) -> None:
        if self.program.threshold is None:
            return
        lowering = self._lowering("_threshold_")
        self._line("{")
        self.depth += 1
        self._times([self.program.threshold])
        condition = text(lowering.condition(self.program.threshold))
        self._definitions(lowering)
        self._line(f"// spike when {self.program.threshold}")
        if self.program.refractory is not None:
            condition = f"{condition} & _not_refractory"
        self._line(f"_spiked = {condition};")
        self._line("if (any_set(_spiked)) {")
        self.depth += 1
        self._line("_last_spike = iselect(_spiked, isplat((integer)_now), _last_spike);")
        if self.keeps_condition:
            self._line("_not_refractory = _not_refractory & mask_not(_spiked);")
        self._line("append_spikes(net, p, _spiked, first, _now);")
        for _ in range(2):
            self.depth -= 1
            self._line("}")

    def _conditions(self) -> None:
        for event in self.program.events:
            lowering = self._lowering(f"_{event.name}_")
            self._line("{")
            self.depth += 1
            self._times([event.condition])
            condition = lowering.condition(event.condition)
            self._definitions(lowering)
            self._line(f"// {event.name} when {event.condition}")
            self._line(f"_happened_{event.name} = {text(condition)};")
            self.depth -= 1
            self._line("}")
