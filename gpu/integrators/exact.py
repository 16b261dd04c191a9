"""The exact solution of equations that are linear with constant coefficients.

``dx/dt = A x + b`` gives ``x(t + dt) = exp(A dt) x(t) + A^-1 (exp(A dt) - 1) b`` (Rotter & Diesmann 1999, Biological
Cybernetics 81, 381-402). Nothing is lost to the time step: for integrate-and-fire neurons with exponential synapses it
is the method of choice.
"""

from __future__ import annotations

from typing import Any

from brian2.equations import Equations
from brian2.stateupdaters.exact import exact as brian_exact

__all__ = ["exact"]


def exact(equations: Equations, variables: dict[str, Any]) -> str:
    """Update statements of the exact method, from Brian2's state updater."""
    return str(brian_exact(equations, variables))
