"""Networks of plain Brian2 on this library's device beside Brian2's cpp_standalone.

CUBA and COBAHH with 4,000 cells, spike-timing dependent plasticity from 1,000 Poisson inputs onto one cell and from
many onto a thousandth as many cells, and Brunel and Hakim's 5,000 cells with a delay of its own on every synapse. Both
sides run the same module of ``tests/brian2_device/networks``, with the same connections and initial values; random
numbers within a run are each side's own. Every measurement is a process of its own, the two sides alternate, and the
ratio of each pair is reported with its spread.

The time of a step leaves out everything before the first one. "Before the first step" has code generation and
compilation: for this library with an empty cache, with a filled one and in a later call of ``run``, for cpp_standalone
the build of the program. "In all" adds the first and the steps.

``--first-result`` measures another thing: the seconds from the line ``run`` to the end of its first step, each in a
fresh process with an empty cache, for cpp_standalone with the time of its program.

Usage: python benchmarks/brian2_networks.py [--networks NAME ...] [--threads 1 2] [--precision float64 float32]
    [--repeats R] [--duration MS] [--large-stdp INPUTS] [--first-result]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import brian2
import numpy as np
from _spread import spread
from brian2.units import ms

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/brian2_device/networks"))
import brian2_networks

SEED = 2026


@dataclass(frozen=True)
class Case:
    """A network, the arguments that build it, and how much of its time is simulated."""

    title: str
    module: str
    build: dict[str, Any]
    duration: float


@dataclass(frozen=True)
class Work:
    """What one measurement does: a case with a number of threads in one precision."""

    case: Case
    threads: int
    precision: str

    def network(self) -> brian2.Network:
        build = dict(self.case.build)
        if "delay" in build:
            build["delay"] *= ms
        return brian2_networks.load(self.case.module).build(monitored=False, **build)


@dataclass(frozen=True)
class Measured:
    """Seconds of the steps, before the first of them and before those of a later run, and the cells' spikes."""

    steps: float
    before: float
    again: float
    spikes: int


