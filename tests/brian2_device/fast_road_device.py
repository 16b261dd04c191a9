"""A device that carries runs out on the fast road alone, and refuses networks that need another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from brian2 import Network, prefs
from brian2.core.namespace import get_local_namespace
from brian2.devices.device import RuntimeDevice, all_devices
from brian2.units import second

from dendrify_gpu.brian2_device.spike_queue import PendingSpikes
from dendrify_gpu.fast_road import FastPlan, examine
from dendrify_gpu.gpu import CpuBackend

NAME = "fast_road_alone"


class Refused(Exception):
    """Holds the reasons."""


class FastRoadDevice(RuntimeDevice):
    """Brian2's runtime mode, with `Network.run` on the fast road."""

    def __init__(self) -> None:
        super().__init__()
        self.plan: FastPlan | None = None
        self.backend = CpuBackend(2)
        self.seed_of_runs = 7
        self.progress: Any = None

    def activate(self, build_on_run: bool = True, **kwargs: Any) -> None:
        super().activate(build_on_run=build_on_run)
        self.backend = CpuBackend(kwargs.get("threads", 2))

    def spike_queue(self, source_start: int, source_end: int) -> PendingSpikes:
        return PendingSpikes(source_start, source_end)

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
        objects = network.sorted_objects
        network._clocks = {item.clock for item in objects}
        start, end = network.t, network.t + duration
        for clock in network._clocks:
            clock.set_interval(start, end)
        if namespace is None:
            namespace = get_local_namespace(level=level + 2)
        network.before_run(namespace)
        clock = min(network._clocks, key=lambda item: float(item.dt_))
        found = examine([item for item in objects if item.active], clock, namespace)
        if not isinstance(found, FastPlan):
            raise Refused("; ".join(str(reason) for reason in found))
        self.plan = found
        precision = 8 * np.dtype(prefs["core.default_float_dtype"]).itemsize
        steps = int(clock._i_end - clock.variables["timestep"].get_value()[0])
        try:
            found.run(steps, self.progress, self.backend, precision, self.seed_of_runs)
        finally:
            network.t_ = float(clock.variables["t"].get_value()[0])
        network.t_ = float(end)
        network.after_run()


DEVICE = FastRoadDevice()
all_devices.setdefault(NAME, DEVICE)


@contextmanager
def seed_of_runs(seed: int) -> Iterator[None]:
    before, DEVICE.seed_of_runs = DEVICE.seed_of_runs, seed
    try:
        yield
    finally:
        DEVICE.seed_of_runs = before
