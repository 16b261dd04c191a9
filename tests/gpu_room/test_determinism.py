"""The stored hashes of ten networks: every way of running them gives these bits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from emulated_device import EmulatedDriver, emulated_device
from standard_networks import NETWORKS, Precision, outcome_hash, plan_of, stored_hashes

from dendrify_gpu.gpu import CpuBackend, CudaBackend, NetworkPlan
from dendrify_gpu.gpu.backends import cxx
from dendrify_gpu.gpu.engine import stages

__all__ = ["emulated_device"]

PRECISIONS: tuple[Precision, ...] = ("float32", "float64")
BOTH = [(name, precision) for name in NETWORKS for precision in PRECISIONS]
#: Each network in one precision: every compilation takes a second.
EITHER = [(name, PRECISIONS[number % 2]) for number, name in enumerate(NETWORKS)]


@cache
def plan(name: str, precision: Precision) -> NetworkPlan:
    return plan_of(name, precision)


def test_all_networks_are_stored() -> None:
    stored = stored_hashes()
    assert list(stored) == list(NETWORKS)
    assert len({digest for both in stored.values() for digest in both.values()}) == 2 * len(
        NETWORKS
    )


@pytest.mark.parametrize(("name", "precision"), BOTH)
def test_threads_and_windows_of_any_number(
    name: str, precision: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "LEAST_NEURONS", 0)
    expected = stored_hashes()[name][precision]
    for threads, longest_window, cache_bytes in ((1, 16, 1), (2, 3, 0), (3, 1, 1), (5, 16, 2**30)):
        backend = CpuBackend(threads=threads)
        # Memory beyond the caches is asked for ahead, and events are collected in bins.
        backend.cache_bytes = cache_bytes
        assert outcome_hash(plan(name, precision), backend, longest_window) == expected


@pytest.mark.parametrize(("name", "precision"), BOTH)
@pytest.mark.parametrize("block", [32, 256])
def test_the_text_for_a_device(
    emulated_device: EmulatedDriver, name: str, precision: Precision, block: int
) -> None:
    emulated_device.order = int(block == 32)
    found = outcome_hash(plan(name, precision), CudaBackend(block=block))
    assert found == stored_hashes()[name][precision]


@pytest.mark.parametrize(("name", "precision"), EITHER)
@pytest.mark.parametrize("vector_bytes", [16, 32, 64])
def test_vectors_of_any_width(name: str, precision: Precision, vector_bytes: int) -> None:
    backend = CpuBackend(threads=2, vector_bytes=vector_bytes)
    assert outcome_hash(plan(name, precision), backend) == stored_hashes()[name][precision]


@pytest.mark.parametrize(("name", "precision"), EITHER)
def test_little_optimisation(
    name: str, precision: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = tuple("-O1" if flag == "-O3" else flag for flag in cxx.COMPILER_FLAGS)
    assert flags != cxx.COMPILER_FLAGS
    monkeypatch.setattr(cxx, "COMPILER_FLAGS", flags)
    assert outcome_hash(plan(name, precision), CpuBackend()) == stored_hashes()[name][precision]


@pytest.mark.skipif(shutil.which("clang++") is None, reason="clang++ is not installed")
@pytest.mark.parametrize(("name", "precision"), EITHER)
def test_another_compiler(name: str, precision: Precision, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "clang++")
    assert outcome_hash(plan(name, precision), CpuBackend()) == stored_hashes()[name][precision]


def test_a_hash_sees_the_last_bit() -> None:
    whole = plan("adaptive", "float64")
    first = whole.populations[0]
    changed = {**first.initial, "v": np.nextafter(first.initial["v"], 0)}
    other = type(first)(first.name, first.program, first.n, changed)
    fields = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
    fields["populations"] = (other, *whole.populations[1:])
    found = outcome_hash(NetworkPlan(**fields), CpuBackend())
    assert found != stored_hashes()["adaptive"]["float64"]


SCRIPT = """
import hashlib
from standard_networks import NETWORKS, outcome_hash, plan_of
from dendrify_gpu.gpu import CpuBackend, generated_source
texts = [generated_source(plan_of(name, 'float64'), 'cuda') for name in NETWORKS]
print(hashlib.sha256(''.join(texts).encode()).hexdigest())
for name in ('cuba', 'adaptive', 'coba'):
    print(outcome_hash(plan_of(name, 'float64'), CpuBackend(threads=1)))
"""


def test_neither_the_order_of_sets_nor_vector_instructions_of_numpy_matter() -> None:
    """Both differ from process to process, or from machine to machine."""
    shared = Path(__file__).resolve().parent.parent / "shared"
    found = []
    for seed, disabled in (("1", ""), ("4", "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL "
                                      "AVX512_ICL AVX512_SPR AVX2 FMA3")):  # fmt: skip
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "NPY_DISABLE_CPU_FEATURES": disabled,
            "PYTHONPATH": str(shared),
        }
        command = [sys.executable, "-W", "ignore", "-c", SCRIPT]
        said = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        ).stdout
        found.append(said.split())
    assert found[0] == found[1]
    stored = stored_hashes()
    assert found[0][1:] == [stored[name]["float64"] for name in ("cuba", "adaptive", "coba")]
