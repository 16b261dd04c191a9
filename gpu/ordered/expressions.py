"""From expressions of Brian2's language to C++ over lanes.

A value is shared (one for all elements, in double precision) or belongs to each element (a lane). Shared values are
written with the operators of C++ and the functions of the namespace `whole`; those of elements with the functions that
the namespaces `one` and `many` both have, so that the same text serves events one by one and whole vectors.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from ..errors import ModelError
from .arithmetic import product_of, quotient_of, sum_of
from .calls import CallWriter
from .functions import result_kind
from .task import Function, Kind, Number
from .values import Text, as_integer, converted, narrow

__all__ = ["ExpressionWriter"]

_COMPARISONS = {
    "Lt": ("<", "less"),
    "LtE": ("<=", "less_equal"),
    "Gt": (">", "greater"),
    "GtE": (">=", "greater_equal"),
    "Eq": ("==", "equal"),
    "NotEq": ("!=", "not_equal"),
}
_ARITHMETIC = {"Add": "+", "Sub": "-", "Mult": "*"}
_CONSTANTS = {
    "pi": "0x1.921fb54442d18p+1",
    "e": "0x1.5bf0a8b145769p+1",
    "inf": "__builtin_inf()",
}
#: Functions with steps: where a rounding error can make a whole number of difference.
_STEPPED = frozenset({"int", "floor", "ceil", "timestep", "sign"})
#: Times that Brian2 keeps for each element, in double precision whatever the rest is kept in.
_TIMES = ("lastspike", "lastupdate")
#: Largest whole exponent that is written as products.
_LARGEST_PRODUCT = 16


@dataclass
class ExpressionWriter(CallWriter):
    """Writes the expressions of one task.

    Attributes are those of `CallWriter`.
    """

    _exact: int = 0

    def write(self, expression: str) -> Text:
        """Return the text of an expression.

        Raises
        ------
        ModelError
            If it has something in it that Brian2's language does not know.
        NotImplementedError
            If it calls what cannot be computed natively.
        """
        return self._node(ast.parse(expression.strip(), mode="eval").body)

    def forget(self, name: str) -> None:
        """Compute anew what depends on a value that has changed."""
        word = re.compile(rf"\b{re.escape(name)}\b")
        gone = {known for code, known in self._known.items() if word.search(code)}
        while True:
            # What was computed from a forgotten value is forgotten too.
            further = {
                known
                for code, known in self._known.items()
                if known not in gone and gone & set(re.findall(r"\w+", code))
            }
            if not further:
                break
            gone |= further
        self._known = {code: known for code, known in self._known.items() if known not in gone}

    # ------------------------------------------------------------------ nodes

    def _node(self, node: ast.AST) -> Text:
        name = type(node).__name__
        method = getattr(self, f"_{name}", None)
        if method is None:
            raise ModelError(f"{self.task}: expressions cannot have {name!r} in them.")
        text = method(node)
        assert isinstance(text, Text)
        return text

    def _Constant(self, node: ast.Constant) -> Text:
        value = node.value
        if isinstance(value, bool):
            return Text("true" if value else "false", "boolean", True)
        if isinstance(value, int):
            return Text(f"{value}" if abs(value) < 2**31 else f"INT64_C({value})", "integer", True)
        return Text(repr(float(value)), "float", True)  # type: ignore[arg-type]

    def _Name(self, node: ast.Name) -> Text:
        if node.id in ("True", "False"):
            return Text(node.id.lower(), "boolean", True)
        symbol = self.symbols.get(node.id)
        if symbol is None and node.id in _CONSTANTS:
            return Text(_CONSTANTS[node.id], "float", True)
        if symbol is None or isinstance(symbol, Function):
            raise ModelError(f"{self.task}: {node.id!r} is not a value.")
        wide = self.single and not isinstance(symbol, Number) and symbol.wide
        return Text(self.identifier(node.id), symbol.kind, symbol.shared, wide=wide)

    def _UnaryOp(self, node: ast.UnaryOp) -> Text:
        operand = self._node(node.operand)
        if isinstance(node.op, ast.Not):
            code = f"(!{operand.code})" if operand.shared else f"mask_not({operand.code})"
            return Text(code, "boolean", operand.shared)
        if isinstance(node.op, ast.UAdd):
            return operand
        opposite = operand.code if operand.kind == "float" and not operand.shared else None
        code = f"(-{operand.code})"
        return Text(code, operand.kind, operand.shared, opposite=opposite, wide=operand.wide)

    def _BoolOp(self, node: ast.BoolOp) -> Text:
        values = [self._node(value) for value in node.values]
        shared = all(value.shared for value in values)
        both = isinstance(node.op, ast.And)
        operator = ("&&" if both else "||") if shared else ("&" if both else "|")
        parts = [converted(value, "boolean", shared) for value in values]
        return Text("(" + f" {operator} ".join(parts) + ")", "boolean", shared)

    def _Compare(self, node: ast.Compare) -> Text:
        if len(node.ops) > 1:
            raise ModelError(f"{self.task}: write 'a < b and b < c' for a comparison of three.")
        chance = self._chance(type(node.ops[0]).__name__, node.left, node.comparators[0])
        if chance is not None:
            return chance
        left, right = self._exactly(node.left), self._exactly(node.comparators[0])
        return self._comparison(type(node.ops[0]).__name__, left, right)

    def _chance(self, operator: str, left: ast.AST, right: ast.AST) -> Text | None:
        """Return ``rand() < p`` as one draw of a condition, where elements lie side by side."""
        if operator in ("Gt", "GtE"):
            left, right = right, left
        elif operator not in ("Lt", "LtE"):
            return None
        if not (
            self._in_vectors and isinstance(left, ast.Call) and ast.unparse(left.func) == "rand"
        ):
            return None
        symbol = self.symbols.get("rand")
        if isinstance(symbol, Function) and symbol.role != "default":
            return None
        probability = converted(self._node(right), "float", False)
        number = self.draws
        self.draws += 1
        self.kept.append(f"Chances chances_{number} = no_chances();")
        code = (
            f"random_below({probability}, &chances_{number}, first, draw_step, {number}u, run->seed, "
            "draw_stream)"
        )
        return Text(code, "boolean", False)

    def _comparison(self, name: str, left: Text, right: Text) -> Text:
        shared = left.shared and right.shared
        kind: Kind = "float"
        if left.kind == right.kind == "boolean":
            kind = "boolean"
        elif "float" not in (left.kind, right.kind):
            kind = "integer"
        wide = left.wide or right.wide
        first, second = (converted(side, kind, shared, wide) for side in (left, right))
        operator, function = _COMPARISONS[name]
        if shared:
            return Text(f"({first} {operator} {second})", "boolean", True)
        prefix = {"boolean": "mask_", "integer": "whole_", "float": ""}[kind]
        code = f"{'wide::' if wide else ''}{prefix}{function}({first}, {second})"
        return narrow(Text(code, "boolean", False, wide=wide))

    def _BinOp(self, node: ast.BinOp) -> Text:
        name = type(node.op).__name__
        if name in ("FloorDiv", "Mod"):
            left, right = self._exactly(node.left), self._exactly(node.right)
        else:
            left, right = self._node(node.left), self._node(node.right)
        if name == "Pow":
            return self._power(left, right, node.right)
        shared, wide = left.shared and right.shared, left.wide or right.wide
        kind: Kind = "float" if name == "Div" else result_kind([left.kind, right.kind])
        if name in ("Add", "Sub") and kind == "float" and not shared:
            total = sum_of(left, right, "-" if name == "Sub" else "")
            # The time since an event is no longer as large as the times.
            return self._let("since", narrow(total)) if _is_time_since(node) else total
        if name == "Mult" and kind == "float" and not shared:
            return product_of(left, right)
        if name in _ARITHMETIC:
            first, second = (converted(side, kind, shared, wide) for side in (left, right))
            return Text(f"({first} {_ARITHMETIC[name]} {second})", kind, shared, wide=wide)
        if name == "Div":
            quotient = quotient_of(left, right, shared, bool(self._exact))
            return quotient if quotient.factors else self._let("ratio", quotient)
        functions = {
            "FloorDiv": ("floor_divide", "whole_floor_divide"),
            "Mod": ("lane_mod", "whole_mod"),
        }
        if name not in functions:
            raise ModelError(f"{self.task}: the operator {name} is not known; '**' is a power.")
        divided = self._called(functions[name][kind == "integer"], [left, right], kind, kind)
        return self._let("divided", narrow(divided) if name == "Mod" else divided)

    def _exactly(self, node: ast.AST) -> Text:
        """Write a value whose last digit may decide what comes of it: divisions stay divisions."""
        self._exact += 1
        try:
            return self._node(node)
        finally:
            self._exact -= 1

    def _power(self, base: Text, exponent: Text, node: ast.AST) -> Text:
        kind = result_kind([base.kind, exponent.kind])
        whole = _whole_value(node)
        if whole is not None and abs(whole) <= _LARGEST_PRODUCT and (whole >= 0 or kind == "float"):
            name = "power" if kind == "float" else "whole_power"
            return self._let("power", self._called(f"{name}<{whole}>", [base], kind, kind))
        if kind == "float" and isinstance(node, ast.Constant) and node.value == 0.5:
            # As dt**.5 in every equation with noise: exact, and a fraction of the text of a power.
            return self._let("root", self._called("lane_sqrt", [base], "float", "float"))
        power = self._let("power", self._called("lane_pow", [base, exponent], "float", "float"))
        return power if kind == "float" else Text(as_integer(power), kind, power.shared)


def _whole_value(node: ast.AST) -> int | None:
    """Return the value of an exponent that is a whole number as it is written."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _whole_value(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return int(node.value) if float(node.value).is_integer() else None
    return None


def _is_time_since(node: ast.BinOp) -> bool:
    """Return whether a difference is the time since a spike or an update."""
    left, right = ast.unparse(node.left), ast.unparse(node.right)
    return (left == "t" and right.startswith(_TIMES)) or (right == "t" and left.startswith(_TIMES))
