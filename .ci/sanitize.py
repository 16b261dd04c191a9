"""Run tests with the generated code under AddressSanitizer and UndefinedBehaviorSanitizer.

Usage: python .ci/sanitize.py TESTS...  The kernels are built by g++ with the sanitizers on, in a cache of their own,
and a fault ends the run. Python itself is not instrumented; its own leaks are not reported.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

COMPILER = "g++ -fsanitize=address,undefined -fno-sanitize-recover=undefined -g1"


def sanitizer_libraries() -> list[str]:
    """Return the run-time libraries that must be loaded before Python, or nothing where there are none."""
    found = []
    for name in ("libasan.so", "libubsan.so"):
        command = ["g++", f"-print-file-name={name}"]
        try:
            path = subprocess.run(
                command, capture_output=True, text=True, check=True
            ).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            return []
        if not Path(path).is_absolute():
            return []
        found.append(path)
    return found


def environment(cache: str) -> dict[str, str]:
    """Return the environment of a process whose kernels are built with the sanitizers."""
    return {
        **os.environ,
        "CXX": COMPILER,
        "DENDRIFY_GPU_CACHE": cache,
        "ASAN_OPTIONS": "detect_leaks=0",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "LD_PRELOAD": " ".join(sanitizer_libraries()),
    }


def main(tests: list[str]) -> int:
    """Run the tests; return the exit status of pytest."""
    if not sanitizer_libraries():
        print("The sanitizers' libraries were not found; they come with g++.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as cache:
        # The device's compiler does not run with the sanitizers' libraries in it.
        command = [sys.executable, "-m", "pytest", "-q", "-k", "not clang and not for_cuda", *tests]
        return subprocess.run(command, env=environment(cache), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
