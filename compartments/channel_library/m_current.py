"""M currents: slow, non-inactivating potassium channels that open below threshold."""

from __future__ import annotations

from brian2.units import cm, mS, ms, uS
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import Kinetics, assemble
from .preparations import HAY_21, MAINEN, YAMADA_M
from .rates import boltzmann, exponential, linoid
from .registry import published

__all__ = ["Km_mainen", "M_hay", "M_yamada"]


@published("k", YAMADA_M)
def M_yamada(
    g_max: Quantity | None = 0.07 * mS / cm**2,
    *,
    tau_max: Quantity = 1000 * ms,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 36,
    name: str = "M_yamada",
) -> Channel:
    r"""M channel, as in Pospischil's regular-spiking cell.

    .. math:: g = \bar g\, p, \quad p_\infty = \frac{1}{1 + e^{-(v + 35)/10}}, \quad
        \tau_p = \frac{\tau_{max}}{3.3\, e^{(v + 35)/20} + e^{-(v + 35)/20}}

    with :math:`Q_{10} = 2.3`. Pospischil's reversal potential is -90 mV.

    Parameters
    ----------
    tau_max : Quantity
        Scale of the time constant (second).

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(M_yamada().steady_state('p', -35*mV)), 3)
    0.5
    """
    grown = "exp((v + 35*mV)/(20*mV))"
    return assemble(
        name,
        "k",
        YAMADA_M,
        Kinetics("p", 1, inf=boltzmann(-35, 10), tau=f"tau_max/(3.3*{grown} + 1/{grown})", q10=2.3),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"tau_max": tau_max},
    )


@published("k", MAINEN)
def Km_mainen(
    g_max: Quantity | None = 32.1 * uS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 37,
    name: str = "Km_mainen",
) -> Channel:
    r"""M channel of neocortical pyramidal cells.

    .. math::

        g &= \bar g\, n \\
        \alpha_n &= \frac{0.001\,(v + 30)}{1 - e^{-(v + 30)/9}}, \quad
        \beta_n = \frac{-0.001\,(v + 30)}{1 - e^{(v + 30)/9}}

    with :math:`Q_{10} = 2.3`. The published simulations multiply the conductance too by
    :math:`2.3^{(T - 23)/10}`, 3.21 at 37 °C; the default contains it (0.1 pS/µm² before). The
    paper's reversal potential is -90 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(Km_mainen().steady_state('n', -30*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "k",
        MAINEN,
        Kinetics("n", 1, alpha=linoid(0.001, -30, 9), beta=linoid(0.001, -30, -9), q10=2.3),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("k", HAY_21)
def M_hay(
    g_max: Quantity | None = 67.5 * uS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "M_hay",
) -> Channel:
    r"""M channel of layer 5 pyramidal cells (Im), after Adams, Brown and Constanti 1982.

    .. math::

        g &= \bar g\, m \\
        \alpha_m &= 0.0033\, e^{0.1\,(v + 35)}, \quad
        \beta_m = 0.0033\, e^{-0.1\,(v + 35)}

    with :math:`Q_{10} = 2.3`. The default density is that of the apical dendrite; the soma has
    none. The paper's reversal potential is -85 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(M_hay().steady_state('m', -35*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "k",
        HAY_21,
        Kinetics(
            "m", 1, alpha=exponential(0.0033, -35, 10), beta=exponential(0.0033, -35, -10), q10=2.3
        ),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )
