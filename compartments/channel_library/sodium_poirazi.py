"""Sodium channels of the CA1 cell of Poirazi, Brannon and Mel."""

from __future__ import annotations

from brian2.units import cm, mS
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import Kinetics, assemble
from .preparations import POIRAZI
from .rates import above, boltzmann
from .registry import published

__all__ = ["NaP_poirazi", "Na_dendrite_poirazi", "Na_soma_poirazi"]


def _attenuation() -> Kinetics:
    grown = f"exp({above(-60)}/(2*mV))"
    return Kinetics(
        "s",
        1,
        inf=f"(1 + a_slow*{grown})/(1 + {grown})",
        tau=f"exp(2.4*{above(-60)}/RT_F)/(0.0003/ms*(1 + exp(12*{above(-60)}/RT_F)))",
        floor=3,
    )


@published("na", POIRAZI)
def Na_soma_poirazi(
    g_max: Quantity | None = 7 * mS / cm**2,
    *,
    recovery: float = 1.0,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "Na_soma_poirazi",
) -> Channel:
    r"""Sodium channel of CA1 somata and axons, with a low threshold.

    .. math::

        g &= \bar g\, m^2 h s \\
        m_\infty &= \frac{1}{1 + e^{-(v + 44)/3}}, \quad \tau_m = 0.05 \\
        h_\infty &= \frac{1}{1 + e^{(v + 49)/3.5}}, \quad \tau_h = 1 \\
        s_\infty &= \frac{1 + a\, e^{(v + 60)/2}}{1 + e^{(v + 60)/2}}, \quad
        \tau_s = \max\!\left(\frac{e^{2.4\,(v + 60) F/RT}}
            {0.0003\,(1 + e^{12\,(v + 60) F/RT})}, 3\right)

    The paper's reversal potential is 50 mV.

    Parameters
    ----------
    recovery : float
        :math:`a`, the conductance that slow inactivation leaves; 1 at the soma.

    Examples
    --------
    >>> [gate.power for gate in Na_soma_poirazi().gates]
    [2, 1, 1]
    """
    return assemble(
        name,
        "na",
        POIRAZI,
        Kinetics("m", 2, inf=boltzmann(-44, 3), tau="0.05*ms"),
        Kinetics("h", 1, inf=boltzmann(-49, -3.5), tau="1*ms"),
        _attenuation(),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"a_slow": recovery},
    )


@published("na", POIRAZI)
def Na_dendrite_poirazi(
    g_max: Quantity | None = 7 * mS / cm**2,
    *,
    recovery: float = 1.0,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "Na_dendrite_poirazi",
) -> Channel:
    r"""Sodium channel of CA1 dendrites, with a higher threshold than at the soma.

    .. math::

        g &= \bar g\, m^2 h s \\
        m_\infty &= \frac{1}{1 + e^{-(v + 40)/3}}, \quad \tau_m = 0.05 \\
        h_\infty &= \frac{1}{1 + e^{(v + 45)/3}}, \quad \tau_h = 0.5

    with :math:`s` as in `Na_soma_poirazi`. The paper's reversal potential is 50 mV.

    Parameters
    ----------
    recovery : float
        :math:`a`, the conductance that slow inactivation leaves; less than 1 in the dendrite.

    Examples
    --------
    >>> [gate.name for gate in Na_dendrite_poirazi().gates]
    ['m', 'h', 's']
    """
    return assemble(
        name,
        "na",
        POIRAZI,
        Kinetics("m", 2, inf=boltzmann(-40, 3), tau="0.05*ms"),
        Kinetics("h", 1, inf=boltzmann(-45, -3), tau="0.5*ms"),
        _attenuation(),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"a_slow": recovery},
    )


@published("na", POIRAZI)
def NaP_poirazi(
    g_max: Quantity | None = None,
    *,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    name: str = "NaP_poirazi",
) -> Channel:
    r"""Sodium channel of the persistent current of CA1 oblique dendrites, which opens at once.

    .. math:: g = \bar g\, n_\infty^3, \quad n_\infty = \frac{1}{1 + e^{(-50.4 - v)/4.5}}

    in the form that the authors corrected in 2003.

    Examples
    --------
    >>> from brian2.units import mV, uS, cm
    >>> round(float(NaP_poirazi(3*uS/cm**2).steady_state('n', -50.4*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "na",
        POIRAZI,
        Kinetics("n", 3, inf=boltzmann(-50.4, 4.5)),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )
