"""The CPU backend: compilers, warnings, the cache, and what it says when something is missing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from models import active
from test_cuda_text import functions

from dendrify_gpu.gpu import CpuBackend, ToolchainError, build_program, cache_directory, clear_cache
from dendrify_gpu.gpu.backends import cpu
from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.backends.cxx import COMPILER_FLAGS, find_compiler
from dendrify_gpu.gpu.codegen.step_function import build_step_function
from dendrify_gpu.gpu.codegen.translation_unit import translation_unit

COMPILERS = [name for name in ("g++", "clang++") if shutil.which(name)]


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("width", [16, 32, 64])
def test_generated_text_compiles_with_warnings_as_errors(
    compiler, precision, width, tmp_path: Path
) -> None:
    command = [
        *(
            compiler,
            *COMPILER_FLAGS,
            "-Werror",
            f"-DPRECISION={precision}",
            f"-DVECTOR_BYTES={width}",
        ),
        *(f"-I{header_folder()}", "-x", "c++", "-", "-o", str(tmp_path / "library.so")),
    ]
    text = translation_unit(functions(), "cpu")
    result = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr


def test_a_second_build_comes_from_the_cache() -> None:
    clear_cache()
    backend = CpuBackend()
    first = backend.build(functions(), 64)
    assert not first.from_cache
    assert backend.build(functions(), 64).from_cache
    assert not backend.build(functions(), 32).from_cache
    assert len(list(cache_directory().glob("kernel_*.so"))) == 2
    assert clear_cache() == 2


def test_another_process_loads_the_binary_at_once(tmp_path: Path) -> None:
    folder = Path(__file__).resolve().parent.parent / "shared"
    script = (
        "from models import active\n"
        "from dendrify_gpu.gpu import CpuBackend, build_program\n"
        "from dendrify_gpu.gpu.codegen.step_function import build_step_function\n"
        "function = build_step_function(build_program(active(), 1e-4), 'step')\n"
        "kernels = CpuBackend().build([function], 64)\n"
        "print(kernels.from_cache)\n"
    )
    environment = {
        "PYTHONPATH": str(folder),
        "DENDRIFY_GPU_CACHE": str(tmp_path),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
    }
    found = []
    for _ in range(2):
        command = [sys.executable, "-c", script]
        result = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        )
        found.append(result.stdout.strip())
    assert found == ["False", "True"]


def test_a_missing_compiler_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(
        ToolchainError, match=r"No C\+\+ compiler was found. Install one: 'apt install g\+\+'"
    ):
        find_compiler()


def test_a_refused_text_shows_what_the_compiler_said() -> None:
    function = build_step_function(build_program(active(), 1e-4), "step")
    broken = type(function)(
        "step",
        function.source.replace("lane_exp", "no_such_function"),
        function.coefficients,
        (),
        (),
        1,
    )
    with pytest.raises(ToolchainError, match="no_such_function"):
        CpuBackend().build([broken], 64)


def test_a_cache_that_cannot_be_written_says_how_to_move_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("DENDRIFY_GPU_CACHE", str(blocked / "folder"))
    with pytest.raises(ToolchainError, match="Set the environment variable DENDRIFY_GPU_CACHE"):
        CpuBackend().build(functions(), 64)


def test_at_least_one_thread_is_needed() -> None:
    with pytest.raises(ToolchainError, match="threads=0: at least one thread"):
        CpuBackend(threads=0)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({"1": "48K", "2": "1024K", "3": "32768K"}, 2**25),
        ({"2": "512K", "1": "32K"}, 2**19),
        ({"3": "unknown", "2": "2048K"}, 2**21),
        ({"3": "", "none": "32K"}, 2**25),
        ({}, 2**25),
    ],
)
def test_the_last_level_of_the_caches(
    levels: dict[str, str], expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, (level, size) in enumerate(levels.items()):
        folder = tmp_path / f"index{number}"
        folder.mkdir()
        (folder / "level").write_text(f"{level}\n")
        (folder / "size").write_text(f"{size}\n")
    monkeypatch.setattr(cpu, "_CACHES", tmp_path)
    assert CpuBackend().cache_bytes == expected
