"""The derivative-free Milstein method for stochastic equations with diagonal multiplicative noise.

``x' = x + dt f(x, t) + sqrt(dt) g(x, t)``,
``x(t + dt) = x + dt f(x, t) + g(x, t) dW + (g(x', t) - g(x, t)) dW^2 / (2 sqrt(dt))``, for equations in the sense of
Stratonovich, as Brian2 has it (Kloeden & Platen 1992, Numerical Solution of Stochastic Differential Equations, section
11.1). In the sense of Ito the last term would have ``dW^2 - dt``.

Without drift the strong order is 1. Since ``x'`` contains the drift and ``dW^2`` has the mean dt, each step is off by
``g_x f dt^(3/2) / 2`` on average, so that with drift the order is 1/2; that of `heun` stays 1. The tests measure
both.
"""

from __future__ import annotations

from typing import Any

from brian2.equations import Equations
from brian2.stateupdaters.explicit import milstein as brian_milstein

__all__ = ["milstein"]


def milstein(equations: Equations, variables: dict[str, Any]) -> str:
    """Update statements of the derivative-free Milstein method, from Brian2's state updater."""
    return str(brian_milstein(equations, variables))
