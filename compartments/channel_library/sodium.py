"""Transient sodium channels: squid, crustacean and hippocampal pyramidal cells."""

from __future__ import annotations

from brian2.units import cm, mS, mV
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import Kinetics, assemble
from .preparations import (
    CONNOR,
    MIGLIORE,
    PINSKY_RINZEL,
    POSPISCHIL,
    SQUID,
    TRAUB_MILES,
)
from .rates import above, boltzmann, exponential, linoid, sigmoid
from .registry import published

__all__ = [
    "Na_axon_migliore",
    "Na_connor",
    "Na_hh",
    "Na_migliore",
    "Na_pinsky_rinzel",
    "Na_pospischil",
    "Na_traub_miles",
]


@published("na", SQUID)
def Na_hh(
    g_max: Quantity | None = 120 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    temperature: float = 6.3,
    name: str = "Na_hh",
) -> Channel:
    r"""Sodium channel of the squid giant axon.

    In the modern sign convention, with the resting potential at -65 mV:

    .. math::

        g &= \bar g\, m^3 h \\
        \alpha_m &= \frac{0.1\,(v + 40)}{1 - e^{-(v + 40)/10}}, \quad
        \beta_m = 4\, e^{-(v + 65)/18} \\
        \alpha_h &= 0.07\, e^{-(v + 65)/20}, \quad
        \beta_h = \frac{1}{1 + e^{-(v + 35)/10}}

    with :math:`Q_{10} = 3`. The paper's reversal potential is 50 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(Na_hh().steady_state('h', -65*mV)), 3)
    0.596
    """
    return assemble(
        name,
        "na",
        SQUID,
        Kinetics("m", 3, alpha=linoid(0.1, -40, 10), beta=exponential(4, -65, -18), q10=3),
        Kinetics("h", 1, alpha=exponential(0.07, -65, -20), beta=sigmoid(1, -35, 10), q10=3),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("na", CONNOR)
def Na_connor(
    g_max: Quantity | None = 120 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    name: str = "Na_connor",
) -> Channel:
    r"""Sodium channel of crab walking-leg axons.

    It is that of the squid, 3.8 times as fast, with both gates shifted:

    .. math::

        g &= \bar g\, m^3 h \\
        \alpha_m &= \frac{0.38\,(v + 29.7)}{1 - e^{-(v + 29.7)/10}}, \quad
        \beta_m = 15.2\, e^{-(v + 54.7)/18} \\
        \alpha_h &= 0.266\, e^{-(v + 48)/20}, \quad
        \beta_h = \frac{3.8}{1 + e^{-(v + 18)/10}}

    The paper's reversal potential is 55 mV.

    Examples
    --------
    >>> [gate.name for gate in Na_connor().gates]
    ['m', 'h']
    """
    return assemble(
        name,
        "na",
        CONNOR,
        Kinetics("m", 3, alpha=linoid(0.38, -29.7, 10), beta=exponential(15.2, -54.7, -18)),
        Kinetics("h", 1, alpha=exponential(0.266, -48, -20), beta=sigmoid(3.8, -18, 10)),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )


def _traub_miles() -> tuple[Kinetics, Kinetics]:
    return (
        Kinetics("m", 3, alpha=linoid(0.32, 13, 4, "V_T"), beta=linoid(0.28, 40, -5, "V_T"), q10=3),
        Kinetics(
            "h", 1, alpha=exponential(0.128, 17, -18, "V_T"), beta=sigmoid(4, 40, 5, "V_T"), q10=3
        ),
    )


@published("na", TRAUB_MILES)
def Na_traub_miles(
    g_max: Quantity | None = None,
    *,
    V_T: Quantity = -63 * mV,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    temperature: float = 36,
    name: str = "Na_traub_miles",
) -> Channel:
    r"""Sodium channel of hippocampal pyramidal cells, with an adjustable threshold.

    With :math:`u = v - V_T`:

    .. math::

        g &= \bar g\, m^3 h \\
        \alpha_m &= \frac{0.32\,(13 - u)}{e^{(13 - u)/4} - 1}, \quad
        \beta_m = \frac{0.28\,(u - 40)}{e^{(u - 40)/5} - 1} \\
        \alpha_h &= 0.128\, e^{(17 - u)/18}, \quad
        \beta_h = \frac{4}{1 + e^{(40 - u)/5}}

    with :math:`Q_{10} = 3`.

    Parameters
    ----------
    V_T : Quantity
        Voltage that the threshold moves with (volt); it may differ between neurons.

    Examples
    --------
    >>> from brian2.units import cm, mS
    >>> [gate.power for gate in Na_traub_miles(100*mS/cm**2).gates]
    [3, 1]
    """
    return assemble(
        name,
        "na",
        TRAUB_MILES,
        *_traub_miles(),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"V_T": V_T},
    )


@published("na", POSPISCHIL)
def Na_pospischil(
    g_max: Quantity | None = 50 * mS / cm**2,
    *,
    V_T: Quantity = -55 * mV,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    temperature: float = 36,
    name: str = "Na_pospischil",
) -> Channel:
    r"""Sodium channel of Pospischil's cortical neurons.

    The rates are those of `Na_traub_miles`, with another :math:`V_T`:

    .. math:: g = \bar g\, m^3 h

    The paper's reversal potential is 50 mV.

    Parameters
    ----------
    V_T : Quantity
        Voltage that the threshold moves with (volt); it may differ between neurons.

    Examples
    --------
    >>> Na_pospischil().name
    'Na_pospischil'
    """
    return assemble(
        name,
        "na",
        POSPISCHIL,
        *_traub_miles(),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"V_T": V_T},
    )


