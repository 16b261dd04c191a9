"""The shared fixtures do what the other tests rely on."""

from __future__ import annotations

import os
from pathlib import Path

import brian2
import matplotlib
import numpy as np
import pytest
from brian2 import Hz, PoissonGroup, ms

from dendrify_gpu.gpu import cache_directory, cuda_unavailable

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).parents[1] / "conftest.py"


def test_figures_need_no_display() -> None:
    assert matplotlib.get_backend().lower() == "agg"


def test_kernels_are_cached_in_a_folder_of_the_run() -> None:
    assert str(cache_directory()) == os.environ["DENDRIFY_GPU_CACHE"]
    assert "pytest" in str(cache_directory())


def test_brian2_runs_without_a_compiler() -> None:
    assert brian2.prefs.codegen.target == "numpy"


@pytest.mark.parametrize("repetition", [0, 1])
def test_random_numbers_and_clock_start_alike(repetition: int) -> None:
    assert brian2.defaultclock.dt == 0.1 * ms
    drawn = np.random.rand()  # noqa: NPY002 - the generator that Brian2's numpy target uses
    brian2.seed(20260101)
    assert drawn == np.random.rand()  # noqa: NPY002
    brian2.defaultclock.dt = 0.5 * ms  # put back before the next repetition


@pytest.mark.parametrize("repetition", [0, 1])
def test_objects_of_other_tests_do_not_run(repetition: int) -> None:
    group = PoissonGroup(1, 10 * Hz)
    assert brian2.collect() == {group}


def test_device_tests_are_skipped_with_a_reason(pytester: pytest.Pytester) -> None:
    reason = cuda_unavailable()
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers = gpu: needs a device\n")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.gpu
        def test_on_device():
            pass

        def test_anywhere():
            pass
        """
    )
    result = pytester.runpytest_subprocess("-rs")
    if reason is None:
        result.assert_outcomes(passed=2)
    else:
        result.assert_outcomes(passed=1, skipped=1)
        result.stdout.fnmatch_lines([f"SKIPPED*needs a CUDA device: {reason[:30]}*"])
