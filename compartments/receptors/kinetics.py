r"""The time course of a conductance that rises and decays exponentially.

With :math:`\tau_d\,\dot x = n s - x`, :math:`\tau_r\,\dot s = -s` and :math:`s(0)=1`,

.. math::
    x(t) = n\,\frac{\tau_r}{\tau_d-\tau_r}\,(e^{-t/\tau_d}-e^{-t/\tau_r}), \qquad
    t_p = \frac{\tau_d\tau_r}{\tau_d-\tau_r}\ln\frac{\tau_d}{\tau_r} .

At the peak :math:`\dot x = 0`, so :math:`x(t_p) = n\,s(t_p) = n\,e^{-t_p/\tau_r}`, and
:math:`n = e^{t_p/\tau_r}` makes the peak one. That form loses no digits where the constants are
close to each other; where they are equal it is :math:`n = e`, and x is the alpha function
:math:`(t/\tau)\,e^{1-t/\tau}`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from brian2.units import Quantity, ms

from ..quantities import TIME, check_quantity

__all__ = ["g_norm_factor", "normalisation"]


def normalisation(t_rise: Any, t_decay: Any) -> Any:
    """Return the factor n that makes the peak of the module's x one.

    Parameters
    ----------
    t_rise, t_decay : Quantity
        Time constants (second) larger than zero: one value, or one for each neuron.

    Returns
    -------
    float or ndarray
        The factor, without unit; never below one.

    Examples
    --------
    >>> from brian2.units import ms
    >>> round(normalisation(2*ms, 5*ms), 12), round(normalisation(5*ms, 5*ms), 12)
    (4.6050393733, 2.718281828459)
    """
    rise, decay = np.asarray(t_rise, dtype=float), np.asarray(t_decay, dtype=float)
    excess = (decay - rise) / rise
    equal = excess == 0
    divisor = np.where(equal, 1.0, excess)
    peak_time_over_rise = np.where(equal, 1.0, (1 + divisor) * np.log1p(divisor) / divisor)
    factor = np.exp(peak_time_over_rise)
    return factor if factor.ndim else float(factor)


def g_norm_factor(t_rise: Quantity, t_decay: Quantity) -> float:
    r"""Return the factor with which Dendrify's rise-and-decay conductance peaks at one.

    There the drive is counted per millisecond, :math:`\dot x = -x/\tau_d + s/\mathrm{ms}` with
    :math:`\dot s = -s/\tau_r`, so the factor is :math:`(n/\tau_d)\,\mathrm{ms}`, with the n of this
    module.

    Parameters
    ----------
    t_rise, t_decay : Quantity
        Time constants (second), both larger than zero; they may be equal.

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
