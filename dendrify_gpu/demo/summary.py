"""Numbered lines on the way, and the table at the end."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["Steps", "table"]


class Steps:
    r"""Prints what comes next, numbered.

    Parameters
    ----------
    total : int
        Number of steps.

    Examples
    --------
    >>> steps = Steps(2)
    >>> steps.begin('Build')
    [1/2] Build
    >>> steps.note('one line\nand another')
          one line
          and another
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0

    def begin(self, what: str) -> None:
        """Announce the next step."""
        self._done += 1
        print(f"[{self._done}/{self._total}] {what}", flush=True)

    def note(self, text: str) -> None:
        """Print lines below the step."""
        indent = " " * (len(f"[{self._total}/{self._total}]") + 1)
        print("\n".join(indent + line for line in text.splitlines()), flush=True)


def table(title: str, rows: Mapping[str, str]) -> str:
    """Return rows of two columns in a frame.

    Parameters
    ----------
    title : str
        First line.
    rows : mapping of str to str
        Label and value of each row.

    Returns
    -------
    str

    Examples
    --------
    >>> print(table('Network', {'cells': '10', 'synapses': '2000'}))
    +-----------------+
    | Network         |
    +----------+------+
    | cells    | 10   |
    | synapses | 2000 |
    +----------+------+
    """
    label = max(map(len, rows))
    value = max(max(map(len, rows.values())), len(title) - label - 3)
    width = label + value + 3
    rule = f"+{'-' * (label + 2)}+{'-' * (value + 2)}+"
    lines = [f"+{'-' * (width + 2)}+", f"| {title:{width}} |", rule]
    lines += [f"| {name:{label}} | {text:{value}} |" for name, text in rows.items()]
    return "\n".join([*lines, rule])
