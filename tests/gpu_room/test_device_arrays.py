"""Arrays that change hands with CuPy, PyTorch and others, shown with stand-ins that speak the same protocols."""

from __future__ import annotations

import ctypes
import gc
import weakref
from typing import Any

import numpy as np
import pytest
from brian2 import mV, second
from emulated_device import EmulatedDriver, emulated_device

import dendrify_gpu as dg
from dendrify_gpu.gpu import CudaBackend, DeviceView, host_values
from dendrify_gpu.gpu.backends import device_views
from dendrify_gpu.gpu.backends.device_views import device_array, dlpack_capsule

__all__ = ["emulated_device"]

MODEL = "dv/dt = -v/(10*ms) : volt\nw : 1"


class Foreign:
    """An array of another library, by the interface that Numba and CuPy introduced."""

    def __init__(self, address: int, shape: tuple[int, ...], typestr: str, **others: Any) -> None:
        self.__cuda_array_interface__ = {
            "data": (address, False),
            "shape": shape,
            "typestr": typestr,
            "version": 3,
            **others,
        }


class ForeignTensor:
    """An array of another library that only speaks DLPack."""

    def __init__(self, values: np.ndarray, device_type: int = 2) -> None:
        self.values = values
        self.device_type = device_type

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.device_type, 1

    def __dlpack__(self, *, stream: Any = None) -> Any:
        values = self.values
        address = int(values.ctypes.data)
        return dlpack_capsule(self, address, len(values), values.dtype, self.device_type, 1)


def on_device(driver: EmulatedDriver, values: np.ndarray) -> tuple[Any, Foreign]:
    """Put values into the memory of the device, as another library would."""
    driver.contexts.append(0)
    memory = driver.mem_alloc(values.nbytes)
    driver.memcpy_htod(memory, values)
    driver.contexts.pop()
    return memory, Foreign(int(memory), values.shape, values.dtype.str)


def read(address: int, count: int, kind: type) -> np.ndarray:
    """Read device memory, which is the host's in the emulation."""
    size = count * np.dtype(kind).itemsize
    return np.frombuffer(ctypes.string_at(address, size), dtype=kind)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_states_are_handed_out_without_a_copy(
    emulated_device: EmulatedDriver, precision: str
) -> None:
    net = dg.Network(backend="cuda", device=1, precision=precision)
    cells = net.population(MODEL, 70, initial={"v": np.linspace(1, 2, 70) * mV})
    net.run(3e-3 * second)
    view = cells.device_array("v")
    assert isinstance(view, DeviceView)
    assert repr(view) == f"<DeviceView: 70 x {precision} on CUDA device 1>"
    interface = view.__cuda_array_interface__
    assert interface["shape"] == (70,)
    assert interface["version"] == 3
    assert interface["data"][1]  # read-only
    kind = np.dtype(interface["typestr"]).type
    before = read(interface["data"][0], 70, kind)
    np.testing.assert_array_equal(before, np.asarray(cells.v, dtype=kind))
    net.run(1e-3 * second)
    # The same memory: it shows what the run has changed.
    after = read(interface["data"][0], 70, kind)
    np.testing.assert_array_equal(after, np.asarray(cells.v, dtype=kind))
    assert not np.array_equal(before, after)


def test_a_view_keeps_its_memory_alive(emulated_device: EmulatedDriver) -> None:
    net = dg.Network(backend="cuda")
    cells = net.population(MODEL, 5, initial={"v": 1 * mV})
    net.run(1e-4 * second)
    view = cells.device_array("v")
    capsule = view.__dlpack__()
    address = view.__cuda_array_interface__["data"][0]
    expected = np.asarray(cells.v)
    del net, cells, view
    gc.collect()
    assert len(emulated_device.live) == 1
    np.testing.assert_array_equal(read(address, 5, float), expected)
    del capsule
    gc.collect()
    assert not emulated_device.live


def test_on_the_cpu_a_state_is_an_array_that_cannot_be_written() -> None:
    net = dg.Network(backend="cpu", precision="float32")
    cells = net.population(MODEL, 5, initial={"v": 1 * mV})
    with pytest.raises(
        dg.NetworkError, match=r"\.v has no memory yet, or no longer: run the network"
    ):
        cells.device_array("v")
    net.run(1e-4 * second)
    view = cells.device_array("v")
    assert view.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1
    before = view.copy()
    net.run(1e-3 * second)
    assert np.all(view < before)
    with pytest.raises(dg.UnknownVariableError, match="has no variable 'w'"):
        cells.device_array("w")


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int32])
def test_foreign_arrays_set_variables(emulated_device: EmulatedDriver, kind: type) -> None:
    net = dg.Network(backend="cuda")
    cells = net.population(MODEL, 6)
    values = np.arange(6).astype(kind)
    memory, foreign = on_device(emulated_device, values)
    cells.v = foreign
    cells.w = foreign
    np.testing.assert_array_equal(np.asarray(cells.v), values.astype(float))
    cells[2:4].w = Foreign(int(memory), (2,), values.dtype.str)
    np.testing.assert_array_equal(cells.w, [0, 1, 0, 1, 4, 5])
    net.run(1e-4 * second)
    cells.v = foreign
    np.testing.assert_array_equal(np.asarray(cells.v), values.astype(float))


