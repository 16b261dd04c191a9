"""A channel in a compartment: its equations, parameters and starting values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2.units import Quantity, Unit
from brian2.units.fundamentalunits import get_dimensions

from ..errors import ConflictingParametersError, MissingParameterError
from ..mechanism import Mechanism, ParameterContext, ParameterNeed
from ..naming import suffixed
from ..quantities import CONDUCTANCE, VOLTAGE, PhysicalKind
from ..text import rename
from .expressions import (
    CONCENTRATION,
    REVERSAL,
    THERMAL_VOLTAGE,
    VOLTAGE_NAME,
    Expression,
)
from .gates import PARTS, Gate
from .steady import GateKinetics

if TYPE_CHECKING:
    from .channel import Channel

__all__ = ["Conductance", "conductance_factors", "gate_equations"]


@dataclass(frozen=True, eq=False)
class Conductance(Mechanism):
    """A channel in a compartment.

    Attributes
    ----------
    channel : Channel
        Which channel.
    """

    channel: Channel

    @property
    def label(self) -> str:
        """What it is, in words."""
        return self.channel.owner

    @property
    def name(self) -> str:
        """Name of the channel."""
        return self.channel.name

    @property
    def ion(self) -> str | None:
        """The ion that it conducts."""
        return self.channel.ion

    @property
    def currents(self) -> tuple[str, ...]:
        """Name of its current."""
        return (self._own("I"),)

    def _own(self, name: str) -> str:
        """Return the name, in the equations, of something that is the channel's."""
        return suffixed(f"{name}_{self.channel.name}", self.compartment)

    @property
    def _reversal(self) -> str:
        channel = self.channel
        if channel.is_nernst:
            return suffixed(f"{REVERSAL}_{channel.ion}", self.compartment)
        return channel.reversal if isinstance(channel.reversal, str) else self._own(REVERSAL)

    @property
    def _names(self) -> dict[str, str]:
        """Name in the channel's expressions to name in the equations."""
        own = (*self.channel.parameters, THERMAL_VOLTAGE)
        pools = self.channel.concentrations
        return {
            **{name: self._own(name) for name in own},
            **{name: suffixed(name, self.compartment) for name in pools},
            VOLTAGE_NAME: suffixed("V", self.compartment),
            REVERSAL: self._reversal,
        }

    def _placed(self, expression: Expression) -> str:
        return rename(expression.text, self._names)

    @property
    def equations(self) -> str:
        """Its equations in Brian2 syntax."""
        channel = self.channel
        names = self._names
        force = f"{names[REVERSAL]}-{names[VOLTAGE_NAME]}"
        if not channel.is_ohmic:
            force = self._placed(channel.force)
        lines = [
            f"{self._own('I')} = {self._own('g')} * ({force})  :amp",
            f"{self._own('g')} = {conductance_factors(channel, self._own)}  :siemens",
        ]
        for kinetics in channel.kinetics:
            phi = channel.factor_name(kinetics.gate)
            factor = None if phi is None else self._own(phi)
            lines += gate_equations(kinetics, self._own, factor, self._placed)
        return "\n".join(lines)

    def equations_among(self, others: Sequence[Mechanism]) -> str:
        """Return its equations, and refuse names that mean something else in the compartment.

        Raises
        ------
        ConflictingParametersError
            If another mechanism uses the name of one of its parameters.
        """
        private = {self._own("g_max"), *self._constants(None)}
        for other in others:
            if other is self:
                continue
            for name in sorted(private & _identifiers(other.equations)):
                raise ConflictingParametersError(
                    f"{self.label} has a parameter {name}, and {other.label} uses this name for "
                    "something else. Rename one of the two. If it is a reversal potential that both "
                    f"share, let the channel refer to it: reversal={name!r}."
                )
        return self.equations

    @property
    def needs(self) -> dict[str, ParameterNeed]:
        """The parameters its equations use, with how to set them."""
        channel = self.channel
        where = f"on {self.compartment!r} " if self.compartment else ""
        remedy = f"{where}add the {self.label} with a conductance, such as .with_(g_max=10*nS)"
        if channel.is_per_area:
            whose = repr(self.compartment) if self.compartment else "the PointNeuronModel"
            remedy = f"give length and diameter to {whose}, for the area that it covers"
        needs = {self._own("g_max"): ParameterNeed(CONDUCTANCE, remedy)}
        named = isinstance(channel.reversal, str) and not channel.is_nernst
        if REVERSAL in channel.force.names and not named:
            remedy = f"{where}add the {self.label} with .with_(reversal=-80*mV)"
            if channel.is_nernst:
                remedy = f"{where}add({_pool(channel.ion)})"
            needs[self._reversal] = ParameterNeed(VOLTAGE, remedy)
        for pool in channel.concentrations:
            remedy = f"{where}add({_pool(pool)})"
            needs[suffixed(pool, self.compartment)] = ParameterNeed(CONCENTRATION, remedy)
        for name, value in self._constants(None).items():
            kind = PhysicalKind(f"a value like {value}", _unit(value), str(value))
            needs.setdefault(name, ParameterNeed(kind, f"add_params({{{name!r}: {value}}})"))
        return needs

    def parameters(self, context: ParameterContext) -> dict[str, Any]:
        """Name to value of those of its parameters that are set."""
        values = self._constants(context.temperature)
        g_max = self.channel.g_max
        if g_max is not None and not self.channel.is_per_area:
            values[self._own("g_max")] = g_max
        elif g_max is not None and context.area is not None:
            values[self._own("g_max")] = g_max * context.area
        return values

    def _constants(self, temperature: float | None) -> dict[str, Any]:
        """Name to value of its parameters besides the conductance."""
        channel = self.channel
        values = {self._own(name): channel.parameters[name] for name in channel.parameters}
        if REVERSAL in channel.force.names and isinstance(channel.reversal, Quantity):
            values[self._reversal] = channel.reversal
        if channel.uses_thermal_voltage:
            values[self._own(THERMAL_VOLTAGE)] = channel.thermal_voltage(temperature)
        for kinetics in channel.kinetics:
            gate = kinetics.gate
            for part, name in kinetics.constants.items():
                values[self._own(name)] = gate.parts[part]
            phi = channel.factor_name(gate)
            if phi is not None:
                values[self._own(phi)] = channel.rate_factor(gate, temperature)
        return values

    def initial_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the steady state of each gate at the starting voltage and concentrations.

        Raises
        ------
        MissingParameterError
            If the model lacks an ion pool that a gate depends on.
        """
        starting = {}
        for kinetics in self.channel.kinetics:
            if kinetics.gate.is_instantaneous:
                continue
            names = {name: self._names[name] for name in kinetics.names}
            names |= {name: self._own(name) for name in kinetics.constants.values()}
            for name in names.values():
                if name not in values:
                    need = self.needs[name]
                    raise MissingParameterError(
                        f"{self.label} starts at its steady state, which depends on {name} "
                        f"({need.kind.name}), and that has no value: {need.remedy}."
                    )
            scope = {name: np.asarray(values[placed]) for name, placed in names.items()}
            starting[self._own(kinetics.gate.name)] = kinetics.steady_state(scope)[()]
        return starting


def conductance_factors(channel: Channel, own: Callable[[str], str]) -> str:
    """Return the product that a channel's conductance is.

    Parameters
    ----------
    channel : Channel
        The channel.
    own : callable
        From a name in the channel to that in the equations.
    """
    return " * ".join([own("g_max"), *(_power(own(gate.name), gate) for gate in channel.gates)])


def _power(variable: str, gate: Gate) -> str:
    return variable if gate.power == 1 else f"{variable}**{gate.power:g}"


def gate_equations(
    kinetics: GateKinetics,
    own: Callable[[str], str],
    phi: str | None,
    placed: Callable[[Expression], str],
) -> list[str]:
    """Return the equations of one gate.

    Parameters
    ----------
    kinetics : GateKinetics
        The gate.
    own : callable
        From a name in the channel to that in the equations.
    phi : str or None
        Name of the Q10 factor in the equations.
    placed : callable
        From an expression to its text in the equations.

    Returns
    -------
    list of str
        Lines.
    """
    gate = kinetics.gate
    m = own(gate.name)
    part = {name: own(f"{name}_{gate.name}") for name in PARTS}
    if gate.is_instantaneous:
        line = f"{m} = {part['inf']}  :1"
    elif gate.alpha is None:
        factor = "" if phi is None else f"{phi} * "
        line = f"d{m}/dt = {factor}({part['inf']} - {m}) / {part['tau']}  :1"
    else:
        flow = f"{part['alpha']}*(1-{m}) - {part['beta']}*{m}"
        line = f"d{m}/dt = {flow if phi is None else f'{phi} * ({flow})'}  :1"
    units = {"alpha": "Hz", "beta": "Hz", "inf": "1", "tau": "second"}
    return [
        line,
        *(f"{part[p]} = {placed(text)}  :{units[p]}" for p, text in kinetics.expressions.items()),
    ]


@lru_cache(maxsize=1024)
def _identifiers(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[A-Za-z_]\w*", text))


def _pool(ion: str | None) -> str:
    arguments = "tau=100*ms, resting=100*nmolar, depth=0.1*um"
    return f"CalciumPool({arguments})" if ion == "ca" else f"IonPool({ion!r}, {arguments})"


def _unit(value: Any) -> Unit:
    return Unit(1, dim=get_dimensions(value))
