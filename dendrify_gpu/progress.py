"""The progress bar of a run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

__all__ = ["progress_bar", "wants_bar"]

_FORMAT = "{desc}: {percentage:3.0f}%|{bar}| {n:.4g}/{total:.4g} ms [{elapsed}<{remaining}]"


def wants_bar() -> bool:
    """Say whether there is somebody to look at a bar: a terminal or a notebook."""
    if sys.stderr.isatty():
        return True
    if "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and hasattr(shell, "kernel")


@contextmanager
def progress_bar(steps: int, dt: float, shown: bool, label: str) -> Iterator[Callable[[int], None]]:
    """Show a bar while a run goes on.

    Parameters
    ----------
    steps : int
        Time steps of the run.
    dt : float
        Time step in seconds.
    shown : bool
        Whether to show the bar.
    label : str
        Text before it.

    Yields
    ------
    callable
        To be called with the number of steps done since the last call.
    """
    # Counted in steps and shown in milliseconds: sums of milliseconds would not end at the total.
    bar = tqdm(
        total=steps,
        unit_scale=dt * 1e3,
        disable=not shown,
        desc=label,
        bar_format=_FORMAT,
    )

    def advance(done: int) -> None:
        bar.update(done)

    try:
        yield advance
    finally:
        bar.close()
