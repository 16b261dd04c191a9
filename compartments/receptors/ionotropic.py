"""AMPA, NMDA and GABA receptors as in Dendrify: instantaneous or finite rise.

To add one, add an entry to ``RECEPTOR_KINDS`` and a class that names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from brian2.units import Quantity, mV

from ..errors import MissingParameterError
from ..mechanism import ParameterContext, ParameterNeed, Place
from ..naming import suffixed
from ..quantities import CONDUCTANCE, DIMENSIONLESS_NUMBER, TIME, check_quantity
from .base import Receptor, ReceptorModel
from .kinetics import g_norm_factor
from .reversal import (
    check_named_reversal,
    check_reversal,
    reversal_name,
    reversal_needs,
    reversal_values,
)
from .site import Site

__all__ = [
    "AMPA",
    "GABA",
    "GABA_A",
    "NMDA",
    "RECEPTOR_DEFAULTS",
    "RECEPTOR_KINDS",
    "Ionotropic",
    "IonotropicReceptor",
    "ReceptorKind",
    "check_ionotropic",
]


@dataclass(frozen=True, eq=False)
class ReceptorKind:
    """What distinguishes one ionotropic receptor from another.

    Attributes
    ----------
    name : str
        The keyword that selects it.
    defaults : mapping
        Its shared parameters with their default values; ``E_<name>`` is the reversal potential.
    voltage_dependence : str
        Text that follows the gating variable in the current, with ``{v}`` for the voltage;
        empty for a receptor that does not depend on the voltage.
    everywhere : bool
        Whether its parameters belong to every model, as Dendrify's do, or only to models that have
        the receptor.
    """

    name: str
    defaults: Mapping[str, Any]
    voltage_dependence: str = ""
    everywhere: bool = True


RECEPTOR_KINDS: Mapping[str, ReceptorKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            ReceptorKind("AMPA", {"E_AMPA": 0 * mV}),
            # Magnesium block after Jahr & Stevens 1990.
            ReceptorKind(
                "NMDA",
                {
                    "E_NMDA": 0 * mV,
                    "Mg_con": 1.0,
                    "Alpha_NMDA": 0.062,
                    "Beta_NMDA": 3.57,
                    "Gamma_NMDA": 0,
                },
                " / (1 + Mg_con * exp(-Alpha_NMDA*({v}/mV+Gamma_NMDA)) / Beta_NMDA)",
            ),
            ReceptorKind("GABA", {"E_GABA": -80 * mV}),
            ReceptorKind("GABA_A", {"E_GABA_A": -70 * mV}, everywhere=False),
        )
    }
)

RECEPTOR_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        name: value
        for kind in RECEPTOR_KINDS.values()
        if kind.everywhere
        for name, value in kind.defaults.items()
    }
)


def check_ionotropic(owner: str, g: Any, t_rise: Any, t_decay: Any, scale_g: Any) -> None:
    """Check the values of an ionotropic receptor; None means not set.

    Raises
    ------
    UnitsError
        If a quantity has the wrong dimension or sign.
    MissingParameterError
        If a rise time is given without a decay time, or a scaled conductance without a conductance.
    """
    if g is not None:
        check_quantity(owner, "g", g, CONDUCTANCE, "non-negative")
    for argument, value in (("t_rise", t_rise), ("t_decay", t_decay)):
        if value is not None:
            check_quantity(owner, argument, value, TIME, "positive")
    if t_rise is not None and t_decay is None:
        raise MissingParameterError(
            f"{owner}: t_rise = {t_rise} is given but t_decay is not. "
            "Give both for rise and decay, or t_decay alone for an instantaneous rise."
        )
    if scale_g and g is None:
        raise MissingParameterError(
            f"{owner}: scale_g=True needs a conductance to scale. Give g, for example g=1*nS."
        )


@dataclass(frozen=True, eq=False)
class Ionotropic(ReceptorModel):
    """An ionotropic receptor, with the equations of Dendrify; the base of AMPA, NMDA and GABA.

    A spike adds to ``s``, which decays with `t_decay` and multiplies the conductance; with a rise
    time the spike adds to the drive ``s`` (decaying with `t_rise`) of ``x``, which does.

    Parameters
    ----------
    tag : str
        The input that it belongs to.
    g : Quantity, optional
        Maximal conductance (siemens). It can be set later as the parameter ``g_<name>``.
    t_rise : Quantity, optional
        Rise time constant (second). Without it the conductance jumps.
    t_decay : Quantity, optional
        Decay time constant (second).
    scale_g : bool, default False
        Scale the conductance so that its peak after one spike is `g`.
    reversal : Quantity or str, optional
        Reversal potential (volt), or the name of a parameter that holds one. Default: the parameter
        ``E_<channel>``, which all receptors of the kind share.
    plasticity : TsodyksMarkram, optional
        Short-term plasticity.

    Raises
    ------
    UnitsError
        If a quantity has the wrong dimension or sign.
    MissingParameterError
        If `t_rise` is given without `t_decay`, or `scale_g` without `g`.
    InvalidNameError
        If the tag cannot be part of a variable name.
    """

    g: Quantity | None = field(default=None, kw_only=True)
    t_rise: Quantity | None = field(default=None, kw_only=True)
    t_decay: Quantity | None = field(default=None, kw_only=True)
    scale_g: bool = field(default=False, kw_only=True)
    reversal: Quantity | str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_ionotropic(self.label, self.g, self.t_rise, self.t_decay, self.scale_g)
        if self.reversal is not None:
            check_reversal(self.label, self.reversal)

    def check_place(self, place: Place) -> None:
        """Check that a reversal potential given by name exists."""
        check_named_reversal(self.label, self.reversal, place)

    def placed_in(self, place: Place) -> IonotropicReceptor:
        """Return the receptor in a compartment.

        Raises
        ------
        UnknownNameError
            If the reversal potential names no voltage.
        """
        self.check_place(place)
        return IonotropicReceptor(place.name, self)

    @property
    def kind(self) -> ReceptorKind:
        """What distinguishes it from the other kinds."""
        return RECEPTOR_KINDS[self.channel]

    @property
    def _own_default(self) -> Quantity | None:
        """The kind's reversal potential, if not every model has it."""
        return None if self.kind.everywhere else self.kind.defaults[f"E_{self.channel}"]

    @property
    def peak_conductance(self) -> Quantity | None:
        """The conductance parameter, after scaling; None if `g` was not given."""
        if self.g is None or self.t_rise is None or not self.scale_g:
            return self.g
        return self.g * g_norm_factor(self.t_rise, self.t_decay)

    def gating_variable(self, site: Site) -> str:
        """Return the name of the variable that multiplies the conductance."""
        return site.of("s" if self.t_rise is None else "x")

    def _time_names(self, site: Site) -> tuple[str, str]:
        suffix = suffixed(site.tag, site.compartment)
        return f"t_{self.channel}_rise_{suffix}", f"t_{self.channel}_decay_{suffix}"

    def computed_from(self, site: Site) -> dict[str, str]:
        """Return the time constants, from which a scaled conductance was computed."""
        if self.g is None or self.t_rise is None or not self.scale_g:
            return {}
        return dict.fromkeys(self._time_names(site), site.of("g"))

    def text(self, site: Site) -> str:
        """Return its equations in Brian2 syntax, without those of its plasticity."""
        name, voltage = site.name, site.voltage
        rise, decay = self._time_names(site)
        block = self.kind.voltage_dependence.format(v=voltage)
        lines = [
            f"I_{name} = g_{name} * ({reversal_name(site, self.reversal)}-{voltage}) * "
            f"{self.gating_variable(site)}{block} * w_{name}  :amp"
        ]
        if self.t_rise is None:
            lines.append(f"ds_{name}/dt = -s_{name} / {decay}  :1")
        else:
            # The drive is counted per millisecond, so that s has no unit.
            lines.append(f"dx_{name}/dt = (-x_{name}/{decay}) + s_{name}/ms  :1")
            lines.append(f"ds_{name}/dt = -s_{name} / {rise}  :1")
        return "\n".join(lines)

    def needs(self, site: Site) -> dict[str, ParameterNeed]:
        """Return the parameters that its text uses, with how to set them."""
        rise, decay = self._time_names(site)
        where = f"on {site.compartment!r} " if site.compartment else ""
        call = f"{where}call synapse('{self.channel}', tag='{self.tag}', "
        needs = {
            site.of("w"): ParameterNeed(DIMENSIONLESS_NUMBER, "set it with add_params"),
            site.of("g"): ParameterNeed(CONDUCTANCE, call + "g=1*nS, ...)"),
            decay: ParameterNeed(TIME, call + "t_decay=5*ms, ...)"),
            **reversal_needs(site, self.reversal, self._own_default),
        }
        if self.t_rise is not None:
            needs[rise] = ParameterNeed(TIME, call + "t_rise=1*ms, ...)")
        return needs

    def values(self, site: Site, context: ParameterContext) -> dict[str, Any]:
        """Return name to value of those of its parameters that are set."""
        rise, decay = self._time_names(site)
        values = {
            site.of("w"): 1.0,
            site.of("g"): self.peak_conductance,
            rise: self.t_rise,
            decay: self.t_decay,
        }
        return {
            **{name: value for name, value in values.items() if value is not None},
            **reversal_values(site, self.reversal, self._own_default, context),
        }


