"""What was recorded: traces of variables, and spikes."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2 import second

from .errors import NetworkError, UnknownVariableError
from .gpu import Samples, SpikeLog, nearest_names
from .population import Population
from .quantities import in_units, unit_text
from .selection import Selection

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["SpikeRecording", "TraceRecording", "save_all"]


class TraceRecording:
    """Variables of some neurons over time; made by `Network.record`.

    A recorded variable is an attribute: ``traces.V_soma`` is a quantity of shape (time, neuron).
    The sample of time t shows the state at the beginning of the step at t, as in Brian2.

    Attributes
    ----------
    name : str
        Name, unique in the network.
    population : Population
        Whose neurons.
    where : Selection
        Which neurons.
    variables : tuple of str
        What is recorded.
    every_steps : int
        Time steps between samples.
    t : Quantity, shape (time,)
        Time of each sample.

    Examples
    --------
    >>> import dendrify_gpu as dg
    >>> from brian2.units import ms
    >>> net = dg.Network(dt=0.1*ms)
    >>> lif = net.population('dv/dt = -v / tau : volt', 100, namespace={'tau': 10*ms}, name='lif')
    >>> net.record(lif[[3, 7]], 'v', every=0.5*ms)
    <TraceRecording 'traces_1': v of lif[2 indices], every 0.5 ms, 0 samples>
    """

    def __init__(
        self, name: str, where: Selection, variables: Sequence[str], every_steps: int, dt: float
    ) -> None:
        assert isinstance(where.group, Population)
        self.name = name
        self.population: Population = where.group
        self.where = where
        self.variables = tuple(variables)
        self.every_steps = every_steps
        self._dt = dt
        self._parts: list[tuple[np.ndarray, np.ndarray]] = []
        self._samples: Samples | None = None

    @property
    def t(self) -> Any:
        """Time of each sample."""
        return in_units(self._steps() * self._dt, second.dim)

    @property
    def indices(self) -> np.ndarray:
        """Recorded neurons, numbered within the population."""
        return self.where.indices

    def __len__(self) -> int:
        return len(self._steps())

    def __getitem__(self, variable: str) -> Any:
        if variable not in self.variables:
            raise UnknownVariableError(
                f"{self.name} did not record {variable!r}. "
                f"{nearest_names(variable, self.variables)}"
            )
        values = self._values()[:, self.variables.index(variable)]
        return in_units(values, self.population.dimensions(variable))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.variables]

    def __repr__(self) -> str:
        return (
            f"<TraceRecording {self.name!r}: {', '.join(self.variables)} of {self.where.label}, "
            f"every {self.every_steps * self._dt * 1e3:g} ms, {len(self)} samples>"
        )

    def to_xarray(self) -> xr.Dataset:
        """Return the traces as a labelled data set in SI units.

        Returns
        -------
        xarray.Dataset
            One variable of dimensions (time, neuron) for each recorded one. The coordinates are the
            time in seconds and the number of the neuron within its population; ``units`` attributes
            name the SI units.
        """
        import xarray as xr  # late, because it brings pandas

        values = self._values()
        data = {}
        for k, variable in enumerate(self.variables):
            unit = unit_text(self.population.dimensions(variable))
            data[variable] = (("time", "neuron"), values[:, k], {"units": unit})
        coordinates = {
            "time": ("time", self._steps() * self._dt, {"units": "s"}),
            "neuron": ("neuron", self.indices, {"population": self.population.name}),
        }
        attributes = {"name": self.name, "population": self.population.name, "dt": self._dt}
        return xr.Dataset(data, coordinates, {**attributes, "every": self.every_steps * self._dt})

    def save(self, path: str | PathLike[str]) -> None:
        """Write the traces to a netCDF file, which `xarray.open_dataset` reads.

        Parameters
        ----------
        path : path-like
            The file; an old one is replaced.
        """
        self.to_xarray().to_netcdf(path, engine="h5netcdf")

    def _attach(self, samples: Samples) -> None:
        self._samples = samples

    def _detach(self) -> None:
        """Keep what was recorded when the simulation that recorded it goes."""
        if self._samples is not None:
            self._parts.append((self._samples.steps, self._samples.values))
            self._samples = None

    def _steps(self) -> np.ndarray:
        live = [] if self._samples is None else [self._samples.steps]
        return np.concatenate([*(steps for steps, _ in self._parts), *live, np.zeros(0, np.int64)])

    def _values(self) -> np.ndarray:
        live = [] if self._samples is None else [self._samples.values]
        parts = [part for part in (*(values for _, values in self._parts), *live) if len(part)]
        if not parts:
            return np.zeros((0, len(self.variables), len(self.indices)))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


class SpikeRecording:
    """Spikes of some neurons or sources; made by `Network.record_spikes`.

    Attributes
    ----------
    name : str
        Name, unique in the network.
    where : Selection
        Whose spikes.
    i : ndarray of int64
        Neuron of each spike, numbered within its population, in the order of time.
    t : Quantity
        Time of each spike.
    count : ndarray of int64, shape (len(where),)
        Number of spikes of each recorded neuron, in the order of `indices`.

    Examples
    --------
    >>> import dendrify_gpu as dg
    >>> from brian2.units import Hz
    >>> net = dg.Network()
    >>> net.record_spikes(net.poisson(10, rate=5*Hz, name='inputs'))
    <SpikeRecording 'spikes_1': inputs, 0 spikes>
    """

    def __init__(self, name: str, where: Selection, dt: float) -> None:
        self.name = name
        self.where = where
        self._dt = dt
        self._parts: list[tuple[np.ndarray, np.ndarray]] = []
        self._log: SpikeLog | None = None
        self._range = (0, 0)

    @property
    def indices(self) -> np.ndarray:
        """Recorded neurons, numbered within their population."""
        return self.where.indices

    @property
    def i(self) -> np.ndarray:
        """Neuron of each spike."""
        return self._spikes()[0]

    @property
    def steps(self) -> np.ndarray:
        """Time step of each spike."""
        return self._spikes()[1]

    @property
    def t(self) -> Any:
        """Time of each spike."""
        return in_units(self.steps * self._dt, second.dim)

    @property
    def count(self) -> np.ndarray:
        """Number of spikes of each recorded neuron."""
        return np.bincount(self.i, minlength=self.where.group.size)[self.indices]

    def __len__(self) -> int:
        return len(self._spikes()[0])

    def __repr__(self) -> str:
        return f"<SpikeRecording {self.name!r}: {self.where.label}, {len(self)} spikes>"

    def trains(self) -> dict[int, Any]:
        """Return the spike times of each recorded neuron.

        Returns
        -------
        dict of int to Quantity
            Times by number of the neuron; an empty array for a neuron without spikes.
        """
        index, steps = self._spikes()
        order = np.argsort(index, kind="stable")
        begin = np.searchsorted(index[order], self.indices, "left")
        end = np.searchsorted(index[order], self.indices, "right")
        times = steps[order] * self._dt
        return {
            int(neuron): in_units(times[first:last], second.dim)
            for neuron, first, last in zip(self.indices, begin, end, strict=True)
        }

    def to_xarray(self) -> xr.Dataset:
        """Return the spikes as a labelled data set.

        Returns
        -------
        xarray.Dataset
            ``neuron`` and ``time`` (in seconds) of dimension ``spike``, and ``recorded``: the
            numbers of the recorded neurons, of which some may not have spiked.
        """
        import xarray as xr  # late, because it brings pandas

        index, steps = self._spikes()
        data = {
            "neuron": ("spike", index),
            "time": ("spike", steps * self._dt, {"units": "s"}),
            "recorded": ("recorded", self.indices),
        }
        group = self.where.group
        attributes = {
            "name": self.name,
            "population": group.name,
            "size": group.size,
            "dt": self._dt,
        }
        return xr.Dataset(data, attrs=attributes)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the spikes to a netCDF file, which `xarray.open_dataset` reads.

        Parameters
        ----------
        path : path-like
            The file; an old one is replaced.
        """
        self.to_xarray().to_netcdf(path, engine="h5netcdf")

    def _attach(self, log: SpikeLog, first: int, last: int) -> None:
        self._log = log
        self._range = (first, last)

    def _detach(self) -> None:
        """Keep what was recorded when the simulation that recorded it goes."""
        if self._log is not None:
            self._parts.append(self._live())
            self._log = None

    def _live(self) -> tuple[np.ndarray, np.ndarray]:
        assert self._log is not None
        first, last = self._range
        low, high = int(self.indices.min()), int(self.indices.max()) + 1
        index, steps = self._log.of(first + low, min(last, first + high))
        index = index + low
        if len(self.indices) < high - low:
            chosen = np.isin(index, self.indices)
            index, steps = index[chosen], steps[chosen]
        return index, steps

    def _spikes(self) -> tuple[np.ndarray, np.ndarray]:
        parts = [*self._parts, *([] if self._log is None else [self._live()])]
        if not parts:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        return (
            np.concatenate([index for index, _ in parts]),
            np.concatenate([steps for _, steps in parts]),
        )


def save_all(
    recordings: Sequence[TraceRecording | SpikeRecording],
    attributes: dict[str, Any],
    path: str | PathLike[str],
) -> None:
    """Write recordings to one netCDF file, each in a group of its own name.

    Parameters
    ----------
    recordings : sequence of TraceRecording or SpikeRecording
        What to write.
    attributes : dict
        Attributes of the file.
    path : path-like
        The file; an old one is replaced.

    Raises
    ------
    NetworkError
        If there is nothing to write.
    """
    import xarray as xr  # late, because it brings pandas

    if not recordings:
        raise NetworkError("The network records nothing; call record or record_spikes before run.")
    xr.Dataset(attrs=attributes).to_netcdf(path, mode="w", engine="h5netcdf")
    for recording in recordings:
        recording.to_xarray().to_netcdf(path, mode="a", group=recording.name, engine="h5netcdf")
