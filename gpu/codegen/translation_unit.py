"""One source text for all models of a network: headers, step functions and the dispatch between them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .step_function import StepFunction

__all__ = ["compile_seconds", "translation_unit"]

#: Seconds that a compiler takes for a call of a function, which is inlined, and for another line. Rough.
_CALL, _LINE = 0.02, 0.003
_CALLS = re.compile(r"\b(?:lane_(?!fma|sqrt)|random_)\w+\(")

_HEADERS = {
    target: (
        f"lane_{target}.h",
        "lane_math.h",
        "groups.h",
        "philox.h",
        "draws.h",
        "network.h",
        "parts.h",
        f"atomics_{target}.h",
        "events.h",
        f"notes_{target}.h",
        f"gaps_{target}.h",
    )
    for target in ("cpu", "cuda")
}


def translation_unit(functions: Sequence[StepFunction], target: str) -> str:
    """Return the complete source text for one backend.

    Everything between the headers is the same for every backend.

    Parameters
    ----------
    functions : sequence of StepFunction
        The distinct step functions, in the order of their model numbers.
    target : {'cpu', 'cuda'}
        Which headers surround the text.

    Returns
    -------
    str
    """
    headers = [f'#include "{name}"' for name in _HEADERS[target]]
    cases: list[str] = []
    for number, function in enumerate(functions):
        cases += [
            f"    case {number}:",
            f"        {function.name}(net, p, population, window, first);",
            "        break;",
        ]
    dispatch = [
        "// Advance the vector of neurons that starts at `first`.",
        "DEVICE void step_population(const Network *net, const Population *p, int32_t population,",
        "                            const Window *window, int64_t first)",
        "{",
        "    switch (p->model) {",
        *cases,
        "    default:",
        "        break;",
        "    }",
        "}",
        "",
    ]
    return "\n".join(
        [
            *headers,
            "",
            *_definitions(functions),
            *(["#if IN_PART(0)"] if len(functions) > 1 else []),
            *dispatch,
            f'#include "driver_{target}.h"',
            *(["#endif"] if len(functions) > 1 else []),
            "",
        ]
    )


def compile_seconds(functions: Sequence[StepFunction]) -> list[float]:
    """Return roughly how long each step function takes to compile, if they may be compiled side by side.

    Parameters
    ----------
    functions : sequence of StepFunction
        The distinct step functions, in the order of their model numbers.
    """
    if len(functions) < 2:
        return []
    return [
        _CALL * len(_CALLS.findall(function.source)) + _LINE * function.source.count("\n")
        for function in functions
    ]


def _definitions(functions: Sequence[StepFunction]) -> list[str]:
    """Return the step functions; of several each is a group that may be compiled on its own."""
    if len(functions) < 2:
        return [function.source for function in functions]
    lines = []
    for group, function in enumerate(functions, 1):
        kind = "STEP_FUNCTION"
        start = function.source.index(f"{kind} void {function.name}(")
        source = f"{function.source[:start]}OF_PART({kind}){function.source[start + len(kind) :]}"
        declaration = source[start : source.index("\n{", start)]
        lines += [
            f"#if IN_PART({group})",
            source.rstrip("\n"),
            "#else",
            f"{declaration};",
            "#endif",
            "",
        ]
    return lines
