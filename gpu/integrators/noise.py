"""Equations whose noise has an order.

Brian2's state updaters write the statements of several noise variables in the order of a set, which differs from
process to process; so would the random numbers that each of them gets.
"""

from __future__ import annotations

from brian2.equations import Equations

__all__ = ["in_order"]


class _OrderedNoise(Equations):
    """Equations whose noise variables come in alphabetical order."""

    stochastic_variables = property(
        lambda self: sorted(Equations.stochastic_variables.fget(self)),
        doc="Noise variables, in alphabetical order.",
    )


def in_order(equations: Equations) -> Equations:
    """Return the same equations, with their noise variables in alphabetical order.

    Examples
    --------
    >>> sorted_noise = in_order(Equations('dv/dt = (xi_b + xi_a + xi_c)*second**-0.5 : 1'))
    >>> sorted_noise.stochastic_variables
    ['xi_a', 'xi_b', 'xi_c']
    """
    return _OrderedNoise(list(equations.values()))
