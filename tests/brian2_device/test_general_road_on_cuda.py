"""The general road on CUDA: the CPU's text, with blocks as workers. On an emulated device: the bits of the CPU."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brian2
import brian2_networks
import numpy as np
import pytest
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses, ms
from brian2.devices.device import get_device
from comparison import Record, brian2_on, run_one, take_record
from emulated_device import EmulatedDriver, emulated_device
from spatial_cells import ACTIVE, tree
from test_generated_text import text_of, texts

import dendrify_gpu
from dendrify_gpu.gpu import CudaBackend, ToolchainError
from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.backends.nvcc import NVCC_FLAGS, find_nvcc, kernel_resources
from dendrify_gpu.gpu.backends.nvrtc import compile_cubin_with_nvrtc, find_nvrtc
from dendrify_gpu.gpu.cache import cached_bytes

__all__ = ["emulated_device", "texts"]

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")

CPU = {"backend": "cpu", "threads": 1, "road": "general"}
CUDA = {"backend": "cuda", "road": "general"}

#: Between them they have tasks of all kinds, and every way in which events depend on each other.
NETWORKS = (
    *("arithmetic", "axon", "brunel_hakim_delays", "changes", "clopath", "cuba", "custom_events"),
    *("gap_junctions", "linked_variables", "noise", "nonadditive", "operations", "pathways"),
    *("shared_variables", "stdp", "synapses_onto_synapses", "two_clocks"),
)


def differing(reference: Record, other: Record) -> list[str]:
    """Return the names of arrays that differ in any bit, and of pathways with other spikes under way."""
    assert reference.arrays.keys() == other.arrays.keys()
    arrays = [
        name
        for name, values in reference.arrays.items()
        if np.asarray(values).tobytes() != np.asarray(other.arrays[name]).tobytes()
    ]
    return arrays + [
        name for name, spikes in reference.waiting.items() if spikes != other.waiting[name]
    ]


@pytest.mark.parametrize("number", range(len(NETWORKS)), ids=NETWORKS)
def test_the_bits_of_the_cpu(
    number: int, emulated_device: EmulatedDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In both precisions, for blocks of different sizes, in whatever order threads run between barriers."""
    module = brian2_networks.load(NETWORKS[number])
    monkeypatch.setattr(CudaBackend, "worker_threads", (32, 64, 96)[number % 3])
    emulated_device.order = (0, 1, 7 + number)[number // 3 % 3]
    precision = {"precision": ("float64", "float32")[number % 2]}
    arguments = dict(module.TEST)
    duration = arguments.pop("duration")
    dtype = brian2.prefs.core.default_float_dtype
    try:
        expected = run_one(module, duration, "dendrify_gpu", CPU | precision, arguments)
        found = run_one(module, duration, "dendrify_gpu", CUDA | precision, arguments)
    finally:
        brian2.prefs.core.default_float_dtype = dtype
    assert differing(expected, found) == []
    assert emulated_device.launches["run_steps"] > 0


def on_both(
    build: Callable[[], Network], run: Callable[[Network], None]
) -> tuple[Record, Record, list[str]]:
    """Run a network on both backends; also return what the second run says of itself."""
    records = []
    for options in (CPU, CUDA):
        with brian2_on("dendrify_gpu", options):
            brian2.seed(5)
            network = build()
            run(network)
            records.append(take_record(network))
            report = get_device().explain()
    return records[0], records[1], report


def test_many_cells_of_different_sizes(
    emulated_device: EmulatedDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CudaBackend, "worker_threads", 32)
    emulated_device.order = 1

    def build() -> Network:
        cells = dendrify_gpu.SpatialNeuronGroup(
            150,
            morphology=tree(soma=True),
            model=ACTIVE,
            Cm=brian2.uF / brian2.cm**2,
            Ri=100 * brian2.ohm * brian2.cm,
            method="exponential_euler",
            namespace={"g_K": 36 * brian2.msiemens / brian2.cm**2},
            name="cells",
        )
        cells.v = -65 * brian2.mV
        cells.g_Na = 120 * brian2.msiemens / brian2.cm**2
        cells.Cm = np.linspace(0.8, 1.2, len(cells)) * brian2.uF / brian2.cm**2
        cells.drive[:150] = 0.3 * brian2.nA
        return Network(cells)

    expected, found, _ = on_both(build, lambda network: network.run(2 * ms))
    assert np.ptp(expected.arrays["cells.v"]) > 1e-3
    assert differing(expected, found) == []


def test_room_for_spikes_grows(
    emulated_device: EmulatedDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All neurons spike in every step, and every spike is under way for 30 ms: 6000 at a time."""
    monkeypatch.setattr(CudaBackend, "worker_threads", 32)

    def build() -> Network:
        source = NeuronGroup(20, "", threshold="True", name="source")
        cells = NeuronGroup(20, "x : 1", name="cells")
        link = Synapses(source, cells, "w : 1", on_pre="x_post = 0.9*x_post + w", name="link")
        link.connect(p=0.5)
        link.w = "1 + 0.1*i + 0.01*j"
        link.delay = "30*ms - (i % 3)*ms"
        return Network(source, cells, link)

    expected, found, _ = on_both(build, lambda network: network.run(50 * ms))
    assert len(expected.waiting["link_pre"]) > 0
    assert expected.arrays["cells.x"].any()
    assert differing(expected, found) == []


def test_events_that_change_both_sides_are_carried_out_in_order(
    emulated_device: EmulatedDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CudaBackend, "worker_threads", 64)
    emulated_device.order = 5

    def build() -> Network:
        cells = NeuronGroup(
            40,
            "dx/dt = (1.5 - x)/(10*ms) : 1\nu : 1",
            threshold="x > 1",
            reset="x = 0",
            name="cells",
        )
        cells.x = "i/40.0"
        link = Synapses(
            cells, cells, on_pre="x_post += 1e-3*x_pre\nu_pre = 0.5*u_pre + x_post", name="link"
        )
        link.connect(p=0.3)
        return Network(cells, link, SpikeMonitor(cells, name="spikes"))

    expected, found, report = on_both(build, lambda network: network.run(20 * ms))
    assert len(expected.arrays["spikes.i"]) > 40
    assert differing(expected, found) == []
    because = ("by one block because it changes", "uses the same variable of the other side")
    line = next(line for line in report if line.startswith("link_pre"))
    assert all(part in line for part in because), line


def test_python_in_the_middle_stop_and_a_profile(emulated_device: EmulatedDriver) -> None:
    def build() -> Network:
        cells = NeuronGroup(
            50, "dv/dt = -v/(5*ms) : 1", threshold="v > 0.9", reset="v = 0", name="cells"
        )
        cells.v = "i/50.0"

        @brian2.network_operation(dt=1 * ms, name="kick")
        def kick(t: Any) -> None:
            cells.v[:] = cells.v[:] + 0.2
            if t > 6 * ms:
                brian2.stop()

        return Network(
            cells,
            kick,
            SpikeMonitor(cells, name="spikes"),
            StateMonitor(cells, "v", True, name="states"),
        )

    def run(network: Network) -> None:
        network.run(20 * ms, profile=True)
        assert network.t < 8 * ms
        assert dict(network.profiling_info)["cells_stateupdater"] > 0 * ms

    expected, found, report = on_both(build, run)
    assert len(expected.arrays["spikes.i"]) > 10
    assert differing(expected, found) == []
    assert "kick: in Python" in report


def test_state_is_stored_and_restored_with_spikes_under_way(
    emulated_device: EmulatedDriver,
) -> None:
    module = brian2_networks.load("stdp")
    arguments = {name: value for name, value in module.TEST.items() if name != "duration"}
    with brian2_on("dendrify_gpu", CUDA):
        brian2.seed(3)
        network = module.build(**arguments, delay=3 * ms)
        network.run(10 * ms)
        network.store()
        network.run(10 * ms)
        once = take_record(network)
        network.restore(restore_random_state=True)
        network.run(10 * ms)
        assert differing(once, take_record(network)) == []


def test_the_fused_core_is_taken_where_it_can_be(emulated_device: EmulatedDriver) -> None:
    for plastic in (False, True):
        with brian2_on("dendrify_gpu", {"backend": "cuda"}):
            cells = NeuronGroup(
                20, "dv/dt = (1.2 - v)/(5*ms) : 1", threshold="v > 1", reset="v = 0"
            )
            link = Synapses(
                cells, cells, "w : 1", on_pre="v += w\nw += 0.1" if plastic else "v += w"
            )
            link.connect(p=0.2)
            Network(cells, link).run(1 * ms)
            report = get_device().explain()
        assert report[0].startswith("general road: 4 tasks" if plastic else "fast road: fused core")
        assert "Emulated device" in report[0]
    assert any("shared among blocks: 1" in line for line in report)


@pytest.mark.usefixtures("emulated_device")
def test_what_does_not_run_on_cuda_is_refused() -> None:
    @brian2.implementation("cpp", "double twice(double x) { return 2*x; }")
    @brian2.check_units(x=1, result=1)
    def twice(x: Any) -> Any:
        return 2 * x

    with brian2_on("dendrify_gpu", CUDA):
        group = NeuronGroup(3, "v : 1", namespace={"twice": twice}, name="group")
        group.run_regularly("v = twice(v) + 1", name="doubling")
        with pytest.raises(
            NotImplementedError,
            match=r"doubling.*: the function 'twice' is given in C\+\+, which runs on the CPU only\. .*backend='cpu'",
        ):
            Network(group).run(1 * ms)


# ------------------------------------------------------------------------------------------- the text for a device

NVCC = shutil.which("nvcc") is not None
OPTIONS = ("-DON_CUDA", f"-DWORKER_THREADS={CudaBackend.worker_threads}")


@pytest.mark.skipif(not NVCC, reason="nvcc is not installed")
@pytest.mark.parametrize(
    ("name", "precision", "architecture"),
    [
        ("axon", "float64", "sm_90"),
        ("clopath", "float32", "sm_75"),
        ("noise", "float64", "sm_75"),
        ("vogels", "float32", "sm_90"),
    ],
)
def test_it_compiles_for_devices(
    name: str, precision: str, architecture: str, texts: list[str], tmp_path: Path
) -> None:
    """Without warnings and spills; and nothing is read through the cache for values that never change: they do."""
    text = text_of(name, texts, precision)
    bits = int(precision[-2:])
    kernels = kernel_resources(text, bits, architecture, tmp_path / "kernels.cubin", OPTIONS)
    assert {kernel.name for kernel in kernels} >= {"run_steps", "run_part", "finish_step"}
    for kernel in kernels:
        assert kernel.spilled_bytes == 0, kernel
        assert kernel.registers <= 65536 // CudaBackend.worker_threads
    flags = [flag for flag in NVCC_FLAGS if flag != "-cubin"]
    source = tmp_path / "text.cu"
    source.write_text(text)
    command = [
        find_nvcc(),
        *flags,
        *OPTIONS,
        f"-arch={architecture}",
        f"-DPRECISION={bits}",
        "-ptx",
    ]
    command += [f"-I{header_folder()}", str(source), "-o", str(tmp_path / "text.ptx")]
    subprocess.run(command, check=True)
    ptx = (tmp_path / "text.ptx").read_text()
    assert "ld.global" in ptx and "ld.global.nc" not in ptx


def nvrtc_is_missing() -> bool:
    try:
        find_nvrtc()
    except ToolchainError:
        return True
    return False


@pytest.mark.skipif(nvrtc_is_missing(), reason="NVRTC is not installed")
def test_it_compiles_without_nvcc(texts: list[str]) -> None:
    path, _ = compile_cubin_with_nvrtc(text_of("axon", texts, "float64"), 64, "sm_80", OPTIONS)
    assert b"run_steps" in cached_bytes(path)
