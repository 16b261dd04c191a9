"""Published ion channels, each with its paper; `find` searches them by name, ion or paper."""

from __future__ import annotations

from typing import Any

from .compartments import channel_library as _of_room

__all__ = list(_of_room.__all__)


def __getattr__(name: str) -> Any:
    return getattr(_of_room, name)


def __dir__() -> list[str]:
    return sorted(__all__)
