"""The current-frequency curve of one CA1 cell, beside the published one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from brian2.units import ms, pA

from ..models import CA1_CURRENTS, CA1_SPIKE_COUNTS, CA1_SPIKING, ca1_pyramidal
from ..network import Network

__all__ = ["CurrentCurve", "measure_current_curve"]


@dataclass(frozen=True)
class CurrentCurve:
    """Spikes in 1000 ms of each current, after 50 ms at rest.

    Attributes
    ----------
    currents : tuple of float
        Currents into the soma in picoampere.
    counts : tuple of int
        Spikes of this library's cells.
    published : tuple of int
        Spikes of the published cell.

    Examples
    --------
    >>> curve = CurrentCurve((100.0, 150.0), (0, 2), (0, 1))
    >>> curve.holds
    False
    >>> print(curve)
    current (pA)        100   150
    spikes, here          0     2
    spikes, published     0     1
    """

    currents: Sequence[float]
    counts: Sequence[int]
    published: Sequence[int]

    @property
    def holds(self) -> bool:
        """Whether all counts are the published ones."""
        return tuple(self.counts) == tuple(self.published)

    def __str__(self) -> str:
        rows = {
            "current (pA)": (f"{current:.0f}" for current in self.currents),
            "spikes, here": map(str, self.counts),
            "spikes, published": map(str, self.published),
        }
        return "\n".join(
            f"{label:17}" + "".join(f"{value:>6}" for value in values).rstrip()
            for label, values in rows.items()
        )


def measure_current_curve() -> CurrentCurve:
    """Run one cell per current.

    Returns
    -------
    CurrentCurve
    """
    net = Network(dt=0.1 * ms)
    cells = net.population(ca1_pyramidal(), len(CA1_CURRENTS), name="ca1", **CA1_SPIKING)
    net.current_step(cells, "I_ext_soma", CA1_CURRENTS, start=50 * ms, stop=1050 * ms)
    spikes = net.record_spikes(cells)
    net.run(1050 * ms)
    currents = tuple(float(current / pA) for current in CA1_CURRENTS)
    return CurrentCurve(currents, tuple(spikes.count.tolist()), CA1_SPIKE_COUNTS)
