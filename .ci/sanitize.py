"""Run tests with the generated code under AddressSanitizer and UndefinedBehaviorSanitizer, or under ThreadSanitizer.

Usage: python .ci/sanitize.py [--threads] TESTS...  The kernels are built by g++ with the sanitizers on, in a cache of
their own, and a fault ends the run. Python itself is not instrumented; its own leaks are not reported.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

#: For each kind of fault the compiler, and the run-time libraries that must be loaded before Python.
COMPILERS = {
    "memory": "g++ -fsanitize=address,undefined -fno-sanitize-recover=undefined -g1",
    "threads": "g++ -fsanitize=thread -g1",
}
LIBRARIES = {"memory": ("libasan.so", "libubsan.so"), "threads": ("libtsan.so",)}


def sanitizer_libraries(kind: str = "memory") -> list[str]:
    """Return the run-time libraries that must be loaded before Python, or nothing where there are none."""
    found = []
    for name in LIBRARIES[kind]:
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


def environment(cache: str, kind: str = "memory") -> dict[str, str]:
    """Return the environment of a process whose kernels are built with the sanitizers."""
    return {
        **os.environ,
        "CXX": COMPILERS[kind],
        "DENDRIFY_GPU_CACHE": cache,
        "ASAN_OPTIONS": "detect_leaks=0",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "TSAN_OPTIONS": "halt_on_error=1",
        "LD_PRELOAD": " ".join(sanitizer_libraries(kind)),
    }


def is_usable(kind: str) -> bool:
    """Return whether Python runs with the sanitizers: ThreadSanitizer wants its memory at certain addresses."""
    if not sanitizer_libraries(kind):
        return False
    command = [sys.executable, "-c", "print('usable')"]
    trial = subprocess.run(
        command, env=environment("", kind), capture_output=True, text=True, check=False
    )
    return trial.returncode == 0 and trial.stdout == "usable\n"


def main(arguments: list[str]) -> int:
    """Run the tests; return the exit status of pytest."""
    kind = "threads" if "--threads" in arguments else "memory"
    tests = [argument for argument in arguments if argument != "--threads"]
    if not is_usable(kind):
        print("The sanitizers, which come with g++, cannot be used here.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as cache:
        # Reports come from outside Python. The device's compiler does not run with the sanitizers' libraries in it.
        command = [sys.executable, "-m", "pytest", "-q", "--capture=sys"]
        command += ["-k", "not clang and not for_cuda", *tests]
        return subprocess.run(command, env=environment(cache, kind), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
