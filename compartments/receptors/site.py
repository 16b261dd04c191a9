"""The names of one receptor in one compartment."""

from __future__ import annotations

from dataclasses import dataclass

from ..naming import suffixed

__all__ = ["Site"]


@dataclass(frozen=True)
class Site:
    """Where a receptor is, and how its variables are called there.

    Attributes
    ----------
    channel : str
        Kind of receptor, such as ``'AMPA'``.
    tag : str
        The input that it belongs to.
    compartment : str
        Where it is; empty for a point neuron.

    Examples
    --------
    >>> site = Site('AMPA', 'input', 'dend')
    >>> site.name, site.of('g'), site.voltage
    ('AMPA_input_dend', 'g_AMPA_input_dend', 'V_dend')
    """

    channel: str
    tag: str
    compartment: str

    @property
    def name(self) -> str:
        """``<channel>_<tag>_<compartment>``, the suffix of its variables."""
        return suffixed(f"{self.channel}_{self.tag}", self.compartment)

    @property
    def voltage(self) -> str:
        """Name of the membrane potential that it sees."""
        return suffixed("V", self.compartment)

    def of(self, base: str) -> str:
        """Return the name of one of its variables or parameters."""
        return f"{base}_{self.name}"
