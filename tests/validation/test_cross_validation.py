"""`Network.cross_validate` and `Network.to_brian2`: the whole way from a user's commands to both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from brian2.units import Hz, ms, mV, nS, pA, pF, volt

import dendrify_gpu as dg
from dendrify_gpu.gpu import CpuBackend, Simulation
from dendrify_gpu.models import (
    CA1_CURRENTS,
    CA1_INPUT_RATES,
    CA1_SPIKE_COUNTS,
    CA1_SPIKING,
    ca1_pyramidal,
)

LIF = "dv/dt = (I - v)/(10*ms) : volt\ndg/dt = -g/(5*ms) : 1\nI : volt"
SPIKING = {"threshold": "v > 10*mV", "reset": "v = 0*mV", "refractory": 2 * ms}


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    plt.close("all")


def ca1_network(cells: int = 60, precision: str = "float64", seed: int = 3) -> dg.Network:
    """The network of figure 5 with recurrent synapses of many delays and weights."""
    net = dg.Network(dt=0.1 * ms, seed=seed, precision=precision, backend="cpu")
    pyr = net.population(ca1_pyramidal(), cells, name="pyr", **CA1_SPIKING)
    for name, rate in CA1_INPUT_RATES.items():
        source = net.poisson(cells, rate=rate, name=name)
        net.connect(source, pyr, [f"AMPA_{name}", f"NMDA_{name}"], one_to_one=True, delay=0.3 * ms)
    net.connect(
        pyr,
        pyr,
        ["AMPA_validation_prox", "NMDA_validation_prox"],
        in_degree=min(15, cells),
        weight=dg.uniform(0.2, 1.5),
        delay=dg.uniform(0.5 * ms, 6 * ms),
    )
    return net


def small_network(cells: int) -> dg.Network:
    """Spiking somas with Poisson input, where it is the report that counts."""
    net = dg.Network(dt=0.1 * ms, seed=3, backend="cpu")
    soma = dg.Soma("soma", cm_abs=200 * pF, gl_abs=10 * nS, v_rest=-60 * mV)
    spiking = {"threshold": "V_soma > -50*mV", "reset": "V_soma = -60*mV"}
    pyr = net.population(dg.NeuronModel(soma), cells, name="pyr", **spiking)
    source = net.poisson(cells, rate=1000 * Hz, name="source")
    net.connect(source, pyr, "V_soma", one_to_one=True, weight=4 * mV)
    return net


def test_a_recurrent_network_of_active_cells_agrees_for_300_ms() -> None:
    report = ca1_network().cross_validate(300 * ms)
    (spikes,) = report.spikes
    assert spikes.theirs > 30
    assert spikes.missing == spikes.extra == 0
    assert report.max_deviation < 1e-9 * volt
    assert report.agrees
    events = [item for item in report.traces if item.variable == "V_dist1"]
    assert events[0].scale > 0.05


def test_single_cells_with_dendritic_spikes_agree_and_give_the_published_curve() -> None:
    net = dg.Network(dt=0.1 * ms, backend="cpu")
    cells = net.population(ca1_pyramidal(), 6, name="cells", **CA1_SPIKING)
    net.current_step(cells, "I_ext_soma", CA1_CURRENTS, start=50 * ms, stop=1050 * ms)
    # The whole curve in Brian2 is in test_ca1_cell.py.
    report = net.cross_validate(400 * ms, variables=["V_soma", "V_prox", "V_dist1", "gA"])
    assert report.agrees
    assert report.max_deviation < 1e-9 * volt
    spikes = net.record_spikes(cells)
    net.run(400 * ms, progress=False)
    assert report.spikes[0].theirs == sum(spikes.count) > 10
    net.run(660 * ms, progress=False)
    assert tuple(spikes.count) == CA1_SPIKE_COUNTS


def test_single_precision_keeps_counts_within_one_percent_and_spikes_within_one_step() -> None:
    report = ca1_network(precision="float32").cross_validate(250 * ms)
    (spikes,) = report.spikes
    assert spikes.theirs > 20
    assert abs(spikes.ours - spikes.theirs) <= max(1, 0.01 * spikes.theirs)
    assert spikes.near >= 0.99 * spikes.ours


def test_a_part_is_the_same_cells_with_the_same_input() -> None:
    net = ca1_network(200)
    whole, part = net.snapshot(), net.snapshot().part({"pyr": 30})
    assert {p.name: p.n for p in part.plan.populations} == {"pyr": 30}
    assert all(p.n == 30 for p in part.plan.poisson)
    recurrent = next(p for p in whole.plan.projections if p.kind == "explicit")
    kept = next(p for p in part.plan.projections if p.kind == "explicit")
    source = np.repeat(np.arange(200), np.diff(recurrent.row))
    inside = (source < 30) & (recurrent.target < 30)
    assert np.array_equal(np.repeat(np.arange(30), np.diff(kept.row)), source[inside])
    for name in ("target", "weight", "delay"):
        assert np.array_equal(getattr(kept, name), getattr(recurrent, name)[inside])
    report = net.cross_validate(100 * ms, subset={"pyr": 30})
    assert report.agrees
    # the input of the part is that of the whole network
    inputs = []
    for snapshot in (whole, part):
        simulation = Simulation(snapshot.plan, CpuBackend())
        simulation.run(1000)
        members = [
            simulation.spikes.of(*simulation.source_range(p.name)) for p in snapshot.plan.poisson
        ]
        inputs.append([set(zip(i[i < 30], steps[i < 30], strict=True)) for i, steps in members])
    assert inputs[0] == inputs[1]
    assert report.input_spikes == sum(len(item) for item in inputs[1]) > 1000


@pytest.mark.parametrize("method", ["euler", "exponential_euler"])
def test_every_rule_of_a_step_agrees(method: str) -> None:
    """Clamped variables, own refractory periods, custom events, time, zero and mixed delays."""
    net = dg.Network(dt=0.1 * ms, seed=2, backend="cpu")
    cells = net.population(
        """dv/dt = (I + g*10*mV + 3*mV*sin(2*pi*t*30*Hz) - v)/(10*ms) : volt (unless refractory)
        dg/dt = -g/(4*ms) : 1
        I : volt
        period : second
        last : 1""",
        30,
        name="cells",
        method=method,
        threshold="v > 10*mV",
        reset="v = 0*mV",
        refractory="period",
        events={"crossing": "v > 7*mV and t_in_timesteps > last + 30"},
        event_actions={"crossing": "last = t_in_timesteps; g += 0.05"},
    )
    cells.I = np.linspace(6, 14, 30) * mV
    cells.period = np.linspace(1, 5, 30) * ms
    noise = net.poisson(50, rate=300 * Hz)
    spread = dg.uniform(0 * mV, 2 * mV)
    net.connect(noise, cells, "v", probability=0.1, weight=spread, delay=dg.uniform(0 * ms, 2 * ms))
    net.connect(cells, cells, "v", probability=0.2, weight=-0.3 * mV, delay=0 * ms)
    spread, delays = dg.uniform(0, 0.3), dg.uniform(0 * ms, 9 * ms)
    net.connect(cells, cells, "g", probability=0.2, weight=spread, delay=delays)
    report = net.cross_validate(200 * ms, variables=["v", "g", "last"])
    assert report.spikes[0].theirs > 500
    assert report.traces[2].scale > 1000  # the event happened late, too
    assert report.passed(), str(report)


@pytest.fixture
def unusual_brian2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """A user's own settings: single precision, another order, a standalone device."""
    import brian2
    from brian2.devices.device import reset_device

    monkeypatch.chdir(tmp_path)
    order = ["start", "groups", "thresholds", "resets", "synapses", "end"]
    settings = {"core.default_float_dtype": np.float32, "core.network.default_schedule": order}
    before = {name: brian2.prefs[name] for name in settings}
    for name, value in settings.items():
        brian2.prefs[name] = value
    brian2.set_device("cpp_standalone", build_on_run=False, directory=str(tmp_path))
    yield settings
    reset_device()
    for name, value in before.items():
        brian2.prefs[name] = value


