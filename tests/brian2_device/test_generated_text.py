"""The text that networks compile to: free of warnings, and of everything that would compile it again."""

from __future__ import annotations

import math
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import brian2
import brian2_networks
import pytest
from brian2.devices.device import get_device, reset_device
from comparison import brian2_on

from dendrify_gpu.brian2_device import general_road
from dendrify_gpu.gpu import find_compiler
from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.backends.cxx import COMPILER_FLAGS

#: Networks that have every kind of task among them.
TEXTS = (
    *("arithmetic", "axon", "changes", "custom_events", "gap_junctions", "jeffress"),
    *("linked_variables", "noise", "refractoriness", "shared_variables", "subgroups", "vogels"),
)
_CHECKS = ("-Werror", "-Wshadow=local", "-fsyntax-only")


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Texts of the networks that have run since."""
    collected: list[str] = []
    build = general_road.build_ordered

    def noted(*arguments: Any, **options: Any) -> Any:
        program = build(*arguments, **options)
        collected.append(program.text.text)
        return program

    monkeypatch.setattr(general_road, "build_ordered", noted)
    yield collected


def text_of(name: str, texts: list[str], precision: str) -> str:
    module = brian2_networks.load(name)
    arguments = dict(module.TEST)
    duration = arguments.pop("duration") * brian2.ms
    dtype = brian2.prefs.core.default_float_dtype
    try:
        with brian2_on("dendrify_gpu", {"precision": precision, "threads": 1}):
            brian2.seed(1)
            network = module.build(**arguments)
            # Some networks are changed between several runs.
            runner = getattr(module, "run", None)
            if runner is None:
                network.run(0.1 * brian2.ms)
            else:
                runner(network, duration)
    finally:
        brian2.prefs.core.default_float_dtype = dtype
    return texts[-1]


@pytest.mark.parametrize(
    ("name", "precision"),
    [(name, "float64") for name in TEXTS]
    + [(name, "float32") for name in ("cuba", "stdp", "noise", "operations", "arithmetic")],
)
def test_no_warnings(name: str, precision: str, texts: list[str]) -> None:
    text = text_of(name, texts, precision)
    bits = "32" if precision == "float32" else "64"
    command = [*find_compiler().split(), *COMPILER_FLAGS, *_CHECKS, f"-DPRECISION={bits}"]
    command += [f"-I{header_folder()}", "-x", "c++", "-"]
    groups = re.findall(r"#if IN_PART\(([1-9]\d*)\)", text)
    given = [f"-DGROUP_{group}={1 + int(group) % 2}" for group in groups]
    as_a_whole: list[list[str]] = [[]]
    for options in as_a_whole + [[f"-DPART={part}", *given] for part in range(3) if groups]:
        result = subprocess.run(
            [*command, *options], input=text, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr[:3000]


def test_names_of_objects_and_values_are_no_part_of_the_text(texts: list[str]) -> None:
    brian2.set_device("dendrify_gpu", threads=1)
    for name, tau, n in (("first", 10, 50), ("second", 25, 70)):
        group = brian2.NeuronGroup(
            n,
            "dv/dt = -v / tau : 1",
            threshold="v > 1",
            reset="v = 0",
            namespace={"tau": tau * brian2.ms},
            method="exact",
            name=name,
        )
        link = brian2.Synapses(group, group, on_pre="v += 0.1", name=f"{name}_link")
        link.connect(p=0.2)
        brian2.Network(group, link).run(0.2 * brian2.ms)
    assert get_device().last_report[0].startswith("general road")
    reset_device()
    assert texts[0] == texts[1]
    assert "_link" not in texts[0]


def test_statements_stand_beside_what_they_become(texts: list[str]) -> None:
    text = text_of("cuba", texts, "float64")
    assert "// not_refractory = timestep(t - lastspike, dt)" in text
    # Refractoriness costs no exponential: the flag is in no exponent.
    assert "whole_of(not_refractory)" not in text
    body = text[text.index("many_tasks") :]
    body = body[body.index("for (int64_t first") : body.index("put(")]
    assert "lane_exp" not in body


def test_what_depends_on_constants_alone_is_computed_before_the_steps(texts: list[str]) -> None:
    text = text_of("cuba", texts, "float64")
    before_the_steps = text.index("SELDOM void prepare_")
    assert "whole::lane_exp" not in text[:before_the_steps]
    assert "whole::lane_exp" in text[before_the_steps:]


def test_a_shared_value_that_changes_is_no_constant(texts: list[str]) -> None:
    brian2.set_device("dendrify_gpu", threads=1)
    group = brian2.NeuronGroup(5, "v : 1\nfactor : 1 (shared, constant)")
    group.factor = 1
    group.run_regularly("factor = factor + 1", when="before_groups")
    group.run_regularly("v += exp(factor)", when="after_groups")
    brian2.Network(group).run(0.3 * brian2.ms)
    # 0.3 ms are three steps, with the factors 2, 3 and 4.
    assert float(group.v[0]) == pytest.approx(sum(math.exp(factor) for factor in (2, 3, 4)))
    reset_device()


def test_threads_meet_no_more_often_than_they_must(texts: list[str]) -> None:
    """Update and threshold go through the same shares of a group: nothing lies between them."""
    text = text_of("cuba", texts, "float64")
    step = text[text.index("TASK void carry_out") :]
    update, threshold = (step.index(f"TIMED({number},") for number in (1, 2))
    assert "many_tasks::task_1" in step and "many_tasks::task_2" in step
    assert "meet(run)" not in step[update:threshold]
    # Before the update, a monitor has seen the state; after the threshold, its events are put together.
    assert step.count("meet(run)") == 1
    assert step.count("join_found(run") == 1
