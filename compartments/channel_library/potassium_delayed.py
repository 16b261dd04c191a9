"""Delayed rectifier potassium channels."""

from __future__ import annotations

from brian2.units import cm, mS, mV
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import Kinetics, assemble
from .preparations import (
    CONNOR,
    MIGLIORE,
    PINSKY_RINZEL,
    POIRAZI,
    POSPISCHIL,
    SQUID,
    TRAUB_MILES,
)
from .rates import above, boltzmann, exponential, linoid
from .registry import published

__all__ = [
    "K_connor",
    "K_dendrite_poirazi",
    "K_hh",
    "K_pospischil",
    "K_soma_poirazi",
    "K_traub_miles",
    "Kdr_migliore",
    "Kdr_pinsky_rinzel",
]


@published("k", SQUID)
def K_hh(
    g_max: Quantity | None = 36 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 6.3,
    name: str = "K_hh",
) -> Channel:
    r"""Potassium channel of the squid giant axon.

    In the modern sign convention, with the resting potential at -65 mV:

    .. math::

        g &= \bar g\, n^4 \\
        \alpha_n &= \frac{0.01\,(v + 55)}{1 - e^{-(v + 55)/10}}, \quad
        \beta_n = 0.125\, e^{-(v + 65)/80}

    with :math:`Q_{10} = 3`. The paper's reversal potential is -77 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(K_hh().steady_state('n', -65*mV)), 3)
    0.318
    """
    return assemble(
        name,
        "k",
        SQUID,
        Kinetics("n", 4, alpha=linoid(0.01, -55, 10), beta=exponential(0.125, -65, -80), q10=3),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("k", CONNOR)
def K_connor(
    g_max: Quantity | None = 20 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    name: str = "K_connor",
) -> Channel:
    r"""Delayed rectifier of crab walking-leg axons.

    It is that of the squid, 1.9 times as fast and shifted by 9.3 mV:

    .. math::

        g &= \bar g\, n^4 \\
        \alpha_n &= \frac{0.019\,(v + 45.7)}{1 - e^{-(v + 45.7)/10}}, \quad
        \beta_n = 0.2375\, e^{-(v + 55.7)/80}

    The paper's reversal potential is -72 mV.

    Examples
    --------
    >>> [gate.power for gate in K_connor().gates]
    [4]
    """
    return assemble(
        name,
        "k",
        CONNOR,
        Kinetics("n", 4, alpha=linoid(0.019, -45.7, 10), beta=exponential(0.2375, -55.7, -80)),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )


def _traub_miles() -> Kinetics:
    return Kinetics(
        "n", 4, alpha=linoid(0.032, 15, 5, "V_T"), beta=exponential(0.5, 10, -40, "V_T"), q10=3
    )


@published("k", TRAUB_MILES)
def K_traub_miles(
    g_max: Quantity | None = None,
    *,
    V_T: Quantity = -63 * mV,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 36,
    name: str = "K_traub_miles",
) -> Channel:
    r"""Delayed rectifier of hippocampal pyramidal cells, with an adjustable threshold.

    With :math:`u = v - V_T`:

    .. math::

        g &= \bar g\, n^4 \\
        \alpha_n &= \frac{0.032\,(15 - u)}{e^{(15 - u)/5} - 1}, \quad
        \beta_n = 0.5\, e^{(10 - u)/40}

    with :math:`Q_{10} = 3`.

    Parameters
    ----------
    V_T : Quantity
        Voltage that the threshold moves with (volt); it may differ between neurons.

    Examples
    --------
    >>> from brian2.units import cm, mS
    >>> [gate.name for gate in K_traub_miles(80*mS/cm**2).gates]
    ['n']
    """
    return assemble(
        name,
        "k",
        TRAUB_MILES,
        _traub_miles(),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"V_T": V_T},
    )


