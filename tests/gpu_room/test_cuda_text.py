"""The CUDA text compiles for every supported device, without warnings and without spills."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from models import active, lif

import dendrify_gpu as dg
from dendrify_gpu.gpu import Model, ToolchainError, build_program
from dendrify_gpu.gpu.backends.nvcc import compile_cubin, find_nvcc, kernel_resources
from dendrify_gpu.gpu.codegen.step_function import StepFunction, build_step_function
from dendrify_gpu.gpu.codegen.translation_unit import translation_unit
from dendrify_gpu.gpu.compile import generate
from dendrify_gpu.gpu.engine.ports import make_ports
from dendrify_gpu.models import CA1_INPUT_RATES, CA1_SPIKING, MODELS, ca1_pyramidal

needs_nvcc = pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not installed")
ARCHITECTURES = ["sm_75", "sm_80", "sm_90"]


def text(functions: Sequence[StepFunction]) -> str:
    return translation_unit(functions, "cuda")


def functions() -> list[StepFunction]:
    noisy = Model(
        "dv/dt = -v/(10*ms) + 0.1*randn()/ms : 1\nu = tanh(v) + rand() + poisson(v**2 + 9) : 1",
        threshold="v > 1 + 0.1*rand()",
        reset="v = 0",
        refractory="v > 2",
        name="noisy",
    )
    return [
        build_step_function(
            build_program(active(), 1e-4), "step_active", (("s",),), (("V", "I_nmda"),)
        ),
        build_step_function(
            build_program(lif(refractory="v > 5*mV"), 1e-4), "step_lif", (("g",), ("v",))
        ),
        build_step_function(build_program(noisy, 1e-4), "step_noisy", (), (("u",),)),
    ]


@needs_nvcc
@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_standard_models_compile_without_warnings_or_spills(
    architecture, precision, tmp_path: Path
) -> None:
    resources = kernel_resources(
        text(functions()), precision, architecture, tmp_path / "kernels.cubin"
    )
    assert {kernel.name for kernel in resources} == {"advance_window", "deliver_window"}
    for kernel in resources:
        assert kernel.spilled_bytes == 0, f"{kernel.name} spills {kernel.spilled_bytes} bytes"


@needs_nvcc
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_ready_model_compiles_without_warnings_or_spills(
    name: str, precision: str, tmp_path: Path
) -> None:
    entry = MODELS[name]
    net = dg.Network(dt=entry.dt, precision=precision, backend="cpu")
    net.population(entry(), 100, method=entry.method)
    plan = net.plan()
    path = tmp_path / "kernels.cubin"
    resources = kernel_resources(
        text(generate(plan, [()]).functions), plan.precision, "sm_80", path
    )
    assert [kernel for kernel in resources if kernel.spilled_bytes] == []


@needs_nvcc
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_ca1_network_compiles_without_warnings_or_spills(
    architecture: str, precision: str, tmp_path: Path
) -> None:
    net = dg.Network(precision=precision, backend="cpu")
    cells = net.population(ca1_pyramidal(), 100, name="ca1", **CA1_SPIKING)
    for name, rate in CA1_INPUT_RATES.items():
        receptors = [f"AMPA_{name}", f"NMDA_{name}"]
        net.connect(net.poisson(100, rate=rate), cells, receptors, one_to_one=True)
    net.record(cells[:10], ["V_soma", "V_dist1"])
    plan = net.plan()
    into = [item for item in plan.projections if item.post == "ca1"]
    models = generate(plan, [make_ports(into, 100, plan.precision)])
    path = tmp_path / "kernels.cubin"
    resources = kernel_resources(text(models.functions), plan.precision, architecture, path)
    assert len(resources) == 2
    assert [kernel for kernel in resources if kernel.spilled_bytes] == []


@needs_nvcc
def test_a_cubin_is_found_in_the_cache_the_second_time() -> None:
    first, made = compile_cubin(text(functions()), 32, "sm_90")
    second, made_again = compile_cubin(text(functions()), 32, "sm_90")
    assert first == second
    assert not made_again
    assert first.stat().st_size > 0
    assert made in (True, False)


def test_both_backends_compile_the_same_text() -> None:
    """Only the headers around the generated functions differ."""

    def generated(target: str) -> str:
        return "\n".join(
            line
            for line in translation_unit(functions(), target).splitlines()
            if "#include" not in line
        )

    assert generated("cpu") == generated("cuda")


def test_a_missing_compiler_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ToolchainError, match=r"nvcc was not found. Install the CUDA toolkit"):
        find_nvcc()
