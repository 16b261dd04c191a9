"""CPU backends that take any network for larger than their caches, or for smaller."""

from __future__ import annotations

from dendrify_gpu.gpu import CpuBackend

__all__ = ["cpu_backend"]


def cpu_backend(far: bool, threads: int = 1) -> CpuBackend:
    """Return a backend with a cache of one byte, or with caches of unknown size."""
    backend = CpuBackend(threads=threads)
    backend.cache_bytes = 1 if far else 0
    return backend
