"""Headers that g++ has parsed already, so that each new text is compiled about a quarter faster.

They are made in the background, when a compilation is to be expected and after one that had none, and used once they
are there; nothing waits for them. They are kept in the cache under all that they depend on. Where the compiler refuses
them, the text is compiled without.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from ..cache import cache_directory, cached_file
from ..errors import ToolchainError
from .base import header_folder, header_text

__all__ = ["PREFIX", "PrecompiledHeaders", "precompiled_headers"]

#: What the texts of Brian2's networks begin with. Only texts that do, but for comments, can use the headers.
PREFIX = '#include "ordered/lanes.h"\n#include "ordered/tasks.h"\n#include "ordered/teams.h"\n'

_SUFFIX = ".h.gch"

#: Age in seconds from which on headers are made anew: those of earlier versions shall not pile up.
_OLD = 30 * 24 * 3600.0


class PrecompiledHeaders:
    """The headers for one compiler with one set of flags.

    Parameters
    ----------
    command : tuple of str
        Compiler and flags.
    parts : tuple of str
        What else they depend on.
    """

    def __init__(self, command: tuple[str, ...], parts: tuple[str, ...]) -> None:
        self._command = command
        self._parts = parts
        self._path: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._owner = os.getpid()
        self._thread = threading.Thread(target=self._make, daemon=True, name="precompiled headers")
        self._thread.start()

    def arguments(self, text: str) -> list[str]:
        """Return what has to be added to the command that compiles a text: nothing as long as they are not there."""
        path = self._path
        if path is None or not _begins_with_prefix(text):
            return []
        # The compiler looks for a file with the ending .gch first.
        return ["-include", str(path).removesuffix(".gch")]

    def refuse(self) -> None:
        """Do without from now on."""
        self._path = None

    def wait(self) -> None:
        """Return when they are there, or cannot be had."""
        self._thread.join()

    def stop(self) -> None:
        """End the compiler, if it is still at work, and remove what it has written."""
        if self._owner != os.getpid():
            return  # a fork that ends must not end what it has not begun
        self._stopped = True
        if self._process is not None:
            _end(self._process)
        self._thread.join()

    def _make(self) -> None:
        try:
            _remove_old()
            parts = [PREFIX, header_text(), *self._command, *self._parts]
            self._path, _ = cached_file(parts, _SUFFIX, self._compile)
        except (OSError, ToolchainError):
            # Without a folder to write to, or with another compiler: texts are compiled all the same.
            self._path = None

    def _compile(self, path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            # The compiler takes headers from files only.
            source = Path(folder) / "headers.h"
            source.write_text(PREFIX)
            command = [*self._command, f"-I{header_folder()}", "-x", "c++-header", str(source)]
            # In a group of its own, because the compiler starts others.
            self._process = subprocess.Popen(
                [*command, "-o", str(path)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                process_group=0,
            )
            if self._stopped:
                _end(self._process)
            if self._process.wait() != 0:
                raise ToolchainError("The headers could not be compiled on their own.")


_known: dict[tuple[str, ...], PrecompiledHeaders] = {}
_lock = threading.Lock()


def precompiled_headers(
    command: tuple[str, ...], parts: tuple[str, ...], begin: bool
) -> PrecompiledHeaders | None:
    """Return the headers for a compiler and its flags.

    Parameters
    ----------
    command : tuple of str
        Compiler and flags.
    parts : tuple of str
        What else they depend on: the compiler's version, the processor.
    begin : bool
        Whether to make them, or look for them on disk, if this process has not done so yet.

    Returns
    -------
    PrecompiledHeaders or None
        None for compilers other than g++.
    """
    if any("clang" in part for part in (*command, *parts)):
        return None
    key = (str(cache_directory()), *command, *parts)
    with _lock:
        if key not in _known and begin:
            _known[key] = PrecompiledHeaders(command, parts)
        return _known.get(key)


@atexit.register
def _stop_all() -> None:
    for headers in _known.values():
        headers.stop()


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)


def _begins_with_prefix(text: str) -> bool:
    before, found, _ = text.partition(PREFIX)
    return bool(found) and all(line.startswith("//") or not line for line in before.splitlines())


def _remove_old() -> None:
    for path in cache_directory().glob(f"kernel_*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _OLD:
                os.unlink(path)
