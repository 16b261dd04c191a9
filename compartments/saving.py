"""Models as readable JSON, and back.

A quantity is written as ``{"mV": -60.0}``; an object as its class and those fields that differ from
their defaults. What is read back is equal to the last bit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from brian2.units import (
    Quantity,
    amp,
    cm,
    farad,
    hertz,
    meter,
    mmolar,
    mS,
    ms,
    mV,
    nA,
    nS,
    ohm,
    pA,
    pF,
    second,
    siemens,
    uF,
    um,
    uS,
    volt,
)
from brian2.units.fundamentalunits import (
    DimensionMismatchError,
    get_dimensions,
    get_or_create_dimension,
)

from .channels.record import Record
from .defaults import ORIGINAL_DEFAULTS, default_params
from .description import CompartmentDescription, check_known_units, current_dt
from .ephys import EphysProperties
from .errors import CompartmentError, known_names
from .mechanism import Mechanism
from .membranes import MEMBRANES, Membrane
from .model_description import ModelDescription, model_equations, model_needs, model_parameters
from .quantities import check_temperature, same_value
from .receptors import ReceptorModel, TsodyksMarkram
from .spiking import SpikeRule, check_spike_rule
from .text import AddText, ReplaceText, parse
from .topology import check_tree

__all__ = ["FILE_FORMAT", "from_json", "read_file", "to_json"]

#: What a file says of itself.
FILE_FORMAT = "dendrify_gpu neuron model, version 1"

#: Units in files, by name; the first in which a number is exact, and short if it can be, is taken. The
#: products are written as users write them, because 1*uF/cm**2 and 0.01*farad/metre**2 differ in the last bit.
_UNITS: Mapping[str, Callable[[Any], Quantity]] = MappingProxyType(
    {
        "mV": lambda x: x * mV,
        "ms": lambda x: x * ms,
        "nS": lambda x: x * nS,
        "pF": lambda x: x * pF,
        "pA": lambda x: x * pA,
        "um": lambda x: x * um,
        "uF/cm2": lambda x: x * uF / cm**2,
        "uS/cm2": lambda x: x * uS / cm**2,
        "mS/cm2": lambda x: x * mS / cm**2,
        "ohm*cm": lambda x: x * ohm * cm,
        "mM": lambda x: x * mmolar,
        "mM/ms/nA": lambda x: x * mmolar / ms / nA,
        "Hz": lambda x: x * hertz,
        "V": lambda x: x * volt,
        "s": lambda x: x * second,
        "S": lambda x: x * siemens,
        "F": lambda x: x * farad,
        "A": lambda x: x * amp,
        "m": lambda x: x * meter,
        "F/m2": lambda x: x * farad / meter**2,
        "S/m2": lambda x: x * siemens / meter**2,
        "ohm*m": lambda x: x * ohm * meter,
    }
)
_LONG = 24
_SI = "SI"
_CLASS = "is"
_MAPPING = "names"
#: Classes that a file may name; with each all its subclasses.
_ROOTS = (
    AddText,
    CompartmentDescription,
    EphysProperties,
    Mechanism,
    Membrane,
    ModelDescription,
    ReceptorModel,
    Record,
    ReplaceText,
    SpikeRule,
    TsodyksMarkram,
)


def _classes() -> dict[str, type]:
    found: dict[str, type] = {}
    waiting: list[type] = list(_ROOTS)
    while waiting:
        known = waiting.pop()
        found[known.__name__] = known
        waiting += known.__subclasses__()
    return found


def to_json(model: ModelDescription) -> str:
    """Write a neuron as text.

    Parameters
    ----------
    model : ModelDescription
        The neuron.

    Returns
    -------
    str
        JSON.

    Raises
    ------
    CompartmentError
        If a parameter is something that has no text, such as a `TimedArray`.
    """
    data = {"format": FILE_FORMAT, "model": _encoded(model, model.owner)}
    changed = {
        name: value
        for name, value in default_params().items()
        if not same_value(value, ORIGINAL_DEFAULTS.get(name))
    }
    if changed:
        data["defaults"] = _encoded(changed, model.owner)
    return _text(data) + "\n"


def _encoded(value: Any, where: str) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Membrane) and MEMBRANES.get(value.name) is value:
        return value.name
    if is_dataclass(value) and not isinstance(value, type):
        return {
            _CLASS: type(value).__name__,
            **{
                item.name: _encoded(getattr(value, item.name), f"{where}, {item.name}")
                for item in fields(value)
                if item.init and not _is_default(item, getattr(value, item.name))
            },
        }
    if isinstance(value, Mapping):
        written = {key: _encoded(item, f"{where}, {key}") for key, item in value.items()}
        # A mapping with one entry called like a unit would be read as a quantity.
        ambiguous = len(written) == 1 and {*written} & {*_UNITS, _SI, _MAPPING}
        return {_MAPPING: written} if ambiguous else written
    if isinstance(value, Quantity):
        return _encoded_quantity(value)
    if isinstance(value, (tuple, list)):
        return [_encoded(item, where) for item in value]
    if isinstance(value, (int, float, np.number, np.ndarray)):
        return np.asarray(value).tolist()
    raise CompartmentError(
        f"{where}: {value!r} cannot be written to a file. Remove it before you save the model, and add it "
        "again with add_params after loading."
    )


def _is_default(item: Field[Any], value: Any) -> bool:
    if item.default is not MISSING:
        return value is item.default or (
            type(value) is type(item.default) and value == item.default
        )
    return item.default_factory is not MISSING and isinstance(value, (tuple, Mapping)) and not value


def _encoded_quantity(value: Quantity) -> dict[str, Any]:
    number = np.asarray(value, dtype=float)
    dimensions = get_dimensions(value)
    exact = []
    for name, in_unit in _UNITS.items():
        if get_dimensions(in_unit(1.0)) is dimensions:
            scaled = np.asarray(value / in_unit(1.0), dtype=float)
            # Fewer digits where these suffice: 200.0 rather than 199.99999999999997.
            for candidate in (np.round(scaled, 9), scaled):
                if np.array_equal(np.asarray(in_unit(candidate)), number):
                    exact.append({name: candidate.tolist()})
    if exact:
        # The usual unit, unless rounding shows in it and not in another.
        return min(exact, key=lambda written: len(json.dumps(written)) > _LONG)
    return {_SI: [number.tolist(), [float(exponent) for exponent in dimensions._dims]]}


def from_json(text: str, owner: str) -> ModelDescription:
    """Read a neuron from text and check it.

    Parameters
    ----------
    text : str
        What `to_json` wrote, or somebody who knows the format.
    owner : str
        Where the text is from, for error messages.

    Returns
    -------
    ModelDescription

    Raises
    ------
    CompartmentError
        If it is not such a text, or the neuron in it is wrong.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as reason:
        raise CompartmentError(f"{owner}: this is not JSON: {reason}.") from None
    if not isinstance(data, dict) or data.get("format") != FILE_FORMAT:
        found = data.get("format") if isinstance(data, dict) else data
        raise CompartmentError(
            f"{owner}: this is no neuron model of this library: its format is {found!r}, not "
            f"{FILE_FORMAT!r}. Write one with model.save(path)."
        )
    model = _checked(lambda: _decoded(data.get("model"), owner), owner)
    if not isinstance(model, ModelDescription):
        raise CompartmentError(f"{owner}: there is no model in it; it has: {', '.join(data)}.")
    # What update_default_params had changed when it was saved stays the model's own.
    defaults = _checked(lambda: dict(_decoded(data.get("defaults", {}), owner)), owner)
    missing = {name: value for name, value in defaults.items() if name not in model.user_params}
    if missing:
        model = replace(model, params=MappingProxyType({**missing, **model.params}))
    _checked(lambda: _check(model), owner)
    return model


def _decoded(data: Any, owner: str) -> Any:
    if isinstance(data, list):
        return tuple(_decoded(item, owner) for item in data)
    if not isinstance(data, dict):
        return data
    if _CLASS in data:
        return _decoded_object(data, owner)
    if len(data) == 1:
        ((name, number),) = data.items()
        if name == _MAPPING:
            return MappingProxyType({key: _decoded(item, owner) for key, item in number.items()})
        if name in _UNITS:
            return _quantity(number, _UNITS[name], f"{owner}: {data}")
        if name == _SI:
            value, exponents = number
            return Quantity(value, dim=get_or_create_dimension(exponents))
    return MappingProxyType({key: _decoded(item, owner) for key, item in data.items()})


def _quantity(number: Any, in_unit: Callable[[Any], Quantity], where: str) -> Quantity:
    try:
        return Quantity(in_unit(np.asarray(number, dtype=float)))
    except (TypeError, ValueError):
        raise CompartmentError(f"{where}: {number!r} is not a number.") from None


def _decoded_object(data: dict[str, Any], owner: str) -> Any:
    classes = _classes()
    name = data[_CLASS]
    if name not in classes:
        raise CompartmentError(
            f"{owner}: there is no class {name!r}. {known_names(str(name), classes)} If it is your own, "
            "import it before you load the model."
        )
    values = {key: _decoded(item, owner) for key, item in data.items() if key != _CLASS}
    membrane = values.get("membrane")
    if isinstance(membrane, str):
        if membrane not in MEMBRANES:
            raise CompartmentError(
                f"{owner}: there is no membrane {membrane!r}. {known_names(membrane, MEMBRANES)}"
            )
        values["membrane"] = MEMBRANES[membrane]
    known = {item.name: item for item in fields(classes[name]) if item.init}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise CompartmentError(
            f"{owner}: {name} has no field {unknown[0]!r}. {known_names(unknown[0], known)}"
        )
    required = [key for key, item in known.items() if _default(item) is MISSING]
    absent = [key for key in required if key not in values]
    if absent:
        raise CompartmentError(f"{owner}: {name} lacks {', '.join(absent)}: {json.dumps(data)}")
    # Not by calling the class: an __init__ may have other arguments than there are fields.
    made: Any = object.__new__(classes[name])
    for item in fields(classes[name]):
        value = values[item.name] if item.name in values else _default(item)
        object.__setattr__(made, item.name, value)
    if hasattr(made, "__post_init__"):
        _checked(made.__post_init__, f"{owner}: {name}")
    return made


