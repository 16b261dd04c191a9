"""Trees of cylindrical compartments, passive or with the channels of the squid axon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from brian2.units import cm, metre, mS, mV, nA, ohm, siemens, uF

from dendrify_gpu.gpu import Model

PASSIVE = "gl*(El - V{k})"
ACTIVE = "gl*(El - V{k}) + gNa*m{k}**3*h{k}*(ENa - V{k}) + gK*n{k}**4*(EK - V{k})"
GATES = """
dm{k}/dt = 0.1*10/exprel(-(V{k} + 40*mV)/(10*mV))/ms*(1 - m{k}) - 4*exp(-(V{k} + 65*mV)/(18*mV))/ms*m{k} : 1
dh{k}/dt = 0.07*exp(-(V{k} + 65*mV)/(20*mV))/ms*(1 - h{k}) - 1/(exp(-(V{k} + 35*mV)/(10*mV)) + 1)/ms*h{k} : 1
dn{k}/dt = 0.01*10/exprel(-(V{k} + 55*mV)/(10*mV))/ms*(1 - n{k}) - 0.125*exp(-(V{k} + 65*mV)/(80*mV))/ms*n{k} : 1
"""
NAMESPACE = {
    "Cm": 1 * uF / cm**2,
    "gl": 0.3 * mS / cm**2,
    "gNa": 120 * mS / cm**2,
    "gK": 36 * mS / cm**2,
    "El": -54.4 * mV,
    "ENa": 50 * mV,
    "EK": -77 * mV,
    "I": 0 * nA,
}


@dataclass(frozen=True)
class Tree:
    """Compartments and the conductances between them.

    Attributes
    ----------
    area : ndarray
        Membrane of each compartment in square metres.
    conductance : ndarray
        Conductance in siemens between any two compartments; symmetric, zero where they do not touch.
    """

    area: np.ndarray
    conductance: np.ndarray

    @property
    def n(self) -> int:
        """Number of compartments."""
        return len(self.area)

    def model(self, active: Sequence[int] = (), **changes: object) -> Model:
        """Return the neuron; `active` compartments have sodium and potassium channels.

        The current ``I`` flows into compartment 0. Voltages are named V0, V1, ...
        """
        lines = []
        namespace = dict(NAMESPACE)
        for k in range(self.n):
            current = (ACTIVE if k in set(active) else PASSIVE).format(k=k)
            terms = [f"({current})*A{k}"]
            namespace[f"A{k}"] = self.area[k] * metre**2
            for other in np.flatnonzero(self.conductance[k]):
                first, second = sorted((k, int(other)))
                name = f"g{first}_{second}"
                namespace[name] = self.conductance[k, other] * siemens
                terms.append(f"{name}*(V{other} - V{k})")
            if k == 0:
                terms.append("I")
            lines.append(f"dV{k}/dt = ({' + '.join(terms)})/(Cm*A{k}) : volt")
            if k in set(active):
                lines.append(GATES.format(k=k))
        arguments = {"namespace": namespace, "method": "implicit", "name": "tree", **changes}
        return Model("\n".join(lines), **arguments)

    def matrix(self) -> np.ndarray:
        """Return M of ``dV/dt = M (V - El)`` for passive compartments."""
        coupling = self.conductance - np.diag(self.conductance.sum(axis=1))
        capacity = self.area * float(NAMESPACE["Cm"])
        leak = float(NAMESPACE["gl"]) / float(NAMESPACE["Cm"])
        return coupling / capacity[:, None] - leak * np.eye(self.n)

    def resting(self, active: Sequence[int] = ()) -> dict[str, float]:
        """Return initial values: all at -65 mV, gates at their steady states."""
        values = {f"V{k}": -65e-3 for k in range(self.n)}
        for k in active:
            values |= {f"m{k}": 0.0529324853, f"h{k}": 0.5961207535, f"n{k}": 0.3176769141}
        return values


def cylinders(parents: Sequence[int | None], length: float = 50e-6, diameter: float = 1e-6) -> Tree:
    """Return equal cylinders, each joined to the middle of its parent's.

    Parameters
    ----------
    parents : sequence of int or None
        The parent of each compartment; None for the first.
    length, diameter : float
        Of one compartment, in metres.
    """
    n = len(parents)
    axial = np.pi * diameter**2 / 4 / (float(35.4 * ohm * cm) * length)
    conductance = np.zeros((n, n))
    for k, parent in enumerate(parents):
        if parent is not None:
            conductance[k, parent] = conductance[parent, k] = axial
    return Tree(np.full(n, np.pi * diameter * length), conductance)


def branched(n: int) -> list[int | None]:
    """Return the parents in a tree whose branches split in two after every third compartment."""
    parents: list[int | None] = [None]
    tips = [0]
    while len(parents) < n:
        tip = tips.pop(0)
        for _ in range(2):
            last = tip
            for _ in range(3):
                if len(parents) < n:
                    parents.append(last)
                    last = len(parents) - 1
            tips.append(last)
    return parents


def chain(n: int) -> list[int | None]:
    """Return the parents in an unbranched cable."""
    return [None, *range(n - 1)]
