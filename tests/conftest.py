"""What every test starts from: quiet figures, Brian2 without a compiler, its own kernel cache."""

from __future__ import annotations

import gc
import importlib.util
import os
import random
from collections.abc import Iterator
from importlib import metadata

import pytest

# Before anything imports matplotlib.
os.environ["MPLBACKEND"] = "Agg"

SEED = 20260101


#: Names the kernels of the run around it to a run of tests that a test starts.
KERNELS_OF_THE_RUN = "DENDRIFY_GPU_TEST_KERNELS"


def pytest_report_header() -> str:
    """Say which Brian2 the tests run with, without importing it where warnings are not yet errors."""
    found = importlib.util.find_spec("brian2")
    place = os.path.dirname(str(found and found.origin))
    return f"brian2: {metadata.version('brian2')} from {place}, numpy {metadata.version('numpy')}"


@pytest.fixture(scope="session", autouse=True)
def kernel_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compile into a folder of this run: a test never loads what an earlier version left behind."""
    with pytest.MonkeyPatch.context() as patch:
        folder = os.environ.get(KERNELS_OF_THE_RUN) or str(tmp_path_factory.mktemp("kernels"))
        patch.setenv(KERNELS_OF_THE_RUN, folder)
        patch.setenv("DENDRIFY_GPU_CACHE", folder)
        yield


@pytest.fixture(scope="module", autouse=True)
def quick_collections() -> None:
    """Leave out of garbage collections what is there already.

    Brian2 collects in every run. To go through libraries, caches and thousands of tests takes a fifth of a second
    each time.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def fresh_brian2() -> Iterator[None]:
    """Start from Brian2's own defaults and device, without compiled code, and with known random numbers."""
    import brian2
    from brian2.devices.device import previous_devices, reset_device

    target = brian2.prefs.codegen.target
    brian2.prefs.codegen.target = "numpy"
    brian2.start_scope()
    brian2.defaultclock.dt = 0.1 * brian2.ms
    brian2.seed(SEED)
    random.seed(SEED)
    yield
    brian2.prefs.codegen.target = target
    # A test that sets a device twice must not leave one of them to all others.
    while previous_devices:
        reset_device()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a device where there is none, and say why."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if not marked:
        return
    from dendrify_gpu.gpu import cuda_unavailable

    reason = cuda_unavailable()
    if reason is not None:
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=f"needs a CUDA device: {reason}"))
