"""Sources, projections, stimuli and recordings as they are added to a network, and their plan."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import psutil
import pytest
from brian2 import Hz, amp, kHz, ms, mV, nA, pA, volt

import dendrify_gpu as dg

NAMESPACE = {"tau": 10 * ms, "R": 1 * volt / amp}
EQUATIONS = """
dv/dt = (-v + R*drive) / tau : volt
ds/dt = -s / tau : 1
du/dt = -u / tau : volt
drive : amp
twice = 2 * v : volt
"""


@pytest.fixture
def net() -> dg.Network:
    return dg.Network(dt=0.1 * ms, seed=3, backend="cpu", threads=1)


def add_cells(net: dg.Network, n: int = 10, name: str = "cells", **more: Any) -> dg.Population:
    rules = {"threshold": "v > 10*mV", "reset": "v = 0*mV"} | more
    return net.population(EQUATIONS, n, namespace=NAMESPACE, name=name, **rules)


# ------------------------------------------------------------------- sources


def test_poisson_rates(net: dg.Network) -> None:
    ext = net.poisson(4, rate=20 * Hz)
    assert ext.rate_ == 20.0 and np.all(ext.rate == 20 * Hz)
    ext.rate = [1, 2, 3, 4] * kHz
    assert (ext.rate / Hz).tolist() == [1000, 2000, 3000, 4000]
    net.poisson(1, rate=1 / (0.1 * ms))  # one spike in every step is the most


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (-1 * Hz, "ext: rate -1 Hz is negative; give"),
        ([1, 2, -3] * Hz, "rate -3 Hz is negative"),
        (
            20 * kHz,
            "rate 20000 Hz is more than one spike per step; with dt=0.1 ms .* at most 10000 Hz",
        ),
        (20 * mV, "ext: rate needs in Hz"),
        (
            [1, 2] * Hz,
            r"rate has the shape \(2,\); give one value or one for each of the 3 sources",
        ),
    ],
)
def test_rates_that_are_refused(net: dg.Network, rate: Any, message: str) -> None:
    with pytest.raises(dg.NetworkError, match=message):
        net.poisson(3, rate=rate, name="ext")
    ext = net.poisson(3, rate=1 * Hz, name="ext")
    with pytest.raises(dg.NetworkError, match=message):
        ext.rate = rate
    assert ext.rate_ == 1.0


def test_a_spike_generator_sorts_and_rounds_like_brian2(net: dg.Network) -> None:
    gen = net.spike_generator(3, [2, 0, 1, 0], [0.39, 0.2, 0, 0.3] * ms)
    assert gen.indices.tolist() == [1, 0, 0, 2]
    assert gen.steps.tolist() == [0, 2, 3, 3]
    assert (gen.times / ms).round(9).tolist() == [0, 0.2, 0.3, 0.39]
    assert len(net.spike_generator(5, [], [] * ms).steps) == 0


@pytest.mark.parametrize(
    ("indices", "times", "message"),
    [
        (
            [0, 1, 0],
            [1, 1, 1.04] * ms,
            r"gen: source 0 spikes twice in step 10, at 1\. \* msecond and 1\.04",
        ),
        ([0], [-1] * ms, "gen: the time -1 ms is negative"),
        ([3], [1] * ms, "gen has 3 sources; there is no index 3"),
        ([-1], [1] * ms, "there is no index -1"),
        ([0, 1], [1] * ms, "2 indices and 1 times were given"),
        ([0.5], [1] * ms, "indices are numbers of sources, not float64"),
        ([0], [1] * mV, "gen: times needs in s"),
    ],
)
def test_spikes_that_are_refused(net: dg.Network, indices: Any, times: Any, message: str) -> None:
    with pytest.raises(dg.NetworkError, match=message):
        net.spike_generator(3, indices, times, name="gen")


# --------------------------------------------------------------- projections


def test_connection_rules_of_a_network(net: dg.Network) -> None:
    cells, ext = add_cells(net), net.poisson(10, rate=1 * Hz)
    assert len(net.connect(ext, cells, "s")) == 100
    assert len(net.connect(ext, cells, "s", all_to_all=True)) == 100
    assert len(net.connect(cells, cells, "s", autapses=False)) == 90
    assert len(net.connect(cells[:5], cells[5:], "s", autapses=False)) == 25
    assert len(net.connect(ext, cells, "s", one_to_one=True)) == 10
    assert len(net.connect(ext, cells, "s", in_degree=3)) == 30
    assert len(net.connect(cells[2:6], cells[4:9], "s", in_degree=3, autapses=False)) == 15
    assert len(net.connect(ext, cells, "s", probability=0)) == 0
    syn = net.connect(ext[5:], cells[2:], ["s"], i=[4, 0, 4], j=[7, 1, 0])
    assert syn.i.tolist() == [4, 0, 4] and syn.j.tolist() == [7, 1, 0]
    assert repr(syn) == (
        "<Projection 'projection_9': poisson_1[5:10] -> cells[2:10] (s), given pairs, 3 synapses>"
    )


def test_autapses_are_found_across_overlapping_selections(net: dg.Network) -> None:
    cells = add_cells(net, 50)
    for rule in ({"probability": 0.9}, {"in_degree": 19}, {}):
        syn = net.connect(cells[10:40], cells[20:50], "s", autapses=False, **rule)
        assert len(syn)
        assert not np.any(syn.i + 10 == syn.j + 20)


def test_connectivity_depends_on_the_seed_and_the_projection_only() -> None:
    def pairs(seed: int, extra: bool) -> list[np.ndarray]:
        net = dg.Network(seed=seed)
        if extra:
            net.poisson(3, rate=1 * Hz)
        cells = add_cells(net, 200)
        if extra:
            net.record(cells, "v")
        each = [net.connect(cells, cells, "s", probability=0.1) for _ in range(2)]
        return [syn.j for syn in each]

    first, second_ = pairs(1, False)
    assert not np.array_equal(first, second_)
    assert all(np.array_equal(a, b) for a, b in zip(pairs(1, True), (first, second_), strict=True))
    assert not np.array_equal(pairs(2, False)[0], first)


def test_weights_and_delays(net: dg.Network) -> None:
    cells, ext = add_cells(net), net.poisson(10, rate=1 * Hz)
    syn = net.connect(ext, cells, "v", weight=2 * mV, delay=1.26 * ms)
    assert syn.weight == 2 * mV and np.isclose(syn.delay / ms, 1.3) and syn.delay_steps == 13
    assert net.connect(ext, cells, "s").delay_steps == 0
    # Brian2's rounding, int(d/dt + 0.5), goes up at one half.
    assert net.connect(ext, cells, "s", delay=0.25 * ms).delay_steps == 3
    syn.weight = np.arange(100) * mV
    assert np.array_equal((syn.weight / mV).round(9), np.arange(100))
    syn.delay = dg.uniform(1 * ms, 3 * ms)
    assert syn.delay_steps.min() >= 10 and syn.delay_steps.max() <= 30
    before = syn.delay_steps
    syn.delay = dg.uniform(1 * ms, 3 * ms)
    assert not np.array_equal(syn.delay_steps, before)
    assert net.connect(ext, cells, ["v", "u"], weight=1 * mV).targets == ("v", "u")


def test_values_of_given_pairs_keep_the_order_in_which_they_were_given(net: dg.Network) -> None:
    cells, ext = add_cells(net), net.poisson(10, rate=1 * Hz)
    i, j = [3, 1, 3, 0], [2, 7, 1, 9]
    syn = net.connect(ext, cells, "s", i=i, j=j, weight=[1, 2, 3, 4], delay=[4, 3, 2, 1] * ms)
    assert syn.weight.tolist() == [1, 2, 3, 4]
    assert (syn.delay / ms).round(9).tolist() == [4, 3, 2, 1]
    table, weight, delay = syn.table
    assert isinstance(weight, np.ndarray) and isinstance(delay, np.ndarray)
    assert table.sources().tolist() == [0, 1, 3, 3] and table.targets().tolist() == [9, 7, 1, 2]
    assert weight.tolist() == [4, 2, 3, 1] and delay.tolist() == [10, 30, 20, 40]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"probability": 0.1, "in_degree": 2},
            dg.NetworkError,
            "syn: probability and in_degree were given; a projection has one connection rule",
        ),
        (
            {"one_to_one": True, "i": [0], "j": [0]},
            dg.NetworkError,
            "one_to_one and i and j were given",
        ),
        ({"probability": 1.1}, dg.NetworkError, r"probability=1\.1 is not between 0 and 1"),
        ({"probability": -0.1}, dg.NetworkError, r"probability=-0\.1 is not between"),
        ({"probability": float("nan")}, dg.NetworkError, "probability=nan is not between"),
        (
            {"in_degree": 6},
            dg.NetworkError,
            "in_degree=6 is more than the 5 sources that ext has. A neuron takes each source at",
        ),
        ({"in_degree": -1}, dg.NetworkError, "in_degree=-1 is negative"),
        ({"in_degree": 1.5}, dg.NetworkError, "in_degree=1.5 is not a whole number"),
        (
            {"one_to_one": True},
            dg.NetworkError,
            "one_to_one needs equal sizes, but ext has 5 members and cells has 10",
        ),
        (
            {"i": [0, 5], "j": [0, 0]},
            dg.IndexRangeError,
            "i has the index 5, but ext has 5 members, 0 to 4",
        ),
        ({"i": [0], "j": [-1]}, IndexError, "j has the index -1, but cells has 10 members"),
        ({"i": [0, 1], "j": [0]}, dg.NetworkError, "i has 2 entries and j has 1"),
        ({"i": [0]}, dg.NetworkError, "j is missing; give both i and j"),
        ({"i": [0.5], "j": [0]}, dg.NetworkError, "i must be a list or array of whole numbers"),
        (
            {"delay": -1 * ms},
            dg.NetworkError,
            r"syn: delay -1\. \* msecond is negative.*give 0\*ms or more",
        ),
        (
            {"delay": 6553.6 * ms},
            dg.NetworkError,
            r"delay 6\.5536 \* second is longer than 65535 time steps \(6553\.5 ms\)",
        ),
        ({"delay": 1 * mV}, dg.NetworkError, "syn: delay needs in s"),
        ({"delay": dg.uniform(-1 * ms, 1 * ms)}, dg.NetworkError, "is negative"),
        (
            {"weight": np.ones(49)},
            dg.NetworkError,
            r"weight was given values of the shape \(49,\); .* one for each of the 50 synapses",
        ),
        ({"weight": 1 * mV}, dg.NetworkError, "syn: weight needs a number without unit"),
        ({"weight": np.inf}, dg.NetworkError, "every value must be finite"),
        ({"targets": "v"}, dg.NetworkError, "syn: weight needs in V and was given 1.0"),
        (
            {"targets": "sv"},
            dg.UnknownVariableError,
            r"syn: cells has no receptor or variable 'sv'\. .*It has: drive, s, u, v\.",
        ),
        ({"targets": "twice"}, dg.UnknownVariableError, "no receptor or variable 'twice'"),
        ({"targets": []}, dg.NetworkError, "no target was named"),
        ({"targets": ["s", "s"]}, dg.NetworkError, "the target 's' is named twice"),
        (
            {"targets": ["s", "v"]},
            dg.NetworkError,
            r"different units \(s in 1, v in V\), so no weight fits all",
        ),
    ],
)
def test_projections_that_are_refused(
    net: dg.Network, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    cells, ext = add_cells(net), net.poisson(5, rate=1 * Hz, name="ext")
    with pytest.raises(error, match=message):
        net.connect(ext, cells, **({"targets": "s", "name": "syn"} | arguments))
    assert net.projections == ()


def test_ends_of_projections_that_are_refused(net: dg.Network) -> None:
    cells, ext = add_cells(net), net.poisson(5, rate=1 * Hz, name="ext")
    silent = add_cells(net, name="silent", threshold=None, reset=None)
    foreign = add_cells(dg.Network(), name="foreign")
    with pytest.raises(
        dg.NetworkError, match="silent has no threshold, so its neurons never spike"
    ):
        net.connect(silent, cells, "s")
    with pytest.raises(dg.NetworkError, match="ext consists of sources; they take no input"):
        net.connect(cells, ext, "s")  # type: ignore[arg-type]
    with pytest.raises(dg.NetworkError, match="pre: foreign belongs to another network"):
        net.connect(foreign, cells, "s")
    with pytest.raises(dg.NetworkError, match="post: 'cells' is neither a population"):
        net.connect(ext, "cells", "s")  # type: ignore[arg-type]
    with pytest.raises(
        dg.NetworkError, match=r"post is cells\[5 indices\]; synapses need members that follow"
    ):
        net.connect(ext, cells[::2], "s")
    with pytest.raises(
        dg.NetworkError, match=r"in_degree=10 is more than the 9 sources .*autapses=False"
    ):
        net.connect(cells, cells, "s", in_degree=10, autapses=False)
    with pytest.raises(dg.NetworkError, match="the pair i=1, j=1 connects a neuron to itself"):
        net.connect(cells, cells, "s", i=[0, 1], j=[1, 1], autapses=False)
    # The neuron itself is not among the sources here, so all ten can be taken.
    other = add_cells(net, name="other")
    assert len(net.connect(other, cells, "s", in_degree=10, autapses=False)) == 100


def test_synapses_that_do_not_fit_in_memory(
    net: dg.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells, ext = add_cells(net, 1000), net.poisson(1000, rate=1 * Hz, name="ext")
    memory = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory._replace(available=100_000))
    for rule in ({"probability": 0.5}, {"in_degree": 500}):
        with pytest.raises(
            dg.NetworkTooLargeError,
            match=r"syn: about 5e\+05 synapses from ext to cells need 0.004 GB .* 0.0001 GB free",
        ):
            net.connect(ext, cells, "s", name="syn", **rule)  # type: ignore[arg-type]
    assert issubclass(dg.NetworkTooLargeError, MemoryError)
    assert len(net.connect(ext, cells, "s")) == 10**6  # needs no table
    assert len(net.connect(ext, cells, "s", probability=0.001)) > 0


def test_a_refused_weight_leaves_the_old_one(net: dg.Network) -> None:
    cells, ext = add_cells(net), net.poisson(5, rate=1 * Hz)
    syn = net.connect(ext, cells, "s", weight=2.0, delay=1 * ms)
    with pytest.raises(dg.NetworkError):
        syn.weight = [1.0, 2.0]
    with pytest.raises(dg.NetworkError):
        syn.delay = -1 * ms
    assert syn.weight == 2.0 and syn.delay_steps == 10


# ---------------------------------------------------- stimuli and recordings


def test_current_steps(net: dg.Network) -> None:
    cells = add_cells(net)
    step = net.current_step(cells[:2], "drive", [1, 2] * pA, start=0.26 * ms, stop=2 * ms)
    assert (step.start_step, step.stop_step) == (3, 20)
    assert (step.value / pA).tolist() == [1, 2]
    assert net.current_steps == (step,)
    # Other neurons, another time and another parameter do not overlap.
    net.current_step(cells[2:], "drive", 1 * pA, start=0 * ms, stop=3 * ms)
    net.current_step(cells[:2], "drive", 1 * pA, start=2 * ms, stop=3 * ms)
    with pytest.raises(
        dg.NetworkError, match=r"cells\[0:2\]\.drive during .* overlap, and a parameter"
    ):
        net.current_step(cells, "drive", 1 * pA, start=1 * ms, stop=1.5 * ms)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"parameter": "driv"},
            dg.UnknownVariableError,
            "cells has no variable 'driv'. Did you mean 'drive'",
        ),
        ({"parameter": "v"}, dg.NetworkError, "cells.v changes during a run by itself"),
        ({"parameter": "tau"}, dg.UnknownVariableError, "tau is a constant"),
        ({"value": 1 * mV}, dg.NetworkError, r"current_step on cells\.drive needs in A"),
        ({"value": [1, 2] * nA}, dg.NetworkError, r"values of the shape \(2,\)"),
        (
            {"start": 2 * ms},
            dg.NetworkError,
            r"stop=1\. \* msecond does not come after start=2\. \* msecond",
        ),
        ({"start": 1.04 * ms}, dg.NetworkError, "does not come after"),
        ({"start": -1 * ms}, dg.NetworkError, r"start=-1\. \* msecond is in the past"),
        ({"stop": 1 * mV}, dg.NetworkError, "stop needs in s"),
    ],
)
def test_current_steps_that_are_refused(
    net: dg.Network, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    cells = add_cells(net)
    given = {"parameter": "drive", "value": 1 * nA, "start": 0 * ms, "stop": 1 * ms} | arguments
    with pytest.raises(error, match=message):
        net.current_step(cells, given.pop("parameter"), given.pop("value"), **given)
    assert net.current_steps == ()


def test_synapses_and_current_steps_do_not_share_a_variable(net: dg.Network) -> None:
    cells, ext = add_cells(net), net.poisson(10, rate=1 * Hz)
    net.current_step(cells, "drive", 1 * pA, start=0 * ms, stop=1 * ms)
    with pytest.raises(
        dg.NetworkError, match="synapses cannot add to 'drive', which a current step drives"
    ):
        net.connect(ext, cells, "drive", weight=1 * pA)
    other = add_cells(net, name="other")
    net.connect(ext, other, "drive", weight=1 * pA)
    with pytest.raises(dg.NetworkError, match=r"other\.drive changes during a run by itself"):
        net.current_step(other, "drive", 1 * pA, start=0 * ms, stop=1 * ms)


@pytest.mark.parametrize(
    ("variables", "more", "error", "message"),
    [
        ("V", {}, dg.UnknownVariableError, "traces: cells has no variable 'V' to record"),
        (["v", "v"], {}, dg.NetworkError, "traces: 'v' is named twice"),
        ([], {}, dg.NetworkError, "no variable was named. .*It has: drive, s, twice, u, v"),
        (
            "v",
            {"every": 0.25 * ms},
            dg.NetworkError,
            r"every=250\. \* usecond is not a multiple .* 0.1 ms",
        ),
        ("v", {"every": 0 * ms}, dg.NetworkError, "is not a multiple"),
        ("v", {"every": 1 * mV}, dg.NetworkError, "every needs in s"),
    ],
)
def test_recordings_that_are_refused(
    net: dg.Network, variables: Any, more: dict[str, Any], error: type[Exception], message: str
) -> None:
    cells = add_cells(net)
    with pytest.raises(error, match=message):
        net.record(cells, variables, name="traces", **more)
    assert net.recordings == ()


def test_sources_have_no_variables(net: dg.Network) -> None:
    ext = net.poisson(5, rate=1 * Hz, name="ext")
    with pytest.raises(dg.NetworkError, match="ext consists of sources, which have no variables"):
        net.record(ext, "v")  # type: ignore[arg-type]
    with pytest.raises(dg.NetworkError, match="ext consists of sources, which have no parameters"):
        net.current_step(ext, "rate", 1 * Hz, start=0 * ms, stop=1 * ms)  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match="ext consists of sources, which have no variables"):
        _ = ext[:2].v
    silent = add_cells(net, name="silent", threshold=None, reset=None)
    with pytest.raises(dg.NetworkError, match="silent has no threshold"):
        net.record_spikes(silent)


# ---------------------------------------------------------------------- plan


def test_the_plan_is_the_network_in_si_units_and_steps(net: dg.Network) -> None:
    cells = add_cells(net, 20)
    cells.v = 3 * mV
    cells.drive = np.arange(20) * pA
    ext = net.poisson(7, rate=20 * Hz, name="ext")
    net.poisson(2, rate=1 * Hz)
    gen = net.spike_generator(2, [1, 0], [3, 1] * ms, name="gen")
    net.connect(ext[2:5], cells[10:], "s", probability=0.5, weight=2.0, delay=1 * ms, name="random")
    net.connect(
        gen, cells[4:6], "v", one_to_one=True, weight=1 * mV, delay=[1, 2] * ms, name="pairs"
    )
    net.connect(cells[:3], cells[5:9], ["s"], name="dense")
    net.connect(cells, cells, "s", probability=0)
    net.current_step(cells[:2], "drive", 1 * nA, start=0 * ms, stop=1 * ms)
    net.record(cells[[5, 2]], ["v", "twice"], every=0.5 * ms, name="traces")
    plan = net.plan()
    assert (plan.dt, plan.precision, plan.seed) == (pytest.approx(1e-4), 64, 3)
    (population,) = plan.populations
    assert (population.name, population.n) == ("cells", 20)
    assert population.initial["v"] == pytest.approx(3e-3)
    # The current step is on at the beginning.
    expected = np.concatenate([[1e-9, 1e-9], np.arange(2, 20) * 1e-12])
    assert np.allclose(population.initial["drive"], expected, rtol=1e-12, atol=0)
    assert [(item.name, item.n, item.rate) for item in plan.poisson] == [
        ("ext", 7, 20.0),
        ("poisson_1", 2, 1.0),
    ]
    assert len({item.stream for item in plan.poisson}) == 2
    assert plan.generators[0].indices.tolist() == [0, 1]
    assert plan.generators[0].steps.tolist() == [10, 30]
    random, pairs, dense = plan.projections  # the empty one is left out
    assert (random.first_source, random.n_source, random.first_target, random.n_target) == (
        2,
        3,
        10,
        10,
    )
    assert (
        random.target is not None and random.target.min() >= 10 and random.target.dtype == np.int32
    )
    assert (random.weight, random.delay, random.targets) == (2.0, 10, ("s",))
    assert pairs.kind == "explicit" and pairs.target is not None and pairs.row is not None
    assert pairs.target.tolist() == [4, 5] and pairs.row.tolist() == [0, 1, 2]
    assert (
        np.asarray(pairs.delay).tolist() == [10, 20] and np.asarray(pairs.delay).dtype == np.uint16
    )
    assert (dense.kind, dense.n_source, dense.n_target, dense.first_target) == (
        "all_to_all",
        3,
        4,
        5,
    )
    (monitor,) = plan.monitors
    assert (monitor.variables, monitor.every) == (("v", "twice"), 5)
    assert monitor.indices.tolist() == [5, 2]


def test_a_parameter_that_synapses_add_to_becomes_a_state(net: dg.Network) -> None:
    cells, ext = add_cells(net), net.poisson(5, rate=1 * Hz)
    cells.drive = 5 * pA
    assert cells.program.parameter_names == ("drive",)
    net.connect(ext, cells, "drive", weight=1 * pA)
    assert cells.program.parameter_names == ()
    assert "drive" in cells.program.state_names and np.all(cells.drive == 5 * pA)
    cells.set_constant("tau", 20 * ms)
    assert net.plan().populations[0].program.constants["tau"] == 20e-3


def test_describe_and_repr(net: dg.Network) -> None:
    cells, ext = add_cells(net, 1000), net.poisson(500, rate=1 * Hz)
    net.connect(ext, cells, "s", in_degree=10, name="syn")
    net.current_step(cells, "drive", 1 * pA, start=0 * ms, stop=1 * ms)
    net.record_spikes(cells)
    text = net.describe()
    assert text.splitlines()[0] == (
        "<Network: 1 population of 1000 neurons, 500 sources, 1 projection, dt = 0.1 ms, t = 0 ms>"
    )
    for line in (
        "    <Population 'cells': 1000 neurons, euler>",
        "    <PoissonGroup 'poisson_1': 500 sources>",
        "    <Projection 'syn': poisson_1 -> cells (s), in_degree=10, 10000 synapses>",
        "    <CurrentStep cells.drive during [0. s, 1. ms)>",
        "    <SpikeRecording 'spikes_1': cells, 0 spikes>",
    ):
        assert line in text.splitlines()
    assert re.fullmatch(r"    about \d+\.\d MB: .*spikes \d+\.\d", text.splitlines()[-1])


def test_source_is_the_generated_text(net: dg.Network) -> None:
    cells = add_cells(net)
    net.record(cells, "v")
    cpu, cuda = net.code("cpu"), net.code("cuda")
    function = cpu[cpu.index("step_cells") : cpu.index("step_population")]
    assert function in cuda and cpu != cuda
    assert net.code() == cpu
    with pytest.raises(
        dg.NetworkError, match="no generated text for 'opencl'; use one of: cpu, cuda"
    ):
        net.code("opencl")  # type: ignore[arg-type]


def test_a_population_says_how_to_set_what_the_neuron_lacks() -> None:
    from brian2.units import mV, nS, pF

    soma = dg.Soma("soma", "adex", cm_abs=100 * pF, gl_abs=5 * nS, v_rest=-65 * mV)
    soma.add(dg.channels.K_traub_miles())
    model = dg.NeuronModel(soma)
    net = dg.Network()
    with pytest.raises(dg.CompartmentError) as reason:
        net.population(model, 1, threshold="V_soma > top")
    for remedy in (".with_(g_max=10*nS)", "add_params({'DeltaT_soma': 2*mV})", "top: add_params"):
        assert remedy in str(reason.value)
    assert net.populations == ()
