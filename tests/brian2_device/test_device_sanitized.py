"""Networks of the device run clean under AddressSanitizer and UndefinedBehaviorSanitizer."""

from __future__ import annotations

from pathlib import Path

import pytest
from sanitizing import check_clean, sanitize

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
    assert len(check_clean(SCRIPT, tmp_path, Path(__file__).parent / "networks")) == 3
