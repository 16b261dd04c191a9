"""Hands what the core has recorded to Brian2's monitors."""

from __future__ import annotations

import numpy as np
from brian2.core.variables import ArrayVariable

from .reading import Recorder

__all__ = ["deliver_record"]


def deliver_record(recorder: Recorder, columns: list[np.ndarray], count: int) -> None:
    """Append records to the arrays of a monitor.

    Parameters
    ----------
    recorder : Recorder
    columns : list of ndarray
        What was recorded, in the order of the recorder's names; for states, the times come last.
    count : int
        Number of new records.
    """
    owner = recorder.owner
    if count == 0:
        return
    if recorder.kind == "state":
        before = len(owner.variables["t"].get_value())
        owner.resize(before + count)
        for name, column in zip(recorder.names, columns, strict=False):
            _values(owner.recorded_variables[name])[before:] = column
        _values(owner.variables["t"])[before:] = columns[-1]
        return
    counter = owner.variables["N"].get_value()
    before = int(counter[0])
    if recorder.names:
        owner.resize(before + count)
    for name, column in zip(recorder.names, columns, strict=False):
        _values(owner.variables[name])[before:] = column
    counter[0] = before + count


def _values(variable: ArrayVariable) -> np.ndarray:
    return np.asarray(variable.get_value())
