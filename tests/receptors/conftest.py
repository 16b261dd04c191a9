from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from brian2 import Network, SpikeGeneratorGroup, StateMonitor, Synapses, defaultclock
from brian2.units import Quantity, ms, mV
from clamp import clamped, only_receptor

from dendrify_gpu.compartments import NeuronModel, Place, Soma
from dendrify_gpu.compartments.receptors import ReceptorModel


@pytest.fixture
def raised() -> Callable[..., str]:
    """Call something that must raise, and return the message."""

    def call(
        error: type[Exception], function: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> str:
        with pytest.raises(error) as info:
            function(*args, **kwargs)
        assert type(info.value) is error
        return str(info.value)

    return call


@pytest.fixture
def place() -> Place:
    return Soma("soma").description.place


@pytest.fixture
def after_one_spike() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """Return the time (s) and a variable, by default the current (A), after a spike at time 0.

    Several voltages make several neurons, and one row of values for each.
    """

    def run(
        model: ReceptorModel,
        duration: Quantity,
        *,
        dt: Quantity = 0.05 * ms,
        variable: str | None = None,
        weight: float | Quantity = 1.0,
        voltage: Quantity = -60 * mV,
        params: Mapping[str, Any] | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        defaultclock.dt = dt
        cell = clamped(model)
        cell.add_params(params or {})
        receptor = only_receptor(cell)
        group = cell.make_neurongroup(np.size(voltage), method="rk4")
        group.V_soma = voltage
        setattr(group, receptor.state_variable, weight)
        recorded = variable or receptor.current
        monitor = StateMonitor(group, recorded, record=True)
        Network(group, monitor).run(duration)
        values = np.asarray(getattr(monitor, recorded))
        return np.asarray(monitor.t), values[0] if len(values) == 1 else values

    return run


@pytest.fixture
def driven() -> Callable[..., dict[str, np.ndarray]]:
    """Run one clamped neuron in Brian2 with spikes at given times; return variables over time."""

    def run(
        model: NeuronModel,
        targets: Mapping[str, Sequence[float] | np.ndarray],
        duration: Quantity,
        variables: Sequence[str],
        *,
        weight: float = 1.0,
        method: str = "exponential_euler",
    ) -> dict[str, np.ndarray]:
        group = model.make_neurongroup(1, method=method)
        objects: list[Any] = [group]
        for target, times in targets.items():
            source = SpikeGeneratorGroup(1, np.zeros(len(times), dtype=int), np.asarray(times) * ms)
            synapses = Synapses(source, group, on_pre=f"{target} += {weight}")
            synapses.connect()
            objects += [source, synapses]
        monitor = StateMonitor(group, list(variables), record=True)
        Network(*objects, monitor).run(duration)
        return {name: np.asarray(getattr(monitor, name))[0] for name in variables}

    return run
