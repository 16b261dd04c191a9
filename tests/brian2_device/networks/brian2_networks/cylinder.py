"""A passive cable with current at one end, then at the middle as well."""

from __future__ import annotations

from typing import Any

from brian2 import Cylinder, Network, SpatialNeuron, StateMonitor
from brian2.units import cm, mm, mV, nA, ohm, siemens, uF, um

MONITORS = ("trace",)
RANDOM = False
TEST = {"scale": 1.0, "duration": 20}

CURRENTS = """
Im = g_leak*(v_leak - v) : amp/meter**2
I : amp (point current)
"""


def build(scale: float = 1.0) -> Network:
    """Return a cable with 100 compartments at scale 1."""
    count = max(3, round(100 * scale))
    cable = SpatialNeuron(
        Cylinder(diameter=1 * um, length=1 * mm, n=count),
        CURRENTS,
        Cm=1 * uF / cm**2,
        Ri=150 * ohm * cm,
        namespace={"g_leak": 1e-4 * siemens / cm**2, "v_leak": -70 * mV},
        name="cable",
    )
    cable.v = -70 * mV
    cable.I[0] = 0.02 * nA
    trace = StateMonitor(cable, "v", record=[0, count // 2, count - 1], name="trace")
    return Network(cable, trace)


def run(network: Network, duration: Any) -> None:
    """Run with current at the end, at two places, and at none."""
    cable = network["cable"]
    network.run(0.5 * duration)
    cable.I[len(cable) // 2] = 0.05 * nA
    network.run(0.25 * duration)
    cable.I = 0 * nA
    network.run(0.25 * duration)
