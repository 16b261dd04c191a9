"""Steady states and time constants of a channel, with units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2.units import Quantity, second
from brian2.units.fundamentalunits import get_unit_for_display
from numpy.typing import NDArray

from ..errors import MissingParameterError, UnitsError, UnknownNameError, known_names
from ..quantities import VOLTAGE, check_temperature
from .expressions import CONCENTRATION, THERMAL_VOLTAGE, VOLTAGE_NAME
from .figure import draw_curves
from .gates import Gate
from .steady import GateKinetics

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Curves"]


class Curves:
    """The part of `Channel` that computes and draws what its gates do."""

    name: str
    owner: Any
    kinetics: Any
    numbers: Any

    def rate_factor(self, gate: Gate, temperature: float | None) -> float:
        """Return the Q10 factor of a gate's rates; `Channel` computes it."""
        raise NotImplementedError

    def thermal_voltage(self, temperature: float | None = None) -> Quantity:
        """Return RT/F; `Channel` computes it."""
        raise NotImplementedError

    def steady_state(
        self,
        gate: str,
        v: Quantity,
        temperature: float | None = None,
        **concentrations: Quantity,
    ) -> NDArray[np.float64]:
        """Return the steady state of a gate.

        Parameters
        ----------
        gate : str
            Name of the gate.
        v : Quantity
            Membrane potentials (volt).
        temperature : float, optional
            Temperature in degrees Celsius, for expressions with RT/F. Default: that of the channel.
        **concentrations : Quantity
            Pool to concentration (mM), for each pool that the gate depends on; shapes broadcast.

        Returns
        -------
        ndarray
            From 0 to 1, in the broadcast shape.

        Raises
        ------
        UnknownNameError
            If there is no such gate, or it does not depend on such a pool.
        MissingParameterError
            If a concentration that it depends on is not given.
        UnitsError
            If a value has the wrong dimension.

        Examples
        --------
        >>> from brian2.units import mV, umolar
        >>> from dendrify_gpu.compartments.channels import Channel, Gate
        >>> sk = Channel('SK', gates=[Gate('q', inf='ca**4/(ca**4 + (0.5*uM)**4)')])
        >>> sk.steady_state('q', -65*mV, ca=[0.25, 0.5, 1]*umolar).round(4)
        array([0.0588, 0.5   , 0.9412])
        """
        kinetics, values, shape = self._at(gate, v, temperature, concentrations)
        return np.array(np.broadcast_to(kinetics.steady_state(values), shape))

    def time_constant(
        self,
        gate: str,
        v: Quantity,
        temperature: float | None = None,
        **concentrations: Quantity,
    ) -> Quantity:
        """Return the time constant of a gate.

        Parameters
        ----------
        gate : str
            Name of the gate.
        v : Quantity
            Membrane potentials (volt).
        temperature : float, optional
            Temperature in degrees Celsius. Default: that of the channel.
        **concentrations : Quantity
            Pool to concentration (mM), for each pool that the gate depends on; shapes broadcast.

        Returns
        -------
        Quantity
            In seconds, in the broadcast shape; zero for an instantaneous gate.

        Raises
        ------
        UnknownNameError, MissingParameterError, UnitsError
            As for `steady_state`.

        Examples
        --------
        >>> from brian2.units import ms, mV
        >>> from dendrify_gpu.compartments.channels import Channel, Gate
        >>> ih = Channel('Ih', q10=4, temperature=26, gates=[
        ...     Gate('l', inf='1/(1 + exp((v + 80*mV)/(8*mV)))', tau=40*ms)])
        >>> ih.time_constant('l', -80*mV, temperature=36)
        10. * msecond
        """
        kinetics, values, shape = self._at(gate, v, temperature, concentrations)
        tau = np.broadcast_to(kinetics.time_constant(values), shape)
        return tau / self.rate_factor(kinetics.gate, temperature) * second

    def _at(
        self,
        gate: str,
        v: Quantity,
        temperature: float | None,
        concentrations: Mapping[str, Quantity],
    ) -> tuple[GateKinetics, dict[str, Any], tuple[int, ...]]:
        """Return a gate, the SI numbers that its expressions depend on, and their common shape."""
        found = {kinetics.gate.name: kinetics for kinetics in self.kinetics}
        if gate not in found:
            raise UnknownNameError(
                f"{self.owner} has no gate {gate!r}. {known_names(str(gate), found)}"
            )
        kinetics = found[gate]
        owner = f"{self.owner}, gate {gate!r}"
        needed = kinetics.concentrations
        for name in concentrations:
            if name not in needed:
                raise UnknownNameError(
                    f"{owner} does not depend on the concentration {name!r}. "
                    f"{known_names(name, needed)}"
                )
        for name in sorted(needed - set(concentrations)):
            raise MissingParameterError(
                f"{owner} depends on the concentration {name!r}. Give for example {name}=100*nmolar."
            )
        values: dict[str, Any] = dict(self.numbers)
        celsius = check_temperature(self.owner, temperature)
        if celsius is not None:
            values[THERMAL_VOLTAGE] = float(self.thermal_voltage(celsius))
        kinds = {VOLTAGE_NAME: VOLTAGE} | dict.fromkeys(concentrations, CONCENTRATION)
        for name, value in {VOLTAGE_NAME: v, **concentrations}.items():
            kind = kinds[name]
            if not kind.fits(value):
                raise UnitsError(
                    f"{owner}: {name} = {value} must be {kind.name} "
                    f"(unit {get_unit_for_display(kind.unit)}), such as {name}={kind.example}."
                )
            values[name] = np.asarray(value, dtype=float)
        shape = np.broadcast_shapes(*(np.shape(values[name]) for name in kinds))
        return kinetics, values, shape

    def plot(
        self,
        v: Quantity | None = None,
        temperature: float | None = None,
        axes: tuple[Axes, Axes] | None = None,
        **concentrations: Quantity,
    ) -> tuple[Axes, Axes]:
        """Draw the steady state and the time constant of each gate over the membrane potential.

        Parameters
        ----------
        v : Quantity, optional
            Potentials (volt). Default: -120 to 60 mV.
        temperature : float, optional
            Temperature in degrees Celsius. Default: that of the channel.
        axes : pair of matplotlib.axes.Axes, optional
            Where to draw. Default: a new figure.
        **concentrations : Quantity
            Pool to one or more concentrations, a curve for each. Default: 0.1, 1 and 10 µM.

        Returns
        -------
        pair of matplotlib.axes.Axes
            Steady states, and time constants.

        Raises
        ------
        UnknownNameError, UnitsError
            As for `steady_state`.
        """
        pools = sorted({name for kinetics in self.kinetics for name in kinetics.concentrations})
        for name in concentrations:
            if name not in pools:
                raise UnknownNameError(
                    f"{self.owner} has no gate that depends on the concentration {name!r}. "
                    f"{known_names(name, pools)}"
                )
        return draw_curves(self, v, temperature, axes, concentrations)
