"""Two-compartment pyramidal cells of the neocortex: how dendrites shape firing, and BAC firing."""

from __future__ import annotations

from math import pi

from brian2.units import Quantity, cm, meter, ms, mV, nS, ohm, pA, pF, siemens, uF, um

from ..compartments import Dendrite, NeuronModel, Soma
from ..compartments import channel_library as channels
from ..errors import MorphologyError

__all__ = ["mainen_sejnowski", "naud_sprekeler"]

_DENSITY = siemens / meter**2  # 1 pS/um**2
# The published program multiplies all densities by this, for 37 °C instead of 23 °C.
_AT_37 = 2.3 ** ((37 - 23) / 10)
_AXOSOMATIC_AREA = 100 * um**2


def mainen_sejnowski(rho: float = 165.0, kappa: Quantity = 10e6 * ohm) -> NeuronModel:
    r"""Return Mainen and Sejnowski's reduced neocortical cell: one set of channels, many firing patterns.

    The axo-somatic compartment has fast sodium and potassium channels of high density, the dendrite
    sodium, calcium, M and calcium-activated potassium channels of low density. The same channels
    make a fast-spiking, a regular-spiking or a bursting cell, by the size of the dendrite and its
    coupling: `rho` and `kappa`.

    Parameters
    ----------
    rho : float, default 165
        Membrane area of the dendrite, divided by that of the axo-somatic compartment. The authors'
        useful range is 50 to 200.
    kappa : Quantity, default 10 Mohm
        Resistance between the compartments (ohm). The authors' useful range is 0 to 10 Mohm.

    Returns
    -------
    NeuronModel
        Compartments ``soma`` (axon and soma) and ``dend``. Run it with
        ``method='exponential_euler'`` and ``dt=0.01*ms``: the axo-somatic compartment is small and
        its densities are high, so that the explicit method needs steps below a microsecond. A
        spike is a crossing of 0 mV by the soma.

    Raises
    ------
    MorphologyError
        If `rho` is not positive.
    UnitsError
        If `kappa` is not a positive resistance.

    Notes
    -----
    Mainen ZF, Sejnowski TJ (1996), Influence of dendritic structure on firing pattern in model
    neocortical neurons, *Nature* 382:363-366, doi:10.1038/382363a0, figure 2. Parameters are those of
    the authors' program for that figure (ModelDB 2488, demofig2.hoc). There the rates of the
    sodium channel lie 5 mV higher than in the same authors' multi-compartment cells, which
    `dendrify_gpu.channels.Na_mainen` follows. The area of the axo-somatic compartment is
    100 µm². The resting potential of about -70.5 mV is set by all channels together.

    Examples
    --------
    >>> from dendrify_gpu.models import mainen_sejnowski
    >>> mainen_sejnowski().parameters['g_dend_soma']
    100. * nsiemens
    """
    if not rho > 0:
        raise MorphologyError(
            f"mainen_sejnowski: rho={rho!r} is not a ratio of areas; give a positive number, such as "
            "rho=165."
        )
    width = 10 / pi * um
    soma = Soma("soma", model="passive", length=10 * um, diameter=width, gl=0 * _DENSITY)
    shifted = {"reversal": 60 * mV, "v_shift": 5 * mV, "name": "Na"}
    soma.add(channels.Na_mainen(30_000 * _AT_37 * _DENSITY, **shifted))
    soma.add(channels.Kv_mainen(1_500 * _AT_37 * _DENSITY, reversal=-90 * mV, name="Kv"))
    dend = Dendrite("dend", length=rho * 10 * um, diameter=width, gl=1 / (30_000 * ohm * cm**2))
    dend.add(channels.pool_mainen())
    dend.add(channels.Na_mainen(15 * _AT_37 * _DENSITY, **shifted))
    dend.add(channels.CaHVA_mainen(0.3 * _AT_37 * _DENSITY, reversal=140 * mV, name="Ca"))
    dend.add(channels.Km_mainen(0.1 * _AT_37 * _DENSITY, reversal=-90 * mV, name="Km"))
    dend.add(channels.KCa_mainen(3 * _AT_37 * _DENSITY, reversal=-90 * mV, name="KCa"))
    model = NeuronModel([(soma, dend, 1 / kappa)], cm=0.75 * uF / cm**2, v_rest=-70 * mV)
    model.set_spiking("V_soma > 0*mV", refractory="V_soma > 0*mV")
    return model


