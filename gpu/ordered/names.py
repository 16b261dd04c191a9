"""Names of Brian2's language as names in C++."""

from __future__ import annotations

import re
from functools import cache

from ..backends.base import header_folder

__all__ = ["c_name"]

_KEYWORDS = frozenset(
    """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t class compl const
    const_cast constexpr continue decltype default delete do double dynamic_cast else enum explicit export extern false
    float for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private
    protected public register reinterpret_cast return short signed sizeof static static_assert static_cast struct switch
    template this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t
    while xor xor_eq linux unix element first here run me step n
    """.split()
)


@cache
def c_name(name: str) -> str:
    """Return a name that neither C++ nor the headers use: the name itself where it can be.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Examples
    --------
    >>> c_name('g_ampa'), c_name('double'), c_name('lane')
    ('g_ampa', 'double_', 'lane_')
    """
    return f"{name}_" if name in _KEYWORDS or name in _header_words() else name


@cache
def _header_words() -> frozenset[str]:
    """Return every word of the headers' code; comments may name what they like."""
    words: set[str] = set()
    for path in header_folder().rglob("*.h"):
        text = re.sub(r"//.*", "", path.read_text())
        words |= set(re.findall(r"[A-Za-z_]\w*", text))
    return frozenset(words)
