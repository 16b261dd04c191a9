"""The text of a model whose update is cut into parts: states stay in memory, and each part is a function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .names import identifier
from .nodes import CLOCK, Call, Draw, Local, Node, PerNeuron, with_children
from .nodes import parts as nodes_of
from .partition import Part, Partition
from .printer import text

__all__ = ["PartText"]

_INDENT = "    "

#: Functions of the mathematics header that are called rather than copied; see kernels/parts.h.
_SEPARATE = frozenset(
    f"lane_{name}"
    for name in "exp expm1 exprel log log10 log1p sin cos tan sinh cosh tanh pow".split()
)


@dataclass(frozen=True)
class PartText:
    """Writes the functions of a partition, and what the step function does instead of keeping states itself.

    Parameters
    ----------
    name : str
        Name of the step function.
    partition : Partition
        The parts.
    rows : mapping of str to int
        Rows of the states in memory; rows of scratch memory come after them. Those of differential equations come
        first.
    masked : frozenset of str
        States that stand still where ``_not_refractory`` is not set.
    with_mask : bool
        Whether the step function has ``_not_refractory``.
    comments : mapping of str to str
        For each state that the update changes how it does so, in the user's names.
    """

    name: str
    partition: Partition
    rows: Mapping[str, int]
    masked: frozenset[str]
    with_mask: bool
    comments: Mapping[str, str]

    def functions(self) -> list[str]:
        """Return the lines of the functions of all parts."""
        return [
            line
            for number, part in enumerate(self.partition.parts)
            for line in self._function(number, part)
        ]

    def calls(self) -> list[str]:
        """Return the statements that carry out the update."""
        mask = ", _not_refractory" if self.with_mask else ""
        return [
            f"{self.name}_part_{number}(net, p, first, _now{mask});"
            for number in range(len(self.partition.parts))
        ]

    def views(self) -> list[str]:
        """Return the declarations by which the step function reads and writes states in memory."""
        return [
            f"[[maybe_unused]] StateInMemory {identifier(name)} = {{{_row(row)}}};"
            for name, row in self.rows.items()
        ]

    def ending(self) -> list[str]:
        """Return the statements that end a window: tiny numbers become zero, bad ones are reported."""
        n = len(self.comments)
        return [
            "lane _finite = splat(0);",
            f"for (int32_t _row = 0; _row < {n}; ++_row) {{",
            f"{_INDENT}StateInMemory _value = {{p->state + _row * (int64_t)p->stride + first}};",
            f"{_INDENT}_value = flush_tiny(_value);",
            f"{_INDENT}_finite = _finite + (_value - _value);",
            "}",
            "// Infinity minus infinity and any arithmetic on NaN give NaN.",
            "if (any_set(not_equal(_finite, splat(0))))",
            f"{_INDENT}for (int32_t _row = 0; _row < {n}; ++_row) {{",
            f"{_INDENT * 2}const StateInMemory _value = {{p->state + _row * (int64_t)p->stride + first}};",
            f"{_INDENT * 2}report_not_finite(net, _population, _row, not_equal(_value - _value, splat(0)), first);",
            f"{_INDENT}}}",
        ]

    def _function(self, number: int, part: Part) -> list[str]:
        inside = [piece for item in part.statements for piece in nodes_of(item.value)]
        lines = ["const real *const c = p->coefficient;"]
        lines += self._varying(inside)
        lines += _clocks(inside)
        lines += [
            f"const lane {identifier(name)} = load({_row(self.rows[name])});"
            for name in part.states
        ]
        lines += [
            f"const lane {identifier(name)} = load({_row(len(self.rows) + row)});"
            for name, row in part.loads
        ]
        changed = []
        for statement in part.statements:
            value = text(_with_calls(statement.value))
            if statement.target in self.rows:
                if statement.target in self.masked:
                    value = f"select(_not_refractory, {value}, {identifier(statement.target)})"
                changed.append(f"store({_row(self.rows[statement.target])}, {value});")
                continue
            comment = self.comments.get(statement.target.removeprefix("_next_"))
            if comment is not None:
                lines.append(f"// {comment}")
            lines.append(f"const lane {identifier(statement.target)} = {value};")
        lines += changed
        lines += [
            f"store({_row(len(self.rows) + row)}, {identifier(name)});" for name, row in part.stores
        ]
        parameters = "const Network *net, const Population *p, int64_t first, int32_t _now"
        unused = "(void)net, (void)c, (void)_now"
        if self.with_mask:
            parameters += ", mask _not_refractory"
            unused += ", (void)_not_refractory"
        return [
            f"SEPARATE void {self.name}_part_{number}({parameters})",
            "{",
            *(f"{_INDENT}{line}" for line in [*lines, f"{unused};"]),
            "}",
            "",
        ]

    def _varying(self, inside: list[Node]) -> list[str]:
        numbers = sorted({piece.index for piece in inside if isinstance(piece, PerNeuron)})
        return [
            f"const lane _vary_{number} = load(p->vary + p->vary_offset[{number}] + "
            f"first * p->vary_step[{number}]);"
            for number in numbers
        ]


def _with_calls(node: Node) -> Node:
    """Replace functions that would be copied to where they are used by calls."""
    node = with_children(node, _with_calls)
    if isinstance(node, Call) and node.function in _SEPARATE:
        return Call(node.function.replace("lane_", "separate_"), node.arguments)
    return node


def _row(number: int) -> str:
    return f"p->state + {number} * (int64_t)p->stride + first"


def _clocks(inside: list[Node]) -> list[str]:
    """Declare the time and the number of the neurons where a part uses them."""
    names = {piece.name for piece in inside if isinstance(piece, Local)}
    lines = []
    if CLOCK in names:
        lines.append(f"const lane {CLOCK} = splat((real)_now);")
    if "t" in names:
        lines.append("const lane t = splat((real)((double)_now * net->dt));")
    if "i" in names:
        lines.append("const lane i = to_real(isplat((integer)first) + lane_iota());")
    if any(isinstance(piece, Draw) for piece in inside):
        lines.append("const ulane _index = as_unsigned(isplat((integer)first) + lane_iota());")
    return lines
