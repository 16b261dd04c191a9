"""Exploring dendritic spikes with the mouse: `Playground`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
from brian2.units import Quantity, ms, mV, nS, pA

from .compartments import UnitsError
from .playground_model import PlaygroundModel, check_known
from .playground_panel import Panel, SliderRange

__all__ = ["Playground"]

_MODEL_PARAMS = ("C", "gL", "EL", "reversal_fall")

_SLIDERS = {
    "current": SliderRange(0, 200, 120, 2, pA),
    "threshold": SliderRange(-70, 0, -40, 0.5, mV),
    "g_rise": SliderRange(0, 40, 20, 0.5, nS),
    "g_fall": SliderRange(0, 40, 20, 0.5, nS),
    "duration_rise": SliderRange(0, 50, 2, 0.5, ms),
    "duration_fall": SliderRange(0, 50, 3, 0.5, ms),
    "offset_fall": SliderRange(0, 55, 1, 0.5, ms),
    "refractory": SliderRange(0, 100, 5, 0.5, ms),
    # Sodium and calcium.
    "reversal_rise": SliderRange(70, 136, 70, (70, 136), mV),
}

_FORM = "Give [lowest, highest, initial, step, unit], for example [0, 400, 120, 5, pA]"


class Playground:
    """A window in which the settings of a dendritic spike are moved with sliders.

    One compartment gets a current step; its voltage and currents are drawn again after every change.
    `PlaygroundModel` is the same experiment without a window.

    Attributes
    ----------
    panel : Panel or None
        The figure with its controls, from the last `run`.

    Examples
    --------
    >>> from brian2.units import pA, pF
    >>> from dendrify_gpu.playground import Playground
    >>> playground = Playground()
    >>> playground.set_model_params({'C': 60*pF})
    >>> playground.set_slider_params({'current': [0, 400, 150, 5, pA]})
    >>> playground.slider_params['current']
    [0.0, 400.0, 150.0, 5.0, pamp]

    Then ``playground.run()`` opens the window.
    """

    def __init__(self) -> None:
        self._model = PlaygroundModel()
        self._sliders = dict(_SLIDERS)
        self.panel: Panel | None = None

    @property
    def model_params(self) -> dict[str, Any]:
        """Capacitance, leak, rest and the reversal potential of the outward current."""
        return {name: self._model.settings[name] for name in _MODEL_PARAMS}

    @property
    def slider_params(self) -> dict[str, list[Any]]:
        """Sliders by name: lowest, highest and initial value, step or all values, unit."""
        return {
            name: [item.lowest, item.highest, item.initial, item.step, item.unit]
            for name, item in self._sliders.items()
        }

    def set_model_params(self, user_model_params: Mapping[str, Any]) -> None:
        """Set what the text boxes start with; it holds from the next `run` on.

        Parameters
        ----------
        user_model_params : mapping of str to Quantity
            Any of ``'C'`` (farad), ``'gL'`` (siemens), ``'EL'`` and ``'reversal_fall'`` (volt).

        Raises
        ------
        UnknownSettingError
            If there is no such parameter. It is a `KeyError`, too.
        UnitsError
            If a value has the wrong dimension or sign.
        """
        check_known("set_model_params", user_model_params, _MODEL_PARAMS)
        self._model = self._model.changed(**user_model_params)

    def set_slider_params(self, user_slider_params: Mapping[str, Sequence[Any]]) -> None:
        """Set what sliders range over; it holds from the next `run` on.

        Parameters
        ----------
        user_slider_params : mapping of str to list
            By slider (see `slider_params`): ``[lowest, highest, initial, step, unit]``, the first four
            as numbers of the unit. A tuple instead of the step lists all values.

        Raises
        ------
        UnknownSettingError
            If there is no such slider. It is a `KeyError`, too.
        UnitsError
            If a unit has the wrong dimension, or the numbers do not make a range.
        """
        check_known("set_slider_params", user_slider_params, _SLIDERS)
        new = {name: _read_range(name, given) for name, given in user_slider_params.items()}
        self._sliders |= new

    def run(self, timeit: bool = False) -> None:
        """Open the window.

        Parameters
        ----------
        timeit : bool, default False
            Print how long each change took, from its simulation to the drawn lines.
        """
        self.panel = Panel(self._model, self._sliders, _print_seconds if timeit else None)
        plt.show()


def _print_seconds(seconds: float) -> None:
    print(f"{seconds * 1e3:.0f} ms")


def _read_range(name: str, given: Any) -> SliderRange:
    what = f"set_slider_params: {name} = {given!r}"
    if (
        not isinstance(given, (list, tuple))
        or len(given) != 5
        or not isinstance(given[4], Quantity)
    ):
        raise UnitsError(f"{what} is no range. {_FORM}.")
    *numbers, step, unit = given
    try:
        lowest, highest, initial = (float(number) for number in numbers)
        steps = tuple(map(float, step)) if isinstance(step, (list, tuple)) else float(step)
    except (TypeError, ValueError):
        raise UnitsError(f"{what}: its first four must be numbers without unit. {_FORM}.") from None
    positions = (lowest, highest, initial, *(steps if isinstance(steps, tuple) else ()))
    if not all(lowest <= position <= highest for position in positions) or lowest == highest:
        raise UnitsError(f"{what}: it does not go up, or a value is outside. {_FORM}.")
    if isinstance(steps, float) and not steps > 0:
        raise UnitsError(f"{what}: its step must be larger than zero. {_FORM}.")
    for position in positions:
        PlaygroundModel(**{name: position * unit})  # refuses what makes no sense
    return SliderRange(lowest, highest, initial, steps, unit)
