"""A network in a backend's memory, and the loop that advances it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..backends.base import Backend, WorkItem
from ..compile import CompiledModels, generate
from ..errors import NetworkTooLargeError, NumericalError, SimulationError
from .inputs import GeneratorMemory, PoissonMemory
from .layout import CONTROL, NETWORK, NOT_FINITE_NONE, POPULATION, SPIKE, WINDOW
from .memory import estimate_bytes
from .monitors import MonitorMemory
from .plan import NetworkPlan
from .population import PopulationMemory
from .ports import Port, make_ports
from .recording import Samples, SpikeLog
from .schedule import make_windows, slot_count, window_length
from .wiring import Wiring

__all__ = ["RunReport", "Simulation"]

#: Windows between two looks at the clock: at first, and at most.
_FIRST_BATCH = 64
_LONGEST_BATCH = 4096

#: Fewest spikes that the list in the backend can hold.
_LEAST_SPIKES = 2**20

#: Most steps that the clock can count, and most that a single-precision number can count exactly.
_LAST_STEP = 2**30
_LAST_SINGLE_STEP = 2**24


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

    Attributes
    ----------
    step, source_step : int
        The next step of the neurons, and the first one for which no input spikes are made yet.
    window : int
        Steps of a window.
    populations : dict of str to PopulationMemory
    poisson : PoissonMemory
    spikes : SpikeLog
    kernels : Kernels
    compile_seconds : float
        Time that the backend took to compile or to load the kernels.

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
        real = np.float32 if plan.precision == 32 else np.float64
        integer = np.int32 if plan.precision == 32 else np.int64
        into = [
            [item for item in plan.projections if item.post == population.name]
            for population in plan.populations
        ]
        ports = [
            make_ports(projections, population.n, plan.precision)
            for projections, population in zip(into, plan.populations, strict=True)
        ]
        slots = [slot_count(projections, self.window) for projections in into]
        self.models: CompiledModels = generate(plan, ports)
        self._check_memory(ports, slots)
        started = time.perf_counter()
        self.kernels = backend.build(self.models.functions, plan.precision)
        self.compile_seconds = time.perf_counter() - started
        self.populations: dict[str, PopulationMemory] = {}
        self._monitors: dict[str, MonitorMemory] = {}
        for number, population in enumerate(plan.populations):
            function = self.models.of_population[number]
            self.populations[population.name] = PopulationMemory(
                population, function, ports[number], slots[number], backend, plan.precision
            )
            members = [item for item in plan.monitors if item.population == population.name]
            self._monitors[population.name] = MonitorMemory(
                members, population.n, self.window, plan.dt, backend, real
            )
        self._sizes = {p.name: p.n for p in plan.populations}
        self._sizes |= {p.name: p.n for p in plan.poisson}
        self._sizes |= {p.name: p.n for p in plan.generators}
        starts = np.concatenate([[0], np.cumsum(list(self._sizes.values()))])
        self._first_source = dict(zip(self._sizes, starts.tolist(), strict=False))
        self.poisson = PoissonMemory(plan.poisson, self._first_source, plan.dt, backend)
        self._generators = GeneratorMemory(plan.generators, self._first_source, backend)
        self._wiring = Wiring(plan, ports, self._first_source, self._sizes, backend, integer)
        self.spikes = SpikeLog()
        self._upload_network()

    # -------------------------------------------------------------------- values

    def source_range(self, name: str) -> tuple[int, int]:
        """Return the numbers of an object's sources among all spiking objects."""
        first = self._first_source[name]
        return first, first + self._sizes[name]

    def samples(self, name: str) -> Samples:
        """Return what a monitor has recorded."""
        for monitors in self._monitors.values():
            for samples in monitors.samples:
                if samples.plan.name == name:
                    return samples
        raise KeyError(name)

    def set_rate(self, name: str, rate: float | np.ndarray) -> None:
        """Change the rate of Poisson sources from the current step on."""
        self.poisson.set_rate(name, rate, self.source_step)

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
        start, end = self.step, self.step + steps
        self._check_counter(end)
        for population in self.populations.values():
            population.refresh()
        self._write_populations()
        before = len(self.spikes)
        started = time.perf_counter()
        batch = _FIRST_BATCH
        while self.step < end:
            begin = self.step
            clock = time.perf_counter()
            room = min((m.room_until(begin) for m in self._monitors.values()), default=end)
            stop = min(end, begin + batch * self.window, room)
            windows = make_windows(begin, stop, self.source_step, end, self.window)
            windows["resumed"] = windows["begin"] == start
            self._advance(windows)
            seconds = time.perf_counter() - clock
            if progress is not None:
                progress(self.step - begin)
            if seconds < 0.1:
                batch = min(2 * batch, _LONGEST_BATCH)
            elif seconds > 0.5:
                batch = max(1, batch // 2)
        self.complete_step()
        return RunReport(steps, time.perf_counter() - started, len(self.spikes) - before)

    def complete_step(self) -> None:
        """Complete the last step, so that what a user sees is the state after it."""
        window = np.zeros(1, dtype=WINDOW)
        window["begin"] = window["end"] = self.step
        window["source_begin"] = window["source_end"] = self.source_step
        window["flush"] = 1
        self._advance(window)

    def _advance(self, windows: np.ndarray) -> None:
        """Run windows, and take what they recorded."""
        begin = self.step
        for monitors in self._monitors.values():
            monitors.begin(begin)
        while len(windows):
            self._control.write(self._fresh_control)
            rows = windows.view(np.int32).reshape(len(windows), -1)
            self.kernels.run_windows(self._network.address, rows, self._work)
            control = self._control.read()[0]
            done = int(control["windows_done"])
            self.step = int(windows["end"][done - 1])
            self.source_step = int(windows["source_end"][done - 1])
            windows = windows[done:]
            self._collect_spikes(int(control["spike_count"]))
            if control["not_finite"] != NOT_FINITE_NONE:
                self._collect_samples(begin)
                self._raise_not_finite(int(control["not_finite"]))
        self._collect_samples(begin)

    def _collect_spikes(self, count: int) -> None:
        if count > self._spike_capacity:
            raise SimulationError(
                f"{count} spikes came in one window of {self.window} steps, and there was room for "
                f"{self._spike_capacity}. Poisson sources that are made faster need a new simulation "
                "when their new rates are above those that it was built for."
            )
        if count:
            self.spikes.append(self._spikes.read_first(count))

    def _collect_samples(self, begin: int) -> None:
        for monitors in self._monitors.values():
            monitors.collect(begin, self.step)

    def _raise_not_finite(self, key: int) -> None:
        population = self.plan.populations[key >> 48]
        variable = population.program.states[(key >> 32) & 0xFFFF]
        neuron = key & 0xFFFFFFFF
        now = self.step * self.plan.dt * 1e3
        since = max(0, self.step - self.window) * self.plan.dt * 1e3
        raise NumericalError(
            f"{population.name}: {variable.name} of neuron {neuron} became infinite or not a number "
            f"between t = {since:g} ms and t = {now:g} ms. Its equation is {variable.equation}. A "
            "smaller dt or method='implicit' often helps; otherwise look for a division by "
            "zero. What was recorded until then is kept."
        )

    # -------------------------------------------------------------------- checks

    def _check_counter(self, end: int) -> None:
        if end >= _LAST_STEP:
            raise SimulationError(
                f"This run would reach step {end}; the step counter ends at {_LAST_STEP}. Start a new "
                "network."
            )
        if self.plan.precision == 32 and end > _LAST_SINGLE_STEP:
            counting = [p.name for p in self.plan.populations if p.program.uses("t_in_timesteps")]
            if counting:
                raise SimulationError(
                    f"{counting[0]}: its equations use t_in_timesteps, which single precision counts "
                    f"exactly up to {_LAST_SINGLE_STEP}, and this run would reach step {end}. Use "
                    "precision='float64' or a larger dt."
                )

    def _check_memory(self, ports: list[tuple[Port, ...]], slots: list[int]) -> None:
        functions = self.models.of_population
        need = estimate_bytes(self.plan, ports, slots, self.window, functions)
        free = self.backend.free_memory()
        if sum(need.values()) > free:
            parts = ", ".join(f"{name} {size / 1e9:.2f} GB" for name, size in need.items())
            raise NetworkTooLargeError(
                f"The network needs about {sum(need.values()) / 1e9:.2f} GB and the backend "
                f"({self.backend.name}) has {free / 1e9:.2f} GB free: {parts}. Use fewer neurons, "
                "synapses or recorded variables, shorter delays, or precision='float32'."
            )

    # ---------------------------------------------------------------- structures

    def _upload_network(self) -> None:
        plan = self.plan
        self._population_table = self.backend.upload(
            np.zeros(max(1, len(plan.populations)), dtype=POPULATION)
        )
        reserve = self._spike_reserve()
        self._spike_capacity = max(2 * reserve, _LEAST_SPIKES)
        self._spikes = self.backend.upload(np.zeros(self._spike_capacity, dtype=SPIKE))
        self._fresh_control = np.zeros(1, dtype=CONTROL)
        self._fresh_control["spike_capacity"] = self._spike_capacity
        self._fresh_control["spike_reserve"] = reserve
        self._fresh_control["not_finite"] = NOT_FINITE_NONE
        self._control = self.backend.upload(self._fresh_control)
        network = np.zeros(1, dtype=NETWORK)
        network["population"] = self._population_table.address
        network["poisson"] = self.poisson.address
        network["generator"] = self._generators.address
        network["projection"] = self._wiring.projection_address
        network["emitter"] = self._wiring.emitter_address
        network["spike"] = self._spikes.address
        network["control"] = self._control.address
        network["dt"] = plan.dt
        network["n_population"] = len(plan.populations)
        network["n_poisson"] = len(plan.poisson)
        network["n_generator"] = len(plan.generators)
        network["n_emitter"] = self._wiring.n_emitter
        network["seed"] = np.uint32(plan.seed & 0xFFFFFFFF).view(np.int32)
        self._network = self.backend.upload(network)
        self._work = (
            *(WorkItem(0, number, item.n) for number, item in enumerate(plan.populations)),
            *(WorkItem(1, number, item.n) for number, item in enumerate(plan.poisson)),
            *(WorkItem(2, number, len(item.steps)) for number, item in enumerate(plan.generators)),
        )

    def _spike_reserve(self) -> int:
        """Return the most spikes of one window: one a step for neurons, by their rates for sources.

        For Poisson sources it is the mean and twenty standard deviations.
        """
        reserve = sum(item.n * self.window for item in self.plan.populations)
        for item in self.plan.poisson:
            probability = np.clip(np.asarray(item.rate) * self.plan.dt, 0.0, 1.0)
            mean = float(np.broadcast_to(probability, (item.n,)).sum()) * self.window
            reserve += int(mean + 20 * np.sqrt(mean) + 1000)
        for generator in self.plan.generators:
            steps = np.sort(np.asarray(generator.steps))
            late = np.searchsorted(steps, steps + self.window)
            reserve += int((late - np.arange(len(steps))).max(initial=0))
        return reserve

    def _write_populations(self) -> None:
        table = np.zeros(max(1, len(self.plan.populations)), dtype=POPULATION)
        for number, (plan, row) in enumerate(zip(self.plan.populations, table, strict=False)):
            memory = self.populations[plan.name]
            row["state"] = memory.state.address
            row["last_spike"] = memory.last_spike.address
            row["flags"] = memory.flags.address
            row["coefficient"] = memory.coefficient.address
            row["vary"] = memory.vary.address
            row["vary_offset"] = memory.vary_offset.address
            row["vary_step"] = memory.vary_step.address
            row["input"] = memory.input.address
            row["port"] = memory.port_table.address
            row["pending"] = memory.pending.address
            row["monitor"] = self._monitors[plan.name].address
            row["n"] = memory.n
            row["stride"] = memory.stride
            row["model"] = self.models.number[number]
            row["source"] = self._first_source[plan.name]
            row["n_port"] = len(memory.ports)
            row["n_slot"] = memory.n_slot
            row["spike_width"] = memory.spike_width
            row["stream"] = number
        self._population_table.write(table)
