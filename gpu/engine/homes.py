"""Poisson sources at home: each has one neuron to itself, and all its synapses lead there."""

from __future__ import annotations

from dataclasses import dataclass

from .plan import NetworkPlan, PoissonPlan
from .schedule import delay_range

__all__ = ["Home", "find_home"]


@dataclass(frozen=True)
class Home:
    """Where the sources of a group are at home.

    Attributes
    ----------
    population : str
    first_target : int
        Neuron of the first source.
    n_link : int
        Synapses of each source.
    delay : int
        Delay of all synapses in steps, -1 if they differ.
    """

    population: str
    first_target: int
    n_link: int
    delay: int


def find_home(plan: NetworkPlan, group: PoissonPlan) -> Home | None:
    """Return where the sources of a group are at home; None if they have several targets or share one.

    Parameters
    ----------
    plan : NetworkPlan
    group : PoissonPlan
    """
    links = [item for item in plan.projections if item.pre == group.name]
    own = all(
        item.kind == "one_to_one" and item.first_source == 0 and item.n_source == group.n
        for item in links
    )
    if not own or len({(item.post, item.first_target) for item in links}) != 1:
        return None
    delays = {end for item in links for end in delay_range(item)}
    delay = delays.pop() if len(delays) == 1 else -1
    return Home(links[0].post, links[0].first_target, len(links), delay)
