"""What ``import dendrify_gpu`` leaves out, because most scripts do without."""

from __future__ import annotations

import subprocess
import sys

LATE = {"xarray", "pandas", "networkx", "scipy.sparse.linalg", "IPython", "nbformat", "pycuda"}

SCRIPT = """
import sys
import brian2
before = set(sys.modules)
import dendrify_gpu
print(" ".join(set(sys.modules) - before))
"""


def test_large_libraries_are_imported_where_they_are_used() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.split())
    assert "dendrify_gpu.network" in imported
    assert not imported & LATE
