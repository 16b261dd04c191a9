"""Channels that an event opens: both kinds of dendritic spikes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from brian2.units import Quantity

from ..box_dspike import DSpike
from ..decaying_dspike import DecayingDSpike
from ..defaults import default_params
from ..dspikes import DendriticSpike, make_dspike
from ..errors import UnknownNameError, known_names
from ..mechanism import Mechanism, Place
from .channel import Channel

__all__ = ["BoxSpike", "DecayingSpike", "EventChannel"]


@dataclass(frozen=True, eq=False, repr=False, init=False)
class EventChannel(Channel):
    """What both kinds of dendritic spikes have in common: a channel without gates that an event opens."""

    threshold: Quantity | None = field(default=None, kw_only=True)
    g_rise: Quantity | None = field(default=None, kw_only=True)
    g_fall: Quantity | None = field(default=None, kw_only=True)
    reversal_rise: Quantity | str | None = field(default=None, kw_only=True)
    reversal_fall: Quantity | str | None = field(default=None, kw_only=True)
    offset_fall: Quantity | None = field(default=None, kw_only=True)
    refractory: Quantity | None = field(default=None, kw_only=True)

    def __init__(self, name: str, **settings: Any) -> None:
        values = {"name": name, **settings}
        for item in fields(self):
            made = None if item.default_factory is MISSING else item.default_factory()
            default = made if item.default is MISSING else item.default
            object.__setattr__(self, item.name, values.get(item.name, default))
        self.__post_init__()

    def __post_init__(self) -> None:
        # Names of reversal potentials can be checked only where it is put: a compartment may have its own.
        values = {
            name: value
            for name, value in self.settings.items()
            if not (name.startswith("reversal_") and isinstance(value, str))
        }
        self._make(Place("", f"channel {self.name!r}", False, {}), values)

    @property
    def settings(self) -> dict[str, Any]:
        """Name to value of everything that describes the spike; None is not set yet."""
        gated = {item.name for item in fields(Channel)}
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in gated}

    def _make(self, place: Place, settings: Mapping[str, Any]) -> DendriticSpike:
        raise NotImplementedError

    def placed_in(self, place: Place) -> Mechanism:  # type: ignore[override]
        """Return the mechanism that it is in a compartment; `Compartment.add` calls it."""
        return self._make(place, self.settings)

    def with_(self, **changes: Any) -> EventChannel:
        """Return a copy with some settings changed.

        Raises
        ------
        UnknownNameError
            If it has no such setting.
        CompartmentError
            If a value does not fit.
        """
        known = ["name", *self.settings]
        for name in changes:
            if name not in known:
                raise UnknownNameError(
                    f"{self.owner} has nothing called {name!r} to change. {known_names(name, known)}"
                )
        return type(self)(**{"name": self.name, **self.settings, **changes})

    def __str__(self) -> str:
        place = Place("", self.owner, False, default_params())
        mechanism = self.placed_in(place)
        lines = [f"channel {self.name!r}, opened by an event", *mechanism.equations.splitlines()]
        for event in mechanism.events:
            lines += [f"{event.name}: {event.condition}", f"  then {event.action}"]
        lines += [f"{name} = {value}" for name, value in self.settings.items() if value is not None]
        return "\n  ".join(lines)


@dataclass(frozen=True, eq=False, repr=False, init=False)
class BoxSpike(EventChannel):
    r"""A dendritic spike of two current boxes: what `Compartment.dspikes` adds.

    When the voltage is at or above the threshold, :math:`g_\mathrm{rise}(E_\mathrm{rise}-v)` flows
    for `duration_rise`, and `offset_fall` after the start :math:`g_\mathrm{fall}(E_\mathrm{fall}-v)`
    for `duration_fall`. The mechanism of Dendrify 2.

    Parameters
    ----------
    name : str
        A label, such as ``'Na'``. Compartments with the same label share the reversal potentials if
        they agree.
    threshold : Quantity, optional
        Voltage at and above which it starts, if it is not refractory. What is left out can be set
        later with `NeuronModel.config_dspikes`.
    g_rise, g_fall : Quantity, optional
        Conductances of the boxes (siemens).
    duration_rise, duration_fall : Quantity, optional
        Lengths of the boxes (second), cut to whole time steps.
    reversal_rise, reversal_fall : Quantity or str, optional
        Reversal potentials, or names of parameters such as ``'E_Na'``.
    offset_fall : Quantity, optional
        Time from the start to the outward box.
    refractory : Quantity, optional
        Shortest time between starts.

    Raises
    ------
    CompartmentError
        If a name or value cannot be used.

    Examples
    --------
    >>> from brian2.units import mV, ms, nS
    >>> from dendrify_gpu.compartments import BoxSpike, Dendrite
    >>> spike = BoxSpike('Na', threshold=-40*mV, g_rise=20*nS, g_fall=10*nS, duration_rise=1*ms,
    ...                  duration_fall=2*ms, offset_fall=0.2*ms, refractory=5*ms,
    ...                  reversal_rise='E_Na', reversal_fall='E_K')
    >>> dend = Dendrite('dend')
    >>> dend.add(spike)
    >>> dend.event_names
    ['spike_Na_dend']
    """

    duration_rise: Quantity | None = field(default=None, kw_only=True)
    duration_fall: Quantity | None = field(default=None, kw_only=True)

    def __init__(
        self,
        name: str,
        threshold: Quantity | None = None,
        g_rise: Quantity | None = None,
        g_fall: Quantity | None = None,
        duration_rise: Quantity | None = None,
        duration_fall: Quantity | None = None,
        reversal_rise: Quantity | str | None = None,
        reversal_fall: Quantity | str | None = None,
        offset_fall: Quantity | None = None,
        refractory: Quantity | None = None,
    ) -> None:
        super().__init__(
            name,
            threshold=threshold,
            g_rise=g_rise,
            g_fall=g_fall,
            duration_rise=duration_rise,
            duration_fall=duration_fall,
            reversal_rise=reversal_rise,
            reversal_fall=reversal_fall,
            offset_fall=offset_fall,
            refractory=refractory,
        )

    def _make(self, place: Place, settings: Mapping[str, Any]) -> DendriticSpike:
        return make_dspike(DSpike, place, self.name, settings)


@dataclass(frozen=True, eq=False, repr=False, init=False)
class DecayingSpike(EventChannel):
    r"""A dendritic spike of two decaying conductances, which events add to.

    When the voltage exceeds the threshold, the inward conductance jumps by `g_rise`; when more than
    `offset_fall` has passed, the outward one jumps by `g_fall`:

    .. math::
        \dot g_\mathrm{rise} = -g_\mathrm{rise}/\tau_\mathrm{rise}, \qquad
        \dot g_\mathrm{fall} = -g_\mathrm{fall}/\tau_\mathrm{fall} .

    The next spike can start when the outward conductance has jumped and more than `refractory` has
    passed since the start. The mechanism of Dendrify 1 and of Pagkalos, Chavlis & Poirazi (2023),
    *Nature Communications* 14:131.

    Parameters
    ----------
    name : str
        A label, such as ``'Na'``. Compartments with the same label share the reversal potentials if
        they agree.
    threshold : Quantity, optional
        Voltage above which it starts. What is left out can be set later with
        `NeuronModel.config_dspikes`.
    g_rise, g_fall : Quantity, optional
        Jumps of the conductances (siemens).
    tau_rise, tau_fall : Quantity, optional
        Time constants of their decay (second).
    reversal_rise, reversal_fall : Quantity or str, optional
        Reversal potentials, or names of parameters such as ``'E_Na'``.
    offset_fall : Quantity, optional
        Time from the start to the outward conductance.
    refractory : Quantity, optional
        Shortest time between starts.

    Raises
    ------
    CompartmentError
        If a name or value cannot be used.

    Examples
    --------
    >>> from brian2.units import mV, ms, nS
    >>> from dendrify_gpu.compartments import DecayingSpike, Dendrite
    >>> dend = Dendrite('dend')
    >>> dend.add(DecayingSpike('Na', threshold=-40*mV, g_rise=20*nS, g_fall=10*nS, tau_rise=0.6*ms,
    ...                        tau_fall=1.2*ms, offset_fall=0.2*ms, refractory=5*ms,
    ...                        reversal_rise='E_Na', reversal_fall='E_K'))
    >>> dend.event_names
    ['spike_Na_dend', 'fall_Na_dend']
    """

    tau_rise: Quantity | None = field(default=None, kw_only=True)
    tau_fall: Quantity | None = field(default=None, kw_only=True)

    def __init__(
        self,
        name: str,
        threshold: Quantity | None = None,
        g_rise: Quantity | None = None,
        g_fall: Quantity | None = None,
        tau_rise: Quantity | None = None,
        tau_fall: Quantity | None = None,
        reversal_rise: Quantity | str | None = None,
        reversal_fall: Quantity | str | None = None,
        offset_fall: Quantity | None = None,
        refractory: Quantity | None = None,
    ) -> None:
        super().__init__(
            name,
            threshold=threshold,
            g_rise=g_rise,
            g_fall=g_fall,
            tau_rise=tau_rise,
            tau_fall=tau_fall,
            reversal_rise=reversal_rise,
            reversal_fall=reversal_fall,
            offset_fall=offset_fall,
            refractory=refractory,
        )

    def _make(self, place: Place, settings: Mapping[str, Any]) -> DendriticSpike:
        return make_dspike(DecayingDSpike, place, self.name, settings)
