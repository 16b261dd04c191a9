"""Dendrites: `Dendrite`."""

from __future__ import annotations

from .compartment import Compartment

__all__ = ["Dendrite"]


class Dendrite(Compartment):
    """A dendrite: a `Compartment` whose membrane is ``'passive'`` unless told otherwise.

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
