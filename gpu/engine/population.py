"""One population in a backend's memory: states, parameters, pending input."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from ..backends.base import Backend, Buffer
from ..codegen.step_function import StepFunction, port_scale
from ..errors import ModelError, NetworkError, SimulationError, nearest_names
from .layout import PORT
from .plan import PopulationPlan
from .ports import Port

__all__ = ["INPUT_BLOCK", "LEAST_LANES", "NEVER", "PopulationMemory", "padded"]

#: Step of the last spike of a neuron that has not spiked yet.
NEVER = -(2**30)

#: Neurons whose input lies together; see network.h.
INPUT_BLOCK = 64

#: Rows are padded to whole blocks, and so to whole vectors of any width.
_PADDING = INPUT_BLOCK

#: Lanes of the narrowest vector: two doubles.
LEAST_LANES = 2


def padded(n: int) -> int:
    """Return the length of a row of `n` neurons."""
    return -(-n // _PADDING) * _PADDING


class PopulationMemory:
    """Holds what one population needs in a backend, and converts to and from host arrays."""

    def __init__(
        self,
        plan: PopulationPlan,
        function: StepFunction,
        ports: tuple[Port, ...],
        n_slot: int,
        backend: Backend,
        precision: int,
        staged: tuple[bool, ...] = (),
    ) -> None:
        self.plan = plan
        self.program = plan.program
        self.function = function
        self.ports = ports
        self.n = plan.n
        self.stride = padded(plan.n)
        self._backend = backend
        self._real = np.float32 if precision == 32 else np.float64
        self._integer = np.int32 if precision == 32 else np.int64
        self.constants = dict(plan.program.constants)
        self.parameters: dict[str, float | np.ndarray] = {
            name: 0.0 for name in self.program.parameter_names
        }
        n_row = len(self.program.states) + function.n_scratch
        states = np.zeros((max(1, n_row), self.stride), dtype=self._real)
        for name, value in plan.initial.items():
            if name in self.parameters:
                self.parameters[name] = self._checked(name, value)
            else:
                states[self._number(name)] = self._row(self._checked(name, value))
        self.state = backend.upload(states)
        self.last_spike = backend.upload(np.full(self.stride, NEVER, dtype=self._integer))
        self.flags = backend.upload(self._initial_flags())
        self._allocate_input(n_slot, staged)
        self.spike_width = round(self.program.spike_width / self.constants["dt"])
        self.coefficient = backend.upload(np.zeros(max(1, self._n_shared), dtype=self._real))
        self._n_vary = len(function.coefficients.per_neuron)
        self.vary: Buffer = backend.upload(np.zeros(_PADDING, dtype=self._real))
        self.vary_offset = backend.upload(np.zeros(max(1, self._n_vary), dtype=np.int64))
        self.vary_step = backend.upload(np.zeros(max(1, self._n_vary), dtype=np.int64))
        self.stale = True

    @property
    def _n_shared(self) -> int:
        return len(self.function.coefficients.shared)

    # ------------------------------------------------------------------- values

    def read(self, name: str) -> np.ndarray:
        """Return a state or a parameter of every neuron, float64 of shape (n,), in SI units."""
        if name in self.parameters:
            return np.broadcast_to(
                np.asarray(self.parameters[name], dtype=np.float64), (self.n,)
            ).copy()
        number = self._number(name)
        return self.state.read_row(number)[: self.n].astype(np.float64)

    def view(self, name: str) -> Any:
        """Return a state of every neuron where it is, without a copy: see `Buffer.view`."""
        return self.state.view(self._number(name), self.n)

    def write(self, name: str, values: float | np.ndarray) -> None:
        """Set a state or a parameter of every neuron."""
        checked = self._checked(name, values)
        if name in self.parameters:
            # In this order: an interruption in between must not leave a value that is never looked at.
            self.stale = True
            self.parameters[name] = checked
            return
        self.state.write_row(self._number(name), self._row(checked))

    def _allocate_input(self, n_slot: int, staged: tuple[bool, ...] = ()) -> None:
        """Allocate room for the input of `n_slot` steps, and note which ports are staged."""
        width = max(1, len(self.ports))
        vectors = self.stride // LEAST_LANES
        self.n_slot = n_slot
        self._port_table = np.zeros(width, dtype=PORT)
        self._port_table["staged"][: len(staged)] = staged
        size = 0
        for record, port in zip(self._port_table, self.ports, strict=False):
            record["offset"] = size
            record["narrow"] = port.narrow
            size += n_slot * self.stride * self._port_type(port).itemsize
        self.port_table = self._backend.upload(self._port_table)
        self.input = self._backend.allocate((max(1, size),), np.uint8)
        self.pending = self._backend.allocate((vectors, width, n_slot), np.uint8)

    def _port_type(self, port: Port) -> np.dtype:
        return np.dtype(np.uint8 if port.narrow else self._integer)

    def lengthen_input(self, n_slot: int) -> None:
        """Make room for the input of at least `n_slot` steps; there must not be any yet."""
        if n_slot > self.n_slot:
            self._allocate_input(n_slot)

    def read_input(self) -> list[np.ndarray]:
        """Return the input that is due in the coming steps: for each port int64 of shape (slots, stride)."""
        memory = self.input.read()
        rows = []
        for port, record in zip(self.ports, self._port_table, strict=False):
            kind = self._port_type(port)
            begin = int(record["offset"])
            values = memory[begin : begin + self.n_slot * self.stride * kind.itemsize].view(kind)
            blocks = values.reshape(-1, self.n_slot, INPUT_BLOCK).astype(np.int64)
            rows.append(blocks.transpose(1, 0, 2).reshape(self.n_slot, self.stride))
        return rows

    def write_input(self, rows: list[np.ndarray]) -> None:
        """Replace the input that is due in the coming steps, and let every vector look for it.

        Raises
        ------
        SimulationError
            If a sum leaves no room for what the synapses can add to it in a step.
        """
        parts = []
        for port, values in zip(self.ports, rows, strict=True):
            kind = self._port_type(port)
            most = 2**7 if port.narrow else 2 ** (8 * kind.itemsize - 2)
            if port.scale and int(np.abs(values).max(initial=0)) > most:
                raise SimulationError(
                    f"{self.plan.name}: after the change of delays more spikes arrive in one step than "
                    "its input can hold. Change delays when the network is silent, or by less."
                )
            blocks = values.astype(kind).reshape(self.n_slot, -1, INPUT_BLOCK).transpose(1, 0, 2)
            parts.append(np.ascontiguousarray(blocks).reshape(-1).view(np.uint8))
        self.input.write(np.concatenate(parts))
        self.pending.write(np.ones_like(self.pending.read()))

    def set_constant(self, name: str, value: float) -> None:
        """Set a shared constant."""
        if name not in self.constants or name == "dt":
            known = [key for key in self.constants if key != "dt" and not key.startswith("_")]
            raise ModelError(
                f"{self.plan.name}: there is no constant {name!r}. {nearest_names(name, known)}"
            )
        self.stale = True
        self.constants[name] = value

    def refresh(self) -> None:
        """Recompute what depends on parameters, if one has changed since the last time."""
        if not self.stale:
            return
        values = {**self.constants, **self.parameters}
        values |= {port_scale(number): port.scale for number, port in enumerate(self.ports)}
        shared = self.function.coefficients.evaluate_shared(values)
        self._check_finite(shared, self.function.coefficients.shared)
        if len(shared):
            self.coefficient.write(shared.astype(self._real))
        self._refresh_per_neuron(values)
        self._check_second_reset(values)
        self.stale = False

    def _refresh_per_neuron(self, values: dict[str, float | np.ndarray]) -> None:
        if not self._n_vary:
            return
        rows = self.function.coefficients.evaluate_per_neuron(values)
        self._check_finite(np.concatenate([row.ravel() for row in rows]), ())
        lengths = [_PADDING if row.ndim == 0 else self.stride for row in rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        table = np.empty(int(offsets[-1]), dtype=self._real)
        for row, begin, end in zip(rows, offsets[:-1], offsets[1:], strict=True):
            table[begin:end] = row if row.ndim == 0 else self._row(row)
        if table.nbytes == self.vary.nbytes:
            self.vary.write(table)
        else:
            self.vary = self._backend.upload(table)
        self.vary_offset.write(offsets[:-1].astype(np.int64))
        self.vary_step.write(np.array([int(row.ndim > 0) for row in rows], dtype=np.int64))

    def _check_finite(self, values: np.ndarray, expressions: tuple[object, ...]) -> None:
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            where = f" ({expressions[bad[0]]})" if expressions else ""
            raise ModelError(
                f"{self.plan.name}: the parameters give {values[bad[0]]} where the equations need a "
                f"number{where}. Check for a capacitance or a time constant of zero."
            )

    def _check_second_reset(self, values: dict[str, float | np.ndarray]) -> None:
        """Refuse spikes before a second reset, which finds its spike by the time of the last one."""
        program = self.program
        if not program.second_reset:
            return
        refractory = program.refractory
        if refractory is not None and refractory.kind == "steps":
            symbols = sorted(refractory.expression.free_symbols, key=str)
            if all(str(symbol) in values for symbol in symbols):
                steps = sympy.lambdify(symbols, refractory.expression, "numpy")
                shortest = np.min(steps(*(values[str(symbol)] for symbol in symbols)))
                if shortest >= self.spike_width:
                    return
        raise ModelError(
            f"{self.plan.name}: the second reset comes {self.spike_width} steps after a spike, but a "
            "neuron may spike again before that. Give a refractory period that is at least as long "
            "as spike_width."
        )

    # ------------------------------------------------------------------ helpers

    def _initial_flags(self) -> np.ndarray:
        flags = np.zeros((self.function.n_flag_words, self.stride), dtype=self._integer)
        refractory = self.program.refractory
        if refractory is not None and refractory.kind == "condition":
            word, bit = divmod(len(self.program.events) + 1, 30)
            flags[word] = 1 << bit  # neurons start outside refractoriness
        return flags

    def _number(self, name: str) -> int:
        names = self.program.state_names
        if name not in names:
            raise ModelError(
                f"{self.plan.name}: there is no variable {name!r} that can be set. "
                + nearest_names(name, [*names, *self.parameters])
            )
        return names.index(name)

    def _checked(self, name: str, value: float | np.ndarray) -> float | np.ndarray:
        array = np.asarray(value, dtype=np.float64)
        if array.ndim > 1 or (array.ndim == 1 and len(array) != self.n):
            raise NetworkError(
                f"{self.plan.name}: {name!r} was given {array.shape} values; give one number or one for "
                f"each of the {self.n} neurons."
            )
        if not np.all(np.isfinite(array)):
            raise NetworkError(f"{self.plan.name}: {name!r} was given a value that is not finite.")
        if array.ndim == 0:
            return float(array)
        return float(array[0]) if np.all(array == array[0]) else array.copy()

    def _row(self, value: float | np.ndarray) -> np.ndarray:
        """Return a padded row; the padding repeats the last neuron so that it stays finite."""
        row = np.empty(self.stride, dtype=np.float64)
        row[: self.n] = value
        row[self.n :] = row[self.n - 1]
        return row
