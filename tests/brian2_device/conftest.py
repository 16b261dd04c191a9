"""The networks of these tests, importable as ``brian2_networks``."""

from __future__ import annotations

import sys
from pathlib import Path

NETWORKS = str(Path(__file__).parent / "networks")
if NETWORKS not in sys.path:
    sys.path.insert(0, NETWORKS)
