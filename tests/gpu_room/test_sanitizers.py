"""The generated code runs clean under AddressSanitizer and UndefinedBehaviorSanitizer; ``make sanitize`` runs more."""

from __future__ import annotations

from pathlib import Path

import pytest
from sanitizing import ROOT, check_clean, sanitize

#: A network with every kind of projection, counted and integer input, events, samples and two threads.
NETWORK = """
import numpy as np
import dendrify_gpu as dg
from brian2.units import Hz, ms, mV

from dendrify_gpu.gpu.backends import cpu
from dendrify_gpu.gpu.engine import stages

stages.LEAST_NEURONS = 0
for precision, cpu._USUAL_CACHE in (("float32", 1), ("float64", 2**25), ("float64", 1)):
    # Memory beyond the caches is asked for ahead, and events are collected in bins.
    cpu._CACHES = cpu.Path("/nowhere")
    net = dg.Network(precision=precision, seed=3, backend="cpu", threads=2)
    cells = net.population(
        "dv/dt = (g - v + I) / (10*ms) : volt (unless refractory)\\n"
        "dg/dt = -g / (5*ms) : volt\\n"
        "I = 12*mV*int(t_in_timesteps <= start + 20)*gate : volt\\n"
        "start : 1\\n"
        "gate : 1",
        203, threshold="v > 10*mV", reset="v = 0*mV", refractory=2*ms,
        events={"pulse": "v > 8*mV and t_in_timesteps >= start + 50*gate"},
        event_actions={"pulse": "start = t_in_timesteps; gate = 1"},
    )
    noise = net.poisson(203, rate=300*Hz)
    given = net.spike_generator(5, np.arange(5), np.arange(5)*ms)
    net.connect(noise, cells, "g", one_to_one=True, weight=4*mV)
    net.connect(given, cells, "g", all_to_all=True, weight=1*mV, delay=0.3*ms)
    delays = dg.uniform(0.5*ms, 6*ms)
    net.connect(cells, cells, "g", probability=0.1, weight=dg.uniform(0*mV, 1*mV), delay=delays)
    net.connect(cells[3:150], cells[7:100], "g", in_degree=5, weight=0.5*mV, delay=delays)
    traces = net.record(cells[5:77], ["v", "I"], every=0.3*ms)
    spikes = net.record_spikes(cells)
    for part in (10.3, 7, 30):
        net.run(part*ms, progress=False)
    assert len(spikes) > 50, len(spikes)
print("clean")
"""


STANDARD = """
from standard_networks import outcome_hash, plan_of, stored_hashes
from dendrify_gpu.gpu import CpuBackend
for name, precision in (("events", "float32"), ("noise", "float64")):
    found = outcome_hash(plan_of(name, precision), CpuBackend(threads=2))
    assert found == stored_hashes()[name][precision], name
print("clean")
"""

#: Near memory and memory beyond the caches. What threads do is the same in both precisions.
SIDE_BY_SIDE = """
from standard_networks import outcome_hash, plan_of, stored_hashes
from dendrify_gpu.gpu import CpuBackend
from dendrify_gpu.gpu.engine import stages
stages.LEAST_NEURONS = 0
for name in ("cuba", "dendrify", "noise", "events"):
    for threads, cache_bytes in ((3, 1), (2, 0)):
        backend = CpuBackend(threads)
        backend.cache_bytes = cache_bytes
        assert outcome_hash(plan_of(name, "float32"), backend) == stored_hashes()[name]["float32"], name
print("clean")
"""

#: The text for a device, where the threads of the host share out those of a launch.
ON_A_DEVICE = """
import emulated_device
import pytest
from standard_networks import outcome_hash, plan_of, stored_hashes
from dendrify_gpu.gpu import CudaBackend
emulated_device._FLAGS += ("-DEMULATED_WORKERS={workers}",)
with pytest.MonkeyPatch.context() as patch, emulated_device.emulation(patch):
    for name in {names}:
        found = outcome_hash(plan_of(name, "float32"), CudaBackend(block=64))
        assert found == stored_hashes()[name]["float32"], name
print("clean")
"""

needs_memory = pytest.mark.skipif(
    not sanitize.is_usable("memory"), reason="g++ has no sanitizers here"
)
needs_threads = pytest.mark.skipif(
    not sanitize.is_usable("threads"), reason="g++ has no sanitizer for threads here"
)


@needs_memory
def test_standard_networks_run_clean_and_give_their_hashes(tmp_path: Path) -> None:
    assert len(check_clean(STANDARD, tmp_path, ROOT / "tests" / "shared")) == 2


@needs_memory
def test_a_network_runs_clean(tmp_path: Path) -> None:
    assert len(check_clean(NETWORK, tmp_path)) == 2


@needs_threads
def test_threads_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    check_clean(SIDE_BY_SIDE, tmp_path, ROOT / "tests" / "shared", "threads")


@needs_threads
def test_threads_of_a_device_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    script = ON_A_DEVICE.format(workers=3, names=("cuba", "dendrify", "events"))
    check_clean(script, tmp_path, ROOT / "tests" / "shared", "threads")


@needs_memory
def test_the_text_for_a_device_stays_within_its_memory(tmp_path: Path) -> None:
    script = ON_A_DEVICE.format(workers=1, names=("noise", "dendrify"))
    check_clean(script, tmp_path, ROOT / "tests" / "shared")
