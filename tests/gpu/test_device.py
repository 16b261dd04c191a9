"""On a real device: the same bits as on the CPU, and the PyCUDA backend's own behaviour.

Run with ``pytest -m gpu``. Without a device all of it is skipped.
"""

from __future__ import annotations

import numpy as np
import pytest
from models import active, lif
from standard_networks import NETWORKS, Precision, outcome_hash, plan_of, stored_hashes

from dendrify_gpu.gpu import (
    CpuBackend,
    CudaBackend,
    MonitorPlan,
    NetworkPlan,
    PoissonPlan,
    PopulationPlan,
    ProjectionPlan,
    Simulation,
    ToolchainError,
    build_program,
)

pytestmark = pytest.mark.gpu
DT = 1e-4


def network(precision: int, n: int = 5000) -> NetworkPlan:
    rng = np.random.default_rng(1)
    each = 10
    row = np.arange(n + 1) * each
    target = np.sort(rng.integers(0, n, (n, each)), axis=1).ravel().astype(np.int32)
    weight, delay = rng.uniform(0.02, 0.1, n * each), rng.integers(4, 40, n * each)
    current = rng.uniform(0, 20e-12, n)
    return NetworkPlan(
        DT,
        precision,
        11,
        (
            PopulationPlan(
                "active", build_program(active(), DT), n, {"V": -65e-3, "I_ext": current}
            ),
            PopulationPlan("lif", build_program(lif(), DT), 333, {"I": 15e-3}),
        ),
        (PoissonPlan("noise", n, 200.0, 7),),
        (),
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
                weight,
                delay,
                row=row,
                target=target,
            ),
            ProjectionPlan("out", "active", "lif", ("g",), "all_to_all", n, 333, 1e-3, 5),
        ),
        (MonitorPlan("m", "active", ("V", "s", "I_nmda"), np.arange(0, n, 50), 3),),
    )


def outcome(plan: NetworkPlan, backend: object) -> tuple[bytes, ...]:
    simulation = Simulation(plan, backend)
    simulation.run(700)
    simulation.run(1300)
    spikes = simulation.spikes.of(0, sum(p.n for p in (*plan.populations, *plan.poisson)))
    states = [memory.state.read()[:, : memory.n] for memory in simulation.populations.values()]
    assert len(spikes[0]) > 1000
    return tuple(array.tobytes() for array in (simulation.samples("m").values, *spikes, *states))


@pytest.mark.parametrize("precision", [32, 64])
def test_the_device_gives_the_bits_of_the_cpu(precision: int) -> None:
    plan = network(precision)
    assert outcome(plan, CudaBackend()) == outcome(plan, CpuBackend())


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_stored_hashes(name: str, precision: Precision) -> None:
    expected = stored_hashes()[name][precision]
    plan = plan_of(name, precision)
    for block in (None, 32, 64, 128, 256):
        assert outcome_hash(plan, CudaBackend(block=block)) == expected
    for longest_window in (1, 3):
        assert outcome_hash(plan, CudaBackend(), longest_window) == expected


def test_both_compilers_make_the_same_results() -> None:
    plan = network(32, 1000)
    assert outcome(plan, CudaBackend(compiler="nvcc")) == outcome(
        plan, CudaBackend(compiler="nvrtc")
    )


def test_two_backends_on_one_device_do_not_disturb_each_other() -> None:
    plan = network(32, 1000)
    first, second = Simulation(plan, CudaBackend()), Simulation(plan, CudaBackend())
    for _ in range(4):
        first.run(100)
        second.run(100)
    ours, theirs = (s.spikes.of(*s.source_range("active")) for s in (first, second))
    assert np.array_equal(ours[0], theirs[0])
    assert np.array_equal(ours[1], theirs[1])


def test_a_device_that_is_not_there_is_named() -> None:
    with pytest.raises(ToolchainError, match="There is no CUDA device 99"):
        CudaBackend(99)
