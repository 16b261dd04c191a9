"""How many spikes the lists in a backend must have room for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .plan import NetworkPlan

__all__ = ["spike_reserve"]


def spike_reserve(
    plan: NetworkPlan,
    rates: Mapping[str, float | np.ndarray],
    window: int,
    parts: np.ndarray | None = None,
) -> int:
    """Return the most places that the spikes of one window take on their list.

    Neurons have at most one spike a step, generators what they were given; for Poisson sources it is the mean by their
    rates and twenty standard deviations, and at most one a step.

    Parameters
    ----------
    plan : NetworkPlan
        The network.
    rates : mapping of str to float or ndarray
        Present rates of the Poisson groups in hertz.
    window : int
        Steps of a window.
    parts : ndarray of int, shape (sources,), optional
        Places that a spike of each source takes. Default: one.

    Returns
    -------
    int
    """
    reserve, first = 0, 0

    def places(n: int) -> np.ndarray:
        return np.ones(n, dtype=np.int32) if parts is None else parts[first : first + n]

    for population in plan.populations:
        if population.program.threshold is not None:
            reserve += int(places(population.n).sum(dtype=np.int64)) * window
        first += population.n
    for item in plan.poisson:
        own = places(item.n)
        probability = np.clip(np.asarray(rates[item.name]) * plan.dt, 0.0, 1.0)
        mean = float((own * np.broadcast_to(probability, (item.n,))).sum()) * window
        most = int(own.max(initial=1))
        likely = int(mean + 20 * np.sqrt(mean * most) + 1000 * most)
        reserve += min(likely, int(own.sum(dtype=np.int64)) * window)
        first += item.n
    for generator in plan.generators:
        order = np.argsort(generator.steps, kind="stable")
        steps = np.asarray(generator.steps)[order]
        taken = np.concatenate(
            [[0], np.cumsum(places(generator.n)[np.asarray(generator.indices)[order]])]
        )
        late = np.searchsorted(steps, steps + window)
        reserve += int((taken[late] - taken[np.arange(len(steps))]).max(initial=0))
        first += generator.n
    return max(1, reserve)
