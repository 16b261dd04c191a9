"""Integration methods: functions from equations to update statements, one file each.

To add a method, write a file with a function of this signature and name it in `INTEGRATORS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brian2.equations import Equations

from .euler import euler
from .exponential_euler import exponential_euler

__all__ = ["INTEGRATORS", "Integrator"]

Integrator = Callable[[Equations, dict[str, Any]], str]

INTEGRATORS: dict[str, Integrator] = {
    "euler": euler,
    "exponential_euler": exponential_euler,
}
