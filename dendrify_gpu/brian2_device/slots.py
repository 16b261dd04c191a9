"""Gives every array, number and size that tasks use its place in the tables."""

from __future__ import annotations

import numpy as np
from brian2.core.clocks import Clock
from brian2.core.functions import Function as BrianFunction
from brian2.core.variables import ArrayVariable, Constant, DynamicArrayVariable, Variable
from brian2.utils.stringtools import get_identifiers

from ..gpu.ordered import Array, Kind, Number, Symbol, Tables
from .functions import read_function
from .memory import is_copy, padded, with_room
from .recorded_code import RecordedCode

__all__ = ["C_TYPES", "Slots", "kind_of"]

#: Types in C of numpy's types.
C_TYPES = {
    np.dtype(np.float64): "double",
    np.dtype(np.float32): "float",
    np.dtype(np.int64): "int64_t",
    np.dtype(np.int32): "int32_t",
    np.dtype(np.int16): "int16_t",
    np.dtype(np.int8): "int8_t",
    np.dtype(np.uint64): "uint64_t",
    np.dtype(np.uint32): "uint32_t",
    np.dtype(np.uint16): "uint16_t",
    np.dtype(np.uint8): "uint8_t",
    np.dtype(np.bool_): "bool",
}


def kind_of(dtype: np.dtype | type) -> Kind:
    """Return what values of a type are."""
    if np.issubdtype(dtype, np.bool_):
        return "boolean"
    return "integer" if np.issubdtype(dtype, np.integer) else "float"


