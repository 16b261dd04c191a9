"""The lines of a task as text: what is loaded, computed and stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from brian2.utils.stringtools import get_identifiers

from ..errors import ModelError
from .expressions import ExpressionWriter
from .functions import RANDOM_FUNCTIONS
from .names import c_name
from .task import Array, Function, Kind, Line, Number, Symbol, Task
from .values import Local, Text, converted

__all__ = ["Block"]


@dataclass
class Block:
    """Writes the lines of one task.

    Parameters
    ----------
    number : int
        Place of the task in the step.
    task : Task
    extra : iterable of str
        Arrays that the text around the lines uses.
    since_spike : bool
        Whether the array ``last_spike_step`` of the symbols says when neurons spiked, for the time since then.
    side_by_side : bool
        Whether elements are visited in whole vectors, from the number ``first`` on.
    """

    number: int
    task: Task
    extra: Iterable[str] = ()
    since_spike: bool = False
    side_by_side: bool = False
    _names: dict[str, Symbol | Local] = field(init=False)
    _writer: ExpressionWriter = field(init=False)

    def __post_init__(self) -> None:
        self._names = dict(self.task.symbols)
        for line in (*self.task.shared, *self.task.each):
            if line.operator == ":=" or line.target not in self._names:
                self._names[line.target] = Local(line.kind, line.shared)
        self._writer = ExpressionWriter(self.task.name, self._names, c_name, self.task.single)
        self._writer.side_by_side = self.side_by_side
        if self.since_spike:
            self._writer.elapsed = "(isplat((integer)step) - last_spike_step)"

    # ------------------------------------------------------------------ what is used

    @property
    def reads(self) -> list[str]:
        """Arrays that differ between elements and that the lines read, in alphabetic order."""
        names = {name for line in self.task.each for name in get_identifiers(line.expression)}
        names |= {line.target for line in self.task.each if line.operator not in ("=", ":=")}
        for name in self.writes:
            symbol = self._array(name)
            if symbol.condition is not None:
                names |= {name, symbol.condition}
        if self.since_spike and any("lastspike" in line.expression for line in self.task.each):
            names.add("last_spike_step")
        return [name for name in sorted(names) if self._is_each_array(name)]

    @property
    def writes(self) -> list[str]:
        """Arrays that differ between elements and that the lines change, in alphabetic order."""
        names = {line.target for line in self.task.each if line.operator != ":="}
        return [name for name in sorted(names) if self._is_each_array(name)]

    @property
    def shared_writes(self) -> list[str]:
        """Arrays of one entry that the lines change."""
        names = {line.target for line in self.task.shared if line.operator != ":="}
        return sorted(name for name in names if isinstance(self._names[name], Array))

    @property
    def indices(self) -> list[str]:
        """Arrays of indices through which the lines read or write."""
        used = {self._array(name).index for name in (*self.reads, *self.writes)}
        return sorted(used - {"_idx"})

    @property
    def functions(self) -> dict[str, Function]:
        """Functions that are not Brian2's own, known once the lines have been written."""
        return self._writer.used_functions

    @property
    def draws(self) -> bool:
        """Whether random numbers are drawn, known once the lines have been written."""
        return self._writer.draws > 0

    def before_loop(self) -> list[str]:
        """Return definitions that stand before the loop over elements, known once the lines have been written."""
        return list(self._writer.kept)

    def _is_each_array(self, name: str) -> bool:
        symbol = self._names.get(name)
        return isinstance(symbol, Array) and not symbol.shared

    def _array(self, name: str) -> Array:
        symbol = self._names[name]
        assert isinstance(symbol, Array)
        return symbol

    # ------------------------------------------------------------------------ text

    def pointers(self) -> list[str]:
        """Return declarations of all memory that the lines use."""
        names = {*self.reads, *self.writes, *self.indices, *self.extra}
        lines = []
        for name in sorted(names):
            symbol = self._array(name)
            constant = "" if name in {*self.writes, *self.extra} else "const "
            pointer = f"{constant}{symbol.type} *"
            lines.append(
                f"{pointer}const at_{c_name(name)} = ({pointer})run->array[{symbol.slot}];"
            )
        return lines

    @property
    def n_kept(self) -> int:
        """Number of values that are computed before the steps."""
        return len(self._prepared())

    def prepared_lines(self) -> list[str]:
        """Return what is computed before the steps, from constants alone, and kept."""
        prepared = self._prepared()
        lines = self._declarations(prepared)
        for line in prepared:
            lines += self._defined(line, "const ")
        for number, line in enumerate(prepared):
            lines.append(
                f"run->kept[KEPT_{self.number} + {number}] = (double){c_name(line.target)};"
            )
        return lines

    def shared_lines(self) -> list[str]:
        """Return the declarations and lines that are carried out once in a step."""
        prepared = self._prepared()
        lines = self._declarations(self._all_lines())
        for number, line in enumerate(prepared):
            kind = self._names[line.target].kind
            value = f"run->kept[KEPT_{self.number} + {number}]"
            lines.append(_declared("const ", kind, line.target, value))
        defined: set[str] = set()
        for line in self.task.shared:
            if line in prepared:
                continue
            declared = line.target in defined or isinstance(self._names[line.target], Array)
            constant = "" if declared or self._set_again(line) else "const "
            lines += self._defined(line, constant, declared)
            defined.add(line.target)
        lines += [f"at_{c_name(name)}[0] = {c_name(name)};" for name in self.shared_writes]
        return lines

    def _prepared(self) -> list[Line]:
        """Return the shared lines that depend on constants alone."""
        found: list[Line] = []
        known: set[str] = set()
        for line in self.task.shared:
            names = get_identifiers(line.expression)
            if line.operator != ":=" or self._set_again(line):
                continue
            if all(name in known or self._is_constant(name) for name in names):
                found.append(line)
                known.add(line.target)
        return found

    def _is_constant(self, name: str) -> bool:
        symbol = self._names.get(name)
        if isinstance(symbol, Array):
            return symbol.shared and symbol.constant
        if isinstance(symbol, Function):
            return symbol.role == "default" and symbol.name not in RANDOM_FUNCTIONS
        return symbol is None or isinstance(symbol, Number)

    def _declarations(self, users: Sequence[Line]) -> list[str]:
        """Declare the numbers and the arrays of one entry that lines use."""
        lines = []
        used = {name for line in users for name in get_identifiers(line.expression)}
        used |= {line.target for line in users if line.shared and line.operator != ":="}
        for name in sorted(used):
            symbol = self._names.get(name)
            constant = "" if name in self.shared_writes else "const "
            if isinstance(symbol, Number):
                value = f"run->number[{symbol.slot}]"
                lines.append(_declared("const ", symbol.kind, name, value))
            elif isinstance(symbol, Array) and symbol.shared:
                pointer = f"{constant}{symbol.type} *"
                lines.append(
                    f"{pointer}const at_{c_name(name)} = ({pointer})run->array[{symbol.slot}];"
                )
                lines.append(_declared(constant, symbol.kind, name, f"at_{c_name(name)}[0]"))
        return lines

    def _defined(self, line: Line, constant: str, declared: bool = False) -> list[str]:
        """Write a shared line; what names parts of it comes before."""
        self._writer.of_all = True
        text = self._writer.write(_whole_expression(line))
        self._writer.of_all = False
        target = self._names[line.target]
        assert not isinstance(target, Function)
        if not text.shared:
            # A random number: drawn for the first element.
            text = Text(f"first_value({text.code})", text.kind, True)
        value = converted(text, target.kind, True)
        before = list(self._writer.definitions)
        self._writer.definitions.clear()
        self._writer.forget(c_name(line.target))
        if isinstance(target, Local):
            self._names[line.target] = replace(target, wide=target.wide or text.wide)
        kind = "" if declared else f"{Text('', target.kind, True).type} "
        return [*before, f"{constant}{kind}{c_name(line.target)} = {value};"]

    def loads(self, contiguous: bool = True) -> list[str]:
        """Return what loads the values of the elements.

        Parameters
        ----------
        contiguous : bool
            Whether elements lie side by side from the number ``first`` on; else the number is in ``element``.
        """
        lines = []
        for name in self.indices:
            where = self._where(name, contiguous)
            lines.append(f"const ilane {c_name(name)} = {where};")
        for name in self.reads:
            if name in self.indices:
                continue
            constant = "" if name in self.writes else "const "
            value = self._where(name, contiguous)
            lines.append(f"{constant}{self.value(name).type} {c_name(name)} = {value};")
        declared = set(self.reads) | set(self.indices)
        for name in self.writes:
            if name not in declared:
                lines.append(f"{self.value(name).type} {c_name(name)};")
        return lines

    def each_lines(self) -> list[str]:
        """Return the lines that are carried out for each element."""
        lines = []
        defined: set[str] = set()
        for line in self.task.each:
            text = self._writer.write(_whole_expression(line))
            target = self._names[line.target]
            assert not isinstance(target, Function | Number)
            if isinstance(target, Local) and line.target not in defined:
                target = self._names[line.target] = replace(target, wide=text.wide)
            known = self.value(line.target)
            value = converted(text, target.kind, False, known.wide)
            name = known.code
            lines += self._writer.definitions
            self._writer.definitions.clear()
            self._writer.forget(name)
            if isinstance(target, Array):
                if target.shared:
                    raise ModelError(
                        f"{self.task.name}: {line.target!r} is shared and cannot be set for each element."
                    )
                if target.condition is not None:
                    condition = converted(
                        self.value(target.condition), "boolean", False, known.wide
                    )
                    select = {"float": "select", "integer": "iselect", "boolean": "mask_select"}
                    function = _space(known) + select[target.kind]
                    value = f"{function}({condition}, {value}, {name})"
                lines.append(f"{name} = {value};")
                continue
            declaration = "" if line.target in defined else f"{known.type} "
            constant = "" if declaration == "" or self._set_again(line) else "const "
            defined.add(line.target)
            lines.append(f"{constant}{declaration}{name} = {value};")
        return lines

    def stores(self, contiguous: bool = True) -> list[str]:
        """Return what stores the values that the lines changed."""
        lines = []
        for name in self.writes:
            symbol, value = self._array(name), self.value(name)
            where = f"at_{c_name(name)}"
            if symbol.index == "_idx" and contiguous:
                lines.append(f"{_space(value)}put({where} + first, {value.code});")
            else:
                place = self._place(symbol, value)
                lines.append(f"{_space(value)}scatter({where}, {place}, {value.code}, here);")
        return lines

    def value(self, name: str) -> Text:
        """Return the text of a name."""
        symbol = self._names[name]
        assert not isinstance(symbol, Function)
        wide = self.task.single and not isinstance(symbol, Number) and symbol.wide
        return Text(c_name(name), symbol.kind, symbol.shared, wide=wide)

    def in_memory(self, name: str) -> str:
        """Return the text of a value of the element as it is in memory, or of a shared one, without rounding.

        Parameters
        ----------
        name : str
            What a line defines. A value that is computed is that of the line.
        """
        lines = [line for line in self.task.each if line.target == name]
        source = lines[0].expression.strip() if len(lines) == 1 else name
        symbol = self._names.get(source)
        if not isinstance(symbol, Array) or source in self.writes:
            return c_name(name)
        if symbol.shared:
            return c_name(source)
        index = "element" if symbol.index == "_idx" else c_name(symbol.index)
        return f"at_{c_name(source)}[{index}]"

    def _where(self, name: str, contiguous: bool) -> str:
        symbol, value = self._array(name), self.value(name)
        where = f"at_{c_name(name)}"
        if symbol.index == "_idx" and contiguous:
            return f"{_space(value)}fetch({where} + first)"
        return f"{_space(value)}gather({where}, {self._place(symbol, value)})"

    @staticmethod
    def _place(symbol: Array, value: Text) -> str:
        """Return the number of the entry of an array that belongs to an element."""
        index = "element" if symbol.index == "_idx" else c_name(symbol.index)
        return f"widen({index})" if value.wide else index

    def _all_lines(self) -> tuple[Line, ...]:
        return (*self.task.shared, *self.task.each)

    def _set_again(self, line: Line) -> bool:
        lines = self._all_lines()
        return sum(other.target == line.target for other in lines) > 1


def _declared(constant: str, kind: Kind, name: str, value: str) -> str:
    type_name = Text("", kind, True).type
    return f"{constant}{type_name} {c_name(name)} = ({type_name}){value};"


def _space(value: Text) -> str:
    """Return the namespace of the functions that load and store a value."""
    return "wide::" if value.wide else ""


def _whole_expression(line: Line) -> str:
    if line.operator in ("=", ":="):
        return line.expression
    return f"{line.target} {line.operator[:-1]} ({line.expression})"
