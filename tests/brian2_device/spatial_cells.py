"""Cells with branches, of which the tests of the cable equation have one or many."""

from __future__ import annotations

from brian2 import Cylinder, Soma
from brian2.spatialneuron.morphology import Morphology
from brian2.units import um

PASSIVE = """
Im = g*(-70*mV - v) : amp/meter**2
g : siemens/meter**2
I : amp (point current)
"""
ACTIVE = """
Im = g_Na*m**3*h*(45*mV - v) + g_K*n**4*(-82*mV - v) + 0.3*msiemens/cm**2*(-59*mV - v) : amp/meter**2
I = drive + g_syn*(0*mV - v) : amp (point current)
drive : amp
dg_syn/dt = -g_syn/(2*ms) : siemens
dm/dt = a_m*(1 - m) - 4*exp(-(v + 70*mV)/(18*mV))/ms*m : 1
dh/dt = 0.07*exp(-(v + 70*mV)/(20*mV))/ms*(1 - h) - 1/(exp((-40*mV - v)/(10*mV)) + 1)/ms*h : 1
dn/dt = a_n*(1 - n) - 0.125*exp(-(v + 70*mV)/(80*mV))/ms*n : 1
a_m = 1/exprel((-45*mV - v)/(10*mV))/ms : Hz
a_n = 0.1/exprel((-60*mV - v)/(10*mV))/ms : Hz
g_Na : siemens/meter**2
"""


def tree(soma: bool = False, stretch: float = 1.0) -> Morphology:
    """Return sections of one and of many compartments, with no, one, two and three daughters."""
    unit = stretch * um
    root = Soma(diameter=15 * um) if soma else Cylinder(diameter=12 * um, length=20 * unit, n=2)
    root.trunk = Cylinder(diameter=3 * um, length=60 * unit, n=4)
    root.trunk.on = Cylinder(diameter=2 * um, length=40 * unit, n=3)
    root.trunk.on.left = Cylinder(diameter=1 * um, length=80 * unit, n=5)
    root.trunk.on.right = Cylinder(diameter=1.5 * um, length=10 * unit, n=1)
    root.trunk.on.third = Cylinder(diameter=0.7 * um, length=30 * unit, n=2)
    root.axon = Cylinder(diameter=1 * um, length=100 * unit, n=6)
    return root
