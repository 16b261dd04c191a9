"""Compiles the generated text to a shared library with g++ or clang++, in parts side by side where that is sooner."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from ..cache import cached_file
from ..errors import ToolchainError
from .base import header_folder, header_text

__all__ = ["COMPILER_FLAGS", "compile_library", "compiler_version", "find_compiler", "shares_of"]

#: Contraction and fast-math stay off: results must not depend on the compiler.
COMPILER_FLAGS = (
    "-std=c++17",
    "-O3",
    "-march=native",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fno-tree-slp-vectorize",
    "-fPIC",
    "-shared",
    "-pthread",
    "-Wall",
    "-Wextra",
    "-Wno-psabi",
)

#: Seconds for what belongs to no group, for the headers in each other part, and what another part has to save. Rough.
_REST, _HEADERS, _SAVED = 0.25, 0.12, 0.06


def find_compiler() -> str:
    """Return the C++ compiler: the one in the environment variable ``CXX``, else g++, else clang++.

    Returns
    -------
    str

    Raises
    ------
    ToolchainError
        If there is none.
    """
    for name in (os.environ.get("CXX"), "g++", "clang++"):
        if name and shutil.which(name.split()[0]):
            return name
    raise ToolchainError(
        "No C++ compiler was found. Install one: 'apt install g++' on Debian or Ubuntu, 'dnf install "
        "gcc-c++' on Fedora, 'xcode-select --install' on macOS, or 'conda install cxx-compiler'. A "
        "compiler elsewhere can be named in the environment variable CXX."
    )


def compile_library(
    compiler: str,
    text: str,
    options: Sequence[str],
    groups: Sequence[float] = (),
    meanwhile: Callable[[], None] | None = None,
) -> tuple[Path, bool]:
    """Compile a text that uses the headers, or find the library in the cache.

    Parameters
    ----------
    compiler : str
    text : str
    options : sequence of str
        Definitions, such as ``'-DPRECISION=64'``.
    groups : sequence of float, optional
        Roughly, the seconds that each group of functions takes which the text lets compile on its own: between
        ``#if IN_PART(1)`` and ``#endif`` those of the first, and so on.
    meanwhile : callable, optional
        Called once: while the compiler is at work, if it has work to do.

    Returns
    -------
    path : pathlib.Path
        The library.
    made : bool
        False if it was in the cache.

    Raises
    ------
    ToolchainError
        If the compiler refuses the text.
    """
    flags = [*COMPILER_FLAGS, *options]

    def make(path: Path) -> None:
        command = [*compiler.split(), *flags, f"-I{header_folder()}"]
        complaint = _compile(command, text, shares_of(groups, _processors()), path, meanwhile)
        if complaint is not None:
            # Warnings come before what is wrong.
            wrong = re.search(r"^.*error:", complaint, re.MULTILINE)
            said = complaint[wrong.start() if wrong else 0 :][:4000]
            raise ToolchainError(f"{compiler} refused the generated text:\n{said}")

    parts = [text, header_text(), compiler, " ".join(flags), compiler_version(compiler)]
    path, made = cached_file([*parts, _processor()], ".so", make)
    if not made and meanwhile is not None:
        meanwhile()
    return path, made


def shares_of(groups: Sequence[float], most: int) -> list[int]:
    """Return which part each group is compiled in: 0 has all that belongs to none; if all is 0, there is one part.

    Parameters
    ----------
    groups : sequence of float
        Seconds that each takes.
    most : int
        Parts at most.

    Examples
    --------
    >>> shares_of([0.2, 0.2, 0.1], 2)
    [1, 0, 1]
    >>> shares_of([0.2, 0.2, 0.1], 1), shares_of([0.02], 8)
    ([0, 0, 0], [0])
    """
    heaviest_first = sorted(range(len(groups)), key=lambda group: -groups[group])
    best, shares = _REST + sum(groups), [0] * len(groups)
    for parts in range(2, min(most, len(groups) + 1) + 1):
        loads = [_REST, *[_HEADERS] * (parts - 1)]
        found = [0] * len(groups)
        for group in heaviest_first:
            found[group] = loads.index(min(loads))
            loads[found[group]] += groups[group]
        if max(loads) < best - _SAVED and len(set(found) - {0}) == parts - 1:
            best, shares = max(loads), found
    return shares


def _compile(
    command: Sequence[str],
    text: str,
    shares: Sequence[int],
    path: Path,
    meanwhile: Callable[[], None] | None,
) -> str | None:
    """Compile a text, and return what the compiler says if it refuses it."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "text"
        source.write_text(text)
        if not any(shares):
            return _carry_out([[*command, "-x", "c++", "-", "-o", str(path)]], source, meanwhile)
        given = [f"-DGROUP_{group}={part}" for group, part in enumerate(shares, 1)]
        objects = [f"{name}/{part}.o" for part in range(max(shares) + 1)]
        alone = [word for word in command if word != "-shared"]
        commands = [
            [*alone, f"-DPART={part}", *given, "-c", "-x", "c++", "-", "-o", output]
            for part, output in enumerate(objects)
        ]
        complaint = _carry_out(commands, source, meanwhile)
        if complaint is None:
            complaint = _carry_out([[*command, *objects, "-o", str(path)]], source, None)
        return complaint


def _carry_out(
    commands: Sequence[Sequence[str]], source: Path, meanwhile: Callable[[], None] | None
) -> str | None:
    """Carry out commands side by side, and return what the first one that fails says."""
    with contextlib.ExitStack() as stack:
        processes, said = [], []
        for command in commands:
            text = stack.enter_context(source.open("rb"))
            # Files, because nobody reads from a pipe while something else is done.
            said.append(stack.enter_context(tempfile.TemporaryFile()))
            process = subprocess.Popen(command, stdin=text, stdout=said[-1], stderr=said[-1])
            processes.append(stack.enter_context(process))
        try:
            if meanwhile is not None:
                meanwhile()
            refused = [process.wait() != 0 for process in processes]
        except BaseException:
            for process in processes:
                process.kill()
            raise
        if True not in refused:
            return None
        words = said[refused.index(True)]
        words.seek(0)
        return words.read().decode(errors="replace")


def _processors() -> int:
    """Return the number of processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


@cache
def compiler_version(compiler: str) -> str:
    """Return the first line of what a compiler says of itself."""
    command = [*compiler.split(), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return said.splitlines()[0]


@cache
def _processor() -> str:
    """Return what ``-march=native`` depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    wanted = ("model name", "flags", "Features", "CPU part")
    return "\n".join(sorted({line for line in lines if line.startswith(wanted)}))
