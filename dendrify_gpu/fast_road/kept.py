"""A simulation that outlives a run, and whether it can serve the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import sympy

from ..gpu import Backend, NetworkPlan, Program, Samples, Simulation, SpikeLog
from .projections import Wires

__all__ = ["Kept"]


@dataclass(eq=False)
class Kept:
    """What is kept of a network between runs.

    Attributes
    ----------
    wires : dict of str to Wires
        Synapses of pathways in the order of the core.
    simulation : Simulation or None
    rates : dict of str to ndarray
        Rates of Poisson groups in the last run.
    simulations : int
        Simulations made so far.
    """

    wires: dict[str, Wires] = field(default_factory=dict)
    simulation: Simulation | None = None
    rates: dict[str, np.ndarray] = field(default_factory=dict)
    simulations: int = 0

    def simulation_of(self, plan: NetworkPlan, backend: Backend) -> Simulation:
        """Return a simulation of a plan, with nothing recorded; values of neurons may be older ones.

        Parameters
        ----------
        plan : NetworkPlan
        backend : Backend

        Returns
        -------
        Simulation
        """
        simulation = self.simulation
        if (
            simulation is None
            or simulation.backend is not backend
            or not _fits(simulation.plan, plan)
        ):
            # The old one makes room before the new one takes its memory.
            self.simulation = simulation = None
            simulation = Simulation(plan, backend)
            self.simulation = simulation
            self.rates = {}
            self.simulations += 1
        recorded = None
        if plan.spikes is not None:
            recorded = [simulation.source_range(name) for name in plan.spikes]
        simulation.spikes = SpikeLog(recorded)
        for monitors in simulation.monitors.values():
            monitors.samples = [Samples(item, plan.dt) for item in monitors.plans]
        return simulation


def _fits(old: NetworkPlan, new: NetworkPlan) -> bool:
    """Return whether plans differ only in values of neurons, and in a seed that nothing uses."""
    if (old.dt, old.precision, old.spikes) != (new.dt, new.precision, new.spikes):
        return False
    if old.seed != new.seed and _draws(new):
        return False
    pairs = list(zip(old.populations, new.populations, strict=False))
    return (
        len(old.populations) == len(new.populations)
        and all(
            (a.name, a.n) == (b.name, b.n) and _same_model(a.program, b.program) for a, b in pairs
        )
        and _all_equal(old.poisson, new.poisson, {"rate"})
        and _all_equal(old.generators, new.generators)
        and _all_equal(old.projections, new.projections)
        and _all_equal(old.monitors, new.monitors)
    )


def _draws(plan: NetworkPlan) -> bool:
    if plan.poisson:
        return True
    for population in plan.populations:
        program = population.program
        blocks = (program.update, program.reset)
        values = [item.value for block in blocks for item in block]
        values += [value for value in (program.threshold,) if value is not None]
        if program.refractory is not None:
            values.append(program.refractory.expression)
        if any(str(symbol).startswith("xi") for value in values for symbol in value.free_symbols):
            return True
        calls = {call.func.__name__ for value in values for call in value.atoms(sympy.Function)}
        if calls & {"rand", "randn", "poisson", "binomial"}:
            return True
    return False


def _same_model(old: Program, new: Program) -> bool:
    if old is new:
        return True
    same_names = old.constants.keys() == new.constants.keys()
    return same_names and replace(old, constants={}) == replace(new, constants={})


def _all_equal(old: Sequence[Any], new: Sequence[Any], but: set[str] | None = None) -> bool:
    return len(old) == len(new) and all(
        type(a) is type(b)
        and all(
            _equal(getattr(a, item.name), getattr(b, item.name))
            for item in fields(a)
            if item.name not in (but or ())
        )
        for a, b in zip(old, new, strict=True)
    )


def _equal(old: Any, new: Any) -> bool:
    if isinstance(old, np.ndarray) or isinstance(new, np.ndarray):
        return old is new or (np.shape(old) == np.shape(new) and np.array_equal(old, new))
    return bool(old == new)
