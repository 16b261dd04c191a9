"""Firing rates in single precision beside those in double precision: does rounding bias them?

Networks of thousands of neurons are chaotic, so single runs differ in either precision. Every network runs 10 s from
several sets of initial potentials, which are drawn around those of its module; what is compared is the mean number of
spikes, with the standard error that the spread between the runs gives.

Usage: python benchmarks/single_precision_rates.py [--networks NAME ...] [--runs R] [--duration S]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import brian2
import numpy as np
from brian2.units import ms, mV, second

import dendrify_gpu  # noqa: F401 - registers the device

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/brian2_device/networks"))
import brian2_networks

#: What builds each network; its neurons are called cells.
NETWORKS: dict[str, dict[str, bool]] = {
    "cuba": {},
    "cobahh": {},
    "brunel_hakim_delays": {"replayed": False},
}


def count_spikes(name: str, precision: str, runs: int, duration: float) -> list[int]:
    """Return the number of spikes of each run."""
    brian2.set_device("dendrify_gpu", precision=precision, threads=1)
    brian2.defaultclock.dt = 0.1 * ms
    counts = []
    for number in range(runs):
        brian2.seed(number)
        network = brian2_networks.load(name).build(monitored=False, **NETWORKS[name])
        group = network["cells"]
        touched = np.random.default_rng(number).standard_normal(len(group))
        group.v = group.v + touched * 0.01 * mV
        network.run(duration * second)
        counts.append(int(network["spikes"].num_spikes))
    return counts


def in_process(name: str, precision: str, runs: int, duration: float) -> np.ndarray:
    """Count in a process of its own: the precision is that of all of Brian2's arrays."""
    inside = json.dumps([name, precision, runs, duration])
    command = [sys.executable, __file__, "--inside", inside]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} in {precision} failed:\n{done.stderr}")
    return np.array(json.loads(done.stdout.splitlines()[-1]), dtype=float)


def main() -> None:
    """Print a row for each network."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--duration", type=float, default=10, help="biological time in s")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(count_spikes(*json.loads(options.inside))))
        return
    print("| network | spikes, double | spikes, single | single / double - 1 | spread of one run |")
    print("| --- | --- | --- | --- | --- |")
    for name in options.networks:
        double, single = (
            in_process(name, precision, options.runs, options.duration)
            for precision in ("float64", "float32")
        )
        bias = single.mean() / double.mean() - 1
        spread = np.hypot(double.std(ddof=1), single.std(ddof=1)) / double.mean()
        error = spread / np.sqrt(options.runs)
        print(
            f"| {name} | {double.mean():,.0f} | {single.mean():,.0f} | {100 * bias:+.2f} ± {100 * error:.2f} % "
            f"| {100 * double.std(ddof=1) / double.mean():.2f} % |",
            flush=True,
        )


if __name__ == "__main__":
    main()
