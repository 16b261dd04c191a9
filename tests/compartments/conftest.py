from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import brian2
import pytest
from brian2 import defaultclock, second
from brian2.units import ms, mV, nS, pF

from dendrify_gpu.compartments import Dendrite, NeuronModel, Soma, defaults


@pytest.fixture(autouse=True)
def clean_brian() -> Iterator[None]:
    """Every test starts with dt = 0.1 ms, the numpy target and the original default parameters."""
    target, dt = brian2.prefs.codegen.target, float(defaultclock.dt / second) * second
    known = defaults.default_params()
    brian2.prefs.codegen.target = "numpy"
    defaultclock.dt = 0.1 * ms
    brian2.start_scope()
    yield
    brian2.prefs.codegen.target = target
    defaultclock.dt = dt
    defaults._defaults.clear()
    defaults._defaults.update(known)


@pytest.fixture
def soma() -> Soma:
    return Soma("soma", cm_abs=200 * pF, gl_abs=10 * nS, v_rest=-60 * mV)


@pytest.fixture
def dend() -> Dendrite:
    return Dendrite("dend", cm_abs=50 * pF, gl_abs=2.5 * nS, v_rest=-60 * mV)


@pytest.fixture
def pair(soma: Soma, dend: Dendrite) -> NeuronModel:
    return NeuronModel([(soma, dend, 15 * nS)])


@pytest.fixture
def full_dspike() -> dict[str, Any]:
    return {
        "threshold": -40 * mV,
        "g_rise": 20 * nS,
        "g_fall": 10 * nS,
        "duration_rise": 1.2 * ms,
        "duration_fall": 2.4 * ms,
        "reversal_rise": "E_Na",
        "reversal_fall": "E_K",
        "offset_fall": 0.2 * ms,
        "refractory": 5 * ms,
    }


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
