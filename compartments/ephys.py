"""Passive properties of one compartment: from geometry and membrane constants to C, gL and EL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi
from typing import Any

from brian2.units import Quantity

from .defaults import default_params
from .errors import DimensionlessCompartmentError, MissingParameterError
from .quantities import (
    CAPACITANCE,
    CONDUCTANCE,
    LENGTH,
    RESISTIVITY,
    SPECIFIC_CAPACITANCE,
    SPECIFIC_CONDUCTANCE,
    VOLTAGE,
    check_number,
    check_quantity,
)

__all__ = ["EphysProperties"]

_KINDS = {
    "length": (LENGTH, "positive"),
    "diameter": (LENGTH, "positive"),
    "cm": (SPECIFIC_CAPACITANCE, "positive"),
    "gl": (SPECIFIC_CONDUCTANCE, "non-negative"),
    "cm_abs": (CAPACITANCE, "positive"),
    "gl_abs": (CONDUCTANCE, "non-negative"),
    "r_axial": (RESISTIVITY, "positive"),
    "v_rest": (VOLTAGE, "any"),
}
_GEOMETRIC = ("length", "diameter", "cm", "gl", "r_axial")


@dataclass(frozen=True, eq=False)
class EphysProperties:
    r"""Passive properties of a compartment, given as a cylinder or as absolute values.

    A cylinder has the membrane area :math:`A=\pi\,l\,d\,f_\mathrm{scale}f_\mathrm{spine}` (open
    ends) and :math:`C=c_m A`, :math:`g_L=\bar g_L A`. Its axial resistance is :math:`R=4r_a l/(\pi
    d^2)`; the factors do not enter it.

    Parameters
    ----------
    name : str, optional
        Suffix of the parameter names; without it they are ``C``, ``gL`` and ``EL``.
    length, diameter : Quantity, optional
        Size of the cylinder (metre).
    cm : Quantity, optional
        Membrane capacitance per area (farad/metre**2).
    gl : Quantity, optional
        Leak conductance per area (siemens/metre**2).
    cm_abs, gl_abs : Quantity, optional
        Capacitance (farad) and leak conductance (siemens), instead of a geometry.
    r_axial : Quantity, optional
        Axial resistivity (ohm*metre).
    v_rest : Quantity, optional
        Resting potential (volt).
    scale_factor, spine_factor : float, default 1.0
        Factors of the membrane area.

    Raises
    ------
    UnitsError
        If a value has the wrong dimension or sign.
    DimensionlessCompartmentError
        If absolute values and a geometry are given together.

    Examples
    --------
    >>> from brian2.units import um, uF, uS, cm
    >>> e = EphysProperties('soma', length=25*um, diameter=25*um, cm=1*uF/cm**2, gl=40*uS/cm**2)
    >>> e.capacitance, e.g_leakage
    (19.63495408 * pfarad, 0.78539816 * nsiemens)
    """

    name: str | None = None
    length: Quantity | None = None
    diameter: Quantity | None = None
    cm: Quantity | None = None
    gl: Quantity | None = None
    cm_abs: Quantity | None = None
    gl_abs: Quantity | None = None
    r_axial: Quantity | None = None
    v_rest: Quantity | None = None
    scale_factor: float = 1.0
    spine_factor: float = 1.0

    def __post_init__(self) -> None:
        for argument, (kind, allowed) in _KINDS.items():
            value = getattr(self, argument)
            if value is not None:
                check_quantity(self._owner, argument, value, kind, allowed)
        for argument in ("scale_factor", "spine_factor"):
            check_number(self._owner, argument, getattr(self, argument))
        if self.dimensionless:
            given = [name for name in _GEOMETRIC if getattr(self, name) is not None]
            given += [f for f in ("scale_factor", "spine_factor") if getattr(self, f) != 1.0]
            if given:
                listing = ", ".join(f"{name}={getattr(self, name)}" for name in given)
                raise DimensionlessCompartmentError(
                    f"{self._owner} has absolute values (cm_abs or gl_abs) and cannot also have "
                    f"{listing}. Remove these, or describe it by length, diameter, cm, gl instead."
                )

    @property
    def _owner(self) -> str:
        return "the point neuron" if self.name is None else f"compartment {self.name!r}"

    @property
    def dimensionless(self) -> bool:
        """Whether the compartment has absolute values instead of a geometry."""
        return self.cm_abs is not None or self.gl_abs is not None

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the arguments that C and gL still need."""
        needed = ("cm_abs", "gl_abs") if self.dimensionless else ("length", "diameter", "cm", "gl")
        return tuple(name for name in needed if getattr(self, name) is None)

    def _require(self, what: str, *arguments: str) -> list[Quantity]:
        """Return the values of arguments that a derived property needs, or raise."""
        if self.dimensionless and set(arguments) & set(_GEOMETRIC):
            raise DimensionlessCompartmentError(
                f"{self._owner} has absolute values and no geometry, so its {what} is not defined. "
                "Describe it by length and diameter, or couple it with a conductance such as 10*nS."
            )
        absent = [name for name in arguments if getattr(self, name) is None]
        if absent:
            examples = ", ".join(f"{name}={_KINDS[name][0].example}" for name in absent)
            raise MissingParameterError(
                f"{self._owner}: its {what} needs {' and '.join(absent)}. "
                f"Give {examples}, to the compartment "
                "or (except length and diameter) to the NeuronModel."
            )
        return [getattr(self, name) for name in arguments]

    @property
    def area(self) -> Quantity:
        """Membrane area (metre**2).

        Raises
        ------
        MissingParameterError
            If length or diameter is not set.
        DimensionlessCompartmentError
            If there is no geometry.
        """
        length, diameter = self._require("area", "length", "diameter")
        return pi * length * diameter * self.scale_factor * self.spine_factor

    @property
    def known_area(self) -> Quantity | None:
        """Membrane area (metre**2); None without a geometry, or where a part of it is not set."""
        known = not self.dimensionless and self.length is not None and self.diameter is not None
        return self.area if known else None

    @property
    def capacitance(self) -> Quantity:
        """Capacitance (farad).

        Raises
        ------
        MissingParameterError
            If something that it depends on is not set.
        """
        if self.dimensionless:
            return self._require("capacitance", "cm_abs")[0]
        cm, *_ = self._require("capacitance", "cm", "length", "diameter")
        return cm * self.area

    @property
    def g_leakage(self) -> Quantity:
        """Leak conductance (siemens).

        Raises
        ------
        MissingParameterError
            If something that it depends on is not set.
        """
        if self.dimensionless:
            return self._require("leak conductance", "gl_abs")[0]
        gl, *_ = self._require("leak conductance", "gl", "length", "diameter")
        return gl * self.area

    @property
    def g_cylinder(self) -> Quantity:
        """Axial conductance of the whole cylinder (siemens).

        Raises
        ------
        MissingParameterError
            If something that it depends on is not set.
        DimensionlessCompartmentError
            If there is no geometry.
        """
        wanted = ("r_axial", "length", "diameter")
        r_axial, length, diameter = self._require("axial conductance", *wanted)
        return 1 / (4 * r_axial * length / (pi * diameter**2))

    @staticmethod
    def g_couple(comp1: EphysProperties, comp2: EphysProperties) -> Quantity:
        """Conductance between the centres of two adjoining cylinders (siemens).

        Parameters
        ----------
        comp1, comp2 : EphysProperties
            The cylinders.

        Returns
        -------
        Quantity
            ``2/(R1 + R2)``: half of each axial resistance, in series.

        Raises
        ------
        MissingParameterError, DimensionlessCompartmentError
            As for `g_cylinder`.
        """
        return 2 / (1 / comp1.g_cylinder + 1 / comp2.g_cylinder)

    @property
    def derived(self) -> dict[str, Quantity]:
        """EL, C and gL, as far as they are known."""
        suffix = "" if self.name is None else f"_{self.name}"
        values = {}
        if self.v_rest is not None:
            values[f"EL{suffix}"] = self.v_rest
        if not {"length", "diameter", "cm", "cm_abs"} & set(self.missing):
            values[f"C{suffix}"] = self.capacitance
        if not {"length", "diameter", "gl", "gl_abs"} & set(self.missing):
            values[f"gL{suffix}"] = self.g_leakage
        return values

    @property
    def parameters(self) -> dict[str, Any]:
        """EL, C and gL as far as they are known, and the default parameters."""
        return {**self.derived, **default_params()}

    def with_values(self, **values: Any) -> EphysProperties:
        """Return a copy in which the values that are not None replace the present ones.

        Examples
        --------
        >>> from brian2.units import mV
        >>> EphysProperties('soma').with_values(v_rest=0*mV, cm=None).v_rest
        0. * volt
        """
        return replace(self, **{name: value for name, value in values.items() if value is not None})
