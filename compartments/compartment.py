"""What all compartments have in common: `Compartment`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from brian2.units import Quantity, ms, pA

from .coupling import HALF_CYLINDERS, Coupling, coupling_conductance
from .description import (
    CompartmentDescription,
    add_mechanism,
    add_parameters,
    compartment_equations,
    compartment_needs,
    compartment_parameters,
    current_dt,
    edit_text,
)
from .ephys import EphysProperties
from .errors import CompartmentError
from .mechanism import ParameterContext
from .membranes import get_membrane
from .noise import make_noise
from .printing import describe_compartment
from .quantities import check_name
from .receptors import g_norm_factor, make_receptor
from .text import AddText, ReplaceText

__all__ = ["Compartment"]


class Compartment:
    """A part of a neuron with one membrane potential.

    Describe its size either by a cylinder (`length`, `diameter` with `cm`, `gl`) or by absolute
    values (`cm_abs`, `gl_abs`). Values that all compartments share can be given to `NeuronModel`
    instead.

    Parameters
    ----------
    name : str
        Its name: the suffix of all its variables.
    model : {'passive', 'leakyIF', 'adaptiveIF', 'cadIF', 'adex'}, default 'passive'
        Its membrane.
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
        membrane = get_membrane(f"compartment {name!r}", model)
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
        self._description = CompartmentDescription(name, membrane, ephys, self._is_soma)

    def __str__(self) -> str:
        return describe_compartment(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, model={self.description.membrane.name!r})"

    @property
    def description(self) -> CompartmentDescription:
        """The compartment as immutable data, as it is now."""
        return self._description

    @property
    def name(self) -> str:
        """Its name."""
        return self._description.name

    @property
    def ephys(self) -> EphysProperties:
        """Its passive properties."""
        return self._description.ephys

    @property
    def equations(self) -> str:
        """Its equations in Brian2 syntax."""
        return compartment_equations(self._description)

    @property
    def parameters(self) -> dict[str, Any]:
        """Name to value of its parameters, as far as they are known.

        Durations of dendritic spikes are in steps of ``brian2.defaultclock.dt``. What the modeller
        added with `add_params` replaces everything else.
        """
        description = self._description
        context = ParameterContext(current_dt(), description.shared)
        return {**description.shared, **compartment_parameters(description, context)} | dict(
            description.params
        )

    @property
    def area(self) -> Quantity:
        """Membrane area (metre**2).

        Raises
        ------
        MissingParameterError
            If length or diameter is not set.
        DimensionlessCompartmentError
            If there is no geometry.
        """
        return self.ephys.area

    @property
    def capacitance(self) -> Quantity:
        """Capacitance (farad).

        Raises
        ------
        MissingParameterError
            If something that it depends on is not set.
        """
        return self.ephys.capacitance

    @property
    def g_leakage(self) -> Quantity:
        """Leak conductance (siemens).

        Raises
        ------
        MissingParameterError
            If something that it depends on is not set.
        """
        return self.ephys.g_leakage

    @property
    def dimensionless(self) -> bool:
        """Whether it has absolute values instead of a geometry."""
        return self.ephys.dimensionless

    def add_equations(self, eqs: str) -> None:
        """Add equations.

        Parameters
        ----------
        eqs : str
            One definition per line in Brian2 syntax.

        Raises
        ------
        EquationTextError
            If the text cannot be read.
        DuplicateEquationsError
            If it defines a variable that is there already.
        """
        self._description = edit_text(self._description, AddText(eqs))

    def replace_equations(self, eqs_old: str, eqs_new: str) -> None:
        """Replace text in the equations, wherever it occurs.

        Names are matched whole and white space does not matter.

        Parameters
        ----------
        eqs_old, eqs_new : str
            What to replace and by what.

        Raises
        ------
        EquationTextError
            If the text is not there, or the result cannot be read.
        DuplicateEquationsError
            If a variable is defined twice afterwards.

        Examples
        --------
        >>> from dendrify_gpu.compartments import Soma
        >>> soma = Soma('soma')
        >>> soma.replace_equations('+ I_soma)', '+ I_soma - w_soma)')
        >>> print(soma.equations.splitlines()[0])
        dV_soma/dt = (gL_soma * (EL_soma-V_soma) + I_soma - w_soma) / C_soma  :volt
        """
        self._description = edit_text(self._description, ReplaceText(eqs_old, eqs_new))

    def add_params(self, params_dict: Mapping[str, Any]) -> None:
        """Add parameters, or replace derived and default ones.

        Parameters
        ----------
        params_dict : mapping
            Name to value.

        Raises
        ------
        InvalidNameError
            If a name cannot be used in equations.
        UnitsError
            If a parameter whose dimension is known has another one.
        """
        description = self._description
        params = add_parameters(
            description.owner, description.params, params_dict, compartment_needs(description)
        )
        self._description = replace(description, params=params)

    def connect(self, other: Compartment, g: Quantity | str = HALF_CYLINDERS) -> None:
        """Couple this compartment with another one, in both directions.

        `NeuronModel` does this for the pairs that it is given.

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
        value = coupling_conductance(self.name, self.ephys, other.name, other.ephys, g)
        mine = add_mechanism(self._description, Coupling(self.name, other.name, g, value))
        theirs = add_mechanism(other._description, Coupling(other.name, self.name, g, value))
        self._description, other._description = mine, theirs

    def synapse(
        self,
        channel: str,
        tag: str,
        g: Quantity | None = None,
        t_rise: Quantity | None = None,
        t_decay: Quantity | None = None,
        scale_g: bool = False,
    ) -> None:
        """Add a synaptic receptor.

        A presynaptic spike increments ``s_<channel>_<tag>_<name>``.

        Parameters
        ----------
        channel : {'AMPA', 'NMDA', 'GABA'}
            The receptor.
        tag : str
            A name for the input that it belongs to.
        g : Quantity, optional
            Maximal conductance (siemens).
        t_rise : Quantity, optional
            Rise time constant (second). Without it the conductance jumps.
        t_decay : Quantity, optional
            Decay time constant (second).
        scale_g : bool, default False
            Scale the conductance so that its peak after one spike is `g`. It matters with `t_rise`
            only: without, the peak is `g` anyway.

        Raises
        ------
        UnknownNameError
            If there is no such receptor.
        DuplicateEquationsError
            If the compartment has a receptor of that channel and tag.
        MissingParameterError
            If `t_rise` is given without `t_decay`, or `scale_g` without `g`.
        UnitsError
            If a quantity has the wrong dimension or sign.
        InvalidNameError
            If the tag cannot be part of a variable name.

        Examples
        --------
        >>> from brian2.units import nS, ms
        >>> from dendrify_gpu.compartments import Dendrite
        >>> dend = Dendrite('dend')
        >>> dend.synapse('AMPA', tag='input', g=1*nS, t_decay=5*ms)
        >>> print(dend.equations.splitlines()[-1])
        ds_AMPA_input_dend/dt = -s_AMPA_input_dend / t_AMPA_decay_input_dend  :1
        """
        receptor = make_receptor(self.name, channel, tag, g, t_rise, t_decay, scale_g)
        self._description = add_mechanism(self._description, receptor)

    def noise(
        self, tau: Quantity = 20 * ms, sigma: Quantity = 1 * pA, mean: Quantity = 0 * pA
    ) -> None:
        """Add a coloured noise current.

        Parameters
        ----------
        tau : Quantity, default 20 ms
            Correlation time (second).
        sigma : Quantity, default 1 pA
            Standard deviation (ampere).
        mean : Quantity, default 0 pA
            Mean (ampere).

        Raises
        ------
        DuplicateEquationsError
            If the compartment has a noise current.
        UnitsError
            If a quantity has the wrong dimension or sign.
        """
        self._description = add_mechanism(
            self._description, make_noise(self.name, tau, sigma, mean)
        )

    @staticmethod
    def g_norm_factor(t_rise: Quantity, t_decay: Quantity) -> float:
        """Return the factor with which the conductance after one spike peaks at one.

        Parameters
        ----------
        t_rise, t_decay : Quantity
            Time constants (second).

        Returns
        -------
        float
            The factor; ``scale_g=True`` multiplies the conductance by it.

        Raises
        ------
        UnitsError
            If a constant is not a time larger than zero.
        """
        return g_norm_factor(t_rise, t_decay)
