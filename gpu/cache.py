"""Compiled kernels on disk, named by what they were made from.

The key is a hash of the source text, the headers, the flags, the compiler and the processor, so a stale binary
can never be loaded. Files appear under their final name in one step; concurrent processes may compile
the same kernel twice but never see half a file. A file ends with a checksum, which loaders of binaries ignore: one that
was damaged later is made anew. What a killed process leaves behind is removed by the next that compiles.
"""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import platformdirs
import psutil

from .errors import ToolchainError

__all__ = ["cache_directory", "cached_bytes", "cached_file", "clear_cache"]

_MARK = b"dendrify_gpu sha256 "
_TRAILER = len(_MARK) + hashlib.sha256().digest_size

#: Age in seconds from which on a temporary file of another machine counts as left behind.
_OLD = 24 * 3600.0


def cache_directory() -> Path:
    """Folder of compiled kernels.

    The environment variable ``DENDRIFY_GPU_CACHE`` names it; without that it is the user's cache folder.

    Returns
    -------
    pathlib.Path

    Examples
    --------
    >>> cache_directory().name != ''
    True
    """
    named = os.environ.get("DENDRIFY_GPU_CACHE")
    return Path(named) if named else Path(platformdirs.user_cache_dir("dendrify_gpu")) / "kernels"


def clear_cache() -> int:
    """Delete all compiled kernels.

    Returns
    -------
    int
        Number of files deleted.
    """
    folder = cache_directory()
    removed = 0
    for path in folder.glob("kernel_*"):
        path.unlink(missing_ok=True)
        removed += 1
    if folder.is_dir():
        _remove_left_behind(folder)
    return removed


def cached_file(parts: list[str], suffix: str, make: Callable[[Path], None]) -> tuple[Path, bool]:
    """Return the file made from some texts, making it if it is not there.

    Parameters
    ----------
    parts : list of str
        Everything that the file depends on.
    suffix : str
        Ending of its name.
    make : callable
        Called with a temporary path that it must write.

    Returns
    -------
    path : pathlib.Path
        The file: what `make` wrote, and a checksum behind it.
    made : bool
        False if it was there already.

    Raises
    ------
    ToolchainError
        If the folder cannot be written.
    """
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    folder = cache_directory()
    path = folder / f"kernel_{digest}{suffix}"
    if _is_whole(path):
        return path, False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_left_behind(folder)
        prefix = f"tmp_{os.getpid()}_{socket.gethostname()}_"
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=suffix, dir=folder)
        os.close(handle)
    except OSError as error:
        raise ToolchainError(
            f"The kernel cache {folder} cannot be written ({error}). Set the environment variable "
            "DENDRIFY_GPU_CACHE to a folder that can."
        ) from error
    temporary = Path(name)
    try:
        make(temporary)
        _append_checksum(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path, True


def cached_bytes(path: Path) -> bytes:
    """Return what was written to a file of the cache, without its checksum.

    Parameters
    ----------
    path : pathlib.Path
        What `cached_file` returned.

    Returns
    -------
    bytes
    """
    return path.read_bytes()[:-_TRAILER]


def _append_checksum(path: Path) -> None:
    digest = hashlib.sha256(path.read_bytes()).digest()
    with path.open("ab") as file:
        file.write(_MARK + digest)
        file.flush()
        os.fsync(file.fileno())


def _is_whole(path: Path) -> bool:
    """Whether a file is there, and as it was written."""
    try:
        data = path.read_bytes()
    except OSError:
        return False
    body, trailer = data[:-_TRAILER], data[-_TRAILER:]
    return trailer == _MARK + hashlib.sha256(body).digest()


def _remove_left_behind(folder: Path) -> None:
    """Remove temporary files of processes that are no more."""
    for path in folder.glob("tmp_*"):
        process, _, rest = path.name.removeprefix("tmp_").partition("_")
        try:
            if process.isdigit() and rest.startswith(f"{socket.gethostname()}_"):
                gone = not psutil.pid_exists(int(process))
            else:
                gone = time.time() - path.stat().st_mtime > _OLD
            if gone:
                path.unlink()
        except OSError:
            continue  # another process was faster