@published("na", PINSKY_RINZEL)
def Na_pinsky_rinzel(
    g_max: Quantity | None = 30 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    name: str = "Na_pinsky_rinzel",
) -> Channel:
    r"""Sodium channel of the two-compartment CA3 cell, with instantaneous activation.

    .. math::

        g &= \bar g\, m_\infty^2 h, \quad m_\infty = \frac{\alpha_m}{\alpha_m + \beta_m} \\
        \alpha_m &= \frac{0.32\,(-46.9 - v)}{e^{(-46.9 - v)/4} - 1}, \quad
        \beta_m = \frac{0.28\,(v + 19.9)}{e^{(v + 19.9)/5} - 1} \\
        \alpha_h &= 0.128\, e^{(-43 - v)/18}, \quad
        \beta_h = \frac{4}{1 + e^{(-20 - v)/5}}

    The paper's reversal potential is 60 mV.

    Examples
    --------
    >>> [gate.name for gate in Na_pinsky_rinzel().gates]
    ['m', 'h']
    """
    alpha, beta = linoid(0.32, -46.9, 4), linoid(0.28, -19.9, -5)
    return assemble(
        name,
        "na",
        PINSKY_RINZEL,
        Kinetics("m", 2, inf=f"{alpha}/({alpha} + {beta})"),
        Kinetics("h", 1, alpha=exponential(0.128, -43, -18), beta=sigmoid(4, -20, 5)),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )


def _migliore_fast() -> tuple[Kinetics, Kinetics]:
    return (
        Kinetics(
            "m", 3, alpha=linoid(0.4, -30, 7.2), beta=linoid(0.124, -30, -7.2), q10=2, floor=0.02
        ),
        Kinetics(
            "h",
            1,
            inf=boltzmann(-50, -4),
            alpha=linoid(0.03, -45, 1.5),
            beta=linoid(0.01, -45, -1.5),
            q10=2,
            floor=0.5,
        ),
    )


@published("na", MIGLIORE)
def Na_migliore(
    g_max: Quantity | None = 32 * mS / cm**2,
    *,
    recovery: float = 1.0,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "Na_migliore",
) -> Channel:
    r"""Sodium channel of CA1 somata and dendrites, with slow inactivation.

    .. math::

        g &= \bar g\, m^3 h s \\
        \alpha_m &= \frac{0.4\,(v + 30)}{1 - e^{-(v + 30)/7.2}}, \quad
        \beta_m = \frac{-0.124\,(v + 30)}{1 - e^{(v + 30)/7.2}}, \quad
        \tau_m = \max\!\left(\frac{1}{q\,(\alpha_m + \beta_m)}, 0.02\right) \\
        h_\infty &= \frac{1}{1 + e^{(v + 50)/4}}, \quad
        \tau_h = \max\!\left(\frac{1}{q\,(\alpha_h + \beta_h)}, 0.5\right) \\
        \alpha_h &= \frac{0.03\,(v + 45)}{1 - e^{-(v + 45)/1.5}}, \quad
        \beta_h = \frac{-0.01\,(v + 45)}{1 - e^{(v + 45)/1.5}} \\
        s_\infty &= c + a\,(1 - c), \quad c = \frac{1}{1 + e^{(v + 58)/2}} \\
        \tau_s &= \max\!\left(\frac{e^{2.4\,(v + 60) F/RT}}
            {0.0003\,(1 + e^{12\,(v + 60) F/RT})}, 10\right)

    with :math:`q = 2^{(T - 24)/10}`. The paper's reversal potential is 55 mV.

    Parameters
    ----------
    recovery : float
        :math:`a`, the conductance that slow inactivation leaves: 1 (none) at the soma, less along
        the dendrite.

    Examples
    --------
    >>> [gate.name for gate in Na_migliore(recovery=0.8).gates]
    ['m', 'h', 's']
    """
    return assemble(
        name,
        "na",
        MIGLIORE,
        *_migliore_fast(),
        Kinetics(
            "s",
            1,
            inf=_left_over("a_slow", -58),
            tau=f"exp(2.4*{above(-60)}/RT_F)/(0.0003/ms*(1 + exp(12*{above(-60)}/RT_F)))",
            floor=10,
        ),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"a_slow": recovery},
    )


def _left_over(fraction: str, half: float) -> str:
    closed = boltzmann(half, -2)
    return f"{closed} + {fraction}*(1 - {closed})"


@published("na", MIGLIORE)
def Na_axon_migliore(
    g_max: Quantity | None = 64 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "Na_axon_migliore",
) -> Channel:
    r"""Sodium channel of CA1 axons: that of `Na_migliore` without slow inactivation.

    .. math:: g = \bar g\, m^3 h

    Examples
    --------
    >>> [gate.name for gate in Na_axon_migliore().gates]
    ['m', 'h']
    """
    return assemble(
        name,
        "na",
        MIGLIORE,
        *_migliore_fast(),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )
