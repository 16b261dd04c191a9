"""The exceptions of the simulation core.

Each says who is at fault: the model text (`ModelError`), the network description (`NetworkError`), the
machine's tools (`ToolchainError`) or the run itself (`SimulationError`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "ModelError",
    "NetworkError",
    "NetworkTooLargeError",
    "NumericalError",
    "SimulationError",
    "ToolchainError",
    "nearest_names",
]


class ModelError(ValueError):
    """A neuron model cannot be understood: wrong units, an unknown name, an unsupported construct."""


class NetworkError(ValueError):
    """A network description is wrong: a projection, a weight, a delay, a recording or a size."""


class NetworkTooLargeError(NetworkError, MemoryError):
    """The network needs more memory than the machine or the device has."""


class ToolchainError(RuntimeError):
    """A compiler or a device is missing, or a compiler refused the generated text."""


class SimulationError(RuntimeError):
    """A run had to stop; what was recorded until then is kept."""


class NumericalError(SimulationError, ArithmeticError):
    """A state variable became infinite or not a number during a run."""


def nearest_names(name: str, known: Iterable[str]) -> str:
    """Say which of the known names are meant, or list them all.

    Parameters
    ----------
    name : str
        What was asked for.
    known : iterable of str
        What exists.

    Returns
    -------
    str
        A sentence to append to an error message.

    Examples
    --------
    >>> nearest_names('V_som', ['V_soma', 'V_dend'])
    "Did you mean 'V_soma'? It has: V_dend, V_soma."
    >>> nearest_names('x', [])
    'It has none.'
    """
    ordered = sorted(known)
    if not ordered:
        return "It has none."
    listing = ", ".join(ordered)
    close = difflib.get_close_matches(name, ordered, n=3, cutoff=0.6)
    if not close:
        return f"It has: {listing}."
    meant = " or ".join(repr(match) for match in close)
    return f"Did you mean {meant}? It has: {listing}."
