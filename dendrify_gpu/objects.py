"""What a network consists of: its clock, its seed and its objects."""

from __future__ import annotations

import operator
from typing import Any, Literal

import numpy as np
from brian2 import second

from .errors import NetworkError
from .naming import Names
from .population import Population
from .projection import Projection
from .quantities import in_units, shown, si_time
from .recordings import SpikeRecording, TraceRecording
from .selection import Selection, SpikingObject, as_selection
from .session import Session
from .sources import PoissonGroup, SpikeGenerator
from .stimuli import CurrentStep

__all__ = ["PRECISIONS", "NetworkObjects", "checked_size"]

#: Bits of each precision.
PRECISIONS: dict[str, Literal[32, 64]] = {"float32": 32, "float64": 64}


class NetworkObjects:
    """The objects of a network, as exporters and analyses read them.

    Populations, groups of sources, projections, current steps and recordings are tuples of
    read-only objects in the order in which they were added; see their classes for the data that
    they offer.
    """

    def __init__(self, dt: Any, precision: str, seed: int) -> None:
        self._dt = si_time(dt, "Network: dt")
        if self._dt <= 0:
            raise NetworkError(f"Network: dt={shown(dt)} must be longer than zero.")
        if precision not in PRECISIONS:
            raise NetworkError(
                f"Network: precision={precision!r} is unknown; use 'float32' or 'float64'."
            )
        if not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
            raise NetworkError(f"Network: seed={seed!r} is not a whole number from 0 to 2^32 - 1.")
        self._precision = precision
        self._seed = int(seed)
        self._names = Names()
        self._populations: list[Population] = []
        self._sources: list[PoissonGroup | SpikeGenerator] = []
        self._projections: list[Projection] = []
        self._current_steps: list[CurrentStep] = []
        self._recordings: list[TraceRecording | SpikeRecording] = []
        self._session = Session()
        self._stale = True

    @property
    def dt(self) -> Any:
        """Time step."""
        return in_units(self._dt, second.dim)

    @property
    def dt_(self) -> float:
        """Time step in seconds."""
        return self._dt

    @property
    def t(self) -> Any:
        """Time that has been simulated."""
        return in_units(self.step * self._dt, second.dim)

    @property
    def step(self) -> int:
        """Number of time steps that have been simulated."""
        return self._session.step

    @property
    def seed(self) -> int:
        """Seed of everything random."""
        return self._seed

    @property
    def precision(self) -> str:
        """Precision of the states: ``'float32'`` or ``'float64'``."""
        return self._precision

    @property
    def populations(self) -> tuple[Population, ...]:
        """Populations, in the order in which they were added."""
        return tuple(self._populations)

    @property
    def sources(self) -> tuple[PoissonGroup | SpikeGenerator, ...]:
        """Poisson groups and spike generators, in the order in which they were added."""
        return tuple(self._sources)

    @property
    def projections(self) -> tuple[Projection, ...]:
        """Projections, in the order in which they were added."""
        return tuple(self._projections)

    @property
    def current_steps(self) -> tuple[CurrentStep, ...]:
        """Current steps, in the order in which they were added."""
        return tuple(self._current_steps)

    @property
    def recordings(self) -> tuple[TraceRecording | SpikeRecording, ...]:
        """Recordings of traces and of spikes, in the order in which they were added."""
        return tuple(self._recordings)

    # -------------------------------------------------------------- internals

    def _changed(self) -> None:
        self._stale = True

    def _rate_changed(self, group: PoissonGroup) -> None:
        self._session.set_rate(group.name, group.rate_)

    def _register(self, name: str) -> None:
        self._names.add(name)
        self._changed()

    def _own(self, what: Any, role: str) -> Selection:
        """Return what was given as a selection, if it is of this network."""
        chosen = as_selection(what, role)
        objects: list[SpikingObject] = [*self._populations, *self._sources]
        if not any(item is chosen.group for item in objects):
            raise NetworkError(f"{role}: {chosen.group.name} belongs to another network.")
        return chosen

    def _check_spikes(self, chosen: Selection, name: str) -> None:
        group = chosen.group
        if isinstance(group, Population) and group.model.threshold is None:
            raise NetworkError(
                f"{name}: {group.name} has no threshold, so its neurons never spike. Give one to "
                "population, for example threshold='V_soma > -40*mV'."
            )


def checked_size(size: Any, name: str, member: str) -> int:
    """Return the size of a group if it is one.

    Raises
    ------
    NetworkError
        If it is not a whole number from 1 on, or more than 32-bit numbers can count.
    """
    try:
        n = operator.index(size)
    except TypeError:
        raise NetworkError(f"{name}: {size!r} is not a number of {member}s.") from None
    if n < 1:
        raise NetworkError(f"{name}: {n} {member}s were asked for; at least one is needed.")
    if n > 2**31 - 64:
        raise NetworkError(f"{name}: {n} {member}s are more than one object can have (2^31 - 64).")
    return n
