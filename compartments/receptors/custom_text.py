"""Reading and checking the equations of a modeller's own receptor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS
from brian2.core.namespace import DEFAULT_UNITS
from brian2.core.variables import Variable
from brian2.equations.equations import (
    DIFFERENTIAL_EQUATION,
    FLOAT,
    PARAMETER,
    EquationError,
    Equations,
    SingleEquation,
)
from brian2.equations.unitcheck import check_dimensions
from brian2.units import second, volt
from brian2.units.fundamentalunits import (
    DIMENSIONLESS,
    Dimension,
    DimensionMismatchError,
    get_unit_for_display,
)

from ..errors import EquationTextError, InvalidNameError, UnitsError, UnknownNameError, known_names
from ..quantities import unit_text
from ..text import parse, rename

__all__ = ["check_names", "check_units", "line_of", "read", "renamed"]

#: What every receptor sees: the membrane potential, the time and the time step.
SEEN: Mapping[str, Dimension] = {"v": volt.dim, "t": second.dim, "dt": second.dim}

_DEFINITION = re.compile(r"\s*(?:d\w+\s*/\s*dt|\w+)\s*[=:]")


def read(owner: str, text: object) -> Equations:
    """Parse the equations.

    Raises
    ------
    EquationTextError
        If they cannot be read: it names the line.
    DuplicateEquationsError
        If a variable is defined twice.
    InvalidNameError
        If they define the membrane potential.
    """
    if not isinstance(text, str) or not text.strip():
        raise EquationTextError(
            f"{owner}: {text!r} is not equation text. Give one definition per line, such as "
            "'I = g*(E - v)*s :amp' and 'ds/dt = -s/tau :1'."
        )
    _check_lines(owner, text)
    equations = parse(text, owner)
    if "v" in equations.names:
        raise InvalidNameError(
            f"{owner}: {line_of(text, 'v')} defines 'v', which is the membrane potential in a "
            "receptor. Give the variable another name."
        )
    for name, equation in equations.items():
        if equation.var_type != FLOAT:
            raise UnitsError(
                f"{owner}: {line_of(text, name)} declares {name!r} boolean or integer. "
                "Declare it as a number, ':1'."
            )
    if any(name == "xi" or name.startswith("xi_") for name in equations.identifiers):
        raise EquationTextError(
            f"{owner}: the white noise xi would be the same in all equations of the neuron. "
            "Leave it out; Compartment.noise adds a noise current."
        )
    return equations


def _check_lines(owner: str, text: str) -> None:
    """Read each definition by itself, to say where a mistake is; one may go over several lines."""
    definitions: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not definitions or _DEFINITION.match(line) or not definitions[-1][1].strip():
            definitions.append((number, line))
        else:
            definitions[-1] = definitions[-1][0], f"{definitions[-1][1]}\n{line}"
    for number, definition in definitions:
        try:
            Equations(definition)
        except (EquationError, SyntaxError, ValueError, TypeError) as reason:
            raise EquationTextError(
                f"{owner}: line {number} cannot be read: {' '.join(definition.split())!r}: "
                f"{_one_line(reason)} "
                "Write a line such as 'ds/dt = -s/tau :1', 'y = 2*s :1' or 'a :1'."
            ) from None


def _one_line(reason: BaseException) -> str:
    text = " ".join(str(reason).split())
    return text if text.endswith(".") else f"{text}."


def line_of(text: str, name: str) -> str:
    r"""Say which line defines a variable.

    Examples
    --------
    >>> line_of('I = g*s :amp\nds/dt = -s/tau :1', 's')
    "line 2 ('ds/dt = -s/tau :1')"
    """
    pattern = re.compile(rf"\s*(?:d{name}\s*/\s*dt|{name})\s*[=:]")
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.match(line):
            return f"line {number} ({line.strip()!r})"
    return f"the definition of {name!r}"


def check_names(owner: str, text: str, equations: Equations, parameters: Iterable[str]) -> None:
    """Check that every name has a meaning, and every parameter a use.

    Raises
    ------
    UnknownNameError
        If one has not.
    InvalidNameError
        If a parameter has the name of a variable, or of something that every receptor sees.
    """
    given = set(parameters)
    for name in sorted(given & (equations.names | SEEN.keys())):
        raise InvalidNameError(
            f"{owner}: {name!r} is a parameter and also "
            f"{'a variable of the equations' if name in equations.names else 'given already'}. "
            "Give the parameter another name."
        )
    known = {*equations.names, *given, *SEEN}
    for name, equation in equations.items():
        unknown = equation.identifiers - known - {*DEFAULT_FUNCTIONS, *DEFAULT_CONSTANTS}
        for identifier in sorted(unknown - DEFAULT_UNITS.keys()):
            raise UnknownNameError(
                f"{owner}: {line_of(text, name)} uses {identifier!r}, which has no meaning. "
                f"{known_names(identifier, known)} Define it in the equations, or give it a value: "
                f"parameters={{'{identifier}': ...}}."
            )
    for name in sorted(given - equations.identifiers):
        raise UnknownNameError(
            f"{owner}: the parameter {name!r} is not in the equations. "
            f"{known_names(name, equations.identifiers - equations.names)} "
            "Remove it, or use it."
        )


def check_units(
    owner: str, text: str, equations: Equations, parameters: Mapping[str, Dimension]
) -> None:
    """Check the units of every line.

    Raises
    ------
    UnitsError
        If a line is wrong: it names the line and the remedy.
    """
    dimensions = {**SEEN, **parameters, **{n: e.dim for n, e in equations.items()}}
    variables: dict[str, Any] = {
        **DEFAULT_UNITS,
        **DEFAULT_CONSTANTS,
        **DEFAULT_FUNCTIONS,
        **{name: Variable(name, dimensions=dim) for name, dim in dimensions.items()},
    }
    for name, equation in equations.items():
        if equation.expr is None:
            continue
        differential = equation.type == DIFFERENTIAL_EQUATION
        expected = equation.dim / second.dim if differential else equation.dim
        try:
            check_dimensions(equation.expr.code, expected, variables)
        except (DimensionMismatchError, SyntaxError, TypeError, ValueError) as reason:
            side = f"d{name}/dt" if differential else name
            raise UnitsError(
                f"{owner}: the units of {line_of(text, name)} do not fit: {_one_line(reason)} "
                f"The left side, {side}, is in {_shown(expected)}. "
                f"Known units: {_listed(dimensions, equation)}. Correct the right side, the unit "
                "behind the colon, or the parameter."
            ) from None


def _listed(dimensions: Mapping[str, Dimension], equation: SingleEquation) -> str:
    used = sorted(equation.identifiers & dimensions.keys())
    return ", ".join(f"{name} in {_shown(dimensions[name])}" for name in used)


def _shown(dimensions: Dimension) -> str:
    return "1" if dimensions is DIMENSIONLESS else str(get_unit_for_display(dimensions))


def renamed(equations: Equations, names: Mapping[str, str]) -> str:
    """Return the text of equations with names replaced, one definition per line."""
    lines = []
    for name, equation in equations.items():
        left = names[name]
        if equation.type == DIFFERENTIAL_EQUATION:
            left = f"d{left}/dt"
        right = ""
        if equation.type != PARAMETER:
            code = " ".join(equation.expr.code.split())
            right = f" = {rename(code, names)}"
        flags = f" ({', '.join(equation.flags)})" if equation.flags else ""
        lines.append(f"{left}{right}  :{unit_text(equation.dim)}{flags}")
    return "\n".join(lines)
