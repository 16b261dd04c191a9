"""Text of values: what it is, and how one kind becomes another."""

from __future__ import annotations

from dataclasses import dataclass

from .task import Kind

__all__ = ["Local", "Text", "as_integer", "converted"]


@dataclass(frozen=True)
class Text:
    """Text of a value.

    Attributes
    ----------
    code : str
    kind : str
    shared : bool
    factors : tuple of str or None
        Of a product of lanes: what is multiplied, so that a sum can be fused with it.
    opposite : str or None
        Of a negated lane: the code without the sign. ``a * (-b)`` is written as ``-(a * b)``, so that both are known
        to be the same.
    """

    code: str
    kind: Kind
    shared: bool
    factors: tuple[str, str] | None = None
    opposite: str | None = None


@dataclass(frozen=True)
class Local:
    """A name that a line of the task defines."""

    kind: Kind
    shared: bool


def converted(text: Text, kind: Kind, shared: bool) -> str:
    """Return the text of a value as another kind, and of a shared value for each element."""
    code, current = text.code, text.kind
    if text.shared and shared:
        if current == kind:
            return code
        type_name = {"float": "double", "integer": "int64_t", "boolean": "bool"}[kind]
        function = "whole::to_integer" if (current, kind) == ("float", "integer") else ""
        return f"{function}({code})" if function else f"({type_name})({code})"
    if shared:
        raise ValueError(f"{code} differs between elements")
    if text.shared:
        if kind == "float":
            return f"splat((real)({code}))"
        if kind == "integer":
            return f"isplat((integer)({converted(text, 'integer', True)}))"
        return f"mask_splat((bool)({code}))"
    if current == kind:
        return code
    if current == "boolean":
        code = f"whole_of({code})"
        return code if kind == "integer" else f"to_real({code})"
    if kind == "float":
        return f"to_real({code})"
    if kind == "integer":
        return f"to_integer({code})"
    return f"nonzero({code})"


def as_integer(text: Text) -> str:
    """Return the text of a value as a whole number, shared if it is."""
    return converted(text, "integer", text.shared)