class Slots:
    """Collects the tables of a run.

    Parameters
    ----------
    precision : {32, 64}
        Bits of the numbers that are computed with.
    """

    def __init__(self, precision: int) -> None:
        self.tables = Tables()
        self.precision = precision
        self._arrays: dict[int, int] = {}
        self._copies: list[tuple[ArrayVariable, np.ndarray]] = []
        self._places: list[tuple[ArrayVariable, tuple[int, tuple[int, ...]]]] = []
        self._spike_steps: dict[int, tuple[ArrayVariable, Clock, np.ndarray, int]] = {}
        self._lengths: dict[int, int] = {}
        self._given: dict[tuple[int, int, np.dtype], int] = {}

    def array(self, variable: ArrayVariable) -> int:
        """Return the slot of a variable's values."""
        key = id(variable)
        if key not in self._arrays:
            values = padded(variable)
            self._arrays[key] = self.add(values)
            kept = variable.get_value()
            self._places.append((variable, (kept.ctypes.data, kept.shape)))
            if is_copy(variable, values):
                self._copies.append((variable, values))
        return self._arrays[key]

    def write_back(self) -> None:
        """Give Brian2 the values of arrays that the core has copies of."""
        for variable, values in self._copies:
            variable.get_value()[:] = values

    def read_again(self, who: str) -> None:
        """Take over what an object in Python may have changed in the middle of a run.

        Parameters
        ----------
        who : str
            Name of the object.

        Raises
        ------
        NotImplementedError
            If it has made an array longer or shorter: the core works on the arrays that the run began with.
        """
        for variable, address in self._places:
            kept = variable.get_value()
            if (kept.ctypes.data, kept.shape) != address:
                raise NotImplementedError(
                    f"{who} has changed the size of {variable.owner.name}.{variable.name} in the middle of a run. Do "
                    "it between two runs."
                )
        for variable, values in self._copies:
            values[:] = variable.get_value()
        for lastspike, clock, values, _ in self._spike_steps.values():
            values[:] = _steps_of(lastspike, clock)

    def add(self, values: np.ndarray) -> int:
        """Return a new slot for an array."""
        self.tables.arrays.append(values)
        return len(self.tables.arrays) - 1

    def given(self, values: np.ndarray) -> int:
        """Return the slot of an array that several functions may have."""
        place = (values.ctypes.data, values.size, values.dtype)
        if place not in self._given:
            self._given[place] = self.add(values)
        return self._given[place]

    def number(self, value: float) -> int:
        """Return a new slot for a number."""
        self.tables.numbers.append(float(value))
        return len(self.tables.numbers) - 1

    def size(self, value: int) -> int:
        """Return a new slot for a size."""
        self.tables.sizes.append(int(value))
        return len(self.tables.sizes) - 1

    def length(self, variable: Variable) -> int:
        """Return the slot of the number of elements of a group, the same for all tasks that go through them."""
        if id(variable) not in self._lengths:
            value = int(np.asarray(variable.get_value()).item())
            self._lengths[id(variable)] = self.size(value)
        return self._lengths[id(variable)]

    def spike_steps(self, lastspike: ArrayVariable, clock: Clock) -> tuple[int, str]:
        """Return slot and type of the steps of the last spikes, as they follow from the times.

        ``timestep(t - lastspike, dt)`` is their distance from the current step.
        """
        kind = np.int32 if self.precision == 32 else np.int64
        if id(lastspike) not in self._spike_steps:
            values = with_room(_steps_of(lastspike, clock).astype(kind))
            self._spike_steps[id(lastspike)] = (lastspike, clock, values, self.add(values))
        return self._spike_steps[id(lastspike)][-1], "int32_t" if kind is np.int32 else "int64_t"

    def symbols(self, code: RecordedCode, clock: Clock) -> dict[str, Symbol]:
        """Return what the names of a code object's statements mean.

        Parameters
        ----------
        code : RecordedCode
        clock : Clock
            Of the object that carries the code out.
        """
        found: dict[str, Symbol] = {}
        used = _used_names(code)
        for name, variable in sorted(code.variables.items()):
            if name not in used:
                continue
            if isinstance(variable, BrianFunction):
                function = read_function(code, name, variable, self)
                if function is not None:
                    found[name] = function
            elif isinstance(variable, Constant):
                found[name] = Number(self.number(variable.value), kind_of(variable.dtype))
            elif isinstance(variable, ArrayVariable):
                if isinstance(variable, DynamicArrayVariable) and variable.ndim > 1:
                    continue
                index = "0" if variable.scalar else code.variable_indices[name]
                dtype = np.dtype(variable.dtype)
                if dtype not in C_TYPES:
                    raise NotImplementedError(f"{code.owner.name}: {name!r} has the type {dtype}.")
                found[name] = Array(
                    self.array(variable),
                    C_TYPES[dtype],
                    kind_of(dtype),
                    index,
                    code.conditions.get(name),
                    bool(variable.constant),
                )
        lastspike = found.get("lastspike")
        if isinstance(lastspike, Array):
            variable = code.variables["lastspike"]
            # Steps of another clock have another length.
            if variable.owner.clock is clock:
                slot, kind = self.spike_steps(variable, clock)
                found["last_spike_step"] = Array(slot, kind, "integer", lastspike.index)
        return found


def _steps_of(lastspike: ArrayVariable, clock: Clock) -> np.ndarray:
    """Return the steps of the last spikes."""
    step, dt = int(clock.variables["timestep"].get_value()[0]), float(clock.dt_)
    ago = np.trunc((step * dt - lastspike.get_value() + 1e-3 * dt) / dt)
    # A spike long before the first step is as good as one 2^29 steps ago.
    return step - np.clip(ago, -(2.0**29), 2.0**29)


def _used_names(code: RecordedCode) -> set[str]:
    """Return the names in the statements of a code object, and those that they depend on."""
    if code.template_name in _NEEDS_MORE:
        return set(code.variables)
    lines = [
        line for blocks in (code.shared, code.each) for block in blocks.values() for line in block
    ]
    used = {line.var for line in lines} | _ALWAYS
    for line in lines:
        used |= get_identifiers(str(line.expr))
    used |= {condition for name, condition in code.conditions.items() if name in used}
    while further := {code.variable_indices.get(name, "0") for name in used} - used:
        used |= further
    return used


#: What thresholds set.
_ALWAYS = frozenset({"lastspike", "not_refractory"})
#: Templates that use more variables than their statements.
_NEEDS_MORE = frozenset({"spatialstateupdate"})
