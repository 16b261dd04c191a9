"""What all receptors have in common: `ReceptorModel`, and `Receptor`, which is one in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ..errors import CompartmentError
from ..mechanism import Mechanism, MechanismEvent, ParameterContext, ParameterNeed, Place
from ..quantities import check_tag
from .plasticity import TsodyksMarkram
from .site import Site

__all__ = ["Receptor", "ReceptorModel"]


@dataclass(frozen=True, eq=False)
class ReceptorModel:
    """A receptor that can be added to compartments; the base of all in this package.

    A subclass says what its equations are at a `Site`.

    Attributes
    ----------
    tag : str
        The input that it belongs to.
    plasticity : TsodyksMarkram or None
        Short-term plasticity of the release.
    """

    tag: str
    plasticity: TsodyksMarkram | None = field(default=None, kw_only=True)

    _channel: ClassVar[str]

    def __post_init__(self) -> None:
        check_tag(f"receptor ({self.channel})", self.tag)
        if self.plasticity is not None and not isinstance(self.plasticity, TsodyksMarkram):
            raise CompartmentError(
                f"{self.label}: plasticity = {self.plasticity!r} is no short-term plasticity. "
                "Write for example plasticity=TsodyksMarkram(U=0.5, tau_rec=800*ms)."
            )

    @property
    def channel(self) -> str:
        """Kind of receptor, the first part of its name."""
        return self._channel

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"{self.channel} receptor with tag {self.tag!r}"

    def placed_in(self, place: Place) -> Receptor:
        """Return the receptor in a compartment.

        Raises
        ------
        UnknownNameError
            If it refers to a parameter that the compartment does not have.
        """
        self.check_place(place)
        return Receptor(place.name, self)

    def check_place(self, place: Place) -> None:
        """Check that it fits a compartment."""

    def text(self, site: Site) -> str:
        """Return its equations in Brian2 syntax, without those of its plasticity."""
        raise NotImplementedError

    def target_at(self, site: Site) -> str:
        """Return the name of the variable that transmitter increments."""
        return site.of("s")

    @property
    def target_unit(self) -> str:
        """Unit of that variable, in Brian2's syntax."""
        return "1"

    def current_at(self, site: Site) -> str:
        """Return the name of its current."""
        return site.of("I")

    def needs(self, site: Site) -> dict[str, ParameterNeed]:
        """Return the parameters that its text uses, with how to set them."""
        raise NotImplementedError

    def values(self, site: Site, context: ParameterContext) -> dict[str, Any]:
        """Return name to value of those of its parameters that are set."""
        raise NotImplementedError

    def computed_from(self, site: Site) -> dict[str, str]:
        """Return parameters from which another one was computed."""
        return {}

    def starting_values(self, site: Site) -> dict[str, Any]:
        """Return what its variables start with; those that are left out start at zero."""
        return {}


@dataclass(frozen=True, eq=False)
class Receptor(Mechanism):
    """A receptor in a compartment.

    Attributes
    ----------
    compartment : str
        Where it is; empty for a point neuron.
    model : ReceptorModel
        What it is.
    """

    model: ReceptorModel

    @property
    def channel(self) -> str:
        """Kind of receptor, such as ``'AMPA'``."""
        return self.model.channel

    @property
    def tag(self) -> str:
        """The input that it belongs to."""
        return self.model.tag

    @property
    def _site(self) -> Site:
        return Site(self.channel, self.tag, self.compartment)

    @property
    def name(self) -> str:
        """``<channel>_<tag>_<compartment>``, the suffix of all its variables."""
        return self._site.name

    @property
    def label(self) -> str:
        """What it is, in words."""
        return self.model.label

    @property
    def current(self) -> str:
        """Name of its current."""
        return self.model.current_at(self._site)

    @property
    def currents(self) -> tuple[str, ...]:
        """Names of the currents it adds to the compartment."""
        return (self.current,)

    @property
    def state_variable(self) -> str:
        """Name of the variable that a presynaptic spike increments.

        Raises
        ------
        CompartmentError
            If it takes no spikes.
        """
        if self.model.plasticity is not None:
            return self.model.plasticity.counter(self._site)
        return self.model.target_at(self._site)

    @property
    def equations(self) -> str:
        """Its equations in Brian2 syntax."""
        text, plasticity = self.model.text(self._site), self.model.plasticity
        if plasticity is None:
            return text
        return f"{text}\n{plasticity.text(self._site, self.model.target_unit)}"

    @property
    def computed_from(self) -> dict[str, str]:
        """Parameters from which another one was computed, which would not follow if they were varied."""
        return self.model.computed_from(self._site)

    @property
    def events(self) -> tuple[MechanismEvent, ...]:
        """The release of transmitter, where it is plastic."""
        plasticity, site = self.model.plasticity, self._site
        if plasticity is None:
            return ()
        return (plasticity.event(site, self.model.target_at(site), self.model.target_unit),)

    @property
    def needs(self) -> dict[str, ParameterNeed]:
        """The parameters its equations use, with how to set them."""
        needs = self.model.needs(self._site)
        if self.model.plasticity is not None:
            needs.update(self.model.plasticity.needs(self._site))
        return needs

    def parameters(self, context: ParameterContext) -> dict[str, Any]:
        """Name to value of those of its parameters that are set."""
        values = self.model.values(self._site, context)
        if self.model.plasticity is not None:
            values.update(self.model.plasticity.values(self._site))
        return values

    def initial_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what its variables start with; those that are left out start at zero."""
        starting = self.model.starting_values(self._site)
        if self.model.plasticity is not None:
            starting.update(self.model.plasticity.starting_values(self._site))
        return starting
