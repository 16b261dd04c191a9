"""Coloured current noise (an Ornstein-Uhlenbeck process)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brian2.units import Quantity

from .mechanism import ParameterContext, ParameterNeed
from .quantities import CURRENT, TIME, check_quantity

__all__ = ["Noise", "make_noise"]


@dataclass(frozen=True, eq=False)
class Noise:
    """A noise current in one compartment.

    Attributes
    ----------
    compartment : str
        Where it is.
    tau : Quantity
        Correlation time.
    sigma : Quantity
        Standard deviation.
    mean : Quantity
        Mean.
    """

    compartment: str
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
        return (f"I_noise_{self.compartment}",)

    @property
    def equations(self) -> str:
        """Its equations in Brian2 syntax; one Euler step adds ``sigma*sqrt(2*dt/tau)*randn()``."""
        n = self.compartment
        return (
            f"dI_noise_{n}/dt = (mean_noise_{n}-I_noise_{n}) / tau_noise_{n} + "
            f"sigma_noise_{n} * (sqrt(2/(tau_noise_{n}*dt)) * randn()) :amp"
        )

    @property
    def needs(self) -> dict[str, ParameterNeed]:
        """The parameters its equations use, with how to set them."""
        call = f"on {self.compartment!r} call noise("
        n = self.compartment
        return {
            f"tau_noise_{n}": ParameterNeed(TIME, call + "tau=20*ms)"),
            f"sigma_noise_{n}": ParameterNeed(CURRENT, call + "sigma=1*pA)"),
            f"mean_noise_{n}": ParameterNeed(CURRENT, call + "mean=0*pA)"),
        }

    def parameters(self, context: ParameterContext) -> dict[str, Any]:
        """Name to value of its parameters."""
        n = self.compartment
        return {
            f"tau_noise_{n}": self.tau,
            f"sigma_noise_{n}": self.sigma,
            f"mean_noise_{n}": self.mean,
        }


def make_noise(compartment: str, tau: Any, sigma: Any, mean: Any) -> Noise:
    """Check the arguments of `Compartment.noise` and return the noise source.

    Raises
    ------
    UnitsError
        If a quantity has the wrong dimension or sign.
    """
    owner = f"compartment {compartment!r}, noise current"
    return Noise(
        compartment,
        check_quantity(owner, "tau", tau, TIME, "positive"),
        check_quantity(owner, "sigma", sigma, CURRENT, "non-negative"),
        check_quantity(owner, "mean", mean, CURRENT),
    )
