"""Keep ``exprel(x)`` what it is: Brian2's own rewrites it where it matters.

Brian2 defines exprel(x) = (exp(x) - 1)/x, which is computed without cancellation around zero, as a
function of sympy. When sympy evaluates its argument, Brian2 2.9 returns ``(exp(x) - 1)/x`` for
arguments with decimal numbers, so that rates such as ``1/exprel(-(v + 40*mV)/(10*mV))`` lose their digits
near the singular point and are not a number at it. The function below keeps it symbolic.
"""

from __future__ import annotations

from typing import Any

import sympy
from brian2.core.functions import exprel

__all__ = ["keep_exprel"]


def _eval(cls: type, arg: Any) -> Any:
    return sympy.S.One if arg == 0 else None  # is_zero would take longer than all else in a model


def keep_exprel() -> None:
    """Replace the evaluation of Brian2's exprel, in this process.

    Examples
    --------
    >>> keep_exprel()
    >>> exprel(sympy.Float(0.1) * (sympy.Symbol('v') + 40))
    exprel(0.1*v + 4.0)
    """
    exprel.eval = classmethod(_eval)
