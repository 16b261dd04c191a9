"""Exponential Euler for equations that are linear in their own variable.

``dx/dt = A x + B`` with A and B held for one step: ``x(t + dt) = (x + B/A) exp(A dt) - B/A``.
"""

from __future__ import annotations

from typing import Any

from brian2.equations import Equations
from brian2.stateupdaters.exponential_euler import exponential_euler as brian_exponential_euler

__all__ = ["exponential_euler"]


def exponential_euler(equations: Equations, variables: dict[str, Any]) -> str:
    """Update statements of the exponential Euler method, from Brian2's state updater."""
    return str(brian_exponential_euler(equations, variables))
