"""Dendrites, which can have dendritic spikes: `Dendrite`."""

from __future__ import annotations

from brian2.units import Quantity

from .compartment import Compartment
from .description import add_mechanism
from .dspikes import DSpike, make_dspike

__all__ = ["Dendrite"]


class Dendrite(Compartment):
    """A dendrite: a `Compartment` that can have dendritic spikes.

    The parameters are those of `Compartment`.

    Examples
    --------
    >>> from brian2.units import nS, pF, mV, ms
    >>> dend = Dendrite('dend', cm_abs=50*pF, gl_abs=2*nS)
    >>> dend.dspikes('Na', threshold=-40*mV, g_rise=20*nS, g_fall=10*nS, duration_rise=1.2*ms,
    ...              duration_fall=2.4*ms, offset_fall=0*ms, refractory=5*ms,
    ...              reversal_rise='E_Na', reversal_fall='E_K')
    >>> dend.event_names
    ['spike_Na_dend']
    """

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
        dspike = make_dspike(self.name, name, self._description.shared, settings)
        self._description = add_mechanism(self._description, dspike)

    @property
    def events(self) -> dict[str, str]:
        """Name to condition of the events that start dendritic spikes."""
        return {dspike.event: dspike.condition for dspike in self._description.of_type(DSpike)}

    @property
    def event_names(self) -> list[str]:
        """Names of the events that start dendritic spikes."""
        return list(self.events)
