"""An ion pool in a compartment: its equations, parameters and starting value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brian2.units import Quantity, coulomb, kelvin, meter, mole
from brian2.units.constants import faraday_constant, gas_constant

from ..mechanism import Mechanism, ParameterContext, ParameterNeed
from ..naming import suffixed
from ..quantities import CURRENT, DIMENSIONLESS_NUMBER, TIME, VOLTAGE, PhysicalKind
from .expressions import CONCENTRATION

if TYPE_CHECKING:
    from .pools import IonPool

__all__ = ["GAIN", "Concentration"]

GAIN = PhysicalKind("a concentration per charge", mole / meter**3 / coulomb, "1*mM/ms/nA")


@dataclass(frozen=True, eq=False)
class Concentration(Mechanism):
    """An ion pool in a compartment.

    Attributes
    ----------
    pool : IonPool
        Which pool.
    """

    pool: IonPool

    @property
    def label(self) -> str:
        """What it is, in words."""
        return self.pool.owner

    def _own(self, base: str) -> str:
        return suffixed(base.format(self.pool.name), self.compartment)

    @property
    def concentrations(self) -> tuple[str, ...]:
        """Name of its concentration."""
        return (self._own("{}"),)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names that its equations define."""
        return (self._own("{}"), self._own("I_{}"), self._own("E_{}"))

    @property
    def equations(self) -> str:
        """Its equations where nothing else is in the compartment."""
        return self.equations_among(())

    def equations_among(self, others: Sequence[Mechanism]) -> str:
        """Return its equations, given all mechanisms of the compartment, whose currents feed it."""
        c, current, nernst = self.variables
        inflow = f"({current} + abs({current}))/2" if self.pool.inward_only else current
        decay = f"({c} - {self._own('{}_rest')})/{self._own('tau_{}')}"
        ratio = f"{self._own('{}_out')}/{c}"
        return "\n".join(
            (
                f"d{c}/dt = {self._own('gain_{}')} * {inflow} - {decay}  :mmolar",
                f"{current} = {' + '.join(self._sources(others)) or '0*amp'}  :amp",
                f"{nernst} = {self._own('RT_zF_{}')} * log({ratio})  :volt",
            )
        )

    def _sources(self, others: Sequence[Mechanism]) -> list[str]:
        sources = self.pool.sources
        if sources is None:
            carried = [x for x in others if getattr(x, "ion", None) == self.pool.fed_by]
            return [current for mechanism in carried for current in mechanism.currents]
        return [
            current if fraction == 1 else f"{self._fraction(name)}*{current}"
            for name, fraction in sources.items()
            for current in self._currents_of(name, others)
        ]

    def _currents_of(self, name: str, others: Sequence[Mechanism]) -> list[str]:
        """Return the currents of a source: one, or both boxes of a dendritic spike."""
        current = suffixed(f"I_{name}", self.compartment)
        for mechanism in others:
            if getattr(mechanism, "name", None) == name and mechanism.currents:
                return list(mechanism.currents)
        return [current]

    def _fraction(self, source: str) -> str:
        return suffixed(f"{self.pool.name}_fraction_{source}", self.compartment)

    @property
    def needs(self) -> dict[str, ParameterNeed]:
        """The parameters its equations use, with how to set them."""
        pool = self.pool
        where = f"on {self.compartment!r} " if self.compartment else ""
        whose = repr(self.compartment) if self.compartment else "the PointNeuronModel"
        set_it = f"{where}add the {pool.owner} with"
        needs = {
            self._own("gain_{}"): ParameterNeed(
                GAIN, f"give length and diameter to {whose}, for the area over the shell"
            ),
            self._own("tau_{}"): ParameterNeed(TIME, f"{set_it} tau=100*ms"),
            self._own("{}_rest"): ParameterNeed(CONCENTRATION, f"{set_it} resting=100*nmolar"),
            self._own("{}_out"): ParameterNeed(CONCENTRATION, f"{set_it} outside=2*mM"),
            self._own("RT_zF_{}"): ParameterNeed(VOLTAGE, f"{set_it} temperature=36"),
        }
        for name, fraction in (pool.sources or {}).items():
            current = suffixed(f"I_{name}", self.compartment)
            needs[current] = ParameterNeed(
                CURRENT, f"{where}add the source {name!r}, which feeds it"
            )
            if fraction != 1:
                needs[self._fraction(name)] = ParameterNeed(
                    DIMENSIONLESS_NUMBER, "set it in sources"
                )
        return needs

    def parameters(self, context: ParameterContext) -> dict[str, Any]:
        """Name to value of those of its parameters that are set."""
        pool = self.pool
        celsius = pool.temperature if context.temperature is None else context.temperature
        charge = pool.valence * faraday_constant
        values = {
            self._own("tau_{}"): pool.tau,
            self._own("{}_rest"): pool.resting,
            self._own("{}_out"): pool.outside,
            self._own("RT_zF_{}"): gas_constant * (celsius + 273.15) * kelvin / charge,
        }
        gain = self._gain(context, charge)
        if gain is not None:
            values[self._own("gain_{}")] = gain
        for name, fraction in (pool.sources or {}).items():
            if fraction != 1:
                values[self._fraction(name)] = fraction
        return values

    def _gain(self, context: ParameterContext, charge: Quantity) -> Quantity | None:
        pool = self.pool
        if pool.gain is not None:
            return pool.gain
        if context.area is None:
            return None
        return pool.free_fraction / (charge * context.area * pool.depth)

    def initial_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the concentration at rest."""
        return {self._own("{}"): values[self._own("{}_rest")]}
