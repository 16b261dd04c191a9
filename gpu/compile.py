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
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .codegen.step_function import StepFunction, build_step_function
from .engine.plan import NetworkPlan
from .engine.ports import Port

__all__ = ["CompiledModels", "generate"]

_NAME = "step_MODEL"


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
    distinct: dict[str, StepFunction] = {}
    own: list[StepFunction] = []
    for population, its_ports in zip(plan.populations, ports, strict=True):
        recorded = tuple(
            monitor.variables for monitor in plan.monitors if monitor.population == population.name
        )
        targets = tuple(port.targets for port in its_ports)
        function = build_step_function(population.program, _NAME, targets, recorded)
        if function.source not in distinct:
            base = "step_" + re.sub(r"\W", "_", population.program.name)
            taken = {item.name for item in distinct.values()}
            name = base if base not in taken else f"{base}_{len(distinct)}"
            renamed = replace(function, name=name, source=function.source.replace(_NAME, name))
            distinct[function.source] = renamed
        own.append(function)
    order = list(distinct)
    return CompiledModels(
        tuple(distinct.values()),
        tuple(own),
        tuple(order.index(function.source) for function in own),
    )
