"""What the library holds, and how it is searched."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, TypeVar, overload

from brian2.units import cm, mS
from brian2.units.fundamentalunits import Quantity

from ..errors import UnknownNameError, known_names
from ..quantities import SPECIFIC_CONDUCTANCE
from .assembly import Source

__all__ = ["IONS", "ChannelTable", "LibraryEntry", "find", "published", "table"]

#: What `find` accepts as an ion.
IONS = {
    "na": "sodium",
    "k": "potassium",
    "ca": "calcium",
    "cation": "mixed cations",
    "leak": "leak",
}

_COMMON = {
    "g_max": (
        "Quantity or None",
        "Largest conductance, as a density (siemens per square metre) or in siemens. The default is\n"
        "    the published one; without one it must be given before the model can be built.",
    ),
    "reversal": (
        "Quantity or str",
        "Reversal potential (volt), the name of a shared one, or ``'nernst'``.",
    ),
    "v_shift": (
        "Quantity, optional",
        "Shift of the voltage dependence of all gates (volt); positive towards depolarised voltages.",
    ),
    "temperature": (
        "float",
        "Temperature in degrees Celsius that the channel is wanted at. The default is that of the\n"
        "    published simulations.",
    ),
    "name": ("str", "Name of the channel in equations."),
}

_OF_POOLS = {
    "tau": ("Quantity", "Time constant of the removal (second)."),
    "depth": ("Quantity", "Depth of the shell (metre)."),
    "resting": ("Quantity", "Concentration at rest (mM)."),
    "outside": ("Quantity", "Concentration outside (mM)."),
    "temperature": (
        "float",
        "Temperature in degrees Celsius of the Nernst potential, where the model has none.",
    ),
}


@dataclass(frozen=True)
class LibraryEntry:
    """One channel or ion pool of the library.

    Attributes
    ----------
    name : str
        Name of the function that makes it.
    ion : str
        A key of `IONS`.
    source : Source
        Paper, preparation and temperatures.
    make : callable
        The function that makes it.
    kind : {'channel', 'pool'}
        What it makes.
    """

    name: str
    ion: str
    source: Source
    make: Callable[..., Any]
    kind: str = "channel"

    @property
    def family(self) -> str:
        """Name of the module that defines it."""
        return self.make.__module__.rpartition(".")[2]

    @property
    def summary(self) -> str:
        """The first line of its description."""
        return (inspect.getdoc(self.make) or "").partition("\n")[0]

    def __call__(self, **arguments: Any) -> Any:
        """Make the channel or pool; the arguments are those of the function of its name."""
        return self.make(**arguments)

    def matches(self, text: str) -> bool:
        """Say whether the paper's authors, year, journal, DOI, or the text followed, hold a text."""
        where = f"{self.source.paper} {self.source.follows}".lower()
        return all(word in where for word in text.lower().replace(",", " ").split())


class ChannelTable(Sequence[LibraryEntry]):
    """Entries of the library; prints as a table.

    Parameters
    ----------
    entries : sequence of LibraryEntry
        The rows.
    """

    def __init__(self, entries: Sequence[LibraryEntry]) -> None:
        self._entries = tuple(entries)

    @overload
    def __getitem__(self, position: int) -> LibraryEntry: ...
    @overload
    def __getitem__(self, position: slice) -> ChannelTable: ...
    def __getitem__(self, position: int | slice) -> LibraryEntry | ChannelTable:
        if isinstance(position, slice):
            return ChannelTable(self._entries[position])
        return self._entries[position]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[LibraryEntry]:
        return iter(self._entries)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the entries."""
        return tuple(entry.name for entry in self._entries)

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Return name, ion, temperature, paper and preparation of every entry, as text."""
        return [
            (
                entry.name,
                entry.ion,
                _degrees(entry.source),
                entry.source.paper.short,
                entry.source.preparation,
            )
            for entry in self._entries
        ]

    def __repr__(self) -> str:
        if not self._entries:
            return "No channel of the library fits."
        rows = [("name", "ion", "°C", "paper", "preparation"), *self.rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join(
            "  ".join(
                [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]
            )
            for row in rows
        )

    def _repr_html_(self) -> str:
        head = "".join(
            f"<th>{title}</th>" for title in ("name", "ion", "°C", "paper", "preparation")
        )
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows()
        )
        return f"<table><tr>{head}</tr>{body}</table>"


def _degrees(source: Source) -> str:
    shown = [source.recorded, source.simulated]
    return " -> ".join(f"{degrees:g}" for degrees in shown if degrees is not None) or "-"


_entries: dict[str, LibraryEntry] = {}

_Maker = TypeVar("_Maker", bound=Callable[..., Any])


