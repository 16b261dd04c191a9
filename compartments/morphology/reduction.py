"""From a shape and its groups to compartments, and a report of what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from brian2.units import Quantity, meter, siemens
from numpy.typing import NDArray

from ..compartment import Compartment
from ..coupling import HALF_CYLINDERS
from ..dendrite import Dendrite
from ..ephys import EphysProperties
from ..errors import UnitsError, UnknownNameError, known_names
from ..model_view import ModelView
from ..neuron_model import NeuronModel
from ..quantities import (
    RESISTIVITY,
    SPECIFIC_CAPACITANCE,
    SPECIFIC_CONDUCTANCE,
    VOLTAGE,
    check_number,
    check_quantity,
)
from ..soma import Soma
from .cable import Cable, cable_of_couplings, cable_of_model, cable_of_segments
from .equivalent import Cylinder, Link, equivalent_cylinders, matched_links
from .groups import Groups
from .report import GroupReport, Measures, ReductionReport, measures
from .segments import Segments, kept, refined

__all__ = ["Passive", "Reduction", "reduce_segments"]

_COUPLINGS = ("matched", HALF_CYLINDERS)
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Passive:
    """Passive properties of a reduction, as for `Morphology.reduce`, and the names of its groups."""

    cm: Quantity
    gl: Quantity
    r_axial: Quantity
    v_rest: Quantity | None
    spine_factor: float | Mapping[str, float]
    groups: tuple[str, ...]

    def __post_init__(self) -> None:
        for name, kind in (
            ("cm", SPECIFIC_CAPACITANCE),
            ("gl", SPECIFIC_CONDUCTANCE),
            ("r_axial", RESISTIVITY),
        ):
            check_quantity("reduce", name, getattr(self, name), kind, "positive")
        if self.v_rest is not None:
            check_quantity("reduce", "v_rest", self.v_rest, VOLTAGE)
        if isinstance(self.spine_factor, Mapping):
            for name, value in self.spine_factor.items():
                if name not in self.groups:
                    raise UnknownNameError(
                        f"reduce: spine_factor names {name!r}, which is no group. "
                        f"{known_names(str(name), self.groups)}"
                    )
                check_number("reduce", f"spine_factor of {name!r}", value)
        else:
            check_number("reduce", "spine_factor", self.spine_factor)

    def spines(self, name: str) -> float:
        """Return the factor of the membrane area of a group's dendrites."""
        if isinstance(self.spine_factor, Mapping):
            return float(self.spine_factor.get(name, 1.0))
        return float(self.spine_factor)


class Reduction:
    """A neuron reduced to a few compartments.

    Attributes
    ----------
    compartments : dict of str to Soma or Dendrite
        Ordinary compartments: add channels, receptors and dendritic spikes to them.
    connections : list
        What `NeuronModel` takes: pairs of compartments with their coupling.
    report : ReductionReport
        The full tree against the reduced one.
    """

    def __init__(
        self,
        compartments: dict[str, Compartment],
        connections: list[tuple[Compartment, Compartment, Any]],
        report: ReductionReport,
    ) -> None:
        self.compartments, self.connections, self.report = compartments, connections, report

    def model(self, **arguments: Any) -> NeuronModel:
        """Return the neuron, with what was added to the compartments.

        Parameters
        ----------
        **arguments
            Further arguments of `NeuronModel`, such as ``temperature``.

        Returns
        -------
        NeuronModel
        """
        if not self.connections:
            (only,) = self.compartments.values()
            return NeuronModel(only, **arguments)
        return NeuronModel(self.connections, **arguments)

    def compare(self, model: ModelView) -> ReductionReport:
        """Return the report for a neuron that was changed: the full tree against it.

        Only what is passive counts: leaks, capacitances and couplings, as they are in the neuron.

        Parameters
        ----------
        model : NeuronModel
            A neuron with the same compartments, such as `model` returns, with other parameters or
            couplings.

        Returns
        -------
        ReductionReport

        Raises
        ------
        UnknownNameError
            If its compartments have other names.
        """
        names = list(self.compartments)
        pairs = {frozenset((a.name, b.name)) for a, b, _ in self.connections}
        coupled: list[frozenset[str | None]] = [frozenset((a, b)) for a, b, _ in model.couplings]
        if sorted(model.compartment_names) != sorted(names) or set(coupled) != pairs:
            raise UnknownNameError(
                f"compare: {model!r} has other compartments or couplings than the reduction to "
                f"{', '.join(names)}. Give a neuron that was made of its compartments."
            )
        cable = cable_of_model(model)
        order = [model.compartment_names.index(name) for name in names]
        area = sum(float(c.ephys.area) for c in model.description.compartments)
        reduced = measures(cable, list(np.eye(cable.n)[order]), area)
        conductance: dict[frozenset[str | None], float] = dict(
            zip(coupled, cable.axial.tolist(), strict=True)
        )
        rows = tuple(
            replace(row, conductance=conductance.get(frozenset((row.name, row.joined_to))))
            for row in self.report.groups
        )
        step = cable.longest_euler_step()
        return replace(self.report, reduced=reduced, groups=rows, longest_step=step)

    def __repr__(self) -> str:
        return f"Reduction({', '.join(self.compartments)})\n{self.report}"


