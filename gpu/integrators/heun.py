"""Heun's method for stochastic equations in the sense of Stratonovich, with multiplicative noise.

``x' = x + g(x, t) dW``, ``x(t + dt) = x + dt f(x, t) + (g(x, t) + g(x', t + dt)) dW / 2`` (Kloeden & Platen 1992,
Numerical Solution of Stochastic Differential Equations, section 4.9).
"""

from __future__ import annotations

from typing import Any

from brian2.equations import Equations
from brian2.stateupdaters.explicit import heun as brian_heun

__all__ = ["heun"]


def heun(equations: Equations, variables: dict[str, Any]) -> str:
    """Update statements of Heun's stochastic method, from Brian2's state updater."""
    return str(brian_heun(equations, variables))
