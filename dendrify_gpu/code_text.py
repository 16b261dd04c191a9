"""Generated text that looks well in a notebook."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import CppLexer

__all__ = ["CodeText"]


class CodeText(str):
    """A program text: a string that a notebook shows in colour.

    Examples
    --------
    >>> text = CodeText('const lane x = splat(1);  // one')
    >>> text
    const lane x = splat(1);  // one
    >>> 'style="color' in text._repr_html_()
    True
    """

    __slots__ = ()

    def save(self, path: str | PathLike[str]) -> None:
        """Write the text to a file; an old one is replaced.

        Parameters
        ----------
        path : path-like
        """
        Path(path).write_text(self, encoding="utf-8")

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return str(highlight(str(self), CppLexer(), HtmlFormatter(noclasses=True)))
