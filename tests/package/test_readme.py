"""The README's example runs as shown, and what it points at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_runs_as_shown(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    exec(compile(blocks[0], "README.md", "exec"), {"__name__": "readme"})
    *report, last = capsys.readouterr().out.splitlines()
    assert report[0].startswith("Simulated 1 s (10000 steps) in ")
    rate = re.fullmatch(r"(\d+\.\d) spikes per cell", last)
    assert rate is not None, last
    assert 1 < float(rate[1]) < 50


def test_the_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (shell,) = re.findall(r"^```sh\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    named = re.findall(r"^make (\w+)", shell, flags=re.MULTILINE)
    assert named == ["demo", "test"]
    for target in (*named, "benchmark"):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)]+)\)", README))))
def test_links_inside_the_repository_lead_somewhere(target: str) -> None:
    if not target.startswith("https://"):
        assert (ROOT / target).exists(), f"README.md links to {target}, which does not exist"
