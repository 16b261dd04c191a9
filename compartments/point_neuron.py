"""Neurons without compartments: `PointNeuronModel`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from brian2 import NeuronGroup, Synapses
from brian2.core.namespace import get_local_namespace
from brian2.units import Quantity

from .compartment_editor import CompartmentEditor
from .description import CompartmentDescription
from .editable_model import EditableModel
from .ephys import EphysProperties
from .membranes import get_membrane
from .model_description import ModelDescription
from .quantities import check_temperature
from .receptors import g_norm_factor
from .spiking import SpikeRule

__all__ = ["PointNeuronModel"]


class PointNeuronModel(CompartmentEditor, EditableModel):
    """A neuron of one compartment whose variables carry no suffix: ``V``, ``I_ext``, ``s_AMPA_x``.

    Parameters
    ----------
    model : {'leakyIF', 'adaptiveIF', 'cadIF', 'adex', 'cadex', 'passive'} or str, default 'leakyIF'
        Its membrane, or the membrane's equations.
    length, diameter : Quantity, optional
        Size of a cylinder (metre), with `cm` and `gl`.
    cm : Quantity, optional
        Membrane capacitance per area (farad/metre**2).
    gl : Quantity, optional
        Leak conductance per area (siemens/metre**2).
    cm_abs, gl_abs : Quantity, optional
        Capacitance (farad) and leak conductance (siemens), instead of a geometry.
    v_rest : Quantity, optional
        Resting potential (volt).
    temperature : float, optional
        Temperature in degrees Celsius, to which the rates of channels with a Q10 are scaled. Default:
        every channel runs at the temperature at which it was measured.

    Raises
    ------
    UnknownNameError
        If there is no such membrane.
    UnitsError
        If a value has the wrong dimension or sign.
    DimensionlessCompartmentError
        If absolute values and a geometry are given together.

    Examples
    --------
    >>> from brian2.units import nS, pF, mV, ms
    >>> neuron = PointNeuronModel('adaptiveIF', cm_abs=200*pF, gl_abs=10*nS, v_rest=-60*mV)
    >>> neuron.synapse('AMPA', tag='x', g=1*nS, t_decay=2*ms)
    >>> neuron.add_params({'tauw': 100*ms, 'a': 2*nS})
    >>> print(neuron.equations)
    dV/dt = (gL * (EL-V) + I - w) / C  :volt
    dw/dt = (a * (V-EL) - w) / tauw  :amp
    I = I_ext + I_AMPA_x  :amp
    I_ext  :amp
    I_AMPA_x = g_AMPA_x * (E_AMPA-V) * s_AMPA_x * w_AMPA_x  :amp
    ds_AMPA_x/dt = -s_AMPA_x / t_AMPA_decay_x  :1
    """

    _is_point = True

    def __init__(
        self,
        model: str = "leakyIF",
        length: Quantity | None = None,
        diameter: Quantity | None = None,
        cm: Quantity | None = None,
        gl: Quantity | None = None,
        cm_abs: Quantity | None = None,
        gl_abs: Quantity | None = None,
        v_rest: Quantity | None = None,
        temperature: float | None = None,
    ) -> None:
        owner = "PointNeuronModel"
        membrane = get_membrane(owner, model, "")
        ephys = EphysProperties(None, length, diameter, cm, gl, cm_abs, gl_abs, v_rest=v_rest)
        compartment = CompartmentDescription("", membrane, ephys, is_soma=True)
        celsius = check_temperature(owner, temperature)
        super().__init__(ModelDescription((compartment,), (), temperature=celsius))

    @property
    def _compartment(self) -> CompartmentDescription:
        return self._description.compartments[0]

    @_compartment.setter
    def _compartment(self, changed: CompartmentDescription) -> None:
        self._description = replace(self._description, compartments=(changed,))

    @staticmethod
    def g_norm_factor(trise: Quantity, tdecay: Quantity) -> float:
        """Return the factor with which the conductance after one spike peaks at one.

        Parameters
        ----------
        trise, tdecay : Quantity
            Time constants (second), under the names that Dendrify's point neurons have.

        Returns
        -------
        float
            The factor; ``scale_g=True`` multiplies the conductance by it.

        Raises
        ------
        UnitsError
            If a constant is not a time larger than zero.
        """
        return g_norm_factor(trise, tdecay)

    def make_neurongroup(
        self,
        N: int,
        method: str | None = None,
        threshold: str | None = None,
        reset: str | None = None,
        second_reset: str | None = None,
        spike_width: Quantity | None = None,
        refractory: Quantity | str | bool = False,
        init_rest: bool = True,
        init_events: bool = True,
        show: bool = False,
        **kwargs: Any,
    ) -> NeuronGroup | tuple[NeuronGroup, Synapses]:
        """Make a Brian2 group of neurons.

        It differs from `NeuronModel.make_neurongroup` in the default of `method` only: None leaves the
        choice to Brian2.
        """
        rule = SpikeRule(threshold, reset, second_reset, spike_width, refractory)
        around = get_local_namespace(level=1)
        return self._make_group(N, method, rule, init_rest, init_events, show, kwargs, around)