class AMPA(Ionotropic):
    """An AMPA receptor: fast excitation, ``E_AMPA`` = 0 mV. See `Ionotropic` for the arguments.

    Examples
    --------
    >>> from brian2.units import ms, nS
    >>> from dendrify_gpu.compartments import Dendrite
    >>> dend = Dendrite('dend')
    >>> dend.add(AMPA('input', g=1*nS, t_decay=5*ms))
    >>> print(dend.equations.splitlines()[-1])
    ds_AMPA_input_dend/dt = -s_AMPA_input_dend / t_AMPA_decay_input_dend  :1
    """

    _channel = "AMPA"


class NMDA(Ionotropic):
    r"""An NMDA receptor: slow excitation with the magnesium block of Jahr & Stevens [1]_.

    The current is divided by :math:`1 + [\mathrm{Mg}]\,e^{-0.062\,V/\mathrm{mV}}/3.57`, with the
    parameters ``Mg_con`` (in mM, without unit), ``Alpha_NMDA``, ``Beta_NMDA`` and ``Gamma_NMDA``.
    ``E_NMDA`` = 0 mV. See `Ionotropic` for the arguments.

    References
    ----------
    .. [1] Jahr, C. E. & Stevens, C. F. (1990). Voltage dependence of NMDA-activated macroscopic
       conductances predicted by single-channel kinetics. Journal of Neuroscience 10, 3178-3182.
    """

    _channel = "NMDA"


class GABA(Ionotropic):
    """Dendrify's GABA receptor: fast inhibition, ``E_GABA`` = -80 mV. See `Ionotropic`."""

    _channel = "GABA"


class GABA_A(Ionotropic):
    """A GABA-A receptor: fast inhibition as `GABA`, with a reversal potential of its own.

    ``E_GABA_A`` = -70 mV, that of chloride in a mature neuron. See `Ionotropic` for the arguments.
    """

    _channel = "GABA_A"


@dataclass(frozen=True, eq=False)
class IonotropicReceptor(Receptor):
    """An ionotropic receptor in a compartment.

    Attributes
    ----------
    compartment : str
        Where it is; empty for a point neuron.
    model : Ionotropic
        What it is.
    """

    model: Ionotropic

    @property
    def gating_variable(self) -> str:
        """Name of the variable that multiplies the conductance."""
        return self.model.gating_variable(self._site)

    @property
    def peak_conductance(self) -> Quantity | None:
        """The conductance parameter, after scaling; None if `g` was not given."""
        return self.model.peak_conductance
