"""The Brian2 device: what a script gets with ``brian2.set_device('dendrify_gpu')``."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from brian2 import prefs
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.clocks import Clock
from brian2.core.namespace import get_local_namespace
from brian2.core.network import Network, TextReport
from brian2.devices.device import RuntimeDevice, all_devices
from brian2.groups.group import Group
from brian2.units import second

from ..errors import ModelError
from ..gpu import CpuBackend
from .general_road import GeneralRoad, RandomState
from .memory import with_room
from .recorded_code import RUN_TEMPLATES, record_code
from .spike_queue import PendingSpikes

__all__ = ["DendrifyGpuDevice", "register"]

_PRECISIONS = {"float32": np.float32, "float64": np.float64}


class DendrifyGpuDevice(RuntimeDevice):
    """Brian2's runtime mode, with `Network.run` on this library's core.

    Everything else is Brian2's own: values are numpy arrays that can be read and changed between runs.
    """

    def __init__(self) -> None:
        super().__init__()
        self._dtype_before: Any = None
        self._backend: CpuBackend | None = None
        self._threads: int | None = None
        self._random: WeakKeyDictionary[Network, RandomState] = WeakKeyDictionary()
        # By name, until the network runs: a stored state may belong to a network that does not exist yet.
        self._restored: dict[str, tuple[int, int]] = {}
        # Networks that were given a seed since the user set one.
        self._networks = 0
        #: What ran in the last run, one line each.
        self.last_report: list[str] = []
        #: Compilations since the device was created.
        self.compilations = 0
        #: Seconds that the last run spent on making and loading its library.
        self.last_compile_seconds = 0.0

    # ---------------------------------------------------------------------- options

    def activate(
        self,
        build_on_run: bool = True,
        precision: str | None = None,
        backend: str = "auto",
        threads: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Take the options of `brian2.set_device`.

        Parameters
        ----------
        build_on_run : bool, optional
            Accepted for scripts that were written for other devices; networks run when `run` is called.
        precision : {'float64', 'float32'}, optional
            Sets ``prefs.core.default_float_dtype``. Default: that of the preference.
        backend : {'auto', 'cpu'}, optional
        threads : int, optional
            Default: as many of the cores as the steps of a network are worth. Results do not depend on it.
        **kwargs
            What scripts for other devices give, such as ``directory``; kept in `build_options`.

        Raises
        ------
        ModelError
            If an option has a value that does not exist.
        """
        if precision is not None and precision not in _PRECISIONS:
            raise ModelError(
                f"set_device: precision={precision!r} does not exist; there are 'float64' and 'float32'."
            )
        if backend not in ("auto", "cpu"):
            raise ModelError(f"set_device: backend={backend!r} does not exist; there is 'cpu'.")
        super().activate(build_on_run=build_on_run, **kwargs)
        self._backend = None
        self._threads = threads
        if precision is not None:
            prefs["core.default_float_dtype"] = _PRECISIONS[precision]

    # ----------------------------------------------------------------------- arrays

    def add_array(self, var: Any) -> None:
        """Allocate the values of a variable, with room for a whole vector behind them."""
        super().add_array(var)
        values = self.arrays[var]
        if isinstance(values, np.ndarray) and values.ndim == 1:
            self.arrays[var] = with_room(values)

    def spike_queue(self, source_start: int, source_end: int) -> PendingSpikes:
        """Return what keeps the spikes on their way through a pathway."""
        return PendingSpikes(source_start, source_end)

    # ------------------------------------------------------------------------- code

    def code_object_class(
        self, codeobj_class: type | None = None, fallback_pref: str = "codegen.target"
    ) -> Any:
        """Return the class of the code objects that are carried out once: numpy's, which need no compiler."""
        if codeobj_class is None and prefs[fallback_pref] == "auto":
            return NumpyCodeObject
        return super().code_object_class(codeobj_class, fallback_pref)

    def code_object(
        self,
        owner: Any,
        name: str,
        abstract_code: Any,
        variables: dict[str, Any],
        template_name: str,
        variable_indices: dict[str, str],
        codeobj_class: type | None = None,
        template_kwds: Mapping[str, Any] | None = None,
        override_conditional_write: Any = None,
        compiler_kwds: Mapping[str, Any] | None = None,
    ) -> Any:
        """Keep what is carried out in every step; let Brian2 compile the rest."""
        further = {
            "template_kwds": template_kwds,
            "override_conditional_write": override_conditional_write,
            "compiler_kwds": compiler_kwds,
        }
        names = (owner, name, abstract_code, variables, template_name, variable_indices)
        if template_name not in RUN_TEMPLATES:
            return super().code_object(*names, codeobj_class=codeobj_class, **further)

        def alone() -> Any:
            made = super(DendrifyGpuDevice, self).code_object(
                *names, codeobj_class=NumpyCodeObject, **further
            )
            made.before_run()
            return made

        return record_code(
            *names,
            getattr(NumpyCodeObject.templater, template_name),
            self.code_object_class(codeobj_class),
            **further,
            alone=alone,
        )

    # ------------------------------------------------------------------------ random

    def seed(self, seed: int | None = None) -> None:
        """Seed all random numbers: those that numpy draws, and those of runs."""
        super().seed(seed)
        self._random.clear()
        self._restored.clear()
        self._networks = 0

    def get_random_state(self) -> dict[str, Any]:
        """Return the state of all random numbers."""
        kept = {network.name: (state.seed, state.steps) for network, state in self._random.items()}
        return {**super().get_random_state(), "dendrify_gpu": {**self._restored, **kept}}

    def set_random_state(self, state: dict[str, Any]) -> None:
        """Set the state of all random numbers."""
        super().set_random_state(state)
        self._random.clear()
        self._restored = dict(state["dendrify_gpu"])

    def _random_of(self, network: Network) -> RandomState:
        """Return where a network's random numbers are; a network that starts from 0 s gets others."""
        if network.name in self._restored:
            self._random[network] = RandomState(*self._restored.pop(network.name))
        elif network not in self._random or float(network.t_) == 0.0:
            self._random[network] = RandomState(self._draw_seed())
        return self._random[network]

    def _draw_seed(self) -> int:
        """Return a seed that follows from numpy's random state, which stays as it is, and from the number of calls."""
        own = np.random.RandomState()
        own.set_state(np.random.get_state())  # noqa: NPY002
        words = [int(word) for word in own.randint(0, 2**32, size=4, dtype=np.uint64)]
        own.seed([self._networks, *words])
        self._networks += 1
        return int(own.randint(0, 2**32, dtype=np.uint64))

    # -------------------------------------------------------------------------- runs

    def network_run(
        self,
        network: Network,
        duration: Any,
        report: Any = None,
        report_period: Any = 10 * second,
        namespace: Mapping[str, Any] | None = None,
        profile: bool | None = None,
        level: int = 0,
    ) -> None:
        """Run a network; see `brian2.Network.run`."""
        if duration < 0:
            raise ValueError(
                f"Function 'run' expected a non-negative duration but got '{duration}'"
            )
        gc.collect()
        objects = network.sorted_objects
        network._clocks = {item.clock for item in objects}
        start, end = network.t, network.t + duration
        for clock in network._clocks:
            clock.set_interval(start, end)
        if profile is None:
            profile = self.build_options.get("profile", False)
        if namespace is None:
            namespace = get_local_namespace(level=level + 2)
        network.before_run(namespace)
        if not objects:
            return
        active = [item for item in objects if item.active]
        compile_started = time.perf_counter()
        if self._backend is None:
            self._backend = CpuBackend(self._threads)
        road = GeneralRoad(
            active, self._backend, self._random_of(network), bool(profile), self._threads
        )
        self.compilations += road.program.compiled
        self.last_report = [
            f"general road: {len(road.tasks)} tasks in every step, "
            f"{CpuBackend(road.program.threads).description}, "
            f"{np.dtype(prefs['core.default_float_dtype'])}",
            *road.describe(),
        ]
        self.last_compile_seconds = time.perf_counter() - compile_started
        told = _Reporter(report, float(report_period), network, start, duration)
        began = time.perf_counter()
        Network._globally_running = True
        network.t_ = float(start)
        try:
            road.run(self._stopped(network, began), told.look_up, network)
            stopped = network._stopped or Network._globally_stopped
            if not stopped:
                network.t_ = float(end)
        finally:
            Network._globally_running = False
            if network.t_ != float(end):
                # Stopped, interrupted or failed: the next run goes on from here.
                network.t_ = min(_time(clock) for clock in network._clocks)
        seconds = time.perf_counter() - began
        self._last_run_time = seconds
        fraction = (network.t - start) / duration if duration > 0 else 1.0
        self._last_run_completed_fraction = fraction
        # Brian2 compares with 1e50, which single-precision arrays cannot hold.
        with np.errstate(over="ignore"):
            for item in objects:
                if isinstance(item, Group):
                    item._check_for_invalid_states()
        told.finish(seconds, fraction, self.last_report[0])
        network.after_run()
        network._profiling_info = (
            [(name, taken * second) for name, taken in road.seconds.items()] if profile else None
        )

    def _stopped(self, network: Network, began: float) -> Callable[[], bool]:
        def stopped() -> bool:
            limit = self._maximum_run_time
            if limit is not None and time.perf_counter() - began > float(limit):
                network._stopped = True
            return bool(network._stopped or Network._globally_stopped)

        return stopped


