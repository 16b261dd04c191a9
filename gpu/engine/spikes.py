"""How many spikes the lists in a backend must have room for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .plan import NetworkPlan

__all__ = ["spike_reserve"]


def spike_reserve(plan: NetworkPlan, rates: Mapping[str, float | np.ndarray], window: int) -> int:
    """Return the most spikes of one window: one a step for neurons, by their rates for Poisson sources.

    For these it is the mean and twenty standard deviations, and at most one a step.

    Parameters
    ----------
    plan : NetworkPlan
        The network.
    rates : mapping of str to float or ndarray
        Present rates of the Poisson groups in hertz.
    window : int
        Steps of a window.

    Returns
    -------
    int
    """
    reserve = sum(item.n for item in plan.populations if item.program.threshold is not None)
    reserve *= window
    for item in plan.poisson:
        probability = np.clip(np.asarray(rates[item.name]) * plan.dt, 0.0, 1.0)
        mean = float(np.broadcast_to(probability, (item.n,)).sum()) * window
        likely = int(mean + 20 * np.sqrt(mean) + 1000)
        reserve += min(likely, item.n * window)
    for generator in plan.generators:
        steps = np.sort(np.asarray(generator.steps))
        late = np.searchsorted(steps, steps + window)
        reserve += int((late - np.arange(len(steps))).max(initial=0))
    return max(1, reserve)
