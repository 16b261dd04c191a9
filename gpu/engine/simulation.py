"""A network in a backend's memory, and the loop that advances it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..backends.base import Backend, Buffer, WorkItem
from ..compile import CompiledModels, generate
from ..errors import NetworkTooLargeError, NumericalError, SimulationError
from .layout import (
    CONTROL,
    EMITTER,
    GENERATOR,
    MONITOR,
    NETWORK,
    NOT_FINITE_NONE,
    POISSON,
    POPULATION,
    PROJECTION,
    SPIKE,
)
from .memory import estimate_bytes
from .plan import NetworkPlan, ProjectionPlan
from .population import PopulationMemory
from .ports import make_ports, quantise
from .recording import Samples, SpikeLog
from .schedule import make_windows, slot_count, window_length

__all__ = ["RunReport", "Simulation"]

#: Bytes of one monitor's buffer in the backend.
_SAMPLE_BUFFER = 32 * 2**20

#: Windows between two looks at the clock, at most.
_LONGEST_BATCH = 4096

_KINDS = {"explicit": 0, "one_to_one": 1, "all_to_all": 2}


@dataclass(frozen=True)
class RunReport:
    """What a run took.

    Attributes
    ----------
    steps : int
        Time steps.
    seconds : float
        Wall-clock time of the steps, without compilation.
    spikes : int
        Spikes of neurons and sources.
    """

    steps: int
    seconds: float
    spikes: int


class Simulation:
    """A network that runs.

    Parameters
    ----------
    plan : NetworkPlan
        The network.
    backend : Backend
        Where it runs.

    Raises
    ------
    NetworkTooLargeError
        If the backend has less free memory than the network needs.
    ToolchainError
        If the kernels cannot be compiled.
    """

    def __init__(self, plan: NetworkPlan, backend: Backend) -> None:
        self.plan = plan
        self.backend = backend
        self.step = 0
        self.source_step = 0
        self.window = window_length(plan)
        self._real = np.float32 if plan.precision == 32 else np.float64
        self._integer = np.int32 if plan.precision == 32 else np.int64
        into = [
            [item for item in plan.projections if item.post == population.name]
            for population in plan.populations
        ]
        self._ports = [
            make_ports(projections, population.n, plan.precision)
            for projections, population in zip(into, plan.populations, strict=True)
        ]
        slots = [slot_count(projections, self.window) for projections in into]
        self._check_memory([len(ports) for ports in self._ports], slots)
        self.models: CompiledModels = generate(plan, self._ports)
        started = time.perf_counter()
        self.kernels = backend.build(self.models.functions, plan.precision)
        self.compile_seconds = time.perf_counter() - started
        self.populations = {
            population.name: PopulationMemory(
                population, function, ports, n_slot, backend, plan.precision
            )
            for population, function, ports, n_slot in zip(
                plan.populations, self.models.of_population, self._ports, slots, strict=True
            )
        }
        self._first_source: dict[str, int] = {}
        total = 0
        for item in (*plan.populations, *plan.poisson, *plan.generators):
            self._first_source[item.name] = total
            total += item.n
        self._restart = {item.name: 0 for item in plan.poisson}
        self._buffers: list[Buffer] = []  # keeps what the structures point to alive
        self._samples = {item.name: Samples(item, plan.dt) for item in plan.monitors}
        self.spikes = SpikeLog()
        self._upload_structures()

    # -------------------------------------------------------------------- values

    def source_range(self, name: str) -> tuple[int, int]:
        """Return the numbers of an object's sources among all spiking objects."""
        first = self._first_source[name]
        sizes = {
            p.name: p.n for p in (*self.plan.populations, *self.plan.poisson, *self.plan.generators)
        }
        return first, first + sizes[name]

    def samples(self, name: str) -> Samples:
        """Return what a monitor has recorded."""
        return self._samples[name]

    def set_rate(self, name: str, rate: float | np.ndarray) -> None:
        """Change the rate of Poisson sources from the current step on."""
        plan = next(item for item in self.plan.poisson if item.name == name)
        record, buffer = self._poisson_rate[name]
        scale = _gap_scale(
            np.broadcast_to(np.asarray(rate, dtype=np.float64), (plan.n,)), self.plan.dt
        )
        buffer.write(scale)
        self._restart[name] = self.source_step
        self._poisson_records["restart"][record] = self._restart[name]
        self._poisson_buffer.write(self._poisson_records)

    # ----------------------------------------------------------------------- run

    def run(self, steps: int, progress: Callable[[int], None] | None = None) -> RunReport:
        """Advance the network.

        Parameters
        ----------
        steps : int
            Number of time steps.
        progress : callable, optional
            Called with the number of steps done since its last call.

        Returns
        -------
        RunReport

        Raises
        ------
        NumericalError
            If a state becomes infinite or not a number. Recordings up to then are kept.
        SimulationError
            If the step counter would overflow.
        """
        end = self.step + steps
        self._check_counter(end)
        for population in self.populations.values():
            population.refresh()
        self._write_populations()
        before = len(self.spikes)
        started = time.perf_counter()
        batch = self._first_batch(steps)
        while self.step < end:
            begin = self.step
            clock = time.perf_counter()
            self._run_batch(min(end, begin + batch * self.window, self._buffer_end()), end)
            seconds = time.perf_counter() - clock
            if progress is not None:
                progress(self.step - begin)
            if seconds < 0.1:
                batch = min(2 * batch, _LONGEST_BATCH)
            elif seconds > 0.5:
                batch = max(1, batch // 2)
        self._flush()
        return RunReport(steps, time.perf_counter() - started, len(self.spikes) - before)

    def _first_batch(self, steps: int) -> int:
        return max(1, min(_LONGEST_BATCH, 64, -(-steps // self.window)))

    def _check_counter(self, end: int) -> None:
        if self.plan.precision == 32:
            counted = [
                population.name
                for population in self.plan.populations
                if "t_in_timesteps" in self._names_used(population.name)
            ]
            if counted and end > 2**24:
                raise SimulationError(
                    f"{counted[0]}: in single precision time steps are counted exactly up to 2^24, and this "
                    f"run would reach step {end}. Use precision='float64' or a larger dt."
                )
        if end >= 2**30:
            raise SimulationError(
                f"This run would reach step {end}; the step counter ends at 2^30. Start a new network."
            )

    def _names_used(self, name: str) -> set[str]:
        program = self.populations[name].program
        blocks = [program.update, program.reset, program.second_reset]
        blocks += [event.actions for event in program.events]
        expressions = [statement.value for block in blocks for statement in block]
        expressions += [event.condition for event in program.events]
        return {str(symbol) for value in expressions for symbol in value.free_symbols}

    def _buffer_end(self) -> int:
        """First step whose samples do not fit into the buffers any more."""
        ends = [
            (self._first_sample(monitor.every) + self._capacity[monitor.name]) * monitor.every
            for monitor in self.plan.monitors
        ]
        return min(ends, default=2**62)

    def _first_sample(self, every: int) -> int:
        return -(-self.step // every)

    def _run_batch(self, stop: int, end: int) -> None:
        windows = make_windows(self.step, stop, self.source_step, end, self.window)
        for monitor in self.plan.monitors:
            record = self._monitor_records[monitor.population][monitor.name]
            table = self._monitor_tables[monitor.population]
            table["first_sample"][record] = self._first_sample(monitor.every)
        for name, buffer in self._monitor_buffers.items():
            buffer.write(self._monitor_tables[name])
        self._launch(windows)

    def _flush(self) -> None:
        """Complete the last step, so that what a user sees is the state after it."""
        window = np.zeros(1, dtype=make_windows(0, 0, 0, 0, 1).dtype)
        window["begin"] = window["end"] = self.step
        window["source_begin"] = window["source_end"] = self.source_step
        window["flush"] = 1
        self._launch(window)

    def _launch(self, windows: np.ndarray) -> None:
        begin = self.step
        while len(windows):
            self._reset_control()
            rows = windows.view(np.int32).reshape(len(windows), -1)
            self.kernels.run_windows(self._network, rows, self._work)
            control = self._control.read()[0]
            done = int(control["windows_done"])
            self.step = int(windows["end"][done - 1])
            self.source_step = int(windows["source_end"][done - 1])
            count = int(control["spike_count"])
            if count > int(control["spike_capacity"]):
                raise SimulationError(
                    f"More than {int(control['spike_capacity'])} spikes fell into one window of "
                    f"{self.window} steps. The rates of the Poisson sources are far above what their "
                    "probability allows; please report this network."
                )
            if count:
                self.spikes.append(self._spike.read_first(count))
            windows = windows[done:]
            if control["not_finite"] != NOT_FINITE_NONE:
                self._drain(begin)
                self._raise_not_finite(int(control["not_finite"]))
        self._drain(begin)

    def _drain(self, begin: int) -> None:
        for monitor in self.plan.monitors:
            first = -(-begin // monitor.every)
            count = -(-self.step // monitor.every) - first
            if count > 0:
                buffer = self._sample_buffers[monitor.name]
                self._samples[monitor.name].append(first, buffer.read_first(count))

    def _raise_not_finite(self, key: int) -> None:
        population = self.plan.populations[key >> 48]
        variable = population.program.states[(key >> 32) & 0xFFFF]
        neuron = key & 0xFFFFFFFF
        now = self.step * self.plan.dt * 1e3
        since = max(0, self.step - self.window) * self.plan.dt * 1e3
        raise NumericalError(
            f"{population.name}: {variable.name} of neuron {neuron} became infinite or not a number between "
            f"t = {since:g} ms and t = {now:g} ms. Its equation is {variable.equation}. A smaller dt or "
            "method='exponential_euler' often helps; otherwise look for a division by zero. What was "
            "recorded until then is kept."
        )

    # ---------------------------------------------------------------- structures

    def _check_memory(self, n_ports: list[int], slots: list[int]) -> None:
        need = estimate_bytes(self.plan, n_ports, slots, self.window)
        free = self.backend.free_memory()
        if sum(need.values()) > free:
            parts = ", ".join(f"{name} {size / 1e9:.2f} GB" for name, size in need.items())
            raise NetworkTooLargeError(
                f"The network needs about {sum(need.values()) / 1e9:.2f} GB and the backend "
                f"({self.backend.name}) has {free / 1e9:.2f} GB free: {parts}. Use fewer neurons, synapses "
                "or recorded variables, shorter delays, or precision='float32'."
            )

    def _keep(self, values: np.ndarray) -> Buffer:
        if values.size == 0:
            values = np.zeros(1, dtype=values.dtype)
        buffer = self.backend.upload(values)
        self._buffers.append(buffer)
        return buffer

    def _upload_structures(self) -> None:
        plan = self.plan
        self._upload_monitors()
        self._population_buffer = self._keep(np.zeros(len(plan.populations), dtype=POPULATION))
        self._upload_poisson()
        generators = self._keep(self._generator_records())
        projections, emitters = self._projection_records()
        reserve = self._spike_reserve()
        capacity = max(2 * reserve, 2**20)
        self._spike = self._keep(np.zeros(capacity, dtype=SPIKE))
        control = np.zeros(1, dtype=CONTROL)
        control["spike_capacity"] = capacity
        control["spike_reserve"] = reserve
        control["not_finite"] = NOT_FINITE_NONE
        self._control_start = control
        self._control = self._keep(control)
        network = np.zeros(1, dtype=NETWORK)
        network["population"] = self._population_buffer.address
        network["poisson"] = self._poisson_buffer.address
        network["generator"] = generators.address
        network["projection"] = self._keep(projections).address
        network["emitter"] = self._keep(emitters).address
        network["spike"] = self._spike.address
        network["control"] = self._control.address
        network["dt"] = plan.dt
        network["n_population"] = len(plan.populations)
        network["n_poisson"] = len(plan.poisson)
        network["n_generator"] = len(plan.generators)
        network["n_emitter"] = len(emitters)
        network["seed"] = np.uint32(plan.seed & 0xFFFFFFFF).view(np.int32)
        self._network = self._keep(network)
        self._work = (
            *(WorkItem(0, k, item.n) for k, item in enumerate(plan.populations)),
            *(WorkItem(1, k, item.n) for k, item in enumerate(plan.poisson)),
            *(WorkItem(2, k, len(item.steps)) for k, item in enumerate(plan.generators)),
        )

    def _reset_control(self) -> None:
        self._control.write(self._control_start)

    def _spike_reserve(self) -> int:
        """Return the most spikes of one window: one a step for neurons, by their rates for sources."""
        reserve = sum(item.n * self.window for item in self.plan.populations)
        for item in self.plan.poisson:
            probability = np.minimum(np.asarray(item.rate) * self.plan.dt, 1.0)
            mean = float(np.broadcast_to(probability, (item.n,)).sum()) * 2 * self.window
            reserve += int(mean + 20 * np.sqrt(mean) + 1000)
        for generator in self.plan.generators:
            steps = np.asarray(generator.steps)
            late = np.searchsorted(steps, steps + 2 * self.window)
            reserve += int((late - np.arange(len(steps))).max(initial=0))
        return reserve

    def _upload_monitors(self) -> None:
        self._capacity: dict[str, int] = {}
        self._sample_buffers: dict[str, Buffer] = {}
        self._monitor_tables: dict[str, np.ndarray] = {}
        self._monitor_buffers: dict[str, Buffer] = {}
        self._monitor_records: dict[str, dict[str, int]] = {}
        for population in self.plan.populations:
            members = [item for item in self.plan.monitors if item.population == population.name]
            table = np.zeros(len(members), dtype=MONITOR)
            for k, monitor in enumerate(members):
                rows = np.full(self.populations[population.name].stride, -1, dtype=np.int32)
                rows[monitor.indices] = np.arange(len(monitor.indices), dtype=np.int32)
                shape = (len(monitor.variables), len(monitor.indices))
                size = max(1, shape[0] * shape[1]) * np.dtype(self._real).itemsize
                capacity = max(self.window + 1, _SAMPLE_BUFFER // size)
                capacity = min(capacity, _LONGEST_BATCH * self.window)
                self._capacity[monitor.name] = capacity
                buffer = self._keep(np.zeros((capacity, *shape), dtype=self._real))
                self._sample_buffers[monitor.name] = buffer
                table[k]["row"] = self._keep(rows).address
                table[k]["buffer"] = buffer.address
                table[k]["lowest"] = int(monitor.indices.min(initial=0))
                table[k]["highest"] = int(monitor.indices.max(initial=-1)) + 1
                table[k]["every"] = monitor.every
                table[k]["n_variables"], table[k]["n_rows"] = shape
            self._monitor_tables[population.name] = table
            self._monitor_records[population.name] = {m.name: k for k, m in enumerate(members)}
            if members:
                self._monitor_buffers[population.name] = self._keep(table)

    def _write_populations(self) -> None:
        table = np.zeros(len(self.plan.populations), dtype=POPULATION)
        for k, (plan, number) in enumerate(
            zip(self.plan.populations, self.models.number, strict=True)
        ):
            memory = self.populations[plan.name]
            row = table[k]
            for member in (
                "state",
                "last_spike",
                "flags",
                "coefficient",
                "vary",
                "ring",
                "pending",
            ):
                row[member] = getattr(memory, member).address
            row["vary_offset"] = memory.vary_offset.address
            row["vary_step"] = memory.vary_step.address
            if plan.name in self._monitor_buffers:
                row["monitor"] = self._monitor_buffers[plan.name].address
            row["n"] = memory.n
            row["stride"] = memory.stride
            row["model"] = number
            row["source"] = self._first_source[plan.name]
            row["n_port"] = len(memory.ports)
            row["n_slot"] = memory.n_slot
            row["spike_width"] = memory.spike_width
            row["stream"] = k
        self._population_buffer.write(table)

    def _upload_poisson(self) -> None:
        table = np.zeros(max(1, len(self.plan.poisson)), dtype=POISSON)
        self._poisson_rate: dict[str, tuple[int, Buffer]] = {}
        for k, item in enumerate(self.plan.poisson):
            rate = np.broadcast_to(np.asarray(item.rate, dtype=np.float64), (item.n,))
            scale = self._keep(_gap_scale(rate, self.plan.dt))
            table[k]["next"] = self._keep(np.zeros(item.n, dtype=np.int32)).address
            table[k]["gap_scale"] = scale.address
            table[k]["n"] = item.n
            table[k]["rate_step"] = 1
            table[k]["source"] = self._first_source[item.name]
            table[k]["stream"] = item.stream
            table[k]["restart"] = self._restart[item.name]
            self._poisson_rate[item.name] = (k, scale)
        self._poisson_records = table
        self._poisson_buffer = self._keep(table)

    def _generator_records(self) -> np.ndarray:
        table = np.zeros(len(self.plan.generators), dtype=GENERATOR)
        for k, item in enumerate(self.plan.generators):
            order = np.argsort(item.steps, kind="stable")
            table[k]["step"] = self._keep(np.asarray(item.steps)[order].astype(np.int32)).address
            table[k]["index"] = self._keep(np.asarray(item.indices)[order].astype(np.int32)).address
            table[k]["n_spike"] = len(item.steps)
            table[k]["source"] = self._first_source[item.name]
        return table

    def _projection_records(self) -> tuple[np.ndarray, np.ndarray]:
        names = [population.name for population in self.plan.populations]
        objects = (*self.plan.populations, *self.plan.poisson, *self.plan.generators)
        emitters = np.zeros(len(objects), dtype=EMITTER)
        rows: list[np.ndarray] = []
        for k, item in enumerate(objects):
            emitters[k]["source"] = self._first_source[item.name]
            emitters[k]["n"] = item.n
            emitters[k]["first_projection"] = len(rows)
            for projection in self.plan.projections:
                if projection.pre == item.name:
                    rows.append(self._projection_record(projection, names.index(projection.post)))
            emitters[k]["last_projection"] = len(rows)
        table = np.array(rows, dtype=PROJECTION) if rows else np.zeros(0, dtype=PROJECTION)
        return table, emitters

    def _projection_record(self, projection: ProjectionPlan, population: int) -> np.ndarray:
        record = np.zeros((), dtype=PROJECTION)
        ports = self._ports[population]
        number = [port.targets for port in ports].index(projection.targets)
        weight = quantise(projection.weight, ports[number])
        if weight.ndim:
            record["weight"] = self._keep(weight.astype(self._integer)).address
        else:
            record["common_weight"] = int(weight)
        if np.ndim(projection.delay):
            record["delay"] = self._keep(np.asarray(projection.delay, dtype=np.uint16)).address
        else:
            record["common_delay"] = int(projection.delay)
        if projection.kind == "explicit":
            assert projection.row is not None and projection.target is not None
            record["row"] = self._keep(projection.row.astype(np.int64)).address
            record["target"] = self._keep(projection.target.astype(np.int32)).address
        record["kind"] = _KINDS[projection.kind]
        record["population"] = population
        record["port"] = number
        for member in ("n_source", "n_target", "first_source", "first_target"):
            record[member] = getattr(projection, member)
        return record


def _gap_scale(rate: np.ndarray, dt: float) -> np.ndarray:
    """Return ``1 / log(1 - rate*dt)``: -inf for a silent source, -0 for one that always spikes."""
    probability = np.clip(rate * dt, 0.0, 1.0)
    with np.errstate(divide="ignore"):
        return 1.0 / np.log1p(-probability)
