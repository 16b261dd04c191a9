"""Gap junctions between neurons of Brian2 groups: `connect_gap_junctions`."""

from __future__ import annotations

from typing import Any, overload

import numpy as np
from brian2 import NeuronGroup, Synapses
from brian2.units import Quantity

from ..errors import GroupArgumentError, UnitsError
from ..quantities import CONDUCTANCE, check_quantity
from .gap_junction import GapJunctionReceptor

__all__ = ["connect_gap_junctions"]


@overload
def connect_gap_junctions(
    junction: GapJunctionReceptor,
    group: NeuronGroup,
    other: None = None,
    *,
    i: Any = None,
    j: Any = None,
    g: Quantity | None = None,
    other_junction: None = None,
) -> Synapses: ...


@overload
def connect_gap_junctions(
    junction: GapJunctionReceptor,
    group: NeuronGroup,
    other: NeuronGroup,
    *,
    i: Any = None,
    j: Any = None,
    g: Quantity | None = None,
    other_junction: GapJunctionReceptor | None = None,
) -> tuple[Synapses, Synapses]: ...


def connect_gap_junctions(
    junction: GapJunctionReceptor,
    group: NeuronGroup,
    other: NeuronGroup | None = None,
    *,
    i: Any = None,
    j: Any = None,
    g: Quantity | None = None,
    other_junction: GapJunctionReceptor | None = None,
) -> Synapses | tuple[Synapses, Synapses]:
    """Couple neurons of Brian2 groups by gap junctions, in both directions.

    Call it once for each junction of a group, with all its pairs: Brian2 lets one object alone write
    a summed variable.

    Parameters
    ----------
    junction : GapJunctionReceptor
        The junction of the neuron model, such as ``cell.receptors['gap_gj_soma']``.
    group : brian2.NeuronGroup
        Neurons of that model.
    other : brian2.NeuronGroup, optional
        Neurons to couple with those of `group`. Default: neurons of `group` with each other.
    i, j : array of int, optional
        The pairs: neuron of `group`, and neuron of `group` or of `other`. Each pair once, in any
        order. Default: all pairs.
    g : Quantity, optional
        Conductance (siemens): one value, or one for each pair. Default: that of `group`'s model.
    other_junction : GapJunctionReceptor, optional
        The junction of the neurons in `other`. Default: `junction`.

    Returns
    -------
    brian2.Synapses or tuple of two brian2.Synapses
        One object for a group with itself; one for each direction for two groups. Add them to your
        `brian2.Network`, or keep them in variables of their own for ``brian2.run``.

    Raises
    ------
    GroupArgumentError
        If a group lacks the junction, the pairs are none, or the neurons have different
        conductances and `g` is not given.
    UnitsError
        If the conductance has the wrong dimension, sign or number of values.

    Examples
    --------
    >>> from brian2.units import mV, nS, pF
    >>> from dendrify_gpu.compartments import NeuronModel, Soma
    >>> from dendrify_gpu.compartments.receptors import GapJunction
    >>> soma = Soma('soma', cm_abs=100*pF, gl_abs=5*nS, v_rest=-65*mV)
    >>> soma.add(GapJunction('gj', g=0.5*nS))
    >>> cell = NeuronModel(soma)
    >>> cells = cell.make_neurongroup(3)
    >>> synapses = connect_gap_junctions(cell.receptors['gap_gj_soma'], cells, i=[0, 1], j=[1, 2])
    >>> synapses.i[:].tolist(), synapses.j[:].tolist()
    ([0, 1, 1, 2], [1, 2, 0, 1])
    """
    within = other is None
    neighbours = group if other is None else other
    theirs = other_junction or junction
    _check_group(junction, group)
    _check_group(theirs, neighbours)
    first, second = _pairs(junction, i, j, len(group), len(neighbours), within)
    if g is None:
        g = _conductance_of(junction, group)
    both = np.broadcast_to(np.asarray(_conductances(junction, g, len(first))), first.shape)
    if within:
        pairs = np.concatenate([first, second]), np.concatenate([second, first])
        return _synapses(junction, junction, group, group, *pairs, np.tile(both, 2))
    return (
        _synapses(junction, theirs, group, neighbours, first, second, both),
        _synapses(theirs, junction, neighbours, group, second, first, both),
    )