def test_a_users_own_brian2_settings_do_not_matter_and_stay(
    unusual_brian2: dict[str, object], tmp_path: Path
) -> None:
    import brian2

    device = brian2.get_device()
    options = dict(device.build_options)
    net = dg.Network(dt=0.1 * ms, seed=5, backend="cpu")
    cells = net.population(LIF, 12, name="cells", **SPIKING)
    cells.I = np.linspace(8, 20, 12) * mV
    net.connect(cells, cells, "v", probability=0.3, weight=1 * mV, delay=1 * ms)
    report = net.cross_validate(100 * ms)
    assert report.spikes[0].theirs > 30
    assert report.passed(), str(report)
    assert brian2.get_device() is device
    assert (device.build_on_run, device.build_options) == (False, options)
    assert {name: brian2.prefs[name] for name in unusual_brian2} == unusual_brian2
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_brian2_can_compile_its_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import brian2

    monkeypatch.setitem(brian2.prefs, "codegen.runtime.cython.cache_dir", str(tmp_path))
    # Fast code takes Brian2's compiler twice as long.
    monkeypatch.setitem(brian2.prefs, "codegen.cpp.extra_compile_args_gcc", ["-w", "-O0"])
    net = dg.Network(dt=0.1 * ms, backend="cpu")
    cells = net.population(LIF, 3, name="cells", **SPIKING)
    cells.I = [9, 12, 15] * mV
    report = net.cross_validate(50 * ms, target="cython")
    assert list(tmp_path.iterdir())
    assert report.spikes[0].theirs > 3
    assert report.passed(), str(report)
    assert brian2.prefs.codegen.target == "numpy"


