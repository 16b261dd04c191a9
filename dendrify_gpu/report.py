"""What a run took, and where it ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["RunReport"]


@dataclass(frozen=True)
class RunReport:
    """What one call of `Network.run` took.

    Attributes
    ----------
    duration : Quantity
        Simulated time.
    steps : int
        Time steps.
    wall_seconds : float
        Wall-clock time of the steps.
    build_seconds : float
        Wall-clock time for code generation, compilation and upload before them; 0 where everything
        was there from an earlier run.
    spikes : int
        Spikes of neurons and sources.
    backend : str
        ``'cpu'`` or ``'cuda'``.
    device : str
        The device in words.
    reason : str
        Why this backend was taken.

    Examples
    --------
    >>> from brian2.units import ms
    >>> RunReport(1000*ms, 10000, 0.5, 2.0, 1234, 'cpu', 'CPU, 2 threads', "backend='cpu'")
    Simulated 1 s (10000 steps) in 0.5 s, 2 times faster than real time, after 2 s of preparation.
    1234 spikes. Ran on CPU, 2 threads: backend='cpu'.
    """

    duration: Any
    steps: int
    wall_seconds: float
    build_seconds: float
    spikes: int
    backend: str
    device: str
    reason: str

    @property
    def speed(self) -> float:
        """Simulated time over wall-clock time."""
        return float(self.duration) / self.wall_seconds if self.wall_seconds > 0 else float("inf")

    def __repr__(self) -> str:
        faster = self.speed >= 1
        ratio = self.speed if faster else 1 / self.speed
        plural = "" if self.steps == 1 else "s"
        preparation = ""
        if self.build_seconds:
            preparation = f", after {self.build_seconds:.3g} s of preparation"
        return (
            f"Simulated {float(self.duration):.4g} s ({self.steps} step{plural}) in "
            f"{self.wall_seconds:.3g} s, {ratio:.3g} times {'faster' if faster else 'slower'} than "
            f"real time{preparation}.\n{self.spikes} spikes. Ran on {self.device}: {self.reason}."
        )
