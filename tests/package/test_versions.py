"""`show_versions` names everything, also what is missing."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np
import pytest

from dendrify_gpu import _versions
from dendrify_gpu._versions import show_versions
from dendrify_gpu.gpu import ToolchainError, find_compiler


def table(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    assert show_versions() is None
    lines = capsys.readouterr().out.splitlines()
    column = max(line.index("  ") for line in lines) + 2
    return {line[:column].strip(): line[column:] for line in lines}


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_names_versions_compilers_and_devices(capsys: pytest.CaptureFixture[str]) -> None:
    shown = table(capsys)
    assert list(shown) == [
        *("python", "platform", "dendrify_gpu", "brian2", "numpy", "sympy", "matplotlib", "xarray"),
        *("pycuda", "C++ compiler", "nvcc", "CPU vectors", "CPU cores", "GPU, driver"),
        "CUDA backend",
    ]
    assert shown["python"] == platform.python_version()
    assert shown["numpy"] == np.__version__
    assert shown["C++ compiler"].endswith(f"({find_compiler()})")
    assert shown["CPU vectors"] in {*_versions._VECTOR_MACROS.values(), "none known"}
    assert all(shown.values())


def test_says_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def nothing() -> str:
        raise ToolchainError("none")

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(_versions, "find_compiler", nothing)
    monkeypatch.setattr(_versions, "find_nvcc", nothing)
    monkeypatch.setattr(_versions, "_PACKAGES", ("no_such_package",))
    shown = table(capsys)
    assert shown["no_such_package"] == "not installed"
    assert shown["C++ compiler"] == shown["nvcc"] == "not found"
    assert shown["CPU vectors"] == "unknown (no C++ compiler)"
    assert shown["GPU, driver"] == "none found (nvidia-smi is not on the path)"


def test_lists_every_device(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script(tmp_path / "nvidia-smi", "echo 'A, 8.0, 1 MiB, 1.0'; echo 'B, 9.0, 2 MiB, 1.0'")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert table(capsys)["GPU, driver"] == "A, 8.0, 1 MiB, 1.0; B, 9.0, 2 MiB, 1.0"


def test_reports_the_release_of_nvcc(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nvcc = script(tmp_path / "nvcc", "echo 'nvcc: a compiler'; echo 'tools, release 12.4'")
    monkeypatch.setattr(_versions, "find_nvcc", lambda: str(nvcc))
    assert table(capsys)["nvcc"] == f"tools, release 12.4 ({nvcc})"


def test_reports_a_tool_that_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = script(tmp_path / "compiler", "echo 'no licence' >&2; exit 3")
    monkeypatch.setattr(_versions, "find_compiler", lambda: str(broken))
    monkeypatch.setattr(_versions, "find_nvcc", lambda: str(tmp_path / "absent"))
    shown = table(capsys)
    assert f"{broken} failed (no licence)" in shown["C++ compiler"]
    assert "does not run" in shown["nvcc"]
