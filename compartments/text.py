"""Equation text: adding currents, adding and replacing lines, reading names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from brian2.equations.equations import EquationError, Equations

from .errors import DuplicateEquationsError, EquationTextError
from .naming import suffixed

__all__ = [
    "AddText",
    "ReplaceText",
    "add_currents",
    "assigned_names",
    "check_defined_once",
    "parse",
    "rename",
]

_DEFINED = re.compile(r"\s*(?:d(\w+)\s*/\s*dt\s*=|(\w+)\s*[=:])")
_DUPLICATE = re.compile(r"Duplicate definition of variable '(\w+)'")


@dataclass(frozen=True)
class AddText:
    """Equations that a modeller added."""

    equations: str

    def __post_init__(self) -> None:
        if not isinstance(self.equations, str) or not self.equations.strip():
            raise EquationTextError(
                f"add_equations: {self.equations!r} is not equation text. "
                "Give one definition per line, such as 'x :volt'."
            )

    def apply(self, text: str, owner: str) -> str:
        """Return the text with the equations at its end."""
        return f"{text}\n{self.equations}"


@dataclass(frozen=True)
class ReplaceText:
    """A replacement that a modeller asked for.

    Names are matched whole and white space between them does not matter. The name of a variable
    also matches where it stands behind a ``d`` on the left side of its differential equation.

    Examples
    --------
    >>> ReplaceText('V', 'U').apply('dV/dt = -V/tau + Vth/ms :volt', 'model')
    'dU/dt = -U/tau + Vth/ms :volt'
    """

    old: str
    new: str

    def __post_init__(self) -> None:
        if not isinstance(self.old, str) or not isinstance(self.new, str) or not self.old.strip():
            raise EquationTextError(
                f"replace_equations: cannot replace {self.old!r} by {self.new!r}. "
                "Give two texts, the first of which is not empty, such as 'I_ext_soma' and 'I_in'."
            )

    def apply(self, text: str, owner: str) -> str:
        """Return the text with all occurrences replaced.

        Raises
        ------
        EquationTextError
            If there is none.
        """
        result, count = _pattern(self.old).subn(lambda match: self.new, text)
        if count == 0:
            raise EquationTextError(
                f"{owner}: replace_equations did not find {self.old!r}. Names are matched "
                f"whole and white space is ignored. The equations are:\n{text}"
            )
        return result


@lru_cache(maxsize=256)
def _pattern(old: str) -> re.Pattern[str]:
    tokens = re.findall(r"\w+|[^\w\s]", old)
    pattern = r"(?:(?<!\w)|(?<=\bd)(?=\w+\s*/\s*dt\b))" if re.match(r"\w", tokens[0]) else ""
    for before, token in zip(["", *tokens], tokens, strict=False):
        both_words = before and re.match(r"\w", before) and re.match(r"\w", token)
        pattern += (r"\s+" if both_words else r"\s*" if before else "") + re.escape(token)
    if re.match(r"\w", tokens[-1]):
        pattern += r"(?!\w)"
    return re.compile(pattern)


def add_currents(text: str, compartment: str, currents: tuple[str, ...], owner: str) -> str:
    """Add currents to the line that sums the currents of a compartment.

    They go directly behind ``= I_ext_<compartment>``, or directly behind the equals sign if that
    line was rewritten.

    Parameters
    ----------
    text : str
        Equations.
    compartment : str
        Name of the compartment; empty for a point neuron.
    currents : tuple of str
        Names of the currents.
    owner : str
        Who adds them, for the error message.

    Returns
    -------
    str
        The equations.

    Raises
    ------
    EquationTextError
        If no line defines the sum.

    Examples
    --------
    >>> add_currents('I_a = I_ext_a  :amp', 'a', ('I_noise_a',), '')
    'I_a = I_ext_a + I_noise_a  :amp'
    """
    if not currents:
        return text
    total = " + ".join(currents)
    head = rf"^(\s*{suffixed('I', compartment)}\s*=\s*)"
    result, count = re.subn(
        head + rf"({suffixed('I_ext', compartment)})\b",
        rf"\1\2 + {total}",
        text,
        count=1,
        flags=re.M,
    )
    if count == 0:
        result, count = re.subn(head, rf"\1{total} + ", text, count=1, flags=re.M)
    if count == 0:
        raise EquationTextError(
            f"{owner} adds {total} to the input current, but no equation begins with "
            f"'{suffixed('I', compartment)} = '. Keep such a line when you replace equations. "
            f"The equations are:\n{text}"
        )
    return result


@lru_cache(maxsize=1024)
def _parse(text: str) -> Equations:
    return Equations(text)


def parse(text: str, owner: str) -> Equations:
    """Parse equations with Brian2.

    Parameters
    ----------
    text : str
        Equations in Brian2 syntax.
    owner : str
        Whose equations they are, for the error message.

    Returns
    -------
    brian2.Equations
        The parsed equations.

    Raises
    ------
    DuplicateEquationsError
        If a variable is defined twice.
    EquationTextError
        If Brian2 cannot read the text.
    """
    try:
        return _parse(text)
    except (EquationError, SyntaxError, ValueError, TypeError) as reason:
        duplicate = _DUPLICATE.search(str(reason))
        if duplicate:
            raise _defined_twice(text, duplicate.group(1), owner) from None
        raise EquationTextError(
            f"{owner}: the equations cannot be read: {reason}\n"
            "Write one definition per line, such as 'dx/dt = -x/tau :1' or 'y = 2*x :1'. "
            f"The text is:\n{text}"
        ) from None


def check_defined_once(text: str, owner: str) -> None:
    """Check that no variable is defined twice in equations that are known to be readable.

    Raises
    ------
    DuplicateEquationsError
        If one is.
    """
    seen: set[str] = set()
    for line in text.splitlines():
        found = _DEFINED.match(line)
        name = found.group(1) or found.group(2) if found else None
        if name in seen:
            raise _defined_twice(text, str(name), owner)
        if name:
            seen.add(name)


def _defined_twice(text: str, name: str, owner: str) -> DuplicateEquationsError:
    lines = "\n".join(line for line in text.splitlines() if _defines(line, name))
    return DuplicateEquationsError(
        f"{owner}: the variable {name!r} is defined more than once:\n{lines}\n"
        "Rename a compartment, tag or variable, or change a line with replace_equations."
    )


def _defines(line: str, name: str) -> bool:
    return re.match(rf"\s*(?:d{name}\s*/\s*dt|{name})\s*[=:]", line) is not None


def assigned_names(statements: str) -> frozenset[str]:
    """Names that statements such as ``'V = 0*mV; x = 1'`` assign to.

    Examples
    --------
    >>> sorted(assigned_names('V = 0*mV; w += b'))
    ['V']
    """
    return frozenset(re.findall(r"(?:^|;|\n)\s*([A-Za-z]\w*)\s*=(?!=)", statements))


def rename(text: str, names: Mapping[str, str]) -> str:
    """Return the text with whole identifiers renamed.

    Examples
    --------
    >>> rename('a + ab', {'a': 'x'})
    'x + ab'
    """
    if not names:
        return text
    pattern = r"\b(" + "|".join(map(re.escape, names)) + r")\b"
    return re.sub(pattern, lambda match: names[match.group(1)], text)
