"""Potassium channels that calcium opens: SK, BK and those of the afterhyperpolarisation."""

from __future__ import annotations

from brian2.units import cm, mS, uM
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import Kinetics, assemble
from .preparations import (
    HAY,
    MAINEN,
    MIGLIORE_CA3,
    MOCZYDLOWSKI_LATORRE,
    PINSKY_RINZEL,
    POIRAZI_AHP,
    YAMADA_C,
)
from .registry import published

__all__ = [
    "BK_migliore",
    "BK_moczydlowski",
    "KAHP_migliore",
    "KAHP_pinsky_rinzel",
    "KAHP_poirazi",
    "KC_pinsky_rinzel",
    "KC_yamada",
    "KCa_mainen",
    "SK_hay",
]


@published("k", HAY)
def SK_hay(
    g_max: Quantity | None = 44.1 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    name: str = "SK_hay",
) -> Channel:
    r"""SK channel of layer 5 pyramidal cells (SK_E2), after Köhler et al. 1996.

    .. math:: g = \bar g\, z, \quad
        z_\infty = \frac{1}{1 + (0.00043\,\mathrm{mM}/[Ca]_i)^{4.8}}, \quad \tau_z = 1

    The paper's reversal potential is -85 mV. It needs a pool of calcium in its compartment.

    Examples
    --------
    >>> from brian2.units import mM, mV
    >>> round(float(SK_hay().steady_state('z', -60*mV, ca=0.00043*mM)), 3)
    0.5
    """
    return assemble(
        name,
        "k",
        HAY,
        Kinetics("z", 1, inf="1/(1 + (0.00043*mM/ca)**4.8)", tau="1*ms"),
        g_max=g_max,
        reversal=reversal,
    )


@published("k", MAINEN)
def KCa_mainen(
    g_max: Quantity | None = 0.963 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    temperature: float = 37,
    name: str = "KCa_mainen",
) -> Channel:
    r"""Calcium-activated potassium channel of neocortical pyramidal cells.

    .. math:: g = \bar g\, n, \quad \alpha_n = 0.01\,[Ca]_i/\mathrm{mM}, \quad \beta_n = 0.02

    with :math:`Q_{10} = 2.3`. The published simulations multiply the conductance too by
    :math:`2.3^{(T - 23)/10}`, 3.21 at 37 °C; the default contains it (3 pS/µm² before). The
    paper's reversal potential is -90 mV. It needs a pool of calcium in its compartment.

    Examples
    --------
    >>> from brian2.units import mM, mV
    >>> round(float(KCa_mainen().steady_state('n', -60*mV, ca=2*mM)), 3)
    0.5
    """
    return assemble(
        name,
        "k",
        MAINEN,
        Kinetics("n", 1, alpha="0.01/ms*ca/mM", beta="0.02/ms", q10=2.3),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
    )


@published("k", POIRAZI_AHP)
def KAHP_poirazi(
    g_max: Quantity | None = 0.5 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    temperature: float = 34,
    name: str = "KAHP_poirazi",
) -> Channel:
    r"""Potassium channel of the slow afterhyperpolarisation of CA1 pyramidal cells.

    .. math:: g = \bar g\, m^3, \quad m_\infty = \frac{c}{1 + c}, \quad
        \tau_m = \max\!\left(\frac{1}{0.03\,q\,(1 + c)}, 0.5\right), \quad
        c = \left(\frac{[Ca]_i}{0.025\,\mathrm{mM}}\right)^2, \quad q = 3^{(T - 22)/10}

    The paper's reversal potential is -80 mV. The default density is that of the soma. It needs a
    pool of calcium in its compartment.

    Examples
    --------
    >>> from brian2.units import mM, mV
    >>> round(float(KAHP_poirazi().steady_state('m', -60*mV, ca=0.025*mM)), 3)
    0.5
    """
    bound = "(ca/(0.025*mM))**2"
    return assemble(
        name,
        "k",
        POIRAZI_AHP,
        Kinetics(
            "m", 3, inf=f"{bound}/(1 + {bound})", tau=f"1/(0.03/ms*(1 + {bound}))", q10=3, floor=0.5
        ),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
    )


