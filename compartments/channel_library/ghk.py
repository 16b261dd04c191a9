"""The Goldman-Hodgkin-Katz driving force of calcium, in volts."""

from __future__ import annotations

from brian2.units import kelvin
from brian2.units.constants import faraday_constant, gas_constant
from brian2.units.fundamentalunits import Quantity

__all__ = ["GHK", "density_of"]

#: `ca` is the concentration of an ion pool, `ca_out` a constant of the channel. An inward current is
#: positive, as with the driving force ``E - v``.
GHK = "RT_F/2*(1 - ca/ca_out*exp(2*v/RT_F))/exprel(2*v/RT_F)"


def density_of(permeability: Quantity, outside: Quantity, temperature: float) -> Quantity:
    r"""Return the conductance density that stands for a permeability to calcium.

    With the driving force

    .. math:: u = \frac{RT}{2F} \left(1 - \frac{[Ca]_i}{[Ca]_o} e^{2Fv/RT}\right)
        \frac{2Fv/RT}{e^{2Fv/RT} - 1}

    the current density :math:`\bar g u` is that of Goldman, Hodgkin and Katz if

    .. math:: \bar g = \bar P\, \frac{4 F^2 [Ca]_o}{RT}.

    Parameters
    ----------
    permeability : Quantity
        :math:`\bar P` (metre per second).
    outside : Quantity
        :math:`[Ca]_o` (mM).
    temperature : float
        In degrees Celsius.

    Returns
    -------
    Quantity
        In siemens per square metre.

    Examples
    --------
    >>> from brian2.units import cm, mM, second, siemens, meter
    >>> density_of(2e-4*cm/second, 2*mM, 36) / (siemens/meter**2)
    57.94...
    """
    thermal = gas_constant * (273.15 + temperature) * kelvin
    return permeability * 4 * faraday_constant**2 * outside / thermal
