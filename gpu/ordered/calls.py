"""Calls in expressions: Brian2's own functions, random numbers, timed arrays, and functions that users give in C++."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .functions import FLOAT_FUNCTIONS, HIGHEST_FUNCTIONS, RANDOM_FUNCTIONS, result_kind
from .task import Array, Function, Kind, Number
from .values import Local, Text, as_integer, converted, narrow

__all__ = ["CallWriter"]

#: Functions with steps: where a rounding error can make a whole number of difference.
_STEPPED = frozenset({"int", "floor", "ceil", "timestep", "sign"})
#: Functions whose values may be as large as their arguments, and need as many digits.
_AS_LARGE = frozenset({"floor", "ceil", "sqrt"})


@dataclass
class CallWriter(ABC):
    """Writes the calls in the expressions of one task.

    Attributes
    ----------
    task : str
        Name of the task, for messages.
    symbols : mapping of str to Array, Number, Function or Local
        What the names mean.
    identifier : callable
        Returns the name in C of a name of Brian2's language.
    single : bool
        Whether numbers of elements are in single precision.
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
    single: bool = False
    index: str = "element"
    draws: int = 0
    elapsed: str | None = None
    side_by_side: bool = False
    of_all: bool = False
    kept: list[str] = field(default_factory=list)
    used_functions: dict[str, Function] = field(default_factory=dict)
    definitions: list[str] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)
    _named: int = 0

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
            self.definitions.append(f"const {text.type} {name} = {text.code};")
            self._known[text.code] = name
        return Text(self._known[text.code], text.kind, False, wide=text.wide)

    @abstractmethod
    def _node(self, node: ast.AST) -> Text:
        """Return the text of an expression."""

    @abstractmethod
    def _exactly(self, node: ast.AST) -> Text:
        """Write a value whose last digit may decide what comes of it."""

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
            wide = shared and arguments[0].wide
            code = converted(arguments[0], "integer", shared)
            return Text(code, "integer", shared, wide=wide)
        if name == "timestep":
            return self._called("timestep", arguments, "float", "integer")
        if name in HIGHEST_FUNCTIONS:
            kind = result_kind([argument.kind for argument in arguments])
            return self._called(HIGHEST_FUNCTIONS[name][kind == "integer"], arguments, kind, kind)
        if name in FLOAT_FUNCTIONS:
            value = self._called(FLOAT_FUNCTIONS[name], arguments, "float", "float")
            return self._let(name, value if name in _AS_LARGE else narrow(value))
        raise NotImplementedError(
            f"{self.task}: the function {name!r} has no implementation in C++. Give it one with "
            "@implementation('cpp', ...)."
        )

    def _chosen(self, arguments: list[Text]) -> Text:
        """Return one of two values, by a condition of the element."""
        kind = result_kind([argument.kind for argument in arguments[1:]])
        shared = all(argument.shared for argument in arguments)
        wide = any(argument.wide for argument in arguments[1:])
        condition = converted(arguments[0], "boolean", shared, wide)
        then, otherwise = (converted(value, kind, shared, wide) for value in arguments[1:])
        if shared:
            # Of such lines some are computed before the steps, where nothing is done side by side.
            return Text(f"({condition} ? {then} : {otherwise})", kind, True, wide=wide)
        function = ("wide::" if wide else "") + ("select" if kind == "float" else "iselect")
        return Text(f"{function}({condition}, {then}, {otherwise})", kind, False, wide=wide)

    # -------------------------------------------------------------- functions

    @staticmethod
    def _called(function: str, arguments: list[Text], kind: Kind, result: Kind) -> Text:
        """Call a function of the headers: with arguments of a kind, and a result of one."""
        shared = all(argument.shared for argument in arguments)
        wide = any(argument.wide for argument in arguments)
        values = [converted(argument, kind, shared, wide) for argument in arguments]
        space = "whole::" if shared else "wide::" if wide else ""
        return Text(f"{space}{function}({', '.join(values)})", result, shared, wide=wide)

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
        function = self.identifier(name) if symbol.role == "timed_array" else symbol.name
        if all(argument.shared for argument in arguments):
            values = [argument.code for argument in arguments]
            return Text(f"{function}({', '.join(values)})", symbol.kind, True)
        # What all elements share is handed over as it is, not rounded to numbers of elements. Names of scripts do not
        # begin with an underscore.
        handed = [argument.code for argument in arguments if not argument.shared]
        names = [f"_given_{number}" for number in range(len(handed))]
        left = iter(names)
        taken = [argument.code if argument.shared else next(left) for argument in arguments]
        parameters = ", ".join(f"auto {name}" for name in names)
        call = f"[&]({parameters}) {{ return {function}({', '.join(taken)}); }}"
        outcome = {"float": "each_number", "integer": "each_whole", "boolean": "each_condition"}
        # Not for places behind the last element: users' code may read or write memory at its number.
        here = ["here"] if self._in_vectors else []
        code = f"{outcome[symbol.kind]}({', '.join([*here, call, *handed])})"
        return Text(code, symbol.kind, False)


def _is_time_since_spike(call: ast.Call) -> bool:
    """Return whether a call is ``timestep(t - lastspike, dt)``."""
    return ast.unparse(call) == "timestep(t - lastspike, dt)"
