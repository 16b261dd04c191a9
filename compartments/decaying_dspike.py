"""Dendritic spikes as two conductances that jump and decay.

The mechanism of Pagkalos, Chavlis & Poirazi 2023, which the figures of the paper show: when the
voltage exceeds a threshold, an inward conductance jumps by ``g_rise`` and decays with
``tau_rise``; ``offset_fall`` later an outward one jumps by ``g_fall`` and decays with
``tau_fall``. The next spike can start only when the outward conductance of the last one has
jumped, and `refractory` is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brian2.units import Quantity

from .dspikes import DendriticSpike
from .mechanism import MechanismEvent, ParameterContext, ParameterNeed
from .naming import suffixed
from .quantities import TIME

__all__ = ["DecayingDSpike"]


@dataclass(frozen=True, eq=False)
class DecayingDSpike(DendriticSpike):
    """One kind of dendritic spike, of two decaying conductances, in one compartment.

    Attributes
    ----------
    tau_rise, tau_fall : Quantity or None
        Time constants of the decay. The others are those of `DendriticSpike`; the conductances are
        the jumps.
    """

    tau_rise: Quantity | None = None
    tau_fall: Quantity | None = None

    @property
    def events(self) -> tuple[MechanismEvent, ...]:
        """The start, and the beginning of the outward current."""
        d = self.id
        return (
            MechanismEvent(
                self.event,
                f"{suffixed('V', self.compartment)} > Vth_{d} and falling_{d} < 0.5 and "
                f"t_in_timesteps > (spiketime_{d} + refractory_{d} + 1) * gate_{d} - 1",
                f"g_rise_{d} += g_rise_max_{d}; falling_{d} = 1; gate_{d} = 1; "
                f"spiketime_{d} = t_in_timesteps",
            ),
            MechanismEvent(
                f"fall_{d}",
                f"falling_{d} > 0.5 and t_in_timesteps > spiketime_{d} + offset_fall_{d}",
                f"g_fall_{d} += g_fall_max_{d}; falling_{d} = 0",
            ),
        )

    @property
    def equations(self) -> str:
        """Its equations in Brian2 syntax."""
        d = self.id
        return "\n".join(
            (
                *self.current_equations,
                f"dg_rise_{d}/dt = -g_rise_{d} / tau_rise_{d}  :siemens",
                f"dg_fall_{d}/dt = -g_fall_{d} / tau_fall_{d}  :siemens",
                f"spiketime_{d}  :1",
                f"gate_{d}  :1",
                f"falling_{d}  :1",
            )
        )

    @property
    def command(self) -> str:
        """The command that adds it, for error messages."""
        return f"call add(DecayingSpike('{self.name}', "

    @property
    def needs(self) -> dict[str, ParameterNeed]:
        """The parameters its equations use, with how to set them."""
        config = f"on the model call config_dspikes('{self.name}', "
        times = {
            f"{name}_{self.id}": ParameterNeed(TIME, f"{config}{name}=1*ms)")
            for name in ("tau_rise", "tau_fall")
        }
        return {**super().needs, **times}

    def parameters(self, context: ParameterContext) -> dict[str, Any]:
        """Name to value of those of its parameters that are set; delays as numbers of steps."""
        times = {f"tau_rise_{self.id}": self.tau_rise, f"tau_fall_{self.id}": self.tau_fall}
        known = {name: value for name, value in times.items() if value is not None}
        return {**super().parameters(context), **known}
