"""The experiment of the playground: one compartment, one kind of dendritic spike, one current step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from brian2 import second
from brian2.units import ms, mV, nS, pA, pF
from brian2.units.fundamentalunits import get_dimensions

from .compartments import Dendrite, NeuronModel, UnitsError
from .errors import NetworkError
from .gpu import nearest_names
from .network import Network
from .quantities import in_units, shown, si_values

__all__ = ["DEFAULTS", "PlaygroundModel", "PlaygroundTraces", "UnknownSettingError", "check_known"]

#: What can be set, and what it is unless it is set.
DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "C": 80 * pF,
        "gL": 3 * nS,
        "EL": -70 * mV,
        "current": 120 * pA,
        "threshold": -40 * mV,
        "g_rise": 20 * nS,
        "g_fall": 20 * nS,
        "duration_rise": 2 * ms,
        "duration_fall": 3 * ms,
        "offset_fall": 1 * ms,
        "refractory": 5 * ms,
        "reversal_rise": 70 * mV,
        "reversal_fall": -89 * mV,
        "before": 5 * ms,
        "during": 100 * ms,
        "after": 50 * ms,
        "dt": 0.1 * ms,
    }
)

_POSITIVE = ("C", "during", "dt")
_OF_ANY_SIGN = ("EL", "current", "threshold", "reversal_rise", "reversal_fall")


class UnknownSettingError(NetworkError, KeyError):
    """Something was to be set in the playground that it does not have."""

    # A KeyError shows its message in quotation marks.
    __str__ = Exception.__str__


def check_known(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Check that all names are known.

    Parameters
    ----------
    what : str
        What was to be set; it begins the message.
    names : iterable of str
        What was given.
    known : iterable of str
        What exists.

    Raises
    ------
    UnknownSettingError
        If a name is not among them.
    """
    known = tuple(known)
    for name in names:
        if name not in known:
            raise UnknownSettingError(f"{what}: there is no {name!r}. {nearest_names(name, known)}")


@dataclass(frozen=True, eq=False)
class PlaygroundTraces:
    """What happened in one run of a `PlaygroundModel`.

    Attributes
    ----------
    t : Quantity, shape (n,)
        Time of each sample (second).
    V : Quantity, shape (n,)
        Membrane potential (volt).
    I_ext, I_rise, I_fall : Quantity, shape (n,)
        Injected current, and the two currents of the dendritic spike (ampere); inward is positive.
    spikes : Quantity, shape (n_spikes,)
        Times of the steps at whose end a dendritic spike started (second).
    """

    t: Any
    V: Any
    I_ext: Any
    I_rise: Any
    I_fall: Any
    spikes: Any


