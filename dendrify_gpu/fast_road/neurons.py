"""From a Brian2 NeuronGroup to a program of the core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from brian2 import BinomialFunction, prefs
from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS, Function
from brian2.core.namespace import DEFAULT_UNITS
from brian2.core.variables import Constant
from brian2.groups.neurongroup import NeuronGroup
from brian2.stateupdaters.base import StateUpdateMethod, UnsupportedEquationsException
from brian2.units.fundamentalunits import Dimension, Quantity
from brian2.utils.stringtools import get_identifiers

from ..gpu import Model, ModelError, Program, build_program, integration_methods
from .reason import Reason

__all__ = ["Neurons", "read_neurons"]

#: Programs that are kept for later runs of equal models.
_MOST_PROGRAMS = 128

#: What a group knows of itself and a program does not.
_OWN_NAMES = {"N": "uses N", "lastspike": "uses lastspike"}
_TIMES = frozenset({"t", "t_in_timesteps"})


@dataclass(frozen=True, eq=False)
class Neurons:
    """A NeuronGroup and its program.

    Attributes
    ----------
    group : NeuronGroup
    program : Program
    """

    group: NeuronGroup
    program: Program

    @property
    def name(self) -> str:
        """Name of the group."""
        return str(self.group.name)


@dataclass(frozen=True)
class _Key:
    """All that a program depends on."""

    name: str
    equations: str
    method: tuple[str, ...]
    threshold: str | None
    reset: str | None
    refractory: float | str | bool
    namespace: tuple[tuple[str, Any, Dimension | None], ...]
    dt: float
    written: frozenset[str]


_programs: dict[_Key, Program | str] = {}


def read_neurons(
    group: NeuronGroup, written: frozenset[str], run_namespace: Mapping[str, Any]
) -> Neurons | Reason:
    """Read a group.

    Parameters
    ----------
    group : NeuronGroup
        Prepared for the run.
    written : frozenset of str
        Variables that synapses add to.
    run_namespace : mapping
        Where names are looked up that neither the group nor its own namespace defines.

    Returns
    -------
    Neurons or Reason
    """
    if set(group.events) - {"spike"} or set(group.resetter) - {"spike"}:
        names = sorted({*group.events, *group.resetter} - {"spike"})
        return Reason(group.name, f"has the custom event {names[0]!r}")
    if group.state_updater.method_options:
        return Reason(group.name, "has options of its integration method")
    if group._refractory is not False and "spike" not in group.events:
        return Reason(group.name, "has a refractory period and no threshold")
    if group._refractory is not False and prefs.legacy.refractory_timing:
        return Reason(group.name, "times refractoriness as Brian2 did long ago (legacy preference)")
    identifiers = _identifiers(group)
    for name, feature in _OWN_NAMES.items():
        if name in identifiers:
            return Reason(group.name, feature)
    if np.dtype(prefs["core.default_float_dtype"]).itemsize == 4 and identifiers & _TIMES:
        return Reason(group.name, "reckons with the time, which single precision would round")
    try:
        method = _method_key(group)
        namespace = _namespace(group, identifiers, run_namespace)
    except ValueError as error:
        return Reason(group.name, str(error))
    refractory = group._refractory
    key = _Key(
        group.name,
        str(group.user_equations),
        method,
        group.events.get("spike"),
        group.event_codes.get("spike"),
        float(refractory) if isinstance(refractory, Quantity) else refractory,
        namespace,
        float(group.clock.dt_),
        written,
    )
    if key not in _programs:
        while len(_programs) >= _MOST_PROGRAMS:
            del _programs[next(iter(_programs))]
        _programs[key] = _program(group, key, run_namespace)
    found = _programs[key]
    return Reason(group.name, found) if isinstance(found, str) else Neurons(group, found)


def _identifiers(group: NeuronGroup) -> set[str]:
    names = set(group.user_equations.identifiers)
    codes = [group.events.get("spike"), group.event_codes.get("spike"), group._refractory]
    for code in codes:
        if isinstance(code, str):
            names |= get_identifiers(code)
    return names


def _method_key(group: NeuronGroup) -> tuple[str, ...]:
    choice = group.state_updater.method_choice
    names: Any = (choice,) if isinstance(choice, str) else choice
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ValueError("has an integration method that is not known by a name")
    return tuple(names)


def _namespace(
    group: NeuronGroup, names: set[str], run_namespace: Mapping[str, Any]
) -> tuple[tuple[str, Any, Dimension | None], ...]:
    found: list[tuple[str, Any, Dimension | None]] = []
    # Brian2's own units and constants come before those of a script.
    for name in sorted(names - set(group.variables) - set(DEFAULT_UNITS) - set(DEFAULT_CONSTANTS)):
        try:
            value = group.resolve_all({name}, run_namespace, user_identifiers=set())[name]
        except KeyError:
            continue  # a local name of the reset
        if isinstance(value, Function):
            if value is DEFAULT_FUNCTIONS.get(name):
                continue
            if not isinstance(value, BinomialFunction):
                raise ValueError(f"uses the function {name!r}")
            found.append((name, value, None))
        elif isinstance(value, Constant):
            found.append((name, float(value.get_value()), value.dim))
        else:
            raise ValueError(f"uses {name!r}, which is not a constant")
    return tuple(found)


def _program(group: NeuronGroup, key: _Key, run_namespace: Mapping[str, Any]) -> Program | str:
    """Return the program, or why there is none."""
    namespace = {
        name: value if dim is None else Quantity(value, dim=dim)
        for name, value, dim in key.namespace
    }
    try:
        model = Model(
            equations=group.user_equations,
            namespace=namespace,
            method=_method(group, key.method, run_namespace),
            threshold=key.threshold,
            reset=key.reset,
            refractory=group._refractory,
            name=key.name,
        )
        program = build_program(model, key.dt, key.written)
    except ModelError as error:
        return str(error).removeprefix(f"{key.name}: ")
    except ValueError as error:
        return str(error)
    return _unfit(program, key) or program


def _method(group: NeuronGroup, names: tuple[str, ...], run_namespace: Mapping[str, Any]) -> str:
    """Return the method that Brian2 takes."""
    equations = group.equations
    if not equations.diff_eq_names:
        return "euler"
    chosen = names[0]
    if len(names) > 1:
        variables = group.resolve_all(
            equations.names | equations.identifiers | {"dt"}, run_namespace, user_identifiers=set()
        )
        for chosen in names:
            try:
                StateUpdateMethod.stateupdaters[chosen](equations, variables)
                break
            except UnsupportedEquationsException:
                continue
    chosen = "exact" if chosen == "linear" else chosen
    if chosen not in integration_methods():
        raise ValueError(f"uses the integration method {chosen!r}")
    return chosen


def _unfit(program: Program, key: _Key) -> str | None:
    """Return what in a program could differ from Brian2's rules."""
    missing = key.written - set(program.state_names)
    if missing:
        return (
            f"its variable {min(missing)!r} is written by synapses and is not one of its equations"
        )
    refractory = program.refractory
    if refractory is not None and refractory.kind == "steps":
        fixed = {*program.constants, *program.parameter_names, "dt"}
        names = {str(symbol) for symbol in refractory.expression.free_symbols}
        random = refractory.expression.atoms(sympy.Function) - refractory.expression.atoms(
            sympy.floor
        )
        if names - fixed or any(call.func.__name__ in _DRAWS for call in random):
            return f"its refractory period {key.refractory!r} changes during a run"
    return None


_DRAWS = frozenset({"rand", "randn", "poisson", "binomial"})
