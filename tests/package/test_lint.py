"""Style, format and types are checked with the settings of pyproject.toml."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

needs_ruff = pytest.mark.skipif(
    importlib.util.find_spec("ruff") is None, reason="ruff is not installed"
)
needs_mypy = pytest.mark.skipif(
    importlib.util.find_spec("mypy") is None, reason="mypy is not installed"
)


def run(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@needs_ruff
@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_ruff(command: list[str]) -> None:
    result = run("-m", "ruff", *command, "--no-cache", ".")
    assert result.returncode == 0, result.stdout + result.stderr


@needs_mypy
def test_types() -> None:
    result = run(".ci/typecheck.py")
    assert result.returncode == 0, result.stdout + result.stderr


@needs_mypy
def test_type_errors_are_found_in_every_room(tmp_path: Path) -> None:
    # A repository of three one-line rooms, under the project's own settings.
    for folder in (".ci", "dendrify_gpu", "compartments", "gpu/engine"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / ".ci/typecheck.py", tmp_path / ".ci")
    (tmp_path / "gpu/__init__.py").write_text("number: int = 1\n", encoding="utf-8")
    (tmp_path / "gpu/engine/__init__.py").write_text("x: int = 'text'\n", encoding="utf-8")
    (tmp_path / "compartments/__init__.py").write_text("def f(x): ...\n", encoding="utf-8")
    (tmp_path / "dendrify_gpu/__init__.py").write_text(
        "from .gpu import number\nname: str = number\n", encoding="utf-8"
    )

    result = run(tmp_path / ".ci/typecheck.py", cwd=tmp_path)

    assert result.returncode == 1, result.stdout + result.stderr
    lines = result.stdout.splitlines()
    assert [line.split(": ")[0] for line in sorted(lines)] == [
        "compartments/__init__.py:1",
        "dendrify_gpu/__init__.py:2",
        "gpu/engine/__init__.py:1",
    ]


@needs_mypy
def test_type_check_follows_renamed_files(tmp_path: Path) -> None:
    for folder in (".ci", "dendrify_gpu", "compartments", "gpu"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / ".ci/typecheck.py", tmp_path / ".ci")
    module = tmp_path / "dendrify_gpu/old.py"
    module.write_text("x: int = 'text'\n", encoding="utf-8")
    assert "dendrify_gpu/old.py:1" in run(tmp_path / ".ci/typecheck.py").stdout

    module.rename(module.with_name("new.py"))

    assert run(tmp_path / ".ci/typecheck.py").stdout.startswith("dendrify_gpu/new.py:1")
