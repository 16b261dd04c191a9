"""Groups of sources: Poisson spikes and given spikes."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from brian2 import Hz, second

from .errors import IndexRangeError, NetworkError
from .quantities import in_units, shown, si_values
from .selection import SpikingObject

__all__ = ["PoissonGroup", "SpikeGenerator", "steps_of_times"]


class _Owner(Protocol):
    """What a group of sources needs to know about its network."""

    @property
    def dt_(self) -> float: ...

    def _rate_changed(self, group: PoissonGroup) -> None: ...


class PoissonGroup(SpikingObject):
    """Independent Poisson sources; made by `Network.poisson`.

    In each step a source spikes with probability ``rate * dt``, as Brian2's ``PoissonGroup`` does.

    Attributes
    ----------
    name : str
        Name, unique in the network.
    size : int
        Number of sources; also ``len(group)``.
    rate : Quantity
        Rate of each source, shape (size,). Can be set between runs, to one value or one for each
        source.

    Examples
    --------
    >>> import dendrify_gpu as dg
    >>> from brian2.units import Hz
    >>> ext = dg.Network().poisson(3, rate=20*Hz)
    >>> ext.rate = [5, 10, 15]*Hz
    >>> ext.rate
    array([ 5., 10., 15.]) * hertz
    """

    _member = "source"

    def __init__(self, owner: _Owner, name: str, size: int, number: int, rate: Any) -> None:
        super().__init__(name, size, number)
        self._owner = owner
        self._rate = self._checked(rate)

    @property
    def rate(self) -> Any:
        """Rate of each source."""
        return in_units(np.array(np.broadcast_to(self._rate, (self.size,))), Hz.dim)

    @rate.setter
    def rate(self, value: Any) -> None:
        self._rate = self._checked(value)
        self._owner._rate_changed(self)

    @property
    def rate_(self) -> float | np.ndarray:
        """Rate in hertz: one number, or one for each source where they differ."""
        return self._rate

    def __repr__(self) -> str:
        return f"<PoissonGroup {self.name!r}: {self.size} sources>"

    def _checked(self, value: Any) -> float | np.ndarray:
        rate = si_values(value, Hz.dim, f"{self.name}: rate")
        if isinstance(rate, np.ndarray) and rate.shape != (self.size,):
            raise NetworkError(
                f"{self.name}: rate has the shape {rate.shape}; give one value or one for each of "
                f"the {self.size} sources."
            )
        if np.any(np.asarray(rate) < 0):
            raise NetworkError(
                f"{self.name}: rate {np.min(rate):g} Hz is negative; give 0*Hz or more."
            )
        most = 1.0 / self._owner.dt_
        # The margin is for rates that were computed as 1/dt.
        if np.any(np.asarray(rate) > most * (1 + 1e-9)):
            raise NetworkError(
                f"{self.name}: rate {np.max(rate):g} Hz is more than one spike per step; with "
                f"dt={self._owner.dt_ * 1e3:g} ms a source has at most {most:g} Hz. Use a smaller "
                "dt or more sources."
            )
        return np.minimum(rate, most) if isinstance(rate, np.ndarray) else min(rate, most)


class SpikeGenerator(SpikingObject):
    """Sources whose spikes are given; made by `Network.spike_generator`.

    Attributes
    ----------
    name : str
        Name, unique in the network.
    size : int
        Number of sources; also ``len(group)``.
    indices : ndarray of int64
        Source of each spike, in the order of steps.
    steps : ndarray of int64
        Time step of each spike, ascending.
    times : Quantity
        Time of each spike as it was given.

    Examples
    --------
    >>> import dendrify_gpu as dg
    >>> from brian2.units import ms
    >>> gen = dg.Network(dt=0.1*ms).spike_generator(2, [0, 1, 0], [5, 1, 2]*ms)
    >>> gen.indices, gen.steps
    (array([1, 0, 0]), array([10, 20, 50]))
    """

    _member = "source"

    def __init__(
        self, owner: _Owner, name: str, size: int, number: int, indices: Any, times: Any
    ) -> None:
        super().__init__(name, size, number)
        index = np.atleast_1d(np.asarray(indices))
        if index.size and not np.issubdtype(index.dtype, np.integer):
            raise NetworkError(f"{name}: indices are numbers of sources, not {index.dtype}.")
        seconds = np.atleast_1d(si_values(times, second.dim, f"{name}: times"))
        if index.ndim != 1 or index.shape != seconds.shape:
            raise NetworkError(
                f"{name}: {index.size} indices and {seconds.size} times were given; every spike "
                "needs one of each."
            )
        outside = index[(index < 0) | (index >= size)]
        if len(outside):
            raise IndexRangeError(f"{name} has {size} sources; there is no index {outside[0]}.")
        if np.any(seconds < 0):
            raise NetworkError(
                f"{name}: the time {seconds.min() * 1e3:g} ms is negative; times count from the start of "
                "the first run."
            )
        steps = steps_of_times(seconds, owner.dt_)
        order = np.lexsort((index, steps))
        self.indices = index[order].astype(np.int64)
        self.steps = steps[order]
        self._seconds = seconds[order]
        self._refuse_twice(owner.dt_)

    @property
    def times(self) -> Any:
        """Time of each spike as it was given, in the order of steps."""
        return in_units(self._seconds.copy(), second.dim)

    def __repr__(self) -> str:
        return f"<SpikeGenerator {self.name!r}: {self.size} sources, {len(self.steps)} spikes>"

    def _refuse_twice(self, dt: float) -> None:
        same = (np.diff(self.steps) == 0) & (np.diff(self.indices) == 0)
        if same.any():
            k = int(np.argmax(same))
            first, second_ = (shown(in_units(self._seconds[k + n], second.dim)) for n in (0, 1))
            raise NetworkError(
                f"{self.name}: source {self.indices[k]} spikes twice in step {self.steps[k]}, at "
                f"{first} and {second_}. A source has at most one spike per step of {dt * 1e3:g} "
                "ms: use a smaller dt or give the spikes to two sources."
            )


def steps_of_times(seconds: np.ndarray, dt: float) -> np.ndarray:
    """Return the time step that each time falls into, by Brian2's rule.

    A time just below a multiple of `dt` counts as that multiple: ``int(t/dt + 0.001)``.

    Examples
    --------
    >>> steps_of_times(np.array([0.0, 3e-4, 3.9e-4]), 1e-4)
    array([0, 3, 3])
    """
    return ((np.asarray(seconds) + 1e-3 * dt) / dt).astype(np.int64)
