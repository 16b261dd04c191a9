"""What can be added to a compartment, and to a point neuron, which is one."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import Any, Self

from brian2.units import Quantity, ms, pA

from .box_dspike import DSpike
from .description import (
    CompartmentDescription,
    add_mechanism,
    add_parameters,
    compartment_needs,
    edit_text,
)
from .dspikes import make_dspike
from .ephys import EphysProperties
from .errors import CompartmentError
from .mechanism import Placeable
from .noise import make_noise
from .receptors import g_norm_factor, make_receptor
from .text import AddText, ReplaceText

__all__ = ["CompartmentEditor"]


class CompartmentEditor:
    """The part of `Compartment` and `PointNeuronModel` that adds mechanisms, equations and parameters.

    A subclass holds the compartment, as immutable data, in ``_compartment``.
    """

    _compartment: CompartmentDescription

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return a compartment of its own; what it holds is immutable and can be shared."""
        return copy(self)

    @property
    def ephys(self) -> EphysProperties:
        """Its passive properties."""
        return self._compartment.ephys

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
        self._compartment = edit_text(self._compartment, AddText(eqs))

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
        self._compartment = edit_text(self._compartment, ReplaceText(eqs_old, eqs_new))

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
        description = self._compartment
        params = add_parameters(
            description.owner, description.params, params_dict, compartment_needs(description)
        )
        self._compartment = replace(description, params=params)

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
        channel : {'AMPA', 'NMDA', 'GABA', 'GABA_A', 'GABA_B'}
            The receptor; `add` takes more of them.
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
        CompartmentError
            If time constants are given to a GABA_B receptor, which has its own.
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
        receptor = make_receptor(self._compartment.place, channel, tag, g, t_rise, t_decay, scale_g)
        self._compartment = add_mechanism(self._compartment, receptor)

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
        self._compartment = add_mechanism(
            self._compartment, make_noise(self._compartment.place, tau, sigma, mean)
        )

    def dspikes(
        self,
        name: str,
        threshold: Quantity | None = None,
        g_rise: Quantity | None = None,
        g_fall: Quantity | None = None,
        duration_rise: Quantity | None = None,
        duration_fall: Quantity | None = None,
        reversal_rise: Quantity | str | None = None,
        reversal_fall: Quantity | str | None = None,
        offset_fall: Quantity | None = None,
        refractory: Quantity | None = None,
    ) -> None:
        """Add a kind of dendritic spike: inward and outward current boxes started by an event.

        What is left out can be set later with `NeuronModel.config_dspikes`.

        Parameters
        ----------
        name : str
            A label, such as ``'Na'``. Compartments with the same label share the reversal
            potentials if they agree.
        threshold : Quantity, optional
            Voltage at and above which it starts, if it is not refractory.
        g_rise, g_fall : Quantity, optional
            Conductances of the boxes (siemens).
        duration_rise, duration_fall : Quantity, optional
            Lengths of the boxes (second), cut to whole time steps.
        reversal_rise, reversal_fall : Quantity or str, optional
            Reversal potentials, or names of parameters such as ``'E_Na'``.
        offset_fall : Quantity, optional
            Time from the start to the outward box.
        refractory : Quantity, optional
            Shortest time between starts.

        Raises
        ------
        DuplicateEquationsError
            If the compartment has a dendritic spike of that name.
        UnitsError
            If a quantity has the wrong dimension or sign.
        UnknownNameError
            If a reversal potential names no voltage.
        InvalidNameError
            If the name cannot be used in equations.
        """
        settings = {
            "threshold": threshold,
            "g_rise": g_rise,
            "g_fall": g_fall,
            "duration_rise": duration_rise,
            "duration_fall": duration_fall,
            "reversal_rise": reversal_rise,
            "reversal_fall": reversal_fall,
            "offset_fall": offset_fall,
            "refractory": refractory,
        }
        dspike = make_dspike(DSpike, self._compartment.place, name, settings)
        self._compartment = add_mechanism(self._compartment, dspike)

    def add(self, thing: Placeable) -> None:
        """Add a channel, an ion pool or a receptor.

        Parameters
        ----------
        thing : Channel, IonPool or receptor
            What to add. It stays unchanged and can be added to other compartments too.

        Raises
        ------
        CompartmentError
            If it cannot be added to a compartment, or does not fit this one.
        DuplicateEquationsError
            If the compartment has it already.

        Examples
        --------
        >>> from brian2.units import mV, nS
        >>> from dendrify_gpu.compartments import Channel, Dendrite, Gate
        >>> persistent = Channel('NaP', g_max=2*nS, reversal='E_Na',
        ...                      gates=[Gate('m', inf='1/(1 + exp(-(v + 50*mV)/(5*mV)))')])
        >>> dend = Dendrite('dend')
        >>> dend.add(persistent)
        >>> print(dend.equations.splitlines()[3])
        I_NaP_dend = g_NaP_dend * (E_Na-V_dend)  :amp
        """
        if not hasattr(thing, "placed_in"):
            raise CompartmentError(
                f"{self._compartment.owner}: {thing!r} cannot be added. Give a Channel, an IonPool or "
                "a receptor; use add_equations and add_params for anything else."
            )
        mechanism = thing.placed_in(self._compartment.place)
        self._compartment = add_mechanism(self._compartment, mechanism, own_text=True)

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
