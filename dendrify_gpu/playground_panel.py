"""The figure of the playground: traces, sliders, text boxes and a reset button."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from brian2.units import ms, mV, nS, pA, pF
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.widgets import Button, Slider, TextBox

from .compartments import UnitsError
from .errors import NetworkError, SimulationError
from .playground_model import PlaygroundModel, PlaygroundTraces

__all__ = ["BOX_UNITS", "Panel", "SliderRange"]

#: What is typed into a box, in which unit.
BOX_UNITS: Mapping[str, Any] = {
    "C": pF,
    "gL": nS,
    "EL": mV,
    "reversal_fall": mV,
    "before": ms,
    "during": ms,
    "after": ms,
}

_CURRENTS = {"I_ext": "0.5", "I_rise": "#A7361C", "I_fall": "#4C6C92"}


@dataclass(frozen=True)
class SliderRange:
    """What a slider ranges over.

    Attributes
    ----------
    lowest, highest, initial : float
        Ends and first position, in `unit`.
    step : float or tuple of float
        Distance between positions, or all positions.
    unit : Quantity
        The unit.
    """

    lowest: float
    highest: float
    initial: float
    step: float | tuple[float, ...]
    unit: Any


class Panel:
    """A figure in which every change of a control repeats the experiment.

    Parameters
    ----------
    model : PlaygroundModel
        What it starts with; the sliders' settings are replaced by their first positions.
    ranges : mapping of str to SliderRange
        The sliders, by the setting that they move.
    report : callable, optional
        Called after every change with the seconds that it took. Default: nothing is.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    sliders, boxes : dict
        The controls, by setting.
    reset_button : matplotlib.widgets.Button
        Brings all controls back to where they started.
    model : PlaygroundModel
        What is shown.
    message : matplotlib.text.Text
        What was wrong with the last change; empty if nothing was.
    """

    def __init__(
        self,
        model: PlaygroundModel,
        ranges: Mapping[str, SliderRange],
        report: Callable[[float], None] | None = None,
    ) -> None:
        first = {name: item.initial * item.unit for name, item in ranges.items()}
        self._start = model.changed(**first)
        self._ranges = ranges
        self._report = report
        self.model = self._start
        self.figure: Figure = plt.figure(figsize=(10, 7.5))
        grid = {"left": 0.08, "right": 0.75, "bottom": 0.42, "top": 0.93, "hspace": 0.22}
        self.voltage_axes, self.current_axes = self.figure.subplots(
            2, 1, sharex=True, height_ratios=(3, 2), gridspec_kw=grid
        )
        self.lines = _lines(self.voltage_axes, self.current_axes)
        self.threshold: Line2D = self.voltage_axes.axhline(color="0.7", linestyle="--", zorder=0)
        self.message = self.figure.text(0.08, 0.01, "", color="#A7361C", wrap=True)
        self.sliders = {name: self._slider(k, name) for k, name in enumerate(ranges)}
        self.boxes = {name: self._box(k, name) for k, name in enumerate(BOX_UNITS)}
        self.reset_button = Button(self.figure.add_axes((0.84, 0.06, 0.12, 0.05)), "Reset")
        self.reset_button.on_clicked(lambda _: self.reset())
        self._run(self._start)

    # ----------------------------------------------------------------- controls

    def _slider(self, k: int, name: str) -> Slider:
        item = self._ranges[name]
        column, row = divmod(k, -(-len(self._ranges) // 2))
        axes = self.figure.add_axes((0.15 + 0.38 * column, 0.31 - 0.06 * row, 0.17, 0.03))
        slider = Slider(
            axes,
            name,
            item.lowest,
            item.highest,
            valinit=item.initial,
            valstep=np.array(item.step) if isinstance(item.step, tuple) else item.step,
            valfmt=f"%g {item.unit}",
        )
        slider.on_changed(lambda position: self._change(**{name: position * item.unit}))
        return slider

    def _box(self, k: int, name: str) -> TextBox:
        axes = self.figure.add_axes((0.9, 0.88 - 0.065 * k, 0.07, 0.045))
        box = TextBox(axes, f"{name} ({BOX_UNITS[name]}) ", initial=self._typed(name))
        box.on_submit(lambda text: self._enter(name, text))
        return box

    def _typed(self, name: str) -> str:
        """Return the text of a box that says what a setting is."""
        return f"{float(self.model.settings[name] / BOX_UNITS[name]):g}"

    def _enter(self, name: str, text: str) -> None:
        if text == self._typed(name):
            return
        try:
            number = float(text)
        except ValueError:
            self._complain(f"{name}: {text!r} is not a number.")
        else:
            self._change(**{name: number * BOX_UNITS[name]})
        self._write(name)

    def _write(self, name: str) -> None:
        """Let a box say what holds; a value that was refused goes."""
        box = self.boxes[name]
        box.eventson = False
        box.set_val(self._typed(name))
        box.eventson = True

    def reset(self) -> None:
        """Bring all controls back to where they started, and run once."""
        for slider in self.sliders.values():
            slider.eventson = False
            slider.reset()
            slider.eventson = True
        self._change(**self._start.settings)
        for name in self.boxes:
            self._write(name)

    # -------------------------------------------------------------------- runs

    def _change(self, **settings: Any) -> None:
        try:
            self._run(self.model.changed(**settings))
        except (UnitsError, NetworkError, SimulationError) as error:
            self._complain(str(error))

    def _run(self, model: PlaygroundModel) -> None:
        started = time.perf_counter()
        self._show(model, model.run())
        if self._report is not None:
            self._report(time.perf_counter() - started)

    def _complain(self, text: str) -> None:
        self.message.set_text(text)
        self.figure.canvas.draw_idle()

    def _show(self, model: PlaygroundModel, traces: PlaygroundTraces) -> None:
        self.model = model
        self.message.set_text("")
        milliseconds = np.asarray(traces.t / ms)
        for name, line in self.lines.items():
            unit = mV if name == "V" else pA
            line.set_data(milliseconds, np.asarray(getattr(traces, name) / unit))
        threshold = float(model.settings["threshold"] / mV)
        self.threshold.set_ydata([threshold, threshold])
        n = len(traces.spikes)
        self.voltage_axes.set_title(f"{n} dendritic spike{'' if n == 1 else 's'}", loc="left")
        for axes in (self.voltage_axes, self.current_axes):
            axes.relim()
            axes.autoscale_view()
        self.voltage_axes.set_xlim(0, float(model.duration / ms))
        self.figure.canvas.draw_idle()


def _lines(voltage_axes: Axes, current_axes: Axes) -> dict[str, Line2D]:
    """Make the empty traces."""
    (voltage,) = voltage_axes.plot([], [], color="black", linewidth=1)
    lines = {"V": voltage}
    for name, color in _CURRENTS.items():
        (lines[name],) = current_axes.plot([], [], color=color, linewidth=1, label=name)
    voltage_axes.set(ylabel="V (mV)")
    current_axes.set(xlabel="time (ms)", ylabel="current (pA)")
    current_axes.legend(
        frameon=False, fontsize="small", ncols=3, loc="lower right", bbox_to_anchor=(1, 0.95)
    )
    for axes in (voltage_axes, current_axes):
        axes.spines[["top", "right"]].set_visible(False)
    return lines
