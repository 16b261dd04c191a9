"""The CUDA backend on an emulated device: the bits of the CPU, and nothing forgotten by the host."""

from __future__ import annotations

import gc
import signal

import numpy as np
import pytest
from emulated_device import DriverError, EmulatedDriver, emulated_device
from models import active, lif

from dendrify_gpu.gpu import (
    CpuBackend,
    CudaBackend,
    GeneratorPlan,
    Model,
    MonitorPlan,
    NetworkPlan,
    NetworkTooLargeError,
    NumericalError,
    PoissonPlan,
    PopulationPlan,
    ProjectionPlan,
    Simulation,
    ToolchainError,
    build_program,
)
from dendrify_gpu.gpu.backends.cuda_devices import cuda_devices
from dendrify_gpu.gpu.backends.cuda_kernels import DeviceShape, choose_block
from dendrify_gpu.gpu.engine.balance import group_size
from dendrify_gpu.gpu.engine.memory import estimate_bytes
from dendrify_gpu.gpu.engine.run_loop import RunLoop
from dendrify_gpu.gpu.engine.schedule import slot_count

__all__ = ["emulated_device"]

DT = 1e-4


def network(precision: int, n: int = 500, every: int = 3) -> NetworkPlan:
    """Two models, recurrent synapses of many delays, Poisson input and a generator."""
    rng = np.random.default_rng(1)
    each = 10
    current = rng.uniform(0, 20e-12, n)
    cells = build_program(active(), DT)
    return NetworkPlan(
        DT,
        precision,
        11,
        (
            PopulationPlan("active", cells, n, {"V": -65e-3, "I_ext": current}),
            PopulationPlan("lif", build_program(lif(), DT), 70, {"I": 15e-3}),
        ),
        (PoissonPlan("noise", n, 200.0, 7),),
        (GeneratorPlan("clicks", 3, np.array([0, 2, 1, 2]), np.array([4, 4, 90, 399])),),
        (
            ProjectionPlan("input", "noise", "active", ("s",), "one_to_one", n, n, 0.4, 0),
            ProjectionPlan(
                "recurrent",
                "active",
                "active",
                ("s",),
                "explicit",
                n,
                n,
                rng.uniform(0.02, 0.1, n * each),
                rng.integers(4, 40, n * each),
                row=np.arange(n + 1) * each,
                target=np.sort(rng.integers(0, n, (n, each)), axis=1).ravel().astype(np.int32),
            ),
            ProjectionPlan("out", "active", "lif", ("g",), "all_to_all", n, 70, 1e-3, 5),
            ProjectionPlan("clicked", "clicks", "lif", ("g",), "all_to_all", 3, 70, 2e-3, 5),
        ),
        (MonitorPlan("m", "active", ("V", "s", "I_nmda"), np.arange(0, n, 50), every),),
    )


def parts(simulation: Simulation) -> dict[str, bytes]:
    plan = simulation.plan
    total = sum(p.n for p in (*plan.populations, *plan.poisson, *plan.generators))
    indices, steps = simulation.spikes.of(0, total)
    found = {"sources": indices.tobytes(), "steps": steps.tobytes()}
    found |= {item.name: simulation.samples(item.name).values.tobytes() for item in plan.monitors}
    for name, memory in simulation.populations.items():
        found[name] = memory.state.read()[:, : memory.n].tobytes()
    return found


def outcome(plan: NetworkPlan, backend: CpuBackend | CudaBackend, *pieces: int) -> dict[str, bytes]:
    simulation = Simulation(plan, backend)
    for steps in pieces:
        simulation.run(steps)
    assert len(simulation.spikes) > 500
    return parts(simulation)


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("block", [None, 32, 256])
def test_the_bits_are_those_of_the_cpu(
    emulated_device: EmulatedDriver, block: int | None, precision: int
) -> None:
    plan = network(precision)
    reference = outcome(plan, CpuBackend(), 400)
    for emulated_device.order in (0, 1):
        assert outcome(plan, CudaBackend(block=block), 400) == reference
    assert outcome(plan, CudaBackend(block=block), 33, 1, 366) == reference


def test_bits_do_not_depend_on_the_length_of_windows(emulated_device: EmulatedDriver) -> None:
    plan = network(32)
    plan = NetworkPlan(
        *(plan.dt, plan.precision, plan.seed, plan.populations, plan.poisson, plan.generators),
        plan.projections[1:3],
        plan.monitors,
    )
    found = {}
    for longest in (1, 3, 16):
        simulation = Simulation(plan, CudaBackend(), longest)
        simulation.run(400)
        found[simulation.window] = parts(simulation)
    assert list(found) == [1, 3, 5]
    assert found[1] == found[3] == found[5]


