"""Networks: what they consist of, how they run, and what they report."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, Literal

import numpy as np
from brian2 import ms, second

from .backend_choice import ChosenBackend
from .brian_export import BrianNetwork, export_to_brian2
from .errors import NetworkError
from .inspectable import InspectableNetwork
from .objects import PRECISIONS
from .planning import make_plan
from .progress import progress_bar, wants_bar
from .quantities import in_units, shown, si_time
from .recordings import SpikeRecording, TraceRecording, save_all
from .replay import spikes_to_replay
from .report import RunReport
from .snapshot import DrivenParameter, Snapshot
from .stimuli import edges, values_at
from .validation import ValidationReport, cross_validate

__all__ = ["Network"]

_LOGGER = logging.getLogger("dendrify_gpu")


class Network(InspectableNetwork):
    """Populations of neurons, their input and their synapses, on one clock.

    Parameters
    ----------
    dt : Quantity, optional
        Time step. Default 0.1 ms.
    precision : {'float32', 'float64'}, optional
        Precision of all states. Default ``'float64'``.
    seed : int, optional
        Seed of everything random: synapses, distributions, Poisson spikes, noise. The same seed
        gives the same network and the same spikes on every backend. Default 0.
    backend : {'auto', 'cuda', 'cpu'}, optional
        Where the network runs. Default ``'auto'``: CUDA where PyCUDA and a device are there, else
        the CPU.
    threads : int, optional
        Threads of the CPU backend. Default: as many of the cores that this process may use as make the network fastest,
        found out while it runs.
    device : int, optional
        Number of the CUDA device, as in `cuda_devices`. Default 0.

    Raises
    ------
    NetworkError
        If an argument makes no sense.

    Examples
    --------
    >>> import dendrify_gpu as dg
    >>> from brian2.units import ms, mV, Hz
    >>> net = dg.Network(dt=0.1*ms, seed=1)
    >>> lif = net.population('dv/dt = -v / tau : volt', 100, namespace={'tau': 10*ms},
    ...                      threshold='v > 10*mV', reset='v = 0*mV', name='lif')
    >>> inputs = net.poisson(500, rate=50*Hz, name='inputs')
    >>> synapses = net.connect(inputs, lif, 'v', probability=0.1, weight=0.5*mV, delay=1*ms)
    >>> spikes = net.record_spikes(lif)
    >>> net
    <Network: 1 population of 100 neurons, 500 sources, 1 projection, dt = 0.1 ms, t = 0 ms>
    """

    def __init__(
        self,
        dt: Any = 0.1 * ms,
        precision: str = "float64",
        seed: int = 0,
        backend: Literal["auto", "cuda", "cpu"] = "auto",
        threads: int | None = None,
        device: int | None = None,
    ) -> None:
        super().__init__(dt, precision, seed, backend, threads, device)

    def run(self, duration: Any, *, progress: bool | None = None) -> RunReport:
        """Simulate some time; a later call goes on where this one stopped.

        Between calls everything can be changed: variables, constants, rates, weights and delays,
        and objects can be added.

        Parameters
        ----------
        duration : Quantity
            Simulated time. If it ends within a time step, that step is simulated too.
        progress : bool, optional
            Whether to show a progress bar. Default: in a terminal or a notebook.

        Returns
        -------
        RunReport

        Raises
        ------
        NetworkError
            If the duration is not longer than zero, or there is nothing to simulate.
        NetworkTooLargeError
            If the network needs more memory than there is.
        NumericalError
            If a state becomes infinite or not a number. What was recorded until then is kept.
        ToolchainError
            If the backend cannot compile.
        """
        seconds = si_time(duration, "run: duration")
        if seconds <= 0:
            raise NetworkError(f"run: duration={shown(duration)} must be longer than zero.")
        if not self._populations and not self._sources:
            raise NetworkError("The network is empty; add a population before run.")
        self._session.check_unbroken()
        steps = _steps_of_duration(seconds, self._dt)
        chosen = self._choose_backend()
        build_seconds = self._build(chosen) if self._stale else 0.0
        begin = self.step
        shows = wants_bar() if progress is None else progress
        with progress_bar(steps, self._dt, shows, chosen.backend.name) as advance:
            wall, spikes = self._session.run(
                edges(self._current_steps, begin, begin + steps),
                lambda step: values_at(self._current_steps, step),
                advance,
            )
        self._last_run = steps, wall
        backend = chosen.backend
        return RunReport(
            in_units(steps * self._dt, second.dim),
            steps,
            wall,
            build_seconds,
            spikes,
            backend.name,
            backend.description,
            chosen.reason,
        )

    # ------------------------------------------------------------------ results

    def save_recordings(self, path: str | PathLike[str]) -> None:
        """Write all recordings to one netCDF file, each in a group of its own name.

        Parameters
        ----------
        path : path-like
            The file; an old one is replaced. Read it with ``xarray.open_dataset(path,
            group=name)``.

        Raises
        ------
        NetworkError
            If nothing was recorded.
        """
        attributes = {
            "dt": self._dt,
            "duration": float(self.t),
            "precision": self._precision,
            "seed": self._seed,
        }
        save_all(self._recordings, attributes, path)

    def snapshot(self) -> Snapshot:
        """Return the network at time zero as plain data, with the present values of its variables."""
        plan = make_plan(
            self._dt,
            PRECISIONS[self._precision],
            self._seed,
            self._populations,
            self._sources,
            self._projections,
            [item for item in self._recordings if isinstance(item, TraceRecording)],
            (),
            0,
        )
        driven = tuple(
            DrivenParameter(
                item.population.name,
                item.parameter,
                item.where.indices,
                item.si_value,
                item.start_step,
                item.stop_step,
            )
            for item in self._current_steps
        )
        recorded = {
            item.where.group.name for item in self._recordings if isinstance(item, SpikeRecording)
        }
        sources = tuple(item.name for item in self._sources if item.name in recorded)
        models = {item.name: item.model for item in self._populations}
        return Snapshot(plan, models, driven, sources)

    def to_brian2(
        self, input_spikes: Mapping[str, Any] | None = None, method: str | None = None
    ) -> BrianNetwork:
        """Build the same network in Brian2.

        Everything is there: equations, values, thresholds, resets, events, sources, synapses with their
        weights and delays, current steps and recordings. It starts at t = 0 with the present values of
        the variables. Poisson spikes are Brian2's own unless they are given; `cross_validate` replays
        those of this library.

        Parameters
        ----------
        input_spikes : mapping of str to SpikeRecording or (indices, times), optional
            Spikes that Poisson groups replay, by name of the group. Default: none.
        method : str, optional
            Integration method in Brian2 of populations whose own Brian2 does not have: ``'implicit'``
            and ``'crank_nicolson'``. Default: such a population is refused.

        Returns
        -------
        BrianNetwork
            The `brian2.Network` and its objects by name.

        Raises
        ------
        NetworkError
            If there is no Poisson group of a name in `input_spikes`, or its spikes make no sense, or
            if Brian2 has no method of the name that a population uses.

        Examples
        --------
        >>> import dendrify_gpu as dg
        >>> from brian2.units import ms, mV
        >>> net = dg.Network()
        >>> cells = net.population('dv/dt = (12*mV - v)/(10*ms) : volt', 3, threshold='v > 10*mV',
        ...                        reset='v = 0*mV', name='cells')
        >>> exported = net.to_brian2()
        >>> exported.network.run(50*ms)
        >>> int(exported.monitors['cells'].num_spikes)
        6
        """
        snapshot = self.snapshot()
        spikes = spikes_to_replay(snapshot.plan, input_spikes or {})
        return export_to_brian2(snapshot, spikes, method)

    def cross_validate(
        self,
        duration: Any,
        *,
        subset: Mapping[str, int] | None = None,
        neurons: Sequence[int] | None = None,
        variables: str | Sequence[str] | None = None,
        target: Literal["numpy", "cython"] = "numpy",
        progress: bool | None = None,
    ) -> ValidationReport:
        """Run the network from time zero here and in Brian2, and compare.

        Both engines get the same equations, values, synapses and input spikes: Poisson spikes are drawn by
        this library and replayed in Brian2. The network itself is neither run nor changed.

        Parameters
        ----------
        duration : Quantity
            Biological time.
        subset : mapping of str to int, optional
            Take only the first so many neurons of these populations, with the synapses among them and
            the input that reaches them. Default: the whole network.
        neurons : sequence of int, optional
            Neurons of each population whose traces are compared. Default: the first ten. Spikes are
            compared for all.
        variables : str or sequence of str, optional
            Variables that are compared. Default: all solutions of differential equations.
        target : {'numpy', 'cython'}, optional
            What Brian2 makes of its equations. Default ``'numpy'``; ``'cython'`` compiles first, and is
            faster for large networks and long times.
        progress : bool, optional
            Whether to show a bar for each engine. Default: where somebody can see it, in a terminal or
            a notebook.

        Returns
        -------
        ValidationReport
            Largest deviations and matched spikes; it prints, plots and converts to a table.

        Raises
        ------
        NetworkError
            If the equations draw random numbers, a name or number is unknown, or there is nothing to
            compare.

        Examples
        --------
        >>> import dendrify_gpu as dg
        >>> from brian2.units import ms, mV, Hz
        >>> net = dg.Network(seed=1)
        >>> cells = net.population('dv/dt = -v/(10*ms) : volt', 5, threshold='v > 3*mV',
        ...                        reset='v = 0*mV', name='cells')
        >>> inputs = net.poisson(5, rate=500*Hz)
        >>> synapses = net.connect(inputs, cells, 'v', one_to_one=True, weight=1*mV, delay=1*ms)
        >>> net.cross_validate(100*ms).agrees
        True
        """
        seconds = si_time(duration, "cross_validate: duration")
        if seconds <= 0:
            raise NetworkError(
                f"cross_validate: duration={shown(duration)} must be longer than zero."
            )
        snapshot = self.snapshot().part(subset or {})
        steps = _steps_of_duration(seconds, self._dt)
        shows = wants_bar() if progress is None else progress
        return cross_validate(
            snapshot, steps, self._choose_backend(), neurons, variables, shows, target
        )

    # ----------------------------------------------------------------- internals

    def _build(self, chosen: ChosenBackend) -> float:
        self._session.close()
        seconds = self._session.build(self.plan(), chosen, self.populations, self.recordings)
        self._stale = False
        return seconds


def _steps_of_duration(seconds: float, dt: float) -> int:
    """Time steps of a run, by Brian2's rule: a rest beyond 0.01% of a step counts as one more."""
    steps = round(seconds / dt)
    if abs(steps * dt - seconds) / dt <= 1e-4:
        return max(1, steps)
    return int(np.ceil(seconds / dt))
