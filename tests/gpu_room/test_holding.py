"""What seldom changes is computed only when it changes, and gives the same bits as if it were computed always."""

from __future__ import annotations

import numpy as np
import pytest
from brian2.units import ms, mV, nS, pF
from lane_harness import REAL, apply
from models import active
from test_lane_backends import VARIANTS

from dendrify_gpu.gpu import (
    CpuBackend,
    Model,
    MonitorPlan,
    NetworkPlan,
    PopulationPlan,
    Simulation,
    build_program,
)
from dendrify_gpu.gpu.backends import base
from dendrify_gpu.gpu.codegen.holding import hold
from dendrify_gpu.gpu.codegen.nodes import (
    CLOCK,
    Coefficient,
    Compare,
    Draw,
    Fma,
    Literal,
    Local,
    Multiply,
    Select,
    Subtract,
)
from dendrify_gpu.gpu.codegen.step_function import build_step_function
from dendrify_gpu.gpu.engine import schedule

DT = 1e-4


def test_what_events_and_the_clock_change_is_held() -> None:
    lasts = Compare(">=", Local("_since"), Coefficient(0))
    pulse = Select(lasts, Local("gate"), Literal(0))
    definitions = [("_since", Subtract(Local("start"), Local(CLOCK))), ("_pulse", pulse)]
    result = Fma(Local("V"), Coefficient(1), Multiply(Local("_pulse"), Coefficient(2)))
    split = hold(definitions, [result], frozenset({"start", "gate"}))
    assert split.held == (("_held_0", Multiply(Local("_pulse"), Coefficient(2))),)
    assert split.results == (Fma(Local("V"), Coefficient(1), Local("_held_0")),)
    assert [name for name, _ in split.slow_definitions] == ["_since", "_pulse"]
    assert split.definitions == ()
    assert split.turns == (Subtract(Local("_since"), Coefficient(0)),)


def test_the_clock_itself_is_never_held() -> None:
    since = Subtract(Local("start"), Local(CLOCK))
    split = hold([], [Multiply(since, Coefficient(0))], frozenset({"start"}))
    assert split.held == ()
    assert split.results == (Multiply(since, Coefficient(0)),)


SINCE = Subtract(Local(CLOCK), Local("start"))
UNTIL = Subtract(Local("start"), Local(CLOCK))


@pytest.mark.parametrize(
    ("left", "right", "steps"),
    [
        (Local(CLOCK), Local("start"), UNTIL),
        (Local("start"), Local(CLOCK), UNTIL),
        (SINCE, Coefficient(0), Subtract(Coefficient(0), SINCE)),
        (UNTIL, Coefficient(0), Subtract(UNTIL, Coefficient(0))),
    ],
)
def test_a_comparison_with_the_clock_turns_over_when_both_sides_meet(left, right, steps) -> None:
    split = hold(
        [], [Select(Compare("<", left, right), Literal(1), Literal(0))], frozenset({"start"})
    )
    assert len(split.held) == 1
    assert split.turns == (steps,)


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_turn_of_a_comparison_is_foreseen(variant, precision, tmp_path) -> None:
    """Of whole numbers, of numbers next to them and of any others; in float32 where steps fill its digits."""
    real = REAL[precision]
    rng = np.random.default_rng(6)
    n = 3000
    length = rng.integers(0, 19, n) + rng.choice([0, 0.5, 1e-7, -1e-7, 0.3], n)
    now = np.concatenate([rng.integers(0, 1000, n // 2), rng.integers(2**21, 2**22, n - n // 2)])
    start = (now - rng.integers(0, 25, n) + rng.choice([0, 0, 0.25], n)).astype(real)
    length, now = length.astype(real), now.astype(real)
    # Both ways in which the lowering writes start + length against the clock.
    sides = [(lambda t: start - t, -length), (lambda t: start + length, None)]
    for left, bound in sides:
        distance = left(now) - (now if bound is None else bound)
        bits = apply(
            "to_real(steps_left(x) & isplat(0x3fffff))",
            *(distance, distance),
            precision=precision,
            folder=tmp_path,
            **VARIANTS[variant],
        ).astype(np.int64)
        for compare in (np.less, np.less_equal):
            before = compare(left(now), now if bound is None else bound)
            for step in range(1, 22):
                later = now + real(step)
                after = compare(left(later), later if bound is None else bound)
                assert np.all((bits >> step & 1)[after != before] == 1)
                before = after
    assert np.all(bits[distance < -1] == 0)
    assert len(np.unique(bits)) > 20


def test_random_numbers_and_fast_states_are_not_held() -> None:
    results = [
        Multiply(Draw("normal", 0), Local("gate")),
        Multiply(Local("V"), Local("gate")),
    ]
    split = hold([], results, frozenset({"gate"}))
    assert split.held == ()
    assert list(split.results) == results


def test_a_state_that_synapses_write_is_not_slow() -> None:
    program = build_program(active(), DT, ["gate"])
    alone = build_step_function(program, "f").source
    reached = build_step_function(program, "f", (("gate",),)).source
    assert "_held_0" in alone
    assert alone.count("_held_") > reached.count("_held_")


def cells() -> Model:
    """Return a cell whose pulses begin with events, overlap, and end at steps that are not whole numbers."""
    return Model(
        """
        dV/dt = (gL*(EL - V) + I_ext + rise*(50*mV - V) + fall*(-80*mV - V)) / C : volt
        rise = 12*nS*int(t_in_timesteps <= start + length)*gate : siemens
        fall = 9*nS*int(t_in_timesteps >= start + 2.5)*int(t_in_timesteps <= start + 20)*gate : siemens
        I_ext : amp
        length : 1
        start : 1
        gate : 1
        """,
        {"gL": 1 * nS, "EL": -65 * mV, "C": 20 * pF},
        threshold="V > -35*mV",
        reset="V = -50*mV",
        refractory=3 * ms,
        events={"pulse": "V >= -48*mV and t_in_timesteps >= start + 37*gate"},
        event_actions={"pulse": "start = t_in_timesteps; gate = 1"},
        name="cells",
    )


def outcome(window: int, held: bool, precision: int, monkeypatch, tmp_path) -> tuple:
    monkeypatch.setattr(schedule, "LONGEST_WINDOW", window)
    if not held:
        folder = tmp_path / "headers"
        if not folder.exists():
            folder.mkdir()
            for path in base.header_folder().glob("*.h"):
                text = path.read_text().replace("#define HOLDS true", "#define HOLDS false")
                (folder / path.name).write_text(text)
        monkeypatch.setattr("dendrify_gpu.gpu.backends.cxx.header_folder", lambda: folder)
        monkeypatch.setattr(
            "dendrify_gpu.gpu.backends.cxx.header_text",
            lambda: "".join(path.read_text() for path in sorted(folder.glob("*.h"))),
        )
    n = 150
    rng = np.random.default_rng(4)
    initial = {
        "V": -65e-3,
        "I_ext": rng.uniform(10e-12, 40e-12, n),
        "length": rng.uniform(3, 15, n),
        "start": -1000.0,
    }
    plan = NetworkPlan(
        DT,
        precision,
        1,
        (PopulationPlan("cells", build_program(cells(), DT), n, initial),),
        monitors=(MonitorPlan("trace", "cells", ("V",), np.arange(n), 1),),
    )
    simulation = Simulation(plan, CpuBackend(1))
    simulation.run(2000)
    indices, steps = simulation.spikes.of(0, n)
    return simulation.samples("trace").values.tobytes(), indices.tobytes(), steps.tobytes()


@pytest.mark.parametrize("precision", [32, 64])
def test_held_values_are_those_of_every_step(precision, monkeypatch, tmp_path) -> None:
    with monkeypatch.context() as patch:
        always = outcome(16, False, precision, patch, tmp_path)
    assert len(always[1]) > 8 * 100
    for window in (1, 5, 16):
        with monkeypatch.context() as patch:
            assert outcome(window, True, precision, patch, tmp_path) == always
