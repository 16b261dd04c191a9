"""Membrane equations: the voltage, and what adapts with it.

To add a membrane, add an entry to ``MEMBRANES``: nothing else has to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .errors import UnknownNameError, known_names
from .mechanism import ParameterNeed
from .quantities import CONDUCTANCE, TIME, VOLTAGE, PhysicalKind

__all__ = ["MEMBRANES", "Membrane", "get_membrane"]


@dataclass(frozen=True, eq=False)
class Membrane:
    """Equations of one membrane, with ``{n}`` where the compartment's name goes.

    Attributes
    ----------
    name : str
        The keyword that selects it.
    template : str
        Equations in Brian2 syntax. The total input current is ``I_{n}`` and must be defined by a
        line that begins with ``I_{n} = I_ext_{n}``: mechanisms add their currents there.
    required : mapping
        Parameters that have no default and are not derived from the geometry.
    """

    name: str
    template: str
    required: Mapping[str, PhysicalKind]

    def equations(self, compartment: str) -> str:
        """Return the equations of one compartment."""
        return self.template.format(n=compartment)

    def needs(self, compartment: str) -> dict[str, ParameterNeed]:
        """Return what a modeller must supply with ``add_params``."""
        needs = {}
        for template, kind in self.required.items():
            parameter = template.format(n=compartment)
            needs[parameter] = ParameterNeed(
                kind,
                f"the {self.name!r} membrane of {compartment!r} needs it: "
                f"add_params({{'{parameter}': {kind.example}}})",
            )
        return needs


_INPUT = "I_{n} = I_ext_{n}  :amp\nI_ext_{n}  :amp"
_LINEAR_ADAPTATION = "dw_{n}/dt = (a_{n} * (V_{n}-EL_{n}) - w_{n}) / tauw_{n}  :amp\n"
_LEAKY = "dV_{n}/dt = (gL_{n} * (EL_{n}-V_{n}) + I_{n}) / C_{n}  :volt\n" + _INPUT
_ADAPTIVE = (
    "dV_{n}/dt = (gL_{n} * (EL_{n}-V_{n}) + I_{n} - w_{n}) / C_{n}  :volt\n"
    + _LINEAR_ADAPTATION
    + _INPUT
)
# Brette & Gerstner 2005: leak, exponential spike initiation and linear adaptation.
_ADEX = (
    "dV_{n}/dt = (gL_{n} * (EL_{n}-V_{n}) + gL_{n}*DeltaT_{n}*exp((V_{n}-Vth_{n})/DeltaT_{n}) "
    "+ I_{n} - w_{n}) / C_{n}  :volt\n" + _LINEAR_ADAPTATION + _INPUT
)
# Adaptation by a conductance gA that grows with the distance from its reversal potential. Its names
# carry no suffix because a neuron has one such compartment, the soma.
_CADIF = (
    "dV_{n}/dt =  (gL_{n}*(EL_{n}-V_{n}) + I_{n} - w_{n}) / C_{n} :volt\n"
    "w_{n} = gA * (V_{n}-EA) :amp\n"
    "dgA/dt = (gAmax * (abs(V_{n}-EA)) / mV - gA) / tauA :siemens\n" + _INPUT
)

_LINEAR_PARAMETERS = {"tauw_{n}": TIME, "a_{n}": CONDUCTANCE}

MEMBRANES: Mapping[str, Membrane] = MappingProxyType(
    {
        membrane.name: membrane
        for membrane in (
            Membrane("passive", _LEAKY, {}),
            Membrane("leakyIF", _LEAKY, {}),
            Membrane("adaptiveIF", _ADAPTIVE, _LINEAR_PARAMETERS),
            Membrane("cadIF", _CADIF, {"EA": VOLTAGE, "gAmax": CONDUCTANCE, "tauA": TIME}),
            Membrane(
                "adex",
                _ADEX,
                {**_LINEAR_PARAMETERS, "Vth_{n}": VOLTAGE, "DeltaT_{n}": VOLTAGE},
            ),
        )
    }
)


def get_membrane(owner: str, name: Any) -> Membrane:
    """Look a membrane up by its keyword.

    Parameters
    ----------
    owner : str
        Whose membrane it is, for the error message.
    name : str
        One of ``MEMBRANES``.

    Returns
    -------
    Membrane
        Its equations.

    Raises
    ------
    UnknownNameError
        If there is no such membrane.

    Examples
    --------
    >>> print(get_membrane("compartment 'd'", 'passive').equations('d'))
    dV_d/dt = (gL_d * (EL_d-V_d) + I_d) / C_d  :volt
    I_d = I_ext_d  :amp
    I_ext_d  :amp
    """
    if isinstance(name, str) and name in MEMBRANES:
        return MEMBRANES[name]
    raise UnknownNameError(
        f"{owner}: there is no membrane model {name!r}. {known_names(str(name), MEMBRANES)} "
        "For another membrane change the nearest one with replace_equations and add_equations."
    )
