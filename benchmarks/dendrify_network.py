"""The active network of Dendrify's benchmarks: this library's CPU backend beside Brian2's cpp_standalone.

Four compartments (soma, trunk, proximal and distal dendrite), a sodium spike in each dendrite, two AMPA synapses with a
Poisson source of 50 Hz each, and 50 recurrent synapses on each neuron. Both engines draw the Poisson
input themselves, with equal probabilities, and get the same recurrent synapses; the runs of the two alternate, and
the ratio of each pair is reported with its spread. The time is that of the simulated steps alone.

Usage: python benchmarks/dendrify_network.py [--cells N ...] [--duration MS] [--threads 1 2] [--repeats R]
       [--differing] [--no-brian]
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
from typing import Any

import brian2
import numpy as np
from _spread import spread
from brian2.units import Hz, cm, ms, mV, nS, ohm, uF, um, uS

import dendrify_gpu as dg
from dendrify_gpu import Dendrite, NeuronModel, Soma

DT = 0.1 * ms
RATE = 50 * Hz
IN_DEGREE = 50
WEIGHT = 0.01
SPIKING = {"threshold": "V_soma > -50*mV", "reset": "V_soma = -60*mV", "refractory": 4 * ms}


def cell() -> NeuronModel:
    """Return the neuron with active dendrites of the paper's benchmark notebooks."""
    soma = Soma("soma", model="leakyIF", length=25 * um, diameter=25 * um)
    trunk = Dendrite("trunk", length=100 * um, diameter=2.5 * um)
    prox = Dendrite("prox", length=100 * um, diameter=1 * um)
    dist = Dendrite("dist", length=100 * um, diameter=0.5 * um)
    dist.synapse("AMPA", tag="X", g=1 * nS, t_decay=5 * ms)
    prox.synapse("AMPA", tag="Y", g=2 * nS, t_decay=5 * ms)
    rises = {trunk: (34, 27.2), prox: (15.3, 12.24), dist: (7, 5.6)}
    for dendrite, (g_rise, g_fall) in rises.items():
        dendrite.dspikes(
            "Na",
            threshold=-40 * mV,
            g_rise=g_rise * nS,
            g_fall=g_fall * nS,
            reversal_rise="E_Na",
            reversal_fall="E_K",
            duration_rise=1.2 * ms,
            duration_fall=2.4 * ms,
            offset_fall=0.2 * ms,
            refractory=5 * ms,
        )
    return NeuronModel(
        [(soma, trunk, 15 * nS), (trunk, prox, 10 * nS), (prox, dist, 4 * nS)],
        cm=1 * uF / cm**2,
        gl=40 * uS / cm**2,
        r_axial=150 * ohm * cm,
        v_rest=-60 * mV,
        scale_factor=2.8,
        spine_factor=1.5,
    )


@dataclass(frozen=True)
class Work:
    """What both engines do."""

    cells: int
    threads: int
    precision: str
    recurrent: bool
    delay: float
    differing: bool


def recurrent_synapses(work: Work) -> tuple[np.ndarray, np.ndarray, Any, Any]:
    """Draw `IN_DEGREE` sources for every cell, once for both engines. Return them with weights and delays in ms."""
    rng = np.random.default_rng(2021)
    count = work.cells * IN_DEGREE
    pre, post = rng.integers(0, work.cells, count), np.repeat(np.arange(work.cells), IN_DEGREE)
    if not work.differing:
        return pre, post, WEIGHT, work.delay
    return pre, post, WEIGHT * rng.uniform(0.5, 1.5, count), work.delay * rng.uniform(1, 3, count)


class Ours:
    """The network on this library's CPU backend."""

    def __init__(self, work: Work):
        started = time.perf_counter()
        self.net = dg.Network(
            dt=DT, precision=work.precision, backend="cpu", threads=work.threads or None
        )
        self.cells = self.net.population(cell(), work.cells, name="cells", **SPIKING)
        for receptor in ("AMPA_X_dist", "AMPA_Y_prox"):
            source = self.net.poisson(work.cells, rate=RATE)
            self.net.connect(source, self.cells, receptor, one_to_one=True)
        if work.recurrent:
            pre, post, weight, delay = recurrent_synapses(work)
            self.net.connect(
                *(self.cells, self.cells, "AMPA_Y_prox"),
                i=pre,
                j=post,
                weight=weight,
                delay=delay * ms,
            )
        self.spikes = self.net.record_spikes(self.cells)
        self.net.run(DT, progress=False)  # builds and compiles
        self.before = time.perf_counter() - started

    def run(self, duration: float) -> tuple[float, int]:
        """Return the seconds of the steps and the spikes of the cells."""
        report = self.net.run(duration * ms, progress=False)
        return report.wall_seconds, len(self.spikes)


