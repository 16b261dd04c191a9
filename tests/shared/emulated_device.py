"""A stand-in for `pycuda.driver` that runs the CUDA text on the host, thread after thread.

Streams are lazy: what is queued happens only when somebody waits for it, as late as a device may do it. A missing
wait, or pinned memory that is used again too early, thus shows as a wrong result. Memory is allocated with garbage in
it and between guards; calls without a context, with freed memory or with host memory that is not pinned raise.

It proves the host's side and the arithmetic, nothing about a device.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
import tempfile
import types
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dendrify_gpu.gpu.backends.base import header_folder, header_text
from dendrify_gpu.gpu.backends.cxx import find_compiler
from dendrify_gpu.gpu.cache import cached_file

__all__ = ["EmulatedDriver", "emulated_device", "emulation"]

_GUARD = 256
_GARBAGE = 0xA5

#: Where AddressSanitizer is loaded: functions that forbid and allow the use of memory.
_forbid, _allow = (
    getattr(ctypes.CDLL(None), f"__asan_{word}_memory_region", None)
    for word in ("poison", "unpoison")
)

#: Contraction is off, as nvcc's -fmad=false has it.
_FLAGS = (
    *("-std=c++17", "-O2", "-fPIC", "-shared", "-march=native", "-ffp-contract=off"),
    *("-fno-strict-aliasing", "-DLANE_HOST_EMULATION"),
)


class DriverError(Exception):
    """Misuse of the driver."""


class OutOfMemory(DriverError):
    """There is not as much memory."""


class Allocation:
    """Memory of the device: real addresses, between guards."""

    def __init__(self, driver: EmulatedDriver, nbytes: int) -> None:
        self.nbytes = nbytes
        self._driver = driver
        self._memory = np.full(nbytes + 4 * _GUARD, _GARBAGE, dtype=np.uint8)
        start = int(self._memory.ctypes.data) + _GUARD
        self.begin = start + -start % _GUARD
        self._first = self.begin - start + _GUARD
        driver.live[self.begin] = self
        self._forbid(0, self._first)
        self._forbid(self._first + nbytes, len(self._memory))

    def __int__(self) -> int:
        return self.begin

    def free(self) -> None:
        self._driver.need_context()
        self.check()
        del self._driver.live[self.begin]
        self._memory[self._first : self._first + self.nbytes] = _GARBAGE
        self._forbid(0, len(self._memory))
        # Kept until the end, so that no later allocation hides a use after this.
        self._driver.freed.append(self)

    def _forbid(self, begin: int, end: int) -> None:
        """Let AddressSanitizer report any use of some of the memory, also in reading."""
        if _forbid is not None:
            address = ctypes.c_void_p(int(self._memory.ctypes.data) + begin)
            _forbid(address, ctypes.c_size_t(end - begin))

    def __del__(self) -> None:
        if _allow is not None:
            address = ctypes.c_void_p(int(self._memory.ctypes.data))
            _allow(address, ctypes.c_size_t(len(self._memory)))

    def check(self) -> None:
        if _forbid is not None:
            return
        before, after = self._memory[: self._first], self._memory[self._first + self.nbytes :]
        if np.any(before != _GARBAGE) or np.any(after != _GARBAGE):
            raise DriverError(f"something was written outside an allocation of {self.nbytes} bytes")


class Stream:
    """A queue whose operations happen when somebody waits for them."""

    def __init__(self, driver: EmulatedDriver) -> None:
        driver.need_context()
        self._driver = driver
        self.queue: deque[Callable[[], None]] = deque()
        driver.streams.append(self)

    def synchronize(self) -> None:
        self._driver.need_context()
        if self.queue:
            self._driver.waits += 1
        while self.queue:
            self.queue.popleft()()


class Event:
    """A place in a queue."""

    def __init__(self, driver: EmulatedDriver, flags: int = 0) -> None:
        driver.need_context()
        self._driver = driver
        self._stream: Stream | None = None
        self._reached = False

    def record(self, stream: Stream) -> None:
        self._stream, self._reached = stream, False
        stream.queue.append(self._reach)

    def _reach(self) -> None:
        self._reached = True

    def synchronize(self) -> None:
        self._driver.need_context()
        assert self._stream is not None
        self._driver.waits += 1
        while not self._reached:
            self._stream.queue.popleft()()


class Function:
    """A kernel."""

    num_regs = 64

    def __init__(self, driver: EmulatedDriver, library: ctypes.CDLL, name: str) -> None:
        self._driver = driver
        self._name = name
        self._launch = getattr(library, f"launch_{name}")
        self._format = ""

    def prepare(self, format: str) -> Function:
        self._format = format
        return self

    def prepared_async_call(
        self, grid: tuple[int, int], block: tuple[int, int, int], stream: Stream, *arguments: int
    ) -> None:
        driver = self._driver
        driver.need_context()
        if len(arguments) != len(self._format):
            raise DriverError(f"{self._name}: {len(arguments)} arguments for {self._format}")
        for kind, value in zip(self._format, arguments, strict=True):
            if kind == "P":
                driver.need_live(value, 1)
        values = np.array(arguments, dtype=np.uint64)

        def run() -> None:
            driver.launches[self._name] = driver.launches.get(self._name, 0) + 1
            self._launch(
                ctypes.c_uint(grid[0]),
                ctypes.c_uint(block[0]),
                ctypes.c_int(driver.order),
                ctypes.c_void_p(values.ctypes.data),
            )

        stream.queue.append(run)


class Module:
    """A loaded binary."""

    def __init__(self, driver: EmulatedDriver, binary: bytes) -> None:
        driver.need_context()
        self._driver = driver
        with tempfile.NamedTemporaryFile(suffix=".so") as file:
            file.write(binary)
            file.flush()
            self._library = ctypes.CDLL(file.name)

    def get_function(self, name: str) -> Function:
        return Function(self._driver, self._library, name)


class _PrimaryContext:
    def __init__(self, driver: EmulatedDriver, number: int) -> None:
        self._driver = driver
        self._number = number

    def push(self) -> None:
        self._driver.contexts.append(self._number)


class _PinnedBase:
    """What owns pinned memory."""

    def __init__(self, driver: EmulatedDriver, nbytes: int) -> None:
        self._driver = driver
        self._memory = np.full(max(1, nbytes), _GARBAGE, dtype=np.uint8)
        self.begin = int(self._memory.ctypes.data)
        self.end = self.begin + nbytes
        driver.pinned.append(self)

    def free(self) -> None:
        self._driver.need_context()
        self._driver.pinned.remove(self)
        # Later uses read garbage; the memory itself stays until the end.
        self._memory[:] = _GARBAGE
        self._driver.freed.append(self)


class _PinnedArray(np.ndarray):
    """An array whose `base` can be freed, as PyCUDA's are."""

    owner: Any = None

    @property
    def base(self) -> Any:
        return self.owner


