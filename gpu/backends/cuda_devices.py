"""Which CUDA devices there are."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CudaDevice", "cuda_devices", "cuda_unavailable"]


@dataclass(frozen=True)
class CudaDevice:
    """One CUDA device.

    Attributes
    ----------
    number : int
        What ``device=`` takes.
    name : str
        Name of the model.
    memory : int
        Bytes of memory.
    compute_capability : tuple of int
        Major and minor number.
    """

    number: int
    name: str
    memory: int
    compute_capability: tuple[int, int]

    def __str__(self) -> str:
        major, minor = self.compute_capability
        return f"{self.number}: {self.name}, {self.memory / 1e9:.1f} GB, compute capability {major}.{minor}"


def cuda_unavailable() -> str | None:
    """Return why CUDA cannot be used, or None if it can.

    Returns
    -------
    str or None
        One sentence for a person.
    """
    try:
        import pycuda.driver as driver
    except Exception as error:
        return f"PyCUDA cannot be imported ({error})"
    try:
        driver.init()
        count = driver.Device.count()
    except Exception as error:
        return f"the CUDA driver does not start ({error})"
    return None if count else "there is no CUDA device"


def cuda_devices() -> tuple[CudaDevice, ...]:
    """Return all CUDA devices; none where CUDA cannot be used.

    Returns
    -------
    tuple of CudaDevice

    Examples
    --------
    >>> all(device.memory > 0 for device in cuda_devices())
    True
    """
    if cuda_unavailable() is not None:
        return ()
    import pycuda.driver as driver

    devices = [driver.Device(number) for number in range(driver.Device.count())]
    return tuple(
        CudaDevice(
            number,
            device.name(),
            int(device.total_memory()),
            tuple(device.compute_capability()),
        )
        for number, device in enumerate(devices)
    )
