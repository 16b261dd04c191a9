"""States, parameters and refractoriness between Brian2's arrays and the core's memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from brian2.groups.neurongroup import NeuronGroup

from ..gpu import PopulationMemory
from .neurons import Neurons
from .reason import Reason

__all__ = ["take_over", "value_reasons", "write_back"]

#: Bit of the core's flags that says that a neuron is not refractory, where a condition decides: the one after that
#: of its spikes.
_NOT_REFRACTORY = 1

#: A spike this many steps ago is as good as none.
_LONG_AGO = 2.0**29


def value_reasons(neurons: Neurons, step: int) -> list[Reason]:
    """Return which values of a group the core cannot start from.

    Parameters
    ----------
    neurons : Neurons
    step : int
        The next step.

    Returns
    -------
    list of Reason
    """
    names = (*neurons.program.state_names, *neurons.program.parameter_names)
    if neurons.program.refractory is not None:
        names = (*names, "lastspike")
    for name in names:
        if not np.all(np.isfinite(_array(neurons.group, name))):
            return [Reason(neurons.name, f"has values of {name!r} that are not finite")]
    refractory = neurons.program.refractory is not None
    if refractory and np.any(_steps_of_last_spikes(neurons.group, step) >= step):
        feature = "has last spikes that are later than the beginning of the run"
        return [Reason(neurons.name, feature)]
    return []


def take_over(neurons: Neurons, memory: PopulationMemory, step: int) -> None:
    """Let the core's memory hold what Brian2's arrays hold before a step.

    Parameters
    ----------
    neurons : Neurons
    memory : PopulationMemory
    step : int
        The next step.
    """
    program, n = neurons.program, memory.n
    for name, value in program.constants.items():
        if memory.constants[name] != value:
            memory.set_constant(name, value)
    for name in program.parameter_names:
        values = _values(neurons.group, name)
        if not np.array_equal(np.broadcast_to(memory.parameters[name], (n,)), values):
            memory.write(name, values)
    states = memory.state.read()
    for number, name in enumerate(program.state_names):
        values = _values(neurons.group, name)
        states[number, :n] = values
        # Room for whole vectors must hold what cannot become infinite.
        states[number, n:] = values[-1]
    memory.state.write(states)
    last_spike, flags = memory.last_spike.read(), memory.flags.read()
    last_spike[:] = step - _LONG_AGO
    flags[:] = 0
    if program.refractory is not None:
        last_spike[:n] = _steps_of_last_spikes(neurons.group, step)
        if program.refractory.kind == "condition":
            free = np.asarray(neurons.group.variables["not_refractory"].get_value())
            flags[0, :n] = free.astype(flags.dtype) << _NOT_REFRACTORY
    memory.last_spike.write(last_spike)
    memory.flags.write(flags)


def write_back(neurons: Neurons, memory: PopulationMemory, begin: int, end: int) -> np.ndarray:
    """Let Brian2's arrays hold what the core's memory holds after a run.

    Parameters
    ----------
    neurons : Neurons
    memory : PopulationMemory
    begin, end : int
        The run had the steps [begin, end).

    Returns
    -------
    ndarray of int
        The neurons that have spiked in the last step.
    """
    group, program, n = neurons.group, neurons.program, memory.n
    states = memory.state.read()
    for number, name in enumerate(program.state_names):
        _array(group, name)[:] = states[number, :n]
    last_spike = memory.last_spike.read()[:n].astype(np.int64)
    spiked = last_spike == end - 1
    if program.refractory is not None:
        ran = last_spike >= begin
        _array(group, "lastspike")[ran] = last_spike[ran] * float(group.clock.dt_)
        free = _array(group, "not_refractory")
        if program.refractory.kind == "condition":
            free[:] = (memory.flags.read()[0, :n] >> _NOT_REFRACTORY) & 1
        else:
            free[:] = (end - 1 - last_spike >= _refractory_steps(neurons)) & ~spiked
    return np.flatnonzero(spiked) if program.threshold is not None else np.zeros(0, np.int64)


def _array(group: NeuronGroup, name: str) -> np.ndarray:
    return np.asarray(group.variables[name].get_value())


def _values(group: NeuronGroup, name: str) -> np.ndarray:
    return np.array(_array(group, name), dtype=np.float64)


def _steps_of_last_spikes(group: NeuronGroup, step: int) -> np.ndarray:
    """Return the steps of last spikes, as ``timestep(t - lastspike, dt)`` sees them."""
    dt = float(group.clock.dt_)
    ago = np.trunc((step * dt - _array(group, "lastspike") + 1e-3 * dt) / dt)
    return step - np.clip(ago, -_LONG_AGO, _LONG_AGO).astype(np.int64)


def _refractory_steps(neurons: Neurons) -> Any:
    """Return the number of steps that each neuron is refractory."""
    program = neurons.program
    assert program.refractory is not None
    expression = program.refractory.expression
    values: dict[str, Any] = {
        **program.constants,
        **{name: _values(neurons.group, name) for name in program.parameter_names},
    }
    symbols = sorted(expression.free_symbols, key=str)
    compute = sympy.lambdify(symbols, expression, "numpy")
    return compute(*(values[str(symbol)] for symbol in symbols))
