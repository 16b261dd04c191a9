"""Hyperpolarisation-activated cation channels."""

from __future__ import annotations

from brian2.units import cm, mS, mV, uS
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import Kinetics, assemble
from .preparations import KOLE, MAGEE, POIRAZI
from .rates import boltzmann, exponential, linoid
from .registry import published

__all__ = ["Ih_kole", "Ih_magee", "Ih_poirazi"]


@published("cation", MAGEE)
def Ih_magee(
    g_max: Quantity | None = 0.05 * mS / cm**2,
    *,
    v_half: Quantity = -81 * mV,
    reversal: Quantity | str = -30 * mV,
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "Ih_magee",
) -> Channel:
    r"""Ih of CA1 pyramidal cells.

    .. math:: g = \bar g\, l, \quad l_\infty = \frac{1}{1 + e^{(v - v_{1/2})/8}}, \quad
        \tau_l = \frac{e^{0.033264\,(v + 75)}}{0.011\,(1 + e^{0.08316\,(v + 75)})}

    with :math:`Q_{10} = 4.5`. The default density is that of the soma; along the dendrite it is
    :math:`\bar g\,(1 + 3x/100\,\mathrm{µm})`.

    Parameters
    ----------
    v_half : Quantity
        Half-activation (volt): -81 mV beyond 100 µm from the soma, -73 mV nearer.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(Ih_magee().steady_state('l', -81*mV)), 3)
    0.5
    """
    return assemble(
        name,
        None,
        MAGEE,
        Kinetics(
            "l",
            1,
            inf="1/(1 + exp((v - v_half)/(8*mV)))",
            tau="exp(0.033264*(v + 75*mV)/mV)/(0.011/ms*(1 + exp(0.08316*(v + 75*mV)/mV)))",
            q10=4.5,
        ),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"v_half": v_half},
    )


@published("cation", KOLE)
def Ih_kole(
    g_max: Quantity | None = 0.2 * mS / cm**2,
    *,
    reversal: Quantity | str = -45 * mV,
    v_shift: Quantity | None = None,
    name: str = "Ih_kole",
) -> Channel:
    r"""Ih of layer 5 pyramidal cells.

    .. math::

        g &= \bar g\, m \\
        \alpha_m &= \frac{0.00643\,(v + 154.9)}{e^{(v + 154.9)/11.9} - 1}, \quad
        \beta_m = 0.193\, e^{v/33.1}

    The default density is that of the soma in Hay et al. 2011.

    Examples
    --------
    >>> [gate.name for gate in Ih_kole().gates]
    ['m']
    """
    return assemble(
        name,
        None,
        KOLE,
        Kinetics("m", 1, alpha=linoid(0.00643, -154.9, -11.9), beta=exponential(0.193, 0, 33.1)),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )


@published("cation", POIRAZI)
def Ih_poirazi(
    g_max: Quantity | None = 18.72 * uS / cm**2,
    *,
    reversal: Quantity | str = -10 * mV,
    v_shift: Quantity | None = None,
    name: str = "Ih_poirazi",
) -> Channel:
    r"""Ih of the CA1 cell of Poirazi, Brannon and Mel.

    .. math::

        g &= \bar g\, n, \quad n_\infty = \frac{1}{1 + e^{(v + 90)/8.5}} \\
        \tau_n &= \begin{cases}
            \dfrac{2}{e^{-(v + 145)/17.5} + e^{(v + 16.8)/16.5}} + 10 & v \le -30 \\
            1 & v > -30 \end{cases}

    The default density is that of the soma.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(Ih_poirazi().steady_state('n', -90*mV)), 3)
    0.5
    """
    bell = "2*ms/(exp(-(v + 145*mV)/(17.5*mV)) + exp((v + 16.8*mV)/(16.5*mV))) + 10*ms"
    return assemble(
        name,
        None,
        POIRAZI,
        Kinetics(
            "n",
            1,
            inf=boltzmann(-90, -8.5),
            tau=f"int(v <= -30*mV)*({bell}) + int(v > -30*mV)*ms",
        ),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )
