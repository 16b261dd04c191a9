"""Brian2's own tests on this library's device: how many pass, are skipped, and fail.

Brian2's hook for other devices runs the tests that are marked for standalone devices only. This device is a runtime
device, so it can do more: ``--selection runtime`` (the default) runs all tests that Brian2 runs with its own code
generation targets, ``--selection standalone`` those that other devices are tested with.

    python benchmarks/brian2_test_suite.py
    python benchmarks/brian2_test_suite.py --selection standalone
    python benchmarks/brian2_test_suite.py --files test_refractory.py test_subgroup.py
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import brian2
import brian2.tests
import pytest
from brian2.units import fundamentalunits
from brian2.utils.logger import LOG_LEVELS, BrianLogger

import dendrify_gpu

MARKERS = {
    "runtime": "not standalone_only and not codegen_independent and not long",
    "standalone": "standalone_compatible and not long",
}
#: Tests of something that this device does not have, and what that is.
NOT_ABOUT_DEVICES = {
    "test_ufunc_at_vectorisation": "looks for messages of the numpy target's own code generation",
}


class Outcomes:
    """Collects what became of each test."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.told: list[str] = []

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Leave out what is not about devices."""
        items[:] = [item for item in items if item.name not in NOT_ABOUT_DEVICES]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Count a test once: when it has run, or when it failed or was skipped before."""
        if report.when == "call" or report.outcome != "passed":
            self.counts[report.outcome] += 1
        if report.outcome != "passed":
            name = report.nodeid.rpartition("/")[2]
            reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else "failed"
            self.told.append(f"{report.outcome}: {name}: {reason}".splitlines()[0][:200])


def run(selection: str, files: list[str], precision: str, threads: int) -> Outcomes:
    """Run Brian2's tests.

    Parameters
    ----------
    selection
        One of `MARKERS`.
    files
        Names of test files; all if there are none.
    precision, threads
        Options of the device.
    """
    brian2.prefs.reset_to_defaults()
    brian2.prefs["codegen.target"] = "numpy"
    fundamentalunits.user_unit_register = fundamentalunits.UnitRegistry()
    BrianLogger.console_handler.setLevel(LOG_LEVELS["ERROR"])
    plugin = brian2.tests.PreferencePlugin(brian2.prefs, fail_for_not_implemented=False)
    plugin.device = "dendrify_gpu"
    plugin.device_options = {"precision": precision, "threads": threads}
    folder = Path(brian2.__file__).parent
    chosen = [str(folder / "tests" / name) for name in files] or [str(folder)]
    arguments = brian2.tests.make_argv(chosen, MARKERS[selection])
    arguments += ["-p", "no:cacheprovider", "-W", "ignore", "--tb=short", "--show-capture=no"]
    outcomes = Outcomes()
    pytest.main(arguments, plugins=[plugin, outcomes])
    return outcomes


def main() -> int:
    """Run the tests and print what became of them; return 1 if one failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--selection", choices=sorted(MARKERS), default="runtime")
    parser.add_argument("--files", nargs="*", default=[])
    parser.add_argument("--precision", choices=["float32", "float64"], default="float64")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    started = time.perf_counter()
    outcomes = run(options.selection, options.files, options.precision, options.threads)
    seconds = time.perf_counter() - started
    print("\n".join(["", *outcomes.told]))
    for name, reason in NOT_ABOUT_DEVICES.items():
        print(f"left out: {name}: it {reason}")
    counts = outcomes.counts
    print(
        f"Brian2 {brian2.__version__}, dendrify_gpu {dendrify_gpu.__version__}, {options.selection}, "
        f"{options.precision}, threads: {options.threads}: {counts['passed']} passed, {counts['skipped']} skipped, "
        f"{counts['failed']} failed in {seconds:.0f} s"
    )
    return int(counts["failed"] > 0)


if __name__ == "__main__":
    sys.exit(main())
