"""Electrical synapses: `GapJunction`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

from brian2.units import Quantity

from ..errors import CompartmentError
from ..mechanism import ParameterContext, ParameterNeed, Place
from ..quantities import CONDUCTANCE, check_quantity
from .base import Receptor, ReceptorModel
from .site import Site

__all__ = ["GapJunction", "GapJunctionReceptor"]


@dataclass(frozen=True, eq=False)
class GapJunction(ReceptorModel):
    r"""Gap junctions: ohmic conductances between the membranes of neighbours.

    It adds the variable ``I_gap_<tag>_<compartment>``, to which every neighbour contributes

    .. math:: I = g\,(V_\mathrm{neighbour} - V) .

    Two cells of the leak conductances :math:`g_1, g_2` have, at constant current into the first, the
    coupling coefficient :math:`\Delta V_2 / \Delta V_1 = g / (g + g_2)` [1]_.

    Parameters
    ----------
    tag : str
        A name for this set of junctions.
    g : Quantity
        Conductance of one junction (siemens).

    Raises
    ------
    UnitsError
        If the conductance has the wrong dimension or sign.
    InvalidNameError
        If the tag cannot be part of a variable name.

    Notes
    -----
    The current depends on the voltages of other neurons at every step, a summed variable of Brian2's
    `Synapses`. Make the neurons with ``make_neurongroup`` and the junctions with
    `connect_gap_junctions`. The library's own core exchanges spikes only and refuses such a neuron.

    References
    ----------
    .. [1] Bennett, M. V. L. (1966). Physiology of electrotonic junctions. Annals of the New York
       Academy of Sciences 137, 509-539.

    Examples
    --------
    >>> from brian2.units import nS
    >>> from dendrify_gpu.compartments import Soma
    >>> soma = Soma('soma')
    >>> soma.add(GapJunction('gj', g=0.5*nS))
    >>> print(soma.equations.splitlines()[-1])
    I_gap_gj_soma  :amp
    """

    _channel = "gap"

    g: Quantity = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_quantity(self.label, "g", self.g, CONDUCTANCE, "non-negative")
        if self.plasticity is not None:
            raise CompartmentError(
                f"{self.label}: a gap junction releases no transmitter, so it has no short-term "
                "plasticity. Leave out plasticity."
            )

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"gap junction with tag {self.tag!r}"

    def placed_in(self, place: Place) -> GapJunctionReceptor:
        """Return the junction in a compartment."""
        return GapJunctionReceptor(place.name, self)

    def text(self, site: Site) -> str:
        """Return its equations in Brian2 syntax."""
        return f"{self.current_at(site)}  :amp"

    def needs(self, site: Site) -> dict[str, ParameterNeed]:
        """Return what is known about its conductance."""
        return {site.of("g"): ParameterNeed(CONDUCTANCE, "give g=0.5*nS to GapJunction")}

    def values(self, site: Site, context: ParameterContext) -> dict[str, Any]:
        """Return name to value of its conductance."""
        return {site.of("g"): self.g}


@dataclass(frozen=True, eq=False)
class GapJunctionReceptor(Receptor):
    """A gap junction in a compartment.

    Attributes
    ----------
    compartment : str
        Where it is; empty for a point neuron.
    model : GapJunction
        What it is.
    """

    model: GapJunction

    @property
    def voltage(self) -> str:
        """Name of the membrane potential that it couples."""
        return self._site.voltage

    @property
    def conductance(self) -> str:
        """Name of the parameter that holds the conductance of one junction."""
        return self._site.of("g")

    @property
    def state_variable(self) -> NoReturn:
        """Refused: no spike acts on a gap junction.

        Raises
        ------
        CompartmentError
            Always.
        """
        where = f" on compartment {self.compartment!r}" if self.compartment else ""
        raise CompartmentError(
            f"{self.label}{where}: {self.name!r} takes no spikes. Its current is a sum over the "
            "voltages of neighbours (a summed variable), which the library's own core does not have "
            "yet. Run the neurons in Brian2: make_neurongroup, and receptors.connect_gap_junctions."
        )
