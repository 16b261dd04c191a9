"""Poisson groups and spike generators."""

from __future__ import annotations

import numpy as np
from brian2.core.variables import ArrayVariable
from brian2.input.poissongroup import PoissonGroup
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup

from .reason import Reason

__all__ = ["finish_generator", "generated", "generator_reasons", "poisson_rates", "poisson_reasons"]


def poisson_reasons(group: PoissonGroup) -> list[Reason]:
    """Return why the core cannot make a group's spikes.

    Parameters
    ----------
    group : PoissonGroup

    Returns
    -------
    list of Reason
    """
    if not isinstance(group.variables["rates"], ArrayVariable):
        return [Reason(group.name, f"has rates that change during a run: {group._rates!r}")]
    if group.events != {"spike": "rand() < rates * dt"}:
        return [Reason(group.name, "does not fire by its rates alone")]
    if not np.all(np.isfinite(poisson_rates(group))):
        return [Reason(group.name, "has rates that are not finite")]
    return []


def poisson_rates(group: PoissonGroup) -> np.ndarray:
    """Return a copy of the rates in hertz."""
    return np.array(group.variables["rates"].get_value(), dtype=np.float64)


def generator_reasons(group: SpikeGeneratorGroup, step: int) -> list[Reason]:
    """Return why the core cannot make a generator's spikes from a step on.

    Parameters
    ----------
    group : SpikeGeneratorGroup
    step : int

    Returns
    -------
    list of Reason
    """
    if int(group.variables["_period_bins"].get_value()[0]) > 0:
        return [Reason(group.name, "repeats its spikes with a period")]
    bins, done = _bins(group), _done(group)
    if np.any(bins[:done] >= step) or np.any(bins[done:] < step):
        return [Reason(group.name, "has spikes that it fires at another time than theirs")]
    if len(bins) and bins[-1] > 2**30:
        return [Reason(group.name, "has spikes beyond the last step that the core counts")]
    return []


def generated(group: SpikeGeneratorGroup, begin: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Return sources and steps of a generator's spikes in steps [begin, end), in Brian2's order."""
    bins = _bins(group)
    part = slice(*np.searchsorted(bins, [begin, end]).tolist())
    sources = np.asarray(group.variables["neuron_index"].get_value())
    return sources[part].astype(np.int64), bins[part].astype(np.int64)


def finish_generator(group: SpikeGeneratorGroup, end: int) -> None:
    """Note that a generator has fired all spikes before a step."""
    group.variables["_lastindex"].get_value()[:] = np.searchsorted(_bins(group), end)


def _bins(group: SpikeGeneratorGroup) -> np.ndarray:
    return np.asarray(group.variables["_timebins"].get_value())


def _done(group: SpikeGeneratorGroup) -> int:
    return int(group.variables["_lastindex"].get_value()[0])
