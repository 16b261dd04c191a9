"""From a `Model` in Brian2's language to a `Program`.

Brian2 itself parses the equations, checks their units, resolves their names and turns them into update
statements; this file collects what it says into plain data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import brian2
import sympy
from brian2.core.variables import Constant
from brian2.equations import Equations
from brian2.equations.equations import DIFFERENTIAL_EQUATION, FLOAT, PARAMETER, SUBEXPRESSION
from brian2.parsing.statements import parse_statement
from brian2.units.fundamentalunits import (
    DIMENSIONLESS,
    Dimension,
    DimensionMismatchError,
    get_unit_for_display,
    have_same_dimensions,
)

from .block_reader import BlockReader
from .errors import ModelError, nearest_names
from .functions import check_functions, read_expression, with_binomials
from .integrators import INTEGRATORS, SEES_REFRACTORINESS
from .integrators.noise import in_order
from .model import Model
from .program import Assignment, Event, Program, Refractory, Variable

__all__ = ["BUILTIN_NAMES", "build_program", "integration_methods"]

#: Names that every program may use without defining them.
BUILTIN_NAMES = ("t", "dt", "t_in_timesteps", "not_refractory", "i")


def integration_methods() -> tuple[str, ...]:
    """Names of the integration methods.

    Returns
    -------
    tuple of str
        Names that `Model.method` accepts.

    Examples
    --------
    >>> integration_methods()
    ('euler', 'exponential_euler', 'exact', 'rk2', 'rk4', 'heun', 'milstein', 'implicit', 'crank_nicolson')
    """
    return tuple(INTEGRATORS)


def build_program(model: Model, dt: float, written: Iterable[str] = ()) -> Program:
    """Parse, check and integrate a model.

    Parameters
    ----------
    model : Model
        The neuron model.
    dt : float
        Time step in seconds.
    written : iterable of str, optional
        Parameters that something outside the model writes during a run (a synapse, for example), so
        that they become states.

    Returns
    -------
    Program
        The model as typed, dimensionless data.

    Raises
    ------
    ModelError
        For a syntax error, inconsistent units, an unknown name, an unknown method, or a construct that
        the core cannot run.
    """
    if model.method not in INTEGRATORS:
        raise ModelError(
            f"{model.name}: unknown integration method {model.method!r}. "
            + nearest_names(model.method, INTEGRATORS)
        )
    try:
        return _Reader(model, dt).program(frozenset(written))
    except NotImplementedError as error:
        # Brian2's word for what it does not allow either, such as two calls of one random function.
        raise ModelError(f"{model.name}: {error}") from error


@dataclass(frozen=True)
class _Reader:
    """Reads one model with the help of a Brian2 group of a single neuron."""

    model: Model
    dt: float

    def program(self, written: frozenset[str]) -> Program:
        model = self.model
        equations = self._equations()
        group = self._group(equations)
        self._check_units(equations, group)
        variables = self._resolve(
            group, equations.identifiers | equations.names | {"dt"}, "equations"
        )
        substituted = {
            name: read_expression(expression.code, variables)
            for name, expression in equations.get_substituted_expressions(
                variables, include_subexpressions=True
            )
        }
        subexpressions = {
            name: value for name, value in substituted.items() if name in equations.subexpr_names
        }
        reader = BlockReader(
            model,
            lambda names, where: self._resolve(group, names, where),
            frozenset(group.variables),
            equations,
            subexpressions,
        )
        threshold = reader.condition(model.threshold, "threshold")
        reset = reader.statements(model.reset, "reset")
        second_reset, spike_width = self._second_reset(reader)
        events = self._events(reader)
        blocks = [reset, second_reset, *(event.actions for event in events)]
        assigned = {statement.target for block in blocks for statement in block} & equations.names
        if model.refractory is not False and model.refractory is not None:
            variables |= self._resolve(group, ["not_refractory"], "equations")
        factored = model.method in SEES_REFRACTORINESS
        update = self._update(group.equations if factored else equations, variables)
        refractory = self._refractory(reader)
        states = [
            name
            for name in equations
            if equations[name].type == DIFFERENTIAL_EQUATION
            or (equations[name].type == PARAMETER and name in assigned | written)
        ]
        states.sort(key=lambda name: equations[name].type != DIFFERENTIAL_EQUATION)
        parameters = [
            name for name in equations if equations[name].type == PARAMETER and name not in states
        ]
        expressions = [
            *(statement.value for statement in update),
            *(statement.value for block in blocks for statement in block),
            *(event.condition for event in events),
            *subexpressions.values(),
        ]
        if threshold is not None:
            expressions.append(threshold)
        if refractory is not None:
            expressions.append(refractory.expression)
        local = {statement.target for block in [update, *blocks] for statement in block}
        return Program(
            name=model.name,
            method=model.method,
            states=tuple(self._variable(equations, name) for name in states),
            parameters=tuple(self._variable(equations, name) for name in parameters),
            constants=self._constants(group, expressions, equations.names | local),
            update=update,
            clamped=frozenset(
                name for name in states if "unless refractory" in equations[name].flags
            ),
            threshold=threshold,
            reset=reset,
            refractory=refractory,
            second_reset=second_reset,
            spike_width=spike_width,
            events=events,
            subexpressions=subexpressions,
            units={name: _unit_name(equations[name].dim) for name in equations},
        )

    def _equations(self) -> Equations:
        try:
            equations = (
                self.model.equations
                if isinstance(self.model.equations, Equations)
                else Equations(self.model.equations)
            )
        except Exception as error:
            raise ModelError(f"{self.model.name}: the equations do not parse: {error}") from error
        for name in equations:
            flags = set(equations[name].flags) - {"unless refractory", "constant"}
            if flags:
                raise ModelError(
                    f"{self.model.name}: the equation of {name!r} carries the flag "
                    f"{sorted(flags)[0]!r}; the core knows 'unless refractory' and 'constant'."
                )
            if equations[name].type != SUBEXPRESSION and equations[name].var_type != FLOAT:
                raise ModelError(
                    f"{self.model.name}: {name!r} is declared boolean or integer; declare it as a "
                    "dimensionless number (': 1')."
                )
        return equations

    def _group(self, equations: Equations) -> brian2.NeuronGroup:
        model = self.model
        try:
            group = brian2.NeuronGroup(
                1,
                equations,
                method=model.method,
                threshold=model.threshold,
                reset="" if model.threshold is not None else None,
                refractory=model.refractory,
                events=dict(model.events),
                namespace=dict(model.namespace),
                dt=self.dt * brian2.second,
            )
        except Exception as error:
            raise ModelError(f"{model.name}: {error}") from error
        # The group only answers questions: it must neither join a user's magic network nor be
        # reported as forgotten when it is dropped.
        for item in (group, *group.contained_objects):
            item.add_to_magic_network = False
            item._network = "dendrify_gpu"
        return group

    def _resolve(
        self, group: brian2.NeuronGroup, names: Iterable[str], where: str
    ) -> dict[str, Any]:
        resolved: dict[str, Any] = {}
        for name in sorted(names):
            try:
                resolved.update(group.resolve_all({name}, {}, user_identifiers=set()))
            except KeyError:
                known = {*group.variables, *self.model.namespace} - {"N", "lastspike"}
                known = {item for item in known if not item.startswith("_")}
                raise ModelError(
                    f"{self.model.name}: {name!r}, used in the {where}, is neither a variable of the "
                    "model nor in its namespace. Define it in the equations or give its value as a "
                    f"parameter. {nearest_names(name, known)}"
                ) from None
        return resolved

    def _check_units(self, equations: Equations, group: brian2.NeuronGroup) -> None:
        self._resolve(group, equations.identifiers, "equations")
        try:
            equations.check_units(group, {})
        except DimensionMismatchError as error:
            raise ModelError(
                f"{self.model.name}: inconsistent units in the equations: {error}"
            ) from error

    def _update(self, equations: Equations, variables: dict[str, Any]) -> tuple[Assignment, ...]:
        if not equations.diff_eq_names:
            return ()
        if equations.is_stochastic:
            equations = in_order(equations)
        try:
            code = INTEGRATORS[self.model.method](equations, variables)
        except Exception as error:
            raise ModelError(
                f"{self.model.name}: the method {self.model.method!r} cannot integrate these equations: "
                f"{error} Use one of: {', '.join(INTEGRATORS)}."
            ) from error
        if not isinstance(code, str):
            read = [Assignment(item.target, with_binomials(item.value, variables)) for item in code]
            for statement in read:
                check_functions(
                    self.model.name, statement.value, f"equation of {statement.target!r}"
                )
            return tuple(read)
        lines = [line for line in (part.strip() for part in code.splitlines()) if line]
        statements = []
        new_value = {f"_{name}": name for name in equations.diff_eq_names}
        for line in lines:
            target, operator, expression, _ = parse_statement(line)
            if operator != "=" and operator != ":=":
                raise ModelError(f"{self.model.name}: unexpected update statement {line!r}.")
            if target in equations.diff_eq_names:
                continue  # the final copies ``x = _x``; a Program's update is simultaneous anyway
            value = read_expression(_plain_names(expression), variables)
            check_functions(self.model.name, value, f"equation of {target.lstrip('_')!r}")
            statements.append(Assignment(new_value.get(target, _plain_names(target)), value))
        return tuple(statements)

    def _second_reset(self, reader: BlockReader) -> tuple[tuple[Assignment, ...], float]:
        model = self.model
        if (model.second_reset is None) != (model.spike_width is None):
            missing = "spike_width" if model.spike_width is None else "second_reset"
            raise ModelError(
                f"{model.name}: a second reset needs both second_reset and spike_width; {missing} "
                "is missing."
            )
        if model.second_reset is None:
            return (), 0.0
        if not have_same_dimensions(model.spike_width, brian2.second):
            raise ModelError(
                f"{model.name}: spike_width={model.spike_width!r} is not a time; give it in ms."
            )
        return reader.statements(model.second_reset, "second_reset"), float(model.spike_width)

    def _events(self, reader: BlockReader) -> tuple[Event, ...]:
        model = self.model
        unknown = set(model.event_actions) - set(model.events)
        if unknown:
            name = sorted(unknown)[0]
            raise ModelError(
                f"{model.name}: there is an action for the event {name!r} but no such event. "
                + nearest_names(name, model.events)
            )
        # Brian2 tests custom events in the order of its objects' names.
        events = []
        for name in sorted(model.events):
            condition = reader.condition(model.events[name], f"event {name!r}")
            assert condition is not None
            actions = reader.statements(model.event_actions.get(name), f"actions of event {name!r}")
            events.append(Event(name, condition, actions))
        return tuple(events)

    def _refractory(self, reader: BlockReader) -> Refractory | None:
        value = self.model.refractory
        if value is False or value is None:
            return None
        dt = sympy.Symbol("dt", real=True, positive=True)  # as Brian2 writes it
        if not isinstance(value, str):
            if not have_same_dimensions(value, brian2.second):
                raise ModelError(
                    f"{self.model.name}: refractory={value!r} is not a time; give it in ms, as a "
                    "condition, or as False."
                )
            if float(value) < 0:
                raise ModelError(
                    f"{self.model.name}: refractory={value!r} is negative; give 0*ms or more, or False."
                )
            period: sympy.Basic = sympy.Symbol("_refractory", real=True)
            return Refractory("steps", sympy.floor((period + dt / 1000) / dt))
        period, dimensions = reader.expression(value, "refractory")
        if dimensions is brian2.second.dim:
            return Refractory("steps", sympy.floor((period + dt / 1000) / dt))
        condition = reader.condition(value, "refractory")
        assert condition is not None
        return Refractory("condition", condition)

    def _constants(
        self, group: brian2.NeuronGroup, expressions: list[sympy.Basic], defined: Iterable[str]
    ) -> dict[str, float]:
        names = {str(symbol) for value in expressions for symbol in value.free_symbols}
        constants: dict[str, float] = {"dt": self.dt}
        if "_refractory" in names:
            constants["_refractory"] = float(self.model.refractory)
        external = names - set(defined) - set(BUILTIN_NAMES) - {"_refractory", "_placeholder_arg"}
        for name, variable in self._resolve(group, external, "equations").items():
            if not isinstance(variable, Constant):
                raise ModelError(
                    f"{self.model.name}: {name!r} is not a constant number; the core cannot use it in a "
                    "neuron model."
                )
            constants[name] = float(variable.get_value())
        return constants

    def _variable(self, equations: Equations, name: str) -> Variable:
        return Variable(name, _unit_name(equations[name].dim), str(equations[name]))


def _plain_names(code: str) -> str:
    """Rename the stages of a method, such as ``__k_1_v``: names with two underscores are the compiler's own."""
    return re.sub(r"\b__(\w+)", r"_stage_\1", code)


def _unit_name(dimensions: Dimension) -> str:
    if dimensions is DIMENSIONLESS:
        return "1"
    return str(get_unit_for_display(dimensions)).strip("'").replace(" ", "")
