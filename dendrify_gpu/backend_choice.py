"""Which backend a network runs on, and why."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import NetworkError
from .gpu import Backend, CpuBackend, CudaBackend, cuda_unavailable

__all__ = ["BACKENDS", "ChosenBackend", "check_backend_arguments", "choose_backend"]

#: Names that `choose_backend` accepts.
BACKENDS = ("auto", "cuda", "cpu")


@dataclass(frozen=True)
class ChosenBackend:
    """A backend and the reason for taking it."""

    backend: Backend
    reason: str

    def __str__(self) -> str:
        return f"Running on {self.backend.description}: {self.reason}."


def check_backend_arguments(name: str, threads: int | None, device: int | None = None) -> None:
    """Refuse arguments that no backend can follow.

    Raises
    ------
    NetworkError
        For an unknown name, or a number of threads or of a device that makes no sense.
    """
    if name not in BACKENDS:
        raise NetworkError(f"backend={name!r} is unknown; use one of: {', '.join(BACKENDS)}.")
    if threads is not None and (not isinstance(threads, int) or threads < 1):
        raise NetworkError(f"threads={threads!r}: give a number of threads from 1 on, or None.")
    if threads is not None and name == "cuda":
        raise NetworkError(
            f"threads={threads} concerns the CPU backend; leave it out with backend='cuda'."
        )
    if device is not None and (not isinstance(device, int) or device < 0):
        raise NetworkError(
            f"device={device!r}: give the number of a CUDA device from 0 on, or None."
        )
    if device is not None and name == "cpu":
        raise NetworkError(
            f"device={device} concerns the CUDA backend; leave it out with backend='cpu'."
        )


def choose_backend(
    name: str = "auto", threads: int | None = None, device: int | None = None
) -> ChosenBackend:
    """Return the backend of that name.

    Parameters
    ----------
    name : {'auto', 'cuda', 'cpu'}, optional
        Default ``'auto'``: CUDA where PyCUDA and a device are there, else the CPU.
    threads : int, optional
        Threads of the CPU backend. Default: as many of the cores that this process may use as make the network fastest.
    device : int, optional
        Number of the CUDA device, as in `cuda_devices`. Default 0.

    Returns
    -------
    ChosenBackend

    Raises
    ------
    NetworkError
        For an unknown name.
    ToolchainError
        If CUDA was asked for and is not there, or no C++ compiler for the CPU was found.
    """
    check_backend_arguments(name, threads, device)
    if name == "cpu":
        return ChosenBackend(CpuBackend(threads), "backend='cpu' was asked for")
    # The first look at the driver waits until now: most machines have none.
    missing = cuda_unavailable()
    if name == "cuda" or missing is None:
        reason = "was asked for" if name == "cuda" else "found PyCUDA and a device"
        return ChosenBackend(CudaBackend(device or 0), f"backend={name!r} {reason}")
    return ChosenBackend(CpuBackend(threads), f"backend='auto' found no GPU: {missing}")
