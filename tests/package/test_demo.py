"""The demonstration: its files, its table, its exit status, its command line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import xarray as xr
from matplotlib.image import imread

from dendrify_gpu.comparison import SpikeComparison
from dendrify_gpu.demo import program
from dendrify_gpu.demo.current_curve import CurrentCurve
from dendrify_gpu.demo.settings import parse_arguments
from dendrify_gpu.validation import ValidationReport

FIGURES = {"cell.png", "voltages.png", "raster.png", "comparison.png", "ca1_network.png"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """Run the quick demonstration as a user does; return its folder and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "dendrify_gpu.demo", "--quick", "--output", "results"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder / "results", result.stdout, result.stderr


@pytest.mark.slow
def test_it_announces_every_step(finished: tuple[Path, str, str]) -> None:
    _, printed, bars = finished
    assert re.findall(r"^\[(\d)/6\] ", printed, flags=re.MULTILINE) == list("123456")
    assert "100%" in bars


@pytest.mark.slow
def test_it_prints_the_published_curve(finished: tuple[Path, str, str]) -> None:
    rows = dict(re.findall(r"spikes, (here|published) ((?: +\d+)+)\n", finished[1]))
    assert rows["published"].split() == ["0", "1", "10", "13", "17", "20"]
    assert rows["here"].split() == rows["published"].split()


@pytest.mark.slow
def test_the_table_says_what_was_run(finished: tuple[Path, str, str]) -> None:
    lines = re.findall(r"^\| (\S.*?) +\| (\S.*?) +\|$", finished[1], flags=re.MULTILINE)
    rows = dict(lines)
    assert rows["cells"] == "400, of 9 compartments"
    assert rows["synapses"] == "10,000"  # 5 * 400 of input, 20 * 400 recurrent
    assert rows["biological time"] == "100 ms, 1,000 steps of 0.1 ms"
    assert float(rows["steps per second"].replace(",", "")) > 0
    assert float(rows["biological / wall time"]) > 0
    assert rows["current-frequency curve"] == "as published"
    assert float(rows["largest deviation from Brian2"].split()[0]) < 1e-6
    assert rows["backend"].split(",")[0]


@pytest.mark.slow
def test_it_writes_figures(finished: tuple[Path, str, str]) -> None:
    folder = finished[0]
    assert {path.name for path in folder.glob("*.png")} == FIGURES
    for name in FIGURES:
        picture = imread(folder / name)
        assert min(picture.shape[:2]) > 150
        assert picture[..., :3].std() > 0.01, f"{name} is empty"


@pytest.mark.slow
def test_it_writes_recordings(finished: tuple[Path, str, str]) -> None:
    path = finished[0] / "recordings.nc"
    with xr.open_dataset(path, group="voltages", engine="h5netcdf") as voltages:
        assert voltages.sizes == {"time": 500, "neuron": 3}
        assert voltages["V_soma"].attrs["units"] == "V"
    with xr.open_dataset(path, group="spikes", engine="h5netcdf") as spikes:
        assert spikes.attrs["size"] == 400
        assert spikes.sizes["spike"] > 0


def test_a_wrong_curve_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        program, "measure_current_curve", lambda: CurrentCurve((100.0,), (1,), (0,))
    )
    assert program.main(["--quick", "--cells", "50", "--output", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert "They DIFFER." in printed.out
    assert "The current-frequency curve is not the published one." in printed.err


@pytest.mark.parametrize("curve_holds", [True, False])
@pytest.mark.parametrize("missing", [0, 1])
def test_the_exit_status_says_whether_everything_holds(
    curve_holds: bool, missing: int, capsys: pytest.CaptureFixture[str]
) -> None:
    spikes = SpikeComparison("pyr", 5 - missing, 5, 5 - missing, 5 - missing, missing, 0)
    report = ValidationReport(0.1, "float64", "cpu", 0, (), (spikes,), {}, {}, {}, {}, 1e-4)
    assert program.verdict(curve_holds, report) == int(bool(missing) or not curve_holds)
    said = capsys.readouterr().err
    assert ("The network does not agree with Brian2." in said) == bool(missing)
    assert ("curve is not the published one." in said) == (not curve_holds)


def test_sizes() -> None:
    usual, quick, few = (
        parse_arguments(words) for words in ([], ["--quick"], ["--quick", "--cells", "30"])
    )
    assert (usual.cells, usual.validated_cells, str(usual.output)) == (10_000, 100, "demo_output")
    assert (quick.cells, quick.validated_cells) == (400, 40)
    assert (few.cells, few.validated_cells) == (30, 30)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--cells", "20"], "20 cells are too few: each gets input from 20 others"),
        (["--cells", "many"], "'many' is not a whole number"),
        (["--rapid"], "unrecognized arguments: --rapid"),
    ],
)
def test_a_wrong_command_line_is_refused(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        parse_arguments(words)
    assert message in capsys.readouterr().err
