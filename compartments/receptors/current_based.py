"""Synaptic currents that do not depend on the voltage: `CurrentBased`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brian2.units import Quantity

from ..mechanism import ParameterContext, ParameterNeed
from ..quantities import CURRENT, DIMENSIONLESS_NUMBER, TIME, check_quantity
from .base import ReceptorModel
from .kinetics import normalisation
from .site import Site

__all__ = ["CurrentBased"]


@dataclass(frozen=True, eq=False)
class CurrentBased(ReceptorModel):
    r"""A synaptic current of a given course, whatever the membrane potential.

    Without a rise time it jumps and decays, :math:`I(t) = A\,e^{-t/\tau_\mathrm{decay}}`; with one it
    is the difference of two exponentials whose peak is A, as in `DualExponential`; with equal time
    constants it is the alpha function :math:`A\,(t/\tau)\,e^{1-t/\tau}`.

    Parameters
    ----------
    tag : str
        The input that it belongs to.
    amplitude : Quantity
        Peak A after one spike (ampere). A positive current depolarises.
    t_decay : Quantity
        Decay time constant (second).
    t_rise : Quantity, optional
        Rise time constant (second).
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
    >>> from brian2.units import ms, pA
    >>> from dendrify_gpu.compartments import Soma
    >>> soma = Soma('soma')
    >>> soma.add(CurrentBased('in', amplitude=20*pA, t_decay=5*ms))
    >>> print('\n'.join(soma.equations.splitlines()[-2:]))
    I_current_in_soma = A_current_in_soma * s_current_in_soma  :amp
    ds_current_in_soma/dt = -s_current_in_soma / t_decay_current_in_soma  :1
    """

    _channel = "current"

    amplitude: Quantity = field(kw_only=True)
    t_decay: Quantity = field(kw_only=True)
    t_rise: Quantity | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_quantity(self.label, "amplitude", self.amplitude, CURRENT)
        check_quantity(self.label, "t_decay", self.t_decay, TIME, "positive")
        if self.t_rise is not None:
            check_quantity(self.label, "t_rise", self.t_rise, TIME, "positive")

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"current-based synapse with tag {self.tag!r}"

    def text(self, site: Site) -> str:
        """Return its equations in Brian2 syntax, without those of its plasticity."""
        s, x, norm = site.of("s"), site.of("x"), site.of("norm")
        rise, decay = site.of("t_rise"), site.of("t_decay")
        gating = s if self.t_rise is None else x
        lines = [f"{site.of('I')} = {site.of('A')} * {gating}  :amp"]
        if self.t_rise is None:
            lines.append(f"d{s}/dt = -{s} / {decay}  :1")
        else:
            lines.append(f"d{x}/dt = ({norm}*{s} - {x}) / {decay}  :1")
            lines.append(f"d{s}/dt = -{s} / {rise}  :1")
        return "\n".join(lines)

    def needs(self, site: Site) -> dict[str, ParameterNeed]:
        """Return the parameters that its text uses, with how to set them."""
        needs = {
            site.of("A"): ParameterNeed(CURRENT, "give amplitude=20*pA to CurrentBased"),
            site.of("t_decay"): ParameterNeed(TIME, "give t_decay=5*ms to CurrentBased"),
        }
        if self.t_rise is not None:
            needs[site.of("t_rise")] = ParameterNeed(TIME, "give t_rise=1*ms to CurrentBased")
            needs[site.of("norm")] = ParameterNeed(
                DIMENSIONLESS_NUMBER, "it follows from the time constants"
            )
        return needs

    def values(self, site: Site, context: ParameterContext) -> dict[str, Any]:
        """Return name to value of its parameters; the norm is that of changed time constants."""
        values: dict[str, Any] = {site.of("A"): self.amplitude, site.of("t_decay"): self.t_decay}
        if self.t_rise is not None:
            values[site.of("t_rise")] = self.t_rise
            rise, decay = (
                context.shared.get(name, values[name])
                for name in (site.of("t_rise"), site.of("t_decay"))
            )
            values[site.of("norm")] = normalisation(rise, decay)
        return values

    def computed_from(self, site: Site) -> dict[str, str]:
        """Return the time constants, from which the norm was computed if there are two."""
        if self.t_rise is None:
            return {}
        return dict.fromkeys((site.of("t_rise"), site.of("t_decay")), site.of("norm"))
