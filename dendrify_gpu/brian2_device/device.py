"""The Brian2 device: what a script gets with ``brian2.set_device('dendrify_gpu')``."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary, ref

import numpy as np
from brian2 import prefs
from brian2.codegen.runtime.GSLcython_rt import GSLCythonCodeObject
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.functions import Function
from brian2.core.namespace import get_local_namespace
from brian2.core.network import Network
from brian2.devices.device import RuntimeDevice, all_devices
from brian2.groups.group import Group
from brian2.synapses.synapses import SynapticPathway
from brian2.units import second

from ..backend_choice import check_backend_arguments, choose_backend
from ..errors import ModelError
from ..gpu import Backend, CpuBackend
from .fast import FastRoad, GeneralRoadNeeded, Reason, fast_road, in_words
from .general_road import GeneralRoad, RandomState
from .memory import with_room
from .progress import Reporter, time_of
from .recorded_code import RUN_TEMPLATES, record_code
from .spike_queue import PendingSpikes
from .state_updates import event_driven_update, kept_state_updates
from .unused import collect_unused

__all__ = ["DendrifyGpuDevice", "register"]

_PRECISIONS = {"float32": np.float32, "float64": np.float64}


class DendrifyGpuDevice(RuntimeDevice):
    """Brian2's runtime mode, with `Network.run` on this library's core.

    Everything else is Brian2's own: values are numpy arrays that can be read and changed between runs.
    """

    def __init__(self) -> None:
        super().__init__()
        self._dtype_before: Any = None
        self._backend: Backend | None = None
        self._backend_name = "auto"
        self._threads: int | None = None
        self._road = "auto"
        self._last: tuple[list[ref[Any]], dict[str, Any]] | None = None
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
        road: str = "auto",
        **kwargs: Any,
    ) -> None:
        """Take the options of `brian2.set_device`.

        Parameters
        ----------
        build_on_run : bool, optional
            Accepted for scripts that were written for other devices; networks run when `run` is called.
        precision : {'float64', 'float32'}, optional
            Sets ``prefs.core.default_float_dtype``. Default: that of the preference.
        backend : {'auto', 'cpu', 'cuda'}, optional
            Default: CUDA where PyCUDA and a device are there, else the CPU.
        threads : int, optional
            Default: as many of the cores as the steps of a network are worth. Results do not depend on it.
        road : {'auto', 'general', 'fast'}, optional
            ``'general'`` carries out every object in turn, whatever it does. ``'fast'`` is the fused core, for networks
            whose synapses only add. Default: on CUDA the fused core where it can run the network, else the general
            road; on the CPU the general road, which is at least as fast there. `explain` says what was chosen and why.
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
        if road not in ("auto", "general", "fast"):
            raise ModelError(
                f"set_device: road={road!r} does not exist; there are 'auto', 'general' and 'fast'."
            )
        check_backend_arguments(backend, threads)
        super().activate(build_on_run=build_on_run, **kwargs)
        self._backend = None
        self._backend_name, self._threads, self._road = backend, threads, road
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

    def synaptic_pathway_update_abstract_code(
        self, pathway: SynapticPathway, run_namespace: Any = None, level: int = 0
    ) -> None:
        """Write what a pathway does at an event; its event-driven variables come to the present first."""
        synapses = pathway.synapses
        if synapses.event_driven is None:
            pathway.abstract_code = f"{pathway.code}\n"
        else:
            update = event_driven_update(synapses.event_driven, pathway.group.variables)
            pathway.abstract_code = f"{update}\n{pathway.code}\nlastupdate = t\n"

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
        if codeobj_class is GSLCythonCodeObject:
            raise NotImplementedError(
                f"{owner.name}: integrators of the GSL have no counterpart here. Use another method."
            )
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
        # A network that stands at 0 s gets another seed, by the number of seeds that were drawn before.
        kept = {
            network.name: (state.seed, state.steps)
            for network, state in self._random.items()
            if float(network.t_) != 0.0
        }
        own = {"networks": {**self._restored, **kept}, "drawn": self._networks}
        return {**super().get_random_state(), "dendrify_gpu": own}

    def set_random_state(self, state: dict[str, Any]) -> None:
        """Set the state of all random numbers."""
        super().set_random_state(state)
        self._random.clear()
        self._restored = dict(state["dendrify_gpu"]["networks"])
        self._networks = state["dendrify_gpu"]["drawn"]

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
        objects = network.sorted_objects
        network._clocks = {item.clock for item in objects}
        start, end = network.t, network.t + duration
        for clock in network._clocks:
            clock.set_interval(start, end)
        if profile is None:
            profile = self.build_options.get("profile", False)
        if namespace is None:
            namespace = get_local_namespace(level=level + 2)
        with kept_state_updates(objects):
            network.before_run(namespace)
        if not objects:
            return
        active = [item for item in objects if item.active]
        compile_started = time.perf_counter()
        # For `explain`. A network that nobody else holds is freed.
        self._last = (
            [ref(item) for item in active],
            {
                name: value
                for name, value in namespace.items()
                if isinstance(value, float | int | np.generic | Function)
                or (isinstance(value, np.ndarray) and value.ndim == 0)
            },
        )
        road = self._road_of(network, active, namespace, bool(profile))
        self.last_compile_seconds = time.perf_counter() - compile_started
        told = Reporter(report, float(report_period), network, start, duration)
        began = time.perf_counter()
        Network._globally_running = True
        network.t_ = float(start)
        try:
            try:
                road.run(self._stopped(network, began), told.look_up, network)
            except GeneralRoadNeeded as error:
                # Known only from the values that the run begins with.
                road = self._general(network, bool(profile), error.reasons)
                road.run(self._stopped(network, began), told.look_up, network)
            stopped = network._stopped or Network._globally_stopped
            if not stopped:
                network.t_ = float(end)
        finally:
            Network._globally_running = False
            if network.t_ != float(end):
                # Stopped, interrupted or failed: the next run goes on from here.
                network.t_ = min(time_of(clock) for clock in network._clocks)
        seconds = time.perf_counter() - began
        self.compilations += road.compiled
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

    def _road_of(
        self, network: Network, active: list[Any], namespace: Mapping[str, Any], profile: bool
    ) -> FastRoad | GeneralRoad:
        """Choose how a run is carried out."""
        if self._backend is None:
            self._backend = choose_backend(self._backend_name, self._threads).backend
        on_cuda = not isinstance(self._backend, CpuBackend)
        if self._road == "general" or not (on_cuda or self._road == "fast"):
            return self._general(network, profile, ())
        if profile:
            reason = Reason("run", "the time of each object is wanted (profile=True)")
            return self._general(network, profile, (reason,))
        if network._clocks != {item.clock for item in active}:
            reason = Reason("run", "clocks tick on which no active object hangs")
            return self._general(network, profile, (reason,))
        collect_unused(network.sorted_objects)
        fast = fast_road(active, self._backend, self._random_of(network), namespace)
        if not isinstance(fast, FastRoad):
            return self._general(network, profile, fast)
        dtype = np.dtype(prefs["core.default_float_dtype"])
        self.last_report = [
            f"fast road: fused core, {self._backend.description}, {dtype}",
            *fast.describe(),
        ]
        return fast

    def _general(self, network: Network, profile: bool, reasons: Sequence[Reason]) -> GeneralRoad:
        """Return the general road, unless the user has asked for the other one."""
        if reasons and self._road == "fast":
            raise NotImplementedError(
                f"road='fast': the fused core cannot run this network: {in_words(reasons)}. Leave it out, and the "
                "network takes the general road."
            )
        backend = self._backend
        assert backend is not None
        objects = network.sorted_objects
        road = GeneralRoad(objects, backend, self._random_of(network), profile, self._threads)
        dtype = np.dtype(prefs["core.default_float_dtype"])
        used = CpuBackend(road.program.threads) if isinstance(backend, CpuBackend) else backend
        self.last_report = [
            f"general road: {len(road.tasks)} tasks in every step, {used.description}, {dtype}",
            *road.describe(),
            *(f"not on the fused core: {reason}" for reason in reasons),
        ]
        return road

    def explain(self) -> list[str]:
        """Return what ran where in the last run, one line each, and what keeps the network from the fused core."""
        if self._last is None:
            return ["nothing has run yet"]
        lines = list(self.last_report)
        if lines[0].startswith("general") and not any("fused core" in line for line in lines):
            objects = [item() for item in self._last[0]]
            if None in objects:
                return [*lines, "the network is gone"]
            backend = self._backend if self._backend is not None else CpuBackend(self._threads)
            found = fast_road(objects, backend, RandomState(0), self._last[1])
            if isinstance(found, FastRoad):
                lines.append("the fused core could run it, too: set_device(..., road='fast')")
            else:
                lines += [f"not on the fused core: {reason}" for reason in found]
        return lines

    def _stopped(self, network: Network, began: float) -> Callable[[], bool]:
        def stopped() -> bool:
            limit = self._maximum_run_time
            if limit is not None and time.perf_counter() - began > float(limit):
                network._stopped = True
            return bool(network._stopped or Network._globally_stopped)

        return stopped


def register() -> None:
    """Make the device known to Brian2 under the name ``'dendrify_gpu'``."""
    all_devices.setdefault("dendrify_gpu", DendrifyGpuDevice())
