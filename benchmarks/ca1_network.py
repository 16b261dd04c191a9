"""Ten thousand CA1 cells in a network: this library's CPU backend beside Brian2's cpp_standalone.

Both engines run the same nine-compartment cells, the same synapses and the same input spikes (drawn once, replayed
by spike generators), with the same number of threads. The time is that of the simulated steps alone:
compilation, construction and loading are reported apart. The runs of the two engines alternate, and the
ratio of each pair is reported with its spread.

Usage: python benchmarks/ca1_network.py [--cells N] [--duration MS] [--threads 1 2] [--repeats R]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import brian2
import numpy as np
from _spread import spread
from brian2.units import ms

import dendrify_gpu as dg
from dendrify_gpu.models import CA1_SPIKING, ca1_pyramidal

#: Poisson input of figure 5 of the Dendrify paper: target receptors and rate in hertz.
INPUTS = {
    "ec_dist1": 82.0,
    "ec_dist2": 82.0,
    "ca3_ob1": 120.0,
    "ca3_ob2": 120.0,
    "ca3_med": 120.0,
}
RECURRENT = "validation_prox"
IN_DEGREE = 20
WEIGHT = 0.5
SHORTEST_DELAY, LONGEST_DELAY = 10, 30  # steps
DT = 0.1 * ms


@dataclass(frozen=True)
class Work:
    """What both engines are given."""

    cells: int
    steps: int
    inputs: dict[str, tuple[np.ndarray, np.ndarray]]  # sources and steps of the spikes
    pre: np.ndarray
    post: np.ndarray
    delay: np.ndarray


def draw_work(cells: int, steps: int) -> Work:
    """Draw input spikes and synapses once, for both engines."""
    rng = np.random.default_rng(2021)
    inputs = {}
    for name, rate in INPUTS.items():
        spikes = rng.random((steps, cells), dtype=np.float32) < rate * float(DT)
        step, source = np.nonzero(spikes)
        inputs[name] = (source, step)
    post = np.repeat(np.arange(cells), IN_DEGREE)
    pre = rng.integers(0, cells, cells * IN_DEGREE)
    delay = rng.integers(SHORTEST_DELAY, LONGEST_DELAY + 1, cells * IN_DEGREE)
    return Work(cells, steps, inputs, pre, post, delay)


def receptors(name: str) -> list[str]:
    return [f"AMPA_{name}", f"NMDA_{name}"]


def run_ours(work: Work, threads: int, precision: str) -> tuple[float, float, int]:
    """Return seconds of the steps, seconds of everything before, and the spikes of the cells."""
    started = time.perf_counter()
    net = dg.Network(dt=DT, precision=precision, backend="cpu", threads=threads)
    cells = net.population(ca1_pyramidal(), work.cells, name="ca1", **CA1_SPIKING)
    for name, (source, step) in work.inputs.items():
        generator = net.spike_generator(work.cells, source, step * DT, name=name)
        net.connect(generator, cells, receptors(name), one_to_one=True)
    net.connect(
        cells,
        cells,
        receptors(RECURRENT),
        i=work.pre,
        j=work.post,
        weight=WEIGHT,
        delay=work.delay * DT,
    )
    spikes = net.record_spikes(cells)
    net.run(DT, progress=False)  # builds and compiles
    before = time.perf_counter() - started
    report = net.run((work.steps - 1) * DT, progress=False)
    return report.wall_seconds * work.steps / (work.steps - 1), before, len(spikes)


def build_brian2(work: Work, threads: int, precision: str, folder: Path) -> float:
    """Build Brian2's program in a folder; return the seconds that took."""
    started = time.perf_counter()
    brian2.set_device("cpp_standalone", build_on_run=False, directory=None)
    brian2.prefs.devices.cpp_standalone.openmp_threads = threads if threads > 1 else 0
    brian2.prefs.core.default_float_dtype = np.float32 if precision == "float32" else np.float64
    brian2.defaultclock.dt = DT
    made = ca1_pyramidal().make_neurongroup(work.cells, method="euler", **CA1_SPIKING)
    cells, *second_reset = made if isinstance(made, tuple) else (made,)
    objects = [cells, *second_reset]
    for name, (source, step) in work.inputs.items():
        generator = brian2.SpikeGeneratorGroup(work.cells, source, step * DT)
        action = "; ".join(f"s_{receptor} += 1" for receptor in receptors(name))
        synapses = brian2.Synapses(generator, cells, on_pre=action)
        synapses.connect(j="i")
        objects += [generator, synapses]
    action = "; ".join(f"s_{receptor} += {WEIGHT}" for receptor in receptors(RECURRENT))
    recurrent = brian2.Synapses(cells, cells, on_pre=action)
    recurrent.connect(i=work.pre, j=work.post)
    recurrent.delay = work.delay * DT
    network = brian2.Network(*objects, recurrent, brian2.SpikeMonitor(cells, name="spikes"))
    network.run(work.steps * DT)
    brian2.device.build(directory=str(folder), run=False, compile=True, with_output=False)
    brian2.device.reinit()
    brian2.set_device("runtime")
    return time.perf_counter() - started


def run_brian2(folder: Path) -> tuple[float, int]:
    """Run Brian2's program once; return seconds of the steps and the spikes of the cells."""
    subprocess.run(["./main"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    seconds = float((folder / "results" / "last_run_info.txt").read_text().split()[0])
    count = sum(
        path.stat().st_size // 4
        for path in (folder / "results").iterdir()
        if path.name.startswith("_dynamic_array_spikes_i")
    )
    return seconds, count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=10_000)
    parser.add_argument("--duration", type=float, default=200.0, help="biological time in ms")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--precision", nargs="+", default=["float64", "float32"])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    work = draw_work(options.cells, round(options.duration * ms / DT))
    print(
        f"{work.cells} cells, {len(work.pre)} recurrent synapses, {options.duration:g} ms, {os.cpu_count()} CPUs"
    )
    neuron_steps = work.cells * work.steps
    for precision in options.precision:
        for threads in options.threads:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                build = build_brian2(work, threads, precision, folder)
                ours, theirs, ratios = [], [], []
                run_brian2(folder)
                for _ in range(options.repeats):
                    brian_seconds, brian_spikes = run_brian2(folder)
                    our_seconds, before, our_spikes = run_ours(work, threads, precision)
                    ours.append(our_seconds / neuron_steps * 1e9)
                    theirs.append(brian_seconds / neuron_steps * 1e9)
                    ratios.append(brian_seconds / our_seconds)
                print(
                    f"{precision} {threads} thread(s): ns per cell and step: ours {spread(ours)}, Brian2 "
                    f"{spread(theirs)}; ratio {spread(ratios)}; before the first step: ours {before:.1f} s, "
                    f"Brian2 {build:.1f} s; spikes: ours {our_spikes}, Brian2 {brian_spikes}",
                    flush=True,
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
