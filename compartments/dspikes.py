"""Dendritic spikes: what their two kinds, of boxes and of decaying conductances, have in common.

An event starts an inward current, and after ``offset_fall`` an outward one. Times are counted in
time steps: they are kept as times here and turned into steps for the time step of a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, TypeVar

from brian2.units import Quantity, mV

from .errors import UnknownNameError, known_names
from .mechanism import Mechanism, ParameterContext, ParameterNeed, Place
from .naming import suffixed
from .quantities import (
    CONDUCTANCE,
    DIMENSIONLESS_NUMBER,
    TIME,
    VOLTAGE,
    check_name,
    check_quantity,
)

__all__ = [
    "REVERSAL_DEFAULTS",
    "DendriticSpike",
    "change_dspike",
    "duration_in_steps",
    "make_dspike",
]

REVERSAL_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {"E_Na": 70 * mV, "E_K": -89 * mV, "E_Ca": 136 * mV}
)

_CHECKS = {
    "threshold": (VOLTAGE, "any"),
    "g_rise": (CONDUCTANCE, "non-negative"),
    "g_fall": (CONDUCTANCE, "non-negative"),
    "duration_rise": (TIME, "non-negative"),
    "duration_fall": (TIME, "non-negative"),
    "offset_fall": (TIME, "non-negative"),
    "refractory": (TIME, "non-negative"),
    "tau_rise": (TIME, "positive"),
    "tau_fall": (TIME, "positive"),
}


@dataclass(frozen=True, eq=False)
class DendriticSpike(Mechanism):
    """What both kinds of dendritic spike have in common: an inward current, then an outward one.

    Attributes
    ----------
    compartment : str
        Where it is; empty for a point neuron.
    name : str
        Its kind, such as ``'Na'``: a free label.
    threshold : Quantity or None
        Voltage at and above which it starts.
    g_rise, g_fall : Quantity or None
        Conductances of the two currents.
    reversal_rise, reversal_fall : Quantity, str or None
        Reversal potentials, or names of parameters that hold them.
    offset_fall : Quantity or None
        Time from the start to the outward current.
    refractory : Quantity or None
        Shortest time between starts.
    """

    name: str
    threshold: Quantity | None = None
    g_rise: Quantity | None = None
    g_fall: Quantity | None = None
    reversal_rise: Quantity | str | None = None
    reversal_fall: Quantity | str | None = None
    offset_fall: Quantity | None = None
    refractory: Quantity | None = None

    @property
    def id(self) -> str:
        """``<name>_<compartment>``, the suffix of all its variables."""
        return suffixed(self.name, self.compartment)

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"dendritic spike {self.name!r}"

    @property
    def event(self) -> str:
        """Name of the event that starts it."""
        return f"spike_{self.id}"

    @property
    def currents(self) -> tuple[str, ...]:
        """Names of the currents it adds to the compartment."""
        return f"I_rise_{self.id}", f"I_fall_{self.id}"

    @property
    def reversal_names(self) -> tuple[str, str]:
        """Names of the reversal potentials, which all spikes of this kind share."""
        return f"E_rise_{self.name}", f"E_fall_{self.name}"

    @property
    def current_equations(self) -> list[str]:
        """The equations of the two currents."""
        d, v = self.id, suffixed("V", self.compartment)
        e_rise, e_fall = self.reversal_names
        return [
            f"I_rise_{d} = g_rise_{d} * ({e_rise}-{v})  :amp",
            f"I_fall_{d} = g_fall_{d} * ({e_fall}-{v})  :amp",
        ]

    @property
    def steps(self) -> dict[str, Quantity | None]:
        """Parameters that count time steps, as the times that they stand for."""
        return {
            f"offset_fall_{self.id}": self.offset_fall,
            f"refractory_{self.id}": self.refractory,
        }

    @property
    def needs(self) -> dict[str, ParameterNeed]:
        """The parameters its equations use, with how to set them."""
        where = f"on {self.compartment!r} " if self.compartment else ""
        call = f"{where}{self.command}"
        config = f"or on the model config_dspikes('{self.name}', "
        e_rise, e_fall = self.reversal_names
        needs = {
            f"g_rise_max_{self.id}": ParameterNeed(CONDUCTANCE, f"{call}g_rise=20*nS, ...)"),
            f"g_fall_max_{self.id}": ParameterNeed(CONDUCTANCE, f"{call}g_fall=10*nS, ...)"),
        }
        settings = {
            f"Vth_{self.id}": (VOLTAGE, "threshold=-40*mV"),
            e_rise: (VOLTAGE, "reversal_rise='E_Na'"),
            e_fall: (VOLTAGE, "reversal_fall='E_K'"),
        }
        for name in self.steps:
            argument = name.removesuffix(f"_{self.id}")
            settings[name] = (DIMENSIONLESS_NUMBER, f"{argument}=1*ms")
        for name, (kind, example) in settings.items():
            needs[name] = ParameterNeed(kind, f"{call}{example}, ...) {config}{example})")
        return needs

    @property
    def command(self) -> str:
        """The command that adds it, for error messages, up to its name and a comma."""
        return f"call dspikes('{self.name}', "

    def parameters(self, context: ParameterContext) -> dict[str, Any]:
        """Name to value of those of its parameters that are set; durations as numbers of steps."""
        e_rise, e_fall = self.reversal_names
        values = {
            f"Vth_{self.id}": self.threshold,
            f"g_rise_max_{self.id}": self.g_rise,
            f"g_fall_max_{self.id}": self.g_fall,
            e_rise: _look_up(self.reversal_rise, context.shared),
            e_fall: _look_up(self.reversal_fall, context.shared),
        }
        for name, duration in self.steps.items():
            values[name] = None if duration is None else duration_in_steps(duration, context.dt)
        return {name: value for name, value in values.items() if value is not None}


D = TypeVar("D", bound=DendriticSpike)


def _look_up(reversal: Quantity | str | None, shared: Mapping[str, Any]) -> Quantity | None:
    return shared[reversal] if isinstance(reversal, str) else reversal


def duration_in_steps(duration: Quantity, dt: Quantity) -> int:
    """Return the number of whole time steps in a duration.

    A thousandth of a step is added before rounding down, so that a multiple of `dt` is not lost to
    rounding.

    Parameters
    ----------
    duration, dt : Quantity
        Times.

    Returns
    -------
    int
        The number of steps.

    Examples
    --------
    >>> from brian2.units import ms
    >>> [duration_in_steps(x*ms, 0.1*ms) for x in (0.25, 0.29, 0.3, 1.25)]
    [2, 2, 3, 12]
    """
    return int(float((duration + 1e-3 * dt) / dt))


def _checked_settings(
    owner: str, settings: Mapping[str, Any], shared: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the settings of a dendritic spike that are not None.

    Raises
    ------
    UnitsError
        If a quantity has the wrong dimension or sign.
    UnknownNameError
        If a reversal potential names no voltage.
    """
    checked = {}
    for argument, value in settings.items():
        if value is None:
            continue
        if argument in _CHECKS:
            kind, allowed = _CHECKS[argument]
            checked[argument] = check_quantity(owner, argument, value, kind, allowed)
        elif isinstance(value, str):
            voltages = [key for key, known in shared.items() if VOLTAGE.fits(known)]
            if value not in voltages:
                raise UnknownNameError(
                    f"{owner}: {argument} = {value!r} is not a parameter that holds a voltage. "
                    f"{known_names(value, voltages)} Give one of these, a voltage such as 70*mV, "
                    f"or add it first with add_params."
                )
            checked[argument] = value
        else:
            checked[argument] = check_quantity(owner, argument, value, VOLTAGE)
    return checked


