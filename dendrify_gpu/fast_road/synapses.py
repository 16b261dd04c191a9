"""From a pathway of Brian2's Synapses to weights that are added to variables of the target."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from brian2.core.variables import ArrayVariable, Constant, Subexpression
from brian2.parsing.rendering import NumpyNodeRenderer
from brian2.parsing.statements import parse_statement
from brian2.synapses.synapses import SynapticPathway
from brian2.utils.stringtools import get_identifiers

from .reason import Reason
from .schedule import root_name

__all__ = ["AdditivePathway", "Input", "read_pathway", "written_variables"]

#: The longest delay in steps that the core keeps.
_LONGEST_DELAY = 2**16 - 1


@dataclass(frozen=True, eq=False)
class Input:
    """Some variables of the target that the same weight is added to.

    Attributes
    ----------
    targets : tuple of str
    weight : float or ndarray of shape (synapses,)
    """

    targets: tuple[str, ...]
    weight: float | np.ndarray


@dataclass(frozen=True, eq=False)
class AdditivePathway:
    """A pathway that only adds weights.

    Attributes
    ----------
    pathway : SynapticPathway
    inputs : tuple of Input
    delay : int or ndarray of int
        In steps.
    """

    pathway: SynapticPathway
    inputs: tuple[Input, ...]
    delay: int | np.ndarray

    @property
    def name(self) -> str:
        """Name of the pathway."""
        return str(self.pathway.name)

    @property
    def pre(self) -> str:
        """Name of the group of the sources."""
        return root_name(self.pathway.source)

    @property
    def post(self) -> str:
        """Name of the group of the targets."""
        return root_name(self.pathway.target)


class _Unfit(Exception):
    """Says what a pathway does that is not an addition of weights."""


@dataclass(frozen=True)
class _Statement:
    target: str
    negative: bool
    expression: str


def written_variables(pathway: SynapticPathway) -> frozenset[str] | Reason:
    """Return which variables of the target a pathway adds to.

    Parameters
    ----------
    pathway : SynapticPathway

    Returns
    -------
    frozenset of str or Reason
    """
    try:
        return frozenset(statement.target for statement in _statements(pathway))
    except _Unfit as unfit:
        return Reason(pathway.name, str(unfit))


def read_pathway(
    pathway: SynapticPathway, dt: float, run_namespace: Mapping[str, Any]
) -> AdditivePathway | Reason:
    """Read a pathway.

    Parameters
    ----------
    pathway : SynapticPathway
        Prepared for the run.
    dt : float
        Time step in seconds.
    run_namespace : mapping
        Where names are looked up that neither the synapses nor their own namespace define.

    Returns
    -------
    AdditivePathway or Reason
    """
    try:
        if pathway.event != "spike":
            raise _Unfit(f"reacts to the custom event {pathway.event!r}")
        if getattr(pathway.queue, "has_early_events", False):
            raise _Unfit("has spikes on their way that were fired before its delays changed")
        statements = _statements(pathway)
        values = _Values(pathway, run_namespace)
        weights: dict[str, float | np.ndarray] = {}
        inputs: list[Input] = []
        for statement in statements:
            text = f"{'-' if statement.negative else ''}{statement.expression}"
            if text not in weights:
                weights[text] = values.weight(statement)
            _add(inputs, statement.target, weights[text])
        return AdditivePathway(pathway, tuple(inputs), _delay(pathway, dt))
    except _Unfit as unfit:
        return Reason(pathway.name, str(unfit))


def _add(inputs: list[Input], target: str, weight: float | np.ndarray) -> None:
    """Let a weight act on a further variable, together with others if it is the same weight."""
    for place, item in enumerate(inputs):
        same = item.weight is weight or (
            np.ndim(weight) == 0 and np.ndim(item.weight) == 0 and item.weight == weight
        )
        if same and target not in item.targets:
            inputs[place] = Input((*item.targets, target), weight)
            return
    inputs.append(Input((target,), weight))


def _statements(pathway: SynapticPathway) -> list[_Statement]:
    synapses = pathway.synapses
    if synapses.event_driven is not None:
        name = sorted(synapses.event_driven.diff_eq_names)[0]
        raise _Unfit(f"has the event-driven synaptic variable {name!r}")
    found = []
    for part in re.split(r"[;\n]", pathway.code):
        line = part.split("#")[0].strip()
        if not line:
            continue
        try:
            target, operator, expression, _ = parse_statement(line)
        except ValueError as error:
            raise _Unfit(f"has {line!r}, which is no statement: {error}") from error
        variable = synapses.variables.get(target)
        where = f"{pathway.objname if pathway.objname != 'pre' else 'on_pre'}"
        if variable is None:
            raise _Unfit(f"{where} computes {target!r} on the way")
        index = synapses.variables.indices[target]
        if index == "_idx":
            raise _Unfit(f"{where} changes the synaptic variable {target!r}")
        if index == "_presynaptic_idx":
            raise _Unfit(f"{where} changes {target!r} of the source")
        if index != "_postsynaptic_idx" or variable.scalar:
            raise _Unfit(f"{where} changes the shared variable {target!r}")
        if operator not in ("+=", "-="):
            raise _Unfit(f"{where} does not add to {target!r} but has {line!r}")
        if not isinstance(variable, ArrayVariable):
            raise _Unfit(f"{where} changes {target!r}, which is no state variable")
        if getattr(variable.owner, "name", None) != root_name(pathway.target):
            raise _Unfit(f"{where} changes {target!r}, which belongs to another group")
        found.append(_Statement(str(variable.name), operator == "-=", expression))
    return found


@dataclass(frozen=True)
class _Values:
    """Computes weights with numpy, as Brian2's numpy target does."""

    pathway: SynapticPathway
    run_namespace: Mapping[str, Any]

    def weight(self, statement: _Statement) -> float | np.ndarray:
        value = np.asarray(self.value(statement.expression), dtype=np.float64)
        if not np.all(np.isfinite(value)):
            raise _Unfit(f"adds {statement.expression!r}, which is not finite for some synapses")
        value = -value if statement.negative else value
        if value.ndim and len(value) and np.all(value == value[0]):
            return float(value[0])
        return float(value) if value.ndim == 0 else value

    def value(self, expression: str) -> Any:
        names = get_identifiers(expression)
        synapses = self.pathway.synapses
        try:
            variables = synapses.resolve_all(names, self.run_namespace, user_identifiers=set())
        except KeyError as error:
            raise _Unfit(f"adds {expression!r}, in which {error.args[0]}") from error
        known = {name: self._known(name, variable) for name, variable in variables.items()}
        code = NumpyNodeRenderer().render_expr(expression)
        with np.errstate(all="ignore"):
            return eval(
                code, {"__builtins__": {}, "_numpy": np, "logical_not": np.logical_not}, known
            )

    def _known(self, name: str, variable: Any) -> Any:
        synapses = self.pathway.synapses
        if isinstance(variable, Constant):
            return variable.get_value()
        if isinstance(variable, Function):
            if variable is not DEFAULT_FUNCTIONS.get(name) or not variable.stateless:
                raise _Unfit(f"adds a weight that uses the function {name!r}")
            return variable.implementations[NumpyCodeObject].get_code(synapses)
        index = synapses.variables.indices[name] if name in synapses.variables else None
        if index not in ("_idx", "0") or name in ("t", "t_in_timesteps"):
            raise _Unfit(f"adds a weight that depends on {name!r}")
        if isinstance(variable, Subexpression):
            return self.value(variable.expr)
        own = getattr(variable.owner, "name", None) == synapses.name
        if not isinstance(variable, ArrayVariable) or not (own or variable.constant):
            raise _Unfit(f"adds a weight that depends on {name!r}")
        values = np.asarray(variable.get_value())
        return values.reshape(-1)[0] if variable.scalar else values


def _delay(pathway: SynapticPathway, dt: float) -> int | np.ndarray:
    # Rounded as in Brian2's queue in C++.
    seconds = np.asarray(pathway.variables["delay"].get_value(), dtype=np.float64).reshape(-1)
    steps = np.floor(seconds / dt + 0.5).astype(np.int64)
    if not len(steps):
        return 0
    if steps.min() < 0 or steps.max() > _LONGEST_DELAY:
        raise _Unfit(f"has a delay outside of 0 to {_LONGEST_DELAY} time steps")
    if steps.min() == steps.max():
        return int(steps[0])
    return steps
