"""Forward Euler: ``x(t + dt) = x + dt f(x, t)``, all right-hand sides from the old values."""

from __future__ import annotations

from typing import Any

from brian2.equations import Equations
from brian2.stateupdaters.explicit import euler as brian_euler

__all__ = ["euler"]


def euler(equations: Equations, variables: dict[str, Any]) -> str:
    """Update statements of the forward (Euler-Maruyama) method, from Brian2's state updater."""
    return str(brian_euler(equations, variables))
