"""Compiled kernels on disk, named by what they were made from.

The key is a hash of the source text, the headers, the flags, the compiler and the processor, so a stale binary
can never be loaded. Files appear under their final name in one step; concurrent processes may compile
the same kernel twice but never see half a file.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from .errors import ToolchainError

__all__ = ["cache_directory", "cached_file", "clear_cache"]


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
    removed = 0
    for path in cache_directory().glob("kernel_*"):
        path.unlink(missing_ok=True)
        removed += 1
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
    made : bool
        False if the file was there already.

    Raises
    ------
    ToolchainError
        If the folder cannot be written.
    """
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    folder = cache_directory()
    path = folder / f"kernel_{digest}{suffix}"
    if path.exists():
        return path, False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="tmp_", suffix=suffix, dir=folder)
        os.close(handle)
    except OSError as error:
        raise ToolchainError(
            f"The kernel cache {folder} cannot be written ({error}). Set the environment variable "
            "DENDRIFY_GPU_CACHE to a folder that can."
        ) from error
    temporary = Path(name)
    try:
        make(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path, True
