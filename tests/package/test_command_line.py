"""The command line: what it prints and draws, and its exit statuses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from brian2.units import ms, mV, nS, pF
from matplotlib.image import imread

from dendrify_gpu.command_line import main
from dendrify_gpu.compartments import NeuronModel, PointNeuronModel, Soma, channel_library
from dendrify_gpu.models import MODELS

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def no_figure_stays_open() -> Iterator[None]:
    plt.close("all")
    yield
    assert plt.get_fignums() == []


def run(capsys: Capture, *words: object) -> tuple[int, str, str]:
    status = main([str(word) for word in words])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def refused(capsys: Capture, *words: object) -> str:
    """Return what is said about words that make no command."""
    with pytest.raises(SystemExit) as info:
        main([str(word) for word in words])
    assert info.value.code == 2
    return capsys.readouterr().err


# ----------------------------------------------------------------------- channels


def test_all_channels_are_listed(capsys: Capture) -> None:
    status, out, err = run(capsys, "channels")
    assert (status, err) == (0, "")
    names = [line.split()[0] for line in out.splitlines()[1:]]
    assert names == list(channel_library.find().names)


def test_channels_are_filtered(capsys: Capture) -> None:
    status, out, _ = run(capsys, "channels", "--ion", "k", "--name", "kv", "--paper", "mainen 1996")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == ["name", "Kv_mainen"]


def test_nothing_found_is_status_one(capsys: Capture) -> None:
    assert run(capsys, "channels", "--name", "nosuch") == (
        1,
        "",
        "No channel of the library fits.\n",
    )
    status, out, err = run(capsys, "channels", "--ion", "xx")
    assert (status, out) == (1, "")
    assert err.startswith("channels.find: no channel conducts ion = 'xx'. There are: ca, cation")


def test_a_channel_is_printed_and_drawn(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "gates.png"
    status, out, err = run(capsys, "channels", "Na_hh", "--save", path)
    assert (status, err) == (0, "")
    assert str(channel_library.Na_hh()) in out
    assert "squid" in out
    assert f"written: {path}" in out
    assert imread(path).std() > 0.01


def test_a_figure_that_cannot_be_shown_is_said_to_be(capsys: Capture) -> None:
    status, out, err = run(capsys, "channels", "Na_hh")
    assert (status, err) == (0, "No window can be opened here. Use --save FILE.png.\n")
    assert "dm/dt" in out


def test_a_window_is_opened_where_there_can_be_one(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []
    monkeypatch.setattr(plt, "get_backend", lambda: "TkAgg")
    monkeypatch.setattr(plt, "show", lambda: shown.append(len(plt.get_fignums())))
    status, _, err = run(capsys, "channels", "Na_hh")
    assert (status, err, shown) == (0, "", [1])


def test_an_unknown_channel_is_refused_with_those_meant(capsys: Capture) -> None:
    status, out, err = run(capsys, "channels", "na_hh")
    assert (status, out) == (1, "")
    assert err.startswith("channels: there is no channel 'na_hh'. Did you mean 'Na_hh'")


def test_pools_and_leaks_have_no_gates_to_draw(capsys: Capture, tmp_path: Path) -> None:
    for name in ("pool_hay", "leak_hh"):
        status, out, err = run(capsys, "channels", name)
        assert (status, err) == (0, "")
        assert "Preparation:" in out
        status, _, err = run(capsys, "channels", name, "--save", tmp_path / "x.png")
        assert status == 1
        assert err == f"channels: {name} has no gates to draw; leave out --save.\n"
    assert list(tmp_path.iterdir()) == []


def test_words_that_contradict_each_other_are_refused(capsys: Capture) -> None:
    assert "NAME of a channel, or --ion" in refused(capsys, "channels", "Na_hh", "--ion", "na")
    assert "--save needs the NAME" in refused(capsys, "channels", "--save", "x.png")
    assert "invalid choice: 'chanels'" in refused(capsys, "chanels")
    assert "required: COMMAND" in refused(capsys)
    assert "required: MODEL" in refused(capsys, "show")


# ------------------------------------------------------------------------- models


def test_models_are_listed(capsys: Capture) -> None:
    status, out, err = run(capsys, "models")
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == list(MODELS)
    assert all(entry.paper in out for entry in MODELS.values())


def test_a_ready_model_is_printed_and_drawn(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "cell.svg"
    status, out, err = run(capsys, "show", "ca1_pyramidal", "--save", path)
    assert (status, err) == (0, "")
    assert out.startswith(str(MODELS["ca1_pyramidal"]))
    assert str(MODELS["ca1_pyramidal"]()) in out
    assert "<svg" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("point", [False, True])
def test_a_saved_model_is_shown(capsys: Capture, tmp_path: Path, point: bool) -> None:
    absolute = {"cm_abs": 200 * pF, "gl_abs": 10 * nS, "v_rest": -60 * mV}
    model = PointNeuronModel(**absolute) if point else NeuronModel(Soma("soma", **absolute))
    if point:
        model.synapse("AMPA", tag="x", g=1 * nS, t_decay=2 * ms)
    file, figure = tmp_path / "cell.json", tmp_path / "cell.png"
    model.save(file)
    status, out, err = run(capsys, "show", file, "--save", figure)
    assert (status, err) == (0, "")
    assert out == f"{model}\nwritten: {figure}\n"
    assert figure.is_file()


def test_what_is_no_model_is_refused(capsys: Capture, tmp_path: Path) -> None:
    status, out, err = run(capsys, "show", "ca1_pyramid")
    assert (status, out) == (1, "")
    assert err.startswith("show: there is no model 'ca1_pyramid' and no file of that name. Did you")
    broken = tmp_path / "cell.json"
    broken.write_text("{", encoding="utf-8")
    status, out, err = run(capsys, "show", broken)
    assert (status, out) == (1, "")
    assert err.startswith(f"the model file {str(broken)!r}")


# ------------------------------------------------------------------------ figures


def test_a_figure_that_cannot_be_written_is_status_one(capsys: Capture, tmp_path: Path) -> None:
    status, _, err = run(capsys, "channels", "Na_hh", "--save", tmp_path / "x.pngg")
    assert status == 1
    assert "x.pngg: a figure cannot be written as 'pngg'. Did you mean 'png'" in err
    status, _, err = run(capsys, "channels", "Na_hh", "--save", tmp_path / "nosuch" / "x.png")
    assert status == 1
    assert "No such file or directory" in err


# ----------------------------------------------------------------------- versions


def test_versions_are_printed(capsys: Capture) -> None:
    status, out, _ = run(capsys, "versions")
    assert status == 0
    assert out.startswith("python ")
    assert "\ndendrify_gpu " in out


def test_it_runs_as_a_program() -> None:
    command = [sys.executable, "-m", "dendrify_gpu", "show", "nosuch"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("show: there is no model 'nosuch'")


def test_help_lists_the_commands(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as info:
        main(["--help"])
    assert info.value.code == 0
    out = capsys.readouterr().out
    assert all(f"\n    {name} " in out for name in ("channels", "models", "show", "versions"))
