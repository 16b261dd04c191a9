"""The device with every version of Brian2 that it promises to work with and that pip has for this Python.

The version that is installed is tested by all the other tests. These come after `test_networks` and share its kernels.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import brian2_versions
import pytest
from brian2_versions import ROOT, VERSIONS, NoAnswerError, NotInstalledError
from packaging.requirements import Requirement

#: What is run with each version: everything is compared with the numpy target of the same version.
NETWORKS = (
    "cuba",
    "cobahh",
    "stdp",
    "brunel_hakim_delays",
    "axon",  # a SpatialNeuron
    "gap_junctions",  # a summed variable
    "changes",  # store, restore, and what changes between runs
    "operations",  # network operations
    "poisson_inputs",
    "refractoriness",
    "custom_events",
)
ALIKE = "tests/brian2_device/test_networks.py::test_the_same_as_the_numpy_target"
TESTS = (
    *(f"{ALIKE}[{name}]" for name in NETWORKS),
    "tests/brian2_device/test_scripts.py::test_stored_and_restored",
    "tests/brian2_device/test_fast_road_runs.py::test_store_and_restore",
    "tests/validation/test_network_export.py::test_the_export_starts_with_the_present_description",
)


@pytest.fixture(scope="module")
def folder_of() -> Callable[[str], Path]:
    """Return a function that installs a version; it does not ask again when pip has not come to an end once."""
    silent: list[str] = []

    def install(name: str) -> Path:
        if silent:
            pytest.skip(f"not tried: {silent[0]}")
        try:
            return brian2_versions.installed(name)
        except NoAnswerError as error:
            silent.append(str(error))
            pytest.skip(str(error))
        except NotInstalledError as error:
            python = ".".join(map(str, sys.version_info[:2]))
            pytest.skip(f"Brian2 {name} is not to be had for Python {python}: {error}")

    return install


@pytest.mark.slow
@pytest.mark.parametrize("name", VERSIONS)
def test_networks_with_another_version(name: str, folder_of: Callable[[str], Path]) -> None:
    if brian2_versions.in_use(name):
        pytest.skip("all the other tests run with this version")
    folder = folder_of(name)
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(folder), environment.get("PYTHONPATH")])
    )
    # What another version of Brian2 warns of is not this library's.
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "ignore"]
    result = subprocess.run(
        [*command, *TESTS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    said = result.stdout[-6000:] + result.stderr[-2000:]
    header = re.search(r"^brian2: (\S+) from (.+), numpy", result.stdout, re.MULTILINE)
    assert header is not None, said
    version, place = header.groups()
    assert Requirement(f"brian2{VERSIONS[name]}").specifier.contains(version)
    assert Path(place) == folder / "brian2"
    assert result.returncode == 0, said
    assert f"= {len(TESTS)} passed" in said


def test_the_versions_begin_with_the_lowest_that_is_asked_for() -> None:
    assert brian2_versions.dependencies()["brian2"] == [f"brian2>={next(iter(VERSIONS))}"]
    assert sum(map(brian2_versions.in_use, VERSIONS)) == 1


def test_an_absent_version_is_reported_with_the_reason_of_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VERSIONS, "absent", "==2.6.99")
    with pytest.raises(NotInstalledError, match=r"brian2==2\.6\.99: ERROR: Could not find"):
        brian2_versions.installed("absent", tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(NoAnswerError, match=r"brian2==2\.6\.99: no end within 0\.01 s"):
        brian2_versions.pip_install(["brian2==2.6.99"], tmp_path, patience=0.01)


def test_a_version_that_is_there_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def pip_install(requirements: list[str], target: Path) -> None:
        asked.append(requirements)
        information = target / "brian2-2.7.0.dist-info"
        information.mkdir(exist_ok=True)
        text = (
            "Metadata-Version: 2.1\nName: Brian2\nVersion: 2.7.0\nRequires-Dist: numpy>=99\n"
            "Requires-Dist: SymPy>=1.2\nRequires-Dist: absent; platform_system == 'none'\n"
        )
        (information / "METADATA").write_text(text, encoding="utf-8")

    monkeypatch.setattr(brian2_versions, "pip_install", pip_install)
    folder = brian2_versions.installed("2.7", tmp_path)
    # Only what the environment does not have, and within what this library itself asks for.
    assert asked == [["brian2==2.7.*"], ["numpy>=99", brian2_versions.dependencies()["numpy"][0]]]
    assert brian2_versions.installed("2.7", tmp_path) == folder
    assert len(asked) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["2.7"]
