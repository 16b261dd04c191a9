"""Conductances of a given shape: `DualExponential` and `Alpha`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brian2.units import Quantity

from ..mechanism import ParameterContext, ParameterNeed, Place
from ..quantities import CONDUCTANCE, DIMENSIONLESS_NUMBER, TIME, check_quantity
from .base import ReceptorModel
from .kinetics import normalisation
from .reversal import (
    check_named_reversal,
    check_reversal,
    reversal_name,
    reversal_needs,
    reversal_values,
)
from .site import Site

__all__ = ["Alpha", "DualExponential"]


@dataclass(frozen=True, eq=False)
class _Shaped(ReceptorModel):
    """A conductance with a peak and a reversal potential; x is its course with a peak of one."""

    g: Quantity = field(kw_only=True)
    reversal: Quantity | str = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_quantity(self.label, "g", self.g, CONDUCTANCE, "non-negative")
        check_reversal(self.label, self.reversal)

    def check_place(self, place: Place) -> None:
        """Check that a reversal potential given by name exists."""
        check_named_reversal(self.label, self.reversal, place)

    def _current_line(self, site: Site) -> str:
        force = f"({reversal_name(site, self.reversal)}-{site.voltage})"
        return f"{site.of('I')} = {site.of('g')} * {force} * {site.of('x')}  :amp"

    def needs(self, site: Site) -> dict[str, ParameterNeed]:
        """Return the parameters that its text uses, with how to set them."""
        remedy = f"give g=1*nS to {type(self).__name__}"
        return {
            site.of("g"): ParameterNeed(CONDUCTANCE, remedy),
            **reversal_needs(site, self.reversal),
        }

    def values(self, site: Site, context: ParameterContext) -> dict[str, Any]:
        """Return name to value of its parameters."""
        return {
            site.of("g"): self.g,
            **reversal_values(site, self.reversal, None, context),
        }


@dataclass(frozen=True, eq=False)
class DualExponential(_Shaped):
    r"""A conductance that is the difference of two exponentials and peaks at `g`.

    After a spike of weight 1 at time 0

    .. math::
        g(t) = g\,a\,(e^{-t/\tau_\mathrm{decay}} - e^{-t/\tau_\mathrm{rise}}), \qquad
        \max_t g(t) = g,

    with the peak at :math:`\frac{\tau_d\tau_r}{\tau_d-\tau_r}\ln\frac{\tau_d}{\tau_r}` and the area
    :math:`g\,n\,\tau_\mathrm{rise}`, where n is the parameter ``norm_<name>``. It is calculated as
    :math:`\tau_d\dot x = n s - x`, :math:`\tau_r\dot s = -s`; a spike adds its weight to s. Equal
    time constants give the alpha function.

    Parameters
    ----------
    tag : str
        The input that it belongs to.
    g : Quantity
        Peak conductance after one spike (siemens).
    t_rise, t_decay : Quantity
        Time constants (second). Exchanging them changes nothing.
    reversal : Quantity or str
        Reversal potential (volt), or the name of a parameter that holds one, such as ``'E_AMPA'``.
    plasticity : TsodyksMarkram, optional
        Short-term plasticity.

    Raises
    ------
    UnitsError
        If a quantity has the wrong dimension or sign.
    InvalidNameError
        If the tag cannot be part of a variable name.

    Examples
    --------
    >>> from brian2.units import ms, nS
    >>> from dendrify_gpu.compartments import Dendrite
    >>> dend = Dendrite('dend')
    >>> dend.add(DualExponential('e', g=1*nS, t_rise=1*ms, t_decay=6*ms, reversal='E_AMPA'))
    >>> for line in dend.equations.splitlines()[3:]:
    ...     print(line.replace('_dualexp_e_dend', ''))
    I = g * (E_AMPA-V_dend) * x  :amp
    dx/dt = (norm*s - x) / t_decay  :1
    ds/dt = -s / t_rise  :1
    """

    _channel = "dualexp"

    t_rise: Quantity = field(kw_only=True)
    t_decay: Quantity = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        for argument in ("t_rise", "t_decay"):
            check_quantity(self.label, argument, getattr(self, argument), TIME, "positive")

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"dual-exponential conductance with tag {self.tag!r}"

    def text(self, site: Site) -> str:
        """Return its equations in Brian2 syntax, without those of its plasticity."""
        s, x = site.of("s"), site.of("x")
        return "\n".join(
            (
                self._current_line(site),
                f"d{x}/dt = ({site.of('norm')}*{s} - {x}) / {site.of('t_decay')}  :1",
                f"d{s}/dt = -{s} / {site.of('t_rise')}  :1",
            )
        )

    def needs(self, site: Site) -> dict[str, ParameterNeed]:
        """Return the parameters that its text uses, with how to set them."""
        return {
            **super().needs(site),
            site.of("t_rise"): ParameterNeed(TIME, "give t_rise=1*ms to DualExponential"),
            site.of("t_decay"): ParameterNeed(TIME, "give t_decay=5*ms to DualExponential"),
            site.of("norm"): ParameterNeed(
                DIMENSIONLESS_NUMBER, "it follows from the time constants"
            ),
        }

    def values(self, site: Site, context: ParameterContext) -> dict[str, Any]:
        """Return name to value of its parameters; the norm is that of changed time constants."""
        times = {site.of("t_rise"): self.t_rise, site.of("t_decay"): self.t_decay}
        present = (context.shared.get(name, given) for name, given in times.items())
        norm = normalisation(*present)
        return {**super().values(site, context), **times, site.of("norm"): norm}

    def computed_from(self, site: Site) -> dict[str, str]:
        """Return the time constants, from which the norm was computed."""
        return dict.fromkeys((site.of("t_rise"), site.of("t_decay")), site.of("norm"))


@dataclass(frozen=True, eq=False)
class Alpha(_Shaped):
    r"""A conductance with the course of an alpha function that peaks at `g`.

    After a spike of weight 1 at time 0

    .. math:: g(t) = g\,\frac{t}{\tau}\,e^{1-t/\tau},

    with the peak `g` at :math:`\tau` = `t_peak` and the area :math:`g\,e\,\tau` [1]_. It is
    calculated as :math:`\tau\dot x = e\,s - x`, :math:`\tau\dot s = -s`; a spike adds its weight to
    s.

    Parameters
    ----------
    tag : str
        The input that it belongs to.
    g : Quantity
        Peak conductance after one spike (siemens).
    t_peak : Quantity
        Time from the spike to the peak (second).
    reversal : Quantity or str
        Reversal potential (volt), or the name of a parameter that holds one, such as ``'E_AMPA'``.
    plasticity : TsodyksMarkram, optional
        Short-term plasticity.

    Raises
    ------
    UnitsError
        If a quantity has the wrong dimension or sign.
    InvalidNameError
        If the tag cannot be part of a variable name.

    References
    ----------
    .. [1] Rall, W. (1967). Distinguishing theoretical synaptic potentials computed for different
       soma-dendritic distributions of synaptic input. Journal of Neurophysiology 30, 1138-1168.

    Examples
    --------
    >>> from brian2.units import ms, mV, nS
    >>> from dendrify_gpu.compartments import Soma
    >>> soma = Soma('soma')
    >>> soma.add(Alpha('inh', g=2*nS, t_peak=3*ms, reversal=-75*mV))
    >>> soma.parameters['E_alpha_inh_soma']
    -75. * mvolt
    """

    _channel = "alpha"

    t_peak: Quantity = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_quantity(self.label, "t_peak", self.t_peak, TIME, "positive")

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"alpha conductance with tag {self.tag!r}"

    def text(self, site: Site) -> str:
        """Return its equations in Brian2 syntax, without those of its plasticity."""
        s, x, t_peak = site.of("s"), site.of("x"), site.of("t_peak")
        return "\n".join(
            (
                self._current_line(site),
                f"d{x}/dt = (exp(1)*{s} - {x}) / {t_peak}  :1",
                f"d{s}/dt = -{s} / {t_peak}  :1",
            )
        )

    def needs(self, site: Site) -> dict[str, ParameterNeed]:
        """Return the parameters that its text uses, with how to set them."""
        return {
            **super().needs(site),
            site.of("t_peak"): ParameterNeed(TIME, "give t_peak=2*ms to Alpha"),
        }

    def values(self, site: Site, context: ParameterContext) -> dict[str, Any]:
        """Return name to value of its parameters."""
        return {**super().values(site, context), site.of("t_peak"): self.t_peak}
