"""A network in a backend's memory, and what can be done with it between runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..backends.base import Backend, WorkItem
from ..compile import CompiledModels, generate
from ..errors import NetworkTooLargeError, SimulationError
from .balance import group_size, row_parts
from .batches import BatchMemory
from .bins import BinMemory, bin_bytes
from .inputs import GeneratorMemory, PoissonMemory
from .interrupts import deferred_interrupts
from .layout import NETWORK, POPULATION, SPIKE
from .memory import described, estimate_bytes
from .monitors import MonitorMemory, sample_capacities
from .pace import MOST_WINDOWS
from .plan import GeneratorPlan, NetworkPlan, PoissonPlan, PopulationPlan
from .population import PopulationMemory
from .ports import Port, all_ports, incoming
from .recording import Samples, SpikeLog
from .run_loop import RunLoop
from .schedule import LONGEST_WINDOW, delay_range, slot_count, window_length
from .spikes import spike_reserve
from .stages import StageMemory, StagePlan, plan_stages, stage_bytes
from .wiring import Wiring

__all__ = ["RunReport", "Simulation"]

#: Most steps that the clock can count, and most that a single-precision number can count exactly.
_LAST_STEP = 2**30
_LAST_SINGLE_STEP = 2**24
#: How much of the caches is left to states and input.
_CACHE_SHARE = 0.625


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
        Spikes of neurons and sources, recorded or not.
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
    longest_window : int, optional
        Most steps of a window, from 1 on. Default: as many as the shortest delay allows, up to 16. Results do not
        depend on it.

    Attributes
    ----------
    step, source_step : int
        The next step of the neurons, and the first one for which no input spikes are made yet.
    window : int
        Steps of a window.
    populations : dict of str to PopulationMemory
    poisson : PoissonMemory
    monitors : dict of str to MonitorMemory
        By population.
    batches : list of BatchMemory
    spikes : SpikeLog
        Recorded spikes, and those that may still be on their way to a synapse.
    kernels : Kernels
    work : tuple of WorkItem
        What a window advances.
    compile_seconds : float
        Time that the backend took to compile or to load the kernels.

    Raises
    ------
    NetworkTooLargeError
        If the backend has less free memory than the network needs.
    ToolchainError
        If the kernels cannot be compiled.
    """

    def __init__(
        self, plan: NetworkPlan, backend: Backend, longest_window: int = LONGEST_WINDOW
    ) -> None:
        self.plan = plan
        self.backend = backend
        self.step = 0
        self.source_step = 0
        self.window = window_length(plan, longest_window)
        into = incoming(plan)
        ports = all_ports(plan)
        slots = [slot_count(projections, self.window) for projections in into]
        self.models: CompiledModels = generate(plan, ports)
        spiking: tuple[PopulationPlan | PoissonPlan | GeneratorPlan, ...]
        spiking = (*plan.populations, *plan.poisson, *plan.generators)
        self._sizes = {item.name: item.n for item in spiking}
        starts = np.concatenate([[0], np.cumsum(list(self._sizes.values()))])
        self._first_source = dict(zip(self._sizes, starts.tolist(), strict=False))
        need = estimate_bytes(
            plan,
            ports,
            slots,
            self.window,
            self.models.of_population,
            backend.batches,
            backend.row_part,
        )
        swept = need["states"] + need["pending input"]
        self._far = 0 < _CACHE_SHARE * backend.cache_bytes < swept
        stages: list[StagePlan | None] = [None] * len(ports)
        if self._far:
            stages = plan_stages(plan, ports, slots, self.window, backend.threads)
            need["pending input"] += bin_bytes(plan, ports, stages, backend.threads)
            need["pending input"] += stage_bytes(stages, backend.threads)
        self._check_memory(need)
        started = time.perf_counter()
        self.kernels = backend.build(self.models.functions, plan.precision)
        self.compile_seconds = time.perf_counter() - started
        missing = ""
        try:
            self._allocate(ports, slots, stages)
        except MemoryError as error:
            missing = str(error)
        # Outside the handler, where nothing refers to the half-built network any more: its memory is free again.
        if missing:
            vars(self).clear()
            raise NetworkTooLargeError(
                f"{missing} The network needs about {sum(need.values()) / 1e9:.2f} GB: {described(need)}. "
                f"{_REMEDY}"
            )
        self._loop = RunLoop(self)

    # -------------------------------------------------------------------- values

    def source_range(self, name: str) -> tuple[int, int]:
        """Return the numbers of an object's sources among all spiking objects."""
        first = self._first_source[name]
        return first, first + self._sizes[name]

    def samples(self, name: str) -> Samples:
        """Return what a monitor has recorded."""
        for monitors in self.monitors.values():
            for samples in monitors.samples:
                if samples.plan.name == name:
                    return samples
        raise KeyError(name)

    def set_rate(self, name: str, rate: float | np.ndarray) -> None:
        """Change the rate of Poisson sources from the current step on; spike lists grow where they have to."""
        with deferred_interrupts():
            self._rates[name] = rate
            reserve = spike_reserve(self.plan, self._rates, self.window, self._parts)
            if reserve > self._reserve:
                self._allocate_spikes(reserve)
            self.poisson.set_rate(name, rate, self.source_step)

    @cached_property
    def longest_unrecorded_delay(self) -> int | None:
        """Longest delay in steps of synapses from objects that nobody records; None if there are none."""
        if self.plan.spikes is None:
            return None
        delays = [
            delay_range(item)[1]
            for item in self.plan.projections
            if item.pre not in self.plan.spikes
        ]
        return max(delays, default=None)

    # ----------------------------------------------------------------------- run

    def run(self, steps: int, progress: Callable[[int], None] | None = None) -> RunReport:
        """Advance the network.

        Ctrl-C, or an exception of `progress`, ends the run after the batch of windows that is under way, at a step from
        which a later run goes on as if there had been no interruption.

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
        with deferred_interrupts() as interrupts:
            for population in self.populations.values():
                population.refresh()
            self._write_populations()
            before = self._loop.spike_total
            started = time.perf_counter()
            self._loop.run(end, progress, interrupts)
            seconds = time.perf_counter() - started
            return RunReport(steps, seconds, self._loop.spike_total - before)

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

    def _check_memory(self, need: dict[str, int]) -> None:
        free = self.backend.free_memory()
        if sum(need.values()) > free:
            raise NetworkTooLargeError(
                f"The network needs about {sum(need.values()) / 1e9:.2f} GB and the backend "
                f"({self.backend.name}) has {free / 1e9:.2f} GB free: {described(need)}. {_REMEDY}"
            )

    # ---------------------------------------------------------------- structures

    def _allocate(
        self, ports: list[tuple[Port, ...]], slots: list[int], stages: list[StagePlan | None]
    ) -> None:
        plan, backend = self.plan, self.backend
        real = np.float32 if plan.precision == 32 else np.float64
        integer = np.int32 if plan.precision == 32 else np.int64
        capacities = dict(
            zip(
                (item.name for item in plan.monitors),
                sample_capacities(plan.monitors, self.window, plan.precision // 8),
                strict=True,
            )
        )
        self.populations: dict[str, PopulationMemory] = {}
        self.monitors: dict[str, MonitorMemory] = {}
        for number, population in enumerate(plan.populations):
            function = self.models.of_population[number]
            stage = stages[number]
            self.populations[population.name] = PopulationMemory(
                *(population, function, ports[number], slots[number], backend, plan.precision),
                staged=() if stage is None else stage.ports,
            )
            members = [item for item in plan.monitors if item.population == population.name]
            room = [capacities[item.name] for item in members]
            self.monitors[population.name] = MonitorMemory(
                members, function.recorded, room, population.n, plan.dt, backend, real
            )
        self._bins = BinMemory(plan, ports, stages, backend) if self._far else None
        self._stages = StageMemory(stages, backend)
        self.poisson = PoissonMemory(plan, self._first_source, backend)
        self._generators = GeneratorMemory(plan.generators, self._first_source, backend)
        self._wiring = Wiring(plan, ports, self._first_source, self._sizes, backend, integer)
        recorded = None if plan.spikes is None else [self.source_range(n) for n in plan.spikes]
        self.spikes = SpikeLog(recorded)
        self.work = (
            *(WorkItem(0, number, item.n) for number, item in enumerate(plan.populations)),
            *(WorkItem(1, number, item.n) for number, item in enumerate(plan.poisson)),
            *(WorkItem(2, number, len(item.steps)) for number, item in enumerate(plan.generators)),
        )
        self.batches = [
            BatchMemory(backend, len(plan.populations), MOST_WINDOWS)
            for _ in range(backend.batches)
        ]
        self._rates = {item.name: item.rate for item in plan.poisson}
        n_source = sum(self._sizes.values())
        self._parts = row_parts(plan, self._first_source, n_source, backend.row_part)
        self._parts_memory = None if self._parts is None else backend.upload(self._parts)
        self._allocate_spikes(spike_reserve(plan, self._rates, self.window, self._parts))

    def _allocate_spikes(self, reserve: int) -> None:
        """Make room for the most spikes that a window can have, and tell the kernels."""
        self._spikes = self.backend.allocate((reserve,), SPIKE)
        if self._parts_memory is not None:
            self._part = self.backend.allocate((reserve,), np.int32)
        self._reserve = reserve
        plan = self.plan
        network = np.zeros(1, dtype=NETWORK)
        network["poisson"] = self.poisson.address
        network["generator"] = self._generators.address
        network["projection"] = self._wiring.projection_address
        network["emitter"] = self._wiring.emitter_address
        network["spike"] = self._spikes.address
        if self._parts_memory is not None:
            network["parts"], network["part"] = self._parts_memory.address, self._part.address
            network["row_part"] = self.backend.row_part
        network["group"] = group_size(plan)
        network["dt"] = plan.dt
        network["far"] = self._far
        network["n_population"] = len(plan.populations)
        network["n_poisson"] = len(plan.poisson)
        network["n_generator"] = len(plan.generators)
        network["n_emitter"] = self._wiring.n_emitter
        network["seed"] = np.uint32(plan.seed & 0xFFFFFFFF).view(np.int32)
        for batch in self.batches:
            batch.write(network, reserve)

    def _write_populations(self) -> None:
        for batch, memory in enumerate(self.batches):
            memory.populations.write(self._population_table(batch))

    def _population_table(self, batch: int) -> np.ndarray:
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
            if self._bins is not None:
                row["bin"] = self._bins.address(number, memory.n_slot)
            row["stage"] = self._stages.address(number, memory.n_slot)
            row["monitor"] = self.monitors[plan.name].address(batch)
            row["n"] = memory.n
            row["stride"] = memory.stride
            row["model"] = self.models.number[number]
            row["source"] = self._first_source[plan.name]
            row["n_port"] = len(memory.ports)
            row["n_slot"] = memory.n_slot
            row["spike_width"] = memory.spike_width
            row["stream"] = number
            row["first_poisson"] = self.poisson.first_at_home(number)
        return table


_REMEDY = (
    "Use fewer neurons, synapses or recorded variables, shorter delays, or precision='float32'."
)
