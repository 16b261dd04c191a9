"""What a neuron shows of itself: equations, parameters, events, starting values, a drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from brian2.units import Quantity

from .completeness import check_complete
from .description import check_known_units, current_dt
from .errors import MissingParameterError
from .graph import draw_graph
from .html_view import model_html
from .model_description import (
    ModelDescription,
    model_equations,
    model_events,
    model_needs,
    model_parameters,
    model_receptors,
    resting_potentials,
    starting_values,
)
from .morphology_plot import draw_morphology
from .printing import describe_model
from .quantities import TIME, check_quantity
from .receptors import Receptor
from .spiking import SpikeRule

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ModelView"]


class ModelView:
    """A neuron: the part of `NeuronModel` and `PointNeuronModel` that reads and changes nothing.

    Parameters
    ----------
    description : ModelDescription
        The neuron as data.
    """

    def __init__(self, description: ModelDescription) -> None:
        self._description = description

    def __str__(self) -> str:
        return describe_model(self)

    def _repr_html_(self) -> str:
        return model_html(self)

    def __repr__(self) -> str:
        return self._description.owner

    @property
    def description(self) -> ModelDescription:
        """The neuron as immutable data, as it is now."""
        return self._description

    @property
    def compartment_names(self) -> tuple[str, ...]:
        """Names of the compartments, in order of first appearance."""
        return tuple(c.name for c in self._description.compartments)

    @property
    def couplings(self) -> list[tuple[str, str, Quantity]]:
        """The coupled pairs, each once, with the conductance (siemens)."""
        return list(self._description.couplings)

    @property
    def equations(self) -> str:
        """Equations in Brian2 syntax."""
        return model_equations(self._description)

    @property
    def parameters(self) -> dict[str, Any]:
        """Name to value of all parameters.

        Durations of dendritic spikes are in steps of ``brian2.defaultclock.dt``; see
        `parameters_at` for another time step.
        """
        return model_parameters(self._description, current_dt())

    def parameters_at(self, dt: Quantity) -> dict[str, Any]:
        """Return all parameters for a given time step.

        Parameters
        ----------
        dt : Quantity
            Time step in which durations of dendritic spikes are counted (second).

        Returns
        -------
        dict
            Name to value.

        Raises
        ------
        UnitsError
            If `dt` is not a time larger than zero.
        """
        check_quantity(self._description.owner, "dt", dt, TIME, "positive")
        return model_parameters(self._description, dt)

    @property
    def v_rest(self) -> dict[str, Quantity]:
        """Compartment to resting potential (volt).

        Raises
        ------
        MissingParameterError
            If a compartment has none.
        """
        known: dict[str, Quantity] = {}
        missing = []
        for name, potential in resting_potentials(self._description).items():
            if potential is None:
                missing.append(name)
            else:
                known[name] = potential
        if missing:
            raise MissingParameterError(
                f"{self._description.owner}: no resting potential for {', '.join(missing)}. "
                "Give v_rest=-65*mV to the compartments or to the NeuronModel."
            )
        return known

    @property
    def receptors(self) -> dict[str, Receptor]:
        """Name such as ``'AMPA_input_dend'`` to receptor.

        A presynaptic spike increments the receptor's `state_variable`.
        """
        return model_receptors(self._description)

    @property
    def spiking(self) -> SpikeRule:
        """How it spikes, as `set_spiking` said; a group or population can say otherwise."""
        return self._description.spiking

    @property
    def events(self) -> dict[str, str]:
        """Name to condition of the events of its mechanisms, such as dendritic spikes."""
        return {event.name: event.condition for event in model_events(self._description)}

    @property
    def event_names(self) -> list[str]:
        """Names of the events of its mechanisms."""
        return list(self.events)

    @property
    def event_actions(self) -> dict[str, str]:
        """Name of the event to the statements that it executes."""
        return {event.name: event.action for event in model_events(self._description)}

    def initial_values(self, dt: Quantity | None = None) -> dict[str, Any]:
        """Return the values that variables start with; all others start at zero.

        Parameters
        ----------
        dt : Quantity, optional
            Time step in which durations of dendritic spikes are counted. Default:
            ``brian2.defaultclock.dt``.

        Returns
        -------
        dict
            Variable to value: the resting potential for each voltage, and the parameter's value
            for a variable that was declared under a parameter's name with `add_equations`.

        Raises
        ------
        UnitsError
            If `dt` is not a time larger than zero.
        """
        if dt is None:
            dt = current_dt()
        check_quantity(self._description.owner, "dt", dt, TIME, "positive")
        return starting_values(self._description, dt, self.v_rest)

    def check(
        self,
        *statements: str,
        dt: Quantity | None = None,
        namespace: Mapping[str, Any] | None = None,
    ) -> None:
        """Check that every name in the equations, events and statements has a value.

        Parameters
        ----------
        *statements : str
            Further text that will run with the equations, such as a threshold or a reset.
        dt : Quantity, optional
            Time step of the run. Default: ``brian2.defaultclock.dt``.
        namespace : mapping, optional
            Further values.

        Raises
        ------
        MissingParameterError
            If names have no value: it lists all of them, with a remedy for each.
        UnitsError
            If a parameter whose dimension is known has another one.

        Examples
        --------
        >>> from brian2.units import nS, pF, mV
        >>> from dendrify_gpu.compartments import MissingParameterError, NeuronModel, Soma
        >>> model = NeuronModel(Soma('soma', cm_abs=200*pF, gl_abs=10*nS, v_rest=-60*mV))
        >>> try:
        ...     model.check('V_soma > Vth')
        ... except MissingParameterError as error:
        ...     print(error)
        NeuronModel(soma): 1 name(s) in the equations have no value:
          Vth: add_params({'Vth': ...})
        Set them as shown, or with add_params on the NeuronModel.
        """
        description = self._description
        parameters = self.parameters if dt is None else self.parameters_at(dt)
        needs = model_needs(description)
        code = [*self.events.values(), *self.event_actions.values(), *statements]
        check_complete(description.owner, self.equations, code, parameters, needs, namespace or ())
        check_known_units(description.owner, parameters, needs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        mechanisms: bool = True,
        labels: bool = True,
        legend: bool = True,
        thickness: float = 1.0,
        colors: Mapping[str, str] | None = None,
    ) -> Axes:
        """Draw the tree to scale, with a marker for each receptor, channel and dendritic spike.

        Lengths and diameters are true; directions are not. Compartments with absolute values have no
        size: they are drawn alike, and a note says so.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw. Default: a new figure.
        mechanisms, labels, legend : bool, default True
            Whether to draw the markers, the compartments' names, and a legend.
        thickness : float, default 1.0
            Factor by which dendrites are drawn thicker than they are.
        colors : mapping, optional
            Kind of compartment (``'soma'``, ``'axon'``, ``'basal'``, ``'apical'``, ``'dendrite'``) to
            colour.

        Returns
        -------
        matplotlib.axes.Axes
            Where it was drawn; its unit is a micrometre where sizes are known.

        Raises
        ------
        UnitsError
            If `thickness` is not a number larger than zero.
        UnknownNameError
            If there is no such kind of compartment.
        """
        return draw_morphology(
            self._description,
            ax,
            mechanisms=mechanisms,
            labels=labels,
            legend=legend,
            thickness=thickness,
            colors=colors,
        )

    def as_graph(
        self,
        figsize: Sequence[float] = (6, 4),
        fontsize: float = 10,
        fontcolor: str = "white",
        scale_nodes: float = 1,
        color_soma: str = "#4C6C92",
        color_dendrites: str = "#A7361C",
        alpha: float = 1,
        scale_edges: float = 1,
        seed: int | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw the compartments and couplings.

        Parameters
        ----------
        figsize : sequence of float, default (6, 4)
            Size of a new figure (inches).
        fontsize : float, default 10
            Size of the names.
        fontcolor : str, default 'white'
            Colour of the names.
        scale_nodes, scale_edges : float, default 1
            Factors of the discs' areas and the lines' widths.
        color_soma, color_dendrites : str
            Colours of the discs.
        alpha : float, default 1
            Opacity.
        seed : int, optional
            Makes the layout reproducible.
        ax : matplotlib.axes.Axes, optional
            Where to draw. Default: a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            Where it was drawn.
        """
        return draw_graph(
            self._description,
            figsize,
            fontsize,
            fontcolor,
            scale_nodes,
            color_soma,
            color_dendrites,
            alpha,
            scale_edges,
            seed,
            ax,
        )
