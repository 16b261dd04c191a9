"""Sustained potassium channels of neocortical pyramidal cells."""

from __future__ import annotations

from brian2.units import cm, mS
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import Kinetics, assemble
from .preparations import HAY, HAY_21, MAINEN
from .rates import boltzmann, linoid
from .registry import published

__all__ = ["KP_hay", "Kv3_hay", "Kv_mainen"]


@published("k", MAINEN)
def Kv_mainen(
    g_max: Quantity | None = 64.2 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 37,
    name: str = "Kv_mainen",
) -> Channel:
    r"""Fast delayed rectifier of neocortical pyramidal cells.

    .. math::

        g &= \bar g\, n \\
        \alpha_n &= \frac{0.02\,(v - 25)}{1 - e^{-(v - 25)/9}}, \quad
        \beta_n = \frac{-0.002\,(v - 25)}{1 - e^{(v - 25)/9}}

    with :math:`Q_{10} = 2.3`. The published simulations multiply the conductance too by
    :math:`2.3^{(T - 23)/10}`, 3.21 at 37 °C; the default, of the soma, contains it (200 pS/µm²
    before). The paper's reversal potential is -90 mV.

    Examples
    --------
    >>> [gate.name for gate in Kv_mainen().gates]
    ['n']
    """
    return assemble(
        name,
        "k",
        MAINEN,
        Kinetics("n", 1, alpha=linoid(0.02, 25, 9), beta=linoid(0.002, 25, -9), q10=2.3),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("k", HAY_21)
def KP_hay(
    g_max: Quantity | None = 2.23 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "KP_hay",
) -> Channel:
    r"""Slowly inactivating potassium channel of layer 5 pyramidal cells (K_Pst).

    After Korngreen and Sakmann 2000, corrected for a junction potential of 10 mV:

    .. math::

        g &= \bar g\, m^2 h \\
        m_\infty &= \frac{1}{1 + e^{-(v + 11)/12}}, \quad
        h_\infty = \frac{1}{1 + e^{(v + 64)/11}} \\
        \tau_m &= \begin{cases} 1.25 + 175.03\, e^{0.026\,(v + 10)} & v < -60 \\
            1.25 + 13\, e^{-0.026\,(v + 10)} & v \ge -60 \end{cases} \\
        \tau_h &= 360 + (1010 + 24\,(v + 65))\, e^{-((v + 85)/48)^2}

    with :math:`Q_{10} = 2.3`. The paper's reversal potential is -85 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(KP_hay().steady_state('h', -64*mV)), 3)
    0.5
    """
    below = "(1.25*ms + 175.03*ms*exp(0.026*(v + 10*mV)/mV))"
    beyond = "(1.25*ms + 13*ms*exp(-0.026*(v + 10*mV)/mV))"
    return assemble(
        name,
        "k",
        HAY_21,
        Kinetics(
            "m",
            2,
            inf=boltzmann(-11, 12),
            tau=f"int(v < -60*mV)*{below} + int(v >= -60*mV)*{beyond}",
            q10=2.3,
        ),
        Kinetics(
            "h",
            1,
            inf=boltzmann(-64, -11),
            tau="360*ms + (1010 + 24*(v + 65*mV)/mV)*ms*exp(-((v + 85*mV)/(48*mV))**2)",
            q10=2.3,
        ),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("k", HAY)
def Kv3_hay(
    g_max: Quantity | None = 693 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    name: str = "Kv3_hay",
) -> Channel:
    r"""Fast potassium channel of layer 5 pyramidal cells (SKv3_1).

    After recordings of expressed Kv3.1 channels (Rettig et al. 1992):

    .. math:: g = \bar g\, m, \quad m_\infty = \frac{1}{1 + e^{-(v - 18.7)/9.7}}, \quad
        \tau_m = \frac{4}{1 + e^{-(v + 46.56)/44.14}}

    The paper's reversal potential is -85 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(Kv3_hay().steady_state('m', 18.7*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "k",
        HAY,
        Kinetics(
            "m", 1, inf=boltzmann(18.7, 9.7), tau="4*ms/(1 + exp(-(v + 46.56*mV)/(44.14*mV)))"
        ),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )
