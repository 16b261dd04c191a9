"""What a channel is checked for when it is made, besides its expressions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import (
    ConflictingParametersError,
    DuplicateEquationsError,
    EquationTextError,
    InvalidNameError,
    MissingParameterError,
    UnitsError,
    UnknownNameError,
)
from ..quantities import (
    CONDUCTANCE,
    SPECIFIC_CONDUCTANCE,
    VOLTAGE,
    check_name,
    check_number,
    check_quantity,
    check_temperature,
    is_value,
)
from .expressions import REVERSAL, THERMAL_VOLTAGE, VOLTAGE_NAME
from .gates import PARTS, Gate

if TYPE_CHECKING:
    from .channel import Channel

__all__ = ["check_fields", "check_use", "read_gates", "read_parameters"]

#: Names that every channel has.
_TAKEN = frozenset({VOLTAGE_NAME, REVERSAL, THERMAL_VOLTAGE, "I", "g", "g_max", "phi"})


def read_gates(owner: str, gates: Any) -> tuple[Gate, ...]:
    """Return the gates that a channel was given, one or several.

    Raises
    ------
    UnknownNameError
        If something is not a gate.
    DuplicateEquationsError
        If two have one name.
    InvalidNameError
        If a name has a meaning in every channel.
    """
    try:
        found = (gates,) if isinstance(gates, Gate) else tuple(gates)
    except TypeError:
        found = (gates,)
    for gate in found:
        if not isinstance(gate, Gate):
            raise UnknownNameError(
                f"{owner}: {gate!r} is not a gate. Write for example "
                "gates=[Gate('m', inf='1/(1 + exp(-(v + 40*mV)/(5*mV)))', tau=1*ms)]."
            )
    names = [gate.name for gate in found]
    parts = {f"{part}_{name}": name for name in names for part in (*PARTS, "phi")}
    for name in names:
        if name in parts:
            raise InvalidNameError(
                f"{owner}: {name!r} cannot be the name of a gate, because it is what belongs to the gate "
                f"{parts[name]!r}. Use another name, such as 'm'."
            )
        if names.count(name) > 1:
            raise DuplicateEquationsError(
                f"{owner}: two gates have the name {name!r}. Give each gate its own name."
            )
        if name in _TAKEN:
            raise InvalidNameError(
                f"{owner}: {name!r} cannot be the name of a gate, because it has a meaning in every "
                "channel. Use another name, such as 'm'."
            )
    return found


def read_parameters(
    owner: str, parameters: Any, gates: tuple[Gate, ...], field_names: frozenset[str]
) -> Mapping[str, Any]:
    """Return the constants of a channel, read-only.

    Raises
    ------
    InvalidNameError
        If a name has another meaning in the channel.
    UnitsError
        If a value is not one finite number or quantity.
    """
    taken = {*_TAKEN, *field_names}
    for gate in gates:
        taken |= {gate.name, *(f"{part}_{gate.name}" for part in (*PARTS, "phi"))}
    if not isinstance(parameters, Mapping):
        raise UnitsError(
            f"{owner}: parameters = {parameters!r} must be a dictionary, such as {{'v_half': -40*mV}}."
        )
    for name, value in parameters.items():
        check_name("parameter", name)
        if name in taken:
            raise InvalidNameError(
                f"{owner}: {name!r} cannot be the name of a parameter, because it has a meaning in this "
                "channel. Use another name."
            )
        if not is_value(value) or np.ndim(value) or not np.isfinite(np.asarray(value, dtype=float)):
            raise UnitsError(
                f"{owner}: the parameter {name} = {value!r} must be one finite number or quantity, such "
                "as -40*mV."
            )
    return MappingProxyType(dict(parameters))


def check_fields(channel: Channel) -> None:
    """Check the values of a channel that need no expression to be read.

    Raises
    ------
    CompartmentError
        If one does not fit.
    """
    owner = channel.owner
    for name in ("reference", "description"):
        if not isinstance(getattr(channel, name), str):
            raise EquationTextError(f"{owner}: {name} = {getattr(channel, name)!r} must be text.")
    if channel.ion is not None:
        check_name("kind of ion", channel.ion)
    if channel.g_max is not None:
        kind = SPECIFIC_CONDUCTANCE if channel.is_per_area else CONDUCTANCE
        check_quantity(owner, "g_max", channel.g_max, kind, "non-negative")
    if channel.is_nernst and channel.ion is None:
        raise MissingParameterError(
            f"{owner}: reversal='nernst' needs an ion. Give for example ion='ca'."
        )
    if isinstance(channel.reversal, str):
        check_name("reversal potential", channel.reversal)
    elif channel.reversal is not None:
        check_quantity(owner, "reversal", channel.reversal, VOLTAGE)
    _check_temperature(channel)


def _check_temperature(channel: Channel) -> None:
    owner = channel.owner
    check_temperature(owner, channel.temperature)
    if channel.q10 is not None:
        check_number(owner, "q10", channel.q10)
        if all(gate.is_instantaneous for gate in channel.gates):
            raise ConflictingParametersError(
                f"{owner}: q10 = {channel.q10} is given, but none of its gates has a rate. Leave out q10."
            )
    scaled = any(channel.q10_of(gate) is not None for gate in channel.gates)
    if scaled and channel.temperature is None:
        raise MissingParameterError(
            f"{owner}: a q10 needs the temperature at which the rates hold. Give for example "
            "temperature=23."
        )


def check_use(channel: Channel) -> None:
    """Check that the expressions of a channel use what it was given, and no more.

    Raises
    ------
    MissingParameterError
        If they use RT/F and there is no temperature.
    UnknownNameError
        If they do not use a parameter.
    ConflictingParametersError
        If the driving force does not use the reversal potential.
    """
    owner = channel.owner
    used = channel.force.names.union(*(kinetics.names for kinetics in channel.kinetics))
    if THERMAL_VOLTAGE in used and channel.temperature is None:
        raise MissingParameterError(
            f"{owner}: {THERMAL_VOLTAGE} in its expressions needs a temperature. Give for example "
            "temperature=36."
        )
    unused = sorted(set(channel.parameters) - used)
    if unused:
        pools = channel.concentrations
        taken = f" Taken for ion pools: {', '.join(pools)}." if pools else ""
        raise UnknownNameError(
            f"{owner}: no expression uses the parameter {unused[0]!r}.{taken} Remove it, or correct the "
            "name."
        )
    if channel.reversal is not None and REVERSAL not in used:
        raise ConflictingParametersError(
            f"{owner}: reversal = {channel.reversal!r} is given, but the driving force "
            f"{channel.driving_force!r} does not use {REVERSAL}. Leave out reversal."
        )
