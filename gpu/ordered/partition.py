"""Which index decides how the events of a pathway are shared out among threads."""

from __future__ import annotations

from brian2.utils.stringtools import get_identifiers

from .task import Array, Task

__all__ = ["partition_index"]


def partition_index(task: Task) -> str | None:
    """Return the index by which threads share the events of a pathway.

    Events that change the same entry must be carried out by one thread, in order. That holds if each thread has all
    events of its own entries.

    Parameters
    ----------
    task : Task

    Returns
    -------
    str or None
        Name of the index through which the statements change what does not belong to the synapses;
        ``'_synaptic_target'`` if they change nothing else. None if one thread must carry out all events: entries are
        changed through several indices, or changed through one and seen through another.
    """
    lines = (*task.shared, *task.each)
    if any(line.operator != ":=" for line in task.shared):
        return None
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
                return None
    through = {arrays[name].index for name in written & arrays.keys()} - {"_idx"}
    if len(through) > 1:
        return None
    return next(iter(through), "_synaptic_target")