@published("k", POSPISCHIL)
def K_pospischil(
    g_max: Quantity | None = 5 * mS / cm**2,
    *,
    V_T: Quantity = -55 * mV,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 36,
    name: str = "K_pospischil",
) -> Channel:
    r"""Delayed rectifier of Pospischil's cortical neurons.

    The rates are those of `K_traub_miles`, with another :math:`V_T`:

    .. math:: g = \bar g\, n^4

    The paper's reversal potential is -90 mV.

    Parameters
    ----------
    V_T : Quantity
        Voltage that the threshold moves with (volt); it may differ between neurons.

    Examples
    --------
    >>> K_pospischil().name
    'K_pospischil'
    """
    return assemble(
        name,
        "k",
        POSPISCHIL,
        _traub_miles(),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"V_T": V_T},
    )


@published("k", PINSKY_RINZEL)
def Kdr_pinsky_rinzel(
    g_max: Quantity | None = 15 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    name: str = "Kdr_pinsky_rinzel",
) -> Channel:
    r"""Delayed rectifier of the two-compartment CA3 cell.

    .. math::

        g &= \bar g\, n \\
        \alpha_n &= \frac{0.016\,(-24.9 - v)}{e^{(-24.9 - v)/5} - 1}, \quad
        \beta_n = 0.25\, e^{-1 - 0.025\,v}

    The paper's reversal potential is -75 mV.

    Examples
    --------
    >>> [gate.power for gate in Kdr_pinsky_rinzel().gates]
    [1]
    """
    return assemble(
        name,
        "k",
        PINSKY_RINZEL,
        Kinetics("n", 1, alpha=linoid(0.016, -24.9, 5), beta=exponential(0.25, -40, -40)),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )


@published("k", MIGLIORE)
def Kdr_migliore(
    g_max: Quantity | None = 10 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "Kdr_migliore",
) -> Channel:
    r"""Delayed rectifier of CA1 pyramidal cells.

    .. math::

        g &= \bar g\, n \\
        n_\infty &= \frac{1}{1 + e^{-3\,(v - 13) F/RT}}, \quad
        \tau_n = \max\!\left(\frac{e^{-2.1\,(v - 13) F/RT}}
            {0.02\,(1 + e^{-3\,(v - 13) F/RT})}, 2\right)

    The paper's reversal potential is -90 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(Kdr_migliore().steady_state('n', 13*mV)), 3)
    0.5
    """
    u = above(13)
    return assemble(
        name,
        "k",
        MIGLIORE,
        Kinetics(
            "n",
            1,
            inf=f"1/(1 + exp(-3*{u}/RT_F))",
            tau=f"exp(-2.1*{u}/RT_F)/(0.02/ms*(1 + exp(-3*{u}/RT_F)))",
            floor=2,
        ),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("k", POIRAZI)
def K_soma_poirazi(
    g_max: Quantity | None = 1.4 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    name: str = "K_soma_poirazi",
) -> Channel:
    r"""Delayed rectifier of CA1 somata and axons.

    .. math:: g = \bar g\, n^2, \quad n_\infty = \frac{1}{1 + e^{-(v + 46.3)/3}}, \quad
        \tau_n = 3.5

    The paper's reversal potential is -80 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(K_soma_poirazi().steady_state('n', -46.3*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "k",
        POIRAZI,
        Kinetics("n", 2, inf=boltzmann(-46.3, 3), tau="3.5*ms"),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )


@published("k", POIRAZI)
def K_dendrite_poirazi(
    g_max: Quantity | None = 0.868 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_K",
    v_shift: Quantity | None = None,
    name: str = "K_dendrite_poirazi",
) -> Channel:
    r"""Delayed rectifier of CA1 dendrites.

    .. math:: g = \bar g\, n^2, \quad n_\infty = \frac{1}{1 + e^{-(v + 42)/2}}, \quad
        \tau_n = 2.2

    The paper's reversal potential is -80 mV.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(K_dendrite_poirazi().steady_state('n', -42*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "k",
        POIRAZI,
        Kinetics("n", 2, inf=boltzmann(-42, 2), tau="2.2*ms"),
        g_max=g_max,
        reversal=reversal,
        v_shift=v_shift,
    )
