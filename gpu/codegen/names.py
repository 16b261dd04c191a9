"""Names of the generated text: the user's own where possible, never one that already means something."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

__all__ = ["identifier"]

_KEYWORDS = frozenset(
    """
    alignas alignof and asm auto bool break case catch char class const constexpr continue decltype
    default delete do double else enum explicit export extern false float for friend goto if inline
    int long mutable namespace new noexcept not nullptr operator or private protected public
    register return short signed sizeof static struct switch template this throw true try typedef
    typeid typename union unsigned using virtual void volatile wchar_t while xor
    net p window first c
    """.split()
)

#: What a header defines at file scope: functions and calls, macros, structures, types, enumerators.
_DEFINED = re.compile(
    r"\b(\w+)\s*\(|#\s*define\s+(\w+)|\bstruct\s+(\w+)|\btypedef\s+\w+\s+(\w+)|\b([A-Z][A-Z_]+)\b"
)


@cache
def _header_words() -> frozenset[str]:
    words: set[str] = set()
    for item in resources.files("dendrify_gpu.gpu.kernels").iterdir():
        if item.name.endswith(".h"):
            code = re.sub(r"//[^\n]*", "", item.read_text())
            words.update(name for names in _DEFINED.findall(code) for name in names if name)
    return frozenset(words)


def identifier(name: str) -> str:
    """Return the C identifier for a name of the model.

    Examples
    --------
    >>> identifier('V_soma')
    'V_soma'
    >>> identifier('double')
    'double_'
    """
    return f"{name}_" if name in _KEYWORDS or name in _header_words() else name
