"""The GABA-B receptor: slow inhibition through a second messenger."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from brian2.units import Quantity, hertz, mmolar, ms, mV, umolar

from ..mechanism import ParameterContext, ParameterNeed, Place
from ..quantities import CONDUCTANCE, TIME, PhysicalKind, check_quantity
from .base import ReceptorModel
from .reversal import (
    check_named_reversal,
    check_reversal,
    reversal_name,
    reversal_needs,
    reversal_values,
)
from .site import Site

__all__ = ["GABA_B"]

#: Kind of each constant, with an example that is its default.
_CONSTANTS = {
    "K1": PhysicalKind("a rate per concentration", hertz / mmolar, "0.52/(mM*ms)"),
    "K2": PhysicalKind("a rate", hertz, "0.0013/ms"),
    "K3": PhysicalKind("a concentration per time", mmolar * hertz, "0.098*uM/ms"),
    "K4": PhysicalKind("a rate", hertz, "0.033/ms"),
    "KD": PhysicalKind("a concentration to the power of 4", mmolar**4, "100*uM**4"),
    "T_max": PhysicalKind("a concentration", mmolar, "0.075*mM"),
    "t_transmitter": TIME,
}
_REVERSAL = -95 * mV


@dataclass(frozen=True, eq=False)
class GABA_B(ReceptorModel):
    r"""A GABA-B receptor: a potassium current that G-proteins open, after Destexhe et al. [1]_ [2]_.

    A spike of weight 1 releases transmitter of the concentration :math:`T_\mathrm{max}`, which decays;
    r is the fraction of receptors that are bound, G the concentration of activated G-protein, of
    which four open a channel:

    .. math::
        \dot s &= -s/\tau_T, \\
        \dot r &= K_1 T_\mathrm{max} s\,(1-r) - K_2 r, \\
        \dot G &= K_3 r - K_4 G, \\
        I &= g\,\frac{G^4}{G^4+K_D}\,(E - V) .

    Parameters
    ----------
    tag : str
        The input that it belongs to.
    g : Quantity
        Conductance with all channels open (siemens); with `scale_g` the peak after one spike.
    scale_g : bool, default False
        Scale the conductance so that its peak after a single spike of weight 1 is `g`.
    reversal : Quantity or str, optional
        Reversal potential (volt), or the name of a parameter that holds one. Default: the parameter
        ``E_GABA_B``, -95 mV, which all GABA-B receptors share.
    K1 : Quantity, default 0.52 / (mM ms)
        Rate of binding per concentration of transmitter.
    K2 : Quantity, default 0.0013 / ms
        Rate of unbinding.
    K3 : Quantity, default 0.098 uM / ms
        Production of G-protein with all receptors bound.
    K4 : Quantity, default 0.033 / ms
        Rate of decay of G-protein.
    KD : Quantity, default 100 uM**4
        Dissociation constant of G-protein and channel.
    T_max : Quantity, default 0.075 mM
        Concentration of transmitter that a spike releases.
    t_transmitter : Quantity, default 2 ms
        Time constant with which it is cleared.
    plasticity : TsodyksMarkram, optional
        Short-term plasticity.

    Raises
    ------
    UnitsError
        If a quantity has the wrong dimension or sign.
    InvalidNameError
        If the tag cannot be part of a variable name.

    Notes
    -----
    The rates are those of ModelDB 18198. There the transmitter is a pulse of 0.5 mM that lasts 0.3 ms;
    here it is 0.075 mM and decays with 2 ms, which has the same area and binds as much, and which
    time steps of 0.1 ms resolve. The conductance peaks about 100 ms after a spike. The method
    ``'euler'`` keeps the area whatever the time step; ``'exponential_euler'`` makes it larger by the
    fraction dt / (2 `t_transmitter`), and the conductance of small responses by four times that.

    The fourth power makes the receptor answer to bursts: a single spike opens only a fraction of
    1.4e-5 of the channels, ten spikes in 50 ms open more than a thousand times that. So either `g`
    is large, or it is the peak after a single spike and `scale_g` is given.

    References
    ----------
    .. [1] Destexhe, A. & Sejnowski, T. J. (1995). G protein activation kinetics and spillover of
       gamma-aminobutyric acid may account for differences between inhibitory responses in the
       hippocampus and thalamus. PNAS 92, 9515-9519.
    .. [2] Destexhe, A., Mainen, Z. F. & Sejnowski, T. J. (1998). Kinetic models of synaptic
       transmission. In: Koch, C. & Segev, I., Methods in Neuronal Modeling, 2nd ed. MIT Press.

    Examples
    --------
    >>> from brian2.units import nS
    >>> from dendrify_gpu.compartments import Dendrite
    >>> dend = Dendrite('dend')
    >>> dend.add(GABA_B('inh', g=0.1*nS, scale_g=True))
    >>> print(dend.equations.splitlines()[4])
    open_GABA_B_inh_dend = G_GABA_B_inh_dend**4 / (G_GABA_B_inh_dend**4 + KD_GABA_B_inh_dend)  :1
    """

    _channel = "GABA_B"

    g: Quantity = field(kw_only=True)
    scale_g: bool = field(default=False, kw_only=True)
    reversal: Quantity | str | None = field(default=None, kw_only=True)
    K1: Quantity = field(default_factory=lambda: 0.52 / (mmolar * ms), kw_only=True)
    K2: Quantity = field(default_factory=lambda: 0.0013 / ms, kw_only=True)
    K3: Quantity = field(default_factory=lambda: 0.098 * umolar / ms, kw_only=True)
    K4: Quantity = field(default_factory=lambda: 0.033 / ms, kw_only=True)
    KD: Quantity = field(default_factory=lambda: 100 * umolar**4, kw_only=True)
    T_max: Quantity = field(default_factory=lambda: 0.075 * mmolar, kw_only=True)
    t_transmitter: Quantity = field(default_factory=lambda: 2 * ms, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_quantity(self.label, "g", self.g, CONDUCTANCE, "non-negative")
        if self.reversal is not None:
            check_reversal(self.label, self.reversal)
        for name, kind in _CONSTANTS.items():
            check_quantity(self.label, name, getattr(self, name), kind, "positive")

    def check_place(self, place: Place) -> None:
        """Check that a reversal potential given by name exists."""
        check_named_reversal(self.label, self.reversal, place)

    @property
    def open_after_one_spike(self) -> float:
        """Fraction of the channels that are open at the peak after one spike of weight 1."""
        return _peak_open_fraction(*(float(np.asarray(getattr(self, name))) for name in _CONSTANTS))

    @property
    def maximal_conductance(self) -> Quantity:
        """Conductance with all channels open (siemens), after scaling."""
        return self.g / self.open_after_one_spike if self.scale_g else self.g

    def text(self, site: Site) -> str:
        """Return its equations in Brian2 syntax, without those of its plasticity."""
        n = site.name
        force = f"({reversal_name(site, self.reversal)}-{site.voltage})"
        return "\n".join(
            (
                f"I_{n} = g_{n} * {force} * open_{n}  :amp",
                f"open_{n} = G_{n}**4 / (G_{n}**4 + KD_{n})  :1",
                f"dG_{n}/dt = K3_{n}*bound_{n} - K4_{n}*G_{n}  :mmolar",
                f"dbound_{n}/dt = K1_{n}*T_max_{n}*s_{n}*(1-bound_{n}) - K2_{n}*bound_{n}  :1",
                f"ds_{n}/dt = -s_{n} / t_transmitter_{n}  :1",
            )
        )

    def needs(self, site: Site) -> dict[str, ParameterNeed]:
        """Return the parameters that its text uses, with how to set them."""
        needs = {
            site.of(name): ParameterNeed(kind, f"give {name}={kind.example} to GABA_B")
            for name, kind in _CONSTANTS.items()
        }
        needs[site.of("g")] = ParameterNeed(CONDUCTANCE, "give g=1*nS to GABA_B")
        return {**needs, **reversal_needs(site, self.reversal, _REVERSAL)}

    def values(self, site: Site, context: ParameterContext) -> dict[str, Any]:
        """Return name to value of its parameters."""
        return {
            site.of("g"): self.maximal_conductance,
            **{site.of(name): getattr(self, name) for name in _CONSTANTS},
            **reversal_values(site, self.reversal, _REVERSAL, context),
        }


@lru_cache(maxsize=64)
def _peak_open_fraction(
    k1: float, k2: float, k3: float, k4: float, kd: float, t_max: float, tau: float
) -> float:
    """Integrate the cascade from a spike to the peak of the G-protein, by the trapezoidal rule.

    The equations are linear, so that the implicit rule needs no iteration and no step is too long
    for its stability. The steps follow the transmitter first and grow with time afterwards.
    """
    bound = messenger = 0.0
    time, step = 0.0, 0.002 * tau
    binding = k1 * t_max
    while True:
        now = binding * math.exp(-time / tau)
        later = binding * math.exp(-(time + step) / tau)
        half = 0.5 * step
        next_bound = (bound * (1 - half * (now + k2)) + half * (now + later)) / (
            1 + half * (later + k2)
        )
        next_messenger = (messenger * (1 - half * k4) + half * k3 * (bound + next_bound)) / (
            1 + half * k4
        )
        if next_messenger <= messenger:
            return messenger**4 / (messenger**4 + kd)
        bound, messenger = next_bound, next_messenger
        time += step
        step = max(step, 0.002 * time)
