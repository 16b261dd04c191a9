"""Networks of the device run clean under AddressSanitizer and UndefinedBehaviorSanitizer."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("sanitize", ROOT / ".ci" / "sanitize.py")
assert SPEC is not None and SPEC.loader is not None
sanitize = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(sanitize)

SCRIPT = """
import brian2, brian2_networks, dendrify_gpu
for name, precision in (("stdp", "float64"), ("subgroups", "float64"), ("noise", "float32")):
    module = brian2_networks.load(name)
    arguments = dict(module.TEST)
    duration = min(20, arguments.pop("duration"))
    brian2.set_device("dendrify_gpu", threads=2, precision=precision)
    brian2.seed(1)
    module.build(**arguments).run(duration * brian2.ms)
    assert "2 threads" in brian2.get_device().last_report[0]
print("clean")
"""


@pytest.mark.skipif(not sanitize.sanitizer_libraries(), reason="g++ has no sanitizers here")
def test_networks_run_clean(tmp_path: Path) -> None:
    networks = str(Path(__file__).parent / "networks")
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**sanitize.environment(str(tmp_path)), "PYTHONPATH": networks},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-4000:]
    assert "clean" in result.stdout
    built = list(tmp_path.glob("kernel_*.so"))
    assert built and all(b"__asan_report" in path.read_bytes() for path in built)
