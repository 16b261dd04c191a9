"""What can be said about a network before it runs: its source text and its memory."""

from __future__ import annotations

from .codegen.translation_unit import translation_unit
from .compile import generate
from .engine.memory import estimate_bytes
from .engine.plan import NetworkPlan
from .engine.ports import all_ports, incoming
from .engine.schedule import slot_count, window_length
from .errors import NetworkError

__all__ = ["TARGETS", "generated_source", "memory_needed"]

#: Backends for which there is text.
TARGETS = ("cpu", "cuda")


def generated_source(plan: NetworkPlan, target: str) -> str:
    """Return the text that is compiled for a network.

    Parameters
    ----------
    plan : NetworkPlan
        The network.
    target : {'cpu', 'cuda'}
        For which backend. The step functions are the same; the headers around them differ.

    Returns
    -------
    str

    Raises
    ------
    NetworkError
        For another target.
    """
    if target not in TARGETS:
        raise NetworkError(
            f"There is no generated text for {target!r}; use one of: {', '.join(TARGETS)}."
        )
    return translation_unit(generate(plan, all_ports(plan)).functions, target)


def memory_needed(plan: NetworkPlan) -> dict[str, int]:
    """Estimate the memory that a network takes in a backend.

    Parameters
    ----------
    plan : NetworkPlan
        The network.

    Returns
    -------
    dict of str to int
        Bytes, by what they are for.
    """
    window = window_length(plan)
    ports = all_ports(plan)
    slots = [slot_count(projections, window) for projections in incoming(plan)]
    functions = generate(plan, ports).of_population
    return estimate_bytes(plan, ports, slots, window, functions)
