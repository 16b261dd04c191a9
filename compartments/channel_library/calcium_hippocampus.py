"""Calcium channels of high and medium threshold of hippocampal pyramidal cells: L, N and R."""

from __future__ import annotations

from brian2.units import cm, mM, mS, mV
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import Kinetics, assemble
from .ghk import GHK
from .preparations import MIGLIORE_CA3, POIRAZI
from .rates import boltzmann, exponential, linoid, sigmoid
from .registry import published

__all__ = [
    "CaLH_poirazi",
    "CaL_poirazi",
    "CaN_migliore",
    "CaR_dendrite_poirazi",
    "CaR_soma_poirazi",
]


def _calcium_block() -> Kinetics:
    return Kinetics("c", 1, inf="1/(1 + ca/(0.001*mM))")


@published("ca", MIGLIORE_CA3)
def CaN_migliore(
    g_max: Quantity | None = 2.5 * mS / cm**2,
    *,
    outside: Quantity = 2 * mM,
    v_shift: Quantity | None = None,
    temperature: float = 30,
    name: str = "CaN_migliore",
) -> Channel:
    r"""N-type calcium channel of CA3 pyramidal cells.

    .. math::

        g &= \bar g\, m^2 h c, \quad c_\infty = \frac{1}{1 + [Ca]_i / 0.001\,\mathrm{mM}} \\
        \alpha_m &= \frac{0.1967\,(19.88 - v)}{e^{(19.88 - v)/10} - 1}, \quad
        \beta_m = 0.046\, e^{-v/20.73} \\
        \alpha_h &= 1.6 \cdot 10^{-4}\, e^{-v/48.4}, \quad
        \beta_h = \frac{1}{e^{(39 - v)/10} + 1}

    with the driving force of Goldman, Hodgkin and Katz. It needs a pool of calcium in its
    compartment.

    Parameters
    ----------
    outside : Quantity
        Calcium concentration outside (mM).

    Examples
    --------
    >>> [gate.name for gate in CaN_migliore().gates]
    ['m', 'h', 'c']
    """
    return assemble(
        name,
        "ca",
        MIGLIORE_CA3,
        Kinetics("m", 2, alpha=linoid(0.1967, 19.88, 10), beta=exponential(0.046, 0, -20.73)),
        Kinetics("h", 1, alpha=exponential(1.6e-4, 0, -48.4), beta=sigmoid(1, 39, 10)),
        _calcium_block(),
        g_max=g_max,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"ca_out": outside},
        driving_force=GHK,
    )


@published("ca", POIRAZI)
def CaL_poirazi(
    g_max: Quantity | None = 7 * mS / cm**2,
    *,
    outside: Quantity = 2 * mM,
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "CaL_poirazi",
) -> Channel:
    r"""L-type calcium channel of CA1 somata and proximal dendrites.

    .. math::

        g &= \bar g\, m c, \quad c_\infty = \frac{1}{1 + [Ca]_i / 0.001\,\mathrm{mM}} \\
        \alpha_m &= \frac{0.055\,(-27.01 - v)}{e^{(-27.01 - v)/3.8} - 1}, \quad
        \beta_m = 0.94\, e^{(-63.01 - v)/17}, \quad
        \tau_m = \frac{1}{5\,(\alpha_m + \beta_m)}

    with the driving force of Goldman, Hodgkin and Katz. The default density is that of the soma. It
    needs a pool of calcium in its compartment.

    Parameters
    ----------
    outside : Quantity
        Calcium concentration outside (mM).

    Examples
    --------
    >>> [gate.name for gate in CaL_poirazi().gates]
    ['m', 'c']
    """
    return assemble(
        name,
        "ca",
        POIRAZI,
        # Opening and closing are five times as fast, which leaves the steady state as it is.
        Kinetics("m", 1, alpha=linoid(0.275, -27.01, 3.8), beta=exponential(4.7, -63.01, -17)),
        _calcium_block(),
        g_max=g_max,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"ca_out": outside},
        driving_force=GHK,
    )


def _steep(
    half_m: float, slope_m: float, tau_m: float, half_h: float, slope_h: float, tau_h: float
) -> tuple[Kinetics, Kinetics]:
    return (
        Kinetics("m", 3, inf=boltzmann(half_m, slope_m), tau=f"{tau_m}*ms"),
        Kinetics("h", 1, inf=boltzmann(half_h, -slope_h), tau=f"{tau_h}*ms"),
    )


@published("ca", POIRAZI)
def CaLH_poirazi(
    g_max: Quantity | None = 0.31635 * mS / cm**2,
    *,
    reversal: Quantity | str = 140 * mV,
    v_shift: Quantity | None = None,
    name: str = "CaLH_poirazi",
) -> Channel:
    r"""High-threshold L-type calcium channel of CA1 dendrites, for their calcium spikes.

    .. math:: g = \bar g\, m^3 h, \quad m_\infty = \frac{1}{1 + e^{-(v + 37)}}, \quad
        \tau_m = 3.6, \quad h_\infty = \frac{1}{1 + e^{(v + 41)/0.5}}, \quad \tau_h = 29

    The default is the unit of density that the published cell scales, from 0.1 near the soma to
    4.6 in the distal trunk.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(CaLH_poirazi().steady_state('m', -37*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "ca",
        POIRAZI,
        *_steep(-37, 1, 3.6, -41, 0.5, 29),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )


@published("ca", POIRAZI)
def CaR_dendrite_poirazi(
    g_max: Quantity | None = 0.3 * mS / cm**2,
    *,
    reversal: Quantity | str = 140 * mV,
    v_shift: Quantity | None = None,
    name: str = "CaR_dendrite_poirazi",
) -> Channel:
    r"""R-type calcium channel of CA1 dendrites.

    .. math:: g = \bar g\, m^3 h, \quad m_\infty = \frac{1}{1 + e^{-(v + 48.5)/3}}, \quad
        \tau_m = 50, \quad h_\infty = \frac{1}{1 + e^{v + 53}}, \quad \tau_h = 5

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(CaR_dendrite_poirazi().steady_state('m', -48.5*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "ca",
        POIRAZI,
        *_steep(-48.5, 3, 50, -53, 1, 5),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )


@published("ca", POIRAZI)
def CaR_soma_poirazi(
    g_max: Quantity | None = 3 * mS / cm**2,
    *,
    reversal: Quantity | str = 140 * mV,
    v_shift: Quantity | None = None,
    name: str = "CaR_soma_poirazi",
) -> Channel:
    r"""R-type calcium channel of CA1 somata.

    .. math:: g = \bar g\, m^3 h, \quad m_\infty = \frac{1}{1 + e^{-(v + 60)/3}}, \quad
        \tau_m = 100, \quad h_\infty = \frac{1}{1 + e^{v + 62}}, \quad \tau_h = 5

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(CaR_soma_poirazi().steady_state('m', -60*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "ca",
        POIRAZI,
        *_steep(-60, 3, 100, -62, 1, 5),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )
