"""The two small cells of the Dendrify paper: figures 2 and 3. That of figure 4 is in `ca1`."""

from __future__ import annotations

from brian2.units import Quantity, cm, have_same_dimensions, ms, mV, nS, ohm, pA, uF, um, uS

from ..compartments import DecayingSpike, Dendrite, NeuronModel, Soma

__all__ = ["dendrify_active", "dendrify_passive"]


def dendrify_passive(*, noise: Quantity = 3 * pA) -> NeuronModel:
    """Return the cell of figure 2: a soma and two passive dendrites, with AMPA and NMDA receptors.

    Its dendrites attenuate what they pass on; NMDA receptors on the apical one make the sum of many
    synapses larger than its parts.

    Parameters
    ----------
    noise : Quantity, default 3 pA
        Standard deviation of the noise current in both dendrites (ampere), with a correlation time
        of 20 ms. With 0 pA there is none, as in the experiments with synapses (panels c and d).

    Returns
    -------
    NeuronModel
        Compartments ``soma``, ``apical`` and ``basal``, receptors ``AMPA_cortex_apical`` and
        ``NMDA_cortex_apical``. Run it with ``method='euler'`` and ``dt=0.1*ms``.

    Raises
    ------
    UnitsError
        If `noise` is not a current.

    Notes
    -----
    Pagkalos M, Chavlis S, Poirazi P (2023), Introducing the Dendrify framework for incorporating
    dendrites to spiking neural networks, *Nature Communications* 14:131,
    doi:10.1038/s41467-022-35747-8, with the parameters of the notebook to figure 2.

    Examples
    --------
    >>> from dendrify_gpu.models import dendrify_passive
    >>> dendrify_passive().parameters['C_apical']
    70.68583471 * pfarad
    """
    soma = Soma("soma", length=25 * um, diameter=25 * um)
    apical = Dendrite("apical", length=250 * um, diameter=2 * um)
    basal = Dendrite("basal", length=150 * um, diameter=2 * um)
    for dendrite in (apical, basal):
        if not (have_same_dimensions(noise, pA) and noise == 0 * pA):
            dendrite.noise(tau=20 * ms, sigma=noise, mean=0 * pA)
    apical.synapse("AMPA", tag="cortex", g=1 * nS, t_decay=2 * ms)
    apical.synapse("NMDA", tag="cortex", g=1 * nS, t_decay=60 * ms)
    model = NeuronModel(
        [(soma, apical, 10 * nS), (soma, basal, 10 * nS)],
        cm=1 * uF / cm**2,
        gl=50 * uS / cm**2,
        r_axial=150 * ohm * cm,
        v_rest=-70 * mV,
        scale_factor=3.0,
        spine_factor=1.5,
    )
    model.set_spiking("V_soma > -40*mV", "V_soma = -50*mV", refractory=3 * ms)
    return model


def dendrify_active() -> NeuronModel:
    """Return the cell of figure 3: a soma and three dendrites in a row, with dendritic spikes.

    A dendritic spike is a sodium conductance that jumps and decays, followed by a potassium
    conductance of the same kind.

    Returns
    -------
    NeuronModel
        Compartments ``soma``, ``trunk``, ``prox`` and ``dist``; receptors ``AMPA`` and ``NMDA`` with
        the tags ``pathY`` (prox) and ``pathX`` (dist). Run it with ``method='euler'`` and
        ``dt=0.1*ms``; the paper's input-output curves (panel f) have ``dt=0.05*ms``. Two resets draw
        the somatic spike, to 40 mV and 0.5 ms later to -55 mV.

    Notes
    -----
    Pagkalos M, Chavlis S, Poirazi P (2023), Introducing the Dendrify framework for incorporating
    dendrites to spiking neural networks, *Nature Communications* 14:131,
    doi:10.1038/s41467-022-35747-8, with the parameters of the notebook to figure 3.

    Examples
    --------
    >>> from dendrify_gpu.models import dendrify_active
    >>> dendrify_active().event_names
    ['spike_Na_trunk', 'fall_Na_trunk', 'spike_Na_prox', 'fall_Na_prox', 'spike_Na_dist',
    'fall_Na_dist']
    """
    soma = Soma("soma", length=25 * um, diameter=25 * um)
    trunk = _active_dendrite("trunk", 2.5 * um, 34 * nS, 27.2 * nS)
    prox = _active_dendrite("prox", 1 * um, 15.3 * nS, 12.24 * nS)
    dist = _active_dendrite("dist", 0.5 * um, 7 * nS, 5.6 * nS)
    for dendrite, tag in ((prox, "pathY"), (dist, "pathX")):
        dendrite.synapse("AMPA", tag=tag, g=0.8 * nS, t_decay=2 * ms)
        dendrite.synapse("NMDA", tag=tag, g=0.8 * nS, t_decay=60 * ms)
    model = NeuronModel(
        [(soma, trunk, 15 * nS), (trunk, prox, 10 * nS), (prox, dist, 4 * nS)],
        cm=1 * uF / cm**2,
        gl=40 * uS / cm**2,
        r_axial=150 * ohm * cm,
        v_rest=-70 * mV,
        scale_factor=2.8,
        spine_factor=1.5,
    )
    model.set_spiking(
        "V_soma > -40*mV",
        "V_soma = 40*mV",
        second_reset="V_soma = -55*mV",
        spike_width=0.5 * ms,
        refractory=4 * ms,
    )
    return model


def _active_dendrite(name: str, diameter: Quantity, g_rise: Quantity, g_fall: Quantity) -> Dendrite:
    dendrite = Dendrite(name, length=100 * um, diameter=diameter)
    dendrite.add(
        DecayingSpike(
            "Na",
            threshold=-35 * mV,
            g_rise=g_rise,
            g_fall=g_fall,
            tau_rise=0.6 * ms,
            tau_fall=1.2 * ms,
            reversal_rise="E_Na",
            reversal_fall="E_K",
            offset_fall=0.2 * ms,
            refractory=5 * ms,
        )
    )
    return dendrite
