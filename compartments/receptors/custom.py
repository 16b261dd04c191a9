"""A modeller's own receptor, from equations: `Custom`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from brian2.equations.equations import SUBEXPRESSION, Equations
from brian2.units.fundamentalunits import get_dimensions, get_unit

from ..errors import CompartmentError, InvalidNameError, UnitsError, UnknownNameError, known_names
from ..mechanism import ParameterContext, ParameterNeed, Place
from ..quantities import CURRENT, PhysicalKind, check_name, is_value
from .base import ReceptorModel
from .custom_text import check_names, check_units, line_of, read, renamed, unit_text
from .site import Site

__all__ = ["Custom"]


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Custom(ReceptorModel):
    r"""A receptor made of your own equations.

    Names in the equations are the receptor's own: in a compartment each gets the suffix
    ``_<name>_<tag>_<compartment>``, so that the receptor can be used many times. ``v`` stands for
    the membrane potential of the compartment; ``t`` and ``dt`` are the time and the time step.

    Parameters
    ----------
    tag : str
        The input that it belongs to.
    name : str
        What kind of receptor it is; the first part of its name.
    equations : str
        One definition per line in Brian2 syntax with units. One of them is a current.
    parameters : mapping, optional
        Name to value of the constants: a number or quantity; or the name of a parameter of the model,
        such as ``'E_AMPA'``, that it stands for.
    target : str, default 's'
        The variable that a spike increments by the weight.
    current : str, default 'I'
        The variable that flows into the compartment (ampere); positive depolarises.
    initial : mapping, optional
        Variable to starting value; others start at zero.
    plasticity : TsodyksMarkram, optional
        Short-term plasticity of what increments the target.

    Raises
    ------
    EquationTextError
        If a line cannot be read.
    UnitsError
        If the units of a line do not fit, with the line and the remedy.
    UnknownNameError
        If a name has no meaning, a parameter no use, or `target`, `current` or a starting value no
        variable.
    DuplicateEquationsError
        If a variable is defined twice.
    InvalidNameError
        If a name cannot be used.

    Notes
    -----
    On the library's own core the equations may use the functions abs, ceil, clip, cos, cosh, exp,
    expm1, exprel, floor, int, log, log10, log1p, sign, sin, sinh, sqrt, tan and tanh. Brian2 has
    more.

    Examples
    --------
    >>> from brian2.units import ms, mV, nS
    >>> from dendrify_gpu.compartments import Dendrite
    >>> kainate = Custom('input', name='kainate', parameters={
    ...     'g': 0.5*nS, 'E': 'E_AMPA', 'tau': 30*ms}, equations='''
    ...     I = g*(E - v)*s  :amp
    ...     ds/dt = -s/tau  :1
    ... ''')
    >>> dend = Dendrite('dend')
    >>> dend.add(kainate)
    >>> print('\n'.join(dend.equations.splitlines()[-2:]))
    I_kainate_input_dend = g_kainate_input_dend*(E_AMPA - V_dend)*s_kainate_input_dend  :amp
    ds_kainate_input_dend/dt = -s_kainate_input_dend/tau_kainate_input_dend  :1
    """

    name: str = field(kw_only=True)
    equations: str = field(kw_only=True)
    parameters: Mapping[str, Any] = field(default_factory=_nothing, kw_only=True)
    target: str = field(default="s", kw_only=True)
    current: str = field(default="I", kw_only=True)
    initial: Mapping[str, Any] = field(default_factory=_nothing, kw_only=True)

    def __post_init__(self) -> None:
        check_name("receptor", self.name)
        super().__post_init__()
        for argument in ("parameters", "initial"):
            given = getattr(self, argument)
            if not isinstance(given, Mapping):
                raise CompartmentError(
                    f"{self.label}: {argument} = {given!r} must map names to values, such as "
                    "{'tau': 5*ms}."
                )
            object.__setattr__(self, argument, MappingProxyType(dict(given)))
        equations = self._parsed
        check_names(self.label, self.equations, equations, self.parameters)
        self._check_parameters()
        self._check_roles(equations)
        if not self._shared:
            check_units(self.label, self.equations, equations, self._dimensions({}))

    @property
    def channel(self) -> str:
        """Kind of receptor, the first part of its name."""
        return self.name

    @property
    def _parsed(self) -> Equations:
        return read(self.label, self.equations)

    @property
    def _shared(self) -> dict[str, str]:
        """Parameters that stand for parameters of the model."""
        return {name: value for name, value in self.parameters.items() if isinstance(value, str)}

    @property
    def _own(self) -> dict[str, Any]:
        return {n: value for n, value in self.parameters.items() if not isinstance(value, str)}

    def _dimensions(self, shared: Mapping[str, Any]) -> dict[str, Any]:
        values = {**self._own, **{name: shared[key] for name, key in self._shared.items()}}
        return {name: get_dimensions(value) for name, value in values.items()}

    def _check_parameters(self) -> None:
        for name, value in {**self._own, **self.initial}.items():
            if (
                not is_value(value)
                or np.size(value) != 1
                or not np.isfinite(np.asarray(value)).all()
            ):
                raise UnitsError(
                    f"{self.label}: {name} = {value!r} must be one finite number or quantity"
                    f"{', or the name of a parameter' if name in self.parameters else ''}. "
                    f"Write for example {name}=5*ms."
                )

    def _check_roles(self, equations: Equations) -> None:
        """Check the names of the target, the current and the variables with starting values."""
        settable = {n for n, e in equations.items() if e.type != SUBEXPRESSION}
        wanted = [("target", self.target, settable), ("current", self.current, equations.names)]
        wanted += [("initial", name, settable) for name in self.initial]
        for argument, name, known in wanted:
            if name not in known:
                what = "variable" if argument == "current" else "state variable or parameter"
                raise UnknownNameError(
                    f"{self.label}: {argument} = {name!r} is no {what} of the equations. "
                    f"{known_names(str(name), known)}"
                )
        if equations[self.current].dim is not CURRENT.unit.dim:
            raise UnitsError(
                f"{self.label}: the current {self.current!r} must be in ampere, but "
                f"{line_of(self.equations, self.current)} declares another unit. End the line with ':amp'."
            )
        for name, value in self.initial.items():
            if get_dimensions(value) is not equations[name].dim:
                raise UnitsError(
                    f"{self.label}: the starting value {name} = {value} must have the unit of "
                    f"{line_of(self.equations, name)}."
                )
        if self.plasticity is not None:
            for name in self.plasticity.own_names:
                if name in equations.names or name in self.parameters:
                    raise InvalidNameError(
                        f"{self.label}: {name!r} is a variable of the short-term plasticity. "
                        "Give yours another name."
                    )

    def check_place(self, place: Place) -> None:
        """Check the parameters of the model that it refers to, and the units with them."""
        for name, key in self._shared.items():
            if key not in place.shared:
                raise UnknownNameError(
                    f"{place.owner}, {self.label}: {name} = {key!r} is not a parameter. "
                    f"{known_names(key, place.shared)} Add it first with add_params, or give a value."
                )
        if self._shared:
            owner = f"{place.owner}, {self.label}"
            check_units(owner, self.equations, self._parsed, self._dimensions(place.shared))

    def _names(self, site: Site) -> dict[str, str]:
        own = {name: site.of(name) for name in (*self._parsed.names, *self._own)}
        return {"v": site.voltage, **own, **self._shared}

    def text(self, site: Site) -> str:
        """Return its equations in Brian2 syntax, without those of its plasticity."""
        return renamed(self._parsed, self._names(site))

    def target_at(self, site: Site) -> str:
        """Return the name of the variable that transmitter increments."""
        return site.of(self.target)

    @property
    def target_unit(self) -> str:
        """Unit of that variable, in Brian2's syntax."""
        return unit_text(self._parsed[self.target].dim)

    def current_at(self, site: Site) -> str:
        """Return the name of its current."""
        return site.of(self.current)

    def needs(self, site: Site) -> dict[str, ParameterNeed]:
        """Return the parameters that its text uses, with how to set them."""
        return {
            site.of(name): ParameterNeed(
                PhysicalKind(f"like {value!r}", get_unit(get_dimensions(value)), str(value)),
                f"give parameters={{'{name}': ...}} to Custom",
            )
            for name, value in self._own.items()
        }

    def values(self, site: Site, context: ParameterContext) -> dict[str, Any]:
        """Return name to value of its own parameters."""
        return {site.of(name): value for name, value in self._own.items()}

    def starting_values(self, site: Site) -> dict[str, Any]:
        """Return what its variables start with."""
        return {site.of(name): value for name, value in self.initial.items()}
