"""One gate of a channel: `Gate`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brian2.units import Quantity

from ..errors import ConflictingParametersError, EquationTextError, MissingParameterError
from ..quantities import (
    DIMENSIONLESS_NUMBER,
    TIME,
    PhysicalKind,
    check_name,
    check_number,
    check_quantity,
    is_value,
)
from .expressions import RATE
from .record import Record

__all__ = ["PARTS", "Gate"]

#: What describes a gate, the dimension, and the range of a constant value.
PARTS: dict[str, tuple[PhysicalKind, str]] = {
    "alpha": (RATE, "non-negative"),
    "beta": (RATE, "non-negative"),
    "inf": (DIMENSIONLESS_NUMBER, "non-negative"),
    "tau": (TIME, "positive"),
}
_FORMS = (
    "Give alpha and beta (rates), inf and tau (steady state and time constant), or inf alone for an "
    "instantaneous gate."
)


@dataclass(frozen=True, eq=False, repr=False)
class Gate(Record):
    r"""A gate of a channel in the Hodgkin-Huxley form.

    .. math::
        \dot m = \varphi\,(\alpha_m (1-m) - \beta_m m)
        \qquad\text{or}\qquad
        \dot m = \varphi\,\frac{m_\infty - m}{\tau_m}
        \qquad\text{or}\qquad
        m = m_\infty

    after Hodgkin & Huxley (1952), *J Physiol* 117:500-544. The conductance is proportional to
    :math:`m` to the `power`. :math:`\varphi` is the Q10 factor of the temperature.

    Parameters
    ----------
    name : str
        Its name, such as ``'m'``.
    power : int or float, default 1
        Exponent in the conductance.
    alpha, beta : str or Quantity, optional
        Opening and closing rate (hertz).
    inf : str or float, optional
        Steady state, from 0 to 1.
    tau : str or Quantity, optional
        Time constant (second). Without it a gate with `inf` is instantaneous.
    q10 : float, optional
        Factor by which the rates grow with ten degrees. Default: that of the channel.

    Notes
    -----
    Expressions are text in Brian2 syntax with units. In them `v` is the membrane potential; names of
    the channel's parameters are constants; ``RT_F`` is the thermal voltage RT/F; every other name, such
    as ``ca``, is the concentration of the ion pool of that name in mM.

    Raises
    ------
    InvalidNameError
        If the name cannot be used in equations.
    MissingParameterError
        If neither rates nor a steady state are given.
    ConflictingParametersError
        If rates are given together with a steady state or time constant.
    UnitsError
        If a value has the wrong dimension or sign.

    Examples
    --------
    >>> from brian2.units import ms
    >>> Gate('n', 4, alpha='0.01/mV/ms*(v + 55*mV)/(1 - exp(-(v + 55*mV)/(10*mV)))',
    ...      beta='0.125/ms*exp(-(v + 65*mV)/(80*mV))').is_instantaneous
    False
    >>> Gate('m', inf='1/(1 + exp(-(v + 50*mV)/(5*mV)))')
    Gate('m', inf='1/(1 + exp(-(v + 50*mV)/(5*mV)))')
    """

    name: str
    power: float = 1
    alpha: str | Quantity | None = None
    beta: str | Quantity | None = None
    inf: str | float | None = None
    tau: str | Quantity | None = None
    q10: float | None = None

    def __post_init__(self) -> None:
        check_name("gate", self.name)
        owner = f"gate {self.name!r}"
        check_number(owner, "power", self.power)
        if self.q10 is not None:
            check_number(owner, "q10", self.q10)
        given = {part for part in PARTS if getattr(self, part) is not None}
        if given & {"alpha", "beta"} and given & {"inf", "tau"}:
            raise ConflictingParametersError(
                f"{owner}: {', '.join(sorted(given))} are given. {_FORMS}"
            )
        if given not in ({"alpha", "beta"}, {"inf"}, {"inf", "tau"}):
            found = f"only {', '.join(given)} is given" if given else "nothing describes it"
            raise MissingParameterError(f"{owner}: {found}. {_FORMS}")
        for part in given:
            value = getattr(self, part)
            if not isinstance(value, str) and not is_value(value):
                raise EquationTextError(
                    f"{owner}: {part} = {value!r} is no expression. Give text in Brian2 syntax, or a "
                    f"quantity such as {PARTS[part][0].example}."
                )
            if not isinstance(value, str):
                check_quantity(owner, part, value, *PARTS[part])
        if self.is_instantaneous and self.q10 is not None:
            raise ConflictingParametersError(
                f"{owner}: q10 = {self.q10} is given, but an instantaneous gate has no rate. Leave out "
                "q10, or give tau."
            )

    @property
    def is_instantaneous(self) -> bool:
        """Whether it is at its steady state always."""
        return self.alpha is None and self.tau is None

    @property
    def parts(self) -> dict[str, Any]:
        """What describes it: ``alpha`` and ``beta``, or ``inf`` and perhaps ``tau``."""
        values = {part: getattr(self, part) for part in PARTS}
        return {part: value for part, value in values.items() if value is not None}
