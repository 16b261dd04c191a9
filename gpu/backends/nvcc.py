"""Compiles the generated text to a CUDA binary with nvcc. Needs no device."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..cache import cached_file
from ..errors import ToolchainError
from .base import header_folder, header_text

__all__ = ["NVCC_FLAGS", "KernelResources", "compile_cubin", "find_nvcc", "kernel_resources"]

#: Contraction stays off: results must not depend on the compiler. Division and square root are precise
#: and subnormal numbers kept by default.
NVCC_FLAGS = ("-std=c++17", "-O3", "-fmad=false", "-cubin", "-x", "cu")


@dataclass(frozen=True)
class KernelResources:
    """What one kernel takes on the device, as the assembler reports it."""

    name: str
    registers: int
    stack_bytes: int
    spilled_bytes: int


def find_nvcc() -> str:
    """Return the CUDA compiler: the one in the environment variable ``NVCC``, on the path, or of ``CUDA_PATH``.

    Returns
    -------
    str

    Raises
    ------
    ToolchainError
        If there is none.
    """
    candidates = [os.environ.get("NVCC"), "nvcc"]
    candidates += [
        str(Path(root) / "bin" / "nvcc")
        for root in (os.environ.get("CUDA_PATH"), os.environ.get("CUDA_HOME"), "/usr/local/cuda")
        if root
    ]
    for name in candidates:
        if name and shutil.which(name):
            return name
    raise ToolchainError(
        "The CUDA compiler nvcc was not found. Install the CUDA toolkit ('apt install "
        "nvidia-cuda-toolkit', or 'conda install cuda-nvcc') or name it in the environment variable NVCC. "
        "The compiler library NVRTC will do too: 'pip install nvidia-cuda-nvrtc'."
    )


@cache
def _version(nvcc: str) -> str:
    command = [nvcc, "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def compile_cubin(
    text: str, precision: int, architecture: str, options: Sequence[str] = ()
) -> tuple[Path, bool]:
    """Compile a text that uses the headers for one architecture, or find it in the cache.

    Parameters
    ----------
    text : str
    precision : {32, 64}
        Bits of the floating-point numbers.
    architecture : str
        Such as ``'sm_90'``.
    options : sequence of str, optional
        Further definitions, such as ``'-DNAME=1'``.

    Returns
    -------
    path : pathlib.Path
        The binary.
    made : bool
        False if it was in the cache.

    Raises
    ------
    ToolchainError
        If nvcc is missing or refuses the text.
    """
    nvcc = find_nvcc()
    flags = [*NVCC_FLAGS, f"-arch={architecture}", f"-DPRECISION={precision}", *options]

    def make(path: Path) -> None:
        _run(nvcc, flags, text, path)

    parts = [text, header_text(), " ".join(flags), _version(nvcc)]
    return cached_file(parts, ".cubin", make)


def kernel_resources(
    text: str, precision: int, architecture: str, path: Path, options: Sequence[str] = ()
) -> list[KernelResources]:
    """Compile without the cache, warnings as errors, and return what each kernel takes."""
    flags = [*NVCC_FLAGS, f"-arch={architecture}", f"-DPRECISION={precision}", *options]
    flags += ["-Werror", "all-warnings", "-Xptxas", "-v"]
    report = _run(find_nvcc(), flags, text, path)
    pattern = re.compile(
        r"Compiling entry function '(\w+)'.*?(\d+) bytes stack frame, (\d+) bytes spill stores, "
        r"(\d+) bytes spill loads.*?Used (\d+) registers",
        re.DOTALL,
    )
    return [
        KernelResources(name, int(registers), int(stack), int(stores) + int(loads))
        for name, stack, stores, loads, registers in pattern.findall(report)
    ]


def _run(nvcc: str, flags: Sequence[str], text: str, path: Path) -> str:
    source = path.with_suffix(".cu")
    source.write_text(text)
    try:
        command = [nvcc, *flags, f"-I{header_folder()}", str(source), "-o", str(path)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        source.unlink(missing_ok=True)
    if result.returncode != 0:
        raise ToolchainError(f"{nvcc} refused the generated text:\n{result.stderr[:4000]}")
    return result.stderr + result.stdout
