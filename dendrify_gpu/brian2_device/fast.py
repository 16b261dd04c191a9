"""Runs of the device on the fused core, and the choice between the two roads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from brian2 import prefs
from brian2.core.base import BrianObject
from brian2.core.clocks import Clock
from brian2.core.network import Network

from ..fast_road import FastPlan, GeneralRoadNeeded, Reason, examine
from ..gpu import Backend
from .general_road import RandomState

__all__ = ["FastRoad", "GeneralRoadNeeded", "Reason", "fast_road", "in_words"]


class FastRoad:
    """One run of a network of additive synapses on the fused core.

    Parameters
    ----------
    plan : FastPlan
    backend : Backend
    random : RandomState
    """

    #: Objects are not timed one by one: the core advances them together.
    seconds: Mapping[str, float] = {}

    def __init__(self, plan: FastPlan, backend: Backend, random: RandomState) -> None:
        self._plan, self._backend, self._random = plan, backend, random
        self._made = plan.kept.simulations

    @property
    def compiled(self) -> bool:
        """Whether the run made a new simulation."""
        return self._plan.kept.simulations > self._made

    def run(
        self, stopped: Callable[[], bool], look_up: Callable[[], None], network: Network
    ) -> None:
        """Carry out the steps of the run.

        Raises
        ------
        GeneralRoadNeeded
            If the core cannot carry this run out. Nothing has been changed.
        """
        clock = self._plan.clock
        step = int(clock.variables["timestep"].get_value()[0])

        def progress(_: int) -> None:
            look_up()
            if stopped():
                raise _StoppedError

        try:
            # The core counts random numbers by the step. A run that goes back in time must not draw the same again.
            seed = np.random.SeedSequence([self._random.seed, abs(self._random.steps - step)])
            self._plan.run(
                int(clock._i_end) - step,
                progress,
                self._backend,
                64 if np.dtype(prefs["core.default_float_dtype"]).itemsize == 8 else 32,
                int(seed.generate_state(1)[0]),
            )
        except _StoppedError:
            pass
        finally:
            done = int(clock.variables["timestep"].get_value()[0]) - step
            self._random.steps += done

    def describe(self) -> list[str]:
        """Return what runs where, one line for each object."""
        return self._plan.describe()


class _StoppedError(Exception):
    """The user, or a script, has asked the run to end."""


def fast_road(
    objects: Sequence[BrianObject],
    backend: Backend,
    random: RandomState,
    namespace: Mapping[str, Any],
) -> FastRoad | tuple[Reason, ...]:
    """Return how the fused core runs a prepared network, or all that keeps it from doing so."""
    clocks = [item.clock for item in objects if type(item.clock) is Clock]
    if not clocks:
        return (Reason("network", "has no clock with a regular time step"),)
    plan = examine(objects, min(clocks, key=lambda clock: float(clock.dt_)), namespace)
    return FastRoad(plan, backend, random) if isinstance(plan, FastPlan) else plan


def in_words(reasons: Sequence[Reason]) -> str:
    """Return what keeps a network from the fused core, as one text without a full stop."""
    return "; ".join(str(reason).rstrip(".") for reason in reasons)
