"""Brunel and Hakim's inhibitory network with a delay of its own on every synapse, from 0 to 4 ms."""

from __future__ import annotations

from typing import Any

from brian2 import Network

from . import brunel_hakim

MONITORS = brunel_hakim.MONITORS
RANDOM = True
TEST = brunel_hakim.TEST


def build(scale: float = 1.0, **options: Any) -> Network:
    """Return the network."""
    return brunel_hakim.build(scale, spread_delays=True, **options)
