"""The network of the demonstration: CA1 cells with afferent input and delayed recurrent synapses."""

from __future__ import annotations

from brian2.units import ms

from ..distributions import uniform
from ..models import CA1_INPUT_RATES, CA1_SPIKING, ca1_pyramidal
from ..network import Network
from ..recordings import SpikeRecording, TraceRecording

__all__ = ["IN_DEGREE", "build_network", "record"]

#: Recurrent synapses of each cell.
IN_DEGREE = 20

#: Recordings hold this many cells' traces.
_TRACED = 3


def build_network(cells: int) -> Network:
    """Return a network of CA1 cells.

    Each cell has one Poisson source per receptor site: entorhinal input at 82 Hz on both distal
    dendrites, CA3 input at 120 Hz on the obliques and the medial trunk. Each event adds 1 to the
    gating variables of AMPA and NMDA receptors. The recurrent synapses, of random sources and
    with delays between 1 and 3 ms, end on the proximal trunk with weight 0.5.

    Parameters
    ----------
    cells : int
        Number of neurons.

    Returns
    -------
    Network
        In double precision, with the population ``'pyr'``.
    """
    net = Network(dt=0.1 * ms, seed=1)
    pyr = net.population(ca1_pyramidal(), cells, name="pyr", **CA1_SPIKING)
    for site, rate in CA1_INPUT_RATES.items():
        source = net.poisson(cells, rate=rate, name=f"input_{site}")
        receptors = [f"AMPA_{site}", f"NMDA_{site}"]
        net.connect(source, pyr, receptors, one_to_one=True, name=f"synapses_{site}")
    net.connect(
        pyr,
        pyr,
        ["AMPA_validation_prox", "NMDA_validation_prox"],
        in_degree=IN_DEGREE,
        weight=0.5,
        delay=uniform(1 * ms, 3 * ms),
        autapses=False,
        name="recurrent",
    )
    return net


def record(net: Network) -> tuple[TraceRecording, SpikeRecording]:
    """Record all spikes of the cells, and the voltages of a few of them along their trees."""
    pyr = net.populations[0]
    traces = net.record(
        pyr[:_TRACED], ["V_soma", "V_prox", "V_med", "V_dist1"], every=0.2 * ms, name="voltages"
    )
    return traces, net.record_spikes(pyr, name="spikes")
