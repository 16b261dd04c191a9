"""How variables of a compartment are called."""

from __future__ import annotations

__all__ = ["suffixed"]


def suffixed(base: str, compartment: str) -> str:
    """Return the name of a variable in a compartment.

    Parameters
    ----------
    base : str
        What it is, such as ``'V'``.
    compartment : str
        Where it is; empty for a point neuron, whose names carry no suffix.

    Returns
    -------
    str
        The name in the equations.

    Examples
    --------
    >>> suffixed('V', 'soma'), suffixed('V', '')
    ('V_soma', 'V')
    """
    return f"{base}_{compartment}" if compartment else base
