"""The page on channels lists and draws every channel of the library, and its code runs."""

from __future__ import annotations

import re
from pathlib import Path

from dendrify_gpu.compartments import channel_library as channels

PAGE = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")
CELLS = re.findall(r"```\{code-cell\} python\n((?:.*\n)*?)```", PAGE)
DRAWN = re.compile(r'draw\("(\w+)"\)')


def test_every_entry_is_described_once() -> None:
    described = re.findall(r"autofunction:: dendrify_gpu\.channels\.(\w+)", PAGE)
    names = [name for name in described if name not in ("find", "table", "draw")]
    assert sorted(names) == sorted(entry.name for entry in channels.find())


def test_every_channel_with_gates_is_drawn_below_its_heading() -> None:
    sections = re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]
    drawn = {section.split("\n", 1)[0]: DRAWN.findall(section) for section in sections}
    for entry in channels.find():
        has_gates = entry.kind == "channel" and bool(entry().gates)
        assert drawn[entry.name] == ([entry.name] if has_gates else [])


def test_code_of_the_page_runs() -> None:
    code = [re.sub(r"^:tags:.*\n", "", cell) for cell in CELLS if not DRAWN.search(cell)]
    assert len(code) >= 4
    scope: dict[str, object] = {}
    for cell in code:
        exec(compile(cell, "channels.md", "exec"), scope)
    equations = scope["cell"].equations  # type: ignore[attr-defined]
    for name in ("Na_pospischil", "K_pospischil", "M_yamada"):
        assert f"I_{name}_soma" in equations
