"""Random connections and spike trains, drawn before a run."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import PoissonGroup, SpikeGeneratorGroup, TimedArray, ms, second


def pairs(rng: np.random.Generator, sources: int, targets: int, p: float) -> dict[str, np.ndarray]:
    """Return ``i`` and ``j`` of connections that each exist with probability `p`."""
    degrees = rng.binomial(targets, p, sources)
    chosen = [np.sort(rng.choice(targets, degree, replace=False)) for degree in degrees]
    return {"i": np.repeat(np.arange(sources), degrees), "j": np.concatenate(chosen).astype(int)}


def poisson_spikes(
    rng: np.random.Generator, cells: int, rate: Any, duration: Any, dt: Any
) -> dict[str, Any]:
    """Return ``indices`` and ``times`` of Poisson trains, at most one spike per cell and step."""
    steps = round(float(duration / dt))
    fired = rng.random((steps, cells)) < float(rate * dt)
    step, cell = np.nonzero(fired)
    return {"indices": cell, "times": step * dt}


def poisson_source(
    rng: np.random.Generator,
    cells: int,
    rate: Any,
    name: str,
    *,
    replayed: bool,
    longest: Any = 500 * ms,
    dt: Any = 0.1 * ms,
) -> PoissonGroup | SpikeGeneratorGroup:
    """Return a group of Poisson neurons, or one that replays trains drawn beforehand.

    A replayed group is silent after `longest`.
    """
    if replayed:
        trains = poisson_spikes(rng, cells, rate, longest, dt)
        return SpikeGeneratorGroup(cells, dt=dt, name=name, **trains)
    return PoissonGroup(cells, rates=rate, dt=dt, name=name)


def white_noise(
    rng: np.random.Generator, cells: int, longest: Any = 100 * ms, dt: Any = 0.1 * ms
) -> TimedArray:
    """Return what takes the place of ``xi`` when called as ``noise(t, i)``: one number per step and cell.

    With the method ``euler``, the increment of a step is ``dt*g*noise(t, i)``, which has the variance of
    ``g*xi*dt``. The last step's numbers hold after `longest`.
    """
    steps = round(float(longest / dt))
    return TimedArray(
        rng.standard_normal((steps, cells)) / np.sqrt(float(dt / second)) / second**0.5, dt=dt
    )