def cases(large: int) -> dict[str, Case]:
    """Return the networks by the names of the command line."""
    drawn = {"replayed": False}
    many = {"scale": large / 1000, "targets": large // 1000, "delay": 2, **drawn}
    return {
        "cuba": Case("CUBA, 4,000", "cuba", {}, 1000),
        "cobahh": Case("COBAHH, 4,000", "cobahh", {}, 200),
        "stdp": Case("STDP, 1,000 to 1", "stdp", drawn, 2000),
        "stdp_many": Case(f"STDP, {large:,} to {large // 1000:,}", "stdp", many, 500),
        "brunel_hakim": Case("Brunel-Hakim, delays", "brunel_hakim_delays", drawn, 200),
    }


def run_ours(work: Work) -> Measured:
    """Measure the device in this process: a step of its own first, which builds and compiles."""
    import dendrify_gpu  # noqa: F401  (makes the device known to Brian2)

    brian2.set_device("dendrify_gpu", precision=work.precision, threads=work.threads)
    brian2.defaultclock.dt = 0.1 * ms
    brian2.seed(SEED)
    network = work.network()
    started = time.perf_counter()
    network.run(0.1 * ms)
    before = time.perf_counter() - started
    started = time.perf_counter()
    network.run(work.case.duration * ms)
    steps = brian2.device._last_run_time
    again = time.perf_counter() - started - steps
    return Measured(steps, before, again, int(network["spikes"].num_spikes))


def build_brian(work: Work, folder: Path) -> float:
    """Write and compile cpp_standalone's program in this process, and return the seconds that it took."""
    brian2.set_device("cpp_standalone", build_on_run=False, directory=None)
    brian2.prefs.devices.cpp_standalone.openmp_threads = work.threads if work.threads > 1 else 0
    brian2.prefs.core.default_float_dtype = getattr(np, work.precision)
    brian2.defaultclock.dt = 0.1 * ms
    brian2.seed(SEED)
    network = work.network()
    started = time.perf_counter()
    network.run(work.case.duration * ms)
    brian2.device.build(directory=str(folder), run=False, compile=True, with_output=False)
    return time.perf_counter() - started


def run_brian(folder: Path, before: float) -> Measured:
    """Start the program of cpp_standalone."""
    subprocess.run(["./main"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    results = folder / "results"
    steps = float((results / "last_run_info.txt").read_text().split()[0])
    spikes = next(results.glob("_dynamic_array_spikes_i*")).stat().st_size // 4
    return Measured(steps, before, 0.0, spikes)


def in_process(work: Work, side: str, folder: Path, large: int) -> dict[str, Any]:
    """Measure in a process of its own, and return what that printed."""
    names = {case.title: name for name, case in cases(large).items()}
    order = [names[work.case.title], work.threads, work.precision, work.case.duration, large]
    command = [sys.executable, __file__, "--measure", side, str(folder), json.dumps(order)]
    environment = os.environ | {"DENDRIFY_GPU_CACHE": str(folder / "cache")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{work.case.title} on {side} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(side: str, folder: str, order: str) -> None:
    """Do one measurement and print it: the body of the process."""
    name, threads, precision, duration, large = json.loads(order)
    case = cases(large)[name]
    work = Work(Case(case.title, case.module, case.build, duration), threads, precision)
    program = Path(folder) / "program"
    result = asdict(run_ours(work)) if side == "ours" else {"before": build_brian(work, program)}
    print(json.dumps(result), flush=True)


def first_results(work: Work, repeats: int, large: int) -> str:
    """Return the row of the table of first results: one step, from nothing."""
    one_step = replace(work, case=replace(work.case, duration=0.1))
    ours: list[float] = []
    brian: list[float] = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as name:
            ours.append(in_process(one_step, "ours", Path(name), large)["before"])
            before = in_process(one_step, "brian", Path(name), large)["before"]
            started = time.perf_counter()
            run_brian(Path(name) / "program", before)
            brian.append(before + time.perf_counter() - started)
    ratios = [b / o for b, o in zip(brian, ours, strict=True)]
    cells = [work.case.title, work.precision, str(work.threads), spread(ours), spread(brian)]
    return f"| {' | '.join([*cells, spread(ratios, 1)])} |"


def compare(work: Work, repeats: int, large: int) -> str:
    """Return the row of the table."""
    ours: list[Measured] = []
    brian: list[Measured] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = in_process(work, "brian", folder, large)["before"]
        for _ in range(repeats):
            brian.append(run_brian(folder / "program", before))
            ours.append(Measured(**in_process(work, "ours", folder, large)))
    scale = 1e6 / round(work.case.duration / 0.1)
    ratios = [b.steps / o.steps for b, o in zip(brian, ours, strict=True)]
    filled, again = (
        float(np.median([getattr(m, what) for m in ours[1:] or ours]))
        for what in ("before", "again")
    )
    cells = [
        work.case.title,
        work.precision,
        str(work.threads),
        spread([m.steps * scale for m in ours], 1),
        spread([m.steps * scale for m in brian], 1),
        spread(ratios),
        f"{ours[0].before:.1f}, {filled:.1f}, {again:.2f}",
        f"{before:.1f}",
        f"{ours[0].before + ours[0].steps:.1f}, {before + np.median([m.steps for m in brian]):.1f}",
        f"{np.median([m.spikes for m in ours]):.0f}, {np.median([m.spikes for m in brian]):.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> int:
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", choices=cases(1000), default=list(cases(1000)))
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--precision", nargs="+", default=["float64", "float32"])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--duration", type=float, help="biological time in ms, for all networks")
    parser.add_argument("--large-stdp", type=int, default=100_000, help="inputs, in thousands")
    parser.add_argument("--first-result", action="store_true", help="time one step from nothing")
    options = parser.parse_args()
    if options.large_stdp % 1000 or options.large_stdp < 2000:
        parser.error(f"--large-stdp is {options.large_stdp}; give a multiple of 1000 from 2000 on")
    print(f"{os.cpu_count()} CPUs, {options.repeats} repeats; median [least, most]\n")
    heads = ["network", "precision", "threads"]
    if options.first_result:
        row = first_results
        heads += ["ours (s)", "Brian2 (s)", "Brian2 / ours"]
    else:
        row = compare
        heads += ["ours (µs per step)", "Brian2 (µs per step)", "Brian2 / ours"]
        heads += ["ours before the first step (empty cache, filled, later run; s)"]
        heads += ["Brian2 before the first step (s)"]
        heads += ["s in all (ours, Brian2)", "spikes (ours, Brian2)"]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for name in options.networks:
        case = cases(options.large_stdp)[name]
        duration = options.duration or case.duration
        case = Case(case.title, case.module, case.build, duration)
        for precision in options.precision:
            for threads in options.threads:
                work = Work(case, threads, precision)
                print(row(work, options.repeats, options.large_stdp), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
