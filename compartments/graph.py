"""A drawing of a neuron's compartments and couplings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .model_description import ModelDescription

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_graph"]


def draw_graph(
    model: ModelDescription,
    figsize: Sequence[float],
    fontsize: float,
    fontcolor: str,
    scale_nodes: float,
    color_soma: str,
    color_dendrites: str,
    alpha: float,
    scale_edges: float,
    seed: int | None,
    ax: Axes | None,
) -> Axes:
    """Draw the compartments as discs and the couplings as lines.

    The first soma (or else the first compartment) is in the middle. The arguments are those of
    `NeuronModel.as_graph`.
    """
    # Drawing is the only use of these two, and they are slow to import.
    import matplotlib.pyplot as plt
    import networkx as nx

    if ax is None:
        _, ax = plt.subplots(figsize=tuple(figsize))
    graph = nx.Graph()
    graph.add_nodes_from(c.name for c in model.compartments)
    graph.add_edges_from((a, b) for a, b, _ in model.couplings)
    somata = [c.name for c in model.compartments if c.is_soma]
    centre = (somata or [model.compartments[0].name])[0]
    positions = {centre: (0.0, 0.0)}
    if len(graph) > 1:
        positions = nx.spring_layout(graph, pos=positions, fixed=[centre], seed=seed)
    nx.draw(
        graph,
        pos=positions,
        ax=ax,
        with_labels=True,
        node_color=[color_soma if name in somata else color_dendrites for name in graph],
        node_size=[1200 * scale_nodes] * len(graph),
        font_size=fontsize,
        font_color=fontcolor,
        alpha=alpha,
        width=scale_edges,
    )
    return ax
