"""From expressions of Brian2's language to C++ over lanes.

A value is shared (one for all elements, in double precision) or belongs to each element (a lane). Shared values are
written with the operators of C++ and the functions of the namespace `whole`; those of elements with the functions that
the namespaces `one` and `many` both have, so that the same text serves events one by one and whole vectors.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..errors import ModelError
from .arithmetic import product_of, quotient_of, sum_of
from .functions import FLOAT_FUNCTIONS, HIGHEST_FUNCTIONS, RANDOM_FUNCTIONS, result_kind
from .task import Array, Function, Kind, Number
from .values import Local, Text, as_integer, converted

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
    definitions : list of str
        Lines that name intermediate values, to be written before what uses them.
    elapsed : str or None
        Text of the number of steps since the last spike, where it is kept.
    side_by_side : bool
        Whether elements lie side by side from the number ``first`` on.
    of_all : bool
        Whether what is written is computed once for all elements, and draws for the first.
    kept : list of str
        Definitions of the variables that draws for several vectors need, to stand before the loop over elements.
    """

    task: str
    symbols: Mapping[str, Array | Number | Function | Local]
    identifier: Callable[[str], str]
    index: str = "element"
    draws: int = 0
    elapsed: str | None = None
    side_by_side: bool = False
    of_all: bool = False
    kept: list[str] = field(default_factory=list)
    used_functions: dict[str, Function] = field(default_factory=dict)
    definitions: list[str] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)
    _named: int = 0
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
        self._changed.add(name)
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

    @property
    def _in_vectors(self) -> bool:
        return self.side_by_side and not self.of_all

    def _let(self, hint: str, text: Text) -> Text:
        """Name a value of the elements that costs something, so that it is computed once."""
        if text.shared:
            return text
        if text.code not in self._known:
            name = f"{hint}_{self._named}"
            self._named += 1
            kind = {"float": "lane", "integer": "ilane", "boolean": "mask"}[text.kind]
            self.definitions.append(f"const {kind} {name} = {text.code};")
            self._known[text.code] = name
        return Text(self._known[text.code], text.kind, False)

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
        opposite = operand.code if operand.kind == "float" and not operand.shared else None
        return Text(f"(-{operand.code})", operand.kind, operand.shared, opposite=opposite)

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
        first, second = converted(left, kind, shared), converted(right, kind, shared)
        operator, function = _COMPARISONS[name]
        if shared:
            return Text(f"({first} {operator} {second})", "boolean", True)
        prefix = {"boolean": "mask_", "integer": "whole_", "float": ""}[kind]
        return Text(f"{prefix}{function}({first}, {second})", "boolean", False)

    def _BinOp(self, node: ast.BinOp) -> Text:
        name = type(node.op).__name__
        if name in ("FloorDiv", "Mod"):
            left, right = self._exactly(node.left), self._exactly(node.right)
        elif name == "Sub" and self._is_time(node.right) and ast.unparse(node.left) == "t":
            return self._time_since(node.right)
        elif name == "Sub" and self._is_time(node.left) and ast.unparse(node.right) == "t":
            since = self._time_since(node.left)
            return Text(f"(-{since.code})", "float", False, opposite=since.code)
        else:
            left, right = self._node(node.left), self._node(node.right)
        shared = left.shared and right.shared
        kind: Kind = "float" if name == "Div" else result_kind([left.kind, right.kind])
        if name == "Pow":
            return self._power(left, right, node.right)
        first, second = converted(left, kind, shared), converted(right, kind, shared)
        if name in ("Add", "Sub") and kind == "float" and not shared:
            return sum_of(left, right, "-" if name == "Sub" else "")
        if name == "Mult" and kind == "float" and not shared:
            return product_of(left, right)
        if name in _ARITHMETIC:
            return Text(f"({first} {_ARITHMETIC[name]} {second})", kind, shared)
        if name == "Div":
            quotient = quotient_of(left, right, shared, bool(self._exact))
            return quotient if quotient.factors else self._let("ratio", quotient)
        functions = {
            "FloorDiv": ("floor_divide", "whole_floor_divide"),
            "Mod": ("lane_mod", "whole_mod"),
        }
        if name not in functions:
            raise ModelError(f"{self.task}: the operator {name} is not known; '**' is a power.")
        divided = self._called(functions[name][kind == "integer"], [first, second], kind, shared)
        return self._let("divided", divided)

    def _is_time(self, node: ast.AST) -> bool:
        """Return whether a node is a time that belongs to each element and is as it is in memory."""
        if not isinstance(node, ast.Name) or not node.id.startswith(_TIMES):
            return False
        symbol = self.symbols.get(node.id)
        kept = isinstance(symbol, Array) and symbol.type == "double" and not symbol.shared
        return kept and self.identifier(node.id) not in self._changed

    def _time_since(self, node: ast.AST) -> Text:
        """Write ``t - lastspike``: as numbers of single precision both would be the same soon."""
        assert isinstance(node, ast.Name)
        symbol, name = self.symbols[node.id], self.identifier(node.id)
        assert isinstance(symbol, Array)
        now = self.identifier("t")
        if symbol.index != "_idx":
            code = f"time_since({now}, at_{name}, {self.identifier(symbol.index)})"
        elif self._in_vectors:
            code = f"time_since({now}, at_{name} + first)"
        else:
            code = f"time_since({now}, at_{name}, element)"
        return self._let("since", Text(code, "float", False))

    def _exactly(self, node: ast.AST) -> Text:
        """Write a value whose last digit may decide what comes of it: divisions stay divisions."""
        self._exact += 1
        try:
            return self._node(node)
        finally:
            self._exact -= 1

    def _power(self, base: Text, exponent: Text, node: ast.AST) -> Text:
        shared = base.shared and exponent.shared
        kind = result_kind([base.kind, exponent.kind])
        whole = _whole_value(node)
        if whole is not None and abs(whole) <= _LARGEST_PRODUCT and (whole >= 0 or kind == "float"):
            name = "power" if kind == "float" else "whole_power"
            base = Text(converted(base, kind, base.shared), kind, base.shared)
            return self._let(
                "power", self._called(f"{name}<{whole}>", [base.code], kind, base.shared)
            )
        first, second = (converted(value, "float", shared) for value in (base, exponent))
        power = self._let("power", self._called("lane_pow", [first, second], "float", shared))
        return power if kind == "float" else Text(as_integer(power), "integer", shared)

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
        read = self._exactly if name in _STEPPED else self._node
        arguments = [read(argument) for argument in node.args]
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
            return self._let(name, self._called(FLOAT_FUNCTIONS[name], values, "float", shared))
        raise NotImplementedError(
            f"{self.task}: the function {name!r} has no implementation in C++. Give it one with "
            "@implementation('cpp', ...)."
        )

    def _chosen(self, arguments: list[Text]) -> Text:
        """Return one of two values, by a condition of the element."""
        kind = result_kind([argument.kind for argument in arguments[1:]])
        if all(argument.shared for argument in arguments):
            # Of such lines some are computed before the steps, where nothing is done side by side.
            condition = converted(arguments[0], "boolean", True)
            then, otherwise = (converted(argument, kind, True) for argument in arguments[1:])
            return Text(f"({condition} ? {then} : {otherwise})", kind, True)
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
        if self._in_vectors and function == "random_normal":
            self.kept.append(f"Normals normals_{number} = no_normals();")
            place = f"&normals_{number}, first, draw_step, {number}u, run->seed, draw_stream"
            return Text(f"paired_normal({place})", "float", False)
        values = [converted(argument, "float", False) for argument in arguments]
        index = "isplat(0)" if self.of_all else self.index
        place = f"as_counter({index}), draw_step, {number}u, run->seed, draw_stream"
        text = Text(f"{function}({', '.join([*values, place])})", "float", False)
        if function == "random_poisson":
            return Text(as_integer(text), "integer", False)
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
            index = (
                Text("0", "integer", True) if self.of_all else Text(self.index, "integer", False)
            )
            arguments.append(index)
        shared = all(argument.shared for argument in arguments)
        function = self.identifier(name) if symbol.role == "timed_array" else symbol.name
        if shared:
            values = [argument.code for argument in arguments]
            kind_of_value = symbol.kind
            return Text(f"{function}({', '.join(values)})", kind_of_value, True)
        values = [converted(argument, argument.kind, False) for argument in arguments]
        outcome = {"float": "each_number", "integer": "each_whole", "boolean": "each_condition"}
        # Not for places behind the last element: users' code may read or write memory at its number.
        here = ["here"] if self._in_vectors else []
        call = f"[&](auto... x) {{ return {function}(x...); }}"
        return Text(
            f"{outcome[symbol.kind]}({', '.join([*here, call, *values])})", symbol.kind, False
        )


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
