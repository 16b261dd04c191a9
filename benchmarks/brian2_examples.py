"""Brian2's example scripts, unmodified, on this library's device and on Brian2's numpy target: do they agree?

Each script runs in processes of its own, once on either side with the same seed, without showing its figures. What is
compared is the state of every group, synapse and monitor after each of the last runs. Scripts that draw random numbers
while they run cannot agree number by number: for these Brian2 runs again with other seeds, and what the device finds
has to lie no further from what Brian2 finds than two of its ranges; where it does, the ranges of both over these seeds
are compared. For those that differ without random numbers, Brian2 runs again with states that are touched: a chaotic
network, or a state of rest, of which only rounding is left, differs from itself as much.

    git clone --depth 1 https://github.com/brian-team/brian2
    python benchmarks/brian2_examples.py brian2/examples
    python benchmarks/brian2_examples.py brian2/examples --only CUBA.py synapses/jeffress.py
"""

from __future__ import annotations

import argparse
import os
import re
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brian2
import matplotlib
import numpy as np
from brian2 import NeuronGroup, SpatialNeuron
from brian2.core.base import BrianObject
from brian2.core.network import Network
from brian2.core.variables import ArrayVariable

import dendrify_gpu  # noqa: F401 - registers the device

#: Of long arrays every so many values are kept; of many runs the last.
LONGEST, RUNS = 20_000, 5
#: The largest difference, of the largest value, at which two arrays agree.
TOLERANCE = 1e-6
SEEDS = (1, 2, 3, 4)
#: By how much states are touched, relatively. The error of Brian2's solver for cables is about as large.
TOUCH = 1e-9
#: How far from what Brian2 finds with its seeds that of the device may lie, in ranges over seeds.
BEYOND = 2.0


@dataclass(frozen=True)
class Found:
    """What one side finds: arrays by run, object and variable, or why there are none."""

    arrays: dict[str, np.ndarray]
    seconds: float
    wrong: str = ""


def states_of(objects: Iterable[BrianObject]) -> dict[str, np.ndarray]:
    """Return every array of some objects, by object and variable."""
    found = {}
    for item in objects:
        for name, variable in getattr(item, "variables", {}).items():
            owned = isinstance(variable, ArrayVariable) and variable.owner is not None
            if owned and variable.owner.name == item.name and not name.startswith("_"):
                found[f"{item.name}.{name}"] = np.array(variable.get_value())
    return found


def touch(objects: Iterable[BrianObject]) -> None:
    """Change the numbers among the states of neurons a little."""
    for item in objects:
        if isinstance(item, NeuronGroup):
            # The potential of a cable is no differential equation of its own.
            cable = {"v"} if isinstance(item, SpatialNeuron) else set()
            for name in {*item.equations.diff_eq_names, *cable}:
                item.variables[name].get_value()[:] *= 1 + TOUCH


