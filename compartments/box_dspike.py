"""Dendritic spikes as two current boxes that an event switches on.

When the voltage is at or above a threshold, an inward current runs for ``duration_rise``, and
after ``offset_fall`` an outward one for ``duration_fall``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brian2.units import Quantity

from .dspikes import DendriticSpike, check_dspike_settings
from .mechanism import MechanismEvent, Place
from .naming import suffixed
from .quantities import check_name

__all__ = ["DSpike", "make_dspike"]


@dataclass(frozen=True, eq=False)
class DSpike(DendriticSpike):
    """One kind of dendritic spike, of two current boxes, in one compartment.

    Attributes
    ----------
    duration_rise, duration_fall : Quantity or None
        Lengths of the boxes. The others are those of `DendriticSpike`.
    """

    duration_rise: Quantity | None = None
    duration_fall: Quantity | None = None

    @property
    def condition(self) -> str:
        """Condition of the event."""
        return (
            f"{suffixed('V', self.compartment)} >= Vth_{self.id} and "
            f"t_in_timesteps >= spiketime_{self.id} + refractory_{self.id} * gate_{self.id}"
        )

    @property
    def action(self) -> str:
        """Statements that the event executes."""
        return f"spiketime_{self.id} = t_in_timesteps; gate_{self.id} = 1"

    @property
    def events(self) -> tuple[MechanismEvent, ...]:
        """The event that starts it."""
        return (MechanismEvent(self.event, self.condition, self.action),)

    @property
    def equations(self) -> str:
        """Its equations in Brian2 syntax."""
        d = self.id
        start = f"spiketime_{d} + offset_fall_{d}"
        return "\n".join(
            (
                *self.current_equations,
                f"g_rise_{d} = g_rise_max_{d} * "
                f"int(t_in_timesteps <= spiketime_{d} + duration_rise_{d}) * gate_{d} :siemens",
                f"g_fall_{d} = g_fall_max_{d} * "
                f"int(t_in_timesteps <= {start} + duration_fall_{d}) * "
                f"int(t_in_timesteps >= {start}) *  gate_{d} :siemens",
                f"spiketime_{d}  :1",
                f"gate_{d}  :1",
            )
        )

    @property
    def steps(self) -> dict[str, Quantity | None]:
        """Parameters that count time steps, as the times that they stand for."""
        return {
            f"duration_rise_{self.id}": self.duration_rise,
            f"duration_fall_{self.id}": self.duration_fall,
            **super().steps,
        }


def make_dspike(place: Place, name: Any, settings: Mapping[str, Any]) -> DSpike:
    """Check the arguments of `Compartment.dspikes` and return the dendritic spike.

    Parameters
    ----------
    place : Place
        Where it is.
    name : str
        Its label.
    settings : mapping
        Argument name to value; None means not set.

    Returns
    -------
    DSpike
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
    return DSpike(place.name, name, **check_dspike_settings(owner, settings, place.shared))
