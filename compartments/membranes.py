"""Membrane equations: the voltage, and what adapts with it.

To add a membrane, add an entry to ``MEMBRANES``: nothing else has to change. A modeller's own text
makes a membrane, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from brian2.units import volt

from .errors import EquationTextError, UnknownNameError, known_names
from .mechanism import ParameterNeed
from .naming import suffixed
from .quantities import CONDUCTANCE, TIME, VOLTAGE, PhysicalKind
from .text import parse

__all__ = ["CUSTOM", "MEMBRANES", "Membrane", "get_membrane"]


@dataclass(frozen=True, eq=False)
class Membrane:
    """Equations of one membrane, with ``{0}`` where ``_<name of the compartment>`` goes.

    Attributes
    ----------
    name : str
        The keyword that selects it.
    template : str
        Equations in Brian2 syntax. The total input current is ``I{0}`` and must be defined by a
        line that begins with ``I{0} = I_ext{0}``: mechanisms add their currents there.
    required : mapping
        Parameters that have no default and are not derived from the geometry.
    """

    name: str
    template: str
    required: Mapping[str, PhysicalKind]

    def equations(self, compartment: str) -> str:
        """Return the equations of one compartment."""
        return self.template.replace("{0}", suffixed("", compartment))

    def needs(self, compartment: str) -> dict[str, ParameterNeed]:
        """Return what a modeller must supply with ``add_params``."""
        of = f" of {compartment!r}" if compartment else ""
        needs = {}
        for template, kind in self.required.items():
            parameter = template.replace("{0}", suffixed("", compartment))
            needs[parameter] = ParameterNeed(
                kind,
                f"the {self.name!r} membrane{of} needs it: "
                f"add_params({{'{parameter}': {kind.example}}})",
            )
        return needs


_INPUT = "I{0} = I_ext{0}  :amp\nI_ext{0}  :amp"
_LINEAR_ADAPTATION = "dw{0}/dt = (a{0} * (V{0}-EL{0}) - w{0}) / tauw{0}  :amp\n"
_LEAKY = "dV{0}/dt = (gL{0} * (EL{0}-V{0}) + I{0}) / C{0}  :volt\n" + _INPUT
_ADAPTIVE = (
    "dV{0}/dt = (gL{0} * (EL{0}-V{0}) + I{0} - w{0}) / C{0}  :volt\n" + _LINEAR_ADAPTATION + _INPUT
)
# Brette & Gerstner 2005: leak, exponential spike initiation and linear adaptation.
_ADEX = (
    "dV{0}/dt = (gL{0} * (EL{0}-V{0}) + gL{0}*DeltaT{0}*exp((V{0}-Vth{0})/DeltaT{0}) "
    "+ I{0} - w{0}) / C{0}  :volt\n" + _LINEAR_ADAPTATION + _INPUT
)
# Adaptation by a conductance gA that grows with the distance from its reversal potential. Its names
# carry no suffix because a neuron has one such compartment, the soma.
_CADIF = (
    "dV{0}/dt =  (gL{0}*(EL{0}-V{0}) + I{0} - w{0}) / C{0} :volt\n"
    "w{0} = gA * (V{0}-EA) :amp\n"
    "dgA/dt = (gAmax * (abs(V{0}-EA)) / mV - gA) / tauA :siemens\n" + _INPUT
)

# Gorski, Depannemaecker & Destexhe 2021: as adex, with the conductance of the adaptation as a sigmoid
# of the voltage.
_CADEX = (
    "dV{0}/dt = (gL{0} * (EL{0}-V{0}) + gL{0}*DeltaT{0}*exp((V{0}-Vth{0})/DeltaT{0}) "
    "+ I{0} - w{0}) / C{0}  :volt\n"
    "w{0} = gA{0} * (V{0}-EA{0})  :amp\n"
    "dgA{0}/dt = (gAmax{0} / (1 + exp((VA{0}-V{0})/DeltaA{0})) - gA{0}) / tauA{0}  :siemens\n"
    + _INPUT
)

_THRESHOLD = PhysicalKind("a voltage", volt, "-50*mV")
_SLOPE = PhysicalKind("a voltage", volt, "2*mV")
_LINEAR_PARAMETERS = {"tauw{0}": TIME, "a{0}": CONDUCTANCE}

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
                {**_LINEAR_PARAMETERS, "Vth{0}": _THRESHOLD, "DeltaT{0}": _SLOPE},
            ),
            Membrane(
                "cadex",
                _CADEX,
                {
                    "gAmax{0}": CONDUCTANCE,
                    "tauA{0}": TIME,
                    **dict.fromkeys(
                        ("Vth{0}", "DeltaT{0}", "EA{0}", "VA{0}", "DeltaA{0}"), VOLTAGE
                    ),
                },
            ),
        )
    }
)


#: Name of a membrane that is a modeller's own text.
CUSTOM = "custom"


def get_membrane(owner: str, name: Any, compartment: str) -> Membrane:
    """Look a membrane up by its keyword, or make one of equations.

    Parameters
    ----------
    owner : str
        Whose membrane it is, for the error message.
    name : str
        One of ``MEMBRANES``, or equations. In these ``{0}`` stands for ``_<compartment>``, and for
        nothing in a point neuron; without it the text is taken as it is. If it uses the input
        current ``I{0}`` and does not define it, the usual definition is added.
    compartment : str
        Name of the compartment.

    Returns
    -------
    Membrane
        Its equations.

    Raises
    ------
    UnknownNameError
        If there is no such membrane.
    EquationTextError
        If the equations cannot be read, or define no voltage of the compartment.

    Examples
    --------
    >>> print(get_membrane("compartment 'd'", 'passive', 'd').equations('d'))
    dV_d/dt = (gL_d * (EL_d-V_d) + I_d) / C_d  :volt
    I_d = I_ext_d  :amp
    I_ext_d  :amp
    >>> own = 'dV{0}/dt = (k*(V{0}-EL{0})*(V{0}-Vt) + I{0}) / C{0} :volt'
    >>> print(get_membrane("compartment 'd'", own, 'd').equations('d'))
    dV_d/dt = (k*(V_d-EL_d)*(V_d-Vt) + I_d) / C_d :volt
    I_d = I_ext_d  :amp
    I_ext_d  :amp
    """
    if isinstance(name, str) and name in MEMBRANES:
        return MEMBRANES[name]
    if isinstance(name, str) and "=" in name:
        return _custom_membrane(owner, name, compartment)
    raise UnknownNameError(
        f"{owner}: there is no membrane model {name!r}. {known_names(str(name), MEMBRANES)} "
        "For another membrane give its equations, such as "
        "'dV{0}/dt = (gL{0}*(EL{0}-V{0}) + I{0}) / C{0} :volt'."
    )


def _custom_membrane(owner: str, text: str, compartment: str) -> Membrane:
    template = "\n".join(line for line in map(str.strip, text.splitlines()) if line)
    membrane = Membrane(CUSTOM, template, {})
    equations = parse(membrane.equations(compartment), owner)
    voltage, current = suffixed("V", compartment), suffixed("I", compartment)
    if voltage not in equations.names:
        raise EquationTextError(
            f"{owner}: its own membrane equations define no {voltage!r}. They define: "
            f"{', '.join(sorted(equations.names))}. Write for example "
            "'dV{0}/dt = (gL{0}*(EL{0}-V{0}) + I{0}) / C{0} :volt', where {0} stands for "
            f"{suffixed('', compartment)!r}."
        )
    if current in equations.identifiers and current not in equations.names:
        membrane = Membrane(CUSTOM, f"{template}\n{_INPUT}", {})
        parse(membrane.equations(compartment), owner)
    return membrane
