"""What a simulation is made of, as plain data in SI units and time steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ..program import Program

__all__ = [
    "GeneratorPlan",
    "MonitorPlan",
    "NetworkPlan",
    "PoissonPlan",
    "PopulationPlan",
    "ProjectionPlan",
]


@dataclass(frozen=True, eq=False)
class PopulationPlan:
    """Neurons of one model.

    Attributes
    ----------
    name : str
        Unique among all spiking objects.
    program : Program
        The model.
    n : int
        Number of neurons.
    initial : mapping of str to float or ndarray of shape (n,)
        Initial values of states and parameters, in SI units. What is not named starts at 0.
    """

    name: str
    program: Program
    n: int
    initial: dict[str, float | np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class PoissonPlan:
    """Independent sources that spike with probability ``rate * dt`` in each step.

    Attributes
    ----------
    name : str
        Unique among all spiking objects.
    n : int
        Number of sources.
    rate : float or ndarray of shape (n,)
        Rate in hertz.
    stream : int
        Stream of random numbers; equal streams give equal spikes.
    """

    name: str
    n: int
    rate: float | np.ndarray
    stream: int


@dataclass(frozen=True, eq=False)
class GeneratorPlan:
    """Given spikes.

    Attributes
    ----------
    name : str
        Unique among all spiking objects.
    n : int
        Number of sources.
    indices, steps : ndarray of int
        Source and time step of each spike.
    """

    name: str
    n: int
    indices: np.ndarray
    steps: np.ndarray


@dataclass(frozen=True, eq=False)
class ProjectionPlan:
    """Synapses from one spiking object to some state variables of one population.

    Attributes
    ----------
    name : str
        Used in messages.
    pre, post : str
        Names of the spiking object and of the population.
    targets : tuple of str
        State variables of `post` that each event adds its weight to.
    kind : {'explicit', 'one_to_one', 'all_to_all'}
        How synapses are stored. Only explicit ones have arrays.
    n_source, n_target : int
        Extent of the projection.
    first_source, first_target : int
        Offsets of the extent within `pre` and `post`.
    weight : float or ndarray
        Common weight, or one weight for each explicit synapse.
    delay : int or ndarray
        Common delay in steps, or one delay for each explicit synapse.
    row : ndarray of int64, shape (n_source + 1,)
        Explicit synapses: where the synapses of each source begin.
    target : ndarray of int32
        Explicit synapses: the target neuron in `post`, ascending within each source.
    """

    name: str
    pre: str
    post: str
    targets: tuple[str, ...]
    kind: Literal["explicit", "one_to_one", "all_to_all"]
    n_source: int
    n_target: int
    weight: float | np.ndarray
    delay: int | np.ndarray
    first_source: int = 0
    first_target: int = 0
    row: np.ndarray | None = None
    target: np.ndarray | None = None

    @property
    def n_synapse(self) -> int:
        """Number of synapses."""
        if self.kind == "explicit":
            assert self.target is not None
            return len(self.target)
        return self.n_source if self.kind == "one_to_one" else self.n_source * self.n_target


@dataclass(frozen=True, eq=False)
class MonitorPlan:
    """Samples of some variables of some neurons.

    Attributes
    ----------
    name : str
        Used in results.
    population : str
        Whose variables.
    variables : tuple of str
        States, parameters or subexpressions.
    indices : ndarray of int
        Recorded neurons.
    every : int
        Steps between samples.
    """

    name: str
    population: str
    variables: tuple[str, ...]
    indices: np.ndarray
    every: int


@dataclass(frozen=True, eq=False)
class NetworkPlan:
    """Everything that a simulation needs to know.

    Attributes
    ----------
    dt : float
        Time step in seconds.
    precision : {32, 64}
        Bits of the floating-point numbers.
    seed : int
        Seed of all random numbers.
    spikes : tuple of str or None
        Names of the spiking objects whose spikes are recorded; None for all.
    """

    dt: float
    precision: Literal[32, 64]
    seed: int
    populations: tuple[PopulationPlan, ...]
    poisson: tuple[PoissonPlan, ...] = ()
    generators: tuple[GeneratorPlan, ...] = ()
    projections: tuple[ProjectionPlan, ...] = ()
    monitors: tuple[MonitorPlan, ...] = ()
    spikes: tuple[str, ...] | None = None
