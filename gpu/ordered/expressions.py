"""From expressions of Brian2's language to C++ over lanes.

A value is shared (one for all elements, in double precision) or belongs to each element (a lane). Shared values are
written with the operators of C++ and the functions of the namespace `whole`; those of elements with the functions that
the namespaces `one` and `many` both have, so that the same text serves events one by one and whole vectors.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..errors import ModelError
from .functions import FLOAT_FUNCTIONS, HIGHEST_FUNCTIONS, RANDOM_FUNCTIONS, result_kind
from .task import Array, Function, Kind, Number

__all__ = ["ExpressionWriter", "Local", "Text", "converted"]

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
#: Largest whole exponent that is written as products.
_LARGEST_PRODUCT = 16


@dataclass(frozen=True)
class Text:
    """Text of a value."""

    code: str
    kind: Kind
    shared: bool


@dataclass(frozen=True)
class Local:
    """A name that a line of the task defines."""

    kind: Kind
    shared: bool


@dataclass
class ExpressionWriter:
    """Writes the expressions of one task.

    Attributes
    ----------
    task : str
        Name of the task, for messages.
    symbols : mapping of str to Array, Number, Function or Local
    identifier : callable
        Returns the name in C of a name of Brian2's language.
    index : str
        Text of the number of the element, a lane of whole numbers.
    draws : int
        Random numbers drawn so far.
    elapsed : str or None
        Text of the number of steps since the last spike, where it is kept.
    """

    task: str
    symbols: Mapping[str, Array | Number | Function | Local]
    identifier: Callable[[str], str]
    index: str = "element"
    draws: int = 0
    elapsed: str | None = None
    used_functions: dict[str, Function] = field(default_factory=dict)

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
        return Text(self.identifier(node.id), symbol.kind, symbol.shared)

    def _UnaryOp(self, node: ast.UnaryOp) -> Text:
        operand = self._node(node.operand)
        if isinstance(node.op, ast.Not):
            code = f"(!{operand.code})" if operand.shared else f"mask_not({operand.code})"
            return Text(code, "boolean", operand.shared)
        if isinstance(node.op, ast.UAdd):
            return operand
        return Text(f"(-{operand.code})", operand.kind, operand.shared)

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
        left, right = self._node(node.left), self._node(node.comparators[0])
        return self._comparison(type(node.ops[0]).__name__, left, right)

    def _comparison(self, name: str, left: Text, right: Text) -> Text:
        shared = left.shared and right.shared
        kind: Kind = "float"
        if left.kind == right.kind == "boolean":
            kind = "boolean"
        elif "float" not in (left.kind, right.kind):
            kind = "integer"
        first, second = converted(left, kind, shared), converted(right, kind, shared)
        operator, function = _COMPARISONS[name]
        if shared:
            return Text(f"({first} {operator} {second})", "boolean", True)
        prefix = {"boolean": "mask_", "integer": "whole_", "float": ""}[kind]
        return Text(f"{prefix}{function}({first}, {second})", "boolean", False)

    def _BinOp(self, node: ast.BinOp) -> Text:
        left, right = self._node(node.left), self._node(node.right)
        shared = left.shared and right.shared
        name = type(node.op).__name__
        kind: Kind = "float" if name == "Div" else result_kind([left.kind, right.kind])
        if name == "Pow":
            return self._power(left, right, node.right)
        first, second = converted(left, kind, shared), converted(right, kind, shared)
        if name in _ARITHMETIC:
            return Text(f"({first} {_ARITHMETIC[name]} {second})", kind, shared)
        if name == "Div":
            return Text(f"({first} / {second})", kind, shared)
        functions = {
            "FloorDiv": ("floor_divide", "whole_floor_divide"),
            "Mod": ("lane_mod", "whole_mod"),
        }
        if name not in functions:
            raise ModelError(f"{self.task}: the operator {name} is not known; '**' is a power.")
        return self._called(functions[name][kind == "integer"], [first, second], kind, shared)

    def _power(self, base: Text, exponent: Text, node: ast.AST) -> Text:
        shared = base.shared and exponent.shared
        kind = result_kind([base.kind, exponent.kind])
        whole = _whole_value(node)
        if whole is not None and abs(whole) <= _LARGEST_PRODUCT and (whole >= 0 or kind == "float"):
            name = "power" if kind == "float" else "whole_power"
            base = Text(converted(base, kind, base.shared), kind, base.shared)
            return self._called(f"{name}<{whole}>", [base.code], kind, base.shared)
        first, second = (converted(value, "float", shared) for value in (base, exponent))
        power = self._called("lane_pow", [first, second], "float", shared)
        return power if kind == "float" else Text(_as_integer(power), "integer", shared)

    def _Call(self, node: ast.Call) -> Text:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        symbol = self.symbols.get(name)
        role = symbol.role if isinstance(symbol, Function) else "default"
        if role != "default":
            assert isinstance(symbol, Function)
            self.used_functions[name] = symbol
            return self._given(name, symbol, [self._node(argument) for argument in node.args])
        if isinstance(symbol, Function):
            name = symbol.name
        if name in RANDOM_FUNCTIONS:
            # Drawn for each element; Brian2 hands its own last argument over in some places.
            arguments = [self._node(argument) for argument in node.args][: name == "poisson"]
            return self._drawn(RANDOM_FUNCTIONS[name], arguments)
        if name == "timestep" and self.elapsed is not None and _is_time_since_spike(node):
            return Text(self.elapsed, "integer", False)
        arguments = [self._node(argument) for argument in node.args]
        shared = all(argument.shared for argument in arguments)
        if name == "_choose":
            return self._chosen(arguments)
        if name == "int":
            return Text(converted(arguments[0], "integer", shared), "integer", shared)
        if name == "timestep":
            floats = [converted(argument, "float", shared) for argument in arguments]
            return self._called("timestep", floats, "integer", shared)
        if name in HIGHEST_FUNCTIONS:
            kind = result_kind([argument.kind for argument in arguments])
            values = [converted(argument, kind, shared) for argument in arguments]
            return self._called(HIGHEST_FUNCTIONS[name][kind == "integer"], values, kind, shared)
        if name in FLOAT_FUNCTIONS:
            values = [converted(argument, "float", shared) for argument in arguments]
            return self._called(FLOAT_FUNCTIONS[name], values, "float", shared)
        raise NotImplementedError(
            f"{self.task}: the function {name!r} has no implementation in C++. Give it one with "
            "@implementation('cpp', ...)."
        )

    def _chosen(self, arguments: list[Text]) -> Text:
        """Return one of two values, by a condition of the element."""
        kind = result_kind([argument.kind for argument in arguments[1:]])
        condition = converted(arguments[0], "boolean", False)
        then, otherwise = (converted(argument, kind, False) for argument in arguments[1:])
        function = "select" if kind == "float" else "iselect"
        return self._called(function, [condition, then, otherwise], kind, False)

    # -------------------------------------------------------------- functions

    @staticmethod
    def _called(function: str, arguments: list[str], kind: Kind, shared: bool) -> Text:
        prefix = "whole::" if shared else ""
        return Text(f"{prefix}{function}({', '.join(arguments)})", kind, shared)

    def _drawn(self, function: str, arguments: list[Text]) -> Text:
        """Return a random number of each element; its kind is that of Brian2's function."""
        number = self.draws
        self.draws += 1
        values = [converted(argument, "float", False) for argument in arguments]
        place = f"as_counter({self.index}), draw_step, {number}u, run->seed, draw_stream"
        text = Text(f"{function}({', '.join([*values, place])})", "float", False)
        if function == "random_poisson":
            return Text(_as_integer(text), "integer", False)
        return text

    def _given(self, name: str, symbol: Function, arguments: list[Text]) -> Text:
        if symbol.role in ("binomial", "normal"):
            first, second = (f"splat((real)run->number[{slot}])" for slot in symbol.numbers)
            if symbol.role == "normal":
                drawn = self._drawn("random_normal", []).code
                return Text(f"({first} + {second} * {drawn})", "float", False)
            numbers = [Text(number, "float", False) for number in (first, second)]
            return self._drawn("random_binomial", numbers)
        if symbol.takes_element:
            arguments.append(Text(self.index, "integer", False))
        shared = all(argument.shared for argument in arguments)
        function = self.identifier(name) if symbol.role == "timed_array" else symbol.name
        if shared:
            values = [argument.code for argument in arguments]
            kind_of_value = symbol.kind
            return Text(f"{function}({', '.join(values)})", kind_of_value, True)
        values = [converted(argument, argument.kind, False) for argument in arguments]
        outcome = {"float": "each_number", "integer": "each_whole", "boolean": "each_condition"}
        call = f"[&](auto... x) {{ return {function}(x...); }}"
        return Text(f"{outcome[symbol.kind]}({', '.join([call, *values])})", symbol.kind, False)


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


def _as_integer(text: Text) -> str:
    return converted(text, "integer", text.shared)


def _whole_value(node: ast.AST) -> int | None:
    """Return the value of an exponent that is a whole number as it is written."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _whole_value(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return int(node.value) if float(node.value).is_integer() else None
    return None


def _is_time_since_spike(call: ast.Call) -> bool:
    """Return whether a call is ``timestep(t - lastspike, dt)``."""
    return ast.unparse(call) == "timestep(t - lastspike, dt)"