def make_dspike(kind: type[D], place: Place, name: Any, settings: Mapping[str, Any]) -> D:
    """Check the settings of a dendritic spike and return it.

    Parameters
    ----------
    kind : type
        `DSpike` or `DecayingDSpike`.
    place : Place
        Where it is.
    name : str
        Its label.
    settings : mapping
        Argument name to value; None means not set.

    Returns
    -------
    DSpike or DecayingDSpike
        The dendritic spike.

    Raises
    ------
    InvalidNameError
        If the name cannot be part of a variable name.
    UnitsError
        If a quantity has the wrong dimension or sign.
    UnknownNameError
        If a reversal potential names no voltage.
    """
    check_name("dendritic spike", name)
    owner = f"{place.owner}, dendritic spike {name!r}"
    return kind(place.name, name, **_checked_settings(owner, settings, place.shared))


def change_dspike(
    dspike: DendriticSpike, place: Place, settings: Mapping[str, Any]
) -> DendriticSpike:
    """Return the dendritic spike with some settings changed; what is None keeps its value.

    Raises
    ------
    UnknownNameError
        If it has no such setting, or a reversal potential names no voltage.
    UnitsError
        If a quantity has the wrong dimension or sign.
    """
    owner = f"{place.owner}, {dspike.label}"
    known = [item.name for item in fields(dspike) if item.name not in ("compartment", "name")]
    for name, value in settings.items():
        if value is not None and name not in known:
            raise UnknownNameError(
                f"{owner}: this kind of dendritic spike has no {name}. {known_names(name, known)}"
            )
    return replace(dspike, **_checked_settings(owner, settings, place.shared))
