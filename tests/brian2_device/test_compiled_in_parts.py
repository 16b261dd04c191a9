"""Texts that are compiled in parts side by side: the same library, sooner."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import brian2_networks
import numpy as np
import pytest
from brian2 import ms, mV
from comparison import run_one

import dendrify_gpu as dg
from dendrify_gpu.gpu import ToolchainError, find_compiler
from dendrify_gpu.gpu.backends import cxx
from dendrify_gpu.gpu.backends.cxx import compile_library, shares_of
from dendrify_gpu.models import MODELS

TEXT = """
#include "ordered/lanes.h"
#include "ordered/tasks.h"
#include "ordered/teams.h"
#if IN_PART(1)
OF_PART(TASK) void task_0(Run *run, Worker *) { run->state = 5; }
#else
OF_PART(TASK) void task_0(Run *run, Worker *me);
#endif
#if IN_PART(0)
extern "C" int32_t state_after(Run *run) { task_0(run, 0); return run->state; }
#endif
"""
PRECISION = ("-DPRECISION=64",)


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """Commands of the compiler that have been carried out since, with an empty cache."""
    monkeypatch.setenv("DENDRIFY_GPU_CACHE", str(tmp_path / "cache"))
    found: list[Sequence[str]] = []
    carry_out = cxx._carry_out

    def noted(given: Sequence[Sequence[str]], *arguments: Any) -> str | None:
        found.extend(given)
        return carry_out(given, *arguments)

    monkeypatch.setattr(cxx, "_carry_out", noted)
    return found


def test_groups_go_where_they_are_compiled_soonest() -> None:
    # What belongs to no group takes 0.25 s, each other part 0.12 s for its headers, and should save 0.06 s.
    assert shares_of([0.2], 4) == [1]
    assert shares_of([0.01, 0.05], 4) == [0, 0]
    assert shares_of([0.5, 0.5, 0.5], 4) == [1, 2, 3]
    assert shares_of([0.5, 0.5, 0.5], 2) == [1, 0, 1]
    assert shares_of([0.1] * 10, 2).count(1) == 6
    assert shares_of([0.1] * 10, 1) == [0] * 10
    assert shares_of([], 8) == []


@pytest.mark.parametrize("name", ["cobahh", "arithmetic", "triplet_stdp", "axon"])
def test_parts_give_the_bits_of_the_whole(
    name: str, commands: list[Sequence[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = brian2_networks.load(name)
    arguments = dict(module.TEST)
    duration = arguments.pop("duration")
    records = []
    for processors in (1, 3):
        monkeypatch.setenv("DENDRIFY_GPU_CACHE", str(tmp_path / str(processors)))
        monkeypatch.setattr(cxx, "_processors", lambda most=processors: most)
        commands.clear()
        options = {"threads": 2, "road": "general"}
        records.append(run_one(module, duration, "dendrify_gpu", options, arguments))
        assert (len(commands) > 1) == (processors > 1)
    whole, parts = records
    assert whole.arrays.keys() == parts.arrays.keys()
    for array, values in whole.arrays.items():
        assert values.tobytes() == parts.arrays[array].tobytes(), array


def test_models_that_are_compiled_side_by_side_give_the_same_bits(
    commands: list[Sequence[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for processors in (1, 3):
        monkeypatch.setenv("DENDRIFY_GPU_CACHE", str(tmp_path / str(processors)))
        monkeypatch.setattr(cxx, "_processors", lambda most=processors: most)
        commands.clear()
        net = dg.Network(backend="cpu")
        cells = [
            net.population(MODELS[name](), 300, method="euler", name=name)
            for name in ("ca1_pyramidal", "dendrify_active")
        ]
        for group in cells:
            group.set("V_soma", np.linspace(-70, -40, 300) * mV)
        net.run(20 * ms)
        assert (len(commands) > 1) == (processors > 1)
        values = [np.asarray(group.get(name)) for group in cells for name in group.variables]
        found.append([array.tobytes() for array in values])
    assert found[0] == found[1]


def test_the_number_of_processors_is_no_part_of_the_cache(
    commands: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cxx, "_processors", lambda: 2)
    first, made = compile_library(find_compiler(), TEXT, PRECISION, [1.0])
    assert made and [command[-1].rsplit("/")[-1] for command in commands[:2]] == ["0.o", "1.o"]
    monkeypatch.setattr(cxx, "_processors", lambda: 1)
    again, made = compile_library(find_compiler(), TEXT, PRECISION, [1.0])
    assert not made and again == first


def test_what_the_compiler_says_of_a_part(
    commands: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cxx, "_processors", lambda: 2)
    faulty = TEXT.replace("run->state = 5", "run->unknown = 5")
    with pytest.raises(ToolchainError, match=r"refused the generated text:\n.*error: .*unknown"):
        compile_library(find_compiler(), faulty, PRECISION, [1.0])
    assert len(commands) == 2


def test_all_compilers_stop_when_the_user_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cxx, "_processors", lambda: 2)
    processes: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def slow(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        processes.append(popen(["sleep", "60"], **options))
        return processes[-1]

    def interrupted() -> None:
        raise KeyboardInterrupt

    compiler = find_compiler()
    cxx.compiler_version(compiler)
    monkeypatch.setattr(subprocess, "Popen", slow)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        compile_library(compiler, TEXT + "// never compiled", PRECISION, [1.0], interrupted)
    assert time.monotonic() - started < 30
    assert [process.poll() is not None for process in processes] == [True, True]
