"""What a caller hands to the core: a neuron model in Brian2's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Model"]


@dataclass(frozen=True)
class Model:
    """A neuron model as Brian2 would be given it.

    Parameters
    ----------
    equations : str
        Equations with units, in Brian2's syntax.
    namespace : mapping of str to Quantity or number
        Values of the names that the equations use and do not define.
    method : str, optional
        Integration method, one of `dendrify_gpu.gpu.integration_methods()`. Default ``'euler'``.
        ``'implicit'`` and ``'crank_nicolson'`` solve coupled voltages together.
    threshold : str, optional
        Condition for a spike. Without one the neurons never spike.
    reset : str, optional
        Statements that a spike carries out.
    refractory : Quantity, str or False, optional
        Time (a quantity, or an expression of parameters) for which a neuron cannot spike again, or
        a condition that keeps it refractory. Default False.
    events : mapping of str to str, optional
        Conditions of custom events.
    event_actions : mapping of str to str, optional
        Statements that a custom event carries out, for some or all of `events`.
    second_reset : str, optional
        Statements carried out `spike_width` after a spike.
    spike_width : Quantity, optional
        Delay of the second reset.
    name : str, optional
        Name used in generated text and in messages. Default ``'neuron'``.

    Examples
    --------
    >>> from brian2.units import ms, mV
    >>> model = Model('dv/dt = -v / tau : volt', {'tau': 10*ms}, threshold='v > 10*mV', reset='v = 0*mV')
    >>> model.method
    'euler'
    """

    equations: str
    namespace: Mapping[str, Any] = field(default_factory=dict)
    method: str = "euler"
    threshold: str | None = None
    reset: str | None = None
    refractory: Any = False
    events: Mapping[str, str] = field(default_factory=dict)
    event_actions: Mapping[str, str] = field(default_factory=dict)
    second_reset: str | None = None
    spike_width: Any = None
    name: str = "neuron"
