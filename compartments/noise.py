"""Coloured current noise (an Ornstein-Uhlenbeck process)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brian2.units import Quantity

from .mechanism import Mechanism, ParameterContext, ParameterNeed, Place
from .naming import suffixed
from .quantities import CURRENT, TIME, check_quantity

__all__ = ["Noise", "make_noise"]


@dataclass(frozen=True, eq=False)
class Noise(Mechanism):
    """A noise current in one compartment.

    Attributes
    ----------
    compartment : str
        Where it is; empty for a point neuron.
    tau : Quantity
        Correlation time.
    sigma : Quantity
        Standard deviation.
    mean : Quantity
        Mean.
    """

    tau: Quantity
    sigma: Quantity
    mean: Quantity

    @property
    def label(self) -> str:
        """What it is, in words."""
        return "noise current"

    @property
    def currents(self) -> tuple[str, ...]:
        """Names of the currents it adds to the compartment."""
        return (suffixed("I_noise", self.compartment),)

    @property
    def equations(self) -> str:
        """Its equations in Brian2 syntax; one Euler step adds ``sigma*sqrt(2*dt/tau)*randn()``."""
        n = suffixed("noise", self.compartment)
        return (
            f"dI_{n}/dt = (mean_{n}-I_{n}) / tau_{n} + "
            f"sigma_{n} * (sqrt(2/(tau_{n}*dt)) * randn()) :amp"
        )

    @property
    def needs(self) -> dict[str, ParameterNeed]:
        """The parameters its equations use, with how to set them."""
        call = f"on {self.compartment!r} call noise(" if self.compartment else "call noise("
        n = suffixed("noise", self.compartment)
        return {
            f"tau_{n}": ParameterNeed(TIME, call + "tau=20*ms)"),
            f"sigma_{n}": ParameterNeed(CURRENT, call + "sigma=1*pA)"),
            f"mean_{n}": ParameterNeed(CURRENT, call + "mean=0*pA)"),
        }

    def parameters(self, context: ParameterContext) -> dict[str, Any]:
        """Name to value of its parameters."""
        n = suffixed("noise", self.compartment)
        return {
            f"tau_{n}": self.tau,
            f"sigma_{n}": self.sigma,
            f"mean_{n}": self.mean,
        }


def make_noise(place: Place, tau: Any, sigma: Any, mean: Any) -> Noise:
    """Check the arguments of `Compartment.noise` and return the noise source.

    Raises
    ------
    UnitsError
        If a quantity has the wrong dimension or sign.
    """
    owner = f"{place.owner}, noise current"
    return Noise(
        place.name,
        check_quantity(owner, "tau", tau, TIME, "positive"),
        check_quantity(owner, "sigma", sigma, CURRENT, "non-negative"),
        check_quantity(owner, "mean", mean, CURRENT),
    )