def test_what_another_library_has_queued_is_waited_for(emulated_device: EmulatedDriver) -> None:
    memory, foreign = on_device(emulated_device, np.zeros(4))
    emulated_device.contexts.append(0)
    pinned = emulated_device.pagelocked_empty((4,), np.float64)
    pinned[:] = [1, 2, 3, 4]
    stream = emulated_device.Stream()
    emulated_device.memcpy_htod_async(memory, pinned, stream)
    emulated_device.contexts.pop()
    np.testing.assert_array_equal(host_values(foreign, "v"), [1, 2, 3, 4])


def test_tensors_are_taken_and_given_back(emulated_device: EmulatedDriver) -> None:
    values = np.arange(5, dtype=np.float32)
    memory, _ = on_device(emulated_device, values)
    tensor = ForeignTensor(np.ctypeslib.as_array((ctypes.c_float * 5).from_address(int(memory))))
    np.testing.assert_array_equal(host_values(tensor, "v"), values)
    assert not device_views._handed_out
    lost = weakref.ref(tensor)
    del tensor
    gc.collect()
    assert lost() is None


def test_dlpack_is_understood_by_numpy() -> None:
    """An independent reader; it takes memory of the host only."""
    for kind in (np.float32, np.float64, np.int32):
        values = np.arange(7).astype(kind)
        taken = np.from_dlpack(ForeignTensor(values, device_type=1))
        np.testing.assert_array_equal(taken, values)
        assert taken.dtype == kind
        del taken
        gc.collect()
        assert not device_views._handed_out


def test_dlpack_of_numpy_is_understood() -> None:
    """An independent writer: what it hands out is read the way tensors on a device are."""
    values = np.arange(3, 9, dtype=np.float32)
    taken = device_views._of_capsule(values.__dlpack__(), "v")
    assert (taken.count, taken.dtype) == (6, np.float32)
    assert taken.address == int(values.ctypes.data)


@pytest.mark.parametrize("value", [1.0, [1.0, 2.0], np.zeros(3), np.float32(2), "text", None])
def test_everything_else_is_no_device_array(value: object) -> None:
    assert device_array(value, "v") is None


@pytest.mark.parametrize(
    ("shape", "typestr", "others"),
    [
        ((2, 3), "<f8", {}),
        ((), "<f8", {}),
        ((6,), "<f8", {"strides": (16,)}),
        ((6,), "<c16", {}),
        ((6,), "|b1", {}),
    ],
)
def test_arrays_of_the_wrong_shape_or_kind_are_refused(
    shape: tuple[int, ...], typestr: str, others: dict[str, Any]
) -> None:
    with pytest.raises(dg.NetworkError, match=r"cells\.v was given a device array of the shape"):
        device_array(Foreign(0, shape, typestr, **others), "cells.v")


def test_masked_arrays_are_refused() -> None:
    with pytest.raises(dg.NetworkError, match="give one without a mask"):
        device_array(Foreign(0, (3,), "<f8", mask=object()), "v")


def test_device_arrays_without_a_device_are_refused() -> None:
    with pytest.raises(
        dg.ToolchainError, match=r"which cannot be read: .* Give an array of the host"
    ):
        host_values(Foreign(0, (3,), "<f8"), "cells.v")


def test_values_that_are_not_finite_are_refused(emulated_device: EmulatedDriver) -> None:
    net = dg.Network(backend="cuda")
    cells = net.population(MODEL, 2)
    _, foreign = on_device(emulated_device, np.array([1.0, np.nan]))
    with pytest.raises(dg.NetworkError, match="every value must be finite"):
        cells.v = foreign


def test_two_networks_on_two_devices(emulated_device: EmulatedDriver) -> None:
    assert [device.number for device in dg.cuda_devices()] == [0, 1]
    outcomes = []
    for device in (None, 0, 1):
        net = dg.Network(backend="cuda", device=device)
        cells = net.population(MODEL, 3, initial={"v": [1, 2, 3] * mV})
        assert "Emulated device" in net.run(1e-3 * second).device
        assert isinstance(net._choose_backend().backend, CudaBackend)
        outcomes.append(np.asarray(cells.v))
    np.testing.assert_array_equal(outcomes[0], outcomes[1])
    np.testing.assert_array_equal(outcomes[0], outcomes[2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"device": -1}, r"device=-1: give the number of a CUDA device from 0 on"),
        ({"device": "first"}, r"device='first': give the number"),
        ({"device": 0, "backend": "cpu"}, r"device=0 concerns the CUDA backend"),
    ],
)
def test_devices_that_make_no_sense_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(dg.NetworkError, match=message):
        dg.Network(**arguments)
