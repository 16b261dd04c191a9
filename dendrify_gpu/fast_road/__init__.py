"""Brian2 networks of additive synapses on the fused core.

`examine` looks at the objects of a prepared network. It returns a `FastPlan`, whose `run` carries the run out and
leaves in Brian2's arrays what Brian2 itself would leave there, or the reasons why the network has to be carried out
object by object.
"""

from __future__ import annotations

from .examination import examine
from .plan import FastPlan
from .reason import GeneralRoadNeeded, Reason

__all__ = ["FastPlan", "GeneralRoadNeeded", "Reason", "examine"]
