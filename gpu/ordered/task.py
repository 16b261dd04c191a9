"""What a network that is carried out task by task consists of: plain data, without Brian2's objects.

A task is what one code object of Brian2 does in a time step. Its lines are those of Brian2's code generation, after its
own optimisation: `shared` ones are computed once, `each` ones for every neuron, synapse or event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Array", "Function", "Kind", "Line", "Number", "Symbol", "Task", "TaskKind"]

#: What values are: conditions, whole numbers, numbers.
Kind = Literal["boolean", "integer", "float"]

TaskKind = Literal[
    "update",
    "threshold",
    "reset",
    "pathway",
    "summed",
    "event_monitor",
    "state_monitor",
    "rate_monitor",
    "generator",
    "spatial",
]


@dataclass(frozen=True)
class Array:
    """Values in memory.

    Attributes
    ----------
    slot : int
        Number in the table of arrays.
    type : str
        Type in C of an entry.
    kind : str
        What an entry is.
    index : str
        Name of what an entry belongs to: ``'_idx'`` for the element itself, ``'0'`` for the only entry of an array,
        else the name of an array of indices.
    condition : str or None
        Name of an array that must be true for an entry to change.
    constant : bool
        Whether entries stay as they are while the core runs.
    """

    slot: int
    type: str
    kind: Kind
    index: str
    condition: str | None = None
    constant: bool = False

    @property
    def shared(self) -> bool:
        """Whether all elements have the same value."""
        return self.index == "0"

    @property
    def wide(self) -> bool:
        """Whether single precision is not enough for it: the time, and what is kept in double precision."""
        return self.type in ("double", "int64_t") and not (self.shared and self.constant)


@dataclass(frozen=True)
class Number:
    """A constant, kept in the table of numbers so that it is no part of the text."""

    slot: int
    kind: Kind
    shared: bool = True


@dataclass(frozen=True)
class Function:
    """A function that statements call.

    Attributes
    ----------
    role : str
        ``'default'``, one of Brian2's own; ``'timed_array'``; ``'binomial'``, and ``'normal'`` in its place; or
        ``'c'``, given in C.
    kind : str
        Of its value.
    name : str
        For defaults Brian2's name; for functions in C the name in C.
    support : tuple of str
        C code that defines it: what it calls, then itself.
    arrays : mapping of str to (int, str)
        Slot and type of arrays that its code uses, by their names there.
    numbers : tuple of int
        Slots of its parameters.
    takes_element : bool
        Whether it is handed the number of the element as a last argument.
    """

    role: Literal["default", "timed_array", "binomial", "normal", "c"]
    kind: Kind
    name: str
    support: tuple[str, ...] = ()
    arrays: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    numbers: tuple[int, ...] = ()
    takes_element: bool = False


Symbol = Array | Number | Function


@dataclass(frozen=True)
class Line:
    """A statement: ``target op expression``; with the operator ``:=`` it defines a local name."""

    target: str
    operator: str
    expression: str
    kind: Kind
    shared: bool


@dataclass(frozen=True)
class Task:
    """What is done in one place of every time step.

    Attributes
    ----------
    kind : str
    name : str
        Name of the object of Brian2, used in messages and reports only.
    clock : int
        Number of its clock.
    shared, each : tuple of Line
    symbols : mapping of str to Symbol
        What the names in the lines mean.
    n : int
        Slot of the number of elements in the table of sizes.
    options : mapping
        What else a task of this kind needs, described with the text of that kind.
    comment : str
        The statements as the user wrote them, shown in the text.
    single : bool
        Whether numbers of elements are computed in single precision.
    """

    kind: TaskKind
    name: str
    clock: int
    shared: tuple[Line, ...]
    each: tuple[Line, ...]
    symbols: Mapping[str, Symbol]
    n: int
    options: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    single: bool = False
