"""How a neuron spikes: threshold, resets and refractoriness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brian2.units import Quantity

from .errors import GroupArgumentError
from .quantities import TIME, check_quantity, same_dimensions

__all__ = ["SpikeRule", "check_spike_rule"]


@dataclass(frozen=True, eq=False)
class SpikeRule:
    """How a neuron spikes.

    Attributes
    ----------
    threshold : str or None
        Condition of a spike; None for a neuron that does not spike.
    reset : str or None
        Statements that a spike executes.
    second_reset : str or None
        Statements executed `spike_width` after a spike, to draw the spike's shape.
    spike_width : Quantity or None
        Time from a spike to the second reset (second).
    refractory : Quantity, str or bool
        How long, or while what holds, a neuron cannot spike again.
    """

    threshold: str | None = None
    reset: str | None = None
    second_reset: str | None = None
    spike_width: Quantity | None = None
    refractory: Quantity | str | bool = False

    @property
    def given(self) -> dict[str, Any]:
        """Name to value of what is set."""
        return {
            name: value
            for name, value in vars(self).items()
            if value is not None and value is not False
        }

    def overridden(self, other: SpikeRule) -> SpikeRule:
        """Return this rule with everything that another one sets.

        Examples
        --------
        >>> SpikeRule('v > 1', 'v = 0').overridden(SpikeRule(reset='v = 0.5')).given
        {'threshold': 'v > 1', 'reset': 'v = 0.5'}
        """
        return SpikeRule(**{**self.given, **other.given})

    @property
    def statements(self) -> tuple[str, ...]:
        """Conditions and statements, as text."""
        texts = (self.threshold, self.reset, self.second_reset, self.refractory)
        return tuple(text for text in texts if isinstance(text, str))


def check_spike_rule(owner: str, rule: SpikeRule) -> None:
    """Check that the parts of a rule fit together.

    Raises
    ------
    GroupArgumentError
        If they do not.
    UnitsError
        If `spike_width` is not a time.
    """
    for name in ("threshold", "reset", "second_reset"):
        value = getattr(rule, name)
        # Brian2 users write reset='' for a neuron whose equations bring it back.
        empty = name != "reset" and isinstance(value, str) and not value.strip()
        if value is not None and (not isinstance(value, str) or empty):
            raise GroupArgumentError(
                f"{owner}: {name} = {value!r} is not text. Write for example "
                f"{name}={_EXAMPLES[name]!r}."
            )
    refractory = rule.refractory
    empty = refractory is True or (isinstance(refractory, str) and not refractory.strip())
    if empty or (
        not isinstance(refractory, (str, bool)) and not same_dimensions(refractory, TIME.unit)
    ):
        raise GroupArgumentError(
            f"{owner}: refractory = {refractory!r} is neither a time nor a condition. Write for example "
            "refractory=4*ms."
        )
    if not isinstance(refractory, (str, bool)):
        check_quantity(owner, "refractory", refractory, TIME, "non-negative")
    if (rule.second_reset is None) != (rule.spike_width is None):
        given, absent = (
            ("second_reset", "spike_width=1*ms")
            if rule.spike_width is None
            else ("spike_width", "second_reset='V_soma = -55*mV'")
        )
        raise GroupArgumentError(
            f"{owner}: {given} is given alone, but the second reset happens spike_width after the "
            f"first. Give also {absent}, or neither."
        )
    if rule.spike_width is not None:
        check_quantity(owner, "spike_width", rule.spike_width, TIME, "positive")
    if rule.threshold is None and (rule.reset is not None or rule.second_reset is not None):
        raise GroupArgumentError(
            f"{owner}: a reset is given without a threshold, so it would never happen. "
            "Give also threshold='V_soma > -40*mV'."
        )


_EXAMPLES = {
    "threshold": "V_soma > -40*mV",
    "reset": "V_soma = -50*mV",
    "second_reset": "V_soma = -55*mV",
}
