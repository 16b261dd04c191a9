"""Many cells of one morphology in one Brian2 group, each with all its compartments."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Equations
from brian2.devices.device import get_device
from brian2.spatialneuron.morphology import Morphology
from brian2.spatialneuron.spatialneuron import FlatMorphology, SpatialNeuron
from brian2.units import Quantity, cm, ohm, uF

from .brian2_device.device import DendrifyGpuDevice
from .errors import IndexRangeError, ModelError
from .spatial_views import CellsView, CompartmentsOfAllCells, Parts, has_distances, is_morphology

__all__ = ["SpatialNeuronGroup"]

_NUMBERS = "cell : integer (constant)\ncompartment : integer (constant)"


class SpatialNeuronGroup(Parts, SpatialNeuron):
    """Many cells of one morphology: `brian2.SpatialNeuron`, `N` times in one group.

    The cable equation of all cells is solved at once, and the group has the variables, monitors and synapses of any
    Brian2 group. It runs on the device of this package only.

    The elements of the group are the compartments of all cells. Element ``k * N + c`` is the compartment ``k`` of the
    cell ``c``, so that a section of all cells is an ordinary Brian2 subgroup. Two more variables say which is which:
    ``cell`` and ``compartment``.

    ==================================  ==============================================================================
    ``group[3]``, ``group[2:5]``        A cell, or some: read and set its variables (`CellsView`)
    ``group[3].dend``                   The section ``dend``, with what branches off it, of one cell
    ``group[3].dend[10*um:50*um]``      A part of it; ``group[3].dend[4]`` is one compartment
    ``connect(i=0, j=group[3].dend)``   Of ``Synapses(source, group)``: onto a section of one cell
    ``group.dend``, ``group.main``      A section of all cells, a subgroup (`CompartmentsOfAllCells`)
    ``group.cells``                     The compartments at `threshold_location`: element ``c`` is that of cell ``c``
    ==================================  ==============================================================================

    Parameters
    ----------
    N : int
        Number of cells.
    morphology : brian2.Morphology
    model : str or brian2.Equations
        With the membrane current ``Im``, in A/m², as for `brian2.SpatialNeuron`.
    threshold : str, optional
    refractory : str or Quantity, optional
    reset : str, optional
    events : dict, optional
    threshold_location : int or brian2.Morphology, optional
        Compartment of each cell at which the threshold applies. Default: every compartment.
    dt : Quantity, optional
    clock : brian2.Clock, optional
    order : int, optional
    Cm : Quantity, optional
        Specific capacitance, one value or one for each compartment. Default: 0.9 µF/cm².
    Ri : Quantity, optional
        Intracellular resistivity. Default: 150 Ω cm.
    name : str, optional
    dtype : dtype or dict, optional
    namespace : dict, optional
    method : str or tuple of str, optional
        Of the equations other than that of the voltage.
    method_options : dict, optional

    Attributes
    ----------
    n_cells : int
    n_compartments : int
        Of one cell.

    Raises
    ------
    ModelError
        If `N` is no positive whole number, or the model, the morphology or the location is none.
    NotImplementedError
        When it is run by another device.

    Examples
    --------
    >>> import brian2
    >>> from brian2.units import cm, ms, mV, nA, siemens, um
    >>> import dendrify_gpu as dg
    >>> tree = brian2.Soma(diameter=20*um)
    >>> tree.dend = brian2.Cylinder(diameter=2*um, length=200*um, n=10)
    >>> group = dg.SpatialNeuronGroup(
    ...     3, tree, '''Im = 1e-4*siemens/cm**2 * (-70*mV - v) : amp/meter**2
    ...                 I : amp (point current)''', method='euler')
    >>> group.v = -70*mV
    >>> group[1].dend[150*um:].I = 0.01*nA
    >>> trace = brian2.StateMonitor(group, 'v', record=group.main)
    >>> dg.from_brian2(brian2.Network(group, trace)).run(20*ms)
    >>> bool(group[1].main.v[0] > group[0].main.v[0])
    True
    >>> trace.v.shape
    (3, 200)
    """

    def __init__(
        self,
        N: int,
        morphology: Morphology,
        model: Any,
        threshold: str | None = None,
        refractory: Any = False,
        reset: str | None = None,
        events: Any = None,
        threshold_location: Any = None,
        dt: Any = None,
        clock: Any = None,
        order: int = 0,
        Cm: Any = 0.9 * uF / cm**2,
        Ri: Any = 150 * ohm * cm,
        name: str = "spatialneurongroup*",
        dtype: Any = None,
        namespace: Any = None,
        method: Any = ("exact", "exponential_euler", "rk2", "heun"),
        method_options: Any = None,
    ) -> None:
        if not isinstance(N, int | np.integer) or isinstance(N, bool) or N < 1:
            raise ModelError(
                f"SpatialNeuronGroup: N is the number of cells, at least 1, not {N!r}."
            )
        model = Equations(model) if isinstance(model, str) else model
        if not isinstance(model, Equations):
            raise ModelError(
                f"SpatialNeuronGroup: model is a string or brian2.Equations, not {type(model).__name__}."
            )
        if not isinstance(morphology, Morphology):
            raise ModelError(
                f"SpatialNeuronGroup: morphology is a brian2.Morphology, not {type(morphology).__name__}."
            )
        one = FlatMorphology(morphology)
        location = _one_compartment(threshold_location, one.n)
        if location is not None:
            threshold = f"({threshold}) and compartment == {location}"
        if np.ndim(Cm) == 1:
            Cm = Quantity(np.repeat(Cm, N), dim=Cm.dim)
        SpatialNeuron.__init__(
            self,
            _Copies(one, int(N)),
            model + Equations(_NUMBERS),
            threshold=threshold,
            refractory=refractory,
            reset=reset,
            events=events,
            dt=dt,
            clock=clock,
            order=order,
            Cm=Cm,
            Ri=Ri,
            name=name,
            dtype=dtype,
            namespace=namespace,
            method=method,
            method_options=method_options,
        )
        for attribute in (
            "n_cells",
            "n_compartments",
            "_location",
            "_morphology",
            "_first",
            "_stop",
        ):
            self.add_attribute(attribute)
        self.n_cells, self.n_compartments = int(N), one.n
        self._location = location
        self._first, self._stop = 0, one.n
        #: The device takes the shape of the cells from here.
        self.flat_morphology = one
        self.morphology = self._morphology = morphology
        self.compartment = np.repeat(np.arange(one.n), N)
        self.cell = np.tile(np.arange(N), one.n)

    @property
    def cells(self) -> CompartmentsOfAllCells:
        """The compartment of each cell at which the threshold applies, one element for each cell.

        Raises
        ------
        ModelError
            If there is no `threshold_location`.
        """
        if self._location is None:
            raise ModelError(
                f"{self.name}: the threshold applies to all compartments. Give a threshold_location, or take a section "
                "such as group.main."
            )
        return self._selected(self._location, self._location + 1, None)

    def _selected(self, first: int, stop: int, morphology: Any) -> CompartmentsOfAllCells:
        return CompartmentsOfAllCells(self, first, stop, morphology)

    def __getitem__(self, item: Any) -> CellsView | CompartmentsOfAllCells:
        """Return a cell, some cells, or the compartments of all cells that a morphology stands for."""
        if is_morphology(item):
            chosen: CompartmentsOfAllCells = self._compartments(item)
            return chosen
        if has_distances(item):
            raise IndexRangeError(
                f"{self.name}[...] takes cells. Distances belong to a section: {self.name}.main[...]."
            )
        try:
            cells = np.atleast_1d(np.arange(self.n_cells)[item])
        except IndexError:
            raise IndexRangeError(
                f"{self.name}: there are cells 0 to {self.n_cells - 1}, not {item}."
            ) from None
        if len(cells) == 0:
            raise IndexRangeError(f"{self.name}: there is no cell in {item}.")
        return CellsView(self, cells, 0, self.n_compartments, self._morphology)

    def before_run(self, run_namespace: Any) -> None:
        """Prepare for a run; other devices cannot run it."""
        if not isinstance(get_device(), DendrifyGpuDevice):
            raise NotImplementedError(
                f"{self.name}: a SpatialNeuronGroup runs on the device 'dendrify_gpu' only. Write "
                "brian2.set_device('dendrify_gpu') before the first object is made, or run the network with "
                "dendrify_gpu.from_brian2(network).run(...)."
            )
        super().before_run(run_namespace)


class _Copies:
    """What `SpatialNeuron` reads of a morphology: one section with the compartments of all cells."""

    def __init__(self, one: FlatMorphology, n_cell: int) -> None:
        self.n = self.total_compartments = one.n * n_cell
        self.total_sections = 1
        self.end_distance = float(np.max(one.end_distance))
        self.children: list[Any] = []
        for name in (
            "length",
            "distance",
            "area",
            "diameter",
            "volume",
            "r_length_1",
            "r_length_2",
        ):
            setattr(self, name, np.repeat(getattr(one, name), n_cell))
        for axis in "xyz":
            for name in (f"start_{axis}", axis, f"end_{axis}"):
                values = getattr(one, name)
                setattr(self, name, None if values is None else np.repeat(values, n_cell))


def _one_compartment(location: Any, n: int) -> int | None:
    """Return the number of a compartment that is given as such or as a morphology."""
    if location is None:
        return None
    if hasattr(location, "_indices"):
        location = location._indices()
    numbers = np.atleast_1d(location)
    if numbers.shape != (1,) or not np.issubdtype(numbers.dtype, np.integer):
        raise ModelError(
            f"SpatialNeuronGroup: threshold_location is one compartment of each cell, not {location!r}."
        )
    if not 0 <= numbers[0] < n:
        raise IndexRangeError(
            f"SpatialNeuronGroup: threshold_location={numbers[0]}, but there are compartments 0 to {n - 1}."
        )
    return int(numbers[0])
