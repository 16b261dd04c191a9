"""Brian2 scripts on this library's core: ``brian2.set_device('dendrify_gpu')``."""

from __future__ import annotations

from .device import DendrifyGpuDevice, register
from .recorded_code import RecordedCode

__all__ = ["DendrifyGpuDevice", "RecordedCode", "register"]
