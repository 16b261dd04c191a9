"""Dendritic spikes as two current boxes that an event switches on.

When the voltage is at or above a threshold, an inward current runs for ``duration_rise``, and
after ``offset_fall`` an outward one for ``duration_fall``.
"""

from __future__ import annotations

from dataclasses import dataclass

from brian2.units import Quantity

from .dspikes import DendriticSpike
from .mechanism import MechanismEvent
from .naming import suffixed

__all__ = ["DSpike"]


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