class PlaygroundModel:
    r"""A compartment with a dendritic spike, and a current step.

    .. math::
        C\dot V = g_L(E_L - V) + g_\mathrm{rise}(E_\mathrm{rise} - V)
        + g_\mathrm{fall}(E_\mathrm{fall} - V) + I

    The conductances are boxes that start when V is at or above the threshold: the first one runs for
    `duration_rise`; the second one begins `offset_fall` after the start and runs for `duration_fall`.
    They are counted in whole time steps, so that none is lost to rounding. The method is Euler's.

    Parameters
    ----------
    **settings : Quantity
        ``C`` (default 80 pF), ``gL`` (3 nS) and ``EL`` (-70 mV): capacitance, leak conductance and
        resting potential. ``current`` (120 pA): the injected current. ``threshold`` (-40 mV): potential
        at and above which a dendritic spike starts. ``g_rise``, ``g_fall`` (20 nS), ``duration_rise``
        (2 ms), ``duration_fall`` (3 ms): conductances and lengths of the boxes. ``offset_fall`` (1 ms):
        time from the start to the second box. ``refractory`` (5 ms): shortest time between starts.
        ``reversal_rise`` (70 mV), ``reversal_fall`` (-89 mV): reversal potentials. ``before`` (5 ms),
        ``during`` (100 ms), ``after`` (50 ms): time before, with and after the current. ``dt`` (0.1
        ms): time step.

    Raises
    ------
    UnknownSettingError
        If there is no setting of a name.
    UnitsError
        If a value has the wrong dimension, is not one finite number, or has the wrong sign.

    Examples
    --------
    >>> from brian2.units import pA
    >>> from dendrify_gpu.playground_model import PlaygroundModel
    >>> model = PlaygroundModel()
    >>> len(model.run().spikes)
    5
    >>> len(model.changed(current=80*pA).run().spikes)
    0
    """

    def __init__(self, **settings: Any) -> None:
        check_known("playground", settings, DEFAULTS)
        given = {**DEFAULTS, **settings}
        checked = {name: _checked(name, given[name]) for name in DEFAULTS}
        if checked["during"] < checked["dt"]:
            raise UnitsError(
                f"playground: during = {checked['during']} is shorter than a time step, "
                f"dt = {checked['dt']}. Write for example during={DEFAULTS['during']}."
            )
        self._settings = MappingProxyType(checked)

    @property
    def settings(self) -> Mapping[str, Any]:
        """All settings, as quantities."""
        return self._settings

    @property
    def duration(self) -> Any:
        """Time of the whole experiment (second)."""
        return sum((self._settings[name] for name in ("before", "during", "after")), 0 * ms)

    def changed(self, **settings: Any) -> PlaygroundModel:
        """Return the model with other settings.

        Parameters
        ----------
        **settings : Quantity
            As for the class; what is left out keeps its value.

        Returns
        -------
        PlaygroundModel

        Raises
        ------
        UnknownSettingError, UnitsError
            As for the class.
        """
        return PlaygroundModel(**{**self._settings, **settings})

    def neuron(self) -> NeuronModel:
        """Return the compartment, called ``'dend'``, with its dendritic spike, called ``'d'``.

        Returns
        -------
        NeuronModel
            For networks and populations of one's own, or for Brian2 by way of `make_neurongroup`.
        """
        own = self._settings
        dendrite = Dendrite("dend", cm_abs=own["C"], gl_abs=own["gL"], v_rest=own["EL"])
        dendrite.dspikes(
            "d",
            threshold=own["threshold"],
            g_rise=own["g_rise"],
            g_fall=own["g_fall"],
            duration_rise=own["duration_rise"],
            duration_fall=own["duration_fall"],
            reversal_rise=own["reversal_rise"],
            reversal_fall=own["reversal_fall"],
            offset_fall=own["offset_fall"],
            refractory=own["refractory"],
        )
        return NeuronModel(dendrite)

    def run(self) -> PlaygroundTraces:
        """Simulate the experiment on the CPU.

        Returns
        -------
        PlaygroundTraces
        """
        own = self._settings
        # One neuron on one thread. Values are arguments of the compiled code, so only the first run
        # of all compiles.
        net = Network(dt=own["dt"], backend="cpu", threads=1)
        cell = net.population(self.neuron(), 1, method="euler", name="playground")
        start, stop = own["before"], own["before"] + own["during"]
        net.current_step(cell, "I_ext_dend", own["current"], start=start, stop=stop)
        drawn = ("V_dend", "I_ext_dend", "I_rise_d_dend", "I_fall_d_dend")
        traces = net.record(cell, [*drawn, "spiketime_d_dend", "gate_d_dend"])
        net.run(self.duration, progress=False)
        voltage, current, rise, fall = (traces[name][:, 0] for name in drawn)
        started = traces["spiketime_d_dend"][traces["gate_d_dend"] > 0]
        spikes = in_units(np.unique(started) * float(own["dt"]), second.dim)
        return PlaygroundTraces(traces.t, voltage, current, rise, fall, spikes)


def _checked(name: str, value: Any) -> Any:
    """Return one quantity of the right dimension and sign."""
    dimensions = get_dimensions(DEFAULTS[name])
    what, remedy = f"playground: {name}", f"Write for example {name}={DEFAULTS[name]}."
    try:
        number = si_values(value, dimensions, what)
    except NetworkError as error:
        raise UnitsError(f"{error} {remedy}") from None
    if not isinstance(number, float):
        raise UnitsError(f"{what} was given {shown(value)}; give one value. {remedy}")
    if name in _POSITIVE and number <= 0:
        raise UnitsError(f"{what} = {value} must be larger than zero. {remedy}")
    if name not in _OF_ANY_SIGN and number < 0:
        raise UnitsError(f"{what} = {value} must be zero or larger. {remedy}")
    return in_units(number, dimensions)
