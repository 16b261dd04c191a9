"""What all compartments have in common: `Compartment`."""

from __future__ import annotations

from typing import Any

from brian2.units import Quantity

from .compartment_editor import CompartmentEditor
from .coupling import HALF_CYLINDERS, Coupling, coupling_conductance
from .description import (
    CompartmentDescription,
    add_mechanism,
    compartment_equations,
    compartment_events,
    compartment_parameters,
    current_dt,
)
from .ephys import EphysProperties
from .errors import CompartmentError, MissingParameterError
from .html_view import compartment_html
from .mechanism import ParameterContext
from .membranes import get_membrane
from .printing import describe_compartment
from .quantities import check_name

__all__ = ["Compartment"]


class Compartment(CompartmentEditor):
    """A part of a neuron with one membrane potential.

    Describe its size either by a cylinder (`length`, `diameter` with `cm`, `gl`) or by absolute
    values (`cm_abs`, `gl_abs`). Values that all compartments share can be given to `NeuronModel`
    instead.

    Parameters
    ----------
    name : str
        Its name: the suffix of all its variables.
    model : {'passive', 'leakyIF', 'adaptiveIF', 'cadIF', 'adex', 'cadex'} or str, default 'passive'
        Its membrane, or the membrane's equations with ``{0}`` for ``_<name>``, such as
        ``'dV{0}/dt = (gL{0}*(EL{0}-V{0}) + I{0}) / C{0} :volt'``.
    length, diameter : Quantity, optional
        Size of the cylinder (metre).
    cm : Quantity, optional
        Membrane capacitance per area (farad/metre**2).
    gl : Quantity, optional
        Leak conductance per area (siemens/metre**2).
    cm_abs : Quantity, optional
        Capacitance (farad).
    gl_abs : Quantity, optional
        Leak conductance (siemens).
    r_axial : Quantity, optional
        Axial resistivity (ohm*metre).
    v_rest : Quantity, optional
        Resting potential (volt).
    scale_factor, spine_factor : float, default 1.0
        Factors of the membrane area.

    Raises
    ------
    InvalidNameError
        If the name cannot be used in equations.
    UnknownNameError
        If there is no such membrane.
    UnitsError
        If a value has the wrong dimension or sign.
    DimensionlessCompartmentError
        If absolute values and a geometry are given together.

    Examples
    --------
    >>> from brian2.units import nS, pF, mV
    >>> print(Compartment('dend', cm_abs=50*pF, gl_abs=2*nS, v_rest=-65*mV).equations)
    dV_dend/dt = (gL_dend * (EL_dend-V_dend) + I_dend) / C_dend  :volt
    I_dend = I_ext_dend  :amp
    I_ext_dend  :amp
    """

    _is_soma = False

    def __init__(
        self,
        name: str,
        model: str = "passive",
        length: Quantity | None = None,
        diameter: Quantity | None = None,
        cm: Quantity | None = None,
        gl: Quantity | None = None,
        cm_abs: Quantity | None = None,
        gl_abs: Quantity | None = None,
        r_axial: Quantity | None = None,
        v_rest: Quantity | None = None,
        scale_factor: float = 1.0,
        spine_factor: float = 1.0,
    ) -> None:
        check_name("compartment", name)
        membrane = get_membrane(f"compartment {name!r}", model, name)
        ephys = EphysProperties(
            name,
            length,
            diameter,
            cm,
            gl,
            cm_abs,
            gl_abs,
            r_axial,
            v_rest,
            scale_factor,
            spine_factor,
        )
        self._compartment = CompartmentDescription(name, membrane, ephys, self._is_soma)

    def __str__(self) -> str:
        return describe_compartment(self)

    def _repr_html_(self) -> str:
        return compartment_html(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, model={self.description.membrane.name!r})"

    @property
    def description(self) -> CompartmentDescription:
        """The compartment as immutable data, as it is now."""
        return self._compartment

    @property
    def name(self) -> str:
        """Its name."""
        return self._compartment.name

    @property
    def equations(self) -> str:
        """Its equations in Brian2 syntax."""
        return compartment_equations(self._compartment)

    @property
    def parameters(self) -> dict[str, Any]:
        """Name to value of its parameters, as far as they are known.

        Durations of dendritic spikes are in steps of ``brian2.defaultclock.dt``. What the modeller
        added with `add_params` replaces everything else.
        """
        description = self._compartment
        context = ParameterContext(current_dt(), description.shared)
        return {**description.shared, **compartment_parameters(description, context)} | dict(
            description.params
        )

    def connect(self, other: Compartment, g: Quantity | str = HALF_CYLINDERS) -> None:
        """Couple this compartment with another one, in both directions.

        `NeuronModel` does this for the pairs that it is given. Properties that the rule needs and that
        are not known yet can be given to the model.

        Parameters
        ----------
        other : Compartment
            The neighbour, which is changed too.
        g : Quantity or str, default 'half_cylinders'
            A conductance; ``'half_cylinders'``, the axial resistance between the two centres; or
            ``'cylinder_<name>'``, the axial resistance of the whole of one of the two.

        Raises
        ------
        CompartmentError
            If `other` is not a compartment, or the rule does not fit (see `coupling_conductance`).
        DuplicateEquationsError
            If the two are coupled already.
        """
        if not isinstance(other, Compartment):
            raise CompartmentError(
                f"compartment {self.name!r} can be coupled only with a Compartment, "
                f"not with {other!r}. Give a Soma or a Dendrite."
            )
        try:
            value = coupling_conductance(self.name, self.ephys, other.name, other.ephys, g)
        except MissingParameterError:
            value = None  # the NeuronModel may give it, and raises if it does not
        mine = add_mechanism(self._compartment, Coupling(self.name, other.name, g, value))
        theirs = add_mechanism(other._compartment, Coupling(other.name, self.name, g, value))
        self._compartment, other._compartment = mine, theirs

    @property
    def events(self) -> dict[str, str]:
        """Name to condition of the events of its mechanisms, such as dendritic spikes."""
        return {event.name: event.condition for event in compartment_events(self._compartment)}

    @property
    def event_names(self) -> list[str]:
        """Names of the events of its mechanisms."""
        return list(self.events)
