"""A run cut into pieces does what Brian2 does in one: nothing at a cut happens twice, or not at all."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2.units import ms, second, volt

import dendrify_gpu as dg

EQUATIONS = """dv/dt = slope : volt
slope : volt/second
dw/dt = -w/(3*ms) : 1
resets : 1
seconds : 1
happened : 1"""
RULES: dict[str, Any] = {
    "threshold": "v > 0.45*mV",
    "reset": "v = 0*mV; resets += 1; w += 1",
    "refractory": 0.3 * ms,
}
SECOND_RESET = "v -= 0.1*mV; seconds += 1"
ACTION = "happened += 1; w += 0.25"
SLOPES = np.array([0.9, 1.0, 1.7]) * volt / second
COUNTS = ("resets", "seconds", "happened", "w", "v")


def reference() -> dict[str, np.ndarray]:
    group = brian2.NeuronGroup(
        3, EQUATIONS, method="euler", events={"high": "v > 0.25*mV"}, **RULES
    )
    group.run_on_event("high", ACTION)
    group.slope = SLOPES
    again = brian2.Synapses(group, group, on_pre=SECOND_RESET, delay=0.2 * ms)
    again.connect(j="i")
    kick = brian2.Synapses(group, group, on_pre="w_post += 0.5", delay=0.1 * ms)
    kick.connect(j="(i + 1) % 3")
    brian2.Network(group, again, kick).run(5 * ms, namespace={})
    return {name: np.asarray(getattr(group, name)) for name in COUNTS}


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("pieces", [[50], [1] * 50, [5, 1, 4, 7, 33], [2, 3] * 10])
def test_counts_are_those_of_one_run(pieces: list[int], precision: str) -> None:
    net = dg.Network(dt=0.1 * ms, backend="cpu", precision=precision)
    cells = net.population(
        EQUATIONS,
        3,
        events={"high": "v > 0.25*mV"},
        event_actions={"high": ACTION},
        second_reset=SECOND_RESET,
        spike_width=0.2 * ms,
        **RULES,
    )
    cells.slope = SLOPES
    net.connect(cells, cells, "w", i=[0, 1, 2], j=[1, 2, 0], weight=0.5, delay=0.1 * ms)
    for steps in pieces:
        net.run(steps * 0.1 * ms, progress=False)
    expected = reference()
    assert expected["resets"].min() > 5
    tolerance = 1e-12 if precision == "float64" else 1e-6
    for name, values in expected.items():
        assert np.asarray(getattr(cells, name)) == pytest.approx(
            values, rel=tolerance, abs=tolerance
        ), name


def test_what_is_set_between_runs_is_not_undone_by_the_last_reset() -> None:
    net = dg.Network(dt=0.1 * ms, backend="cpu", precision="float64")
    cells = net.population(
        "dv/dt = 1*volt/second : volt", 1, threshold="v > 0.45*mV", reset="v = 0*mV"
    )
    net.run(0.5 * ms, progress=False)
    assert cells.v[0] == 0 * volt
    cells.v = -3e-3 * volt
    net.run(0.1 * ms, progress=False)
    assert float(cells.v[0]) == pytest.approx(-2.9e-3)