def test_everything_a_network_can_hold_goes_to_brian2() -> None:
    net = dg.Network(dt=0.1 * ms, seed=5, backend="cpu")
    a = net.population(LIF, 12, name="a", **SPIKING, initial={"v": dg.uniform(0 * mV, 9 * mV)})
    b = net.population(LIF, 7, name="b", **SPIKING)
    a.I = np.linspace(8, 20, 12) * mV
    b.I = 9 * mV
    generator = net.spike_generator(4, [0, 1, 2, 3, 0], [1, 2, 3.5, 20, 30] * ms, name="given")
    noise = net.poisson(9, rate=200 * Hz, name="noise")
    net.connect(generator, b[:4], "g", one_to_one=True, weight=2.0, delay=0.2 * ms)
    net.connect(noise, a, "v", probability=0.4, weight=0.7 * mV, delay=dg.uniform(0 * ms, 3 * ms))
    net.connect(a[2:9], b, ["g"], weight=0.3, delay=1.5 * ms)
    net.connect(
        b,
        a,
        "v",
        i=[0, 1, 6, 6],
        j=[0, 11, 3, 4],
        weight=[1, 2, 3, 4] * mV,
        delay=[0, 1, 2, 30] * ms,
    )
    net.current_step(b[3:], "I", 14 * mV, start=20 * ms, stop=60 * ms)
    report = net.cross_validate(150 * ms)
    assert report.agrees, str(report)
    assert {item.population for item in report.spikes} == {"a", "b"}
    assert all(item.theirs > 5 for item in report.spikes)


def test_exported_objects_are_ordinary_brian2_objects() -> None:
    import brian2

    net = ca1_network(5)
    traces = net.record(net.populations[0][[1, 3]], ["V_soma"], every=0.5 * ms, name="traces")
    exported = net.to_brian2()
    assert isinstance(exported.network, brian2.Network)
    assert isinstance(exported.groups["ec_dist1"], brian2.PoissonGroup)
    exported.network.run(20 * ms)
    assert exported.monitors["traces"].V_soma.shape == (2, 40)
    assert exported.groups["pyr"].N == 5
    net.run(20 * ms, progress=False)
    assert traces.V_soma.shape == (40, 2)


def test_validation_leaves_the_network_and_brian2_alone() -> None:
    import brian2

    net = ca1_network(10)
    before = brian2.prefs.codegen.target
    net.cross_validate(5 * ms)
    assert net.t == 0 * ms
    assert brian2.prefs.codegen.target == before
    spikes = net.record_spikes(net.populations[0])
    net.run(50 * ms, progress=False)
    other = ca1_network(10)
    others = other.record_spikes(other.populations[0])
    other.run(50 * ms, progress=False)
    assert np.array_equal(spikes.i, others.i)


def test_the_report_prints_plots_and_converts() -> None:
    report = small_network(4).cross_validate(20 * ms, neurons=[0, 2])
    text = str(report)
    assert "they agree" in text
    assert "V_soma" in text
    assert "matched" in text
    rows = report.to_table()
    assert rows[0]["population"] == "pyr"
    assert rows[-1]["matched"] == report.spikes[0].matched > 5
    data = report.to_xarray()
    assert data["pyr_V_soma"].dims == ("engine", "pyr_time", "pyr_neuron")
    assert data["pyr_V_soma"].attrs["units"] == "V"
    assert data["pyr_neuron"].values.tolist() == [0, 2]
    upper, lower, raster = report.plot()
    assert len(upper.lines) == 2
    assert lower.get_yscale() == "log"
    assert raster.get_xlabel() == "time (ms)"
    _, two = plt.subplots(2, 1)
    assert report.plot(ax=two).tolist() == two.tolist()
    with pytest.raises(dg.NetworkError, match="4 axes were given; a comparison needs two or three"):
        report.plot(ax=plt.subplots(4, 1)[1])
    with pytest.raises(
        dg.NetworkError, match=r"no traces of 'pry' were compared. Did you mean 'pyr'"
    ):
        report.plot("pry")


