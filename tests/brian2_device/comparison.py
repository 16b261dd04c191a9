"""Run one network under Brian2's numpy target and under another device or target, and compare everything.

A record holds each array that any object of the network or any of its clocks owns, the records of the monitors among
them, and for each synaptic pathway the spikes that are still on their way.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import brian2
import numpy as np
from brian2 import Network
from brian2.core.variables import ArrayVariable
from brian2.devices.device import get_device, reset_device
from brian2.spatialneuron.spatialneuron import SpatialNeuron, SpatialStateUpdater
from brian2.synapses.synapses import SynapticPathway
from brian2.units import ms

SEED = 1234
TARGETS = ("numpy", "cython")


@dataclass(frozen=True)
class Record:
    """What a network holds after its run.

    Attributes
    ----------
    arrays
        By ``"object.variable"``, a copy of each array.
    waiting
        By name of the pathway, the synapses that will act in the next step, the one after it, and so on, in order.
    road
        What this library's device says about how it carried out the run; nothing from another device.
    """

    arrays: dict[str, np.ndarray]
    waiting: dict[str, list[list[int]]]
    road: str = ""


@dataclass(frozen=True)
class Difference:
    """One array that is not the same.

    Attributes
    ----------
    what
        ``"object.variable"``, or the name of a pathway.
    size
        The largest difference relative to the largest magnitude of the reference; ``inf`` where shapes, whole
        numbers or the presence of the array differ.
    text
        What is different.
    """

    what: str
    size: float
    text: str


@dataclass(frozen=True)
class Comparison:
    """Two records of one network."""

    network: str
    device: str
    monitors: tuple[str, ...]
    reference: Record
    other: Record

    def spikes(self, monitor: str) -> int:
        """Return how many events a monitor of the reference has recorded."""
        return len(self.reference.arrays[f"{monitor}.i"])

    def differences(self, rtol: float = 0.0) -> list[Difference]:
        """Return what differs by more than `rtol`, monitors first, then by size."""
        found = list(_differences(self.reference, self.other, rtol))
        return sorted(
            found, key=lambda entry: (entry.what.split(".")[0] not in self.monitors, -entry.size)
        )


@contextmanager
def brian2_on(device: str, options: dict[str, Any]) -> Iterator[None]:
    """Use a code target of Brian2's runtime device, or another device with its options, and go back afterwards."""
    target = brian2.prefs.codegen.target
    brian2.prefs.codegen.target = device if device in TARGETS else "numpy"
    brian2.set_device("runtime" if device in TARGETS else device, **options)
    try:
        yield
    finally:
        reset_device()
        brian2.prefs.codegen.target = target


def run_one(
    module: ModuleType,
    duration: float,
    device: str,
    options: dict[str, Any],
    build: dict[str, Any],
    pieces: int = 1,
) -> Record:
    """Build and run a network for `duration` ms on one device, in so many equal runs."""
    # Clocks and subgroups get their names from Brian2, which are the same once those of the network before are free.
    gc.collect()
    with brian2_on(device, options):
        brian2.defaultclock.dt = 0.1 * ms
        brian2.seed(SEED)
        network = module.build(**build)
        brian2.seed(SEED)
        runner = getattr(module, "run", Network.run)
        for _ in range(pieces):
            runner(network, duration / pieces * ms)
        road = next(iter(getattr(get_device(), "last_report", [])), "")
        return replace(take_record(network), road=road)


def run_both(
    module: ModuleType,
    duration: float,
    *,
    device: str = "dendrify_gpu",
    options: dict[str, Any] | None = None,
    pieces: int = 1,
    **build: Any,
) -> Comparison:
    """Run a network under Brian2's numpy target and on another device in the same process.

    Parameters
    ----------
    module
        One of ``brian2_networks``.
    duration
        In ms.
    device
        A device, or ``"cython"`` for Brian2's own compiled target.
    options
        Of ``set_device``, as ``{"threads": 2}``.
    pieces
        How many calls of ``run`` share the duration.
    **build
        Given to ``module.build``.
    """
    reference = run_one(module, duration, "numpy", {}, build, pieces)
    other = run_one(module, duration, device, options or {}, build, pieces)
    name = module.__name__.rpartition(".")[2]
    return Comparison(name, device, tuple(module.MONITORS), reference, other)


def take_record(network: Network) -> Record:
    """Copy all arrays of a network and the spikes on their way."""
    arrays, waiting = {}, {}
    for item in network.sorted_objects:
        for variable in _arrays_of(item):
            owner = variable.owner.name if variable.owner is not None else item.name
            values = np.array(variable.get_value())
            if variable.name.startswith("_") and variable.name.endswith("space"):
                # The events of the last step and how many they are: what lies between is left from earlier steps.
                values = np.append(values[: values[-1]], values[-1])
            arrays[f"{owner}.{variable.name}"] = values
        if isinstance(item, SynapticPathway):
            waiting[item.name] = _on_their_way(item)
    return Record(arrays, waiting)


