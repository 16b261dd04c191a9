"""Objects that no network holds: Brian2 warns of them before each run."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from uuid import UUID

from brian2.core.base import BrianObject
from brian2.groups.subgroup import Subgroup

__all__ = ["collect_unused"]


def collect_unused(objects: Sequence[BrianObject]) -> bool:
    """Collect what nobody refers to any more, for which Brian2 warns of objects that were in no network.

    A collection takes 0.1 s, as long as all the rest before the first step. Where Brian2 knows of no object but those
    of the run, it would find none.

    Parameters
    ----------
    objects : sequence of BrianObject
        The objects of the run.

    Returns
    -------
    bool
        Whether there was anything to look for.
    """
    inside = {item.id for item in objects}
    # A copy, because objects can disappear in between; of references, because a held object is not collected.
    if all(_holder_id(known()) in inside for known in [*BrianObject.__instances__()]):
        return False
    gc.collect()
    return True


def _holder_id(item: BrianObject | None) -> UUID | None:
    """Return the identity of what is in a network itself: for a subgroup, of its group if that exists.

    An object whose constructor raised has none. It can be alive all the same, in the traceback of the error.
    """
    try:
        holder = item.source if isinstance(item, Subgroup) else item
        return getattr(holder, "id", None)
    except (AttributeError, ReferenceError):
        return None
