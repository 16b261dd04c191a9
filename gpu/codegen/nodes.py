"""The few expressions that a generated step function is made of.

Supported: arithmetic on lanes with explicit fused multiply-add, calls of the library's own functions,
comparisons, logic on masks and selection. Not supported, on purpose: control flow, indexing, numbers other
than 0 and 1 (every other number is a coefficient, so that no value is ever part of the text).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, cast

__all__ = [
    "CLOCK",
    "Add",
    "And",
    "Call",
    "Coefficient",
    "Compare",
    "Divide",
    "Draw",
    "Fma",
    "Literal",
    "Local",
    "MaskName",
    "Multiply",
    "Node",
    "Not",
    "Or",
    "PerNeuron",
    "Select",
    "Subtract",
    "children",
    "parts",
    "with_children",
]

#: The clock of Brian2's language, in time steps: the one variable of the generated text that every model has.
CLOCK = "t_in_timesteps"


@dataclass(frozen=True, order=True)
class Literal:
    """The number 0 or 1."""

    value: int


@dataclass(frozen=True, order=True)
class Coefficient:
    """A number shared by all neurons, computed by the host from the parameters."""

    index: int


@dataclass(frozen=True, order=True)
class PerNeuron:
    """A number of each neuron, computed by the host from the parameters."""

    index: int


@dataclass(frozen=True, order=True)
class Local:
    """A lane variable of the generated text: a state, the time, or an intermediate result."""

    name: str


@dataclass(frozen=True, order=True)
class MaskName:
    """A mask variable of the generated text."""

    name: str


@dataclass(frozen=True)
class Draw:
    """A random number of this neuron and step.

    ``distribution`` is 'uniform', 'normal', 'poisson' or 'binomial'; the last two have parameters.
    """

    distribution: str
    number: int
    parameters: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Add:
    """``left + right``."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Subtract:
    """``left - right``."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Multiply:
    """``left * right``."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Divide:
    """``left / right``."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Fma:
    """``left * right + addend`` with a single rounding."""

    left: Node
    right: Node
    addend: Node


@dataclass(frozen=True)
class Call:
    """A function of the lane mathematics header."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Compare:
    """A comparison; ``operator`` is one of ``< <= > >= == !=``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class And:
    """Both conditions."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Or:
    """Either condition."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Not:
    """The opposite condition."""

    value: Node


@dataclass(frozen=True)
class Select:
    """``then`` where the mask is set, ``otherwise`` elsewhere."""

    mask: Node
    then: Node
    otherwise: Node


Node = (
    Literal
    | Coefficient
    | PerNeuron
    | Local
    | MaskName
    | Draw
    | Add
    | Subtract
    | Multiply
    | Divide
    | Fma
    | Call
    | Compare
    | And
    | Or
    | Not
    | Select
)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes that a node is made of directly."""
    found: list[Node] = []
    for item in fields(node):
        value = getattr(node, item.name)
        found += [
            part
            for part in (value if isinstance(value, tuple) else (value,))
            if isinstance(part, Node)
        ]
    return tuple(found)


def with_children(node: Node, new: Callable[[Node], Node]) -> Node:
    """Return a node with each of its direct parts replaced."""
    changed: dict[str, Any] = {}
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, tuple):
            changed[item.name] = tuple(new(part) for part in value)
        elif isinstance(value, Node):
            changed[item.name] = new(value)
    return cast(Node, replace(cast(Any, node), **changed))


def parts(node: Node) -> list[Node]:
    """Return a node and everything in it."""
    found = [node]
    for child in children(node):
        found += parts(child)
    return found
