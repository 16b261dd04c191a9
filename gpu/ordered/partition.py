"""Which index decides how the events of a pathway are shared out among threads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from brian2.utils.stringtools import get_identifiers

from .task import Array, Task

__all__ = ["Sharing", "sharing_of"]


@dataclass(frozen=True)
class Sharing:
    """How threads share the events of a pathway.

    Attributes
    ----------
    index : str or None
        Name of the index through which the statements change what does not belong to the synapses;
        ``'_synaptic_target'`` if they change nothing else. None if one thread must carry out all events.
    reason : str
        Why one thread must; empty otherwise.
    keys : tuple of str
        Names of the indices by which events change the same values: two events that have an entry of these in common
        must be carried out in order. Empty if events are independent, or if all must be carried out in order.
    """

    index: str | None
    reason: str = ""
    keys: tuple[str, ...] = ()


def sharing_of(task: Task) -> Sharing:
    """Return how threads share the events of a pathway.

    Events that change the same entry must be carried out by one thread, in order. That holds if each thread has all
    events of its own entries.

    Parameters
    ----------
    task : Task

    Returns
    -------
    Sharing
    """
    lines = (*task.shared, *task.each)
    shared = [line.target for line in task.shared if line.operator != ":="]
    if shared:
        return Sharing(None, f"it changes {shared[0]!r}, which all synapses share")
    written = {line.target for line in task.each if line.operator != ":="}
    named = written | {name for line in lines for name in get_identifiers(line.expression)}
    arrays = {
        name: symbol
        for name in named
        if isinstance(symbol := task.symbols.get(name), Array) and not symbol.shared
    }
    for name in list(arrays):
        condition = arrays[name].condition
        if condition is not None and name in written:
            symbol = task.symbols[condition]
            assert isinstance(symbol, Array)
            arrays[condition] = symbol
    for name in written & arrays.keys():
        for other in arrays.values():
            if other.slot == arrays[name].slot and other.index != arrays[name].index:
                reason = (
                    f"it changes {name!r} of one side and uses the same variable of the other side"
                )
                return Sharing(None, reason, _indices(arrays.values()))
    through = {arrays[name].index for name in written & arrays.keys()} - {"_idx"}
    if len(through) > 1:
        return Sharing(None, "it changes variables of both sides", _indices(arrays.values()))
    return Sharing(next(iter(through), "_synaptic_target"), keys=tuple(through))


def _indices(arrays: Iterable[Array]) -> tuple[str, ...]:
    return tuple(sorted({array.index for array in arrays} - {"_idx"}))