def _check_group(junction: Any, group: Any) -> None:
    if not isinstance(junction, GapJunctionReceptor):
        raise GroupArgumentError(
            f"connect_gap_junctions: {junction!r} is no gap junction of a model. Give for example "
            "cell.receptors['gap_gj_soma']."
        )
    variables = getattr(group, "variables", {})
    for name in (junction.current, junction.voltage):
        if name not in variables:
            raise GroupArgumentError(
                f"connect_gap_junctions: {getattr(group, 'name', group)!r} has no variable {name!r}. "
                f"Give a group of neurons whose model has the {junction.label}."
            )


def _pairs(
    junction: GapJunctionReceptor, i: Any, j: Any, size: int, others: int, within: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the two sides of every junction."""
    owner = f"connect_gap_junctions, {junction.label}"
    if (i is None) != (j is None):
        raise GroupArgumentError(f"{owner}: give both i and j, or none of them for all pairs.")
    if i is None:
        first, second = np.triu_indices(size, 1) if within else np.indices((size, others))
        return first.ravel(), second.ravel()
    first, second = np.atleast_1d(np.asarray(i)), np.atleast_1d(np.asarray(j))
    if (
        first.shape != second.shape
        or first.ndim != 1
        or {first.dtype.kind, second.dtype.kind}
        - {
            "i",
            "u",
        }
    ):
        raise GroupArgumentError(
            f"{owner}: i and j are no list of pairs. Give two lists of whole numbers of equal length."
        )
    for side, numbers, count in (("i", first, size), ("j", second, others)):
        outside = numbers[(numbers < 0) | (numbers >= count)]
        if outside.size:
            raise GroupArgumentError(
                f"{owner}: {side} = {outside[0]} is no neuron of a group of {count}."
            )
    if within and (first == second).any():
        raise GroupArgumentError(
            f"{owner}: neuron {first[first == second][0]} cannot be coupled with itself."
        )
    pairs = np.stack([first, second], axis=1)
    distinct, counts = np.unique(
        np.sort(pairs, axis=1) if within else pairs, axis=0, return_counts=True
    )
    if (counts > 1).any():
        a, b = distinct[counts > 1][0].tolist()
        raise GroupArgumentError(
            f"{owner}: the pair {a}, {b} is given twice. A junction acts in both directions: give "
            "each pair once, and a larger g for more than one junction."
        )
    return first, second


def _conductance_of(junction: GapJunctionReceptor, group: NeuronGroup) -> Any:
    """Return the conductance that the neurons of a group share."""
    if junction.conductance in group.variables:
        raise GroupArgumentError(
            f"connect_gap_junctions, {junction.label}: {junction.conductance} differs from neuron to "
            "neuron. Give g, one conductance for each pair."
        )
    return group.namespace.get(junction.conductance, junction.model.g)


def _conductances(junction: GapJunctionReceptor, g: Any, count: int) -> Any:
    owner = f"connect_gap_junctions, {junction.label}"
    if np.ndim(g) == 0:
        return check_quantity(owner, "g", g, CONDUCTANCE, "non-negative")
    values = np.asarray(g)
    if not CONDUCTANCE.fits(g) or values.shape != (count,) or not (values >= 0).all():
        raise UnitsError(
            f"{owner}: g = {g} must be one conductance of zero or more for each of the {count} pairs, "
            "or one for all, such as g=0.5*nS."
        )
    return g


def _synapses(
    mine: GapJunctionReceptor,
    theirs: GapJunctionReceptor,
    pre: NeuronGroup,
    post: NeuronGroup,
    i: np.ndarray,
    j: np.ndarray,
    g: np.ndarray,
) -> Synapses:
    """Return synapses whose current flows from the voltages of `pre` into `post`."""
    synapses = Synapses(
        pre,
        post,
        model=(
            "g_junction :siemens (constant)\n"
            f"{theirs.current}_post = g_junction * ({mine.voltage}_pre - {theirs.voltage}_post)"
            " :amp (summed)"
        ),
        clock=post.clock,
    )
    synapses.connect(i=i, j=j)
    synapses.g_junction = Quantity(g, dim=CONDUCTANCE.unit.dim)
    return synapses
