"""Brian2 scripts on this library's core: ``brian2.set_device('dendrify_gpu')``."""

from __future__ import annotations

from .device import DendrifyGpuDevice, register
from .from_brian2 import ImportedNetwork, from_brian2
from .recorded_code import RecordedCode

__all__ = ["DendrifyGpuDevice", "ImportedNetwork", "RecordedCode", "from_brian2", "register"]
