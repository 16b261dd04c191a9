"""A-type potassium channels: transient, and inactivated near rest."""

from __future__ import annotations

from brian2.units import cm, mS, mV
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import Kinetics, assemble
from .preparations import CONNOR, HAY_21, MIGLIORE_A
from .rates import above, boltzmann
from .registry import published

__all__ = ["KA_connor", "KA_distal_migliore", "KA_proximal_migliore", "KT_hay"]


@published("k", CONNOR)
def KA_connor(
    g_max: Quantity | None = 47.7 * mS / cm**2,
    *,
    reversal: Quantity | str = -75 * mV,
    v_shift: Quantity | None = None,
    name: str = "KA_connor",
) -> Channel:
    r"""A-type potassium channel of crab walking-leg axons: the A current of Connor and Stevens.

    .. math::

        g &= \bar g\, a^3 b \\
        a_\infty &= \left(\frac{0.0761\, e^{(v + 94.22)/31.84}}
            {1 + e^{(v + 1.17)/28.93}}\right)^{1/3}, \quad
        \tau_a = 0.3632 + \frac{1.158}{1 + e^{(v + 55.96)/20.12}} \\
        b_\infty &= \left(\frac{1}{1 + e^{(v + 53.3)/14.54}}\right)^4, \quad
        \tau_b = 1.24 + \frac{2.678}{1 + e^{(v + 50)/16.027}}

    The paper's :math:`a_\infty` is larger than 1 from 39.8 mV to 92 mV, by 1.4 % at most; here it is 1.

    Examples
    --------
    >>> [(gate.name, gate.power) for gate in KA_connor().gates]
    [('a', 3), ('b', 1)]
    """
    opened = "0.0761*exp((v + 94.22*mV)/(31.84*mV))/(1 + exp((v + 1.17*mV)/(28.93*mV)))"
    return assemble(
        name,
        "k",
        CONNOR,
        Kinetics(
            "a",
            3,
            inf=f"clip(({opened})**(1.0/3.0), 0, 1)",
            tau="0.3632*ms + 1.158*ms/(1 + exp((v + 55.96*mV)/(20.12*mV)))",
        ),
        Kinetics(
            "b",
            1,
            inf=f"({boltzmann(-53.3, -14.54)})**4",
            tau="1.24*ms + 2.678*ms/(1 + exp((v + 50*mV)/(16.027*mV)))",
        ),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )


def _klee(
    half: float, zeta: float, bias: float, rate: float, floor: float
) -> tuple[Kinetics, Kinetics]:
    """Gates of Migliore's A channels; only the activation differs between their two kinds."""
    u = above(half)
    steep = f"({-zeta:.12g} + 1/(1 + exp({above(-40)}/(5*mV))))"
    closing = f"exp(-{steep}*{u}/RT_F)"
    return (
        Kinetics(
            "n",
            1,
            inf=f"1/(1 + {closing})",
            tau=f"exp(-{bias:.12g}*{steep}*{u}/RT_F)/({rate:.12g}/ms*(1 + {closing}))",
            q10=5,
            floor=floor,
        ),
        Kinetics(
            "l",
            1,
            inf=f"1/(1 + exp(3*{above(-56)}/RT_F))",
            tau=f"0.26*ms*{above(-50)}/mV",
            floor=2,
        ),
    )


@published("k", MIGLIORE_A)
def KA_proximal_migliore(
    g_max: Quantity | None = 48 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "KA_proximal_migliore",
) -> Channel:
    r"""A-type potassium channel of CA1 somata and dendrites up to 100 µm from them.

    .. math::

        g &= \bar g\, n l \\
        n_\infty &= \frac{1}{1 + a}, \quad a = e^{\zeta\,(v - 11) F/RT}, \quad
        \zeta = -1.5 - \frac{1}{1 + e^{(v + 40)/5}} \\
        \tau_n &= \max\!\left(\frac{e^{0.55\,\zeta\,(v - 11) F/RT}}{0.05\,q\,(1 + a)}, 0.1\right),
        \quad q = 5^{(T - 24)/10} \\
        l_\infty &= \frac{1}{1 + e^{3\,(v + 56) F/RT}}, \quad
        \tau_l = \max(0.26\,(v + 50), 2)

    The density at the soma is the default; it grows along the dendrite, doubling per 100 µm. The
    paper's reversal potential is -90 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(KA_proximal_migliore().steady_state('l', -56*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "k",
        MIGLIORE_A,
        *_klee(half=11, zeta=-1.5, bias=0.55, rate=0.05, floor=0.1),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("k", MIGLIORE_A)
def KA_distal_migliore(
    g_max: Quantity | None = 48 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "KA_distal_migliore",
) -> Channel:
    r"""A-type potassium channel of CA1 dendrites beyond 100 µm from the soma.

    .. math::

        g &= \bar g\, n l \\
        n_\infty &= \frac{1}{1 + a}, \quad a = e^{\zeta\,(v + 1) F/RT}, \quad
        \zeta = -1.8 - \frac{1}{1 + e^{(v + 40)/5}} \\
        \tau_n &= \max\!\left(\frac{e^{0.39\,\zeta\,(v + 1) F/RT}}{0.1\,q\,(1 + a)}, 0.2\right),
        \quad q = 5^{(T - 24)/10}

    with :math:`l` as in `KA_proximal_migliore`. The default is the density extrapolated to the
    soma; along the dendrite it is :math:`\bar g\,(1 + x/100\,\mathrm{µm})`. The paper's reversal
    potential is -90 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(KA_distal_migliore().steady_state('n', -1*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "k",
        MIGLIORE_A,
        *_klee(half=-1, zeta=-1.8, bias=0.39, rate=0.1, floor=0.2),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("k", HAY_21)
def KT_hay(
    g_max: Quantity | None = 81.2 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "KT_hay",
) -> Channel:
    r"""Fast inactivating potassium channel of layer 5 pyramidal cells (K_Tst).

    After Korngreen and Sakmann 2000, corrected for a junction potential of 10 mV:

    .. math::

        g &= \bar g\, m^4 h \\
        m_\infty &= \frac{1}{1 + e^{-(v + 10)/19}}, \quad
        \tau_m = 0.34 + 0.92\, e^{-((v + 81)/59)^2} \\
        h_\infty &= \frac{1}{1 + e^{(v + 76)/10}}, \quad
        \tau_h = 8 + 49\, e^{-((v + 83)/23)^2}

    with :math:`Q_{10} = 2.3`. The paper's reversal potential is -85 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(KT_hay().steady_state('h', -76*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "k",
        HAY_21,
        Kinetics(
            "m",
            4,
            inf=boltzmann(-10, 19),
            tau="0.34*ms + 0.92*ms*exp(-((v + 81*mV)/(59*mV))**2)",
            q10=2.3,
        ),
        Kinetics(
            "h",
            1,
            inf=boltzmann(-76, -10),
            tau="8*ms + 49*ms*exp(-((v + 83*mV)/(23*mV))**2)",
            q10=2.3,
        ),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )
