"""Networks written in plain Brian2, one in each module, to compare and to time devices with.

Every module has ``build(scale=1.0, ...)``, which returns a `brian2.Network` of objects with fixed names;
``MONITORS``, the names of the objects whose records count; ``TEST``, the arguments of a short run that shows
everything the network does; and ``RANDOM``, true where ``replayed=False`` makes the network draw random numbers while
it runs. ``RTOL`` is there where rounding alone makes more than 1e-12 of a difference, and
``run(network, duration)`` where more than one call of ``network.run`` belongs to the example.
Connections and initial values come from a NumPy generator of the module's own, so they are the same everywhere.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

HELPERS = {"drawing"}


def names() -> list[str]:
    """Return the names of the networks."""
    return sorted(info.name for info in pkgutil.iter_modules(__path__) if info.name not in HELPERS)


def load(name: str) -> ModuleType:
    """Return the module of a network."""
    return importlib.import_module(f"{__name__}.{name}")
