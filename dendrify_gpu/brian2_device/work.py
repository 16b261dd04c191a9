"""How many threads the steps of a network are worth."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from .recorded_code import RecordedCode

__all__ = ["seconds_of_step", "threads_for", "workers_for"]

#: Seconds of work in a step that are worth a thread: threads meet several times in every step, and where the machine
#: has other work to do they wait for each other.
_WORTH_A_THREAD = 1e-5
#: Seconds that an operation and a function take for one element, in vectors. Rough.
_OPERATION, _FUNCTION = 5e-11, 1e-9
#: Seconds that the cable equation takes for a compartment.
_COMPARTMENT = 5e-9


def seconds_of_step(codes: Iterable[RecordedCode]) -> float:
    """Estimate how long one thread takes for what a network does for all its elements in every step.

    Events are left out: how many there are is not known before the run.

    Parameters
    ----------
    codes : iterable of RecordedCode

    Returns
    -------
    float
    """
    seconds = 0.0
    for code in codes:
        if code.template_name == "spatialstateupdate":
            seconds += _length(code) * _COMPARTMENT
        if code.template_name not in (
            "stateupdate",
            "threshold",
            "summed_variable",
            "statemonitor",
        ):
            continue
        lines = [str(line.expr) for block in code.each.values() for line in block]
        operations = sum(len(re.findall(r"[-+*/<>]", line)) + 1 for line in lines)
        functions = sum(len(re.findall(r"\w\(", line)) for line in lines)
        seconds += _length(code) * (operations * _OPERATION + functions * _FUNCTION)
    return seconds


def threads_for(codes: Iterable[RecordedCode], most: int) -> int:
    """Return how many threads a network gets if the user does not say.

    Parameters
    ----------
    codes : iterable of RecordedCode
    most : int

    Returns
    -------
    int
    """
    return int(np.clip(seconds_of_step(codes) / _WORTH_A_THREAD, 1, most))


def workers_for(codes: Iterable[RecordedCode], most: int, threads: int) -> int:
    """Return how many blocks a network gets on CUDA: no more than its largest object has elements for.

    Parameters
    ----------
    codes : iterable of RecordedCode
    most : int
    threads : int
        Threads of a block.

    Returns
    -------
    int
    """
    longest = max((_length(code) for code in codes if "N" in code.variables), default=1)
    return int(np.clip(-(-longest // threads), 1, most))


def _length(code: RecordedCode) -> int:
    indices: Any = code.variables.get("_indices")
    size = code.variables["N"] if indices is None else None
    return len(indices.get_value()) if size is None else int(np.asarray(size.get_value()).item())
