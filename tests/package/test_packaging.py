"""What is built and installed: one package of three rooms, complete, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS: dict[str, str] = SETTINGS["tool"]["setuptools"]["package-dir"]

LEFT_OUT = shutil.ignore_patterns(
    ".*", "build", "dist", "*.egg-info", "__pycache__", "tests", "tutorials", "benchmarks"
)

PROBE = """
import importlib, importlib.metadata, importlib.resources, importlib.util, json
import dendrify_gpu, dendrify_gpu.compartments, dendrify_gpu.gpu
rooms = (dendrify_gpu, dendrify_gpu.compartments, dendrify_gpu.gpu)
kernels = importlib.resources.files("dendrify_gpu.gpu.kernels")
print(json.dumps({
    "files": [room.__file__ for room in rooms],
    "headers": sorted(path.name for path in kernels.iterdir() if path.name.endswith(".h")),
    "typed": importlib.resources.files("dendrify_gpu").joinpath("py.typed").is_file(),
    "version": importlib.metadata.version("dendrify_gpu"),
    "bare": [name for name in ("gpu", "compartments") if importlib.util.find_spec(name)],
}))
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run a program in another folder, without the search path of this process."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    result = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def room_files(folder: str) -> set[Path]:
    """Return the files of a room, relative to it; no caches and no editor's leavings."""
    found = {
        path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*") if path.is_file()
    }
    return {
        path for path in found if not any(p.startswith((".", "__pycache__")) for p in path.parts)
    }


def source_files() -> set[str]:
    """Return all files of the rooms, under the names that they are installed by."""
    return {
        f"{room.replace('.', '/')}/{path.as_posix()}"
        for room, folder in ROOMS.items()
        for path in room_files(folder)
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution from a copy, and the wheel from the source distribution."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT, folder / "copy", ignore=LEFT_OUT)
    output = folder / "dist"
    run(sys.executable, "-m", "build", "--no-isolation", "-o", output, "copy", cwd=folder)
    return output


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def clean_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel where its dependencies are visible and this checkout is not.

    The dependencies come from the site folders of this interpreter, named in a .pth file. Python
    does not obey .pth files in folders that were themselves added so, hence not the one of an
    editable install; and the new environment's own folder, with the wheel, is searched first.
    """
    folder = tmp_path_factory.mktemp("clean") / "env"
    venv.create(folder, with_pip=False)
    python = folder / "bin/python"
    install = ("install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "--python", python, *install, wheel, cwd=folder)
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site_folder = Path(run(python, "-c", asked, cwd=folder).strip())
    visible = [Path(path) for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (site_folder / "dependencies.pth").write_text("\n".join(map(str, visible)), encoding="utf-8")
    for path in visible:
        # Brian2 imports distutils. From Python 3.12 on that is a part of setuptools, put in place
        # by this file. It is obeyed after dependencies.pth: they are read in alphabetical order.
        if (path / "distutils-precedence.pth").is_file():
            shutil.copy(path / "distutils-precedence.pth", site_folder)
    return python


def test_every_package_folder_is_listed() -> None:
    folders = set()
    for room, folder in ROOMS.items():
        for path in (ROOT / folder).rglob("__init__.py"):
            folders.add(".".join([room, *path.parent.relative_to(ROOT / folder).parts]))
    assert folders == set(SETTINGS["tool"]["setuptools"]["packages"])


def test_wheel_holds_the_three_rooms_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == source_files()
    assert {"dendrify_gpu/__init__.py", "dendrify_gpu/py.typed"} <= names
    assert {"dendrify_gpu/gpu/__init__.py", "dendrify_gpu/compartments/__init__.py"} <= names
    assert any(
        name.startswith("dendrify_gpu/gpu/kernels/") and name.endswith(".h") for name in names
    )


def test_wheel_says_what_it_is(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        (prefix,) = {
            name.split("/")[0]
            for name in archive.namelist()
            if name.split("/")[0].endswith(".dist-info")
        }
        text = archive.read(f"{prefix}/METADATA").decode()
        licence = archive.read(f"{prefix}/licenses/LICENSE").decode()
        top_level = archive.read(f"{prefix}/top_level.txt").decode().split()
    assert top_level == ["dendrify_gpu"]
    assert "\nLicense-Expression: BSD-3-Clause\n" in text
    assert "\nRequires-Python: >=3.11\n" in text
    assert "\nRequires-Dist: numpy<2.4," in text
    assert "the dendrify_gpu authors" in licence


def test_source_distribution_holds_what_a_build_needs(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames() if "/" in name}
    assert {"pyproject.toml", "README.md", "LICENSE", "gpu/__init__.py"} <= names
    in_repository = {
        f"{folder}/{path.as_posix()}" for folder in ROOMS.values() for path in room_files(folder)
    }
    assert in_repository <= names


def test_installed_wheel_works_elsewhere(clean_python: Path, tmp_path: Path) -> None:
    shown = json.loads(run(clean_python, "-c", PROBE, cwd=tmp_path))
    environment = clean_python.parents[1].resolve()
    for file in shown["files"]:
        assert Path(file).resolve().is_relative_to(environment)
    assert shown["headers"] == sorted(path.name for path in (ROOT / "gpu/kernels").glob("*.h"))
    assert shown["typed"]
    assert shown["version"] == SETTINGS["project"]["version"]
    assert shown["bare"] == []


def test_every_installed_module_can_be_imported(clean_python: Path, tmp_path: Path) -> None:
    # Also those of the CUDA backend: PyCUDA is an optional dependency.
    code = (
        "import importlib, pkgutil, dendrify_gpu as top\n"
        "for module in pkgutil.walk_packages(top.__path__, 'dendrify_gpu.'):\n"
        "    if not module.name.endswith('.__main__'):\n"
        "        print(importlib.import_module(module.name).__name__)\n"
    )
    imported = set(run(clean_python, "-c", code, cwd=tmp_path).split())
    expected = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in source_files()
        if name.endswith(".py") and not name.endswith("/__main__.py")
    }
    assert imported == expected - {"dendrify_gpu"}


def test_editable_install_works_elsewhere(tmp_path: Path) -> None:
    origin = metadata.distribution("dendrify_gpu").read_text("direct_url.json")
    if not json.loads(origin or "{}").get("dir_info", {}).get("editable"):
        pytest.skip("the package under test is not an editable install")
    shown = json.loads(run(sys.executable, "-c", PROBE, cwd=tmp_path))
    folders = [Path(file).resolve().parent for file in shown["files"]]
    assert folders == [ROOT / "dendrify_gpu", ROOT / "compartments", ROOT / "gpu"]
    assert shown["typed"]
    assert shown["headers"]
    assert shown["bare"] == []
