"""The CA1 pyramidal cell of the Dendrify paper: figure 4."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi
from types import MappingProxyType
from typing import Any, Literal

from brian2.units import Hz, Quantity, cm, mS, ms, mV, nS, ohm, pA, uF, um, uS

from ..compartments import DecayingSpike, Dendrite, NeuronModel, Soma
from ..errors import UnknownNameError

__all__ = [
    "CA1_CURRENTS",
    "CA1_INPUT_RATES",
    "CA1_SPIKE_COUNTS",
    "CA1_SPIKING",
    "ca1_pyramidal",
]

#: How the cell spikes. The model knows it; these are also arguments of `Network.population`.
CA1_SPIKING: Mapping[str, Any] = MappingProxyType(
    {
        "threshold": "V_soma > Vth",
        "reset": "V_soma = 37.5*mV; gA += delta_gA",
        "second_reset": "V_soma = -53*mV",
        "spike_width": 0.8 * ms,
        "refractory": 4 * ms,
    }
)

#: Currents into the soma of the published current-frequency curve.
CA1_CURRENTS = [100, 150, 200, 250, 300, 350] * pA

#: Spikes during 1000 ms of each of these currents, after 50 ms at rest.
CA1_SPIKE_COUNTS = (0, 1, 10, 13, 17, 20)

#: Receptors of afferent input, as in ``'AMPA_ec_dist1'``, and the rate of its spikes.
CA1_INPUT_RATES: Mapping[str, Any] = MappingProxyType(
    {
        "ec_dist1": 82 * Hz,
        "ec_dist2": 82 * Hz,
        "ca3_ob1": 120 * Hz,
        "ca3_ob2": 120 * Hz,
        "ca3_med": 120 * Hz,
    }
)

# Length and diameter.
_DENDRITES = {
    "prox": (100 * um, 2 * um),
    "ob1": (100 * um, 1 * um),
    "ob2": (100 * um, 1 * um),
    "med": (150 * um, 1.25 * um),
    "dist1": (150 * um, 0.8 * um),
    "dist2": (150 * um, 0.8 * um),
    "bas1": (150 * um, 0.8 * um),
    "bas2": (150 * um, 0.8 * um),
}

# Where, from whom, peak conductance of AMPA, and of NMDA receptors.
_RECEPTORS = (
    ("ob1", "ca3", 0.6 * nS, 0.4 * nS),
    ("ob2", "ca3", 0.6 * nS, 0.4 * nS),
    ("med", "ca3", 0.81 * nS, 0.4 * nS),
    ("dist1", "ec", 0.81 * nS, 0.81 * nS),
    ("dist2", "ec", 0.81 * nS, 0.81 * nS),
    ("prox", "validation", 0.6 * nS, 0.4 * nS),
)

_PARAMETERS = {
    "EA": -65 * mV,
    "tauA": 45 * ms,
    "gAmax": 0.15 * nS,
    "delta_gA": 21 * nS,
    "Vth": -47.5 * mV,
    "E_NMDA": 0.35 * mV,
    "E_Na": 50 * mV,
    "E_K": -90 * mV,
    "Alpha_NMDA": 0.087,
    "Beta_NMDA": 3.57,
    "Gamma_NMDA": 10,
    "Mg_con": 1.0,
}

_DSPIKES = ("boxes", "decaying")

# Densities of the conductances in dendritic spikes: decaying ones jump by them, boxes reach a
# fraction of them.
_NA_DENSITY = 10 * mS / cm**2
_K_DENSITY = _NA_DENSITY / 2.5


def ca1_pyramidal(dspikes: Literal["boxes", "decaying"] = "boxes") -> NeuronModel:
    """Return the reduced CA1 pyramidal neuron of the Dendrify paper.

    Nine compartments: a soma with a conductance-based adaptation (``cadIF``), two basal dendrites,
    and an apical tree of a proximal and a medial trunk, two oblique and two distal dendrites. Every
    dendrite has Na-type dendritic spikes; AMPA and NMDA receptors with the tags ``ca3`` (ob1, ob2,
    med), ``ec`` (dist1, dist2) and ``validation`` (prox) take synaptic input.

    Parameters
    ----------
    dspikes : {'boxes', 'decaying'}, default 'boxes'
        The kind of dendritic spikes: current boxes as Dendrify makes them since version 2, or the
        decaying conductances of the paper.

    Returns
    -------
    NeuronModel
        Run it with ``method='euler'`` and ``dt=0.1*ms``. Its spikes are those of `CA1_SPIKING`.

    Raises
    ------
    UnknownNameError
        If there is no such kind of dendritic spikes.

    Notes
    -----
    The cell is that of figure 4 of Pagkalos M, Chavlis S, Poirazi P (2023), Introducing the
    Dendrify framework for incorporating dendrites to spiking neural networks, Nature
    Communications 14:131, doi:10.1038/s41467-022-35747-8, with the parameters of the notebook to
    that figure. A dendritic spike of boxes has an inward conductance of ``0.42 * 10 mS/cm**2 * pi *
    length * diameter``, followed by an outward one of ``0.5 * 4 mS/cm**2 * pi * length *
    diameter``; decaying conductances jump by the same without the factors 0.42 and 0.5.

    Examples
    --------
    >>> from dendrify_gpu.models import CA1_CURRENTS, CA1_SPIKE_COUNTS, ca1_pyramidal
    >>> import dendrify_gpu as dg
    >>> from brian2.units import ms
    >>> net = dg.Network(dt=0.1*ms)
    >>> cells = net.population(ca1_pyramidal(), 6)
    >>> step = net.current_step(cells, 'I_ext_soma', CA1_CURRENTS, start=50*ms, stop=1050*ms)
    >>> spikes = net.record_spikes(cells)
    >>> report = net.run(1050*ms)
    >>> tuple(spikes.count.tolist()) == CA1_SPIKE_COUNTS
    True
    """
    if dspikes not in _DSPIKES:
        raise UnknownNameError(
            f"ca1_pyramidal: there are no dendritic spikes of the kind dspikes={dspikes!r}. Give one "
            f"of {', '.join(map(repr, _DSPIKES))}."
        )
    soma = Soma("soma", model="cadIF", length=30 * um, diameter=20 * um)
    dendrites = {
        name: _dendrite(name, length, diameter, dspikes)
        for name, (length, diameter) in _DENDRITES.items()
    }
    for name, tag, g_ampa, g_nmda in _RECEPTORS:
        dendrites[name].synapse("AMPA", tag=tag, g=g_ampa, t_decay=2.5 * ms)
        dendrites[name].synapse("NMDA", tag=tag, g=g_nmda, t_decay=50 * ms)
    prox, med = dendrites["prox"], dendrites["med"]
    model = NeuronModel(
        [
            (soma, dendrites["bas1"], 3.8 * nS),
            (soma, dendrites["bas2"], 3.8 * nS),
            (soma, prox, 22 * nS),
            (prox, dendrites["ob1"], "half_cylinders"),
            (prox, dendrites["ob2"], "half_cylinders"),
            (prox, med, "half_cylinders"),
            (med, dendrites["dist1"], "half_cylinders"),
            (med, dendrites["dist2"], "half_cylinders"),
        ],
        cm=1 * uF / cm**2,
        gl=40 * uS / cm**2,
        r_axial=120 * ohm * cm,
        v_rest=-65 * mV,
        scale_factor=2.9,
        spine_factor=1.5,
    )
    model.add_params(_PARAMETERS)
    model.set_spiking(**CA1_SPIKING)
    return model


def _dendrite(name: str, length: Quantity, diameter: Quantity, dspikes: str) -> Dendrite:
    """Return one dendrite with its dendritic spikes."""
    dendrite = Dendrite(name, length=length, diameter=diameter)
    # The densities refer to the bare cylinder, without scale and spine factors.
    area = pi * length * diameter
    common: dict[str, Any] = {
        "threshold": -42.5 * mV,
        "offset_fall": 0.6 * ms,
        "refractory": 4.2 * ms,
        "reversal_rise": 50 * mV,
        "reversal_fall": -90 * mV,
    }
    if dspikes == "boxes":
        dendrite.dspikes(
            "Na",
            g_rise=0.42 * _NA_DENSITY * area,
            g_fall=0.5 * _K_DENSITY * area,
            duration_rise=1.2 * ms,
            duration_fall=2.4 * ms,
            **common,
        )
    else:
        spike = DecayingSpike(
            "Na",
            g_rise=_NA_DENSITY * area,
            g_fall=_K_DENSITY * area,
            tau_rise=0.5 * ms,
            tau_fall=1.2 * ms,
            **common,
        )
        dendrite.add(spike)
    return dendrite