def _on_their_way(pathway: SynapticPathway) -> list[list[int]]:
    """Return the synapses that act in the next step, the one after it, and so on."""
    state = pathway.queue._full_state()
    if len(state) == 2:  # Brian2's queue: a ring of slots
        offset, slots = state
        ahead = [list(slots[(offset + k) % len(slots)]) for k in range(len(slots))]
    else:  # the device's: spikes by step and source, and synapses whose delay has changed since
        _, (steps, cells), (early_steps, early_synapses), delays, sources = state
        events = list(zip(early_steps.tolist(), early_synapses.tolist(), strict=True))
        delays = np.broadcast_to(delays, sources.shape)
        for step, cell in zip(steps.tolist(), cells.tolist(), strict=True):
            reached = np.flatnonzero(sources == cell + pathway.spikes_start)
            events += [(step + int(delays[k]), int(k)) for k in reached]
        events = [event for event in events if event[0] >= 0]
        ahead = [[] for _ in range(1 + max((step for step, _ in events), default=-1))]
        for step, synapse in events:
            ahead[step].append(synapse)
    while ahead and not ahead[-1]:
        ahead.pop()
    return ahead


def _arrays_of(item: Any) -> list[ArrayVariable]:
    """Return the arrays that an object owns or reads, without the scratch memory of the cable solver."""
    arrays = [
        v for v in dict(getattr(item, "variables", {})).values() if isinstance(v, ArrayVariable)
    ]
    if isinstance(item, SpatialStateUpdater):
        return []
    return [v for v in arrays if not (isinstance(v.owner, SpatialNeuron) and _is_scratch(v))]


def _is_scratch(variable: ArrayVariable) -> bool:
    return variable.name.startswith("_") and not variable.name.endswith("space")


def _differences(reference: Record, other: Record, rtol: float) -> Iterator[Difference]:
    for what in sorted(reference.arrays.keys() ^ other.arrays.keys()):
        side = "the reference" if what in reference.arrays else "the other"
        yield Difference(what, np.inf, f"{what}: only in {side}")
    for what in sorted(reference.arrays.keys() & other.arrays.keys()):
        yield from _array_difference(what, reference.arrays[what], other.arrays[what], rtol)
    for what, expected in reference.waiting.items():
        found = other.waiting.get(what)
        if found != expected:
            counts = [sum(map(len, slots)) for slots in (expected, found or [])]
            yield Difference(
                what, np.inf, f"{what}: spikes on their way differ ({counts[0]} and {counts[1]})"
            )


def _array_difference(
    what: str, expected: np.ndarray, found: np.ndarray, rtol: float
) -> Iterator[Difference]:
    if expected.shape != found.shape or expected.dtype.kind != found.dtype.kind:
        text = f"{what}: {expected.dtype}{expected.shape} and {found.dtype}{found.shape}"
        yield Difference(what, np.inf, text)
        return
    if expected.dtype.kind != "f":
        wrong = np.argwhere(expected != found)
        if len(wrong):
            at = tuple(wrong[0].tolist())
            text = f"{what}{list(at)}: {expected[at]} and {found[at]}, {len(wrong)} differ"
            yield Difference(what, np.inf, text)
        return
    same = (expected == found) | (np.isnan(expected) & np.isnan(found))
    if same.all():
        return
    finite = np.abs(expected[np.isfinite(expected)])
    largest = finite.max() if finite.size else 0.0
    with np.errstate(all="ignore"):
        gaps = np.where(same, 0.0, np.abs(expected - found) / (largest or 1.0))
    gaps[np.isnan(gaps)] = np.inf
    size = float(gaps.max())
    if size > rtol:
        at = tuple(int(k) for k in np.argwhere(gaps > rtol)[0])
        text = f"{what}{list(at)}: {expected[at]!r} and {found[at]!r}, at most {size:.2g} of {largest:.3g}"
        yield Difference(what, size, text)


def assert_equal(comparison: Comparison, rtol: float = 1e-12) -> None:
    """Refuse any difference: whole numbers exactly, others to `rtol` of the largest magnitude of the variable.

    Spikes are compared as the monitors hold them, by index and time in order of recording. At this tolerance a time
    that agrees is the same step.
    """
    found = comparison.differences(rtol)
    if found:
        listed = "\n  ".join(entry.text for entry in found[:20])
        more = f"\n  and {len(found) - 20} more" if len(found) > 20 else ""
        raise AssertionError(
            f"{comparison.network} on {comparison.device} differs from Brian2's numpy target:"
            f"\n  {listed}{more}"
        )