class _Reporter:
    """Tells the user how far a run is, as Brian2 does."""

    def __init__(
        self, report: Any, period: float, network: Network, start: Any, duration: Any
    ) -> None:
        self._call: Callable[..., Any] | None = None
        if report in ("text", "stdout"):
            self._call = TextReport(sys.stdout)
        elif report == "stderr":
            self._call = TextReport(sys.stderr)
        elif isinstance(report, str):
            raise ValueError(f'Do not know how to handle report argument "{report}".')
        elif callable(report):
            self._call = report
        elif report is not None:
            raise TypeError(
                "Do not know how to handle report argument, it has to be one of 'text', 'stdout', 'stderr', or a "
                f"callable function/object, but it is of type {type(report)}"
            )
        self._network, self._start, self._duration = network, start, duration
        self._began = time.perf_counter()
        self._period, self._next = period, self._began + period
        if self._call is not None:
            self._call(0 * second, 0.0, start, duration)

    def look_up(self) -> None:
        """Report if it is time."""
        now = time.perf_counter()
        if self._call is None or now < self._next:
            return
        self._next = now + self._period
        done = min(_time(clock) for clock in self._network._clocks) - float(self._start)
        self._call(
            (now - self._began) * second,
            done / float(self._duration),
            self._start,
            self._duration,
        )

    def finish(self, seconds: float, fraction: float, where: str) -> None:
        """Report the end, and in a text also what ran where."""
        if self._call is not None:
            self._call(seconds * second, fraction, self._start, self._duration)
        if isinstance(self._call, TextReport):
            self._call.stream.write(f"{where}\n")


def register() -> None:
    """Make the device known to Brian2 under the name ``'dendrify_gpu'``."""
    all_devices.setdefault("dendrify_gpu", DendrifyGpuDevice())


def _time(clock: Clock) -> float:
    return float(clock.variables["t"].get_value()[0])
