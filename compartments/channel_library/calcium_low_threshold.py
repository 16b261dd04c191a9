"""Calcium channels of low threshold: T."""

from __future__ import annotations

from brian2.units import cm, mM, mS, mV, second
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import Kinetics, assemble
from .ghk import GHK, density_of
from .preparations import DESTEXHE_RELAY, DESTEXHE_T, HAY_21, MIGLIORE_CA3, POIRAZI
from .rates import boltzmann, exponential, linoid, sigmoid
from .registry import published

__all__ = ["CaLVA_hay", "CaT_destexhe", "CaT_huguenard", "CaT_migliore", "CaT_poirazi"]


@published("ca", DESTEXHE_T)
def CaT_destexhe(
    g_max: Quantity | None = 0.4 * mS / cm**2,
    *,
    V_x: Quantity = 2 * mV,
    reversal: Quantity | str = "E_Ca",
    v_shift: Quantity | None = None,
    temperature: float = 36,
    name: str = "CaT_destexhe",
) -> Channel:
    r"""T-type calcium channel with instantaneous activation, as in Pospischil's cells.

    With :math:`u = v + V_x`:

    .. math::

        g &= \bar g\, s_\infty^2 h, \quad s_\infty = \frac{1}{1 + e^{-(u + 57)/6.2}} \\
        h_\infty &= \frac{1}{1 + e^{(u + 81)/4}}, \quad
        \tau_h = 30.8 + \frac{211.4 + e^{(u + 113.2)/5}}{1 + e^{(u + 84)/3.2}}

    with :math:`Q_{10} = 3` for the inactivation; the paper's factor 3.7 is that of 12 degrees.
    Pospischil's reversal potential is 120 mV.

    Parameters
    ----------
    V_x : Quantity
        Shift for the charge that calcium outside screens (volt); 2 mV stand for 2 mM.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(CaT_destexhe().steady_state('h', -83*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "ca",
        DESTEXHE_T,
        Kinetics("s", 2, inf="1/(1 + exp(-(v + V_x + 57*mV)/(6.2*mV)))"),
        Kinetics(
            "h",
            1,
            inf="1/(1 + exp((v + V_x + 81*mV)/(4*mV)))",
            tau=(
                "30.8*ms + (211.4*ms + ms*exp((v + V_x + 113.2*mV)/(5*mV)))"
                "/(1 + exp((v + V_x + 84*mV)/(3.2*mV)))"
            ),
            q10=3,
        ),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"V_x": V_x},
    )


@published("ca", DESTEXHE_RELAY)
def CaT_huguenard(
    g_max: Quantity | None = None,
    *,
    permeability: Quantity = 2e-4 * cm / second,
    outside: Quantity = 2 * mM,
    v_shift: Quantity | None = None,
    temperature: float = 36,
    name: str = "CaT_huguenard",
) -> Channel:
    r"""T-type calcium channel of thalamic relay cells, with the driving force of GHK.

    .. math::

        P &= \bar P\, m^2 h \\
        m_\infty &= \frac{1}{1 + e^{-(v + 59)/6.2}}, \quad
        \tau_m = 0.612 + \frac{1}{e^{-(v + 134)/16.7} + e^{(v + 18.8)/18.2}} \\
        h_\infty &= \frac{1}{1 + e^{(v + 83)/4}}, \quad
        \tau_h = \begin{cases} e^{(v + 469)/66.6} & v < -82 \\
            28 + e^{-(v + 24)/10.5} & v \ge -82 \end{cases}

    with :math:`Q_{10} = 5` for the activation and 3 for the inactivation. The screening by 2 mM of
    calcium outside is in these voltages. It needs a pool of calcium in its compartment.

    Parameters
    ----------
    g_max : Quantity, optional
        Conductance density (siemens per square metre) or conductance (siemens) that stands for the
        permeability. Default: that of `permeability`.
    permeability : Quantity
        :math:`\bar P` (metre per second).
    outside : Quantity
        Calcium concentration outside (mM).

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(CaT_huguenard().steady_state('m', -59*mV)), 3)
    0.5
    """
    if g_max is None:
        g_max = density_of(permeability, outside, temperature)
    slow = "ms*exp((v + 469*mV)/(66.6*mV))"
    fast = "(28*ms + ms*exp(-(v + 24*mV)/(10.5*mV)))"
    return assemble(
        name,
        "ca",
        DESTEXHE_RELAY,
        Kinetics(
            "m",
            2,
            inf=boltzmann(-59, 6.2),
            tau=("0.612*ms + ms/(exp(-(v + 134*mV)/(16.7*mV)) + exp((v + 18.8*mV)/(18.2*mV)))"),
            q10=5,
        ),
        Kinetics(
            "h",
            1,
            inf=boltzmann(-83, -4),
            tau=f"int(v < -82*mV)*{slow} + int(v >= -82*mV)*{fast}",
            q10=3,
        ),
        g_max=g_max,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"ca_out": outside},
        driving_force=GHK,
    )


@published("ca", HAY_21)
def CaLVA_hay(
    g_max: Quantity | None = 3.43 * mS / cm**2,
    *,
    reversal: Quantity | str = "E_Ca",
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "CaLVA_hay",
) -> Channel:
    r"""Low-threshold calcium channel of layer 5 pyramidal cells (Ca_LVAst).

    After Avery and Johnston 1996, corrected for a junction potential of 10 mV:

    .. math::

        g &= \bar g\, m^2 h \\
        m_\infty &= \frac{1}{1 + e^{-(v + 40)/6}}, \quad
        \tau_m = 5 + \frac{20}{1 + e^{(v + 35)/5}} \\
        h_\infty &= \frac{1}{1 + e^{(v + 90)/6.4}}, \quad
        \tau_h = 20 + \frac{50}{1 + e^{(v + 50)/7}}

    with :math:`Q_{10} = 2.3`. The published simulations have the Nernst potential of the pool
    `pool_hay`: give ``reversal='nernst'`` for it.

    Examples
    --------
    >>> from brian2.units import mV
    >>> round(float(CaLVA_hay().steady_state('m', -40*mV)), 3)
    0.5
    """
    return assemble(
        name,
        "ca",
        HAY_21,
        Kinetics(
            "m",
            2,
            inf=boltzmann(-40, 6),
            tau="5*ms + 20*ms/(1 + exp((v + 35*mV)/(5*mV)))",
            q10=2.3,
        ),
        Kinetics(
            "h",
            1,
            inf=boltzmann(-90, -6.4),
            tau="20*ms + 50*ms/(1 + exp((v + 50*mV)/(7*mV)))",
            q10=2.3,
        ),
        g_max=g_max,
        reversal=reversal,
        temperature=temperature,
        v_shift=v_shift,
    )


@published("ca", MIGLIORE_CA3)
def CaT_migliore(
    g_max: Quantity | None = 0.25 * mS / cm**2,
    *,
    outside: Quantity = 2 * mM,
    v_shift: Quantity | None = None,
    temperature: float = 30,
    name: str = "CaT_migliore",
) -> Channel:
    r"""T-type calcium channel of CA3 pyramidal cells.

    .. math::

        g &= \bar g\, m^2 h \\
        \alpha_m &= \frac{0.2\,(19.26 - v)}{e^{(19.26 - v)/10} - 1}, \quad
        \beta_m = 0.009\, e^{-v/22.03} \\
        \alpha_h &= 10^{-6}\, e^{-v/16.26}, \quad
        \beta_h = \frac{1}{e^{(29.79 - v)/10} + 1}

    with the driving force of Goldman, Hodgkin and Katz. It needs a pool of calcium in its
    compartment.

    Parameters
    ----------
    outside : Quantity
        Calcium concentration outside (mM).

    Examples
    --------
    >>> [gate.name for gate in CaT_migliore().gates]
    ['m', 'h']
    """
    return assemble(
        name,
        "ca",
        MIGLIORE_CA3,
        Kinetics("m", 2, alpha=linoid(0.2, 19.26, 10), beta=exponential(0.009, 0, -22.03)),
        Kinetics("h", 1, alpha=exponential(1e-6, 0, -16.26), beta=sigmoid(1, 29.79, 10)),
        g_max=g_max,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"ca_out": outside},
        driving_force=GHK,
    )


@published("ca", POIRAZI)
def CaT_poirazi(
    g_max: Quantity | None = 0.05 * mS / cm**2,
    *,
    outside: Quantity = 2 * mM,
    v_shift: Quantity | None = None,
    temperature: float = 34,
    name: str = "CaT_poirazi",
) -> Channel:
    r"""T-type calcium channel of CA1 pyramidal cells.

    .. math::

        g &= \bar g\, m^2 h c, \quad c_\infty = \frac{1}{1 + [Ca]_i / 0.001\,\mathrm{mM}} \\
        \alpha_m &= \frac{0.1967\,(19.88 - v)}{e^{(19.88 - v)/10} - 1}, \quad
        \beta_m = 0.046\, e^{-v/22.73} \\
        \alpha_h &= 1.6 \cdot 10^{-4}\, e^{-(v + 57)/19}, \quad
        \beta_h = \frac{1}{e^{(15 - v)/10} + 1}, \quad
        \tau_h = \frac{1}{0.68\,(\alpha_h + \beta_h)}

    with the driving force of Goldman, Hodgkin and Katz. The default density is that of the soma. It
    needs a pool of calcium in its compartment.

    Parameters
    ----------
    outside : Quantity
        Calcium concentration outside (mM).

    Examples
    --------
    >>> [gate.name for gate in CaT_poirazi().gates]
    ['m', 'h', 'c']
    """
    return assemble(
        name,
        "ca",
        POIRAZI,
        Kinetics("m", 2, alpha=linoid(0.1967, 19.88, 10), beta=exponential(0.046, 0, -22.73)),
        # Both rates are slower by the factor 0.68, which leaves the steady state as it is.
        Kinetics("h", 1, alpha=exponential(1.088e-4, -57, -19), beta=sigmoid(0.68, 15, 10)),
        Kinetics("c", 1, inf="1/(1 + ca/(0.001*mM))"),
        g_max=g_max,
        temperature=temperature,
        v_shift=v_shift,
        parameters={"ca_out": outside},
        driving_force=GHK,
    )
