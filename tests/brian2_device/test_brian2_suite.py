"""A selection of Brian2's own tests, on the device. All of them: ``python benchmarks/brian2_test_suite.py``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "brian2_test_suite.py"
#: Enough to notice when something breaks, in a minute and a half.
FILES = (
    "test_monitor.py",
    "test_network.py",
    "test_neurongroup.py",
    "test_poissongroup.py",
    "test_poissoninput.py",
    "test_refractory.py",
    "test_spikegenerator.py",
    "test_subgroup.py",
    "test_timedarray.py",
)


@pytest.mark.slow
def test_brians_own_tests_pass_on_the_device() -> None:
    command = [sys.executable, str(SCRIPT), "--files", *FILES]
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, env=dict(os.environ), timeout=900
    )
    counts = re.search(r"(\d+) passed, (\d+) skipped, (\d+) failed", result.stdout)
    assert counts is not None, result.stdout[-2000:] + result.stderr[-2000:]
    passed, skipped, failed = (int(count) for count in counts.groups())
    assert failed == 0, result.stdout[-4000:]
    assert passed >= 140
    assert skipped <= 2
