"""Short-term plasticity: `TsodyksMarkram`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.units import Quantity, second

from ..errors import UnitsError
from ..mechanism import MechanismEvent, ParameterNeed
from ..quantities import DIMENSIONLESS_NUMBER, TIME, check_number, check_quantity
from .site import Site

__all__ = ["TsodyksMarkram"]


@dataclass(frozen=True, eq=False)
class TsodyksMarkram:
    r"""Depression and facilitation of release [1]_ [2]_.

    A fraction R of the transmitter is available, and a spike releases the fraction u of it. Between
    spikes

    .. math:: \dot u = -u/\tau_\mathrm{facil}, \qquad \dot R = (1-R)/\tau_\mathrm{rec},

    and a spike does, in this order,

    .. math:: u \to u + U(1-u), \qquad \text{release } u R, \qquad R \to R - uR .

    At first u = 0 and R = 1, so the first spike releases U. A receptor with this plasticity is
    driven by the release times the weight: its conductance is what it would be without
    plasticity where everything is released.

    Parameters
    ----------
    U : float
        Fraction that a spike at rest releases, above 0 and at most 1.
    tau_rec : Quantity
        Time constant of recovery from depression (second).
    tau_facil : Quantity, optional
        Time constant of facilitation (second). Without it u is always U: depression only.

    Raises
    ------
    UnitsError
        If a value has the wrong dimension or is out of range.

    Notes
    -----
    u and R belong to a receptor of a neuron, not to a synapse. That is exact where one afferent, or
    afferents that fire together, use the receptor's tag; afferents that fire independently would
    deplete each other. Give such afferents tags of their own, or use the texts for synapses in
    Brian2, `brian2_synapses_model` and `brian2_on_pre`.

    A spike that arrives in one time step releases in the next: it is counted when it arrives, and
    the count becomes an event, which is looked for once a step. So a receptor with plasticity
    behaves as one without whose delay is one step longer. Spikes that arrive in the same step, or in
    the step of the release itself, make one release with the sum of their weights.

    References
    ----------
    .. [1] Markram, H., Wang, Y. & Tsodyks, M. (1998). Differential signaling via the same axon of
       neocortical pyramidal neurons. PNAS 95, 5323-5328.
    .. [2] Tsodyks, M., Pawelzik, K. & Markram, H. (1998). Neural networks with dynamic synapses.
       Neural Computation 10, 821-835.

    Examples
    --------
    >>> from brian2.units import ms
    >>> depressing = TsodyksMarkram(U=0.5, tau_rec=800*ms)
    >>> depressing.releases([0, 50, 100]*ms).round(4)
    array([0.5   , 0.2651, 0.1548])
    """

    U: float
    tau_rec: Quantity
    tau_facil: Quantity | None = None

    def __post_init__(self) -> None:
        if check_number("TsodyksMarkram", "U", self.U) > 1:
            raise UnitsError(
                f"TsodyksMarkram: U = {self.U} is a fraction and cannot be above 1. "
                "Write for example U=0.5."
            )
        check_quantity("TsodyksMarkram", "tau_rec", self.tau_rec, TIME, "positive")
        if self.tau_facil is not None:
            check_quantity("TsodyksMarkram", "tau_facil", self.tau_facil, TIME, "positive")

    @property
    def facilitates(self) -> bool:
        """Whether u changes."""
        return self.tau_facil is not None

    def releases(self, times: Quantity) -> np.ndarray:
        """Return the fraction that each spike of a train releases, by the exact recursion.

        Parameters
        ----------
        times : Quantity, shape (n,)
            Times of the spikes (second), ascending.

        Returns
        -------
        ndarray, shape (n,)
            uR at each spike.

        Raises
        ------
        UnitsError
            If these are no ascending times.
        """
        if not TIME.fits(times):
            raise UnitsError(
                f"TsodyksMarkram.releases: times = {times} must be times of spikes, "
                "such as [10, 30]*ms."
            )
        intervals = np.diff(np.atleast_1d(np.asarray(times, dtype=float)))
        if (intervals < 0).any():
            raise UnitsError(
                "TsodyksMarkram.releases: the times of the spikes do not ascend. Sort them."
            )
        tau_rec = float(self.tau_rec / second)
        u, available, released = float(self.U), 1.0, []
        for interval in (None, *intervals.tolist()):
            if interval is not None:
                available = 1 - (1 - available) * np.exp(-interval / tau_rec)
                if self.tau_facil is not None:
                    u *= np.exp(-interval / float(self.tau_facil / second))
                    u += self.U * (1 - u)
            released.append(u * available)
            available -= u * available
        return np.array(released)

    # --------------------------------------------------- for a receptor of a neuron

    def counter(self, site: Site) -> str:
        """Return the name of the variable that counts the spikes that arrive."""
        return site.of("spikes")

    @property
    def own_names(self) -> tuple[str, ...]:
        """What its variables are called, before the receptor's name."""
        return ("u", "R", "spikes") if self.facilitates else ("R", "spikes")

    def text(self, site: Site, unit: str) -> str:
        """Return its equations; `unit` is that of the weights."""
        u, available = site.of("u"), site.of("R")
        lines = [f"d{u}/dt = -{u} / {site.of('tau_facil')}  :1"] if self.facilitates else []
        lines += [
            f"d{available}/dt = (1-{available}) / {site.of('tau_rec')}  :1",
            f"{self.counter(site)}  :{unit}",
        ]
        return "\n".join(lines)

    def event(self, site: Site, target: str, unit: str) -> MechanismEvent:
        """Return the event that turns counted spikes into a release that drives `target`."""
        counter, available = self.counter(site), site.of("R")
        none = "0" if unit == "1" else f"0*{unit}"
        steps, u = [], site.of("U")
        if self.facilitates:
            u = site.of("u")
            steps.append(f"{u} += {site.of('U')} * (1-{u})")
        steps += [
            f"{target} += {counter} * {u} * {available}",
            f"{available} -= {u} * {available}",
            f"{counter} = {none}",
        ]
        return MechanismEvent(site.of("release"), f"{counter} != {none}", "; ".join(steps))

    def needs(self, site: Site) -> dict[str, ParameterNeed]:
        """Return the parameters that its text uses, with how to set them."""
        needs = {
            site.of("U"): ParameterNeed(
                DIMENSIONLESS_NUMBER, "give plasticity=TsodyksMarkram(U=0.5, ...)"
            ),
            site.of("tau_rec"): ParameterNeed(
                TIME, "give plasticity=TsodyksMarkram(tau_rec=800*ms, ...)"
            ),
        }
        if self.facilitates:
            needs[site.of("tau_facil")] = ParameterNeed(
                TIME, "give plasticity=TsodyksMarkram(tau_facil=500*ms, ...)"
            )
        return needs

    def values(self, site: Site) -> dict[str, Any]:
        """Return name to value of its parameters."""
        values = {site.of("U"): float(self.U), site.of("tau_rec"): self.tau_rec}
        if self.tau_facil is not None:
            values[site.of("tau_facil")] = self.tau_facil
        return values

    def starting_values(self, site: Site) -> dict[str, Any]:
        """Return what its variables start with: everything is available."""
        return {site.of("R"): 1.0}

    # ------------------------------------------------------- for Brian2's synapses

    @property
    def brian2_synapses_model(self) -> str:
        """Equations for `brian2.Synapses`, with u and R for each synapse.

        Set R to 1 after ``connect()``, and give `brian2_namespace` as the namespace.
        """
        lines = ["dR/dt = (1-R) / tau_rec  :1 (event-driven)"]
        if self.facilitates:
            lines.insert(0, "du/dt = -u / tau_facil  :1 (event-driven)")
        return "\n".join(lines)

    def brian2_on_pre(self, targets: str | Iterable[str], weight: str = "1") -> str:
        """Return the statements of a spike for `brian2.Synapses`.

        Parameters
        ----------
        targets : str or iterable of str
            Variables of the target neuron that the release drives: the `state_variable` of receptors
            without plasticity.
        weight : str, default '1'
            What is released is multiplied with, in Brian2's syntax.

        Returns
        -------
        str
            One statement per line.

        Examples
        --------
        >>> from brian2.units import ms
        >>> print(TsodyksMarkram(0.5, 800*ms).brian2_on_pre('s_AMPA_x_dend', weight='w'))
        s_AMPA_x_dend_post += w * U * R
        R -= U * R
        """
        u = "u" if self.facilitates else "U"
        names = (targets,) if isinstance(targets, str) else tuple(targets)
        factor = "" if weight == "1" else f"{weight} * "
        lines = ["u += U * (1-u)"] if self.facilitates else []
        lines += [f"{name}_post += {factor}{u} * R" for name in names]
        return "\n".join([*lines, f"R -= {u} * R"])

    @property
    def brian2_namespace(self) -> Mapping[str, Any]:
        """Values of the constants in the texts for `brian2.Synapses`."""
        namespace: dict[str, Any] = {"U": float(self.U), "tau_rec": self.tau_rec}
        if self.tau_facil is not None:
            namespace["tau_facil"] = self.tau_facil
        return namespace