def _default(item: Field[Any]) -> Any:
    return item.default if item.default_factory is MISSING else item.default_factory()


def _checked(check: Callable[[], Any], where: str) -> Any:
    """Do something with a file's data; what goes wrong in one written by hand is the file's fault."""
    try:
        return check()
    except CompartmentError as reason:
        text = str(reason)
        raise type(reason)(text if text.startswith(where) else f"{where}: {text}") from None
    except (
        AttributeError,
        DimensionMismatchError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
    ) as reason:
        raise CompartmentError(
            f"{where}: the values in it do not fit together: {reason!r}."
        ) from None


def _check(model: ModelDescription) -> None:
    check_temperature(model.owner, model.temperature)
    for compartment in model.compartments:
        for mechanism in compartment.mechanisms:
            if mechanism.compartment != compartment.name:
                raise CompartmentError(
                    f"{compartment.owner} has a mechanism of the compartment {mechanism.compartment!r}: "
                    f"{mechanism.label}."
                )
    check_tree([c.name for c in model.compartments], [pair[:2] for pair in model.couplings])
    check_spike_rule(model.owner, model.spiking)
    parameters = model_parameters(model, current_dt())
    parse(model_equations(model), model.owner)
    check_known_units(model.owner, parameters, model_needs(model))


def _text(data: Any, indent: str = "") -> str:
    """Return JSON in which whatever fits stands in one line."""
    line = json.dumps(data, allow_nan=False)
    if len(indent) + len(line) <= 100 or not data or not isinstance(data, (dict, list)):
        return line
    inner = indent + "  "
    if isinstance(data, dict):
        parts = [f"{inner}{json.dumps(key)}: {_text(item, inner)}" for key, item in data.items()]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _text(item, inner) for item in data) + f"\n{indent}]"


def read_file(path: str | Path) -> str:
    """Return the text of a model's file.

    Raises
    ------
    CompartmentError
        If it cannot be read.
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as reason:
        raise CompartmentError(f"the model file {str(path)!r} cannot be read: {reason}.") from None