@pytest.mark.parametrize("part", [3, 40])
def test_long_rows_are_delivered_in_parts(
    emulated_device: EmulatedDriver, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """One neuron with many targets, others with few: the same bits, however rows are divided."""
    plan = network(32)
    reference = outcome(plan, CpuBackend(), 400)
    monkeypatch.setattr(CudaBackend, "row_part", part)
    simulation = Simulation(plan, CudaBackend())
    assert simulation._parts is not None
    # All-to-all rows of 70 synapses, explicit ones of 10.
    assert simulation._parts[0] == -(-70 // part)
    assert simulation._parts[500] == 1  # Poisson sources have one synapse each
    report = simulation.run(400)
    assert parts(simulation) == reference
    assert report.spikes == len(simulation.spikes)


@pytest.mark.parametrize(
    ("each", "group"), [(1, 4), (4, 4), (5, 8), (16, 16), (17, 32), (3000, 32)]
)
def test_short_rows_are_delivered_by_few_threads(each: int, group: int) -> None:
    cells = PopulationPlan("cells", build_program(lif(), DT), 3000)
    synapses = ProjectionPlan("p", "noise", "cells", ("g",), "all_to_all", 5, each, 1e-3, 1)
    plan = NetworkPlan(
        DT, 32, 1, (cells,), (PoissonPlan("noise", 5, 10.0, 1),), projections=(synapses,)
    )
    assert group_size(plan) == group


def test_launches_and_waits_are_few(emulated_device: EmulatedDriver) -> None:
    simulation = Simulation(network(32, every=100), CudaBackend())
    simulation.run(100)
    batches = []
    emulated_device.launches.clear()
    emulated_device.waits = 0
    report = simulation.run(1000, lambda done: batches.append(done))
    windows = -(-1000 // simulation.window)
    # Two launches for a window, and two more that complete the last step.
    assert emulated_device.launches["advance_window"] <= windows + len(batches) + 1
    assert emulated_device.launches["deliver_window"] <= windows + len(batches) + 1
    assert report.steps == sum(batches) == 1000
    # One wait for each batch, and one for each buffer that is fetched from it.
    assert emulated_device.waits <= 4 * (len(batches) + 2)


def test_a_batch_is_queued_while_the_one_before_is_collected(
    emulated_device: EmulatedDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = []
    collect = RunLoop._collect

    def counted(loop: RunLoop) -> bool:
        ahead.append(len(loop._under_way))
        return collect(loop)

    monkeypatch.setattr(RunLoop, "_collect", counted)
    Simulation(network(32), CudaBackend()).run(2000)
    assert max(ahead) == 2
    assert ahead.count(2) > len(ahead) / 2


def test_full_spike_lists_lose_nothing(
    emulated_device: EmulatedDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = network(64)
    reference = outcome(plan, CudaBackend(), 400)
    monkeypatch.setattr("dendrify_gpu.gpu.engine.batches._LEAST_KEPT", 1)
    monkeypatch.setattr("dendrify_gpu.gpu.engine.batches._MOST_KEPT", 1)
    assert outcome(plan, CudaBackend(), 400) == reference


def test_full_sample_buffers_lose_nothing(
    emulated_device: EmulatedDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = network(32, every=1)
    reference = outcome(plan, CudaBackend(), 400)
    monkeypatch.setattr("dendrify_gpu.gpu.engine.monitors._BUFFER_BYTES", 1)
    assert outcome(plan, CudaBackend(), 400) == reference


def test_a_bad_value_stops_what_is_queued_behind_it(emulated_device: EmulatedDriver) -> None:
    model = Model("dv/dt = v**2/ms : 1", name="explosive")
    cells = PopulationPlan("cells", build_program(model, DT), 40, {"v": np.linspace(0, 1, 40)})
    monitor = MonitorPlan("m", "cells", ("v",), np.arange(40), 1)
    plan = NetworkPlan(DT, 64, 1, (cells,), monitors=(monitor,))
    found = []
    for backend in (CpuBackend(), CudaBackend()):
        simulation = Simulation(plan, backend)
        with pytest.raises(NumericalError) as failure:
            simulation.run(5000)
        found.append((str(failure.value), simulation.samples("m").values.tobytes()))
    assert found[0] == found[1]
    assert "became infinite" in found[0][0]


@pytest.mark.parametrize("after", [1, 3])
def test_ctrl_c_leaves_a_network_that_goes_on(emulated_device: EmulatedDriver, after: int) -> None:
    plan = network(32)
    reference = outcome(plan, CudaBackend(), 1500)
    simulation = Simulation(plan, CudaBackend())
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    calls = []

    def interrupt(done: int) -> None:
        calls.append(done)
        if len(calls) == after:
            signal.raise_signal(signal.SIGINT)

    try:
        with pytest.raises(KeyboardInterrupt):
            simulation.run(1500, interrupt)
    finally:
        signal.signal(signal.SIGINT, usual)
    assert 0 < simulation.step < 1500
    assert len(simulation.samples("m").values) == -(-simulation.step // 3)
    simulation.run(1500 - simulation.step)
    assert parts(simulation) == reference


def test_two_simulations_in_one_process(emulated_device: EmulatedDriver) -> None:
    plan = network(32)
    reference = outcome(plan, CudaBackend(), 400)
    first, second = Simulation(plan, CudaBackend(0)), Simulation(plan, CudaBackend(1))
    for _ in range(4):
        first.run(100)
        second.run(100)
    assert parts(first) == parts(second) == reference


def test_rates_can_change_between_runs(emulated_device: EmulatedDriver) -> None:
    plan = NetworkPlan(DT, 64, 5, (), (PoissonPlan("noise", 1000, 0.0, 1),))
    found = []
    for backend in (CpuBackend(), CudaBackend()):
        simulation = Simulation(plan, backend)
        simulation.run(50)
        simulation.set_rate("noise", 9000.0)
        simulation.run(100)
        found.append(parts(simulation))
    assert found[0] == found[1]
    assert len(found[0]["steps"]) > 8 * 80_000


# ----------------------------------------------------------------------- memory


def test_memory_is_freed(emulated_device: EmulatedDriver) -> None:
    simulation = Simulation(network(32), CudaBackend())
    simulation.run(100)
    assert emulated_device.live
    del simulation
    gc.collect()
    assert not emulated_device.live
    assert not emulated_device.pinned


@pytest.mark.parametrize("precision", [32, 64])
def test_the_estimate_is_what_is_allocated(emulated_device: EmulatedDriver, precision: int) -> None:
    plan = network(precision, 20_000)
    simulation = Simulation(plan, CudaBackend())
    simulation.run(50)
    real = sum(allocation.nbytes for allocation in emulated_device.live.values())
    slots = [
        slot_count([p for p in plan.projections if p.post == population.name], simulation.window)
        for population in plan.populations
    ]
    need = estimate_bytes(
        plan,
        [simulation.populations[p.name].ports for p in plan.populations],
        slots,
        simulation.window,
        simulation.models.of_population,
        2,
        CudaBackend.row_part,
    )
    assert 0.95 * real < sum(need.values()) < 1.05 * real


def test_too_large_is_said_before_anything_is_allocated(emulated_device: EmulatedDriver) -> None:
    emulated_device.memory = 10**6
    with pytest.raises(
        NetworkTooLargeError, match=r"needs about .* GB and the backend \(cuda\) has"
    ):
        Simulation(network(32, 20_000), CudaBackend())
    assert not emulated_device.live


def test_memory_that_runs_out_is_given_back(
    emulated_device: EmulatedDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program takes the memory between the estimate and the allocation."""
    monkeypatch.setattr(CudaBackend, "free_memory", lambda self: 10**12)
    emulated_device.memory = 3 * 10**6
    with pytest.raises(
        NetworkTooLargeError, match=r"could not be allocated\. The network needs about"
    ):
        Simulation(network(32, 20_000), CudaBackend())
    gc.collect()
    assert not emulated_device.live


# -------------------------------------------------------------------- arguments


def test_devices_are_listed(emulated_device: EmulatedDriver) -> None:
    first, second = cuda_devices()
    assert str(first) == "0: Emulated device, 8.0 GB, compute capability 9.0"
    assert second.number == 1
    with pytest.raises(ToolchainError, match=r"no CUDA device 2; there are 2, numbered from 0\."):
        CudaBackend(2)


def test_arguments_are_checked(emulated_device: EmulatedDriver) -> None:
    with pytest.raises(ToolchainError, match="block=100: a block has one of 32, 64, 128, 256"):
        CudaBackend(block=100)
    with pytest.raises(ToolchainError, match="compiler='icc' is unknown; use one of: nvcc, nvrtc"):
        CudaBackend(compiler="icc")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("registers", "items", "block"),
    [(64, 10**6, 256), (64, 5000, 32), (255, 10**6, 256), (200, 10**6, 64), (64, 10, 32)],
)
def test_the_block_size_fits_registers_and_network(registers: int, items: int, block: int) -> None:
    assert choose_block(DeviceShape(132, 65536, 2048, 32), registers, items) == block


# ---------------------------------------------------------------- the emulation


def test_the_emulation_sees_a_missing_wait(
    emulated_device: EmulatedDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = network(32)
    reference = outcome(plan, CudaBackend(), 400)
    monkeypatch.setattr("dendrify_gpu.gpu.backends.cuda_memory.CudaMark.wait", lambda self: None)
    simulation = Simulation(plan, CudaBackend())
    try:
        simulation.run(400)
        different = parts(simulation) != reference
    except (IndexError, ValueError, DriverError, OverflowError, NumericalError, MemoryError):
        different = True
    assert different


def test_the_emulation_refuses_misuse(emulated_device: EmulatedDriver) -> None:
    backend = CudaBackend()
    buffer = backend.allocate((4,), np.float32)
    with pytest.raises(DriverError, match="no current context"):
        emulated_device.mem_alloc(4)
    with backend.current():
        with pytest.raises(DriverError, match="needs pinned memory"):
            emulated_device.memcpy_htod_async(
                buffer.address, np.zeros(4, np.float32), backend.kernel_stream
            )
        with pytest.raises(DriverError, match="are not memory of the device"):
            emulated_device.memcpy_dtoh(np.zeros(5, np.float32), buffer.address)
