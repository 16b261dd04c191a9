"""Voltage- and concentration-gated channels: `Channel`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any, Self

from brian2.units import Quantity, kelvin, volt
from brian2.units.constants import faraday_constant, gas_constant

from ..errors import DimensionlessCompartmentError, UnitsError, UnknownNameError, known_names
from ..mechanism import Place
from ..quantities import SPECIFIC_CONDUCTANCE, VOLTAGE, check_name, same_dimensions
from .checks import check_fields, check_use, read_gates, read_parameters
from .conductance import Conductance
from .curves import Curves
from .expressions import REVERSAL, THERMAL_VOLTAGE, Expression
from .gates import Gate
from .printing import describe_channel
from .record import Record
from .steady import GateKinetics, read_gate, read_safely

__all__ = ["NERNST", "OHM", "Channel"]

#: Ohm's driving force, and the reversal potential that an ion pool computes.
OHM, NERNST = "E - v", "nernst"

#: Where a reversal potential without a known value is put while expressions are checked.
_ANY_REVERSAL = 0.05123 * volt


@dataclass(frozen=True, eq=False, repr=False)
class Channel(Record, Curves):
    r"""A population of channels with Hodgkin-Huxley gates.

    .. math::
        I = \bar g \prod_i m_i^{p_i}\,(E - v)

    (Hodgkin & Huxley 1952, *J Physiol* 117:500-544.) The current is positive where it depolarises. Add
    a channel to a compartment with `Compartment.add`; it can be added to many.

    Parameters
    ----------
    name : str
        Its name, part of its variables' names: ``I_<name>_<compartment>``.
    g_max : Quantity, optional
        Largest conductance, per membrane area (siemens/metre**2) or absolute (siemens). It must be
        known when a model is run.
    reversal : Quantity or str, optional
        Reversal potential (volt); the name of a parameter such as ``'E_Na'``; or ``'nernst'``, the
        Nernst potential of the ion pool called `ion`.
    gates : sequence of Gate, default ()
        Its gates. Without any it is a leak.
    ion : str, optional
        The ion that it conducts, such as ``'ca'``. Its current feeds the pools of that ion.
    parameters : mapping, optional
        Name to value of constants in the expressions. They become parameters
        ``<parameter>_<name>_<compartment>`` of the neuron.
    driving_force : str, default 'E - v'
        Driving force in volts: an expression of `v`, ``E``, ``RT_F``, parameters and concentrations.
    q10 : float, optional
        Factor by which all rates grow with ten degrees; a gate can have another one.
    temperature : float, optional
        Temperature in degrees Celsius at which the rates hold. A model with another temperature
        scales them by :math:`\varphi = q_{10}^{(T - T_0)/10}`.
    reference : str, optional
        Where it was published.
    description : str, optional
        What it is.

    Notes
    -----
    In expressions `v` is the membrane potential, ``RT_F`` the thermal voltage :math:`RT/F` at the
    model's temperature (else the channel's), and any name that is neither a unit nor a parameter is the
    concentration in mM of the ion pool of that name. Rates of the form :math:`x/(e^x-1)` are rewritten
    with ``exprel``, so that they have their limit at :math:`x=0`.

    Raises
    ------
    CompartmentError
        If anything in it cannot be used: a name, a unit, a steady state outside 0 to 1, a negative
        rate, a pole between -150 and 100 mV.

    Examples
    --------
    >>> from brian2.units import cm, mS, mV
    >>> squid_k = Channel(
    ...     'K', g_max=36*mS/cm**2, reversal=-77*mV, temperature=6.3, q10=3,
    ...     gates=[Gate('n', 4, alpha='0.01/mV/ms*(v + 55*mV)/(1 - exp(-(v + 55*mV)/(10*mV)))',
    ...                 beta='0.125/ms*exp(-(v + 65*mV)/(80*mV))')])
    >>> print(squid_k)
    channel 'K' at 6.3 °C
      I = g * (E - v)
      g = g_max * n**4
      dn/dt = phi * (alpha_n*(1-n) - beta_n*n)
      alpha_n = 0.1 / ms / exprel(-(v + 55 * mV) / (10 * mV))
      beta_n = 0.125/ms*exp(-(v + 65*mV)/(80*mV))
      phi = 3**((T - 6.3)/10)
      g_max = 36 mS/cm², E = -77. mV
    >>> round(float(squid_k.steady_state('n', -65*mV)), 4)
    0.3177
    """

    name: str
    g_max: Quantity | None = field(default=None, kw_only=True)
    reversal: Quantity | str | None = field(default=None, kw_only=True)
    gates: tuple[Gate, ...] = field(default=(), kw_only=True)
    ion: str | None = field(default=None, kw_only=True)
    parameters: Mapping[str, Any] = field(
        default_factory=lambda: MappingProxyType({}), kw_only=True
    )
    driving_force: str = field(default=OHM, kw_only=True)
    q10: float | None = field(default=None, kw_only=True)
    temperature: float | None = field(default=None, kw_only=True)
    reference: str = field(default="", kw_only=True)
    description: str = field(default="", kw_only=True)

    def __init_subclass__(cls, **options: Any) -> None:
        """Let a subclass state its fields as class attributes, and check them when it is defined."""
        super().__init_subclass__(**options)
        known = {item.name for item in fields(Channel)}
        declared = {name: value for name, value in vars(cls).items() if name in known}
        if not declared or "__init__" in vars(cls):
            return
        declared.setdefault("name", cls.__name__)
        above = super(cls, cls).__init__

        def __init__(self: Channel, name: str | None = None, **changes: Any) -> None:
            above(self, **{**declared, **({} if name is None else {"name": name}), **changes})

        cls.__init__ = __init__  # type: ignore[method-assign]
        cls()  # type: ignore[call-arg]

    def __post_init__(self) -> None:
        check_name("channel", self.name)
        names = frozenset(item.name for item in fields(Channel))
        gates = read_gates(self.owner, self.gates)
        object.__setattr__(self, "gates", gates)
        parameters = read_parameters(self.owner, self.parameters, gates, names)
        object.__setattr__(self, "parameters", parameters)
        check_fields(self)
        check_use(self)

    @property
    def owner(self) -> str:
        """How error messages call it."""
        return f"channel {self.name!r}"

    def q10_of(self, gate: Gate) -> float | None:
        """Return the Q10 of a gate; None for one without, or without a rate."""
        if gate.is_instantaneous:
            return None
        return self.q10 if gate.q10 is None else gate.q10

    def factor_name(self, gate: Gate) -> str | None:
        """Return the name of a gate's Q10 factor: one for all gates that share it; None without."""
        q10 = self.q10_of(gate)
        if q10 is None:
            return None
        shared = {self.q10_of(other) for other in self.gates} <= {q10, None}
        return "phi" if shared else f"phi_{gate.name}"

    def rate_factor(self, gate: Gate, temperature: float | None) -> float:
        """Return the Q10 factor of a gate's rates at a temperature in degrees Celsius; None: 1."""
        q10 = self.q10_of(gate)
        if q10 is None or temperature is None or self.temperature is None:
            return 1.0
        return float(q10 ** ((temperature - self.temperature) / 10))

    def thermal_voltage(self, temperature: float | None = None) -> Quantity:
        """Return RT/F (volt) at a temperature in degrees Celsius, else at the channel's own.

        A channel without a temperature has no expression that uses it; 36 °C stand in then.
        """
        own = 36.0 if self.temperature is None else self.temperature
        celsius = own if temperature is None else temperature
        return gas_constant * (celsius + 273.15) * kelvin / faraday_constant

    @cached_property
    def _constants(self) -> dict[str, Any]:
        """Name to quantity of what its gates' expressions may use besides `v`."""
        return {**self.parameters, THERMAL_VOLTAGE: self.thermal_voltage()}

    @cached_property
    def numbers(self) -> Mapping[str, float]:
        """Name to SI number of what its gates' expressions use besides `v` and concentrations."""
        return {name: float(value) for name, value in self._constants.items()}

    @cached_property
    def kinetics(self) -> tuple[GateKinetics, ...]:
        """Its gates with their expressions read, safe to compute at every voltage."""
        return tuple(
            read_gate(self.owner, gate, self._constants, self.numbers) for gate in self.gates
        )

    @cached_property
    def force(self) -> Expression:
        """Its driving force, read and safe to compute at every voltage."""
        reversal = self.reversal if isinstance(self.reversal, Quantity) else _ANY_REVERSAL
        constants = {**self._constants, REVERSAL: reversal}
        numbers = {**self.numbers, REVERSAL: float(reversal)}
        owner = f"{self.owner}, driving_force"
        return read_safely(owner, self.driving_force, VOLTAGE, constants, numbers)

    @property
    def is_per_area(self) -> bool:
        """Whether its conductance is given per membrane area."""
        return self.g_max is not None and SPECIFIC_CONDUCTANCE.fits(self.g_max)

    @property
    def is_nernst(self) -> bool:
        """Whether its reversal potential is the Nernst potential of its ion."""
        return isinstance(self.reversal, str) and self.reversal == NERNST

    @property
    def is_ohmic(self) -> bool:
        """Whether its driving force is the distance from the reversal potential."""
        return self.driving_force == OHM

    @property
    def uses_thermal_voltage(self) -> bool:
        """Whether its expressions depend on RT/F."""
        return THERMAL_VOLTAGE in self.force.names.union(*(k.names for k in self.kinetics))

    @property
    def concentrations(self) -> tuple[str, ...]:
        """Names of the ion pools that its gates and driving force depend on, sorted."""
        pools = {name for kinetics in self.kinetics for name in kinetics.concentrations}
        return tuple(sorted(pools | set(self.force.concentrations)))

    def placed_in(self, place: Place) -> Conductance:
        """Return the mechanism that it is in a compartment; `Compartment.add` calls it.

        Raises
        ------
        DimensionlessCompartmentError
            If it has a conductance per area and the compartment has no area.
        UnknownNameError
            If its reversal potential names no voltage.
        """
        owner = f"{place.owner}, {self.owner}"
        if place.dimensionless and self.is_per_area:
            raise DimensionlessCompartmentError(
                f"{owner}: g_max = {self.g_max} is per membrane area, but the compartment has absolute "
                "values (cm_abs, gl_abs) and no area. Give an absolute conductance, for example "
                ".with_(g_max=10*nS), or describe the compartment by length and diameter."
            )
        if isinstance(self.reversal, str) and not self.is_nernst:
            voltages = [key for key, known in place.shared.items() if VOLTAGE.fits(known)]
            if self.reversal not in voltages:
                raise UnknownNameError(
                    f"{owner}: reversal = {self.reversal!r} is not a parameter that holds a voltage. "
                    f"{known_names(self.reversal, voltages)} Give one of these, a voltage such as "
                    "-80*mV, 'nernst', or add it first with add_params."
                )
        return Conductance(place.name, self)

    def with_(self, **changes: Any) -> Self:
        """Return a copy with some fields or parameters changed, checked like a new channel.

        Parameters
        ----------
        **changes
            Field, or name of one of `parameters`, to new value.

        Raises
        ------
        UnknownNameError
            If there is no such field or parameter.
        CompartmentError
            If a value does not fit, as for a new channel.

        Examples
        --------
        >>> from brian2.units import mV, nS
        >>> leak = Channel('leak', reversal=-70*mV)
        >>> leak.with_(g_max=2*nS)
        Channel('leak', g_max=2. * nsiemens, reversal=-70. * mvolt)
        """
        names = {item.name for item in fields(Channel)}
        unknown = sorted(set(changes) - names - set(self.parameters))
        if unknown:
            raise UnknownNameError(
                f"{self.owner} has nothing called {unknown[0]!r} to change. "
                f"{known_names(unknown[0], names | set(self.parameters))}"
            )
        own = {name: value for name, value in changes.items() if name in self.parameters}
        for name, value in own.items():
            if not same_dimensions(value, self.parameters[name]):
                raise UnitsError(
                    f"{self.owner}: the parameter {name} = {value} has other units than the value it "
                    f"replaces, {self.parameters[name]}."
                )
        rest = {name: value for name, value in changes.items() if name not in own}
        if own:
            rest["parameters"] = {**rest.get("parameters", self.parameters), **own}
        return super().with_(**rest)

    def __str__(self) -> str:
        return describe_channel(self)
