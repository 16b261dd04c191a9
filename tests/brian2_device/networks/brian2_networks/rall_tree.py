"""A tree that is electrically one cylinder, by Rall's rule for the diameters at a branch point.

Rall (1959), Exp Neurol 1:491: three halves powers of the daughters' diameters add up to that of the parent.
"""

from __future__ import annotations

import numpy as np
from brian2 import Cylinder, Network, Soma, SpatialNeuron, StateMonitor
from brian2.units import cm, ms, mV, nA, ohm, siemens, uF, um

MONITORS = ("trace",)
RANDOM = False
#: A soma of 1 m beside a short section: Brian2's own targets agree to 2e-8 in the voltage, and the capacitive current
#: is a difference of voltages. Of the exact solution, the numpy target is off by 3e-9 after a step.
RTOL = 1e-5
TEST = {"scale": 1.0, "duration": 20}

CURRENTS = """
Im = g_leak*(v_leak - v) + g_h*gate*(v_h - v) : amp/meter**2
dgate/dt = (1/(1 + exp((v + 75*mV)/(6*mV))) - gate)/(20*ms) : 1
g_h : siemens/meter**2
I : amp (point current)
"""


def build(scale: float = 1.0) -> Network:
    """Return a soma with two levels of branches of 20 compartments each at scale 1."""
    count = max(2, round(20 * scale))
    trunk, asymmetry = 2 * um, 0.3
    tree = Soma(diameter=15 * um)
    tree.trunk = Cylinder(diameter=trunk, length=100 * um, n=count)
    left, right = (trunk * share ** (2 / 3) for share in (asymmetry, 1 - asymmetry))
    # A thinner branch is shorter in the square root of its diameter, so that all ends are equally far.
    tree.trunk.left = Cylinder(diameter=left, length=100 * um * np.sqrt(left / trunk), n=count)
    tree.trunk.right = Cylinder(diameter=right, length=100 * um * np.sqrt(right / trunk), n=count)
    tree.axon = Cylinder(diameter=1 * um, length=50 * um, n=count)
    cell = SpatialNeuron(
        tree,
        CURRENTS,
        Cm=1 * uF / cm**2,
        Ri=100 * ohm * cm,
        method="exponential_euler",
        namespace={
            "g_leak": 1e-4 * siemens / cm**2,
            "v_leak": -70 * mV,
            "v_h": -30 * mV,
        },
        name="cell",
    )
    cell.v = -70 * mV
    cell.g_h = "2e-5*siemens/cm**2*(1 + distance/(100*um))"
    cell.trunk.left.I[-1] = 0.05 * nA
    cell.axon.v = -60 * mV
    trace = StateMonitor(cell, ["v", "gate"], record=True, dt=1 * ms, name="trace")
    return Network(cell, trace)
