"""Precompiled headers change nothing but the time, and are done without where they cannot be had."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dendrify_gpu.gpu import CpuBackend, ToolchainError, cache_directory
from dendrify_gpu.gpu.backends import cpu
from dendrify_gpu.gpu.backends.precompiled import PREFIX, PrecompiledHeaders
from dendrify_gpu.gpu.cache import _is_whole
from dendrify_gpu.gpu.ordered.library import ordered_text

TEXT = f"""// Generated.
{PREFIX}
extern "C" double value(double x) {{ return whole::lane_exp(x); }}
"""

needs_gcc = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not there")


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("DENDRIFY_GPU_CACHE", str(tmp_path))
    monkeypatch.setattr(cpu, "_cores", lambda: 2)
    return tmp_path


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> CpuBackend:
    monkeypatch.setenv("CXX", "g++")
    return CpuBackend(threads=1)


def headers_of(backend: CpuBackend) -> PrecompiledHeaders:
    headers = backend.headers(64, begin=True)
    assert headers is not None
    headers.wait()
    return headers


def without(backend: CpuBackend, text: str) -> bytes:
    """Return the library of a text that was compiled by hand."""
    path = cache_directory() / "by_hand.so"
    assert backend._compile(text, backend._flags(64), path) is None
    return path.read_bytes()


@needs_gcc
def test_the_library_is_the_same_to_the_byte(backend: CpuBackend) -> None:
    headers = headers_of(backend)
    used = headers.arguments(TEXT)
    assert used[0] == "-include"
    assert Path(used[1] + ".gch").parent == cache_directory()
    path, made = backend.library(TEXT, 64)
    assert made
    assert headers.arguments(TEXT) == used
    wanted = without(backend, TEXT)
    assert path.read_bytes()[: len(wanted)] == wanted


@needs_gcc
@pytest.mark.parametrize(
    "text",
    ["int x;\n", f"#define PROFILE\n{PREFIX}", f"int x;\n{PREFIX}", f"#if 0\n{PREFIX}#endif"],
)
def test_texts_that_begin_otherwise_do_without(backend: CpuBackend, text: str) -> None:
    assert headers_of(backend).arguments(text) == []


@needs_gcc
def test_the_texts_of_networks_can_use_them(backend: CpuBackend) -> None:
    headers = headers_of(backend)
    assert headers.arguments(ordered_text([]).text) != []
    assert headers.arguments(ordered_text([], profile=True).text) == []


@needs_gcc
def test_they_are_begun_by_the_first_compilation_and_found_by_the_next_process(
    backend: CpuBackend,
) -> None:
    assert backend.headers(64) is None
    backend.library("int x;\n", 64)
    assert backend.headers(64) is None
    backend.library(TEXT, 64)
    begun = backend.headers(64)
    assert begun is not None
    begun.wait()
    (file,) = cache_directory().glob("*.gch")
    written = file.stat().st_mtime_ns
    again = PrecompiledHeaders(begun._command, begun._parts)
    again.wait()
    assert again.arguments(TEXT) == begun.arguments(TEXT) != []
    assert file.stat().st_mtime_ns == written


@needs_gcc
@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"gpch nothing")])
def test_where_they_are_refused_the_text_is_compiled_without(
    backend: CpuBackend, damage: Callable[[Path], object]
) -> None:
    headers = headers_of(backend)
    (file,) = cache_directory().glob("*.gch")
    damage(file)
    path, made = backend.library(TEXT, 64)
    assert made
    wanted = without(backend, TEXT)
    assert path.read_bytes()[: len(wanted)] == wanted
    assert headers.arguments(TEXT) == []


@needs_gcc
def test_an_error_in_the_text_is_reported(backend: CpuBackend) -> None:
    headers_of(backend)
    with pytest.raises(ToolchainError, match=r"refused the generated text:\n.*nonsense"):
        backend.library(f"{PREFIX}nonsense;\n", 64)


@needs_gcc
def test_something_else_is_done_once_while_the_compiler_works(backend: CpuBackend) -> None:
    seen: list[bool] = []

    def meanwhile() -> None:
        seen.append(any(cache_directory().glob("kernel_*.so")))

    headers_of(backend).arguments(TEXT)
    next(cache_directory().glob("*.gch")).write_bytes(b"")  # refused: compiled twice
    backend.library(TEXT, 64, meanwhile)
    assert seen == [False]
    backend.library(TEXT, 64, meanwhile)
    assert seen == [False, True]

    def fail() -> None:
        raise KeyError("stop")

    with pytest.raises(KeyError, match="stop"):
        backend.library(TEXT + "int more;\n", 64, fail)
    assert [path.suffix for path in cache_directory().glob("*")].count(".so") == 1
    assert not list(cache_directory().glob("tmp_*"))


@needs_gcc
def test_a_damaged_file_is_made_anew(backend: CpuBackend) -> None:
    headers = headers_of(backend)
    (file,) = cache_directory().glob("*.gch")
    file.write_bytes(file.read_bytes()[:-1000])
    assert not _is_whole(file)
    PrecompiledHeaders(headers._command, headers._parts).wait()
    assert _is_whole(file)


@needs_gcc
def test_a_process_that_ends_leaves_nothing_behind(own_cache: Path) -> None:
    script = (
        "from dendrify_gpu.gpu import CpuBackend\n"
        "from dendrify_gpu.gpu.backends import cpu\n"
        "cpu._cores = lambda: 2\n"
        "headers = CpuBackend(threads=1).headers(64, begin=True)\n"
        "while headers._process is None: pass\n"
        "print(headers._process.pid)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not Path(f"/proc/{int(done.stdout)}").exists()
    assert list(own_cache.iterdir()) == []


@needs_gcc
def test_one_core_is_left_to_the_script(
    backend: CpuBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cpu, "_cores", lambda: 1)
    assert backend.headers(64, begin=True) is None


def test_a_folder_that_cannot_be_written_means_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("DENDRIFY_GPU_CACHE", str(file / "folder"))
    headers = CpuBackend(threads=1).headers(64, begin=True)
    if headers is not None:
        headers.wait()
        assert headers.arguments(TEXT) == []


@pytest.mark.skipif(shutil.which("clang++") is None, reason="clang++ is not there")
def test_clang_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "clang++")
    assert CpuBackend(threads=1).headers(64, begin=True) is None