def test_a_difference_is_found_and_reported() -> None:
    """A report must be able to fail: compare a network with a changed copy of itself."""
    from dendrify_gpu.comparison import compare_spikes, compare_traces

    values = np.zeros((5, 2))
    changed = values.copy()
    changed[3, 1] = 1e-3
    found = compare_traces("p", "V", "V", values, changed, np.array([4, 9]), np.arange(5) * 1e-4)
    assert (found.deviation, found.neuron, found.time) == (1e-3, 9, pytest.approx(3e-4))
    spikes = compare_spikes(
        "p", (np.array([1, 2]), np.array([10, 20])), (np.array([1, 2]), np.array([10, 22]))
    )
    assert (spikes.matched, spikes.missing, spikes.extra, spikes.near) == (1, 1, 1, 1)
    from dataclasses import replace

    report = small_network(3).cross_validate(5 * ms)
    assert report.agrees
    assert not replace(report, spikes=(spikes,)).agrees
    assert not replace(report, traces=(found,)).agrees
    assert "THEY DIFFER" in str(replace(report, traces=(found,)))
    differs = replace(report, traces=(found,))
    assert differs.passed(voltage=1.1 * mV)
    assert not differs.passed(voltage=0.9 * mV)
    with pytest.raises(dg.NetworkError, match="passed: voltage"):
        differs.passed(voltage=1 * ms)
    lost = compare_traces("p", "V", "V", values * np.nan, values, np.array([4, 9]), np.arange(5))
    broken = replace(report, traces=(lost, found))
    assert not broken.passed(voltage=1 * volt)
    assert np.isnan(broken.max_deviation)


def test_a_plot_shows_which_spikes_differ() -> None:
    from dataclasses import replace

    net = dg.Network(dt=0.1 * ms, backend="cpu")
    net.population(LIF, 3, name="cells", initial={"v": 5 * mV}, **SPIKING)
    report = net.cross_validate(5 * ms)
    ours = (np.array([0, 1, 2]), np.array([10, 20, 30]))
    theirs = (np.array([0, 1, 2]), np.array([10, 25, 30]))
    report = replace(report, our_spikes={"cells": ours}, their_spikes={"cells": theirs})
    both, missing, extra = report.plot()[2].lines
    assert both.get_xydata().tolist() == [[1.0, 0], [3.0, 2]]
    assert missing.get_xydata().tolist() == [[2.5, 1]]
    assert extra.get_xydata().tolist() == [[2.0, 1]]
    assert missing.get_label() == "Brian2 only (1)"
    silent = dg.Network(backend="cpu")
    silent.population("dx/dt = -x/(3*ms) : 1", 3, name="silent", initial={"x": 2.0})
    assert len(silent.cross_validate(5 * ms).plot()) == 2


def test_what_cannot_be_compared_is_refused() -> None:
    net = small_network(4)
    with pytest.raises(dg.NetworkError, match=r"there is no population 'pry'. Did you mean 'pyr'"):
        net.cross_validate(5 * ms, subset={"pry": 2})
    with pytest.raises(dg.NetworkError, match="5 of the 4 neurons of 'pyr' cannot be taken"):
        net.cross_validate(5 * ms, subset={"pyr": 5})
    with pytest.raises(
        dg.NetworkError, match=r"no population has a variable 'V_som'. Did you mean 'V_soma'"
    ):
        net.cross_validate(5 * ms, variables=["V_som"])
    with pytest.raises(dg.NetworkError, match=r"2\.5 of the 4 neurons of 'pyr' cannot be taken"):
        net.cross_validate(5 * ms, subset={"pyr": 2.5})  # type: ignore[dict-item]
    with pytest.raises(dg.NetworkError, match="'pyr' has no neuron 7; it has 4"):
        net.cross_validate(5 * ms, neurons=[7])
    with pytest.raises(dg.NetworkError, match="neuron 1 is named twice"):
        net.cross_validate(5 * ms, neurons=[1, 0, 1])
    for wrong in ([], [1.5], [True, False], 2):
        with pytest.raises(dg.NetworkError, match="are no neurons; give a list of whole numbers"):
            net.cross_validate(5 * ms, neurons=wrong)  # type: ignore[arg-type]
    with pytest.raises(dg.NetworkError, match="target='c' is unknown; use one of: numpy, cython"):
        net.cross_validate(5 * ms, target="c")  # type: ignore[arg-type]
    with pytest.raises(dg.NetworkError, match="there is nothing to compare"):
        dg.Network(backend="cpu").cross_validate(5 * ms)
    only_spikes = net.cross_validate(5 * ms, variables=[])
    with pytest.raises(dg.NetworkError, match="no traces were compared; name variables"):
        only_spikes.plot()
    with pytest.raises(dg.NetworkError, match=r"duration=.* must be longer than zero"):
        net.cross_validate(0 * ms)
    soma = dg.Soma("soma", cm_abs=200 * pF, gl_abs=10 * nS, v_rest=-60 * mV)
    soma.noise(sigma=5 * pA)
    noisy = dg.Network(backend="cpu")
    noisy.population(dg.NeuronModel(soma), 3, name="noisy")
    with pytest.raises(dg.NetworkError, match="equations of 'noisy' draw random numbers"):
        noisy.cross_validate(5 * ms)
