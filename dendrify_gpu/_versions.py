"""What a bug report or a table of measurements should say about the machine."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Sequence
from importlib import metadata

from .gpu import ToolchainError, cuda_unavailable, find_compiler, find_nvcc

__all__ = ["__version__", "show_versions"]

#: Version of this package, as it was installed.
__version__ = metadata.version("dendrify_gpu")

_PACKAGES = ("dendrify_gpu", "brian2", "numpy", "sympy", "matplotlib", "xarray", "pycuda")

#: Macros by which g++ and clang++ tell what -march=native means, widest first.
_VECTOR_MACROS = {
    "__AVX512F__": "AVX-512",
    "__AVX2__": "AVX2",
    "__AVX__": "AVX",
    "__SSE2__": "SSE2",
    "__ARM_FEATURE_SVE": "SVE",
    "__ARM_NEON": "NEON",
}


def _output(command: Sequence[str]) -> list[str]:
    """Lines that a tool prints, or the one line that says why it prints none."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return [f"{command[0]} does not run ({error})"]
    if result.returncode != 0:
        said = (result.stderr or result.stdout).strip().splitlines()
        return [f"{command[0]} failed ({said[0] if said else f'status {result.returncode}'})"]
    return result.stdout.strip().splitlines() or ["no output"]


def _package(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _tool(find: Callable[[], str]) -> str:
    """Version and command of a compiler, or that there is none."""
    try:
        command = find()
    except ToolchainError:
        return "not found"
    lines = _output([*command.split(), "--version"])
    # The first line of nvcc is its name; the release stands further down.
    version = next((line for line in lines if "release" in line), lines[0])
    return f"{version} ({command})"


def _vector_extension() -> str:
    try:
        compiler = find_compiler()
    except ToolchainError:
        return "unknown (no C++ compiler)"
    lines = _output([*compiler.split(), "-march=native", "-dM", "-E", "-x", "c++", os.devnull])
    defined = {words[1] for words in map(str.split, lines) if len(words) > 1}
    names = [name for macro, name in _VECTOR_MACROS.items() if macro in defined]
    return names[0] if names else "none known"


def _cores() -> str:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{usable} usable of {os.cpu_count()}"


def _gpu() -> str:
    if shutil.which("nvidia-smi") is None:
        return "none found (nvidia-smi is not on the path)"
    query = "--query-gpu=name,compute_cap,memory.total,driver_version"
    lines = _output(["nvidia-smi", query, "--format=csv,noheader"])
    return "; ".join(lines)


def _rows() -> list[tuple[str, str]]:
    rows = [("python", platform.python_version()), ("platform", platform.platform())]
    rows += [(name, _package(name)) for name in _PACKAGES]
    rows += [
        ("C++ compiler", _tool(find_compiler)),
        ("nvcc", _tool(find_nvcc)),
        ("CPU vectors", _vector_extension()),
        ("CPU cores", _cores()),
        ("GPU, driver", _gpu()),
        ("CUDA backend", cuda_unavailable() or "usable"),
    ]
    return rows


def show_versions() -> None:
    """Print the versions of the packages, compilers and devices that results depend on.

    One line each: Python, the platform, the packages, the C++ compiler, nvcc, the vector extension
    that the C++ compiler uses on this processor, the cores, the GPU with its compute capability,
    memory and driver, and whether the CUDA backend can be used. What is missing is said to be.

    Examples
    --------
    >>> show_versions()  # doctest: +ELLIPSIS
    python        3...
    platform      ...
    dendrify_gpu  ...
    CUDA backend  ...
    """
    rows = _rows()
    width = max(len(name) for name, _ in rows) + 2
    for name, value in rows:
        print(f"{name:<{width}}{value}")
