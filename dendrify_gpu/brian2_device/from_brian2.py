"""One Brian2 network on the core, in a script that otherwise runs on Brian2 itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from brian2 import prefs
from brian2.core.namespace import get_local_namespace
from brian2.core.network import Network
from brian2.devices.device import get_device, reset_device, set_device
from brian2.synapses.synapses import SynapticPathway
from brian2.units import second

from ..errors import ModelError
from .device import DendrifyGpuDevice
from .spike_queue import PendingSpikes

__all__ = ["ImportedNetwork", "from_brian2"]


class ImportedNetwork:
    """A Brian2 network whose runs are carried out by the core; made by `from_brian2`.

    Attributes
    ----------
    network : brian2.Network
    """

    def __init__(self, network: Network, precision: str | None, threads: int | None) -> None:
        self.network = network
        self._options = {"precision": precision, "threads": threads}

    def run(
        self,
        duration: Any,
        report: Any = None,
        report_period: Any = 10 * second,
        namespace: Mapping[str, Any] | None = None,
        profile: bool | None = None,
    ) -> None:
        """Run the network; arguments are those of `brian2.Network.run`.

        Raises
        ------
        NotImplementedError
            If the network has something in it that the core cannot do. The message names it.
        """
        if namespace is None:
            namespace = get_local_namespace(level=1)
        with _on_the_core(self._options), _core_queues(self.network):
            self.network.run(
                duration,
                report=report,
                report_period=report_period,
                namespace=namespace,
                profile=profile,
            )

    @property
    def report(self) -> list[str]:
        """What ran where in the last run, one line each."""
        return _core_device().last_report


def from_brian2(
    network: Network, precision: str | None = None, threads: int | None = None
) -> ImportedNetwork:
    """Run one Brian2 network on the core.

    The objects stay Brian2's own: monitors, states and parameters are read and changed through them, and runs on the
    core and runs of Brian2 can follow each other.

    Parameters
    ----------
    network : brian2.Network
    precision : {'float64', 'float32'}, optional
        What the core computes with. Default: ``prefs.core.default_float_dtype``. Values are kept as Brian2 keeps them.
    threads : int, optional
        Default: as many of the cores as the steps of the network are worth. Results do not depend on it.

    Returns
    -------
    ImportedNetwork

    Raises
    ------
    ModelError
        If it is no network, or the script runs on another device already.

    Examples
    --------
    >>> import brian2
    >>> from brian2.units import ms, mV
    >>> import dendrify_gpu as dg
    >>> cells = brian2.NeuronGroup(10, 'dv/dt = (20*mV - v) / (10*ms) : volt', threshold='v > 10*mV',
    ...                            reset='v = 0*mV', method='exact')
    >>> spikes = brian2.SpikeMonitor(cells)
    >>> dg.from_brian2(brian2.Network(cells, spikes)).run(50*ms)
    >>> int(spikes.num_spikes)
    70
    """
    if not isinstance(network, Network):
        raise ModelError(
            f"from_brian2 takes a brian2.Network, not {type(network).__name__}. Collect the objects of a script with "
            "brian2.Network(brian2.collect())."
        )
    if not type(get_device()).__name__ == "RuntimeDevice":
        raise ModelError(
            f"from_brian2 takes networks of Brian2's runtime mode; this script runs on {type(get_device()).__name__}."
        )
    return ImportedNetwork(network, precision, threads)


def _core_device() -> DendrifyGpuDevice:
    from brian2.devices.device import all_devices

    device = all_devices["dendrify_gpu"]
    assert isinstance(device, DendrifyGpuDevice)
    return device


@contextmanager
def _on_the_core(options: Mapping[str, Any]) -> Iterator[None]:
    dtype = prefs["core.default_float_dtype"]
    set_device("dendrify_gpu", **options)
    try:
        yield
    finally:
        reset_device()
        prefs["core.default_float_dtype"] = dtype


@contextmanager
def _core_queues(network: Network) -> Iterator[None]:
    """Give pathways the core's queues, and take over what is under way, there and back."""
    pathways = [item for item in network.sorted_objects if isinstance(item, SynapticPathway)]
    queues = [pathway.queue for pathway in pathways]
    for pathway, queue in zip(pathways, queues, strict=True):
        ahead, synapses = _events_of(queue)
        source = pathway.source
        pathway.queue = PendingSpikes.from_events(
            source.start, source.stop, float(source.clock.dt_), ahead, synapses
        )
    try:
        yield
    finally:
        for pathway, queue in zip(pathways, queues, strict=True):
            ahead, synapses = pathway.queue.events_ahead()
            _set_events(queue, float(pathway.source.clock.dt_), ahead, synapses)
            pathway.queue = queue


def _events_of(queue: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the steps until each event in a queue of Brian2's, and its synapse."""
    state = queue._full_state()
    if len(state) == 3:
        events = np.asarray(state[1])
        return events[:, 0], events[:, 1]
    offset, slots = state
    ahead = [(place - offset) % len(slots) for place in range(len(slots))]
    counts = [len(events) for events in slots]
    synapses = np.array([synapse for events in slots for synapse in events], dtype=np.int32)
    return np.repeat(np.asarray(ahead, np.int64), counts), synapses


def _set_events(queue: Any, dt: float, ahead: np.ndarray, synapses: np.ndarray) -> None:
    """Put events into a queue of Brian2's."""
    n_slot = int(ahead.max()) + 1 if len(ahead) else 1
    if len(queue._full_state()) == 3:
        most = int(np.bincount(ahead).max()) if len(ahead) else 1
        queue._restore_from_full_state((dt, np.stack([ahead, synapses], axis=1), (n_slot, most)))
        return
    slots = [synapses[ahead == place].tolist() for place in range(n_slot)]
    queue._restore_from_full_state((0, slots))
