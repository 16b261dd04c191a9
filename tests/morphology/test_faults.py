"""What is wrong with files and trees: refused with the line and the remedy, or doubted."""

from __future__ import annotations

import logging
from pathlib import Path

import brian2
import numpy as np
import pytest
from brian2.units import um
from shapes import PASSIVE, PYRAMIDAL, swc

from dendrify_gpu.compartments import MorphologyError
from dendrify_gpu.compartments.morphology import Morphology


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("5 4 0 60 0 0 4", "line 6: the radius is 0. Give it one larger than zero."),
        ("5 4 0 60 0 -1 4", "line 6: the radius is -1. Give it one larger than zero."),
        ("5 4 0 60 0 nan 4", "line 6: the radius is nan. Give it a value, or remove the point."),
        ("5 4 0 inf 0 1 4", "line 6: the y is inf. Give it a value, or remove the point."),
        (
            "5 4 0 60 0 1.5",
            "line 6: it has 6 entries. It needs seven, with spaces between them: "
            "number, type, x, y, z, radius, parent.",
        ),
        (
            "5 4 0 60 0 1,5 4",
            "line 6: the radius is '1,5', which is no number. Write a number, such as 5.",
        ),
        (
            "5.0 4 0 60 0 1 4",
            "line 6: the number is '5.0', which is no whole number. Write a whole number, such as 5.",
        ),
        (
            "5 4 0 60 0 1.5 77",
            "line 6: the parent 77 of point 5 is not in the file. Name one that is.",
        ),
        (
            "5 4 0 60 0 1.5 13",
            "line 6: the parent 13 of point 5 comes later, in line 14. "
            "Sort the points so that parents come first.",
        ),
        (
            "5 4 0 60 0 1.5 5",
            "line 6: point 5 is its own parent. Name the point that it continues.",
        ),
        (
            "5 4 0 60 0 1.5 -1",
            "line 6: point 5 has the parent -1, but the tree began at another point. "
            "Join it to the point that it continues, or make a file of each tree.",
        ),
        (
            "4 4 0 60 0 1.5 3",
            "line 6: point 4 was there in line 5. Give every point its own number.",
        ),
    ],
)
def test_faults_of_a_line(new: str, message: str, tmp_path: Path) -> None:
    path = swc(tmp_path, PYRAMIDAL.replace("5 4 0 60 0 1.5 4", new))
    with pytest.raises(MorphologyError) as reason:
        Morphology.from_swc(path)
    assert str(reason.value) == f"the SWC file {str(path)!r}: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# only a comment\n", "it has no points. Every line needs seven numbers"),
        ("1 3 0 0 0 1 -1\n", "its only point is no soma. Give it the type 1, or add the points"),
        ("2 1 0 0 0 9 1\n", "line 1: the first point has the parent 1. Begin with the root"),
        (
            PYRAMIDAL.replace("2 1 0 10 0", "2 1 0 14 0"),
            "Replace the three points by one: the middle, with the radius of the soma.",
        ),
        (
            PYRAMIDAL.replace("2 1 0 10 0 10", "2 1 0 10 0 9"),
            "Replace the three points by one: the middle, with the radius of the soma.",
        ),
    ],
)
def test_faults_of_a_file(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(MorphologyError, match=message):
        Morphology.from_swc(swc(tmp_path, text))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "cell.swc"
    path.write_bytes(b"\xff\xfe\x00 1 2\n")
    with pytest.raises(MorphologyError, match=r"it is not text .* Save it as UTF-8"):
        Morphology.from_swc(path)


def test_more_branch_points_than_brian2_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overflow(path: str) -> None:
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr(brian2.Morphology, "from_swc_file", overflow)
    with pytest.raises(
        MorphologyError, match="too many branch points follow one another for Brian2"
    ):
        Morphology.from_swc(swc(tmp_path))


def test_lengths_that_are_no_numbers() -> None:
    tree = brian2.Soma(20 * um)
    tree.d = brian2.Section(
        diameter=[1, 1, 1] * um, x=[0, np.nan, 30] * um, y=[0, 0, 0] * um, n=2, type="dend"
    )
    with pytest.raises(
        MorphologyError, match=r"section 1 \(dend\) has the length nan um at its seg"
    ):
        Morphology.from_brian2(tree)
    tree = brian2.Soma(20 * um)
    tree.d = brian2.Cylinder(diameter=0 * um, length=10 * um, type="dend")
    with pytest.raises(
        MorphologyError, match=r"section 1 \(dend\) has the diameter 0 um at its seg"
    ):
        Morphology.from_brian2(tree)


def problems(folder: Path, text: str) -> dict[str, str]:
    return {p.kind: str(p) for p in Morphology.from_swc(swc(folder, text)).check()}


def test_points_twice_are_left_out_and_said(tmp_path: Path) -> None:
    text = PYRAMIDAL + "14 3 40 -60 0 1 11\n15 3 60 -90 0 1 14\n"
    shape = Morphology.from_swc(swc(tmp_path, text))
    said = "1 segment(s) of no length were left out"
    assert said in [str(problem) for problem in shape.check()]
    report = shape.reduce(**PASSIVE).report
    assert said in report.notes
    assert f"note: {said}" in str(report)
    assert f"note: {said}" in str(shape)
    # the same as without the point
    once = PYRAMIDAL + "15 3 60 -90 0 1 11\n"
    plain = Morphology.from_swc(swc(tmp_path, once)).reduce(**PASSIVE).report
    assert report.full.input_resistance == pytest.approx(plain.full.input_resistance, rel=1e-12)


def scaled(scale: float) -> str:
    lines = [line.split() for line in PYRAMIDAL.splitlines() if not line.startswith("#")]
    return "\n".join(
        " ".join([n, kind, *(f"{float(value) * scale}" for value in size), parent])
        for n, kind, *size, parent in lines
    )


def test_sizes_that_no_neuron_has_are_doubted(tmp_path: Path) -> None:
    small, large = problems(tmp_path, scaled(0.01)), problems(tmp_path, scaled(1000))
    assert small["units"] == (
        "the dendrites are 3.236 um long altogether: are the coordinates micrometres?"
    )
    assert small["thin"].startswith("10 segment(s) are thinner than 0.05 um: are the radii micro")
    assert "are the coordinates micrometres?" in large["units"]
    assert large["thick"].startswith("10 segment(s) are thicker than 20 um: are the radii micro")


def test_jumps_and_steps_are_doubted_with_their_lines(tmp_path: Path) -> None:
    text = PYRAMIDAL + "14 3 40 -560 0 1 11\n15 3 40 -570 0 0.1 14\n"
    found = problems(tmp_path, text)
    assert found["jump"] == (
        "1 segment(s) go far in one straight piece: is each joined to the right parent? "
        "(section 6; line 15)"
    )
    assert found["diameter step"] == (
        "the diameter of 1 segment(s) changes more than 5 times from one point to the next "
        "(section 6; line 16)"
    )


def test_membrane_inside_the_soma_is_doubted(tmp_path: Path) -> None:
    found = problems(tmp_path, PYRAMIDAL)
    inside = np.pi * 10 * (4 + 2 + 1)
    assert found["inside the soma"].startswith(f"{inside:.3g} um2 of dendrites (")
    assert found["inside the soma"].endswith("from_swc(path, stems='surface') leaves them out")


def test_no_soma_is_doubted(tmp_path: Path) -> None:
    found = problems(tmp_path, "1 3 0 0 0 1 -1\n2 3 0 60 0 1 1\n3 3 9 90 0 1 2\n")
    assert found["no soma"] == "there is no soma (type 1): the root stands for it"


def test_brian2_logs_nothing_of_its_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = "1 1 0 0 0 5 -1\n2 1 0 5 0 8 1\n3 1 0 10 0 8 2\n4 3 0 90 0 1 3\n"
    with caplog.at_level(logging.WARNING, logger="brian2"):
        found = problems(tmp_path, text)
    assert "drawn soma" in found
    assert not caplog.records


def test_segments_cannot_be_changed(tmp_path: Path) -> None:
    segments = Morphology.from_swc(swc(tmp_path)).segments
    with pytest.raises(ValueError, match="read-only"):
        segments.length[0] = 1.0