def run_script(script: Path, device: str, seed: int, output: Path) -> None:
    """Run a script in this process, and store what its runs leave behind."""
    matplotlib.use("Agg")
    touched = device == "touched"
    if device in ("runtime", "touched"):
        brian2.prefs.codegen.target = "numpy"
    else:
        brian2.set_device(device, threads=1)
    seeded = brian2.seed
    brian2.seed = lambda given=None: seeded(seed)
    seeded(seed)
    # Scripts draw from NumPy's generator, too, and some seed it, which on the numpy target seeds Brian2.
    seeded_numpy = np.random.seed
    np.random.seed = lambda given=None: seeded_numpy(seed)
    np.random.seed()  # noqa: NPY002
    runs: list[dict[str, np.ndarray]] = []
    before_run, after_run = Network.before_run, Network.after_run
    objects: list[BrianObject] = []
    known: set[Any] = set()

    def remember(self: Network, *arguments: Any) -> None:
        # A magic network forgets its objects after a run.
        objects[:] = self.sorted_objects
        if touched:
            touch(item for item in objects if item.id not in known)
            known.update(item.id for item in objects)
        before_run(self, *arguments)

    def note(self: Network) -> None:
        after_run(self)
        runs.append(states_of(objects))
        del runs[:-RUNS]

    Network.before_run, Network.after_run = remember, note
    os.chdir(script.parent)
    sys.path.insert(0, str(script.parent))
    sys.argv = [str(script)]
    try:
        runpy.run_path(str(script), run_name="__main__")
    finally:
        arrays = {}
        for number, states in enumerate(runs):
            for name, values in states.items():
                flat = values.ravel()
                kept = flat[:: max(1, flat.size // LONGEST)]
                arrays[f"{number} {name}"] = kept
                with np.errstate(all="ignore"):
                    numbers = flat.astype(float)
                    arrays[f"{number} {name} size"] = np.array(flat.size)
                    if flat.size:
                        arrays[f"{number} {name} mean"] = np.array(numbers.mean())
                        arrays[f"{number} {name} deviation"] = np.array(numbers.std())
        np.savez(output, **arrays)


def found_by(script: Path, device: str, seed: int, limit: float) -> Found:
    """Run a script in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "found.npz"
        words = [sys.executable, __file__, str(script), "--inside", device, str(seed), str(output)]
        started = time.perf_counter()
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return Found({}, limit, f"more than {limit:.0f} s")
        seconds = time.perf_counter() - started
        if done.returncode:
            said = re.findall(
                r"^(\w*(?:Error|Exception|Interrupt)\b.*)$", done.stderr, re.MULTILINE
            )
            return Found({}, seconds, (said or ["failed"])[-1][:160])
        with np.load(output) as stored:
            return Found({name: stored[name] for name in stored.files}, seconds)


def difference(one: Found, other: Found) -> float:
    """Return the largest difference, of the largest value of its array; infinite where sizes differ."""
    largest = 0.0 if one.arrays.keys() == other.arrays.keys() else np.inf
    for name in one.arrays.keys() & other.arrays.keys():
        first, second = (side.arrays[name].astype(float) for side in (one, other))
        if name.endswith((" mean", " deviation")):
            continue
        if first.shape != second.shape or not np.array_equal(
            np.isfinite(first), np.isfinite(second)
        ):
            return np.inf
        finite = np.isfinite(first)
        if finite.any():
            scale = np.abs(first[finite]).max() or 1.0
            largest = max(largest, float(np.abs(first[finite] - second[finite]).max() / scale))
    return largest


def outliers(ours: list[Found], theirs: list[Found]) -> list[str]:
    """Return which sizes, means and deviations lie outside of what Brian2 finds with several seeds."""
    told = []
    for name in ours[0].arrays:
        if not name.endswith((" size", " mean", " deviation")):
            continue
        here, there = (
            np.array([side.arrays.get(name, np.nan) for side in sides], dtype=float)
            for sides in (ours, theirs)
        )
        if not (np.isfinite(here).all() and np.isfinite(there).all()):
            continue
        room = BEYOND * max(np.ptp(here), np.ptp(there)) + TOLERANCE * np.abs(there).max()
        if here.min() > there.max() + room or here.max() < there.min() - room:
            told.append(f"{name}: {range_of(here)}, Brian2 {range_of(there)}")
    return told


def range_of(values: np.ndarray) -> str:
    return " to ".join(f"{value:.5g}" for value in dict.fromkeys([values.min(), values.max()]))


def verdict(script: Path, limit: float) -> tuple[str, list[str]]:
    """Return what is to be said of a script, and details."""
    ours = found_by(script, "dendrify_gpu", SEEDS[0], limit)
    if ours.wrong:
        # Does it run on Brian2 itself?
        theirs = found_by(script, "runtime", SEEDS[0], limit)
        return f"does not run: {ours.wrong}", [f"Brian2: {theirs.wrong or 'runs'}"]
    theirs = found_by(script, "runtime", SEEDS[0], limit)
    if theirs.wrong:
        return f"not compared; Brian2: {theirs.wrong}", []
    times = f"{ours.seconds:.0f} s, Brian2 {theirs.seconds:.0f} s"
    if not ours.arrays:
        return "no run to compare", []
    apart = difference(theirs, ours)
    if apart <= TOLERANCE:
        return f"agrees to {apart:.0e} ({times})", []
    second = found_by(script, "runtime", SEEDS[1], limit)
    if not second.wrong and difference(theirs, second) <= TOLERANCE:
        itself = difference(theirs, found_by(script, "touched", SEEDS[0], limit))
        said = f"differs by {apart:.0e}, Brian2 from itself by {itself:.0e} if touched ({times})"
        return said, outliers([ours], [theirs]) if apart > 10 * itself else []
    others = [theirs, second, *(found_by(script, "runtime", seed, limit) for seed in SEEDS[2:])]
    wrong = [side.wrong for side in others if side.wrong]
    if wrong:
        return f"not compared; Brian2: {wrong[0]}", []
    told = outliers([ours], others)
    if told:
        # A mean of few values can lie anywhere: do ranges over seeds have anything in common?
        more = [found_by(script, "dendrify_gpu", seed, limit) for seed in SEEDS[1:]]
        told = outliers([ours, *more], others)
    count = sum(name.endswith((" size", " mean", " deviation")) for name in ours.arrays)
    return f"{count - len(told)} of {count} statistics among Brian2's own ({times})", told


def main() -> None:
    """Compare the scripts of a folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", type=Path, help="the folder of Brian2's examples")
    parser.add_argument("--only", nargs="+", help="scripts, as paths in the folder")
    parser.add_argument("--limit", type=float, default=150, help="seconds for each run of a script")
    parser.add_argument("--inside", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        device, seed, output = options.inside
        run_script(options.path.resolve(), device, int(seed), Path(output))
        return
    for script in sorted(options.path.rglob("*.py")):
        name = script.relative_to(options.path).as_posix()
        if (options.only and name not in options.only) or "set_device(" in script.read_text():
            continue
        said, details = verdict(script.resolve(), options.limit)
        print(f"{name}: {said}", *details, sep="\n    ", flush=True)


if __name__ == "__main__":
    main()
