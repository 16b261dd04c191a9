"""Synapses between two groups: pairs, weights and delays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from brian2 import second
from brian2.units.fundamentalunits import Dimension

from .connectivity import Connectivity
from .distributions import Distribution
from .errors import NetworkError
from .quantities import in_units, shown, si_values, unit_text
from .randomness import Purpose, generator
from .selection import Selection

__all__ = ["LONGEST_DELAY", "Projection"]

#: Longest delay in steps: delays are stored as 16-bit numbers.
LONGEST_DELAY = 2**16 - 1


class Projection:
    """Synapses from one group to the neurons of one population; made by `Network.connect`.

    Attributes
    ----------
    name : str
        Name, unique in the network.
    pre, post : Selection
        Sources and target neurons.
    targets : tuple of str
        Variables of the target neuron that each event adds the weight to.
    rule : str
        How the pairs were chosen, in words.
    i, j : ndarray of int32
        Source and target of each synapse, counted within `pre` and `post`. Synapses are ordered by
        source and then by target, or as they were given by hand.
    weight : Quantity or ndarray
        What each event adds: one value if all synapses share it, else one for each synapse. Can be
        set between runs, to one value, one for each synapse, or a distribution. Spikes that are on
        their way arrive with the new weight, as in Brian2.
    delay : Quantity
        Time from a spike to its arrival, rounded to time steps: one value if all synapses share it,
        else one for each. Can be set between runs, as `weight`. Spikes that are on their way keep
        their delay.

    Examples
    --------
    >>> import dendrify_gpu as dg
    >>> from brian2.units import ms, mV, Hz
    >>> net = dg.Network(dt=0.1*ms, seed=1)
    >>> lif = net.population('dv/dt = -v / tau : volt', 100, namespace={'tau': 10*ms})
    >>> syn = net.connect(net.poisson(50, rate=10*Hz), lif, 'v', in_degree=5, weight=1*mV,
    ...                   delay=dg.uniform(1*ms, 3*ms))
    >>> len(syn), syn.weight, syn.delay.min()
    (500, 1. * mvolt, 1. * msecond)
    """

    def __init__(
        self,
        name: str,
        number: int,
        pre: Selection,
        post: Selection,
        targets: tuple[str, ...],
        rule: str,
        connectivity: Connectivity,
        dimensions: Dimension,
        dt: float,
        seed: int,
        changed: Callable[[], None],
    ) -> None:
        self.name = name
        self.number = number
        self.pre = pre
        self.post = post
        self.targets = targets
        self.rule = rule
        self._connectivity = connectivity
        self._dimensions = dimensions
        self._dt = dt
        self._seed = seed
        self._changed = changed
        self._draws = 0
        self._weight: float | np.ndarray = 1.0
        self._delay: int | np.ndarray = 0

    # ------------------------------------------------------------------- pairs

    def __len__(self) -> int:
        return self._connectivity.n_synapse

    @property
    def connectivity(self) -> Connectivity:
        """The pairs, in the order of the table."""
        return self._connectivity

    @property
    def i(self) -> np.ndarray:
        """Source of each synapse within `pre`."""
        return self._as_given(self._connectivity.sources())

    @property
    def j(self) -> np.ndarray:
        """Target of each synapse within `post`."""
        return self._as_given(self._connectivity.targets())

    # ------------------------------------------------------- weights and delays

    @property
    def weight(self) -> Any:
        """What each event adds to its targets."""
        return in_units(self._as_given(self._weight), self._dimensions)

    @weight.setter
    def weight(self, value: Any) -> None:
        self._set_weight(value)
        self._changed()

    @property
    def delay(self) -> Any:
        """Time from a spike to its arrival."""
        return in_units(self.delay_steps * self._dt, second.dim)

    @delay.setter
    def delay(self, value: Any) -> None:
        self._set_delay(value)
        self._changed()

    @property
    def delay_steps(self) -> int | np.ndarray:
        """Delay in time steps: one number, or one for each synapse."""
        steps = self._as_given(self._delay)
        return steps.astype(np.int64) if isinstance(steps, np.ndarray) else steps

    @property
    def table(self) -> tuple[Connectivity, float | np.ndarray, int | np.ndarray]:
        """Pairs, weights in SI units and delays in steps, in the order of the table."""
        return self._connectivity, self._weight, self._delay

    def __repr__(self) -> str:
        return (
            f"<Projection {self.name!r}: {self.pre.label} -> {self.post.label} "
            f"({', '.join(self.targets)}), {self.rule}, {len(self)} synapses>"
        )

    # --------------------------------------------------------------- internals

    def _set_weight(self, value: Any) -> None:
        self._weight = self._given(value, Purpose.WEIGHT, self._dimensions, "weight")
        self._use_table_for(self._weight)

    def _set_delay(self, value: Any) -> None:
        seconds = self._given(value, Purpose.DELAY, second.dim, "delay")
        if np.min(seconds, initial=0.0) < 0:
            shortest = shown(in_units(float(np.min(seconds)), second.dim))
            raise NetworkError(
                f"{self.name}: delay {shortest} is negative. A spike arrives when it is emitted or later: "
                "give 0*ms or more."
            )
        steps = np.floor(np.asarray(seconds) / self._dt + 0.5)
        if steps.max(initial=0) > LONGEST_DELAY:
            longest = shown(in_units(float(np.max(seconds)), second.dim))
            raise NetworkError(
                f"{self.name}: delay {longest} is longer than {LONGEST_DELAY} time steps "
                f"({LONGEST_DELAY * self._dt * 1e3:g} ms). Use a larger dt or a shorter delay."
            )
        self._delay = steps.astype(np.uint16) if steps.ndim else int(steps)
        self._use_table_for(self._delay)

    def _given(
        self, value: Any, purpose: Purpose, dimensions: Dimension, role: str
    ) -> float | np.ndarray:
        """Return values in SI units, in the order of the table."""
        what = f"{self.name}: {role}"
        if isinstance(value, Distribution):
            random = generator(self._seed, purpose, self.number, self._draws)
            self._draws += 1
            return value.draw(random, len(self), dimensions, what)
        values = si_values(value, dimensions, what)
        if not isinstance(values, np.ndarray):
            return values
        if values.shape != (len(self),):
            raise NetworkError(
                f"{what} was given values of the shape {values.shape}; give one value or one for "
                f"each of the {len(self)} synapses."
            )
        place = self._connectivity.place
        if place is not None:
            ordered = np.empty_like(values)
            ordered[place] = values
            values = ordered
        return values

    def _use_table_for(self, values: float | int | np.ndarray) -> None:
        if isinstance(values, np.ndarray):
            self._connectivity = self._connectivity.explicit()

    def _as_given(self, values: Any) -> Any:
        """Return values of the table in the order in which the synapses were given."""
        place = self._connectivity.place
        if not isinstance(values, np.ndarray):
            return values
        return values.copy() if place is None else values[place]


def target_dimensions(name: str, population: str, dimensions: dict[str, Dimension]) -> Dimension:
    """Return the common dimensions of the variables that one projection adds to.

    Raises
    ------
    NetworkError
        If they differ, so that no weight fits all.
    """
    distinct = set(dimensions.values())
    if len(distinct) > 1:
        units = ", ".join(f"{key} in {unit_text(value)}" for key, value in dimensions.items())
        raise NetworkError(
            f"{name}: the targets on {population} have different units ({units}), so no weight "
            "fits all; connect them one by one."
        )
    return distinct.pop()
