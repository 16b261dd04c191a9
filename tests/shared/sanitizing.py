"""Runs a script whose generated code is compiled with sanitizers."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("sanitize", ROOT / ".ci" / "sanitize.py")
assert SPEC is not None and SPEC.loader is not None
sanitize = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(sanitize)


def check_clean(
    script: str, cache: Path, path: Path | None = None, kind: str = "memory"
) -> list[Path]:
    """Run a script that prints ``clean`` at its end; return the libraries that it has made.

    Parameters
    ----------
    script
        Text in Python.
    cache
        Where its kernels go.
    path
        A folder that it imports modules from.
    kind
        Which faults are looked for: ``'memory'`` or ``'threads'``.
    """
    environment = sanitize.environment(str(cache), kind)
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    result = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr[-4000:]
    assert "clean" in result.stdout
    built = list(cache.glob("kernel_*.so"))
    assert built
    mark = {"memory": b"__asan_report", "threads": b"__tsan_write"}[kind]
    assert all(mark in library.read_bytes() for library in built)
    return built