class Brian:
    """The same network as a program of Brian2's cpp_standalone, which starts anew in each run."""

    def __init__(self, work: Work, duration: float):
        started = time.perf_counter()
        cells, threads = work.cells, work.threads
        single = work.precision == "float32"
        self._folder = tempfile.TemporaryDirectory()
        brian2.set_device("cpp_standalone", build_on_run=False, directory=None)
        brian2.prefs.devices.cpp_standalone.openmp_threads = threads if threads > 1 else 0
        brian2.prefs.core.default_float_dtype = np.float32 if single else np.float64
        brian2.defaultclock.dt = DT
        group = cell().make_neurongroup(cells, method="euler", **SPIKING)
        objects = [group]
        for receptor in ("AMPA_X_dist", "AMPA_Y_prox"):
            source = brian2.PoissonGroup(cells, rates=RATE)
            synapses = brian2.Synapses(source, group, on_pre=f"s_{receptor} += 1")
            synapses.connect(j="i")
            objects += [source, synapses]
        if work.recurrent:
            pre, post, weight, delay = recurrent_synapses(work)
            if work.differing:
                synapses = brian2.Synapses(group, group, "w : 1", on_pre="s_AMPA_Y_prox += w")
                synapses.connect(i=pre, j=post)
                synapses.w = weight
            else:
                synapses = brian2.Synapses(group, group, on_pre=f"s_AMPA_Y_prox += {weight}")
                synapses.connect(i=pre, j=post)
            synapses.delay = delay * ms
            objects.append(synapses)
        network = brian2.Network(*objects, brian2.SpikeMonitor(group, name="spikes"))
        network.run(duration * ms)
        brian2.device.build(directory=self._folder.name, run=False, compile=True, with_output=False)
        brian2.device.reinit()
        brian2.set_device("runtime")
        self.before = time.perf_counter() - started

    def run(self) -> tuple[float, int]:
        """Return the seconds of the steps and the spikes of the cells."""
        folder = Path(self._folder.name)
        subprocess.run(["./main"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        seconds = float((folder / "results" / "last_run_info.txt").read_text().split()[0])
        spikes = next((folder / "results").glob("_dynamic_array_spikes_i*")).stat().st_size // 4
        return seconds, spikes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, nargs="+", default=[10_000])
    parser.add_argument("--duration", type=float, default=200.0, help="biological time in ms")
    parser.add_argument("--delay", type=float, default=1.0, help="of the recurrent synapses, in ms")
    parser.add_argument(
        "--threads", type=int, nargs="+", default=[1, 2], help="0 leaves the number to this library"
    )
    parser.add_argument(
        "--settle",
        type=float,
        default=0.0,
        help="ms of this library's runs before the measured part",
    )
    parser.add_argument("--precision", nargs="+", default=["float64", "float32"])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--no-recurrent", action="store_true", help="leave out the recurrent synapses"
    )
    parser.add_argument(
        "--differing",
        action="store_true",
        help="synapses differ in weight, and in their delay from once to three times that given",
    )
    parser.add_argument("--no-brian", action="store_true", help="only this library")
    options = parser.parse_args()
    if (options.settle or 0 in options.threads) and not options.no_brian:
        parser.error("--settle and --threads 0 have no counterpart in Brian2; give --no-brian")
    recurrent = not options.no_recurrent
    print(f"{options.duration:g} ms, {os.cpu_count()} CPUs, recurrent synapses: {recurrent}")
    print("ns per cell and step: median [least, most]")
    for cells in options.cells:
        for precision in options.precision:
            for threads in options.threads:
                work = Work(
                    *(cells, threads, precision, recurrent, options.delay, options.differing)
                )
                brian = None if options.no_brian else Brian(work, options.duration)
                scale = 1e9 / (cells * options.duration * ms / DT)
                our_times, brian_times, counts = [], [], []
                for _ in range(options.repeats):
                    ours = Ours(work)  # from rest, as Brian2's program
                    if options.settle:
                        ours.run(options.settle)
                    if brian is not None:
                        seconds, brian_count = brian.run()
                        brian_times.append(seconds * scale)
                    seconds, our_count = ours.run(options.duration)
                    our_times.append(seconds * scale)
                    counts.append((our_count, brian_count if brian is not None else 0))
                line = f"{cells} cells, {precision}, {threads} thread(s): ours {spread(our_times)}"
                if brian is not None:
                    ratios = [b / o for b, o in zip(brian_times, our_times, strict=True)]
                    line += f", Brian2 {spread(brian_times)}, ratio {spread(ratios)}"
                    line += f", before the first step: ours {ours.before:.1f} s, Brian2 {brian.before:.1f} s"
                print(f"{line}; spikes (ours, Brian2) {counts}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
