"""Shapes and reports as figures and tables."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from brian2.units import um
from shapes import PASSIVE, ball_and_stick, swc

from dendrify_gpu.compartments import MorphologyError, UnitsError
from dendrify_gpu.compartments.morphology import Morphology


@pytest.fixture
def shape(tmp_path: Path) -> Morphology:
    return Morphology.from_swc(swc(tmp_path))


def test_segments_are_drawn_to_scale(shape: Morphology) -> None:
    ax = shape.plot()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(shape.types)
    (soma,) = ax.patches
    assert soma.get_radius() == pytest.approx(10)
    outlines = [path.vertices[:4] for c in ax.collections for path in c.get_paths()]
    assert len(outlines) == shape.segments.n - 1
    # the first apical segment: 15 um up from the middle of the soma, 4 um thick
    assert outlines[0] == pytest.approx(np.array([[-2, 0], [-2, 15], [2, 15], [2, 0]]))
    assert ax.get_aspect() == 1
    thick = shape.plot(thickness=3).collections[1].get_paths()[0].vertices
    assert thick[:4, 0] == pytest.approx([-6, -6, 6, 6])
    with pytest.raises(UnitsError, match="plot: thickness = 0 must be larger than zero"):
        shape.plot(thickness=0)


def test_groups_and_numbers_of_sections(shape: Morphology) -> None:
    _, given = plt.subplots()
    regions = shape.regions(120 * um)
    assert shape.plot(regions, given, numbers=True) is given
    assert [text.get_text() for text in given.get_legend().get_texts()] == list(regions)
    written = {text.get_text(): text.get_position() for text in given.texts}
    assert set(written) == {str(number) for number in range(8)}
    trunk = shape.segments.section[regions["tuft"]]
    assert written[str(trunk[0])] == pytest.approx((15, 130))


def test_a_shape_without_coordinates_cannot_be_drawn() -> None:
    with pytest.raises(MorphologyError, match="has no coordinates, so there is nothing to draw"):
        Morphology.from_brian2(ball_and_stick(50, n=3)).plot()


def test_the_report_is_drawn(shape: Morphology) -> None:
    regions = shape.regions(120 * um)
    report = shape.reduce(regions, **PASSIVE).report
    ax = report.plot()
    assert ax.get_xlabel() == "path from the soma (um)"
    assert len(ax.lines) == 1 + 2 * len(regions)
    assert ax.lines[1].get_ydata()[0] == report.reduced.attenuation[0]


def test_the_summary(shape: Morphology) -> None:
    title, head, soma, apic, dend, axon, note = str(shape).splitlines()
    assert title == repr(shape)
    assert head.split()[:3] == ["type", "sections", "segments"]
    assert soma.split() == ["soma", "1", "1", "20", "1257", "20", "0"]
    assert apic.split()[:4] == ["apic", "5", "6", "251.2"]
    assert apic.endswith("1 to 4         160") or apic.split()[-1] == "160"
    assert dend.split() == ["dend", "1", "2", "72.36", "454.7", "2", "72.36"]
    assert axon.split() == ["axon", "1", "2", "60", "188.5", "1", "60"]
    assert note == f"note: {shape.check()[0]}"


def test_the_summary_as_html(shape: Morphology) -> None:
    page = ET.fromstring(shape._repr_html_())
    rows = [["".join(cell.itertext()) for cell in row] for row in page.iter("tr")]
    assert rows[0][:3] == ["type", "sections", "segments"]
    assert [row[0] for row in rows[1:]] == list(shape.types)
    assert "inside the soma" in "".join(page.itertext())