def reduce_segments(
    segments: Segments,
    groups: Groups,
    passive: Passive,
    coupling: str,
    longest: float,
    notes: tuple[str, ...],
) -> Reduction:
    """Reduce a shape; the arguments are those of `Morphology.reduce`, checked.

    Raises
    ------
    UnknownNameError
        If there is no such coupling.
    UnitsError
        If soma and dendrites are mixed in a group with spines.
    """
    if coupling not in _COUPLINGS:
        raise UnknownNameError(
            f"reduce: coupling = {coupling!r} is unknown. {known_names(str(coupling), _COUPLINGS)}"
        )
    members = np.asarray(groups.label >= 0)
    segments, groups = kept(segments, members), replace(groups, label=groups.label[members])
    segments, source = refined(segments, longest)
    groups = replace(groups, label=groups.label[source])
    membrane = segments.area * _spine_factors(segments, groups, passive)
    cable = cable_of_segments(
        segments, membrane * float(passive.gl), membrane * float(passive.cm), float(passive.r_axial)
    )
    cylinders = equivalent_cylinders(segments, groups)
    links, more = matched_links(segments, groups, cable)
    compartments = {c.name: _compartment(c, passive) for c in cylinders}
    connections: list[tuple[Compartment, Compartment, Any]] = []
    conductances: dict[str, Link] = {}
    for link in links:
        inner, outer = compartments[link.inner], compartments[link.outer]
        rule: Any = link.conductance * siemens if coupling == "matched" else HALF_CYLINDERS
        g = link.conductance
        if coupling == HALF_CYLINDERS:
            g = float(EphysProperties.g_couple(inner.ephys, outer.ephys))
        connections.append((inner, outer, rule))
        conductances[link.outer] = replace(link, conductance=g)
    full = _full_measures(cable, segments, groups, membrane)
    small = _reduced_cable(compartments, conductances)
    area = sum(float(c.area) for c in compartments.values())
    reduced = measures(small, list(np.eye(small.n)), area)
    rows = tuple(
        GroupReport(
            c.name,
            len(np.unique(source[groups.label == k])),
            c.length,
            c.diameter,
            float(compartments[c.name].area),
            c.distance,
            conductances[c.name].inner if c.name in conductances else None,
            conductances[c.name].conductance if c.name in conductances else None,
        )
        for k, c in enumerate(cylinders)
    )
    voltage = _soma_response(cable, segments, groups, membrane)
    step = small.longest_euler_step()
    report = ReductionReport(full, reduced, rows, (*notes, *more), step, segments.distance, voltage)
    return Reduction(compartments, connections, report)


def _spine_factors(segments: Segments, groups: Groups, passive: Passive) -> Floats:
    factors = np.ones(segments.n)
    for k, name in enumerate(groups.names):
        members = groups.label == k
        factor = passive.spines(name)
        somatic = segments.is_soma[members]
        if factor != 1 and somatic.any() and not somatic.all():
            raise UnitsError(
                f"reduce: the group {name!r} has spine_factor = {factor} and consists of soma and dendrites. "
                "Put the soma into a group of its own."
            )
        factors[members & ~segments.is_soma] = factor
    return factors


def _compartment(cylinder: Cylinder, passive: Passive) -> Compartment:
    size = {
        "length": cylinder.length * meter,
        "diameter": cylinder.diameter * meter,
        "cm": passive.cm,
        "gl": passive.gl,
        "r_axial": passive.r_axial,
        "v_rest": passive.v_rest,
        "scale_factor": cylinder.scale_factor,
    }
    if cylinder.is_soma:
        return Soma(cylinder.name, **size)
    return Dendrite(cylinder.name, **size, spine_factor=passive.spines(cylinder.name))


def _weights(label: NDArray[np.int64], membrane: Floats, names: int, n: int) -> list[Floats]:
    weights = []
    for k in range(names):
        own = np.zeros(n)
        own[: len(label)] = np.where(label == k, membrane, 0.0)
        weights.append(own / own.sum())
    return weights


def _full_measures(cable: Any, segments: Segments, groups: Groups, membrane: Floats) -> Measures:
    weights = _weights(groups.label, membrane, len(groups.names), cable.n)
    return measures(cable, weights, float(membrane.sum()))


def _soma_response(cable: Any, segments: Segments, groups: Groups, membrane: Floats) -> Floats:
    soma = _weights(groups.label, membrane, len(groups.names), cable.n)[0]
    voltage = cable.voltages(soma)
    return np.asarray(voltage[: segments.n] / (soma @ voltage))


def _reduced_cable(compartments: Mapping[str, Compartment], links: Mapping[str, Link]) -> Cable:
    return cable_of_couplings(
        list(compartments),
        {name: float(c.g_leakage) for name, c in compartments.items()},
        {name: float(c.capacitance) for name, c in compartments.items()},
        [(link.inner, link.outer, link.conductance) for link in links.values()],
    )
