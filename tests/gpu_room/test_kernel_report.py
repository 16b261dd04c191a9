"""The kernel report: counts against hand counts, bytes against what is allocated, bounds against the machine."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from brian2 import Hz, ms
from emulated_device import EmulatedDriver, emulated_device
from models import active, lif

import dendrify_gpu as dg
from dendrify_gpu.gpu import CpuBackend, CudaBackend, Simulation, build_program
from dendrify_gpu.gpu.codegen.step_function import build_step_function
from dendrify_gpu.gpu.report.operations import (
    Operations,
    count_operations,
    function_costs,
    step_operations,
)
from dendrify_gpu.gpu.report.peaks import cpu_peaks, cuda_peaks

__all__ = ["emulated_device"]

EQUATIONS = "dv/dt = (g - v)/(10*ms) : 1\ndg/dt = -g/(5*ms) : 1"


def network(**more: object) -> dg.Network:
    net = dg.Network(**({"backend": "cpu", "threads": 1} | more))  # type: ignore[arg-type]
    cells = net.population(EQUATIONS, 1000, threshold="v > 1", reset="v = 0", name="cells")
    net.connect(net.poisson(1000, rate=20 * Hz), cells, "g", one_to_one=True, weight=0.5)
    net.connect(cells, cells, "g", in_degree=5, weight=0.1, delay=0.9 * ms)
    return net


# ------------------------------------------------------------------- operations


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("const lane x = a + b * c - d;", Operations(2, 1)),
        ("x = lane_fma(a, lane_fma(b, c, d), e) / f;", Operations(fused=2, divisions=1)),
        ("x = select(less(a, b), lane_sqrt(c), d);  // a + b", Operations(roots=1)),
        ("const int32_t _now = _step - 1;\nconst lane t = a + b;", Operations(additions=1)),
        ("store(p->state + 3 * (int64_t)p->stride + first, a * b);", Operations(multiplications=1)),
        ("lane v = load(p->vary + p->vary_offset[1] + first * p->vary_step[1]);", Operations()),
    ],
)
def test_statements_are_counted(code: str, expected: Operations) -> None:
    assert count_operations(code, function_costs(64)) == expected


def test_functions_cost_what_their_text_says() -> None:
    """Counted by hand in the header."""
    single, double = function_costs(32), function_costs(64)
    # Reduction: 3 fused and a difference; polynomial: 4 fused, then 2 to the result; x + infinity.
    assert single["lane_exp"] == Operations(additions=2, fused=9)
    # The polynomial in double precision: 9 fused, and 2 products.
    assert double["lane_exp"] == Operations(additions=2, multiplications=2, fused=14)
    assert single["lane_tan"] == single["lane_sin"] + single["lane_cos"] + Operations(divisions=1)
    assert double["lane_cosh"].divisions == 1
    assert double["random_normal"].roots == 1
    names = {
        "lane_exp",
        "lane_expm1",
        "lane_log",
        "lane_tanh",
        "lane_pow",
        "lane_sin",
        "random_uniform",
    }
    assert all(double[name].flops > single[name].flops for name in names)


def test_a_step_is_counted_without_what_seldom_happens() -> None:
    function = build_step_function(build_program(lif(), 1e-4), "step_lif", (("g",),), (("v",),))
    every, seldom = step_operations(function.source, 64)
    # v + fma(...) or the like for each of two equations, and one fused multiply-add for the input.
    assert 3 <= every.simple <= 6
    assert every.slow == 0
    assert seldom == Operations()
    spiky = build_step_function(build_program(active(), 1e-4), "step_active", (("s",),))
    every, seldom = step_operations(spiky.source, 64)
    assert seldom.flops > 0
    assert every.divisions >= 1  # the magnesium block


# ------------------------------------------------------------------------ bytes


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_bytes_are_those_that_are_allocated(precision: str) -> None:
    net = network(precision=precision)
    simulation = Simulation(net.plan(), CpuBackend(threads=1))
    memory = simulation.populations["cells"]
    kept = sum(
        buffer.nbytes
        for buffer in (memory.state, memory.last_spike, memory.flags, memory.input, memory.pending)
    )
    (model,) = net.kernel_report().models
    assert model.bytes_kept * 1000 == pytest.approx(kept, rel=0.05)
    assert model.states == 2
    assert model.neurons == 1000


@pytest.mark.parametrize(("backend", "input_bytes"), [("cpu", 2), ("cuda", 2)])
def test_bytes_that_move_in_a_step(
    emulated_device: EmulatedDriver, backend: str, input_bytes: int
) -> None:
    net = network(threads=None, backend=backend)
    report = net.kernel_report()
    assert report.window == 10
    # v and g go both ways, the flags too, the step of the last spike comes in; two ports of counts.
    assert report.models[0].bytes_moved == pytest.approx((2 * 2 + 2 + 1) * 8 / 10 + input_bytes)


def test_populations_of_one_model_are_one_row() -> None:
    net = dg.Network(backend="cpu")
    for number in range(3):
        net.population(
            "dv/dt = -v/tau : 1", 10 * (number + 1), namespace={"tau": (number + 1) * ms}
        )
    (model,) = net.kernel_report().models
    assert model.neurons == 60
    # The state goes both ways. Nothing happens that a last spike or flags could tell of, and `tau` is one number for
    # each population.
    assert model.bytes_moved == pytest.approx(2 * 8 / net.kernel_report().window)


# -------------------------------------------------------------------- machines


def test_peaks_of_the_cpu_make_sense() -> None:
    backend = CpuBackend(threads=1)
    single, double = cpu_peaks(backend, 32, 10**6), cpu_peaks(backend, 64, 10**6)
    for peaks in (single, double):
        assert 1e8 < peaks.simple < 1e13
        assert peaks.slow < peaks.simple
        assert 1e8 < peaks.bandwidth < 1e13
    # Twice as many numbers fit in a vector.
    assert single.simple > 1.2 * double.simple


def test_the_fraction_comes_from_the_last_run() -> None:
    net = network()
    before = net.kernel_report()
    assert before.measured is None and before.fraction is None
    report = net.run(200 * ms)
    after = net.kernel_report()
    assert after.measured == pytest.approx(1e9 * report.wall_seconds / (2000 * 1000))
    assert after.bound is not None and after.fraction is not None
    assert after.fraction == after.bound / after.measured
    assert 0 < after.fraction < 1.2
    # A change makes the run one of another network.
    net.population(EQUATIONS, 5)
    assert net.kernel_report().measured is None


def test_peaks_of_a_device_come_from_its_attributes(emulated_device: EmulatedDriver) -> None:
    """An H100: 132 multiprocessors at 1.98 GHz, HBM3 at 2.619 GHz on 5120 lines."""
    emulated_device.device_attribute.MULTIPROCESSOR_COUNT = 132
    backend = CudaBackend()
    single, double = cuda_peaks(backend, 32), cuda_peaks(backend, 64)
    assert single is not None and double is not None
    # NVIDIA names 67 and 34 TFLOP/s and 3.35 TB/s.
    assert 2 * single.simple == pytest.approx(67e12, rel=0.02)
    assert 2 * double.simple == pytest.approx(34e12, rel=0.02)
    assert single.bandwidth == pytest.approx(3.35e12, rel=0.01)
    # A division is limited by one instruction of 16 special units (single), or by 8 of 64 units (double).
    assert single.slow == pytest.approx(132 * 16 * 1.98e9)
    assert double.slow == pytest.approx(132 * 8 * 1.98e9)
    backend.compute_capability = (99, 0)
    assert cuda_peaks(backend, 32) is None


def test_an_unknown_device_is_said(
    emulated_device: EmulatedDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = network(threads=None, backend="cuda")
    monkeypatch.setattr("dendrify_gpu.gpu.report.peaks._PER_CYCLE", {})
    report = net.kernel_report()
    assert report.bound is None and report.models[0].bound is None
    assert "bounds are not known: nor are the units of sm_" in str(report)


# ------------------------------------------------------------------------ words


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not installed")
def test_registers_of_a_device_that_is_not_there() -> None:
    report = network().kernel_report("cuda")
    assert {kernel.name for kernel in report.kernels} == {"advance_window", "deliver_window"}
    assert "CUDA device of architecture sm_90, 64-bit numbers, windows of 10 steps" in str(report)
    assert "advance_window: " in str(report) and "no spills" in str(report)
    assert report.models[0].bound is None
    assert "bounds are not known: there is no CUDA device" in str(report)
    assert "registers and spills" not in str(report)


def test_a_missing_compiler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    net = network()
    monkeypatch.setattr(
        net,
        "_choose_backend",
        lambda: type("Chosen", (), {"backend": object.__new__(CpuBackend)})(),
    )
    assert "registers and spills are not known: The CUDA compiler nvcc was not found" in str(
        net.kernel_report("cuda")
    )


def test_the_report_is_a_table_in_text_and_in_a_notebook() -> None:
    net = network()
    net.run(10 * ms)
    report = net.kernel_report()
    lines = str(report).splitlines()
    assert lines[1].split()[:4] == ["model", "neurons", "states", "bytes"]
    assert lines[2].split()[:3] == ["step_cells", "1000", "2"]
    assert lines[3].startswith("machine: ") and "measured with 1 thread" in lines[3]
    assert "of what is possible" in lines[4]
    assert repr(report) == str(report)
    html = report._repr_html_()
    assert "<th>neurons</th>" in html and "<td>step_cells</td>" in html


def test_what_cannot_be_reported_is_refused() -> None:
    with pytest.raises(
        dg.NetworkError, match=r"backend='opencl' is unknown; use one of: cpu, cuda"
    ):
        network().kernel_report("opencl")  # type: ignore[arg-type]
    with pytest.raises(dg.NetworkError, match="the network has no populations; add one first"):
        dg.Network(backend="cpu").kernel_report()


# ------------------------------------------------------------------------- text


def test_code_is_a_string_with_colours_and_a_file(tmp_path) -> None:
    net = network()
    text = net.code("cpu")
    assert isinstance(text, str) and isinstance(text, dg.CodeText)
    assert repr(text) == str(text)
    assert '<span style="color' in text._repr_html_()
    text.save(tmp_path / "network.cpp")
    assert (tmp_path / "network.cpp").read_text() == text
    # The equation is above the statement, and every number of the host says what it is.
    assert "//     dv/dt = (g - v)/(10*ms) : 1" in text
    assert any(line.strip().startswith("// v = ") for line in text.splitlines())
    used = {int(n) for n in np.array([part.split("]")[0] for part in text.split("splat(c[")[1:]])}
    for number in used:
        assert f"//     c[{number}] = " in text
