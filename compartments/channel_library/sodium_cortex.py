"""Sodium channels of neocortical pyramidal cells: transient and persistent."""

from __future__ import annotations

from brian2.units import cm, mS, siemens
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import Kinetics, assemble
from .preparations import HAY_21, MAINEN_SODIUM
from .rates import boltzmann, linoid
from .registry import published

__all__ = ["NaP_hay", "NaTa_hay", "NaTs_hay", "Na_mainen"]


@published("na", MAINEN_SODIUM)
def Na_mainen(
    g_max: Quantity | None = 6.42 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    temperature: float = 37,
    name: str = "Na_mainen",
) -> Channel:
    r"""Sodium channel of neocortical pyramidal cells.

    .. math::

        g &= \bar g\, m^3 h \\
        \alpha_m &= \frac{0.182\,(v + 30)}{1 - e^{-(v + 30)/9}}, \quad
        \beta_m = \frac{-0.124\,(v + 30)}{1 - e^{(v + 30)/9}} \\
        h_\infty &= \frac{1}{1 + e^{(v + 60)/6.2}}, \quad
        \tau_h = \frac{1}{\alpha_h + \beta_h} \\
        \alpha_h &= \frac{0.024\,(v + 45)}{1 - e^{-(v + 45)/5}}, \quad
        \beta_h = \frac{-0.0091\,(v + 70)}{1 - e^{(v + 70)/5}}

    with :math:`Q_{10} = 2.3`. The published simulations multiply the conductance too by
    :math:`2.3^{(T - 23)/10}`, 3.21 at 37 °C; the default contains it (20 pS/µm² before). The
    paper's reversal potential is 60 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(Na_mainen().steady_state('h', -60*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "na",
        MAINEN_SODIUM,
        Kinetics("m", 3, alpha=linoid(0.182, -30, 9), beta=linoid(0.124, -30, -9), q10=2.3),
        Kinetics(
            "h",
            1,
            inf=boltzmann(-60, -6.2),
            alpha=linoid(0.024, -45, 5),
            beta=linoid(0.0091, -70, -5),
            q10=2.3,
        ),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


def _transient(half_m: float, half_h: float) -> tuple[Kinetics, Kinetics]:
    return (
        Kinetics("m", 3, alpha=linoid(0.182, half_m, 6), beta=linoid(0.124, half_m, -6), q10=2.3),
        Kinetics("h", 1, alpha=linoid(0.015, half_h, -6), beta=linoid(0.015, half_h, 6), q10=2.3),
    )


@published("na", HAY_21)
def NaTa_hay(
    g_max: Quantity | None = 2.04 * siemens / cm**2,
    *,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "NaTa_hay",
) -> Channel:
    r"""Transient sodium channel of layer 5 pyramidal cells (NaTa_t), after axonal recordings.

    .. math::

        g &= \bar g\, m^3 h \\
        \alpha_m &= \frac{0.182\,(v + 38)}{1 - e^{-(v + 38)/6}}, \quad
        \beta_m = \frac{-0.124\,(v + 38)}{1 - e^{(v + 38)/6}} \\
        \alpha_h &= \frac{-0.015\,(v + 66)}{1 - e^{(v + 66)/6}}, \quad
        \beta_h = \frac{0.015\,(v + 66)}{1 - e^{-(v + 66)/6}}

    with :math:`Q_{10} = 2.3`. The paper's reversal potential is 50 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(NaTa_hay().steady_state('h', -66*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "na",
        HAY_21,
        *_transient(-38, -66),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("na", HAY_21)
def NaTs_hay(
    g_max: Quantity | None = 0.998912 * siemens / cm**2,
    *,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "NaTs_hay",
) -> Channel:
    r"""Transient sodium channel of layer 5 pyramidal cells (NaTs2_t), for soma and dendrite.

    .. math::

        g &= \bar g\, m^3 h \\
        \alpha_m &= \frac{0.182\,(v + 32)}{1 - e^{-(v + 32)/6}}, \quad
        \beta_m = \frac{-0.124\,(v + 32)}{1 - e^{(v + 32)/6}} \\
        \alpha_h &= \frac{-0.015\,(v + 60)}{1 - e^{(v + 60)/6}}, \quad
        \beta_h = \frac{0.015\,(v + 60)}{1 - e^{-(v + 60)/6}}

    with :math:`Q_{10} = 2.3`. The default density is that of the fourth set of parameters. The
    paper's reversal potential is 50 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(NaTs_hay().steady_state('h', -60*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "na",
        HAY_21,
        *_transient(-32, -60),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("na", HAY_21)
def NaP_hay(
    g_max: Quantity | None = 1.72 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_Na",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "NaP_hay",
) -> Channel:
    r"""Sodium channel of the persistent current of layer 5 pyramidal cells (Nap_Et2).

    After recordings from entorhinal cells (Magistretti and Alonso 1999):

    .. math::

        g &= \bar g\, m^3 h \\
        m_\infty &= \frac{1}{1 + e^{-(v + 52.6)/4.6}}, \quad
        \tau_m = \frac{6}{\alpha_m + \beta_m} \\
        \alpha_m &= \frac{0.182\,(v + 38)}{1 - e^{-(v + 38)/6}}, \quad
        \beta_m = \frac{-0.124\,(v + 38)}{1 - e^{(v + 38)/6}} \\
        h_\infty &= \frac{1}{1 + e^{(v + 48.8)/10}}, \quad
        \tau_h = \frac{1}{\alpha_h + \beta_h} \\
        \alpha_h &= \frac{-2.88 \cdot 10^{-6}\,(v + 17)}{1 - e^{(v + 17)/4.63}}, \quad
        \beta_h = \frac{6.94 \cdot 10^{-6}\,(v + 64.4)}{1 - e^{-(v + 64.4)/2.63}}

    with :math:`Q_{10} = 2.3`. The paper's reversal potential is 50 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(NaP_hay().steady_state('m', -52.6*mV)), 3)
    0.5
    """
    alpha, beta = linoid(0.182, -38, 6), linoid(0.124, -38, -6)
    return assemble(
        name,
        "na",
        HAY_21,
        Kinetics("m", 3, inf=boltzmann(-52.6, 4.6), tau=f"6/({alpha} + {beta})", q10=2.3),
        Kinetics(
            "h",
            1,
            inf=boltzmann(-48.8, -10),
            alpha=linoid(2.88e-6, -17, -4.63),
            beta=linoid(6.94e-6, -64.4, 2.63),
            q10=2.3,
        ),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )
