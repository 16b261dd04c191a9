"""What the device says: what ran where, and what it refuses, by name."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

import brian2
import pytest
from brian2 import ms
from brian2.core.base import BrianObjectException
from brian2.devices.device import get_device, reset_device
from small_network import network, on_the_device

import dendrify_gpu
from dendrify_gpu.brian2_device.general_road import GeneralRoad, RandomState
from dendrify_gpu.gpu.backends.cpu import CpuBackend

__all__ = ["on_the_device"]


def test_what_ran_where() -> None:
    net = network()
    told = io.StringIO()
    with redirect_stdout(told):
        net.run(5 * ms, report="text")
    assert "5. ms (100%) simulated" in told.getvalue()
    lines = get_device().last_report
    assert (
        lines[0].startswith("general road: ") and "1 thread" in lines[0] and "float64" in lines[0]
    )
    assert lines[0] in told.getvalue()
    assert "synapses_pre (synaptic events): one after another, shared among threads: 1" in lines


def test_what_keeps_a_network_from_the_fused_core() -> None:
    def learning() -> brian2.Network:
        cells = brian2.NeuronGroup(4, "v : 1", threshold="v > 1", reset="v = 0", name="cells")
        link = brian2.Synapses(cells, cells, "w : 1", on_pre="v_post += w\nw += 0.1", name="link")
        link.connect()
        return brian2.Network(cells, link)

    assert get_device().explain() is not None
    net = learning()
    net.run(1 * ms)
    assert any(line.startswith("not on the fused core: link") for line in get_device().explain())
    brian2.set_device("dendrify_gpu", road="fast")
    with pytest.raises(NotImplementedError, match=r"road='fast': the fused core cannot run .*link"):
        learning().run(1 * ms)
    reset_device()


def test_cuda_is_not_there_and_is_not_replaced() -> None:
    if dendrify_gpu.gpu.cuda_unavailable() is None:
        pytest.skip("there is a device")
    brian2.set_device("dendrify_gpu", backend="cuda")
    net = network()
    with pytest.raises(dendrify_gpu.ToolchainError):
        net.run(1 * ms)
    reset_device()


def test_why_events_cannot_be_shared() -> None:
    cells = brian2.NeuronGroup(4, "v : 1", threshold="v > 1", reset="v = 0")
    both = brian2.Synapses(cells, cells, on_pre="v_post += 0.1\nv_pre -= 0.1", name="both")
    both.connect()
    brian2.Network(cells, both).run(0.1 * ms)
    assert any(
        "both_pre" in line and "by one thread because it changes" in line
        for line in get_device().last_report
    )


def test_profiles() -> None:
    net = network()
    net.run(20 * ms, profile=True)
    names = {name for name, _ in net.profiling_info}
    assert {"cells_stateupdater", "synapses_pre", "cells_spike_thresholder"} <= names
    assert sum(float(taken) for _, taken in net.profiling_info) > 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"precision": "float16"},
            "precision='float16' does not exist; there are 'float64' and 'float32'",
        ),
        ({"backend": "opencl"}, "backend='opencl' is unknown; use one of: auto, cuda, cpu"),
        (
            {"road": "scenic"},
            "road='scenic' does not exist; there are 'auto', 'general' and 'fast'",
        ),
    ],
)
def test_options_that_do_not_exist(options: dict[str, str], says: str) -> None:
    with pytest.raises((dendrify_gpu.ModelError, dendrify_gpu.NetworkError), match=says):
        brian2.set_device("dendrify_gpu", **options)


def test_functions_in_python_only_are_refused_by_name() -> None:
    @brian2.check_units(x=1, result=1)
    def twice(x: Any) -> Any:
        return 2 * x

    cells = brian2.NeuronGroup(
        2,
        "v : 1",
        threshold="twice(v) > 1",
        reset="v = 0",
        namespace={"twice": twice},
        name="cells",
    )
    with pytest.raises((NotImplementedError, BrianObjectException)) as caught:
        brian2.Network(cells).run(1 * ms)
    chain = f"{caught.value} {caught.value.__cause__}"
    assert "cells calls 'twice', which has no implementation in C++" in chain


def test_what_cannot_be_imported() -> None:
    with pytest.raises(dendrify_gpu.ModelError, match=r"this script runs on DendrifyGpuDevice"):
        dendrify_gpu.from_brian2(network())
    with pytest.raises(dendrify_gpu.ModelError, match=r"takes a brian2.Network, not str"):
        dendrify_gpu.from_brian2("cells")  # type: ignore[arg-type]


def test_integrators_of_the_gsl_are_refused_by_name() -> None:
    cells = brian2.NeuronGroup(2, "v : 1", name="cells")

    class Foreign:
        template_name = "gsl_stateupdate"

    foreign = Foreign()
    cells.code_objects.append(foreign)
    with pytest.raises(
        NotImplementedError, match="cells: code objects of the kind 'gsl_stateupdate'"
    ):
        GeneralRoad([cells], CpuBackend(1), RandomState(1))


def test_gsl_integrators_are_refused_before_the_run() -> None:
    cells = brian2.NeuronGroup(2, "dv/dt = -v/(10*ms) : 1", method="gsl", name="cells")
    with pytest.raises((NotImplementedError, BrianObjectException)) as caught:
        brian2.Network(cells).run(1 * ms)
    assert "cells" in f"{caught.value} {caught.value.__cause__}"
    assert "GSL" in f"{caught.value} {caught.value.__cause__}"


def test_arrays_that_python_makes_longer_in_a_run_are_refused() -> None:
    cells = brian2.NeuronGroup(4, "v : 1", threshold="v > 1", reset="v = 0")
    link = brian2.Synapses(cells, cells, "w : 1", on_pre="v_post += w", name="link")
    link.connect(i=0, j=1)

    @brian2.network_operation(dt=1 * ms, name="growth")
    def growth() -> None:
        link.connect(i=2, j=3)

    with pytest.raises(
        NotImplementedError, match=r"growth has changed the size of link\.\w+ in the middle"
    ):
        brian2.Network(cells, link, growth).run(5 * ms)


def test_the_fused_core_takes_no_profile() -> None:
    brian2.set_device("dendrify_gpu", road="fast")
    with pytest.raises(
        NotImplementedError, match=r"the time of each object is wanted \(profile=True\)\. Leave"
    ):
        network().run(1 * ms, profile=True)
    reset_device()
