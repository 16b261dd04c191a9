"""Leak channels: a constant conductance.

A compartment has a leak of its own; these are for a second one, or for a compartment whose own leak
is as small as the equations allow.
"""

from __future__ import annotations

from brian2.units import cm, mS, mV, uS
from brian2.units.fundamentalunits import Quantity

from ..channels import Channel
from .assembly import assemble
from .preparations import CONNOR, HAY, POSPISCHIL, SQUID
from .registry import published

__all__ = ["leak_connor", "leak_hay", "leak_hh", "leak_pospischil"]


@published("leak", SQUID)
def leak_hh(
    g_max: Quantity | None = 0.3 * mS / cm**2,
    *,
    reversal: Quantity | str = -54.387 * mV,
    name: str = "leak_hh",
) -> Channel:
    r"""Leak of the squid giant axon.

    .. math:: g = \bar g

    The reversal potential is the paper's 10.613 mV above rest, with rest at -65 mV.

    Examples
    --------
    >>> leak_hh().gates
    ()
    """
    return assemble(name, None, SQUID, g_max=g_max, reversal=reversal)


@published("leak", CONNOR)
def leak_connor(
    g_max: Quantity | None = 0.3 * mS / cm**2,
    *,
    reversal: Quantity | str = -17 * mV,
    name: str = "leak_connor",
) -> Channel:
    r"""Leak of crab walking-leg axons.

    .. math:: g = \bar g

    Examples
    --------
    >>> leak_connor().gates
    ()
    """
    return assemble(name, None, CONNOR, g_max=g_max, reversal=reversal)


@published("leak", POSPISCHIL)
def leak_pospischil(
    g_max: Quantity | None = 0.1 * mS / cm**2,
    *,
    reversal: Quantity | str = -70 * mV,
    name: str = "leak_pospischil",
) -> Channel:
    r"""Leak of Pospischil's regular-spiking cell.

    .. math:: g = \bar g

    Examples
    --------
    >>> leak_pospischil().gates
    ()
    """
    return assemble(name, None, POSPISCHIL, g_max=g_max, reversal=reversal)


@published("leak", HAY)
def leak_hay(
    g_max: Quantity | None = 33.8 * uS / cm**2,
    *,
    reversal: Quantity | str = -90 * mV,
    name: str = "leak_hay",
) -> Channel:
    r"""Leak of the soma of layer 5 pyramidal cells.

    .. math:: g = \bar g

    Examples
    --------
    >>> leak_hay().gates
    ()
    """
    return assemble(name, None, HAY, g_max=g_max, reversal=reversal)
