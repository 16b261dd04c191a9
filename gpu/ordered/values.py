"""Text of values: what it is, and how one kind becomes another."""

from __future__ import annotations

from dataclasses import dataclass

from .task import Kind

__all__ = ["Local", "Text", "as_integer", "converted", "narrow"]


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
    wide : bool
        Whether single precision is not enough for it, as for the time: of a lane that it is one of the namespace
        ``wide``, in double precision; of a shared value that lanes become wide where they meet it.
    """

    code: str
    kind: Kind
    shared: bool
    factors: tuple[str, str] | None = None
    opposite: str | None = None
    wide: bool = False

    @property
    def type(self) -> str:
        """Type in C of a variable with this value."""
        if self.shared:
            return _SHARED_TYPES[self.kind]
        return ("wide::" if self.wide else "") + _LANE_TYPES[self.kind]


@dataclass(frozen=True)
class Local:
    """A name that a line of the task defines."""

    kind: Kind
    shared: bool
    wide: bool = False


_SHARED_TYPES = {"float": "double", "integer": "int64_t", "boolean": "bool"}
_LANE_TYPES = {"float": "lane", "integer": "ilane", "boolean": "mask"}


def converted(text: Text, kind: Kind, shared: bool, wide: bool = False) -> str:
    """Return the text of a value as another kind, and of a shared value for each element.

    Parameters
    ----------
    text : Text
    kind : {'boolean', 'integer', 'float'}
    shared : bool
        Whether a shared value stays one; what differs between elements cannot become shared.
    wide : bool, optional
        Whether lanes are wanted in double precision.
    """
    code, current = text.code, text.kind
    if text.shared and shared:
        if current == kind:
            return code
        function = "whole::to_integer" if (current, kind) == ("float", "integer") else ""
        return f"{function}({code})" if function else f"({_SHARED_TYPES[kind]})({code})"
    if shared:
        raise ValueError(f"{code} differs between elements")
    space = "wide::" if wide else ""
    if text.shared:
        if kind == "float":
            return f"{space}splat(({'double' if wide else 'real'})({code}))"
        if kind == "integer":
            whole = converted(text, "integer", True)
            return f"{space}isplat(({'int64_t' if wide else 'integer'})({whole}))"
        return f"{space}mask_splat((bool)({code}))"
    # One kind becomes another in the wider of the two arithmetics.
    if wide and not text.wide:
        code = f"widen({code})"
    among = "wide::" if wide or text.wide else ""
    if current == "boolean" and kind != "boolean":
        code, current = f"{among}whole_of({code})", "integer"
    if current != kind:
        function = {"float": "to_real", "integer": "to_integer", "boolean": "nonzero"}[kind]
        code = f"{among}{function}({code})"
    return f"narrow({code})" if text.wide and not wide else code


def narrow(text: Text) -> Text:
    """Return a value in the precision of the network: one that is no longer too large for it."""
    if not text.wide:
        return text
    return Text(converted(text, text.kind, text.shared), text.kind, text.shared)


def as_integer(text: Text) -> str:
    """Return the text of a value as a whole number, shared if it is."""
    return converted(text, "integer", text.shared)
