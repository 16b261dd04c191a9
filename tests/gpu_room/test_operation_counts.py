"""What the kernel report counts in the text is what lanes that count their own operations see."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cables import chain, cylinders

import dendrify_gpu as dg
from dendrify_gpu.gpu import CpuBackend, NetworkPlan, PopulationPlan, Simulation, build_program
from dendrify_gpu.gpu.backends import cxx
from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.report.operations import Operations, function_costs, step_operations
from dendrify_gpu.models import MODELS

#: Where a lane that counts its operations adds them up, in the order of the fields of `Operations`.
COUNTED = {
    "operator+": 0,
    "operator-": 0,
    "operator*": 1,
    "lane_fma": 2,
    "operator/": 3,
    "lane_sqrt": 4,
}
DEFINITION = re.compile(
    r"^(LANE_[A-Z]+\(lane, (operator[-+*/]|lane_fma|lane_sqrt)(?:, lane)+, )(.*)\)$", re.MULTILINE
)


def counting_headers(folder: Path, holds: bool) -> str:
    """Copy the headers, with lanes that count. Return the text of the one that differs."""
    for header in header_folder().glob("*.h"):
        (folder / header.name).write_text(header.read_text())
    text, found = DEFINITION.subn(
        lambda match: (
            f"{match.group(1)}(counted[{COUNTED[match.group(2)]}] += k == 0, {match.group(3)}))"
        ),
        (folder / "lane_cpu.h").read_text(),
    )
    assert found == len(COUNTED)
    assert "#define HOLDS true" in text
    text = text.replace("#define HOLDS true", f"#define HOLDS {str(holds).lower()}")
    where = 'extern "C" { extern long long counted[5]; long long counted[5]; }\nstruct lane {'
    text = text.replace("struct lane {", where, 1)
    (folder / "lane_cpu.h").write_text(text)
    return text


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[bool], None]]:
    """Compile for lanes that count, with what the CPU holds held or computed in every step."""

    def compile_with(holds: bool) -> None:
        folder = tmp_path / str(holds)
        folder.mkdir()
        text = counting_headers(folder, holds)
        monkeypatch.setattr(cxx, "header_folder", lambda: folder)
        monkeypatch.setattr(cxx, "header_text", lambda: text)
        flags = tuple("-O1" if flag == "-O3" else flag for flag in cxx.COMPILER_FLAGS)
        monkeypatch.setattr(cxx, "COMPILER_FLAGS", flags)

    yield compile_with


def carried_out(plan: NetworkPlan) -> list[float]:
    """Return the operations of one neuron and step, in the order of the fields of `Operations`.

    Two runs that differ in length alone show what their windows cost; windows of two lengths tell the cost of
    a step from the cost of a window.
    """
    per_step = []
    for window in (4, 8):
        simulation = Simulation(plan, CpuBackend(threads=1), window)
        library = simulation.kernels.library  # type: ignore[attr-defined]
        counted = (ctypes.c_longlong * 5).in_dll(library, "counted")
        spent = []
        for steps in (80, 40, 80):
            before = list(counted)
            assert simulation.run(steps).spikes == 0
            spent.append([now - then for now, then in zip(counted, before, strict=True)])
        vectors = -(-plan.populations[0].n // library.lane_count())
        per_step.append([(b - a) / 40 / vectors for a, b in zip(*spent[1:], strict=True)])
    short, long = per_step
    return [2 * b - a for a, b in zip(short, long, strict=True)]


def fields(item: Operations) -> list[int]:
    return [item.additions, item.multiplications, item.fused, item.divisions, item.roots]


def counted_in_text(plan: NetworkPlan, holds: bool) -> list[int]:
    simulation = Simulation(plan, CpuBackend(threads=1))
    (function,) = simulation.models.functions
    every, seldom = step_operations(function.source, plan.precision)
    return fields(every if holds else every + seldom)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", sorted(MODELS))
def test_steps_of_all_ready_models(
    name: str, precision: str, counting: Callable[[bool], None]
) -> None:
    """On the CPU without what is held, on a device with it."""
    entry = MODELS[name]
    net = dg.Network(dt=entry.dt, precision=precision, backend="cpu")
    net.population(entry(), 32, method=entry.method)
    # What is held does not depend on precision.
    for holds in (True, False) if precision == "float64" else (True,):
        counting(holds)
        plan = net.plan()
        assert carried_out(plan) == pytest.approx(counted_in_text(plan, holds), abs=1e-9)


def test_steps_of_a_model_in_parts(counting: Callable[[bool], None]) -> None:
    tree = cylinders(chain(24))
    program = build_program(tree.model(range(24)), 1e-5)
    plan = NetworkPlan(
        1e-5, 64, 1, (PopulationPlan("cells", program, 32, tree.resting(range(24))),)
    )
    assert "_part_0(" in Simulation(plan, CpuBackend(threads=1)).models.functions[0].source
    counting(True)
    assert carried_out(plan) == pytest.approx(counted_in_text(plan, True), abs=1e-9)


ONE_ARGUMENT = (
    "abs ceil cos cosh exp expm1 exprel floor int log log10 log1p round_even sign sin sinh tan tanh"
)
CALLS = {f"lane_{name}": f"lane_{name}(splat(x))" for name in ONE_ARGUMENT.split()}
CALLS |= {f"lane_{name}": f"lane_{name}(splat(x), splat(y))" for name in ("pow", "min", "max")}
CALLS |= {
    f"random_{name}": f"random_{name}(usplat(0), 1, 2, 3, 4)" for name in ("normal", "uniform")
}


@pytest.mark.parametrize("precision", [32, 64])
def test_mathematical_functions(precision: int, counting: Callable[[bool], None]) -> None:
    counting(True)
    lines = [f'#include "{name}.h"' for name in ("lane_cpu", "lane_math", "philox")]
    for name, call in CALLS.items():
        lines += [f'extern "C" void probe_{name}(real *out, real x, real y)']
        lines += ["{", "    (void)x, (void)y;", f"    store(out, {call});", "}"]
    path, _ = CpuBackend(threads=1).library("\n".join(lines) + "\n", precision)
    library = ctypes.CDLL(str(path))
    number = ctypes.c_float if precision == 32 else ctypes.c_double
    counted = (ctypes.c_longlong * 5).in_dll(library, "counted")
    memory = ctypes.create_string_buffer(1024)
    where = ctypes.c_void_p((ctypes.addressof(memory) + 63) // 64 * 64)
    found = {}
    for name in CALLS:
        before = list(counted)
        getattr(library, f"probe_{name}")(where, number(0.7), number(1.3))
        found[name] = [now - then for now, then in zip(counted, before, strict=True)]
    costs = function_costs(precision)
    assert found == {name: fields(costs[name]) for name in CALLS}
