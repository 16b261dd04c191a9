"""The neuron that a modeller builds from compartments: `NeuronModel`."""

from __future__ import annotations

from collections.abc import Sequence

from brian2.units import Quantity

from .compartment import Compartment
from .editable_model import EditableModel
from .model_builder import build_model

__all__ = ["NeuronModel"]

Connection = (
    Compartment
    | tuple[Compartment, Compartment]
    | tuple[Compartment, Compartment, Quantity | str | None]
)


class NeuronModel(EditableModel):
    """A neuron: compartments, and the couplings that make them one tree.

    The compartments are taken as they are now; later changes to them do not reach the model.

    Parameters
    ----------
    connections : Compartment or list
        One compartment, or a list of pairs ``(A, B)`` and triples ``(A, B, g)``. The coupling `g`
        is a conductance, ``'half_cylinders'`` (the default: the axial resistance between the two
        centres) or ``'cylinder_<name>'`` (the axial resistance of the whole of one of the two).
    cm, gl, r_axial, v_rest : Quantity, optional
        Passive properties of all compartments, in place of their own: capacitance per area
        (farad/metre**2), leak per area (siemens/metre**2), axial resistivity (ohm*metre) and
        resting potential (volt).
    scale_factor : float, optional
        Factor of the membrane area of all compartments, in place of their own.
    spine_factor : float, optional
        Factor of the membrane area of all compartments but somata, in place of their own.
    temperature : float, optional
        Temperature in degrees Celsius, to which the rates of channels with a Q10 are scaled. Default:
        every channel runs at the temperature at which it was measured.

    Raises
    ------
    MorphologyError
        If the entries are not compartments, two share a name, or they do not form one tree.
    DimensionlessCompartmentError
        If compartments with absolute values are mixed with others, or given a geometry.
    MissingParameterError
        If a passive property or something that a coupling rule needs is missing.
    DuplicateEquationsError
        If a pair is coupled twice or two equations define one variable.
    ConflictingParametersError
        If two compartments were given different values for one parameter.
    UnknownNameError
        If a coupling is none of the rules.
    UnitsError
        If a value has the wrong dimension or sign.

    Examples
    --------
    >>> from brian2.units import nS, pF, mV
    >>> from dendrify_gpu.compartments import Dendrite, NeuronModel, Soma
    >>> soma = Soma('soma', cm_abs=200*pF, gl_abs=10*nS)
    >>> dend = Dendrite('dend', cm_abs=50*pF, gl_abs=2.5*nS)
    >>> model = NeuronModel([(soma, dend, 15*nS)], v_rest=-60*mV)
    >>> model
    NeuronModel(soma, dend)
    >>> model.parameters['g_dend_soma']
    15. * nsiemens
    """

    def __init__(
        self,
        connections: Compartment | Sequence[Connection],
        cm: Quantity | None = None,
        gl: Quantity | None = None,
        r_axial: Quantity | None = None,
        v_rest: Quantity | None = None,
        scale_factor: float | None = None,
        spine_factor: float | None = None,
        temperature: float | None = None,
    ) -> None:
        overrides = {
            "cm": cm,
            "gl": gl,
            "r_axial": r_axial,
            "v_rest": v_rest,
            "scale_factor": scale_factor,
            "spine_factor": spine_factor,
        }
        super().__init__(build_model(connections, overrides, temperature))
