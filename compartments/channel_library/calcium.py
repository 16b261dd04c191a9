"""Calcium channels of high threshold of neocortical cells, and of the two-compartment cell."""

from __future__ import annotations

from brian2.units import cm, mS, uS
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import Kinetics, assemble
from .preparations import (
    HAY,
    MAINEN,
    PINSKY_RINZEL,
    REUVENI,
)
from .rates import exponential, linoid, sigmoid
from .registry import published

__all__ = [
    "CaHVA_hay",
    "CaHVA_mainen",
    "CaL_reuveni",
    "Ca_pinsky_rinzel",
]


def _reuveni(q10: float | None) -> tuple[Kinetics, Kinetics]:
    return (
        Kinetics("m", 2, alpha=linoid(0.055, -27, 3.8), beta=exponential(0.94, -75, -17), q10=q10),
        Kinetics(
            "h",
            1,
            alpha=exponential(0.000457, -13, -50),
            beta=sigmoid(0.0065, -15, 28),
            q10=q10,
        ),
    )


@published("ca", REUVENI)
def CaL_reuveni(
    g_max: Quantity | None = 0.1 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_Ca",
    v_shift: Quantity | None = None,
    name: str = "CaL_reuveni",
) -> Channel:
    r"""High-threshold calcium channel of neocortical pyramidal cells, as in Pospischil's cells.

    .. math::

        g &= \bar g\, m^2 h \\
        \alpha_m &= \frac{0.055\,(-27 - v)}{e^{(-27 - v)/3.8} - 1}, \quad
        \beta_m = 0.94\, e^{(-75 - v)/17} \\
        \alpha_h &= 0.000457\, e^{(-13 - v)/50}, \quad
        \beta_h = \frac{0.0065}{e^{(-15 - v)/28} + 1}

    Pospischil's reversal potential is 120 mV.

    Examples
    --------
    >>> [gate.power for gate in CaL_reuveni().gates]
    [2, 1]
    """
    return assemble(
        name, "ca", REUVENI, *_reuveni(None), g_max=g_max, reversal=reversal, v_shift=v_shift
    )


@published("ca", MAINEN)
def CaHVA_mainen(
    g_max: Quantity | None = 96.3 * uS / cm**2,
    *,
    reversal: Quantity | str = "E_Ca",
    v_shift: Quantity | None = None,
    temperature: float = 37,
    name: str = "CaHVA_mainen",
) -> Channel:
    r"""High-threshold calcium channel of neocortical pyramidal cells.

    The rates of `CaL_reuveni`, taken to hold at 23 °C, with :math:`Q_{10} = 2.3`:

    .. math:: g = \bar g\, m^2 h

    The published simulations multiply the conductance too by :math:`2.3^{(T - 23)/10}`, 3.21 at
    37 °C; the default contains it (0.3 pS/µm² before). Their reversal potential is 140 mV.

    Examples
    --------
    >>> [gate.name for gate in CaHVA_mainen().gates]
    ['m', 'h']
    """
    return assemble(
        name,
        "ca",
        MAINEN,
        *_reuveni(2.3),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("ca", HAY)
def CaHVA_hay(
    g_max: Quantity | None = 0.992 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_Ca",
    v_shift: Quantity | None = None,
    name: str = "CaHVA_hay",
) -> Channel:
    r"""High-threshold calcium channel of layer 5 pyramidal cells (Ca_HVA).

    The rates of `CaL_reuveni`:

    .. math:: g = \bar g\, m^2 h

    The published simulations have the Nernst potential of the pool `pool_hay`: give
    ``reversal='nernst'`` for it.

    Examples
    --------
    >>> [gate.name for gate in CaHVA_hay(reversal='nernst').gates]
    ['m', 'h']
    """
    return assemble(
        name, "ca", HAY, *_reuveni(None), g_max=g_max, reversal=reversal, v_shift=v_shift
    )


@published("ca", PINSKY_RINZEL)
def Ca_pinsky_rinzel(
    g_max: Quantity | None = 10 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_Ca",
    v_shift: Quantity | None = None,
    name: str = "Ca_pinsky_rinzel",
) -> Channel:
    r"""Calcium channel of the dendrite of the two-compartment CA3 cell.

    .. math::

        g &= \bar g\, s^2 \\
        \alpha_s &= \frac{1.6}{1 + e^{-0.072\,(v - 5)}}, \quad
        \beta_s = \frac{0.02\,(v + 8.9)}{e^{(v + 8.9)/5} - 1}

    The paper's reversal potential is 80 mV.

    Examples
    --------
    >>> [gate.power for gate in Ca_pinsky_rinzel().gates]
    [2]
    """
    return assemble(
        name,
        "ca",
        PINSKY_RINZEL,
        Kinetics(
            "s", 2, alpha="1.6/ms/(1 + exp(-0.072*(v - 5*mV)/mV))", beta=linoid(0.02, -8.9, -5)
        ),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )
