"""The playground: its model beside Brian2, and its window driven as a user drives it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from brian2 import EventMonitor, Network, StateMonitor
from brian2.units import ms, mV, nS, pA, pF
from matplotlib.axes import Axes
from matplotlib.backend_bases import MouseButton, MouseEvent

from dendrify_gpu.compartments import UnitsError
from dendrify_gpu.errors import NetworkError
from dendrify_gpu.playground import Playground
from dendrify_gpu.playground_model import DEFAULTS, PlaygroundModel, UnknownSettingError
from dendrify_gpu.playground_panel import BOX_UNITS, Panel


@pytest.fixture(scope="module", autouse=True)
def settings_stay() -> Iterator[None]:
    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    assert dict(mpl.rcParams) == before


@pytest.fixture(scope="module")
def window() -> Panel:
    playground = Playground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plt, "show", lambda: None)
        playground.run()
    assert playground.panel is not None
    return playground.panel


@pytest.fixture
def panel(window: Panel) -> Panel:
    """Give a window with all controls where they started; opening one takes a second."""
    window.reset()
    return window


def click(panel: Panel, axes: Axes, x: float, y: float = 0.5) -> None:
    """Press and release the mouse in some axes."""
    panel.figure.canvas.draw()
    place = axes.transAxes.transform((x, y))
    for kind in ("button_press_event", "button_release_event"):
        event = MouseEvent(kind, panel.figure.canvas, *place, MouseButton.LEFT)
        panel.figure.canvas.callbacks.process(kind, event)


# ----------------------------------------------------------------------- model


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"current": 180 * pA, "refractory": 0 * ms},
        {"duration_rise": 15 * ms, "offset_fall": 0 * ms, "duration_fall": 0.5 * ms},
        {"reversal_rise": 136 * mV, "g_fall": 0 * nS, "before": 0 * ms, "after": 0 * ms},
        {"EL": 0, "threshold": 10 * mV, "C": 60 * pF, "dt": 0.05 * ms},
    ],
)
def test_it_does_what_brian2_does(settings: dict[str, Any]) -> None:
    model = PlaygroundModel(**settings)
    ours = model.run()

    own = model.settings
    group = model.neuron().make_neurongroup(1, method="euler", dt=own["dt"])
    variables = ["V_dend", "I_ext_dend", "I_rise_d_dend", "I_fall_d_dend"]
    monitor = StateMonitor(group, variables, record=True)
    events = EventMonitor(group, "spike_d_dend")
    net = Network(group, monitor, events)
    for name, current in (("before", 0 * pA), ("during", own["current"]), ("after", 0 * pA)):
        group.I_ext_dend = current
        if own[name] > 0 * ms:
            net.run(own[name])

    assert np.allclose(ours.t / ms, monitor.t / ms, rtol=0, atol=1e-9)
    for mine, name in zip((ours.V, ours.I_ext, ours.I_rise, ours.I_fall), variables, strict=True):
        theirs = np.asarray(getattr(monitor, name)[0])
        scale = np.abs(theirs).max() + 1e-30
        assert np.abs(np.asarray(mine) - theirs).max() / scale < 1e-10, name
    # Brian2 records the spike of the very last step; here it would act after the end.
    last = float(model.duration / own["dt"]) - 0.5
    steps = np.asarray(events.t / own["dt"])
    assert np.allclose(ours.spikes / own["dt"], steps[steps < last - 0.9], rtol=0, atol=1e-6)
    assert len(ours.spikes) > 1


def test_no_step_of_a_box_is_lost_to_rounding() -> None:
    # 15 ms are 150 steps, which a comparison of times in floating point does not always give.
    traces = PlaygroundModel(
        duration_rise=15 * ms, duration_fall=0 * ms, g_fall=0 * nS, refractory=60 * ms
    ).run()
    assert len(traces.spikes) == 2
    assert np.count_nonzero(np.asarray(traces.I_rise)) == 300


def test_defaults_are_the_published_ones() -> None:
    model = PlaygroundModel()
    assert dict(model.settings) == dict(DEFAULTS)
    traces = model.run()
    assert len(traces.t) == 1550
    assert np.count_nonzero(np.asarray(traces.I_ext) == 120e-12) == 1000
    assert traces.I_ext[50] == 120 * pA
    assert traces.I_ext[49] == 0 * pA


def test_a_change_leaves_the_rest_and_the_old_model() -> None:
    old = PlaygroundModel(C=60 * pF)
    new = old.changed(gL=4 * nS)
    assert (new.settings["C"], new.settings["gL"]) == (60 * pF, 4 * nS)
    assert old.settings["gL"] == 3 * nS


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (
            {"g_ris": 1 * nS},
            UnknownSettingError,
            "playground: there is no 'g_ris'. Did you mean 'g_rise'",
        ),
        ({"C": 0 * pF}, UnitsError, "playground: C = 0. F must be larger than zero. Write for"),
        ({"gL": -1 * nS}, UnitsError, "playground: gL = -1. nS must be zero or larger. Write for"),
        ({"EL": 3 * ms}, UnitsError, "playground: EL needs in V and was given 3. * msecond"),
        ({"EL": "x"}, UnitsError, "playground: EL was given the text 'x'."),
        ({"C": [1, 2] * pF}, UnitsError, "playground: C was given an array of shape (2,) in F"),
        ({"after": np.nan * ms}, UnitsError, "every value must be finite"),
        ({"during": 0.05 * ms}, UnitsError, "during = 50. us is shorter than a time step, dt = "),
    ],
)
def test_wrong_settings_are_refused_when_given(
    settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as info:
        PlaygroundModel(**settings)
    assert type(info.value) is error
    assert message in str(info.value)


def test_an_unknown_setting_is_a_key_error_that_reads_well() -> None:
    assert issubclass(UnknownSettingError, KeyError)
    assert issubclass(UnknownSettingError, NetworkError)
    with pytest.raises(KeyError) as info:
        PlaygroundModel(x=1)
    assert str(info.value).startswith("playground: there is no 'x'.")


# --------------------------------------------------------------------- sliders


def shown(panel: Panel, name: str = "V") -> np.ndarray:
    return np.asarray(panel.lines[name].get_ydata())


def expected(**settings: Any) -> np.ndarray:
    return np.asarray(PlaygroundModel(**settings).run().V / mV)


def test_the_window_shows_the_model(panel: Panel) -> None:
    assert np.array_equal(shown(panel), expected())
    assert panel.voltage_axes.get_title(loc="left") == "5 dendritic spikes"
    assert panel.voltage_axes.get_xlim() == pytest.approx((0, 155))
    low, high = panel.voltage_axes.get_ylim()
    assert low < shown(panel).min() < shown(panel).max() < high
    assert panel.threshold.get_ydata() == [-40, -40]
    assert [b.text for b in panel.boxes.values()] == ["80", "3", "-70", "-89", "5", "100", "50"]
    panel.figure.canvas.draw()


@pytest.mark.parametrize(
    ("name", "position", "value"),
    [
        ("current", 150, 150 * pA),
        ("threshold", -50, -50 * mV),
        ("g_rise", 30, 30 * nS),
        ("g_fall", 10, 10 * nS),
        ("duration_rise", 1, 1 * ms),
        ("duration_fall", 5, 5 * ms),
        ("offset_fall", 3, 3 * ms),
        ("refractory", 20, 20 * ms),
        ("reversal_rise", 136, 136 * mV),
    ],
)
def test_a_slider_changes_what_is_shown(
    panel: Panel, name: str, position: float, value: Any
) -> None:
    before = shown(panel)
    panel.sliders[name].set_val(position)
    assert float(panel.model.settings[name]) == pytest.approx(float(value))
    assert np.array_equal(shown(panel), expected(**{name: panel.model.settings[name]}))
    assert not np.array_equal(shown(panel), before)


@pytest.mark.parametrize(
    ("name", "x", "position"),
    [("current", 0.903, 180), ("threshold", 0.304, -48.5), ("reversal_rise", 0.8, 136)],
)
def test_sliders_answer_to_the_mouse_in_steps(
    panel: Panel, name: str, x: float, position: float
) -> None:
    click(panel, panel.sliders[name].ax, x)
    unit = pA if name == "current" else mV
    assert float(panel.model.settings[name] / unit) == pytest.approx(position)


def test_moving_a_slider_compiles_nothing(panel: Panel) -> None:
    cache = Path(os.environ["DENDRIFY_GPU_CACHE"])
    compiled = {path: path.stat().st_mtime_ns for path in cache.rglob("*") if path.is_file()}
    assert compiled
    for position in (10, 15, 25):
        panel.sliders["g_rise"].set_val(position)
    assert {p: p.stat().st_mtime_ns for p in cache.rglob("*") if p.is_file()} == compiled


def test_a_passive_course_counts_no_spikes(panel: Panel) -> None:
    panel.sliders["current"].set_val(20)
    assert panel.voltage_axes.get_title(loc="left") == "0 dendritic spikes"
    panel.sliders["current"].set_val(94)
    assert panel.voltage_axes.get_title(loc="left") == "1 dendritic spike"


# ----------------------------------------------------------------------- boxes


def test_a_box_changes_what_is_shown(panel: Panel) -> None:
    for name, text in (("C", "60"), ("gL", "4"), ("EL", "-65"), ("reversal_fall", "-80")):
        panel.boxes[name].set_val(text)
        assert float(panel.model.settings[name] / BOX_UNITS[name]) == pytest.approx(float(text))
    panel.boxes["after"].set_val("10")
    assert panel.voltage_axes.get_xlim() == pytest.approx((0, 115))
    changed = {"C": 60 * pF, "gL": 4 * nS, "EL": -65 * mV, "reversal_fall": -80 * mV}
    assert np.allclose(shown(panel), expected(**changed, after=10 * ms), rtol=1e-12)
    assert panel.message.get_text() == ""


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("C", "abc", "C: 'abc' is not a number."),
        ("C", "-4", "playground: C = -4. pF must be larger than zero."),
        ("during", "nan", "every value must be finite"),
        ("C", "1e-6", "V_dend of neuron 0 became infinite or not a number"),
    ],
)
def test_a_wrong_entry_is_explained_and_taken_back(
    panel: Panel, name: str, text: str, message: str
) -> None:
    before, was = shown(panel), panel.boxes[name].text
    panel.boxes[name].set_val(text)
    assert message in panel.message.get_text()
    assert panel.boxes[name].text == was
    assert np.array_equal(shown(panel), before)
    panel.sliders["g_rise"].set_val(22)
    assert panel.message.get_text() == ""


def test_leaving_a_box_unchanged_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plt, "show", lambda: None)
    times: list[float] = []
    playground = Playground()
    monkeypatch.setattr("dendrify_gpu.playground._print_seconds", times.append)
    playground.run(timeit=True)
    assert playground.panel is not None
    playground.panel.boxes["C"].set_val("80")
    assert len(times) == 1


# ----------------------------------------------------------------------- reset


def test_reset_brings_everything_back_in_one_run(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.sliders["g_rise"].set_val(30)
    panel.sliders["current"].set_val(180)
    panel.boxes["C"].set_val("50")
    runs = []
    run = PlaygroundModel.run
    monkeypatch.setattr(PlaygroundModel, "run", lambda model: runs.append(model) or run(model))
    click(panel, panel.reset_button.ax, 0.5)
    assert len(runs) == 1
    assert dict(panel.model.settings) == dict(DEFAULTS)
    assert panel.sliders["g_rise"].val == 20
    assert panel.boxes["C"].text == "80"
    assert np.array_equal(shown(panel), expected())


# ------------------------------------------------------------------ Playground


def test_settings_hold_from_the_next_run_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shows: list[bool] = []
    monkeypatch.setattr(plt, "show", lambda: shows.append(True))
    playground = Playground()
    playground.set_model_params({"C": 60 * pF, "reversal_fall": -95 * mV})
    playground.set_slider_params({"current": [0, 400, 150, 5, pA], "g_rise": (5, 50, 30, 5, nS)})
    assert playground.run(timeit=True) is None
    assert shows == [True]
    panel = playground.panel
    assert panel is not None
    assert panel.sliders["current"].valmax == 400
    changed = {"C": 60 * pF, "reversal_fall": -95 * mV, "current": 150 * pA, "g_rise": 30 * nS}
    assert np.array_equal(shown(panel), expected(**changed))
    assert panel.boxes["C"].text == "60"
    panel.sliders["current"].set_val(200)
    printed = capsys.readouterr().out.split("\n")
    assert len(printed) == 3
    assert all(line.endswith(" ms") and int(line.split()[0]) >= 0 for line in printed[:2])
    assert playground.model_params["C"] == 60 * pF


def test_what_can_be_set_can_be_read() -> None:
    playground = Playground()
    assert list(playground.model_params) == ["C", "gL", "EL", "reversal_fall"]
    assert playground.slider_params["threshold"] == [-70, 0, -40, 0.5, mV]
    assert playground.slider_params["reversal_rise"] == [70, 136, 70, (70, 136), mV]
    playground.set_slider_params(playground.slider_params)


def test_unknown_names_are_refused_with_those_that_exist() -> None:
    playground = Playground()
    with pytest.raises(UnknownSettingError) as info:
        playground.set_model_params({"CC": 1 * pF})
    assert str(info.value) == (
        "set_model_params: there is no 'CC'. Did you mean 'C'? It has: C, EL, gL, reversal_fall."
    )
    with pytest.raises(KeyError, match=r"set_slider_params: there is no 'g_ris'. Did you mean 'g_"):
        playground.set_slider_params({"g_ris": [0, 1, 0.5, 0.1, nS]})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([1, 2], "g_rise = [1, 2] is no range. Give [lowest, highest, initial, step, unit]"),
        (None, "g_rise = None is no range."),
        ([0, 10, 5, 1, "nS"], "is no range."),
        ([0, 1, 2, 0.1, nS], "it does not go up, or a value is outside."),
        ([3, 1, 2, 0.1, nS], "it does not go up, or a value is outside."),
        ([0, 10, 5, (0, 20), nS], "it does not go up, or a value is outside."),
        ([0, np.nan, 5, 1, nS], "it does not go up, or a value is outside."),
        ([0, 10, 5, 0, nS], "its step must be larger than zero."),
        (["a", 10, 5, 1, nS], "its first four must be numbers without unit."),
        ([0, 10, 5, 1, pA], "playground: g_rise needs in S and was given 0. * amp"),
        ([-3, 1, 0, 0.1, nS], "playground: g_rise = -3. nS must be zero or larger."),
    ],
)
def test_wrong_ranges_are_refused(given: Any, message: str) -> None:
    playground = Playground()
    before = playground.slider_params
    with pytest.raises(UnitsError) as info:
        playground.set_slider_params({"current": [0, 100, 50, 1, pA], "g_rise": given})
    assert message in str(info.value)
    assert playground.slider_params == before
