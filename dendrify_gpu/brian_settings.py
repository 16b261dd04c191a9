"""Brian2 as a reference: with its own defaults for the time of a comparison, whatever the user has set."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import brian2
import numpy as np
from brian2.devices.device import reset_device, runtime_device, set_device

from .errors import NetworkError

__all__ = ["TARGETS", "check_target", "reference_brian2"]

#: Code that Brian2 can run without a build of its own.
TARGETS = ("numpy", "cython")

_SCHEDULE = ["start", "groups", "thresholds", "synapses", "resets", "end"]


def check_target(target: str) -> None:
    """Refuse a target that a comparison cannot use.

    Raises
    ------
    NetworkError
        If it is not one of `TARGETS`.
    """
    if target not in TARGETS:
        raise NetworkError(f"target={target!r} is unknown; use one of: {', '.join(TARGETS)}.")


@contextmanager
def reference_brian2(target: str = "numpy") -> Iterator[None]:
    """Run Brian2 in runtime mode, in double precision and in its usual order; then restore everything.

    Its remarks are kept out of the way; its errors pass.

    Parameters
    ----------
    target : {'numpy', 'cython'}, optional
        What Brian2 makes of its equations. Default ``'numpy'``, which needs no compiler.

    Examples
    --------
    >>> with reference_brian2():
    ...     brian2.prefs.codegen.target
    'numpy'
    """
    wanted = {
        "codegen.target": target,
        "core.default_float_dtype": np.float64,
        "core.network.default_schedule": _SCHEDULE,
    }
    before = {name: brian2.prefs[name] for name in wanted}
    logger = logging.getLogger("brian2")
    level = logger.level
    # A standalone device would write the objects into the user's own program.
    switches = brian2.get_device() is not runtime_device
    logger.setLevel(logging.ERROR)
    if switches:
        set_device(runtime_device)
    try:
        for name, value in wanted.items():
            brian2.prefs[name] = value
        yield
    finally:
        for name, value in before.items():
            brian2.prefs[name] = value
        if switches:
            reset_device()
        logger.setLevel(level)