class EmulatedDriver(types.ModuleType):
    """The part of `pycuda.driver` that the backend uses.

    Attributes
    ----------
    memory : int
        Bytes of each device.
    order : int
        0 if blocks and threads run from the first to the last, 1 if from the last to the first; for kernels whose
        threads wait for each other, larger numbers are seeds of random orders.
    waits : int
        How often the host has waited for the device.
    launches : dict of str to int
        Launches of each kernel.
    live : dict of int to Allocation
        Allocations that have not been freed.
    contexts : list of int
        Contexts that were pushed and not popped.
    """

    MemoryError = OutOfMemory
    Error = DriverError

    def __init__(self, devices: int = 2) -> None:
        super().__init__("pycuda.driver")
        self.memory = 8 * 10**9
        self.order = 0
        self.waits = 0
        self.launches: dict[str, int] = {}
        self.live: dict[int, Allocation] = {}
        self.freed: list[Any] = []
        self.pinned: list[_PinnedBase] = []
        self.contexts: list[int] = []
        self.streams: list[Stream] = []
        driver = self

        class Device:
            def __init__(self, number: int) -> None:
                self._number = number

            @staticmethod
            def count() -> int:
                return devices

            def retain_primary_context(self) -> _PrimaryContext:
                return _PrimaryContext(driver, self._number)

            def compute_capability(self) -> tuple[int, int]:
                return (9, 0)

            def name(self) -> str:
                return "Emulated device"

            def total_memory(self) -> int:
                return driver.memory

            def get_attribute(self, value: int) -> int:
                return value

        class Context:
            @staticmethod
            def pop() -> None:
                driver.contexts.pop()

            @staticmethod
            def synchronize() -> None:
                driver.need_context()
                driver.waits += 1
                for stream in driver.streams:
                    stream.synchronize()

        self.Device = Device
        self.Context = Context
        # The value of an attribute stands for itself.
        self.device_attribute = types.SimpleNamespace(
            MULTIPROCESSOR_COUNT=3,
            MAX_REGISTERS_PER_MULTIPROCESSOR=65536,
            MAX_THREADS_PER_MULTIPROCESSOR=2048,
            MAX_BLOCKS_PER_MULTIPROCESSOR=32,
            CLOCK_RATE=1_980_000,
            MEMORY_CLOCK_RATE=2_619_000,
            GLOBAL_MEMORY_BUS_WIDTH=5120,
        )
        self.event_flags = types.SimpleNamespace(DISABLE_TIMING=2)

    # ------------------------------------------------------------------- checks

    def need_context(self) -> None:
        if not self.contexts:
            raise DriverError("there is no current context")

    def need_live(self, address: int, nbytes: int) -> None:
        for allocation in self.live.values():
            begin = allocation.begin
            if begin <= address and address + nbytes <= begin + max(1, allocation.nbytes):
                return
        raise DriverError(f"{nbytes} bytes at {address:#x} are not memory of the device")

    def _need_pinned(self, array: np.ndarray) -> None:
        begin = int(array.ctypes.data)
        if not any(p.begin <= begin and begin + array.nbytes <= p.end for p in self.pinned):
            raise DriverError("an asynchronous copy needs pinned memory of the host")

    # ---------------------------------------------------------------- functions

    def init(self) -> None:
        """Start the driver."""

    def Stream(self) -> Stream:
        return Stream(self)

    def Event(self, flags: int = 0) -> Event:
        return Event(self, flags)

    def mem_get_info(self) -> tuple[int, int]:
        self.need_context()
        used = sum(allocation.nbytes for allocation in self.live.values())
        return self.memory - used, self.memory

    def mem_alloc(self, nbytes: int) -> Allocation:
        if nbytes > self.mem_get_info()[0]:
            raise OutOfMemory("out of memory")
        return Allocation(self, nbytes)

    def pagelocked_empty(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        self.need_context()
        real = np.dtype(dtype)
        owner = _PinnedBase(self, int(np.prod(shape)) * real.itemsize)
        nbytes = owner.end - owner.begin
        array = owner._memory[:nbytes].view(real).reshape(shape).view(_PinnedArray)
        array.owner = owner
        return array

    def module_from_buffer(self, binary: bytes) -> Module:
        return Module(self, binary)

    def memset_d8(self, memory: Any, value: int, count: int) -> None:
        self._wait_for_copy(int(memory), count)
        ctypes.memset(int(memory), value, count)

    def memcpy_htod(self, memory: Any, array: np.ndarray) -> None:
        self._wait_for_copy(int(memory), array.nbytes)
        ctypes.memmove(int(memory), array.ctypes.data, array.nbytes)

    def memcpy_dtoh(self, array: np.ndarray, memory: Any) -> None:
        self._wait_for_copy(int(memory), array.nbytes)
        ctypes.memmove(array.ctypes.data, int(memory), array.nbytes)

    def memcpy_dtod(self, target: Any, source: Any, nbytes: int) -> None:
        self._wait_for_copy(int(target), nbytes)
        self.need_live(int(source), nbytes)
        ctypes.memmove(int(target), int(source), nbytes)

    def memcpy_htod_async(self, memory: Any, array: np.ndarray, stream: Stream) -> None:
        self._need_pinned(array)
        self._queue_copy(stream, int(memory), int(array.ctypes.data), array.nbytes, int(memory))

    def memcpy_dtoh_async(self, array: np.ndarray, memory: Any, stream: Stream) -> None:
        self._need_pinned(array)
        self._queue_copy(stream, int(array.ctypes.data), int(memory), array.nbytes, int(memory))

    def memcpy_dtod_async(self, target: int, source: int, nbytes: int, stream: Stream) -> None:
        self.need_live(source, nbytes)
        self._queue_copy(stream, target, source, nbytes, target)

    def _wait_for_copy(self, address: int, nbytes: int) -> None:
        self.need_context()
        self.need_live(address, nbytes)

    def _queue_copy(
        self, stream: Stream, target: int, source: int, nbytes: int, on_device: int
    ) -> None:
        self.need_context()
        self.need_live(on_device, nbytes)
        stream.queue.append(lambda: ctypes.memmove(target, source, nbytes) and None)


def _compile(
    text: str, precision: int, architecture: str, options: Sequence[str] = ()
) -> tuple[Path, bool]:
    """Stand in for nvcc: the same text as a library of the host."""
    kind = "emulated_grid.h" if '"ordered/' in text else "emulated_device.h"
    emulation = Path(__file__).with_name(kind)
    flags = [*_FLAGS, f"-DPRECISION={precision}", *options]

    def make(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "network.cu").write_text(text)
            command = [*find_compiler().split(), *flags, f"-I{folder}", f"-I{header_folder()}"]
            command += ["-x", "c++", str(emulation), "-o", str(path)]
            # A header as the main file: the compiler warns of its guard.
            subprocess.run([*command, "-w"], check=True)

    words = emulation.with_name("emulated_words.h")
    parts = [text, header_text(), emulation.read_text(), words.read_text(), *flags]
    return cached_file(parts, ".so", make)


@pytest.fixture
def emulated_device(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatedDriver]:
    """Let the CUDA backend run on two emulated devices."""
    with emulation(monkeypatch) as driver:
        yield driver


@contextmanager
def emulation(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatedDriver]:
    """Let the CUDA backend run on two emulated devices."""
    driver = EmulatedDriver()
    package = types.ModuleType("pycuda")
    package.driver = driver  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pycuda", package)
    monkeypatch.setitem(sys.modules, "pycuda.driver", driver)
    compilers = {"nvcc": _compile, "nvrtc": _compile}
    monkeypatch.setattr("dendrify_gpu.gpu.backends.cuda._COMPILERS", compilers)
    monkeypatch.setattr("dendrify_gpu.gpu.backends.cuda._installed_compiler", lambda: "nvcc")
    yield driver
    assert driver.contexts == []  # none was left current
    for allocation in driver.live.values():
        allocation.check()
