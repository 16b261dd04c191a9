"""Ion concentrations inside a compartment: `IonPool` and `CalciumPool`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from brian2.units import Quantity, mM, ms, nA, um

from ..errors import (
    ConflictingParametersError,
    DimensionlessCompartmentError,
    DuplicateEquationsError,
    InvalidNameError,
    MissingParameterError,
    UnitsError,
)
from ..mechanism import Place
from ..quantities import (
    LENGTH,
    TIME,
    check_name,
    check_number,
    check_quantity,
    check_temperature,
)
from .concentration import GAIN, Concentration
from .expressions import CONCENTRATION
from .record import Record

__all__ = ["CalciumPool", "IonPool"]


@dataclass(frozen=True, eq=False, repr=False)
class IonPool(Record):
    r"""The concentration of an ion inside the membrane, fed by currents, with decay.

    .. math::
        \frac{dc}{dt} = k\,I - \frac{c - c_\mathrm{rest}}{\tau},
        \qquad k = \frac{\gamma}{z F A\,d}

    for a shell of depth :math:`d` under a membrane of area :math:`A` (McCormick & Huguenard 1992,
    *J Neurophysiol* 68:1384-1400; Destexhe, Babloyantz & Sejnowski 1993, *Biophys J* 65:1538-1552).
    :math:`I` is the sum of the ion's currents, positive inward. The pool also gives the Nernst potential
    ``E_<name>``, :math:`\frac{RT}{zF}\ln(c_\mathrm{out}/c)`.

    Parameters
    ----------
    name : str
        Its name, and that of the concentration in expressions of channels.
    tau : Quantity
        Time constant of the decay (second).
    resting : Quantity
        Concentration at rest, and at the start (mM).
    ion : str, optional
        The ion. Default: `name`. Give it where a compartment has two pools of one ion.
    valence : int, default 2
        Charge of the ion, with its sign.
    depth : Quantity, optional
        Depth of the shell (metre); it needs a compartment with an area.
    gain : Quantity, optional
        :math:`k` itself (mM per coulomb), instead of `depth`.
    free_fraction : float, default 1
        :math:`\gamma`, the part of the ions that is not buffered at once; with `depth` only.
    outside : Quantity, default 2 mM
        Concentration outside (mM).
    sources : sequence of str or mapping, optional
        Which currents feed it, such as ``['CaL', 'CaT']``: names of channels and dendritic spikes, or
        ``'<channel>_<tag>'`` for a receptor; or a mapping of these to the fraction that the ion
        carries, such as ``{'CaL': 1, 'NMDA_input': 0.1}``. Default: the channels of the ion.
    inward_only : bool, default True
        Outward current does not lower the concentration, as in Destexhe et al. (1993), so that it stays
        positive. Set it to False for an ion that leaves, such as potassium.
    temperature : float, default 36
        Temperature in degrees Celsius of the Nernst potential, where the model has none.
    reference : str, optional
        Where it was published.

    Raises
    ------
    CompartmentError
        If a value is missing, or has the wrong dimension or sign.

    Examples
    --------
    >>> from brian2.units import ms, mM, nA, um
    >>> print(IonPool('ca', tau=80*ms, resting=0.1*mM, gain=0.5*mM/ms/nA, sources=['CaL']))
    ion pool 'ca'
      dca/dt = gain_ca * (I_ca + abs(I_ca))/2 - (ca - ca_rest)/tau_ca
      I_ca = I_CaL
      E_ca = RT_zF_ca * log(ca_out/ca)
      tau_ca = 80 ms, ca_rest = 0.1 mM, ca_out = 2 mM, gain_ca = 0.5 mM/ms/nA
    >>> IonPool('na', tau=500*ms, resting=8*mM, depth=0.5*um, valence=1, outside=145*mM).fed_by
    'na'
    """

    name: str
    tau: Quantity = field(kw_only=True)
    resting: Quantity = field(kw_only=True)
    ion: str | None = field(default=None, kw_only=True)
    valence: int = field(default=2, kw_only=True)
    depth: Quantity | None = field(default=None, kw_only=True)
    gain: Quantity | None = field(default=None, kw_only=True)
    free_fraction: float = field(default=1.0, kw_only=True)
    outside: Quantity = field(default_factory=lambda: 2 * mM, kw_only=True)
    sources: Mapping[str, float] | None = field(default=None, kw_only=True)
    inward_only: bool = field(default=True, kw_only=True)
    temperature: float = field(default=36.0, kw_only=True)
    reference: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        check_name("pool of ions", self.name)
        if self.name in ("v", "E", "RT_F", "C", "gL", "EL"):
            raise InvalidNameError(
                f"{self.name!r} cannot be the name of an ion pool: it has a meaning in every channel or compartment. "
                "Use the ion's name, such as 'ca'."
            )
        owner = self.owner
        if self.ion is not None:
            check_name("kind of ion", self.ion)
        check_quantity(owner, "tau", self.tau, TIME, "positive")
        check_quantity(owner, "resting", self.resting, CONCENTRATION, "positive")
        check_quantity(owner, "outside", self.outside, CONCENTRATION, "positive")
        self._check_valence()
        self._check_gain()
        if self.temperature is None:
            raise MissingParameterError(
                f"{owner}: the Nernst potential needs a temperature. Leave it out for 36 °C."
            )
        check_temperature(owner, self.temperature)
        if self.sources is not None:
            object.__setattr__(self, "sources", _fractions(owner, self.sources))

    def _check_valence(self) -> None:
        if self.valence not in (-3, -2, -1, 1, 2, 3):
            raise UnitsError(
                f"{self.owner}: valence = {self.valence!r} is not the charge of an ion. Give for "
                "example valence=2 for calcium."
            )
        if self.valence < 0 and self.inward_only:
            raise ConflictingParametersError(
                f"{self.owner}: an inward current is an ion of valence {self.valence} that leaves. Give "
                "inward_only=False."
            )

    def _check_gain(self) -> None:
        owner = self.owner
        if self.depth is None and self.gain is None:
            raise MissingParameterError(
                f"{owner}: it is not said how far a current raises the concentration. Give depth, such "
                "as depth=0.1*um, where the compartment has an area, or gain, such as "
                f"gain={GAIN.example}."
            )
        if self.depth is not None and self.gain is not None:
            raise ConflictingParametersError(
                f"{owner}: depth = {self.depth} and gain = {self.gain} are given. Give one of them."
            )
        if self.depth is not None:
            check_quantity(owner, "depth", self.depth, LENGTH, "positive")
        else:
            check_quantity(owner, "gain", self.gain, GAIN)
        check_number(owner, "free_fraction", self.free_fraction)
        if self.free_fraction > 1 or (self.gain is not None and self.free_fraction != 1):
            raise UnitsError(
                f"{owner}: free_fraction = {self.free_fraction} must be at most 1, and left out where "
                "gain is given."
            )

    @property
    def owner(self) -> str:
        """How error messages call it."""
        return f"ion pool {self.name!r}"

    @property
    def fed_by(self) -> str:
        """The ion whose currents feed it."""
        return self.name if self.ion is None else self.ion

    def placed_in(self, place: Place) -> Concentration:
        """Return the mechanism that it is in a compartment; `Compartment.add` calls it.

        Raises
        ------
        DimensionlessCompartmentError
            If it has a depth and the compartment has no area.
        DuplicateEquationsError
            If one of its variables would hide a parameter that all mechanisms share.
        """
        owner = f"{place.owner}, {self.owner}"
        if place.dimensionless and self.depth is not None:
            raise DimensionlessCompartmentError(
                f"{owner}: depth = {self.depth} needs a membrane area, but the compartment has absolute "
                "values (cm_abs, gl_abs). Give gain instead of depth, such as "
                f".with_(depth=None, gain={GAIN.example})."
            )
        mechanism = Concentration(place.name, self)
        hidden = sorted(set(mechanism.variables) & set(place.shared))
        if hidden:
            raise DuplicateEquationsError(
                f"{owner}: its variable {hidden[0]} would hide the parameter of that name. Give the "
                f"pool another name, such as {self.name.lower()!r}."
            )
        return mechanism

    def __str__(self) -> str:
        lines = [f"{self.owner}{f': {self.reference}' if self.reference else ''}"]
        lines += [
            line.rsplit("  :", 1)[0] for line in Concentration("", self).equations.splitlines()
        ]
        values = [
            f"tau_{self.name} = {float(self.tau / ms):g} ms",
            f"{self.name}_rest = {float(self.resting / mM):g} mM",
            f"{self.name}_out = {float(self.outside / mM):g} mM",
        ]
        if self.gain is not None:
            values.append(f"gain_{self.name} = {float(self.gain / (mM / ms / nA)):g} mM/ms/nA")
        else:
            values.append(f"depth = {float(self.depth / um):g} um")
        return "\n  ".join([*lines, ", ".join(values)])


def _fractions(owner: str, sources: Any) -> Mapping[str, float]:
    if isinstance(sources, str):
        sources = (sources,)
    if not isinstance(sources, Mapping):
        if not isinstance(sources, Iterable):
            raise UnitsError(
                f"{owner}: sources = {sources!r} must be names of channels, such as ['CaL']."
            )
        sources = {name: 1.0 for name in sources}
    for name, fraction in sources.items():
        check_name("source", name)
        if check_number(owner, f"sources[{name!r}]", fraction) > 1:
            raise UnitsError(f"{owner}: sources[{name!r}] = {fraction} must be at most 1.")
    return MappingProxyType({name: float(fraction) for name, fraction in sources.items()})


def CalciumPool(
    *,
    tau: Quantity,
    resting: Quantity,
    depth: Quantity | None = None,
    gain: Quantity | None = None,
    name: str = "ca",
    **options: Any,
) -> IonPool:
    """Return the pool of calcium inside the membrane: an `IonPool` of ``'ca'`` with valence 2.

    Parameters
    ----------
    tau : Quantity
        Time constant of the decay (second).
    resting : Quantity
        Concentration at rest, and at the start (mM).
    depth : Quantity, optional
        Depth of the shell (metre); it needs a compartment with an area.
    gain : Quantity, optional
        Concentration per charge (mM per coulomb), instead of `depth`.
    name : str, default 'ca'
        Its name, and that of the concentration in expressions of channels.
    **options
        Further arguments of `IonPool`.

    Returns
    -------
    IonPool

    Raises
    ------
    CompartmentError
        As for `IonPool`.

    Examples
    --------
    >>> from brian2.units import ms, mM, nA, nmolar
    >>> CalciumPool(tau=100*ms, resting=50*nmolar, gain=0.5*mM/ms/nA).fed_by
    'ca'
    """
    return IonPool(
        name,
        tau=tau,
        resting=resting,
        depth=depth,
        gain=gain,
        **{"ion": "ca", "valence": 2, **options},
    )
