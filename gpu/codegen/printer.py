"""Prints lane operations as C-like text."""

from __future__ import annotations

from functools import singledispatch

from .names import identifier
from .nodes import (
    Add,
    And,
    Call,
    Coefficient,
    Compare,
    Divide,
    Draw,
    Fma,
    Literal,
    Local,
    MaskName,
    Multiply,
    Node,
    Not,
    Or,
    PerNeuron,
    Select,
    Subtract,
)

__all__ = ["text"]

_COMPARISONS = {
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    "==": "equal",
    "!=": "not_equal",
}


@singledispatch
def text(node: Node) -> str:
    """Return the text of one operation."""
    raise TypeError(f"cannot print {node!r}")


@text.register
def _(node: Literal) -> str:
    return f"splat({node.value})"


@text.register
def _(node: Coefficient) -> str:
    return f"splat(c[{node.index}])"


@text.register
def _(node: PerNeuron) -> str:
    return f"_vary_{node.index}"


@text.register
def _(node: Local) -> str:
    return identifier(node.name)


@text.register
def _(node: MaskName) -> str:
    return f"_{node.name}"


@text.register
def _(node: Draw) -> str:
    parameters = "".join(f"{text(parameter)}, " for parameter in node.parameters)
    return (
        f"random_{node.distribution}({parameters}_index, (uint32_t)_now, {node.number}u, net->seed, "
        "(uint32_t)p->stream)"
    )


@text.register
def _(node: Add) -> str:
    return f"({text(node.left)} + {text(node.right)})"


@text.register
def _(node: Subtract) -> str:
    return f"({text(node.left)} - {text(node.right)})"


@text.register
def _(node: Multiply) -> str:
    return f"({text(node.left)} * {text(node.right)})"


@text.register
def _(node: Divide) -> str:
    return f"({text(node.left)} / {text(node.right)})"


@text.register
def _(node: Fma) -> str:
    return f"lane_fma({text(node.left)}, {text(node.right)}, {text(node.addend)})"


@text.register
def _(node: Call) -> str:
    return f"{node.function}({', '.join(text(argument) for argument in node.arguments)})"


@text.register
def _(node: Compare) -> str:
    return f"{_COMPARISONS[node.operator]}({text(node.left)}, {text(node.right)})"


@text.register
def _(node: And) -> str:
    return f"({text(node.left)} & {text(node.right)})"


@text.register
def _(node: Or) -> str:
    return f"({text(node.left)} | {text(node.right)})"


@text.register
def _(node: Not) -> str:
    return f"mask_not({text(node.value)})"


@text.register
def _(node: Select) -> str:
    return f"select({text(node.mask)}, {text(node.then)}, {text(node.otherwise)})"
