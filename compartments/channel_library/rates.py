"""The few functions of the voltage that published rates are made of, as equation text.

Voltages are given in millivolt and rates per millisecond, the units of the papers. Every function
returns text in Brian2 syntax with units, in which `v` is the membrane potential.
"""

from __future__ import annotations

__all__ = ["above", "boltzmann", "exponential", "linoid", "sigmoid"]


def above(voltage: float, origin: str = "") -> str:
    """Return the membrane potential relative to a voltage, as text.

    Parameters
    ----------
    voltage : float
        In mV.
    origin : str, optional
        Name of a constant in volts that `voltage` is relative to.

    Examples
    --------
    >>> above(-38), above(25), above(13, 'V_T')
    ('(v + 38*mV)', '(v - 25*mV)', '(v - V_T - 13*mV)')
    """
    relative = f"v - {origin}" if origin else "v"
    sign, size = ("+", -voltage) if voltage < 0 else ("-", voltage)
    return f"({relative} {sign} {size:.12g}*mV)"


def linoid(rate: float, half: float, slope: float, origin: str = "") -> str:
    r"""Return a rate that is linear on one side and vanishes on the other, in Hz.

    .. math:: \frac{a\,(v - v_0)}{1 - e^{-(v - v_0)/s}} \quad (s > 0),
        \qquad \frac{a\,(v_0 - v)}{1 - e^{(v - v_0)/|s|}} \quad (s < 0)

    It is written with :math:`\mathrm{exprel}(x) = (e^x - 1)/x`, which has no singular point.

    Parameters
    ----------
    rate : float
        :math:`a` in 1/(ms mV).
    half : float
        :math:`v_0` in mV.
    slope : float
        :math:`s` in mV; positive for a rate that grows with the voltage.
    origin : str, optional
        Name of a constant in volts that `half` is relative to.

    Examples
    --------
    >>> linoid(0.1, -40, 10)
    '1/ms/exprel(-(v + 40*mV)/(10*mV))'
    >>> linoid(0.124, -35, -9)
    '1.116/ms/exprel((v + 35*mV)/(9*mV))'
    """
    sign = "-" if slope > 0 else ""
    return f"{rate * abs(slope):.15g}/ms/exprel({sign}{above(half, origin)}/({abs(slope):.12g}*mV))"


def exponential(rate: float, half: float, slope: float, origin: str = "") -> str:
    r"""Return the rate :math:`a\, e^{(v - v_0)/s}` in Hz.

    Parameters
    ----------
    rate : float
        :math:`a` in 1/ms.
    half : float
        :math:`v_0` in mV.
    slope : float
        :math:`s` in mV.
    origin : str, optional
        Name of a constant in volts that `half` is relative to.

    Examples
    --------
    >>> exponential(4, -65, -18)
    '4/ms*exp(-(v + 65*mV)/(18*mV))'
    """
    sign = "-" if slope < 0 else ""
    return f"{rate:.12g}/ms*exp({sign}{above(half, origin)}/({abs(slope):.12g}*mV))"


def sigmoid(rate: float, half: float, slope: float, origin: str = "") -> str:
    r"""Return the rate :math:`a/(1 + e^{-(v - v_0)/s})` in Hz.

    Parameters
    ----------
    rate : float
        :math:`a` in 1/ms.
    half : float
        :math:`v_0` in mV.
    slope : float
        :math:`s` in mV; positive for a rate that grows with the voltage.
    origin : str, optional
        Name of a constant in volts that `half` is relative to.

    Examples
    --------
    >>> sigmoid(1, -35, 10)
    '1/ms/(1 + exp(-(v + 35*mV)/(10*mV)))'
    """
    sign = "-" if slope > 0 else ""
    return f"{rate:.12g}/ms/(1 + exp({sign}{above(half, origin)}/({abs(slope):.12g}*mV)))"


def boltzmann(half: float, slope: float, origin: str = "") -> str:
    r"""Return the steady state :math:`1/(1 + e^{-(v - v_0)/s})`.

    Parameters
    ----------
    half : float
        :math:`v_0` in mV.
    slope : float
        :math:`s` in mV; positive for activation, negative for inactivation.
    origin : str, optional
        Name of a constant in volts that `half` is relative to.

    Examples
    --------
    >>> boltzmann(-52.6, 4.6)
    '1/(1 + exp(-(v + 52.6*mV)/(4.6*mV)))'
    >>> boltzmann(-48.8, -10)
    '1/(1 + exp((v + 48.8*mV)/(10*mV)))'
    """
    sign = "-" if slope > 0 else ""
    return f"1/(1 + exp({sign}{above(half, origin)}/({abs(slope):.12g}*mV)))"
