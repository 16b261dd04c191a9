"""Synaptic receptors: what a presynaptic spike, or a neighbour's voltage, does to a membrane."""

from __future__ import annotations

from typing import Any

from .compartments import receptors as _of_room

__all__ = list(_of_room.__all__)


def __getattr__(name: str) -> Any:
    return getattr(_of_room, name)


def __dir__() -> list[str]:
    return sorted(__all__)
