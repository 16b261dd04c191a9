"""What the collection says about each model: `ModelEntry`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from brian2.units import Quantity

from ..compartments import NeuronModel

__all__ = ["ModelEntry"]


@dataclass(frozen=True, eq=False)
class ModelEntry:
    """A ready model: how to make it, how to run it, and where it was published.

    Attributes
    ----------
    make : callable
        Makes the `NeuronModel`; its arguments vary the published model.
    compartments : int
        Number of compartments with the default arguments.
    summary : str
        What it is, in one line.
    paper : str
        Authors, year and journal.
    doi : str
        Digital object identifier of the paper.
    figure : str
        The published result that the tests compare it with.
    method : str
        Integration method that it should be run with.
    dt : Quantity
        Time step that it should be run with (second).

    Examples
    --------
    >>> import dendrify_gpu as dg
    >>> entry = dg.models.find('pinsky_rinzel')
    >>> net = dg.Network(dt=entry.dt)
    >>> net.population(entry(), 5, method=entry.method, name='cells')
    <Population 'cells': 5 neurons, euler>
    """

    make: Callable[..., NeuronModel]
    compartments: int
    summary: str
    paper: str
    doi: str
    figure: str
    method: str
    dt: Quantity

    @property
    def name(self) -> str:
        """Name of the function that makes it."""
        return self.make.__name__

    def __call__(self, *arguments: Any, **keywords: Any) -> NeuronModel:
        """Make the model; the arguments are those of `make`."""
        return self.make(*arguments, **keywords)

    def __str__(self) -> str:
        return "\n".join(
            (
                f"{self.name}: {self.summary}",
                f"  {self.paper}, doi:{self.doi}",
                f"  tested against {self.figure}",
                f"  {self.compartments} compartments; run with method={self.method!r}, dt={self.dt}",
            )
        )
