"""What every test starts from: quiet figures, Brian2 without a compiler, its own kernel cache."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

# Before anything imports matplotlib.
os.environ["MPLBACKEND"] = "Agg"

SEED = 20260101


@pytest.fixture(scope="session", autouse=True)
def kernel_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compile into a folder of this run: a test never loads what an earlier version left behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DENDRIFY_GPU_CACHE", str(tmp_path_factory.mktemp("kernels")))
        yield


@pytest.fixture(autouse=True)
def fresh_brian2() -> Iterator[None]:
    """Start from Brian2's own defaults, without compiled code, and with known random numbers."""
    import brian2

    target = brian2.prefs.codegen.target
    brian2.prefs.codegen.target = "numpy"
    brian2.start_scope()
    brian2.defaultclock.dt = 0.1 * brian2.ms
    brian2.seed(SEED)
    random.seed(SEED)
    yield
    brian2.prefs.codegen.target = target


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
