"""Why a network does not run on the fused core."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["GeneralRoadNeeded", "Reason"]


@dataclass(frozen=True)
class Reason:
    """One thing in a network that the fused core does not do.

    Attributes
    ----------
    object_name : str
        Name of the Brian2 object.
    feature : str
        What it does, as a sentence about it.
    """

    object_name: str
    feature: str

    def __str__(self) -> str:
        return f"{self.object_name}: {self.feature}"


class GeneralRoadNeeded(Exception):
    """A run cannot be carried out by the fused core; nothing of the network has been changed.

    Attributes
    ----------
    reasons : tuple of Reason
    """

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(str(reason) for reason in self.reasons))