def published(ion: str, source: Source, kind: str = "channel") -> Callable[[_Maker], _Maker]:
    """Register the function below as the maker of a published channel or pool.

    The function's description gets the sections on its parameters, result and source.

    Parameters
    ----------
    ion : str
        A key of `IONS`.
    source : Source
        Where the numbers come from.
    kind : {'channel', 'pool'}, default 'channel'
        What it makes.
    """

    def register(make: _Maker) -> _Maker:
        entry = LibraryEntry(make.__name__, ion, source, make, kind)
        make.__doc__ = _described(entry)
        _entries[entry.name] = entry
        return make

    return register


def _described(entry: LibraryEntry) -> str:
    text = inspect.cleandoc(entry.make.__doc__ or "")
    before, title, examples = text.partition("Examples\n--------")
    body, _, own_parameters = before.partition("Parameters\n----------")
    own = _own_parameters(own_parameters)
    common = _COMMON if entry.kind == "channel" else _OF_POOLS
    lines = []
    for name, parameter in inspect.signature(entry.make).parameters.items():
        kind, meaning = own.get(name) or common[name]
        default = "" if "optional" in kind else f", default {_shown(parameter.default)}"
        lines.append(f"{name} : {kind}{default}\n    {meaning}")
    returned = "Channel\n    The channel." if entry.kind == "channel" else "IonPool\n    The pool."
    source = entry.source
    notes = [f"Source: {source.paper}.", f"Preparation: {source.preparation}."]
    if source.recorded is not None:
        notes.append(f"The rates hold at {source.recorded:g} °C.")
    if source.simulated is not None:
        notes.append(f"The published simulations are at {source.simulated:g} °C.")
    if source.follows:
        notes.append(source.follows)
    sections = [
        body.strip(),
        "Parameters\n----------\n" + "\n".join(lines),
        "Returns\n-------\n" + returned,
        "Notes\n-----\n" + "\n".join(notes),
    ]
    return "\n\n".join(sections) + (f"\n\n{title}{examples}" if title else "")


def _shown(default: Any) -> str:
    # Brian2 prints a density per square metre; papers give it per square centimetre.
    if isinstance(default, Quantity) and SPECIFIC_CONDUCTANCE.fits(default):
        return f"{float(default / (mS / cm**2)):.4g}*mS/cm**2"
    return repr(default)


def _own_parameters(text: str) -> dict[str, tuple[str, str]]:
    """Read a docstring's section: name to type and meaning."""
    found: dict[str, tuple[str, str]] = {}
    name = ""
    for line in text.strip().splitlines():
        if line and not line.startswith(" "):
            name, _, kind = line.partition(" : ")
            found[name] = (kind, "")
        elif name:
            kind, meaning = found[name]
            found[name] = (kind, f"{meaning}\n    {line.strip()}".strip())
    return found


def find(ion: str | None = None, name: str | None = None, paper: str | None = None) -> ChannelTable:
    """Return the channels and pools of the library that fit all of what is given.

    Parameters
    ----------
    ion : {'na', 'k', 'ca', 'cation', 'leak'}, optional
        What they conduct, or what a pool holds. ``'Na+'`` and ``'Ca2+'`` are understood too.
    name : str, optional
        A part of the name; capitals do not matter.
    paper : str, optional
        Words that the paper's authors, year, journal or DOI hold; capitals do not matter.

    Returns
    -------
    ChannelTable
        Sorted by name; it prints as a table. Empty if none fits.

    Raises
    ------
    UnknownNameError
        If the library knows no such ion.

    Examples
    --------
    >>> find(ion='k', paper='Mainen').names
    ('KCa_mainen', 'Km_mainen', 'Kv_mainen')
    >>> find(name='ih')
    name        ion     °C        paper                preparation
    Ih_kole     cation  34        Kole et al. 2006     rat, layer 5 pyramidal cells
    Ih_magee    cation  33 -> 34  Magee 1998           rat, CA1 pyramidal dendrites
    Ih_poirazi  cation  34        Poirazi et al. 2003  rat CA1 pyramidal cells
    """
    wanted = None
    if ion is not None:
        wanted = ion.lower().rstrip("+0123456789")
        if wanted not in IONS:
            raise UnknownNameError(
                f"channels.find: no channel conducts ion = {ion!r}. {known_names(wanted, IONS)}"
            )
    return ChannelTable(
        [
            entry
            for _, entry in sorted(_entries.items(), key=lambda item: item[0].lower())
            if (wanted is None or entry.ion == wanted)
            and (name is None or name.lower() in entry.name.lower())
            and (paper is None or entry.matches(paper))
        ]
    )


def table(ion: str | None = None, name: str | None = None, paper: str | None = None) -> str:
    """Return what `find` finds as the text of a table.

    Parameters
    ----------
    ion, name, paper : str, optional
        As in `find`.

    Examples
    --------
    >>> print(table(name='leak_hh'))
    name     ion   °C   paper                 preparation
    leak_hh  leak  6.3  Hodgkin, Huxley 1952  squid giant axon
    """
    return repr(find(ion, name, paper))
