"""What gates, channels and ion pools have in common: changed copies, equality and printing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, Self

from ..errors import UnknownNameError, known_names
from ..quantities import same_value

__all__ = ["Record"]


class Record:
    """Base of frozen dataclasses whose fields may be quantities.

    The generated comparison of a dataclass fails with quantities of different units, so this class has
    its own.
    """

    def with_(self, **changes: Any) -> Self:
        """Return a copy with some fields changed, checked like a new one.

        Parameters
        ----------
        **changes
            Field to new value.

        Raises
        ------
        UnknownNameError
            If there is no such field.
        CompartmentError
            If a value does not fit, as for a new object.
        """
        present = {name: getattr(self, name) for name in _names(self)}
        for name in changes:
            if name not in present:
                raise UnknownNameError(
                    f"{self!r} has nothing called {name!r} to change. {known_names(name, present)}"
                )
        # Not by calling the class: a subclass may have an __init__ with other arguments.
        changed = object.__new__(type(self))
        for name, value in {**present, **changes}.items():
            object.__setattr__(changed, name, value)
        changed.__post_init__()
        return changed

    def __post_init__(self) -> None:
        """Check the fields."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself: it is immutable."""
        return self

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(_same(getattr(self, name), getattr(other, name)) for name in _names(self))

    def __hash__(self) -> int:
        return hash((type(self), getattr(self, "name", None)))

    def __repr__(self) -> str:
        parts = []
        for item in fields(self):  # type: ignore[arg-type]
            value = getattr(self, item.name)
            if item.name == "name":
                parts.append(repr(value))
            elif not _is_default(item, value):
                shown = dict(value) if isinstance(value, Mapping) else value
                parts.append(f"{item.name}={shown!r}")
        return f"{type(self).__name__}({', '.join(parts)})"


def _names(record: Record) -> list[str]:
    return [item.name for item in fields(record)]  # type: ignore[arg-type]


def _is_default(item: Field[Any], value: Any) -> bool:
    if item.default_factory is not MISSING:
        return _same(value, item.default_factory())
    return item.default is not MISSING and _same(value, item.default)


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return first.keys() == second.keys() and all(_same(first[k], second[k]) for k in first)
    if isinstance(first, tuple) and isinstance(second, tuple):
        pairs = zip(first, second, strict=False)
        return len(first) == len(second) and all(_same(a, b) for a, b in pairs)
    if any(isinstance(x, (Mapping, tuple, Record)) for x in (first, second)):
        return bool(first == second)
    return same_value(first, second)
