"""From compartments and pairs to one checked neuron."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .compartment import Compartment
from .coupling import HALF_CYLINDERS, Coupling, coupling_conductance
from .description import CompartmentDescription, add_mechanism, compartment_equations
from .errors import (
    ConflictingParametersError,
    DimensionlessCompartmentError,
    MissingParameterError,
    MorphologyError,
)
from .membranes import CUSTOM
from .model_description import ModelDescription, model_equations
from .naming import suffixed
from .quantities import check_number, check_temperature, same_value
from .text import parse
from .topology import check_tree

__all__ = ["build_model"]

_FORMS = (
    "Give one compartment, or a list of pairs (A, B) and triples (A, B, g) of compartments, "
    "where g is a conductance, 'half_cylinders' or 'cylinder_<name>'."
)
Link = tuple[str, str, Any]


def build_model(
    connections: Any, overrides: Mapping[str, Any], temperature: Any = None
) -> ModelDescription:
    """Check what `NeuronModel` was given and return it as data.

    Parameters
    ----------
    connections : Compartment or iterable
        A compartment, or a list of compartments, pairs and triples.
    overrides : mapping
        Passive properties that replace those of all compartments; None leaves them.
    temperature : float, optional
        Temperature in degrees Celsius.

    Returns
    -------
    ModelDescription
        The neuron.

    Raises
    ------
    CompartmentError
        If anything is wrong; the subclasses say what.
    """
    compartments, links = _read(connections)
    compartments = {
        name: _with_overrides(compartment, overrides) for name, compartment in compartments.items()
    }
    _check_one_kind(compartments, overrides)
    old = _existing_links(compartments)
    pairs = [(a, b) for a, b, _ in (*old, *links)]
    compartments, couplings = _coupled(compartments, old, links)
    check_tree(list(compartments), pairs)
    _check_complete(compartments)
    _check_params(compartments)
    model = ModelDescription(
        tuple(compartments.values()),
        couplings,
        temperature=check_temperature("NeuronModel", temperature),
    )
    parse(model_equations(model), model.owner)
    return model


def _read(connections: Any) -> tuple[dict[str, CompartmentDescription], list[Link]]:
    if isinstance(connections, Compartment):
        connections = [connections]
    if isinstance(connections, str) or not isinstance(connections, Iterable):
        raise MorphologyError(f"NeuronModel cannot be made of {connections!r}. {_FORMS}")
    seen: dict[str, Compartment] = {}
    links: list[Link] = []
    for entry in connections:
        items = (entry,) if isinstance(entry, Compartment) else entry
        if not isinstance(items, (tuple, list)) or len(items) not in (1, 2, 3):
            raise MorphologyError(f"NeuronModel cannot use the entry {entry!r}. {_FORMS}")
        members = items[:2]
        for member in members:
            if not isinstance(member, Compartment):
                raise MorphologyError(
                    f"NeuronModel: {member!r} in the entry {entry!r} is not a compartment. {_FORMS}"
                )
            if seen.setdefault(member.name, member) is not member:
                raise MorphologyError(
                    f"NeuronModel: two different compartments have the name {member.name!r}. "
                    "Give each compartment its own name."
                )
        if len(members) == 2:
            rule = items[2] if len(items) == 3 and items[2] is not None else HALF_CYLINDERS
            links.append((members[0].name, members[1].name, rule))
    if not seen:
        raise MorphologyError(f"NeuronModel needs at least one compartment. {_FORMS}")
    return {name: compartment.description for name, compartment in seen.items()}, links


def _with_overrides(
    compartment: CompartmentDescription, overrides: Mapping[str, Any]
) -> CompartmentDescription:
    values = {name: value for name, value in overrides.items() if value is not None}
    if "spine_factor" in values:
        check_number("NeuronModel", "spine_factor", values["spine_factor"])
    if compartment.is_soma:
        values.pop("spine_factor", None)
    absolute = sorted(set(values) - {"v_rest"}) if compartment.ephys.dimensionless else []
    if absolute:
        raise DimensionlessCompartmentError(
            f"NeuronModel was given {', '.join(absolute)}, but {compartment.owner} has absolute "
            "values (cm_abs, gl_abs) and no geometry. Remove these arguments, or describe all "
            "compartments by length and diameter."
        )
    return replace(compartment, ephys=compartment.ephys.with_values(**values))


def _check_one_kind(
    compartments: Mapping[str, CompartmentDescription], overrides: Mapping[str, Any]
) -> None:
    absolute = [name for name, c in compartments.items() if c.ephys.dimensionless]
    geometric = [name for name, c in compartments.items() if not c.ephys.dimensionless]
    if absolute and geometric:
        raise DimensionlessCompartmentError(
            f"NeuronModel mixes compartments with absolute values ({', '.join(absolute)}) and with "
            f"a geometry ({', '.join(geometric)}). Describe all by cm_abs and gl_abs, or all by "
            "length and diameter."
        )


def _existing_links(compartments: Mapping[str, CompartmentDescription]) -> list[Link]:
    """Return the couplings that were made with `Compartment.connect` before."""
    links: dict[frozenset[str], Link] = {}
    for compartment in compartments.values():
        for coupling in compartment.of_type(Coupling):
            if coupling.other not in compartments:
                raise MorphologyError(
                    f"{compartment.owner} is coupled with {coupling.other!r}, which is not in "
                    f"the NeuronModel. It has: {', '.join(compartments)}. "
                    f"Add {coupling.other!r} to the list, or leave out connect()."
                )
            pair = frozenset((compartment.name, coupling.other))
            links.setdefault(pair, (compartment.name, coupling.other, coupling.rule))
    return list(links.values())


def _coupled(
    compartments: Mapping[str, CompartmentDescription], old: list[Link], new: list[Link]
) -> tuple[dict[str, CompartmentDescription], tuple[tuple[str, str, Any], ...]]:
    result = dict(compartments)
    couplings = []
    for a, b, rule in old:
        # The model's own passive properties may have changed what the rule gives.
        g = coupling_conductance(a, result[a].ephys, b, result[b].ephys, rule)
        result[a], result[b] = (
            _with_conductance(result[a], b, g),
            _with_conductance(result[b], a, g),
        )
        couplings.append((a, b, g))
    for a, b, rule in new:
        g = coupling_conductance(a, result[a].ephys, b, result[b].ephys, rule)
        result[a] = add_mechanism(result[a], Coupling(a, b, rule, g))
        result[b] = add_mechanism(result[b], Coupling(b, a, rule, g))
        couplings.append((a, b, g))
    return result, tuple(couplings)


def _with_conductance(
    compartment: CompartmentDescription, other: str, g: Any
) -> CompartmentDescription:
    operations = tuple(
        replace(o, g=g) if isinstance(o, Coupling) and o.other == other else o
        for o in compartment.operations
    )
    return replace(compartment, operations=operations)


def _check_complete(compartments: Mapping[str, CompartmentDescription]) -> None:
    incomplete = {name: missing for name, c in compartments.items() if (missing := _missing(c))}
    if incomplete:
        listing = "; ".join(f"{name!r} lacks {', '.join(m)}" for name, m in incomplete.items())
        raise MissingParameterError(
            f"NeuronModel: passive properties are missing: {listing}. Give them to the "
            "compartment, or cm and gl to the NeuronModel for all compartments; or use cm_abs and "
            "gl_abs instead of a geometry."
        )


def _missing(compartment: CompartmentDescription) -> tuple[str, ...]:
    """Return what its C and gL still need, if its equations use these at all."""
    missing = compartment.ephys.missing
    if compartment.membrane.name != CUSTOM or not missing:
        return missing
    used = parse(compartment_equations(compartment), compartment.owner).identifiers
    unused = {"C": ("cm", "cm_abs"), "gL": ("gl", "gl_abs")}
    spared = {
        argument
        for parameter, arguments in unused.items()
        if suffixed(parameter, compartment.name) not in used
        for argument in arguments
    }
    return tuple(argument for argument in missing if argument not in spared)


def _check_params(compartments: Mapping[str, CompartmentDescription]) -> None:
    seen: dict[str, tuple[str, Any]] = {}
    for name, compartment in compartments.items():
        for parameter, value in compartment.params.items():
            first, known = seen.setdefault(parameter, (name, value))
            if not same_value(known, value):
                raise ConflictingParametersError(
                    f"NeuronModel: the parameter {parameter!r} is {known} in {first!r} but {value} "
                    f"in {name!r}, and all compartments share one namespace. "
                    f"Use two names, such as '{parameter}_{first}' and '{parameter}_{name}'."
                )
