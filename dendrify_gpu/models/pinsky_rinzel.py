"""The two-compartment CA3 pyramidal cell of Pinsky and Rinzel."""

from __future__ import annotations

from math import pi, sqrt

from brian2.units import Quantity, cm, mS, mV, uF, um

from ..compartments import Dendrite, NeuronModel, Soma
from ..compartments import channel_library as channels
from ..errors import MorphologyError

__all__ = ["pinsky_rinzel"]

#: 1 uA/cm**2 of this whole cell is 100 pA.
_AREA = 10_000 * um**2


def pinsky_rinzel(
    gc: Quantity = 2.1 * mS / cm**2, *, p: float = 0.5, area: Quantity = _AREA
) -> NeuronModel:
    r"""Return the CA3 pyramidal cell of Pinsky and Rinzel: a soma that spikes, a dendrite that bursts.

    The soma has the sodium and delayed rectifier channels of action potentials, the dendrite
    calcium channels with a fast (``KC``) and a slow (``KAHP``) potassium current that calcium
    opens. The current that flows back and forth through the coupling makes bursts; a tight coupling
    leaves single spikes.

    Parameters
    ----------
    gc : Quantity, default 2.1 mS/cm**2
        Coupling conductance, per area of the whole cell (siemens/metre**2).
    p : float, default 0.5
        Part of the membrane area that is the soma.
    area : Quantity, default 10000 um**2
        Membrane area of the whole cell (metre**2). The paper has none: all its quantities are per
        area. With the default, the paper's 1 µA/cm² is 100 pA.

    Returns
    -------
    NeuronModel
        Run it with ``method='euler'`` and ``dt=0.005*ms``. A spike is a crossing of
        -20 mV by the soma.

    Raises
    ------
    MorphologyError
        If `p` is not between 0 and 1.
    UnitsError
        If `gc` or `area` has the wrong dimension or sign.

    Notes
    -----
    Pinsky PF, Rinzel J (1994), Intrinsic and network rhythmogenesis in a reduced Traub model for
    CA3 neurons, *J Comput Neurosci* 1:39-60, doi:10.1007/BF00962717. With :math:`p` as above,

    .. math::

        C_m \dot V_s &= -I_L - I_{Na} - I_{K\text{-}DR} + \frac{g_c}{p}(V_d - V_s) + \frac{I_s}{p} \\
        C_m \dot V_d &= -I_L - I_{Ca} - I_{K\text{-}AHP} - I_{K\text{-}C}
            + \frac{g_c}{1-p}(V_s - V_d) + \frac{I_d}{1-p} \\
        \dot{Ca} &= -0.13\, I_{Ca} - 0.075\, Ca

    The paper counts voltages from rest; here rest is -60 mV. Calcium, which has no unit in the
    paper, is in µM. Currents :math:`I_s` and :math:`I_d` are ``I_ext_soma`` and ``I_ext_dend``
    divided by `area`. The channels are those of `dendrify_gpu.channels`.

    Examples
    --------
    >>> import dendrify_gpu as dg
    >>> from brian2.units import ms, pA
    >>> net = dg.Network(dt=0.005*ms)
    >>> cell = net.population(dg.models.pinsky_rinzel(), 1)
    >>> cell.I_ext_soma = 75*pA                                  # 0.75 uA/cm2
    >>> spikes = net.record_spikes(cell)
    >>> report = net.run(200*ms)
    """
    if not 0 < p < 1:
        raise MorphologyError(
            f"pinsky_rinzel: p={p!r} is not the part of the membrane that is the soma; give a number "
            "between 0 and 1, such as p=0.5."
        )
    sizes = {part: sqrt(fraction / pi) * area**0.5 for part, fraction in (("s", p), ("d", 1 - p))}
    soma = Soma("soma", model="passive", length=sizes["s"], diameter=sizes["s"])
    soma.add(channels.Na_pinsky_rinzel(reversal=60 * mV, name="Na"))
    soma.add(channels.Kdr_pinsky_rinzel(reversal=-75 * mV, name="Kdr"))
    dend = Dendrite("dend", length=sizes["d"], diameter=sizes["d"])
    dend.add(channels.pool_pinsky_rinzel())
    dend.add(channels.Ca_pinsky_rinzel(reversal=80 * mV, name="Ca"))
    dend.add(channels.KAHP_pinsky_rinzel(reversal=-75 * mV, name="KAHP"))
    dend.add(channels.KC_pinsky_rinzel(reversal=-75 * mV, name="KC"))
    model = NeuronModel(
        [(soma, dend, gc * area)], cm=3 * uF / cm**2, gl=0.1 * mS / cm**2, v_rest=-60 * mV
    )
    model.set_spiking("V_soma > -20*mV", refractory="V_soma > -20*mV")
    return model
