"""The classical Runge-Kutta method of fourth order (Kutta 1901).

``k1 = dt f(x, t)``, ``k2 = dt f(x + k1/2, t + dt/2)``, ``k3 = dt f(x + k2/2, t + dt/2)``,
``k4 = dt f(x + k3, t + dt)``, ``x(t + dt) = x + (k1 + 2 k2 + 2 k3 + k4) / 6``. Its accuracy between events is lost at
spikes, which fall on time steps.
"""

from __future__ import annotations

from typing import Any

from brian2.equations import Equations
from brian2.stateupdaters.explicit import rk4 as brian_rk4

__all__ = ["rk4"]


def rk4(equations: Equations, variables: dict[str, Any]) -> str:
    """Update statements of the classical Runge-Kutta method, from Brian2's state updater."""
    return str(brian_rk4(equations, variables))
