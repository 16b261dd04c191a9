"""Calcium in a shell below the membrane, as in the papers whose channels need it.

Every pool is named ``ca`` in equations, the name that the channels of the library refer to. All
calcium channels of its compartment feed it.
"""

from __future__ import annotations

from brian2.units import mM, ms, nM, um
from brian2.units.fundamentalunits import Quantity

from ..channels import CalciumPool, IonPool
from .preparations import HAY, MAINEN, PINSKY_RINZEL, POIRAZI, POSPISCHIL
from .registry import published

__all__ = [
    "pool_hay",
    "pool_mainen",
    "pool_pinsky_rinzel",
    "pool_poirazi",
    "pool_pospischil",
]


@published("ca", HAY, kind="pool")
def pool_hay(
    *,
    tau: Quantity = 460 * ms,
    free: float = 0.000501,
    depth: Quantity = 0.1 * um,
    resting: Quantity = 1e-4 * mM,
    outside: Quantity = 2 * mM,
    temperature: float = 34,
) -> IonPool:
    r"""Calcium of layer 5 pyramidal cells (CaDynamics_E2).

    .. math:: \frac{d[Ca]}{dt} = \frac{\gamma\, i_{Ca}}{2 F d} - \frac{[Ca] - [Ca]_{rest}}{\tau}

    with the inward current density :math:`i_{Ca}`. The defaults are those of the soma; in the apical
    dendrite :math:`\tau` is 122 ms and :math:`\gamma` 0.000509.

    Parameters
    ----------
    free : float
        :math:`\gamma`, the fraction of calcium that is not buffered.

    Examples
    --------
    >>> pool_hay().tau
    0.46 * second
    """
    return CalciumPool(
        tau=tau,
        resting=resting,
        depth=depth,
        free_fraction=free,
        outside=outside,
        temperature=temperature,
        reference=str(HAY.paper),
    )


@published("ca", MAINEN, kind="pool")
def pool_mainen(
    *,
    tau: Quantity = 200 * ms,
    depth: Quantity = 0.1 * um,
    resting: Quantity = 1e-4 * mM,
    outside: Quantity = 2.5 * mM,
    temperature: float = 37,
) -> IonPool:
    r"""Calcium of neocortical pyramidal cells.

    .. math:: \frac{d[Ca]}{dt} = \frac{i_{Ca}}{2 F d} - \frac{[Ca] - [Ca]_{rest}}{\tau}

    Examples
    --------
    >>> pool_mainen().tau
    200. * msecond
    """
    return CalciumPool(
        tau=tau,
        resting=resting,
        depth=depth,
        outside=outside,
        temperature=temperature,
        reference=str(MAINEN.paper),
    )


@published("ca", POSPISCHIL, kind="pool")
def pool_pospischil(
    *,
    tau: Quantity = 5 * ms,
    depth: Quantity = 1 * um,
    resting: Quantity = 2.4e-4 * mM,
    outside: Quantity = 2 * mM,
    temperature: float = 36,
) -> IonPool:
    r"""Calcium of Pospischil's bursting cells.

    .. math:: \frac{d[Ca]}{dt} = \frac{i_{Ca}}{2 F d} - \frac{[Ca] - [Ca]_{rest}}{\tau}

    Examples
    --------
    >>> pool_pospischil().tau
    5. * msecond
    """
    return CalciumPool(
        tau=tau,
        resting=resting,
        depth=depth,
        outside=outside,
        temperature=temperature,
        reference=str(POSPISCHIL.paper),
    )


@published("ca", POIRAZI, kind="pool")
def pool_poirazi(
    *,
    tau: Quantity = 200 / 7 * ms,
    depth: Quantity = 1.8 * um,
    resting: Quantity = 1e-4 * mM,
    outside: Quantity = 2 * mM,
    temperature: float = 34,
) -> IonPool:
    r"""Calcium of CA1 pyramidal cells.

    .. math:: \frac{d[Ca]}{dt} = \frac{i_{Ca}}{2 F d} - \frac{[Ca] - [Ca]_{rest}}{\tau}

    The published shell is 0.1 µm deep with an inflow divided by 18, and its time constant is 200 ms
    divided by 7.

    Examples
    --------
    >>> pool_poirazi().depth
    1.8 * umetre
    """
    return CalciumPool(
        tau=tau,
        resting=resting,
        depth=depth,
        outside=outside,
        temperature=temperature,
        reference=str(POIRAZI.paper),
    )


@published("ca", PINSKY_RINZEL, kind="pool")
def pool_pinsky_rinzel(
    *,
    tau: Quantity = ms / 0.075,
    depth: Quantity = 0.39862576 * um,
    resting: Quantity = 1 * nM,
    outside: Quantity = 2 * mM,
    temperature: float = 36,
) -> IonPool:
    r"""Calcium of the dendrite of the two-compartment CA3 cell.

    .. math:: \frac{d[Ca]}{dt} = 0.13\, i_{Ca} - 0.075\,[Ca]

    with the inward current density in µA/cm². The paper's calcium has no unit. Here its unit is
    1 µM, which makes the factor 0.13 that of a shell 0.4 µm deep. The concentration at rest, zero
    in the paper, is a thousandth of the unit.

    Examples
    --------
    >>> pool_pinsky_rinzel().depth
    0.39862576 * umetre
    """
    return CalciumPool(
        tau=tau,
        resting=resting,
        depth=depth,
        outside=outside,
        temperature=temperature,
        reference=str(PINSKY_RINZEL.paper),
    )
