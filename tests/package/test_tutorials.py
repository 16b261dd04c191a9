"""The tutorials run from top to bottom, and are stored with their outputs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "tutorials"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_tutorials_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "01_first_neuron",
        "02_first_network",
        "03_channels",
    ]


@pytest.mark.slow
@every_notebook
def test_a_tutorial_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The kernel is a process of its own: it shall draw into the notebook, with the Python of this
    # process, and without the search path of the tests.
    monkeypatch.delenv("MPLBACKEND", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name=kernel_of_this_python(tmp_path, monkeypatch),
        resources={"metadata": {"path": str(tmp_path)}},
    )
    client.execute()
    executed = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in executed)
    pictures = [cell for cell in executed if has_picture(cell)]
    assert len(pictures) == sum(has_picture(cell) for cell in code_cells(path))


def kernel_of_this_python(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Register the running interpreter as a kernel, found before any other of that name."""
    from ipykernel.kernelspec import write_kernel_spec

    write_kernel_spec(str(folder / "jupyter" / "kernels" / "this_python"))
    monkeypatch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
    assert sys.executable in (
        folder / "jupyter" / "kernels" / "this_python" / "kernel.json"
    ).read_text(encoding="utf-8")
    return "this_python"


def has_picture(cell: nbformat.NotebookNode) -> bool:
    return any("image/png" in output.get("data", {}) for output in cell.outputs)


@every_notebook
def test_a_tutorial_is_stored_as_it_ran(path: Path) -> None:
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert all(output.output_type != "error" for output in outputs)
    streams = [output for output in outputs if output.output_type == "stream"]
    assert [output.text for output in streams if output.name == "stderr"] == []
    assert sum(has_picture(cell) for cell in cells) >= 3
    assert path.stat().st_size < 1_000_000


@every_notebook
def test_a_tutorial_names_no_place_of_one_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"(?:/home/|/Users/|/root/|/tmp/|/var/|[A-Z]:\\\\)[^\s\"]*", text) == []
    assert str(FOLDER.parent) not in text