_SOMA = """dV{0}/dt = (gL{0} * (EL{0}-V{0}) + g_s * f{0} + I{0} - w{0}) / C{0}  :volt (unless refractory)
dw{0}/dt = -w{0} / tauw{0}  :amp
f{0} = 1 / (1 + exp(-(V_dend-E_d)/D_d))  :1"""
_DENDRITE = """dV{0}/dt = (gL{0} * (EL{0}-V{0}) + g_d * f{0} + c_d * K{0} + I{0} - w{0}) / C{0}  :volt
dw{0}/dt = (a{0} * (V{0}-EL{0}) - w{0}) / tauw{0}  :amp
f{0} = 1 / (1 + exp(-(V{0}-E_d)/D_d))  :1
K{0} = after_spike{0} * int(since{0} >= K_delay - dt/2) * int(since{0} < K_delay + K_width - dt/2)  :1
since{0} = (t_in_timesteps - spiketime{0}) * dt  :second
spiketime{0}  :1
after_spike{0}  :1"""


def naud_sprekeler() -> NeuronModel:
    r"""Return the bursting layer 5 cell of Naud and Sprekeler: an integrate-and-fire soma, an active dendrite.

    A somatic spike propagates back into the dendrite. If it meets enough dendritic input there, a
    calcium spike starts, and its current makes the soma fire a burst: BAC firing. Bursts then
    signal dendritic input, and the beginnings of bursts and single spikes somatic input.

    Returns
    -------
    NeuronModel
        Compartments ``soma`` and ``dend``. Run it with ``method='euler'`` and ``dt=0.1*ms``.

    Notes
    -----
    Naud R, Sprekeler H (2018), Sparse bursts optimize information transmission in a multiplexed
    neural code, *PNAS* 115:E6329-E6338, doi:10.1073/pnas.1720995115.

    .. math::

        C_s \dot V_s &= -\tfrac{C_s}{\tau_s}(V_s - E_L) + g_s f(V_d) + I_s - w_s, \quad
        \tau_{w,s} \dot w_s = -w_s \\
        C_d \dot V_d &= -\tfrac{C_d}{\tau_d}(V_d - E_L) + g_d f(V_d) + c_d K(t - \hat t) + I_d - w_d,
        \quad \tau_{w,d} \dot w_d = -w_d + a\,(V_d - E_L) \\
        f(V) &= \frac{1}{1 + e^{-(V - E_d)/D_d}}

    with :math:`K = 1` from 0.5 to 2.5 ms after a spike and 0 otherwise. A spike at -50 mV adds
    200 pA to :math:`w_s`; the soma stays at -70 mV for 3 ms. The soma acts on the dendrite through
    :math:`K` only, and the dendrite on the soma through :math:`f`: there is no axial current.

    Examples
    --------
    >>> import dendrify_gpu as dg
    >>> from brian2.units import ms, pA
    >>> net = dg.Network(dt=0.1*ms)
    >>> cells = net.population(dg.models.naud_sprekeler(), 2)
    >>> soma = net.current_step(cells, 'I_ext_soma', 500*pA, start=100*ms, stop=300*ms)
    >>> dendrite = net.current_step(cells, 'I_ext_dend', [0, 250]*pA, start=100*ms, stop=300*ms)
    >>> spikes = net.record_spikes(cells)
    >>> report = net.run(400*ms)
    """
    soma = Soma("soma", model=_SOMA, cm_abs=370 * pF, gl_abs=370 * pF / (16 * ms))
    dend = Dendrite("dend", model=_DENDRITE, cm_abs=170 * pF, gl_abs=170 * pF / (7 * ms))
    model = NeuronModel([(soma, dend, 0 * nS)], v_rest=-70 * mV)
    model.add_params(
        {
            "g_s": 1300 * pA,
            "g_d": 1200 * pA,
            "c_d": 2600 * pA,
            "K_delay": 0.5 * ms,
            "K_width": 2 * ms,
            "E_d": -38 * mV,
            "D_d": 6 * mV,
            "tauw_soma": 100 * ms,
            "b_soma": 200 * pA,
            "tauw_dend": 30 * ms,
            "a_dend": 13 * nS,
            "Vth": -50 * mV,
            "Vr": -70 * mV,
        }
    )
    model.set_spiking(
        "V_soma > Vth",
        "V_soma = Vr; w_soma += b_soma; spiketime_dend = t_in_timesteps; after_spike_dend = 1",
        refractory=3 * ms,
    )
    return model
