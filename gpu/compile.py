"""The whole compiler, stage by stage.

1. **frontend** (`frontend.build_program`)
   in: a `Model`: equations, units, namespace, threshold, reset, events, in Brian2's language.
   out: a `Program`: typed, dimensionless, symbolic, with the update statements of its integrator.
2. **lowering and code generation** (`codegen.step_function.build_step_function`)
   in: a `Program`, the ports of its synaptic input and the names of its recorded variables.
   out: a `StepFunction`: the C-like text of one window of steps, and the numbers it wants computed.
3. **translation unit** (`codegen.translation_unit.translation_unit`)
   in: the distinct step functions of a network.
   out: one source text, the same between the headers for every backend.
4. **backend** (`backends`)
   in: that text.
   out: `Kernels`, loaded from the disk cache or compiled.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from .codegen.step_function import StepFunction, build_step_function
from .engine.plan import NetworkPlan
from .engine.ports import Port
from .program import Program

__all__ = ["CompiledModels", "generate"]


@dataclass(frozen=True)
class CompiledModels:
    """Step functions of a network.

    Attributes
    ----------
    functions : tuple of StepFunction
        One for each distinct model structure, in the order of the kernels' model numbers.
    of_population : tuple of StepFunction
        The step function of each population, with the numbers that it wants computed.
    number : tuple of int
        The model number of each population.
    """

    functions: tuple[StepFunction, ...]
    of_population: tuple[StepFunction, ...]
    number: tuple[int, ...]


def generate(plan: NetworkPlan, ports: Sequence[tuple[Port, ...]]) -> CompiledModels:
    """Generate the step functions of a network; populations of equal structure share one.

    Names and values make no difference, nor does what is recorded: the function can sample what any of its populations
    records, and each of them says which of that it wants.

    Parameters
    ----------
    plan : NetworkPlan
        The network.
    ports : sequence of tuple of Port
        Ports of each population.

    Returns
    -------
    CompiledModels
    """
    structures: dict[Hashable, list[int]] = {}
    for number, (population, its_ports) in enumerate(zip(plan.populations, ports, strict=True)):
        targets = tuple(port.targets for port in its_ports)
        structures.setdefault((_structure(population.program), targets), []).append(number)
    functions: list[StepFunction] = []
    number_of = [0] * len(plan.populations)
    for members in structures.values():
        program = plan.populations[members[0]].program
        targets = tuple(port.targets for port in ports[members[0]])
        name = _new_name(program, {function.name for function in functions})
        for member in members:
            number_of[member] = len(functions)
        functions.append(build_step_function(program, name, targets, _recorded(plan, members)))
    return CompiledModels(
        tuple(functions), tuple(functions[number] for number in number_of), tuple(number_of)
    )


def _structure(program: Program) -> Hashable:
    """Return all of a program that its text depends on."""
    return (
        program.method,
        program.states,
        program.parameters,
        tuple(sorted(program.constants)),
        program.update,
        program.clamped,
        program.threshold,
        program.reset,
        program.refractory,
        program.second_reset,
        program.events,
        tuple(program.subexpressions.items()),
    )


def _recorded(plan: NetworkPlan, members: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    """Return for each monitor number what the monitors of that number sample in any of some populations."""
    names = [plan.populations[member].name for member in members]
    of_each = [
        [monitor.variables for monitor in plan.monitors if monitor.population == name]
        for name in names
    ]
    return tuple(
        tuple(dict.fromkeys(variable for variables in same for variable in variables))
        for same in zip_longest(*of_each, fillvalue=())
    )


def _new_name(program: Program, taken: set[str]) -> str:
    base = "step_" + re.sub(r"\W", "_", program.name)
    return base if base not in taken else f"{base}_{len(taken)}"
