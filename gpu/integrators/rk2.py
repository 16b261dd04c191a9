"""The midpoint method, of second order: ``k = dt f(x, t)``, ``x(t + dt) = x + dt f(x + k/2, t + dt/2)``."""

from __future__ import annotations

from typing import Any

from brian2.equations import Equations
from brian2.stateupdaters.explicit import rk2 as brian_rk2

__all__ = ["rk2"]


def rk2(equations: Equations, variables: dict[str, Any]) -> str:
    """Update statements of the midpoint (second-order Runge-Kutta) method, from Brian2's state updater."""
    return str(brian_rk2(equations, variables))