@published("k", MIGLIORE_CA3)
def KAHP_migliore(
    g_max: Quantity | None = 0.4 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    name: str = "KAHP_migliore",
) -> Channel:
    r"""Potassium channel of the slow afterhyperpolarisation of CA3 pyramidal cells.

    .. math:: g = \bar g\, w, \quad \alpha_w = 1.3 \cdot 10^{13}\,([Ca]_i/\mathrm{mM})^4, \quad
        \beta_w = 0.005

    The paper's reversal potential is -91 mV. It needs a pool of calcium in its compartment.

    Examples
    --------
    >>> [gate.name for gate in KAHP_migliore().gates]
    ['w']
    """
    return assemble(
        name,
        "k",
        MIGLIORE_CA3,
        # As a power of (ca/uM): 1e13 is beyond what single precision can multiply safely.
        Kinetics("w", 1, alpha="13/ms*(ca/uM)**4", beta="0.005/ms"),
        g_max=g_max,
        reversal=reversal,
    )


def _large_conductance(opening: float, closing: float, open_mM: float, close_mM: float) -> Kinetics:
    """Gate of Moczydlowski and Latorre's scheme, with the voltage dependence of its channel A."""
    first = f"{open_mM:.12g}*mM*exp(-1.68*v/RT_F)"
    second = f"{close_mM:.12g}*mM*exp(-2*v/RT_F)"
    return Kinetics(
        "o",
        1,
        alpha=f"{opening}/ms*ca/(ca + {first})",
        beta=f"{closing}/ms/(1 + ca/({second}))",
    )


