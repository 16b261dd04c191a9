"""What Brian2 derives from equations with sympy, kept on disk beside the compiled libraries.

Deriving the statements of an integration method takes Brian2 up to seconds. They depend on the text of the equations,
on the method, and on what functions in them are; not on any value. So the next script with the same equations finds
them.
"""

from __future__ import annotations

import contextlib
import json
import platform
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brian2
import sympy
from brian2 import Equations, stateupdaters
from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS, Function
from brian2.equations.codestrings import Expression
from brian2.groups.neurongroup import StateUpdater as NeuronUpdater
from brian2.stateupdaters.base import StateUpdateMethod, UnsupportedEquationsException
from brian2.synapses.synapses import StateUpdater as SynapseUpdater
from brian2.utils.logger import get_logger

from ..errors import ToolchainError
from ..gpu import cached_bytes, cached_file
from .linear_updates import linear_update

__all__ = ["event_driven_update", "kept_state_updates"]

#: Methods of Brian2's own whose result is a text that depends on nothing but what `_parts` lists.
_METHODS = ("euler", "exact", "exponential_euler", "heun", "linear", "milstein", "rk2", "rk4")

#: What else the statements depend on.
_SOURCES = (Path(__file__), Path(__file__).with_name("linear_updates.py"))

_log = get_logger("brian2.stateupdaters.base")


@dataclass(frozen=True)
class _KeptMethod:
    """Stands for the integration method of a group while its statements are derived.

    Attributes
    ----------
    names : tuple of str
        The method, or those to be tried in turn.
    chosen : bool
        Whether the user has named it.
    group : str
    """

    names: tuple[str, ...]
    chosen: bool
    group: str

    def __call__(
        self,
        equations: Equations,
        variables: Mapping[str, Any],
        method_options: Mapping[str, Any] | None = None,
    ) -> str:
        """Return the abstract code of one step."""
        started = time.perf_counter()
        options = dict(method_options or {}) if self.chosen else {}
        name, code = _kept_update(self.names, equations, variables, options)
        if not self.chosen:
            _log.info(
                f"No numerical integration method specified for group '{self.group}', using method '{name}' "
                f"(took {time.perf_counter() - started:.2f}s).",
                "method_choice",
            )
        return code


@contextlib.contextmanager
def kept_state_updates(objects: Iterable[Any]) -> Iterator[None]:
    """Let groups take the statements of their equations from the cache while they prepare for a run.

    Parameters
    ----------
    objects : iterable of BrianObject
        Of a network. What they integrate with is what it was afterwards.
    """
    replaced = []
    for item in objects:
        if not isinstance(item, NeuronUpdater | SynapseUpdater):
            continue
        choice = item.method_choice
        chosen = isinstance(choice, str)
        names = (choice,) if chosen else choice
        if isinstance(names, tuple | list) and _are_known(names):
            method = _KeptMethod(tuple(name.lower() for name in names), chosen, item.group.name)
            replaced.append((item, choice))
            item.method_choice = method
    try:
        yield
    finally:
        for item, choice in replaced:
            item.method_choice = choice


def event_driven_update(equations: Equations, variables: Mapping[str, Any]) -> str:
    """Return the statements that bring variables of synapses from their last event to this one.

    Parameters
    ----------
    equations : brian2.Equations
    variables : mapping of str to brian2.core.variables.Variable

    Raises
    ------
    UnsupportedEquationsException
        If the equations cannot be integrated exactly.
    """
    try:
        _, code = _kept_update(("linear",), equations, variables, {})
    except UnsupportedEquationsException as error:
        raise UnsupportedEquationsException(
            "Cannot solve the differential equations as event-driven. Use (clock-driven) instead."
        ) from error
    return re.sub(r"\bdt\b", "(t - lastupdate)", code)


def _are_known(names: Iterable[Any]) -> bool:
    """Whether all methods are Brian2's own; a script may have registered others under their names."""
    return all(
        isinstance(name, str)
        and name.lower() in _METHODS
        and StateUpdateMethod.stateupdaters.get(name.lower())
        is getattr(stateupdaters, name.lower(), None)
        for name in names
    )


def _kept_update(
    names: tuple[str, ...],
    equations: Equations,
    variables: Mapping[str, Any],
    options: dict[str, Any],
) -> tuple[str, str]:
    """Return the method that was taken, and its statements."""
    found: dict[str, Any] = {}

    def make(path: Path) -> None:
        found["method"], found["code"] = _derive(names, equations, variables, options)
        found["expressions"] = [
            (name, expression.code)
            for name, expression in equations.get_substituted_expressions(
                variables, include_subexpressions=True
            )
        ]
        path.write_text(json.dumps(found))

    try:
        path, made = cached_file(_parts(names, equations, variables, options), ".json", make)
    except ToolchainError:
        # A folder that can only be read has no room for texts, but may well have the library.
        return _derive(names, equations, variables, options)
    if not made:
        found = json.loads(cached_bytes(path))
        if getattr(equations, "_substituted_expressions", ()) is None:
            # Brian2 asks for them, too, and keeps them here.
            equations._substituted_expressions = [
                (name, Expression(code)) for name, code in found["expressions"]
            ]
    return found["method"], found["code"]


def _derive(
    names: tuple[str, ...],
    equations: Equations,
    variables: Mapping[str, Any],
    options: dict[str, Any],
) -> tuple[str, str]:
    """Return the first method that can integrate the equations, and its statements."""
    for name in names:
        if name in ("exact", "linear") and options in ({}, {"simplify": True}):
            code = linear_update(equations, variables)
            if code is not None:
                return name, code
        try:
            return name, StateUpdateMethod.stateupdaters[name](equations, variables, options)
        except UnsupportedEquationsException:
            if len(names) == 1:
                raise
    raise ValueError("No stateupdater that is suitable for the given equations has been found.")


def _parts(
    names: tuple[str, ...],
    equations: Equations,
    variables: Mapping[str, Any],
    options: Mapping[str, Any],
) -> list[str]:
    """Return all that the statements depend on."""
    step = variables["dt"].get_value()[0] if "dt" in variables else None
    lines = [
        (eq.type, eq.varname, eq.var_type, eq.expr and eq.expr.code, sorted(eq.flags), repr(eq.dim))
        for eq in equations.values()
    ]
    meanings = []
    for name in sorted(equations.identifiers):
        meaning = variables.get(name)
        if isinstance(meaning, Function):
            constant = step is not None and meaning.is_locally_constant(step)
            meanings.append((name, meaning.stateless, constant))
        elif meaning is not None:
            meanings.append((name, bool(meaning.constant), bool(meaning.scalar)))
    # How Brian2 reads and writes expressions; a script can add to it.
    words = [
        (name, getattr(function.sympy_func, "__qualname__", str(function.sympy_func)))
        for name, function in DEFAULT_FUNCTIONS.items()
    ]
    words += [(name, str(constant.sympy_obj)) for name, constant in DEFAULT_CONSTANTS.items()]
    versions = (brian2.__version__, sympy.__version__, platform.python_version())
    described = (versions, names, sorted(options.items()), lines, meanings, sorted(words))
    return [repr(described), *(path.read_text() for path in _SOURCES)]
