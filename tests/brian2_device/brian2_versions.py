"""Other versions of Brian2 beside the one that is installed, each in a folder of its own that is kept.

Only Brian2 itself and what it asks for in another version than the environment has go into the folder. A process that
has the folder in front of its search path runs with that Brian2, and with everything else of the environment.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
#: Ignored by git and removed by ``make clean``.
FOLDER = ROOT / "build" / "brian2_versions" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
#: The lowest is the one that pyproject.toml asks for; the last entry is whatever is newer than those that are named.
VERSIONS = {
    "2.7": "==2.7.*",
    "2.8": "==2.8.*",
    "2.9": "==2.9.*",
    "2.10": "==2.10.*",
    "newer": ">2.10,!=2.10.*",
}
#: Seconds that pip may take for one version.
PATIENCE = 90.0


class NotInstalledError(Exception):
    """Pip has not installed a version; the text says why."""


class NoAnswerError(NotInstalledError):
    """Pip has not come to an end."""


def installed(name: str, folder: Path = FOLDER) -> Path:
    """Return the folder with a version of Brian2, which is filled by pip if it is not there yet.

    Parameters
    ----------
    name
        One of `VERSIONS`.
    folder
        Where the folders of all versions lie.

    Raises
    ------
    NotInstalledError
        If pip does not find or cannot install the version or what it asks for.
    NoAnswerError
        If pip does not come to an end.
    """
    place = folder / name
    if place.is_dir():
        return place
    # Filled under another name first, so that a folder of that name is complete.
    making = folder / f"{name}.incomplete"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        pip_install([f"brian2{VERSIONS[name]}"], making)
        for wanted in lacking(making):
            pip_install(wanted, making)
        making.rename(place)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return place


def pip_install(requirements: Sequence[str], target: Path, patience: float | None = None) -> None:
    """Install one package as a wheel, without what it needs, into a folder.

    A version for which there is no wheel would have to be built, with a compiler and for minutes: it counts as absent.
    """
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--retries", "2"]
    command += ["--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
    command += ["--target", str(target), *requirements]
    patience = PATIENCE if patience is None else patience
    asked = " ".join(requirements)
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=patience
        )
    except subprocess.TimeoutExpired:
        raise NoAnswerError(f"pip install {asked}: no end within {patience:g} s") from None
    if result.returncode:
        said = [line for line in result.stderr.splitlines() if line.startswith("ERROR:")]
        raise NotInstalledError(f"pip install {asked}: {' '.join(said) or result.stderr[-500:]}")


def lacking(folder: Path) -> list[list[str]]:
    """Return what the Brian2 in a folder asks for and the environment does not have.

    Each entry holds a requirement and what this library's own pyproject.toml says about the same package, so that pip
    refuses what no user could have.
    """
    (found,) = metadata.distributions(name="brian2", path=[str(folder)])
    own = dependencies()
    missing = []
    for text in found.requires or []:
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        if not requirement.specifier.contains(version_of(requirement.name), prereleases=True):
            name = canonicalize_name(requirement.name)
            missing.append([f"{name}{requirement.specifier}", *own.get(name, [])])
    return missing


def dependencies() -> dict[str, list[str]]:
    """Return the requirements of this library's pyproject.toml by package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, list[str]] = {}
    for text in project["dependencies"]:
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        found.setdefault(name, []).append(f"{name}{requirement.specifier}")
    return found


def version_of(name: str) -> str:
    """Return the version of a package of the environment; ``"0"`` if it is not there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "0"


def in_use(name: str) -> bool:
    """Return whether a version is the one that is imported here."""
    import brian2

    # A folder of git's calls itself "2.9.0.dev3+g1234", which is no release of anything.
    version = re.match(r"[\d.]+\d", brian2.__version__)
    requirement = Requirement(f"brian2{VERSIONS[name]}")
    return version is not None and requirement.specifier.contains(version.group())
