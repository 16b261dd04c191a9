"""The loop that advances a network: batches of windows, queued ahead of what the host collects."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..errors import NumericalError, SimulationError
from .batches import Queued
from .interrupts import Interrupts
from .layout import HALTED_FULL, HALTED_NOT_FINITE, HALTED_OVERFLOW, WINDOW
from .pace import Pace
from .schedule import make_windows

if TYPE_CHECKING:
    from .simulation import Simulation

__all__ = ["RunLoop"]

#: A step that no spike reaches.
_NO_STEP = 2**31 - 1


class RunLoop:
    """Advances one simulation.

    As many batches are queued as the backend takes; while one is under way the host collects what the one before has
    recorded. Nothing else waits for the device.

    Attributes
    ----------
    spike_total : int
        Spikes of all runs.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._under_way: deque[Queued] = deque()
        self._pace = Pace()
        self._free = list(range(len(simulation.batches)))
        # Where the next batch will begin.
        self._step = self._source_step = 0
        # The last step that is complete; the second half of later ones is still to come.
        self._complete = 0
        self._run_end = 0
        self.spike_total = 0

    def run(self, end: int, progress: Callable[[int], None] | None, interrupts: Interrupts) -> None:
        """Advance to a step, and complete the step before it."""
        simulation = self._simulation
        self._run_end = end
        self._complete = simulation.step
        self._go_on()
        reported = simulation.step
        last = time.perf_counter()
        try:
            while simulation.step < end:
                while self._step < end and self._free and not interrupts.pending:
                    self._queue(self._next_stop())
                item = self._under_way[0]
                whole = self._collect()
                now = time.perf_counter()
                self._pace.note(len(item.windows), now - last)
                last = now
                if not whole:
                    continue
                if progress is not None:
                    progress(simulation.step - reported)
                    reported = simulation.step
                if interrupts.pending:
                    self._settle()
                    interrupts.deliver()
                    last = time.perf_counter()
        except SimulationError:
            raise
        except BaseException:
            # An interruption, or an exception of `progress`: leave a state from which a later run can go on.
            self._settle()
            raise
        self._settle()

    def _next_stop(self) -> int:
        simulation = self._simulation
        room = [monitors.room_until(self._step) for monitors in simulation.monitors.values()]
        return min(
            self._run_end, self._step + self._pace.windows * simulation.window, *room, _NO_STEP
        )

    def _go_on(self) -> None:
        """Let the next batch begin where the network is."""
        self._step, self._source_step = self._simulation.step, self._simulation.source_step

    # ------------------------------------------------------------------- batches

    def _keep_from(self, stop: int) -> int:
        """Return the first step whose unrecorded spikes may still be on their way at a step."""
        longest = self._simulation.longest_unrecorded_delay
        return _NO_STEP if longest is None else stop - longest

    def _queue(self, stop: int, keep_from: int | None = None) -> None:
        """Queue the windows up to a step."""
        simulation = self._simulation
        windows = make_windows(
            self._step, stop, self._source_step, self._run_end, simulation.window
        )
        windows["resumed"] = windows["begin"] == self._complete
        keep_from = self._keep_from(stop) if keep_from is None else keep_from
        self._queue_windows(windows, stop, keep_from)

    def _queue_windows(self, windows: np.ndarray, stop: int, keep_from: int) -> None:
        simulation = self._simulation
        number = self._free.pop(0)
        for monitors in simulation.monitors.values():
            monitors.begin(number, self._step)
        before = simulation.batches[self._under_way[-1].number] if self._under_way else None
        mark = simulation.batches[number].queue(
            simulation.kernels, simulation.work, windows, keep_from, before
        )
        self._under_way.append(Queued(number, self._step, stop, windows, keep_from, mark))
        self._step = stop
        self._source_step = int(windows["source_end"][-1])

    def _collect(self) -> bool:
        """Wait for the oldest batch, and take what it recorded; return whether all of it ran.

        If it could not run to its end, the rest of it is queued.
        """
        simulation = self._simulation
        item = self._under_way.popleft()
        item.mark.wait()
        memory = simulation.batches[item.number]
        control = memory.control.landed()[0]
        done = int(control["windows_done"])
        simulation.step = int(item.windows["end"][done - 1])
        simulation.source_step = int(item.windows["source_end"][done - 1])
        self.spike_total += int(control["spike_total"])
        halted = int(control["halted"])
        if halted:
            self._discard()
        self._take(item, int(control["kept_count"]))
        self._free.append(item.number)
        if halted == HALTED_OVERFLOW:
            raise SimulationError(
                f"One window of {simulation.window} steps had more spikes than the "
                f"{int(control['spike_capacity'])} that are possible at the given rates, by any "
                "likelihood. This is a fault of the library."
            )
        if halted == HALTED_NOT_FINITE:
            self._raise_not_finite(int(control["not_finite"]))
        if halted == HALTED_FULL:
            self._go_on()
            if done < len(item.windows):
                # The same spikes are kept as if there had been no halt.
                self._queue(item.stop, item.keep_from)
                return False
        return True

    def _discard(self) -> None:
        """Forget the batches after one that halted: nothing happened in them."""
        while self._under_way:
            item = self._under_way.popleft()
            item.mark.wait()
            self._free.append(item.number)

    def _take(self, item: Queued, kept: int) -> None:
        """Add the spikes and the samples of a batch to the recordings."""
        simulation = self._simulation
        wanted = [(simulation.batches[item.number].kept, kept)]
        counts = []
        for monitors in simulation.monitors.values():
            buffers = monitors.wanted(item.number, item.begin, simulation.step)
            counts.append(len(buffers))
            wanted += buffers
        spikes, *samples = simulation.backend.fetch(wanted)
        simulation.spikes.append(spikes, item.keep_from)
        for monitors, count in zip(simulation.monitors.values(), counts, strict=True):
            monitors.take(item.begin, samples[:count])
            del samples[:count]

    def _settle(self) -> None:
        """Let all that is queued run to its end, and complete the last step.

        What a user sees is the state after it.
        """
        while self._under_way:
            self._collect()
        simulation = self._simulation
        if self._complete == simulation.step:
            return
        self._go_on()
        window = np.zeros(1, dtype=WINDOW)
        window["begin"] = window["end"] = simulation.step
        window["source_begin"] = window["source_end"] = simulation.source_step
        window["flush"] = 1
        self._queue_windows(window, simulation.step, self._keep_from(simulation.step))
        self._collect()
        self._complete = simulation.step

    def _raise_not_finite(self, key: int) -> None:
        simulation = self._simulation
        population = simulation.plan.populations[key >> 48]
        variable = population.program.states[(key >> 32) & 0xFFFF]
        neuron = key & 0xFFFFFFFF
        now = simulation.step * simulation.plan.dt * 1e3
        since = max(0, simulation.step - simulation.window) * simulation.plan.dt * 1e3
        raise NumericalError(
            f"{population.name}: {variable.name} of neuron {neuron} became infinite or not a number "
            f"between t = {since:g} ms and t = {now:g} ms. Its equation is {variable.equation}. A "
            "smaller dt or method='implicit' often helps; otherwise look for a division by "
            "zero. What was recorded until then is kept."
        )
