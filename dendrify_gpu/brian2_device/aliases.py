"""Variables that a script calls by two names, as ``v`` and ``v_post`` in what synapses do after a postsynaptic spike.

Statements are carried out one after another, so what is written by one name is what the other one reads. Brian2's numpy
target does so; its C++ targets read both names before the first statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brian2.core.variables import ArrayVariable
from brian2.utils.stringtools import get_identifiers, word_substitute

__all__ = ["with_one_name_each"]


def with_one_name_each(
    code: str, variables: Mapping[str, Any], variable_indices: Mapping[str, str]
) -> str:
    """Call every variable by one name.

    Parameters
    ----------
    code : str
        Statements.
    variables : mapping of str to Variable
        What the names mean.
    variable_indices : mapping of str to str
        By which index each name is read.

    Returns
    -------
    str
        The statements, with the longest of the names, as expressions of synapses have it.
    """
    names: dict[tuple[int, str], str] = {}
    others = {}
    for name in sorted(
        get_identifiers(code) & variables.keys(), key=lambda name: (-len(name), name)
    ):
        variable = variables[name]
        if isinstance(variable, ArrayVariable):
            one = names.setdefault((id(variable), variable_indices[name]), name)
            if one != name:
                others[name] = one
    return word_substitute(code, others)
