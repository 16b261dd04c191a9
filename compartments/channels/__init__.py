"""The language of ion channels: gates, channels, and the ion pools that they feed and depend on."""

from __future__ import annotations

from .channel import Channel
from .event_channels import BoxSpike, DecayingSpike
from .gates import Gate
from .pools import CalciumPool, IonPool

__all__ = ["BoxSpike", "CalciumPool", "Channel", "DecayingSpike", "Gate", "IonPool"]
