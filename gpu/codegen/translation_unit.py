"""One source text for all models of a network: headers, step functions and the dispatch between them."""

from __future__ import annotations

from collections.abc import Sequence

from .step_function import StepFunction

__all__ = ["translation_unit"]

_HEADERS = {
    target: (
        f"lane_{target}.h",
        "lane_math.h",
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
        "DEVICE void step_population(const Network *net, int32_t population, const Window *window,",
        "                            int64_t first)",
        "{",
        "    const Population *p = &net->population[population];",
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
            *(function.source for function in functions),
            *dispatch,
            f'#include "driver_{target}.h"',
            "",
        ]
    )
