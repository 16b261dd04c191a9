"""Integration methods: functions from equations to update statements, one file each.

Which to choose: `exact` where it is possible, as for integrate-and-fire neurons with exponential synapses;
`exponential_euler` for gates of Hodgkin-Huxley type; `implicit` for thin compartments that are coupled strongly;
`rk2` or `rk4` for smooth equations between rare events; `heun` for multiplicative noise (`milstein` without drift);
`euler`, which Dendrify uses, for everything else.

To add a method, write a file with a function of this signature and name it in `INTEGRATORS`. It returns text
in Brian2's language, as Brian2's state updaters do, or the statements themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brian2.equations import Equations

from ..program import Assignment
from .euler import euler
from .exact import exact
from .exponential_euler import exponential_euler
from .heun import heun
from .implicit import crank_nicolson, implicit
from .milstein import milstein
from .rk2 import rk2
from .rk4 import rk4

__all__ = ["INTEGRATORS", "SEES_REFRACTORINESS", "Integrator"]

Integrator = Callable[[Equations, dict[str, Any]], str | tuple[Assignment, ...]]

INTEGRATORS: dict[str, Integrator] = {
    "euler": euler,
    "exponential_euler": exponential_euler,
    "exact": exact,
    "rk2": rk2,
    "rk4": rk4,
    "heun": heun,
    "milstein": milstein,
    "implicit": implicit,
    "crank_nicolson": crank_nicolson,
}

#: Methods that look at a variable more than once in a step. They are given equations in which the derivatives of
#: variables with the flag ``(unless refractory)`` are zero while a neuron is refractory, as Brian2 gives them.
SEES_REFRACTORINESS = frozenset({"exact", "rk2", "rk4", "heun", "milstein"})
