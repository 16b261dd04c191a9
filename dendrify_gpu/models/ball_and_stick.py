"""Rall's ball and stick: a soma with one dendrite, cut into compartments."""

from __future__ import annotations

from itertools import pairwise
from math import pi
from numbers import Integral
from typing import Any

from brian2.units import Quantity, cm, mV, ohm, uF, um, uS

from ..compartments import Dendrite, NeuronModel, Soma
from ..errors import MorphologyError

__all__ = ["ball_and_stick"]


def ball_and_stick(
    n: int = 10,
    *,
    soma_diameter: Quantity = 25 * um,
    length: Quantity = 1000 * um,
    diameter: Quantity = 4 * um,
    cm: Quantity = 1 * uF / cm**2,
    gl: Quantity = 50 * uS / cm**2,
    r_axial: Quantity = 200 * ohm * cm,
    v_rest: Quantity = -65 * mV,
) -> NeuronModel:
    r"""Return a passive soma with one passive dendrite of `n` compartments.

    The dendrite is a cylinder with a sealed end, cut into compartments of equal length, ``dend1``
    to ``dend<n>`` from the soma outwards. The soma has the surface of a sphere and one potential:
    only the half of ``dend1`` lies between it and the centre of ``dend1``. The discretisation is
    of second order: errors fall with :math:`1/n^2`.

    Parameters
    ----------
    n : int, default 10
        Compartments of the dendrite.
    soma_diameter : Quantity, default 25 um
        Diameter of the soma (metre).
    length, diameter : Quantity, default 1000 um and 4 um
        Size of the dendrite (metre).
    cm : Quantity, default 1 uF/cm**2
        Membrane capacitance (farad/metre**2).
    gl : Quantity, default 50 uS/cm**2
        Leak conductance (siemens/metre**2).
    r_axial : Quantity, default 200 ohm*cm
        Axial resistivity (ohm*metre).
    v_rest : Quantity, default -65 mV
        Resting potential (volt).

    Returns
    -------
    NeuronModel
        A neuron that does not spike. Run it with ``method='euler'`` and a time step well below
        :math:`C / g` of one compartment, 0.025 ms for ten compartments.

    Raises
    ------
    MorphologyError
        If `n` is not a positive whole number.
    UnitsError
        If a quantity has the wrong dimension or sign.

    Notes
    -----
    With :math:`\lambda=\sqrt{d/(4 r_a g_L)}`, :math:`L=l/\lambda`, :math:`\tau=c_m/g_L`,
    :math:`G_\infty=\frac{\pi}{2} d^{3/2}\sqrt{g_L/r_a}` and the leak :math:`G_S` of the soma, a
    steady current :math:`I` into the soma gives

    .. math:: \frac{V(0)}{I} = \frac{1}{G_S + G_\infty \tanh L}, \qquad
        \frac{V(x)}{V(0)} = \frac{\cosh(L - x/\lambda)}{\cosh L}

    (Rall W 1959, *Exp Neurol* 1:491-527, doi:10.1016/0014-4886(59)90046-9) and the potential
    decays with the time constants :math:`\tau_k = \tau/(1+\alpha_k^2)`, where
    :math:`\tan(\alpha_k L) = -\alpha_k G_S/G_\infty`; without a soma :math:`\alpha_k = k\pi/L`
    (Rall W 1969, *Biophys J* 9:1483-1508, doi:10.1016/S0006-3495(69)86467-2). The default sizes
    and constants are usual ones, with :math:`L = 1`, and not those of a certain cell.

    Examples
    --------
    >>> from dendrify_gpu.models import ball_and_stick
    >>> model = ball_and_stick(4)
    >>> model.compartment_names
    ('soma', 'dend1', 'dend2', 'dend3', 'dend4')
    >>> model.parameters['g_dend2_dend1']
    25.13274123 * nsiemens
    """
    if not isinstance(n, Integral) or isinstance(n, bool) or n < 1:
        raise MorphologyError(
            f"ball_and_stick: n={n!r} is not a number of compartments; give a whole number of at "
            "least 1, such as n=10."
        )
    # An open cylinder as long as wide has the surface of the sphere.
    soma = Soma("soma", model="passive", length=soma_diameter, diameter=soma_diameter)
    dendrites = [
        Dendrite(f"dend{k + 1}", length=length / int(n), diameter=diameter) for k in range(int(n))
    ]
    half_a_compartment = 2 * pi * diameter**2 / (4 * r_axial * length / int(n))
    connections: list[tuple[Any, ...]] = [(soma, dendrites[0], half_a_compartment)]
    connections += [(inner, outer, "half_cylinders") for inner, outer in pairwise(dendrites)]
    return NeuronModel(connections, cm=cm, gl=gl, r_axial=r_axial, v_rest=v_rest)
