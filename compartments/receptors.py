"""Synaptic receptors: AMPA, NMDA and GABA, with instantaneous or finite rise.

To add a receptor, add an entry to ``RECEPTOR_KINDS``: nothing else has to change.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from brian2.units import Quantity, ms, mV

from .errors import MissingParameterError, UnknownNameError, known_names
from .mechanism import Mechanism, ParameterContext, ParameterNeed, Place
from .naming import suffixed
from .quantities import CONDUCTANCE, DIMENSIONLESS_NUMBER, TIME, check_quantity, check_tag

__all__ = [
    "RECEPTOR_DEFAULTS",
    "RECEPTOR_KINDS",
    "Receptor",
    "ReceptorKind",
    "g_norm_factor",
    "make_receptor",
]


@dataclass(frozen=True, eq=False)
class ReceptorKind:
    """What distinguishes one receptor from another.

    Attributes
    ----------
    name : str
        The keyword that selects it.
    defaults : mapping
        Its shared parameters with their default values; ``E_<name>`` is the reversal potential.
    voltage_dependence : str
        Text that follows the gating variable in the current, with ``{v}`` for the voltage;
        empty for a receptor that does not depend on the voltage.
    """

    name: str
    defaults: Mapping[str, Any]
    voltage_dependence: str = ""


RECEPTOR_KINDS: Mapping[str, ReceptorKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            ReceptorKind("AMPA", {"E_AMPA": 0 * mV}),
            # Magnesium block after Jahr & Stevens 1990.
            ReceptorKind(
                "NMDA",
                {
                    "E_NMDA": 0 * mV,
                    "Mg_con": 1.0,
                    "Alpha_NMDA": 0.062,
                    "Beta_NMDA": 3.57,
                    "Gamma_NMDA": 0,
                },
                " / (1 + Mg_con * exp(-Alpha_NMDA*({v}/mV+Gamma_NMDA)) / Beta_NMDA)",
            ),
            ReceptorKind("GABA", {"E_GABA": -80 * mV}),
        )
    }
)

RECEPTOR_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {name: value for kind in RECEPTOR_KINDS.values() for name, value in kind.defaults.items()}
)


@dataclass(frozen=True, eq=False)
class Receptor(Mechanism):
    """One receptor in one compartment.

    A presynaptic spike adds to `state_variable`, which decays with ``t_decay``; with a rise time
    the spike adds to the drive ``s`` (decaying with ``t_rise``) of the gating variable ``x``.

    Attributes
    ----------
    compartment : str
        Where it is.
    channel : str
        ``'AMPA'``, ``'NMDA'`` or ``'GABA'``.
    tag : str
        Which input it belongs to.
    g : Quantity or None
        Maximal conductance as it was given, before scaling.
    t_rise, t_decay : Quantity or None
        Time constants.
    scale_g : bool
        Whether the conductance is scaled so that its peak is `g`.
    """

    channel: str
    tag: str
    g: Quantity | None = None
    t_rise: Quantity | None = None
    t_decay: Quantity | None = None
    scale_g: bool = False

    @property
    def name(self) -> str:
        """``<channel>_<tag>_<compartment>``, the suffix of all its variables."""
        return suffixed(f"{self.channel}_{self.tag}", self.compartment)

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"{self.channel} receptor with tag {self.tag!r}"

    @property
    def current(self) -> str:
        """Name of its current."""
        return f"I_{self.name}"

    @property
    def state_variable(self) -> str:
        """Name of the variable that a presynaptic spike increments."""
        return f"s_{self.name}"

    @property
    def gating_variable(self) -> str:
        """Name of the variable that multiplies the conductance."""
        return f"{'s' if self.t_rise is None else 'x'}_{self.name}"

    @property
    def peak_conductance(self) -> Quantity | None:
        """The conductance parameter, after scaling; None if `g` was not given."""
        if self.g is None or self.t_rise is None or not self.scale_g:
            return self.g
        return self.g * g_norm_factor(self.t_rise, self.t_decay)

    @property
    def currents(self) -> tuple[str, ...]:
        """Names of the currents it adds to the compartment."""
        return (self.current,)

    @property
    def _time_names(self) -> tuple[str, str]:
        suffix = suffixed(self.tag, self.compartment)
        return f"t_{self.channel}_rise_{suffix}", f"t_{self.channel}_decay_{suffix}"

    @property
    def equations(self) -> str:
        """Its equations in Brian2 syntax."""
        name, voltage = self.name, suffixed("V", self.compartment)
        rise, decay = self._time_names
        block = RECEPTOR_KINDS[self.channel].voltage_dependence.format(v=voltage)
        lines = [
            f"I_{name} = g_{name} * (E_{self.channel}-{voltage}) * {self.gating_variable}"
            f"{block} * w_{name}  :amp"
        ]
        if self.t_rise is None:
            lines.append(f"ds_{name}/dt = -s_{name} / {decay}  :1")
        else:
            # The drive is counted per millisecond, so that s has no unit.
            lines.append(f"dx_{name}/dt = (-x_{name}/{decay}) + s_{name}/ms  :1")
            lines.append(f"ds_{name}/dt = -s_{name} / {rise}  :1")
        return "\n".join(lines)

    @property
    def needs(self) -> dict[str, ParameterNeed]:
        """The parameters its equations use, with how to set them."""
        rise, decay = self._time_names
        where = f"on {self.compartment!r} " if self.compartment else ""
        call = f"{where}call synapse('{self.channel}', tag='{self.tag}', "
        needs = {
            f"w_{self.name}": ParameterNeed(DIMENSIONLESS_NUMBER, "set it with add_params"),
            f"g_{self.name}": ParameterNeed(CONDUCTANCE, call + "g=1*nS, ...)"),
            decay: ParameterNeed(TIME, call + "t_decay=5*ms, ...)"),
        }
        if self.t_rise is not None:
            needs[rise] = ParameterNeed(TIME, call + "t_rise=1*ms, ...)")
        return needs

    def parameters(self, context: ParameterContext) -> dict[str, Any]:
        """Name to value of those of its parameters that are set."""
        rise, decay = self._time_names
        values = {
            f"w_{self.name}": 1.0,
            f"g_{self.name}": self.peak_conductance,
            rise: self.t_rise,
            decay: self.t_decay,
        }
        return {name: value for name, value in values.items() if value is not None}


def make_receptor(
    place: Place,
    channel: Any,
    tag: Any,
    g: Any = None,
    t_rise: Any = None,
    t_decay: Any = None,
    scale_g: bool = False,
) -> Receptor:
    """Check the arguments of `Compartment.synapse` and return the receptor.

    Raises
    ------
    UnknownNameError
        If there is no such channel.
    InvalidNameError
        If the tag cannot be part of a variable name.
    UnitsError
        If a quantity has the wrong dimension or sign.
    MissingParameterError
        If a rise time is given without a decay time, or a scaled conductance without a conductance.
    """
    if not isinstance(channel, str) or channel not in RECEPTOR_KINDS:
        raise UnknownNameError(
            f"{place.owner}: there is no receptor {channel!r}. "
            f"{known_names(str(channel), RECEPTOR_KINDS)}"
        )
    check_tag(f"receptor ({channel} on {place.owner})", tag)
    receptor = Receptor(place.name, channel, tag, g, t_rise, t_decay, bool(scale_g))
    owner = f"{place.owner}, {receptor.label}"
    if g is not None:
        check_quantity(owner, "g", g, CONDUCTANCE, "non-negative")
    for argument, value in (("t_rise", t_rise), ("t_decay", t_decay)):
        if value is not None:
            check_quantity(owner, argument, value, TIME, "positive")
    if t_rise is not None and t_decay is None:
        raise MissingParameterError(
            f"{owner}: t_rise = {t_rise} is given but t_decay is not. "
            "Give both for rise and decay, or t_decay alone for an instantaneous rise."
        )
    if scale_g and g is None:
        raise MissingParameterError(
            f"{owner}: scale_g=True needs a conductance to scale. Give g, for example g=1*nS."
        )
    return receptor


def g_norm_factor(t_rise: Quantity, t_decay: Quantity) -> float:
    r"""Return the factor with which the conductance after one spike peaks at one.

    With :math:`\dot x = -x/\tau_d + s/\mathrm{ms}`, :math:`\dot s = -s/\tau_r` and :math:`s(0)=1`,

    .. math::
        x(t) = \frac{\tau_d\tau_r}{\tau_d-\tau_r}\,(e^{-t/\tau_d}-e^{-t/\tau_r})/\mathrm{ms},
        \qquad t_p = \frac{\tau_d\tau_r}{\tau_d-\tau_r}\ln\frac{\tau_d}{\tau_r} .

    At the peak :math:`\dot x=0`, so it is :math:`x(t_p) = \tau_d e^{-t_p/\tau_r}/\mathrm{ms}`. That
    form loses no digits when the constants are close. For equal constants :math:`t_p=\tau` and
    :math:`x(t_p)=\tau e^{-1}/\mathrm{ms}`. The factor is :math:`1/x(t_p)`.

    Parameters
    ----------
    t_rise, t_decay : Quantity
        Time constants (second), both larger than zero.

    Returns
    -------
    float
        The factor, without unit. ``scale_g=True`` multiplies the conductance by it.

    Raises
    ------
    UnitsError
        If a constant is not a time larger than zero.

    Examples
    --------
    >>> from brian2.units import ms
    >>> round(g_norm_factor(2*ms, 5*ms), 12)
    0.92100787466
    >>> round(g_norm_factor(5*ms, 5*ms), 12)
    0.543656365692
    """
    check_quantity("g_norm_factor", "t_rise", t_rise, TIME, "positive")
    check_quantity("g_norm_factor", "t_decay", t_decay, TIME, "positive")
    rise, decay = float(t_rise / ms), float(t_decay / ms)
    excess = (decay - rise) / rise
    peak_time_over_rise = 1.0 if excess == 0.0 else (1 + excess) * math.log1p(excess) / excess
    return math.exp(peak_time_over_rise) / decay