@published("k", MOCZYDLOWSKI_LATORRE)
def BK_moczydlowski(
    g_max: Quantity | None = 90.75 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "BK_moczydlowski",
) -> Channel:
    r"""BK channel, opened by calcium and depolarisation.

    .. math::

        g &= \bar g\, o \\
        \alpha_o &= \frac{0.48}{1 + k_1 / [Ca]_i}, \quad
        k_1 = 0.18\,\mathrm{mM}\; e^{-2 \cdot 0.84\, F v / RT} \\
        \beta_o &= \frac{0.28}{1 + [Ca]_i / k_4}, \quad
        k_4 = 0.011\,\mathrm{mM}\; e^{-2 F v / RT}

    The default density is that of the soma in Poirazi et al. 2003, who call it the medium
    afterhyperpolarisation. It needs a pool of calcium in its compartment.

    Examples
    --------
    >>> [gate.name for gate in BK_moczydlowski().gates]
    ['o']
    """
    return assemble(
        name,
        "k",
        MOCZYDLOWSKI_LATORRE,
        _large_conductance(0.48, 0.28, 0.18, 0.011),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("k", MIGLIORE_CA3)
def BK_migliore(
    g_max: Quantity | None = 0.55 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 30,
    name: str = "BK_migliore",
) -> Channel:
    r"""BK channel of CA3 pyramidal cells: the scheme of `BK_moczydlowski` with other constants.

    .. math::

        g &= \bar g\, o \\
        \alpha_o &= \frac{0.28}{1 + k_1 / [Ca]_i}, \quad
        k_1 = 0.00048\,\mathrm{mM}\; e^{-2 \cdot 0.84\, F v / RT} \\
        \beta_o &= \frac{0.48}{1 + [Ca]_i / k_2}, \quad
        k_2 = 1.3 \cdot 10^{-7}\,\mathrm{mM}\; e^{-2 F v / RT}

    The paper's reversal potential is -91 mV. It needs a pool of calcium in its compartment.

    Examples
    --------
    >>> [gate.name for gate in BK_migliore().gates]
    ['o']
    """
    return assemble(
        name,
        "k",
        MIGLIORE_CA3,
        _large_conductance(0.28, 0.48, 0.48e-3, 0.13e-6),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("k", YAMADA_C)
def KC_yamada(
    g_max: Quantity | None = 3.45 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 23.5,
    name: str = "KC_yamada",
) -> Channel:
    r"""Fast calcium-activated potassium channel (C current) of sympathetic ganglion cells.

    .. math:: g = \bar g\, m, \quad \alpha_m = 250\,[Ca]_i/\mathrm{mM}\; e^{v/24}, \quad
        \beta_m = 0.1\, e^{-v/24}

    with :math:`Q_{10} = 3`. It needs a pool of calcium in its compartment.

    Examples
    --------
    >>> from brian2.units import mM, mV
    >>> round(float(KC_yamada().steady_state('m', 0*mV, ca=0.0004*mM)), 3)
    0.5
    """
    return assemble(
        name,
        "k",
        YAMADA_C,
        Kinetics(
            "m",
            1,
            alpha="250/ms*ca/mM*exp(v/(24*mV))",
            beta="0.1/ms*exp(-v/(24*mV))",
            q10=3,
        ),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("k", PINSKY_RINZEL)
def KC_pinsky_rinzel(
    g_max: Quantity | None = 15 * mS / cm**2,
    *,
    ca_unit: Quantity = 1 * uM,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    name: str = "KC_pinsky_rinzel",
) -> Channel:
    r"""Fast calcium-activated potassium channel (C current) of the two-compartment CA3 cell.

    .. math::

        g &= \bar g\, c\, \chi, \quad \chi = \min([Ca]/250, 1) \\
        \alpha_c &= \begin{cases}
            e^{(v + 50)/11 - (v + 53.5)/27}/18.975 & v < -10 \\
            2\, e^{-(v + 53.5)/27} & v \ge -10 \end{cases} \\
        \beta_c &= \begin{cases} 2\, e^{-(v + 53.5)/27} - \alpha_c & v < -10 \\
            0 & v \ge -10 \end{cases}

    The paper's calcium has no unit; see the pool `pool_pinsky_rinzel`. Its reversal potential is
    -75 mV.

    Parameters
    ----------
    ca_unit : Quantity
        What the paper's unit of calcium stands for (mM).

    Examples
    --------
    >>> [gate.name for gate in KC_pinsky_rinzel().gates]
    ['c', 'chi']
    """
    return assemble(
        name,
        "k",
        PINSKY_RINZEL,
        # Both branches have the same time constant; the steady state reaches 1 at -10 mV.
        Kinetics(
            "c",
            1,
            inf="int(v < -10*mV)*exp((v + 50*mV)/(11*mV))/37.95 + int(v >= -10*mV)",
            tau="0.5*ms*exp((v + 53.5*mV)/(27*mV))",
        ),
        Kinetics("chi", 1, inf="clip(ca/(250*ca_unit), 0, 1)"),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
        parameters={"ca_unit": ca_unit},
    )


@published("k", PINSKY_RINZEL)
def KAHP_pinsky_rinzel(
    g_max: Quantity | None = 0.8 * mS / cm**2,
    *,
    ca_unit: Quantity = 1 * uM,
    reversal: Quantity | str = "E_K",
    name: str = "KAHP_pinsky_rinzel",
) -> Channel:
    r"""Potassium channel of the slow afterhyperpolarisation of the two-compartment CA3 cell.

    .. math:: g = \bar g\, q, \quad \alpha_q = \min(0.00002\,[Ca], 0.01), \quad \beta_q = 0.001

    The paper's calcium has no unit; see the pool `pool_pinsky_rinzel`. Its reversal potential is
    -75 mV.

    Parameters
    ----------
    ca_unit : Quantity
        What the paper's unit of calcium stands for (mM).

    Examples
    --------
    >>> [gate.name for gate in KAHP_pinsky_rinzel().gates]
    ['q']
    """
    return assemble(
        name,
        "k",
        PINSKY_RINZEL,
        Kinetics("q", 1, alpha="clip(0.00002*ca/ca_unit, 0, 0.01)/ms", beta="0.001/ms"),
        g_max=g_max,
        reversal=reversal,
        parameters={"ca_unit": ca_unit},
    )
