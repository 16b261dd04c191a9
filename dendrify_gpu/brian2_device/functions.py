"""Functions that a script's statements call, as the core takes them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2 import BinomialFunction, TimedArray
from brian2.codegen.generators.cpp_generator import CPPCodeGenerator
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.functions import Function as BrianFunction
from brian2.input.timedarray import _find_K as parts_of_interval

from ..gpu.ordered import Function, Kind
from .recorded_code import RecordedCode

if TYPE_CHECKING:
    from .slots import Slots

__all__ = ["read_function"]

#: Brian2's own functions by name, as they were before a script could put others in their places.
_OWN = dict(DEFAULT_FUNCTIONS)

_C_POINTERS = {
    np.dtype(np.float64): "double",
    np.dtype(np.float32): "float",
    np.dtype(np.int64): "int64_t",
    np.dtype(np.int32): "int32_t",
    np.dtype(np.bool_): "bool",
}


def read_function(
    code: RecordedCode, name: str, function: BrianFunction, slots: Slots
) -> Function | None:
    """Return what the core needs to call a function.

    Raises
    ------
    NotImplementedError
        If it has no implementation in C++.
    """
    for default, known in _OWN.items():
        if function is known:
            return Function("default", "float", default)
    if isinstance(function, BinomialFunction):
        return _binomial(function, slots)
    if isinstance(function, TimedArray):
        return _timed_array(code, function, slots)
    return _in_c(code, name, function, slots)


def _binomial(function: BinomialFunction, slots: Slots) -> Function:
    # The object keeps its parameters only in the function that it draws with.
    draw = inspect.getclosurevars(function.pyfunc).nonlocals["sample_function"]
    kept = inspect.getclosurevars(draw).nonlocals
    if "loc" in kept:
        numbers = (slots.number(kept["loc"]), slots.number(kept["scale"]))
        return Function("normal", "float", "normal", numbers=numbers)
    numbers = (slots.number(kept["n"]), slots.number(kept["p"]))
    return Function("binomial", "float", "binomial", numbers=numbers)


def _timed_array(code: RecordedCode, function: TimedArray, slots: Slots) -> Function:
    values = np.ascontiguousarray(function.values, dtype=np.float64)
    parts = parts_of_interval(float(code.owner.clock.dt_), function.dt)
    numbers = [slots.number(value) for value in (function.dt, parts, *values.shape)]
    return Function(
        "timed_array",
        "float",
        function.name,
        arrays={"values": (slots.add(values.ravel()), "double")},
        numbers=tuple(numbers),
    )


def _in_c(code: RecordedCode, name: str, function: BrianFunction, slots: Slots) -> Function:
    try:
        implementation = function.implementations[CPPCodeGenerator]
    except KeyError:
        raise NotImplementedError(
            f"{code.owner.name} calls {name!r}, which has no implementation in C++. Give it one with "
            "@implementation('cpp', ...)."
        ) from None
    support, arrays = _with_dependencies(code, name, implementation, slots)
    kind: Kind = {"integer": "integer", "boolean": "boolean"}.get(function._return_type, "float")  # type: ignore[assignment]
    return Function(
        "c",
        kind,
        implementation.name or name,
        support=support,
        arrays=arrays,
        takes_element=bool(function.auto_vectorise),
    )


def _with_dependencies(
    code: RecordedCode, name: str, implementation: Any, slots: Slots
) -> tuple[tuple[str, ...], dict[str, tuple[int, str]]]:
    """Return the C code of what an implementation calls and its own, and the arrays that it names."""
    parts: list[str] = []
    arrays: dict[str, tuple[int, str]] = {}
    for called, dependency in (implementation.dependencies or {}).items():
        if any(dependency is known for known in _OWN.values()):
            raise NotImplementedError(
                f"{code.owner.name} calls {name!r}, whose C++ code calls Brian2's own {called!r}: the core draws "
                "random numbers in another way. Use it in the equation instead."
            )
        text, used = _with_dependencies(
            code, called, dependency.implementations[CPPCodeGenerator], slots
        )
        parts += text
        arrays.update(used)
    kwds = implementation.compiler_kwds or {}
    unknown = sorted(key for key, value in kwds.items() if value and key != "headers")
    if unknown:
        raise NotImplementedError(
            f"{code.owner.name} calls {name!r}, whose C++ code needs {', '.join(unknown)}; the core compiles "
            "functions with headers only."
        )
    parts += [f"#include {header}" for header in kwds.get("headers") or ()]
    text = implementation.get_code(code.owner)
    if isinstance(text, dict):
        parts += [text.get(key, "") for key in ("hashdefine_code", "support_code")]
    elif text:
        parts.append(text)
    for array, values in (implementation.get_namespace(code.owner) or {}).items():
        values = np.ascontiguousarray(values)
        if values.dtype not in _C_POINTERS:
            raise NotImplementedError(
                f"{code.owner.name}: {name!r} uses an array of {values.dtype}."
            )
        arrays[f"_namespace{array}"] = (slots.given(values.ravel()), _C_POINTERS[values.dtype])
    return tuple(part for part in parts if part), arrays
